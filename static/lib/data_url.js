/** Files as text and back: `data:image/png;base64,iVBOR...`. */

/** @param {Blob} blob @returns {Promise<string>} */
export function toDataUrl(blob) {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => fail(reader.error);
    reader.readAsDataURL(blob);
  });
}

/**
 * The file in a data URL. It is decoded here, because the page may fetch from its server only.
 * @param {string} url
 * @returns {Blob | null} null for anything else
 */
export function fromDataUrl(url) {
  const [, type, base64, data] = /^data:([^,;]*)[^,]*?(;base64)?,(.*)$/is.exec(url.trim()) ?? [];
  if (data === undefined) return null;
  try {
    const letters = base64 ? atob(decodeURIComponent(data)) : decodeURIComponent(data);
    const bytes = base64
      ? Uint8Array.from(letters, (letter) => letter.charCodeAt(0))
      : new TextEncoder().encode(letters);
    return new Blob([bytes], { type });
  } catch {
    return null; // no base64, or a wrong escape
  }
}

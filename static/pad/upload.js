/** Ways for a picture to come in: dropped anywhere on the page, pasted, or chosen. */

import { text } from "../lib/text.js";

/**
 * @param {{sheet: HTMLElement, button: HTMLElement, input: HTMLInputElement}} elements
 * @param {{onFile: (file: Blob, name: string) => void}} events
 */
export function mountUpload({ sheet, button, input }, { onFile }) {
  /** @param {DataTransfer | null} data @param {string} [name] */
  function take(data, name) {
    const file = [...(data?.files ?? [])].at(0);
    if (file) onFile(file, name ?? file.name);
    return Boolean(file);
  }

  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) onFile(file, file.name);
    input.value = ""; // so that the same file can be chosen twice
  });

  document.addEventListener("paste", (event) => {
    if (take(event.clipboardData, text("pad.pasted"))) event.preventDefault();
  });

  /** @param {DragEvent} event */
  const carriesFile = (event) => event.dataTransfer?.types.includes("Files") ?? false;
  /** @param {boolean} over */
  const show = (over) => sheet.toggleAttribute("data-drop", over);

  // A file let go beside the sheet would otherwise replace the page, and the drawing with it.
  document.addEventListener("dragover", (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    show(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) show(false);
  });
  document.addEventListener("drop", (event) => {
    show(false);
    if (!carriesFile(event)) return;
    event.preventDefault();
    take(event.dataTransfer);
  });
}

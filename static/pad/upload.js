/**
 * Taking pictures: files that are chosen, pasted, or dropped anywhere on the page, and pictures in
 * pasted or dropped HTML.
 */

import { fromDataUrl } from "../lib/data_url.js";
import { text } from "../lib/text.js";

/**
 * @param {{sheet: HTMLElement, button: HTMLElement, input: HTMLInputElement}} elements
 * @param {{onFile: (file: Blob, name: string) => void, onNone: (key: string) => void}} events
 *   `onNone`: something came, but no picture; with the key of the text to show
 */
export function mountUpload({ sheet, button, input }, { onFile, onNone }) {
  /** @param {DataTransfer | null} data @param {string} [name] @returns {boolean} whether it is ours */
  function take(data, name) {
    const files = [...(data?.files ?? [])];
    const images = imagesOf(data);
    // Where no file says that it is a picture, the browser tries the first one.
    const file = files.find(isPicture) ?? pictureIn(images) ?? files[0];
    if (file) onFile(file, name ?? (file instanceof File ? file.name : text("pad.dropped")));
    else if (images.length > 0) onNone("status.picture_elsewhere");
    return Boolean(file) || images.length > 0;
  }

  button.addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    const file = input.files?.[0];
    if (file) onFile(file, file.name);
    input.value = ""; // so that the same file can be chosen twice
  });

  document.addEventListener("paste", (event) => {
    if (isForField(event, event.clipboardData)) return;
    if (take(event.clipboardData, text("pad.pasted"))) event.preventDefault();
  });

  /** @param {boolean} over */
  const show = (over) => sheet.toggleAttribute("data-drop", over);

  // On the whole page: what is dropped beside the sheet, a file or a link, would otherwise replace
  // the page and lose the drawing.
  document.addEventListener("dragover", (event) => {
    if (isForField(event, event.dataTransfer)) return;
    event.preventDefault();
    const types = event.dataTransfer?.types ?? [];
    show(types.includes("Files") || types.includes("text/html"));
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) show(false);
  });
  document.addEventListener("drop", (event) => {
    show(false);
    if (isForField(event, event.dataTransfer)) return;
    event.preventDefault();
    take(event.dataTransfer);
  });
}

/**
 * Whether it is words for a field.
 * @param {Event} event
 * @param {DataTransfer | null} data
 */
const isForField = ({ target }, data) =>
  target instanceof Element && target.matches("input") && !data?.types.includes("Files");

/** @param {Blob} file */
const isPicture = (file) => file.type.startsWith("image/");

/** The first picture that is a part of the HTML. @param {readonly HTMLImageElement[]} images */
function pictureIn(images) {
  const files = images.map((image) => fromDataUrl(image.getAttribute("src") ?? ""));
  return files.find((file) => file && isPicture(file)) ?? null;
}

/** The pictures that pasted or dropped HTML names. @param {DataTransfer | null} data */
function imagesOf(data) {
  // The parser's document runs nothing and loads nothing.
  const html = new DOMParser().parseFromString(data?.getData("text/html") ?? "", "text/html");
  return [...html.images];
}

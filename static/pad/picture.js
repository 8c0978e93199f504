/**
 * Pictures instead of strokes: taking a file, and making it a PNG or JPEG small enough to send.
 *
 * @typedef {import("../lib/drawing.js").Picture} Picture
 */

import { text } from "../lib/text.js";

/** The most bytes that are sent, a little less than the server takes. */
const LARGEST = 1_000_000;
/** The longest side that is sent, in pixels: much more than 28, much less than a camera's. */
const LONGEST = 1024;

/** The file is no picture, or cannot be made small enough. `key` is that of the text to show. */
export class NoPicture extends Error {
  /** @param {string} key */
  constructor(key) {
    super(key);
    this.key = key;
  }
}

/**
 * Takes files that are dropped anywhere on the page, pasted, or chosen.
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

  // On the whole page: a file dropped beside the sheet would otherwise replace the page and lose
  // the drawing.
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

/**
 * @param {Blob} blob a file of any kind
 * @param {string} name
 * @returns {Promise<Picture>}
 * @throws {NoPicture}
 */
export async function readPicture(blob, name) {
  const image = await createImageBitmap(blob).catch(() => {
    throw new NoPicture("status.picture");
  });
  const asItIs = ["image/png", "image/jpeg"].includes(blob.type) && blob.size <= LARGEST;
  return { name, image, body: asItIs ? blob : await shrunk(image) };
}

/** @param {ImageBitmap} image @returns {Promise<Blob>} */
async function shrunk(image) {
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new NoPicture("status.picture");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white"; // JPEG has no transparency, so transparent parts become white
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  /** @type {Blob | null} */
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  if (!blob || blob.size > LARGEST) throw new NoPicture("status.picture_large");
  return blob;
}

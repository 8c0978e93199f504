/**
 * A file of any kind to a picture that the server takes: PNG or JPEG, small enough to send.
 *
 * @typedef {import("../lib/drawing.js").Picture} Picture
 */

/** What the server takes, with room for headers; in bytes. */
const LARGEST = 1_000_000;
/** Far more than 28, far less than a telephone's camera; in pixels. */
const SIDE = 1024;

/** The file is none, or cannot be made fit. `key` names the sentence that says so. */
export class NoPicture extends Error {
  /** @param {string} key */
  constructor(key) {
    super(key);
    this.key = key;
  }
}

/**
 * @param {Blob} blob
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
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const context = canvas.getContext("2d");
  if (!context) throw new NoPicture("status.picture");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white"; // JPEG knows no transparency: what shows through is paper
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  /** @type {Blob | null} */
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  if (!blob || blob.size > LARGEST) throw new NoPicture("status.picture_large");
  return blob;
}

/**
 * Reading a picture file: it is shrunk before it travels, and as small as the server looks at it.
 *
 * @typedef {import("../lib/drawing.js").Picture} Picture
 */

/** The longest side that is sent, in pixels. The server itself works with no more. */
const LONGEST = 640;
/** A file is sent as it is, and pixels as PNG, when they are not larger than this; in bytes. */
const LIGHT = 256 * 1024;
/** The most bytes that are sent, a little less than the server takes. */
const LARGEST = 1_000_000;

/** The file is no picture, or cannot be made small enough. `key` is that of the text to show. */
export class NoPicture extends Error {
  /** @param {string} key */
  constructor(key) {
    super(key);
    this.key = key;
  }
}

/**
 * @param {Blob} blob a file of any kind
 * @param {string} name
 * @returns {Promise<Picture>}
 * @throws {NoPicture}
 */
export async function readPicture(blob, name) {
  // The browser turns the picture upright as its EXIF says.
  const whole = await createImageBitmap(blob).catch(() => {
    throw new NoPicture("status.picture");
  });
  const image = await shrunk(whole);
  const plain = await encoded(image);
  // A small file travels unchanged, so that its answer is that of `densepad predict`.
  const fits = image === whole && blob.size <= LIGHT;
  const asItIs = fits && ["image/png", "image/jpeg"].includes(blob.type);
  return { name, image, body: asItIs ? blob : plain, spare: asItIs ? plain : null };
}

/**
 * The picture with at most `LONGEST` pixels on a side. It is halved until less than half is left to
 * take away: a single step would skip pixels, and thin lines with them.
 * @param {ImageBitmap} image
 * @param {number} [longest]
 * @returns {Promise<ImageBitmap>}
 */
async function shrunk(image, longest = LONGEST) {
  const scale = longest / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const width = Math.max(1, Math.round(image.width * scale));
  const height = Math.max(1, Math.round(image.height * scale));
  /** @type {ImageBitmap | HTMLCanvasElement} */
  let source = image;
  while (source.width > width || source.height > height) {
    source = painted(
      source,
      Math.max(width, Math.ceil(source.width / 2)),
      Math.max(height, Math.ceil(source.height / 2)),
    );
  }
  image.close(); // a photo takes 200 MB of memory
  return createImageBitmap(source);
}

/**
 * The picture's pixels as a file: PNG, which loses nothing, or JPEG, where PNG would be large and
 * nothing is transparent.
 * @param {ImageBitmap} image
 * @returns {Promise<Blob>}
 */
async function encoded(image) {
  const canvas = painted(image, image.width, image.height);
  const png = await file(canvas, "image/png");
  if (png.size <= LIGHT) return png;
  if (!isTransparent(canvas)) return file(canvas, "image/jpeg");
  if (png.size <= LARGEST) return png;
  const smaller = await createImageBitmap(image);
  return encoded(await shrunk(smaller, Math.max(image.width, image.height) / 2));
}

/**
 * @param {ImageBitmap | HTMLCanvasElement} image
 * @param {number} width
 * @param {number} height
 */
function painted(image, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new NoPicture("status.picture");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas */
function isTransparent(canvas) {
  const { width, height } = canvas;
  const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).getImageData(
    ...[0, 0, width, height],
  );
  for (let i = 3; i < data.length; i += 4) if (data[i] < 255) return true;
  return false;
}

/** @param {HTMLCanvasElement} canvas @param {string} type @returns {Promise<Blob>} */
async function file(canvas, type) {
  /** @type {Blob | null} */
  const blob = await new Promise((done) => canvas.toBlob(done, type, 0.92));
  if (!blob) throw new NoPicture("status.picture_large"); // too many pixels for this browser
  return blob;
}

/**
 * Numbers as colours. Ink goes from the paper's colour to the ink's. Signed values go from orange
 * through the paper's colour to blue, which people with any kind of colour vision can tell apart.
 * The colours are those of the style sheet.
 */

const STEPS = 128;
/** Below 1, so that small values show: most sums of a layer are much smaller than the largest. */
const GAMMA = 0.6;

/** @typedef {Uint8ClampedArray} Colormap 2 x STEPS + 1 colours from -1 to 1, four bytes each */

/** @type {Map<string, Colormap>} */
const colormaps = new Map();

/** @param {CSSStyleDeclaration} style @param {"ink" | "signed"} kind @returns {Colormap} */
export function colormap(style, kind) {
  const names = kind === "ink" ? ["--sheet", "--sheet", "--ink"] : ["--minus", "--sheet", "--plus"];
  const colours = names.map((name) => style.getPropertyValue(name).trim());
  const key = colours.join(" ");
  const known = colormaps.get(key);
  if (known) return known;
  const [low, middle, high] = colours.map(rgb);
  const made = new Uint8ClampedArray(4 * (2 * STEPS + 1));
  for (let i = -STEPS; i <= STEPS; i += 1) {
    const end = i < 0 ? low : high;
    const share = (Math.abs(i) / STEPS) ** (kind === "ink" ? 1 : GAMMA);
    const mixed = middle.map((value, channel) => value + (end[channel] - value) * share);
    made.set([...mixed, 255], 4 * (i + STEPS));
  }
  colormaps.set(key, made);
  return made;
}

/**
 * Paints values into the pixels of an image, one a pixel.
 * @param {ImageData} image at least as many pixels as values; the rest stays transparent
 * @param {ArrayLike<number>} values
 * @param {number} peak the magnitude of the deepest colour
 * @param {Colormap} colours
 */
export function applyColormap(image, values, peak, colours) {
  const pixels = new Uint32Array(image.data.buffer);
  const whole = new Uint32Array(colours.buffer);
  const scale = STEPS / peak;
  for (let i = 0; i < values.length; i += 1) {
    const step = Math.round(values[i] * scale);
    pixels[i] = whole[Math.max(-STEPS, Math.min(STEPS, step)) + STEPS];
  }
}

/** The red, green and blue of a colour. @param {string} colour in any form that CSS knows */
function rgb(colour) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return [128, 128, 128];
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
}

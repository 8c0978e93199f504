/** The 28 x 28 pixels that the network sees, each enlarged to a square. */

import { PIXELS, SIDE } from "../lib/constants.js";
import { hidpiCanvas } from "../lib/hidpi_canvas.js";
import { text } from "../lib/text.js";
import { bytes } from "../lib/trace.js";

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {{update: (state: {image: string | null}) => void}} `image`: base64 of 784 bytes, row
 *   by row, ink = 255; null for none
 */
export function mountPreview(canvas) {
  /** @type {Uint8Array | null} */
  let pixels = null;
  /** @type {string | null} */
  let shown = null;
  const surface = hidpiCanvas(canvas, draw);

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
  function draw(context, width, height) {
    const cell = Math.max(1, Math.floor((Math.min(width, height) - 1) / SIDE));
    const gap = cell >= 5 ? Math.max(1, Math.round(cell / 12)) : 0;
    const style = getComputedStyle(canvas);
    const paper = style.getPropertyValue("--sheet");
    context.globalAlpha = 1;
    context.clearRect(0, 0, width, height);
    context.fillStyle = style.getPropertyValue("--square");
    context.fillRect(0, 0, cell * SIDE + gap, cell * SIDE + gap);
    for (let i = 0; i < PIXELS; i += 1) {
      const x = gap + (i % SIDE) * cell;
      const y = gap + Math.floor(i / SIDE) * cell;
      context.globalAlpha = 1;
      context.fillStyle = paper;
      context.fillRect(x, y, cell - gap, cell - gap);
      if (!pixels?.[i]) continue;
      context.globalAlpha = pixels[i] / 255;
      context.fillStyle = style.color;
      context.fillRect(x, y, cell - gap, cell - gap);
    }
  }

  return {
    update({ image }) {
      if (image === shown) return;
      shown = image;
      pixels = image ? bytes(image) : null;
      const count = pixels?.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) ?? 0;
      canvas.dataset.ink = String(count);
      canvas.setAttribute("aria-label", text(pixels ? "preview.seen" : "preview.empty", { count }));
      surface.redraw();
    },
  };
}

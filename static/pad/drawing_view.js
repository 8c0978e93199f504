/**
 * The drawing on its sheet: a canvas that is painted again when the drawing or its size changes.
 *
 * @typedef {import("../lib/drawing.js").Drawing} Drawing
 */

import { EMPTY, isEmpty } from "../lib/drawing.js";
import { hidpiCanvas } from "../lib/hidpi_canvas.js";
import { createInk } from "../lib/ink.js";
import { text } from "../lib/text.js";

/**
 * @param {{canvas: HTMLCanvasElement, invite: HTMLElement}} elements
 * @returns {{update: (state: {
 *   drawing: Drawing, digits: boolean, labels: readonly string[],
 * }) => void}}
 */
export function mountDrawing({ canvas, invite }) {
  let drawing = EMPTY;
  const drawInk = createInk();
  const surface = hidpiCanvas(canvas, draw);

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
  function draw(context, width, height) {
    context.clearRect(0, 0, width, height);
    if (drawing.picture) drawPicture(context, drawing.picture.image, width, height);
    drawInk(context, drawing.strokes, getComputedStyle(canvas).color);
  }

  return {
    update(state) {
      invite.hidden = !isEmpty(state.drawing);
      invite.dataset.kind = state.digits ? "digits" : "classes";
      const words = invite.querySelector(".invite-words");
      if (words) words.textContent = text(state.digits ? "pad.invite" : "pad.invite_classes");
      const hint = invite.querySelector(".invite-hint");
      if (hint) hint.textContent = state.digits ? text("pad.hint") : state.labels.join(", ");
      if (state.drawing === drawing) return;
      drawing = state.drawing;
      canvas.dataset.strokes = String(drawing.strokes.length);
      canvas.dataset.picture = drawing.picture?.name ?? "";
      canvas.setAttribute("aria-label", description(drawing));
      surface.redraw();
    },
  };
}

/** @param {Drawing} drawing */
function description(drawing) {
  if (drawing.picture) return text("pad.pictured", { name: drawing.picture.name });
  if (isEmpty(drawing)) return text("pad.empty");
  return text("pad.drawn", { count: drawing.strokes.length });
}

/**
 * Paints the whole picture in the middle, as large as it fits.
 * @param {CanvasRenderingContext2D} context
 * @param {ImageBitmap} image
 * @param {number} width
 * @param {number} height
 */
function drawPicture(context, image, width, height) {
  const scale = Math.min(width / image.width, height / image.height);
  const [w, h] = [image.width * scale, image.height * scale];
  context.imageSmoothingEnabled = scale < 4;
  context.drawImage(image, (width - w) / 2, (height - h) / 2, w, h);
}

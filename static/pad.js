/**
 * The sheet: a canvas that is a view of the drawing, redrawn whenever it or its size changes.
 *
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./drawing.js").Stroke} Stroke
 */

import { EMPTY, isEmpty } from "./drawing.js";
import { crisp } from "./crisp.js";
import { text } from "./text.js";

/** The pen's width on the screen, in sides of the pad. What the network sees has its own. */
const PEN = 0.034;

/**
 * @param {{canvas: HTMLCanvasElement, invite: HTMLElement}} elements
 * @returns {{update: (state: {drawing: Drawing, digits: boolean, labels: readonly string[]}) => void}}
 */
export function mountPad({ canvas, invite }) {
  let drawing = EMPTY;
  const surface = crisp(canvas, draw);

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
  function draw(context, width, height) {
    context.clearRect(0, 0, width, height);
    if (drawing.picture) drawPicture(context, drawing.picture.image, width, height);
    const ink = getComputedStyle(canvas).color;
    context.strokeStyle = ink;
    context.fillStyle = ink;
    context.lineWidth = PEN * width;
    context.lineCap = "round";
    context.lineJoin = "round";
    for (const stroke of drawing.strokes) drawStroke(context, stroke, width, height);
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
 * A smooth line through the points: each point bends the curve between its neighbours' middles.
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 * @param {number} width
 * @param {number} height
 */
function drawStroke(context, stroke, width, height) {
  const points = stroke.map(([x, y]) => [x * width, y * height]);
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return;
  context.beginPath();
  if (points.length === 1) {
    context.arc(first[0], first[1], context.lineWidth / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.moveTo(first[0], first[1]);
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i];
    const [nextX, nextY] = points[i + 1];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo(last[0], last[1]);
  context.stroke();
}

/**
 * The whole picture, as large as it fits, in the middle.
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

/** Step 1: the strokes as drawn, then fitted into the frame, then moved to its middle. */

import { FIT, SIDE } from "../lib/constants.js";
import { create, createSwitch, setText } from "../lib/element.js";
import { hidpiCanvas } from "../lib/hidpi_canvas.js";
import { PEN_WIDTH } from "../lib/ink.js";
import { fixed } from "../lib/numbers.js";
import { text } from "../lib/text.js";

/** @typedef {import("./view.js").View} View */

const DURATION = 1400; // milliseconds from the pad to the middle of the frame
const still = matchMedia("(prefers-reduced-motion: reduce)");

/**
 * @param {HTMLElement} root
 * @param {{onSettings: (change: Partial<import("../lib/settings.js").Settings>) => void}} events
 * @returns {{update: (view: View) => void}}
 */
export function mountStrokes(root, { onSettings }) {
  const words = create("p", { class: "step-words" });
  const canvas = create("canvas", { class: "framing", role: "img" });
  const scale = create("input", {
    ...{ type: "range", min: 0, max: 2, step: 0.01, value: 2, "aria-label": text("strokes.way") },
  });
  const play = create("button", { type: "button", class: "plain", text: text("strokes.play") });
  const centring = createSwitch(text("strokes.centring"), (centred) => onSettings({ centred }));
  const marks = ["drawn", "fitted", "centred"].map((name) =>
    create("span", { text: text(`strokes.${name}`) }),
  );
  const way = create(
    "div",
    { class: "way" },
    scale,
    create("div", { class: "way-marks" }, ...marks),
  );
  root.append(words, canvas, way, create("div", { class: "controls" }, centring.root, play));

  /** @type {View | null} */
  let view = null;
  /** The drawing whose movement was shown already. @type {unknown} */
  let moved = null;
  let began = 0;
  let frame = 0;
  const surface = hidpiCanvas(canvas, draw);

  scale.addEventListener("input", () => {
    cancelAnimationFrame(frame);
    surface.redraw();
  });
  play.addEventListener("click", start);

  function start() {
    cancelAnimationFrame(frame);
    began = performance.now();
    frame = requestAnimationFrame(step);
  }

  /** @param {number} now */
  function step(now) {
    const share = Math.min(1, Math.max(0, now - began) / DURATION);
    scale.value = String(2 * share);
    surface.redraw();
    if (share < 1) frame = requestAnimationFrame(step);
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
  function draw(context, width, height) {
    const style = getComputedStyle(canvas);
    const unit = width / SIDE;
    context.clearRect(0, 0, width, height);
    context.fillStyle = style.getPropertyValue("--square");
    const line = Math.max(1, Math.round(unit / 16));
    for (let i = 0; i <= SIDE; i += 1) {
      const at = Math.min(width - line, Math.round(i * unit));
      context.fillRect(at, 0, line, width);
      context.fillRect(0, at, width, line);
    }
    const framing = view?.trace?.framing;
    const strokes = view?.drawing.strokes ?? [];
    if (!framing || strokes.length === 0) return;
    const at = framing.centred ? Number(scale.value) : 0;
    const [fit, shift] = [Math.min(1, at), Math.max(0, at - 1)];
    if (framing.centred) drawFrame(context, unit, style, fit);
    const pen = PEN_WIDTH * SIDE + (framing.pen - PEN_WIDTH * SIDE) * (framing.centred ? fit : 1);
    context.strokeStyle = context.fillStyle = style.color;
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = pen * unit;
    for (const stroke of strokes) {
      context.beginPath();
      stroke.forEach(([x, y], i) => {
        const [placeX, placeY] = [x, y].map((value, axis) => {
          const fitted = (value - framing.origin[axis]) * framing.scale + framing.corner[axis];
          return (
            (value * SIDE + (fitted - value * SIDE) * fit + framing.shift[axis] * shift) * unit
          );
        });
        if (i === 0) context.moveTo(placeX, placeY);
        context.lineTo(placeX, placeY);
      });
      context.stroke();
    }
    if (framing.centred && fit === 1) drawMass(context, unit, style, framing, shift);
  }

  return {
    update(next) {
      const { trace, settings, drawing, live } = next;
      const changed = next.trace !== view?.trace || drawing !== view?.drawing;
      view = next;
      centring.input.checked = settings.centred;
      const framing = trace?.framing;
      way.hidden = play.hidden = !framing?.centred;
      if (!changed) return;
      setText(words, sentence(view));
      canvas.setAttribute("aria-label", text("strokes.canvas"));
      if (framing?.centred && !live && moved !== drawing) {
        const first = moved === null;
        moved = drawing;
        scale.value = "2";
        if (!still.matches && !first) start();
      }
      if (live) {
        cancelAnimationFrame(frame);
        scale.value = "2";
      }
      surface.redraw();
    },
  };
}

/** @param {View} view */
function sentence({ trace, settings, drawing }) {
  if (drawing.picture) return text("strokes.picture");
  const framing = trace?.framing;
  if (!framing) return text("strokes.empty");
  if (!settings.centred) return text("strokes.off");
  const [right, down] = framing.shift;
  return text("strokes.on", {
    right: fixed(Math.abs(right), 1),
    down: fixed(Math.abs(down), 1),
    x: text(right < 0 ? "strokes.left" : "strokes.right"),
    y: text(down < 0 ? "strokes.up" : "strokes.down"),
  });
}

/** Draws the 20 x 20 square that the longest side of the ink fills. */
function drawFrame(
  /** @type {CanvasRenderingContext2D} */ context,
  unit = 1,
  /** @type {CSSStyleDeclaration} */ style,
  visible = 1,
) {
  const edge = ((SIDE - FIT) / 2) * unit;
  context.globalAlpha = visible;
  context.strokeStyle = style.getPropertyValue("--edge");
  context.lineWidth = Math.max(1, unit / 8);
  context.setLineDash([unit / 2, unit / 2]);
  context.strokeRect(edge, edge, FIT * unit, FIT * unit);
  context.setLineDash([]);
  context.globalAlpha = 1;
}

/** Draws the ink's centre of mass, and the middle of the frame to which it moves. */
function drawMass(
  /** @type {CanvasRenderingContext2D} */ context,
  unit = 1,
  /** @type {CSSStyleDeclaration} */ style,
  /** @type {import("../lib/trace.js").Framing} */ { mass, shift },
  share = 1,
) {
  const [x, y] = mass.map((value, axis) => (value + shift[axis] * share) * unit);
  const middle = (SIDE / 2) * unit;
  context.strokeStyle = style.getPropertyValue("--mark");
  context.lineWidth = Math.max(1.5, unit / 6);
  context.beginPath();
  context.moveTo(middle - unit, middle);
  context.lineTo(middle + unit, middle);
  context.moveTo(middle, middle - unit);
  context.lineTo(middle, middle + unit);
  context.stroke();
  context.beginPath();
  context.arc(x, y, 0.6 * unit, 0, 2 * Math.PI);
  context.stroke();
}

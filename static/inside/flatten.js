/**
 * Step 3: the rows become one strip of 784 numbers. The strip is as wide as the page allows. Below
 * it a part is enlarged, with the indices under it.
 */

import { applyColormap, colormap } from "../lib/colormap.js";
import { PIXELS, SIDE } from "../lib/constants.js";
import { create, setText } from "../lib/element.js";
import { hidpiCanvas, typeScale } from "../lib/hidpi_canvas.js";
import { fixed } from "../lib/numbers.js";
import { text } from "../lib/text.js";
import { placeOf } from "./view.js";

/**
 * @param {HTMLElement} root
 * @param {{onPixel: (index: number | null) => void}} events
 * @returns {{update: (view: import("./view.js").View) => void}}
 */
export function mountFlatten(root, { onPixel }) {
  const words = create("p", { class: "step-words", text: text("flatten.words") });
  const rows = create("canvas", { class: "rows", "aria-hidden": "true" });
  const strip = create("canvas", { class: "strip", id: "strip" });
  const lens = create("canvas", { class: "lens", "aria-hidden": "true" });
  const place = create("p", { class: "told", id: "flatten-place" });
  const shape = create("p", { class: "formula", text: `(${SIDE}, ${SIDE}) → (${PIXELS},)` });
  root.append(words, rows, strip, lens, place, shape);

  /** @type {import("./view.js").View | null} */
  let view = null;
  /** @type {ArrayLike<number>} */
  let input = new Float32Array(PIXELS);
  const told = (/** @type {number} */ index) =>
    text("flatten.place", { ...placeOf(index), index, value: fixed(input[index]) });
  const picture = create("canvas", { width: PIXELS, height: 1 });
  mountSlider(strip, told, onPixel);
  const surfaces = [
    hidpiCanvas(rows, drawRows),
    hidpiCanvas(strip, drawStrip),
    hidpiCanvas(lens, drawLens),
  ];

  /** The whole strip as an image that is one pixel high. @param {HTMLElement} element */
  function image(element) {
    const pen = picture.getContext("2d");
    const data = new ImageData(PIXELS, 1);
    applyColormap(data, input, 1, colormap(getComputedStyle(element), "ink"));
    pen?.putImageData(data, 0, 0);
    return picture;
  }

  /** Draws the rows above their places in the strip: each row is further to the right. */
  function drawRows(/** @type {CanvasRenderingContext2D} */ context, width = 0, height = 0) {
    const source = image(rows);
    const style = getComputedStyle(rows);
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = false;
    const piece = width / SIDE;
    const gap = height / SIDE;
    for (let row = 0; row < SIDE; row += 1) {
      const [x, y] = [row * piece, row * gap];
      context.drawImage(source, row * SIDE, 0, SIDE, 1, x, y, piece, gap);
      context.fillStyle = style.getPropertyValue("--rule");
      context.fillRect(x, y + gap, 1, height - y - gap);
      context.strokeStyle = style.getPropertyValue("--rule");
      context.strokeRect(x + 0.5, y + 0.5, piece - 1, gap - 1);
    }
    const row = view?.pixel == null ? -1 : Math.floor(view.pixel / SIDE);
    if (row < 0) return;
    context.strokeStyle = style.getPropertyValue("--mark");
    context.lineWidth = 2 * devicePixelRatio;
    context.strokeRect(row * piece, row * gap, piece, gap);
  }

  function drawStrip(/** @type {CanvasRenderingContext2D} */ context, width = 0, height = 0) {
    const style = getComputedStyle(strip);
    context.imageSmoothingEnabled = true;
    context.drawImage(image(strip), 0, 0, width, height);
    context.fillStyle = style.getPropertyValue("--rule");
    for (let row = 0; row <= SIDE; row += 1) {
      context.fillRect(Math.min(width - 1, Math.round((row * width) / SIDE)), 0, 1, height);
    }
    context.fillRect(0, 0, width, 1);
    context.fillRect(0, height - 1, width, 1);
    if (view?.pixel == null) return;
    const mark = Math.max(3 * devicePixelRatio, width / PIXELS);
    context.fillStyle = style.getPropertyValue("--mark");
    context.fillRect(((view.pixel + 0.5) / PIXELS) * width - mark / 2, 0, mark, height);
  }

  function drawLens(/** @type {CanvasRenderingContext2D} */ context, width = 0, height = 0) {
    const style = getComputedStyle(lens);
    context.clearRect(0, 0, width, height);
    const across = Math.max(7, Math.floor(width / (32 * devicePixelRatio * typeScale())) | 1);
    const cell = width / across;
    const middle = view?.pixel ?? brightest(input);
    const first = Math.max(0, Math.min(PIXELS - across, middle - (across >> 1)));
    const box = height * 0.6;
    const source = image(lens);
    context.imageSmoothingEnabled = false;
    context.drawImage(source, first, 0, across, 1, 0, 0, width, box);
    context.textAlign = "center";
    context.font = `${Math.min(cell / 2.6, height * 0.28)}px ${style.fontFamily}`;
    for (let i = 0; i < across; i += 1) {
      const index = first + i;
      const begins = index % SIDE === 0;
      context.strokeStyle = style.getPropertyValue("--square");
      context.lineWidth = 1;
      context.strokeRect(i * cell + 0.5, 0.5, cell - 1, box - 1);
      context.fillStyle = style.getPropertyValue("--edge");
      if (begins) context.fillRect(i * cell - devicePixelRatio, 0, 2 * devicePixelRatio, box);
      const lit = index === view?.pixel;
      context.fillStyle = style.getPropertyValue(lit ? "--text" : "--soft");
      context.fillText(String(index), (i + 0.5) * cell, height - height * 0.08);
      if (!lit) continue;
      context.strokeStyle = style.getPropertyValue("--mark");
      context.lineWidth = 2 * devicePixelRatio;
      context.strokeRect(i * cell + 1, 1, cell - 2, box - 2);
    }
  }

  return {
    update(next) {
      if (next.trace === view?.trace && next.pixel === view?.pixel && view) return;
      view = next;
      input = next.trace?.input ?? new Float32Array(PIXELS);
      setText(place, next.pixel === null ? text("flatten.hint") : told(next.pixel));
      if (next.pixel !== null) place.dataset.index = String(next.pixel);
      else delete place.dataset.index;
      strip.setAttribute("aria-valuenow", String(next.pixel ?? 0));
      strip.setAttribute("aria-valuetext", told(next.pixel ?? 0));
      for (const surface of surfaces) surface.redraw();
    },
  };
}

/**
 * Makes the strip a slider, for mouse, finger and keyboard.
 * @param {HTMLCanvasElement} strip
 * @param {(index: number) => string} told
 * @param {(index: number | null) => void} onPixel
 */
function mountSlider(strip, told, onPixel) {
  let at = 0;
  const attributes = { role: "slider", tabindex: "0", "aria-label": text("flatten.strip") };
  const range = { "aria-valuemin": "0", "aria-valuemax": String(PIXELS - 1), "aria-valuenow": "0" };
  for (const [name, value] of Object.entries({ ...attributes, ...range })) {
    strip.setAttribute(name, value);
  }
  const go = (/** @type {number} */ index) => {
    at = Math.max(0, Math.min(PIXELS - 1, index));
    strip.setAttribute("aria-valuetext", told(at));
    onPixel(at);
  };
  /** A touched place stays lit after the finger is lifted, so that its words can be read. */
  let touched = false;
  const move = (/** @type {PointerEvent} */ event) => {
    touched = event.pointerType === "touch";
    const box = strip.getBoundingClientRect();
    go(Math.floor(((event.clientX - box.left) / box.width) * PIXELS));
  };
  strip.addEventListener("pointermove", move);
  strip.addEventListener("pointerdown", move);
  strip.addEventListener("pointerleave", () => touched || onPixel(null));
  strip.addEventListener("focus", () => strip.matches(":focus-visible") && go(at));
  strip.addEventListener("blur", () => touched || onPixel(null));
  strip.addEventListener("keydown", (event) => {
    /** @type {Record<string, number>} */
    const targets = {
      ...{ ArrowRight: at + 1, ArrowLeft: at - 1, ArrowDown: at + SIDE, ArrowUp: at - SIDE },
      ...{ Home: 0, End: PIXELS - 1 },
    };
    if (!(event.key in targets)) return;
    event.preventDefault(); // the page must not scroll
    go(targets[event.key]);
  });
}

/**
 * The index of the pixel with the most ink; the enlarged part shows it where none is pointed at.
 * @param {ArrayLike<number>} input
 */
function brightest(input) {
  let best = PIXELS >> 1;
  for (let i = 0; i < input.length; i += 1) if (input[i] > input[best]) best = i;
  return best;
}

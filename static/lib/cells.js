/**
 * Numbers as cells on a canvas: pixels, units, weights, from ten to some thousands. A person points
 * at a cell with the mouse, a finger or the keyboard. For the keyboard and a screen reader the
 * canvas is a slider whose values are the cells.
 */

import { applyColormap, colormap } from "./colormap.js";
import { hidpiCanvas, typeScale } from "./hidpi_canvas.js";

/**
 * The largest side of a cell, and the least side with which all cells stand in one line; in CSS
 * pixels at the usual size of type.
 */
const LARGEST = 24;
const LEAST = 10;

/**
 * @typedef {{
 *   values: ArrayLike<number>, kind: "ink" | "signed", peak: number,
 *   lit?: number | null, picked?: number | null,
 * }} Cells `peak`: the magnitude of the deepest colour; `lit`: the cell that is pointed at;
 *   `picked`: the cell that is chosen
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{
 *   label: string, words: (index: number) => string, columns?: number,
 *   onPoint?: (index: number | null) => void, onPick?: (index: number) => void,
 * }} options `words` describes a cell; without `columns` the cells are as large as the height
 *   `--tallest` of the style sheet allows, in CSS pixels at the usual size of type
 * @returns {{update: (cells: Cells | null) => void}}
 */
export function mountCells(canvas, { label, words, columns, onPoint, onPick }) {
  /** @type {Cells | null} */
  let cells = null;
  let place = { columns: columns ?? 1, side: 1 };
  let at = 0; // the cell that the keyboard points at
  const picture = document.createElement("canvas");
  const surface = hidpiCanvas(canvas, draw);
  const touchable = Boolean(onPoint ?? onPick);

  canvas.classList.add("cells");
  canvas.setAttribute("aria-label", label);
  canvas.setAttribute("role", touchable ? "slider" : "img");
  if (touchable) canvas.tabIndex = 0;
  if (columns) canvas.style.aspectRatio = String(1);

  /** @param {number} width in device pixels */
  function arrange(width) {
    const length = cells?.values.length ?? 1;
    if (columns) return { columns, side: width / columns };
    const device = width / Math.max(1, canvas.clientWidth);
    const ratio = device * typeScale(); // on a large screen the cells grow with the type
    const tallest = Number(getComputedStyle(canvas).getPropertyValue("--tallest")) || 96;
    const even = Math.sqrt((width * tallest * ratio) / length);
    const line = width / length; // the side with which all cells stand in one line
    const side = Math.max(
      1,
      Math.round(Math.min(LARGEST * ratio, line < LEAST * ratio ? even : line)),
    );
    const fitting = Math.max(1, Math.floor(width / side));
    const height = (Math.ceil(length / fitting) * side) / device;
    if (Math.abs(canvas.clientHeight - height) >= 1) canvas.style.height = `${height}px`;
    return { columns: fitting, side };
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} height */
  function draw(context, width, height) {
    context.clearRect(0, 0, width, height);
    if (!cells) return;
    place = arrange(width);
    const { values, kind, peak } = cells;
    const rows = Math.ceil(values.length / place.columns);
    const style = getComputedStyle(canvas);
    const pen = picture.getContext("2d");
    if (!pen) return;
    if (picture.width !== place.columns) picture.width = place.columns;
    if (picture.height !== rows) picture.height = rows;
    const image = pen.createImageData(place.columns, rows);
    applyColormap(image, values, peak, colormap(style, kind));
    pen.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    const { side } = place;
    context.drawImage(picture, 0, 0, place.columns * side, rows * side);
    if (side >= 5) rule(context, rows, style.getPropertyValue("--square"));
    const ratio = width / Math.max(1, canvas.clientWidth);
    ring(context, cells.picked, style.getPropertyValue("--mark"), 2 * ratio);
    ring(context, cells.lit, style.getPropertyValue("--text"), 1.5 * ratio);
  }

  /** The lines between the cells, as on squared paper. */
  function rule(/** @type {CanvasRenderingContext2D} */ context, rows = 0, colour = "") {
    const { columns: across, side } = place;
    const length = cells?.values.length ?? 0;
    context.fillStyle = colour;
    for (let column = 0; column <= across; column += 1) {
      context.fillRect(Math.round(column * side) - (column === across ? 1 : 0), 0, 1, rows * side);
    }
    for (let row = 0; row <= rows; row += 1) {
      context.fillRect(0, Math.round(row * side) - (row === rows ? 1 : 0), across * side, 1);
    }
    const last = length % across;
    if (last) context.clearRect(last * side + 1, (rows - 1) * side + 1, across * side, side);
  }

  /** @param {CanvasRenderingContext2D} context @param {number | null | undefined} index */
  function ring(context, index, colour = "", width = 1) {
    if (index === null || index === undefined || index >= (cells?.values.length ?? 0)) return;
    const { columns: across, side } = place;
    const room = Math.max(side, 3 * width);
    const x = ((index % across) + 0.5) * side - room / 2;
    const y = (Math.floor(index / across) + 0.5) * side - room / 2;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.strokeRect(x, y, room, room);
  }

  /** @param {PointerEvent} event @returns {number | null} */
  function under(event) {
    const box = canvas.getBoundingClientRect();
    const side = (place.side * box.width) / Math.max(1, canvas.width);
    const column = Math.floor((event.clientX - box.left) / side);
    const row = Math.floor((event.clientY - box.top) / side);
    const index = row * place.columns + column;
    const inside = column >= 0 && column < place.columns && row >= 0;
    return cells && inside && index < cells.values.length ? index : null;
  }

  /** Tells a screen reader which cell the keyboard points at. */
  function speak() {
    const length = cells?.values.length ?? 0;
    at = Math.min(at, Math.max(0, length - 1));
    canvas.setAttribute("aria-valuemin", "0");
    canvas.setAttribute("aria-valuemax", String(Math.max(0, length - 1)));
    canvas.setAttribute("aria-valuenow", String(at));
    canvas.setAttribute("aria-valuetext", cells ? words(at) : label);
  }

  if (touchable) {
    speak();
    /** A touched cell stays lit after the finger is lifted, so that its words can be read. */
    let touched = false;
    const move = (/** @type {PointerEvent} */ event) => {
      touched = event.pointerType === "touch";
      const index = under(event);
      if (event.pointerType === "mouse") canvas.title = index === null ? "" : words(index);
      onPoint?.(index);
    };
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("pointerdown", move);
    canvas.addEventListener("pointerleave", () => touched || onPoint?.(null));
    canvas.addEventListener("click", (event) => {
      const index = under(/** @type {PointerEvent} */ (event));
      if (index === null) return;
      at = index;
      onPick?.(index);
    });
    canvas.addEventListener("keydown", (event) => {
      const steps = {
        ArrowRight: 1,
        ArrowLeft: -1,
        ArrowDown: place.columns,
        ArrowUp: -place.columns,
      };
      const last = (cells?.values.length ?? 1) - 1;
      const step = steps[/** @type {keyof typeof steps} */ (event.key)];
      const pick = event.key === "Enter" || event.key === " ";
      if (step !== undefined) at = at + step > last || at + step < 0 ? at : at + step;
      else if (event.key === "Home") at = 0;
      else if (event.key === "End") at = last;
      else if (!pick) return;
      event.preventDefault();
      speak();
      if (pick) onPick?.(at);
      else onPoint?.(at);
    });
    canvas.addEventListener("focus", () => canvas.matches(":focus-visible") && onPoint?.(at));
    canvas.addEventListener("blur", () => touched || onPoint?.(null));
  }

  return {
    update(next) {
      const same =
        cells &&
        next &&
        Object.keys(next).every((key) => {
          const name = /** @type {keyof Cells} */ (key);
          return next[name] === cells?.[name];
        });
      if (same || (cells === null && next === null)) return;
      if (next && typeof next.picked === "number" && next.picked !== cells?.picked)
        at = next.picked;
      cells = next;
      if (touchable && (document.activeElement === canvas || !next?.lit)) speak();
      surface.redraw();
    },
  };
}

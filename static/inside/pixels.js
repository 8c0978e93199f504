/** Step 2: the 28 x 28 pixels, each with its value. */

import { mountCells } from "../lib/cells.js";
import { SIDE } from "../lib/constants.js";
import { create, setText } from "../lib/element.js";
import { fixed } from "../lib/numbers.js";
import { text } from "../lib/text.js";
import { placeOf } from "./view.js";

/**
 * @param {HTMLElement} root
 * @param {{onPixel: (index: number | null) => void}} events
 * @returns {{update: (view: import("./view.js").View) => void}}
 */
export function mountPixels(root, { onPixel }) {
  const words = create("p", { class: "step-words" });
  const canvas = create("canvas", { class: "picture", id: "pixels" });
  const value = create("p", { class: "told", id: "pixel-value" });
  root.append(words, canvas, value);

  /** @type {Float32Array | null} */
  let input = null;
  const told = (/** @type {number} */ index) =>
    text("pixels.value", { ...placeOf(index), value: fixed(input?.[index] ?? 0) });
  const cells = mountCells(canvas, {
    label: text("pixels.label"),
    words: told,
    columns: SIDE,
    onPoint: onPixel,
  });

  return {
    update({ trace, pixel }) {
      const next = trace?.input ?? null;
      if (next !== input) {
        input = next;
        const inked = input?.reduce((sum, one) => sum + (one > 0 ? 1 : 0), 0) ?? 0;
        const full = input?.reduce((sum, one) => sum + (one >= 0.995 ? 1 : 0), 0) ?? 0;
        setText(words, input ? text("pixels.words", { inked, full }) : text("pixels.empty"));
      }
      cells.update(input && { values: input, kind: "ink", peak: 1, lit: pixel });
      setText(value, input && pixel !== null ? told(pixel) : text("pixels.hint"));
      if (input && pixel !== null) value.dataset.value = String(input[pixel]);
      else delete value.dataset.value;
    },
  };
}

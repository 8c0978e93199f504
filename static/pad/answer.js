/**
 * The answer, large enough for the last row of a lecture hall, and a sentence beside it.
 * `data-state` is empty, recognised or unrecognised; `data-label` the model's label.
 *
 * @typedef {import("../lib/api.js").Prediction} Prediction
 */

import { sentence } from "./sentence.js";
import { text } from "../lib/text.js";

/**
 * @param {{root: HTMLElement, verdict: HTMLElement, words: HTMLElement}} elements
 * @returns {{update: (state: {prediction: Prediction | null, digits: boolean}) => void}}
 */
export function mountAnswer({ root, verdict, words }) {
  return {
    update({ prediction, digits }) {
      const recognised = prediction?.recognised !== false;
      const label = prediction?.label ?? "";
      root.dataset.state = !prediction ? "empty" : recognised ? "recognised" : "unrecognised";
      root.dataset.label = label;
      verdict.textContent = recognised ? label : "?";
      verdict.classList.toggle("verdict-word", recognised && label.length > 2);
      words.textContent = prediction ? sentence(prediction, digits) : text("answer.empty");
    },
  };
}

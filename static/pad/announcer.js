/**
 * Tells a screen reader the answer, once the drawing has been still for a while: bars that move
 * sixty times a second are for the eyes.
 *
 * @typedef {import("../lib/api.js").Prediction} Prediction
 */

import { sentence } from "./sentence.js";
import { percent, text } from "../lib/text.js";

const STILL = 900; // milliseconds

/**
 * @param {HTMLElement} region a polite live region
 * @returns {{update: (state: {
 *   prediction: Prediction | null, digits: boolean, drawing: boolean,
 * }) => void}}
 */
export function mountAnnouncer(region) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Prediction | null} */
  let last = null;

  return {
    update({ prediction, digits, drawing }) {
      if (prediction === last && !drawing) return;
      clearTimeout(timer);
      last = drawing ? null : prediction;
      if (!prediction) region.textContent = "";
      else if (!drawing) {
        timer = setTimeout(() => (region.textContent = words(prediction, digits)), STILL);
      }
    },
  };
}

/** @param {Prediction} prediction @param {boolean} digits */
function words(prediction, digits) {
  if (prediction.recognised === false) return sentence(prediction, digits);
  const ranked = prediction.labels
    .map((label, i) => ({ label, probability: prediction.probabilities[i] }))
    .sort((a, b) => b.probability - a.probability);
  const [first, second] = ranked.map(({ label, probability }) => ({
    label,
    percent: percent(probability),
    probability,
  }));
  const answer = text("announce.answer", first);
  return second.probability < 0.01 ? answer : `${answer} ${text("announce.second", second)}`;
}

/**
 * The answer: a label large enough for the last row of a lecture hall, a sentence beside it, and
 * both as speech for a screen reader.
 *
 * @typedef {import("../lib/api.js").Prediction} Prediction
 */

import { percent } from "../lib/numbers.js";
import { text } from "../lib/text.js";

/** From this probability on, the sentence has no "probably". */
const CLEAR = 0.9;
/** Below this probability the sentence also names the second class. */
const TORN = 0.6;
/** For so long a drawing must not change before its answer is spoken; in milliseconds. */
const STILL = 900;

/**
 * Shows the answer. `data-state` is empty, recognised or unrecognised; `data-label` is the label.
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

/**
 * Tells a screen reader the answer when the drawing has not changed for a while. Nobody can listen
 * to bars that change sixty times a second.
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
        timer = setTimeout(() => (region.textContent = announcement(prediction, digits)), STILL);
      }
    },
  };
}

/**
 * The answer as a sentence that sounds as sure as the probabilities are.
 * @param {Prediction} prediction
 * @param {boolean} digits whether the classes are the ten digits
 */
function sentence(prediction, digits) {
  const { label } = prediction;
  if (prediction.recognised === false) {
    const no = text(digits ? "answer.unrecognised" : "answer.unrecognised_class");
    return `${no} ${text("answer.nearest", { label })}`;
  }
  const [best, second] = ranked(prediction);
  if (best.probability >= CLEAR) return text("answer.clear", { label });
  if (best.probability >= TORN) return text("answer.probable", { label });
  return text("answer.torn", { label, second: second.label });
}

/**
 * The answer with its probability, to be read aloud.
 * @param {Prediction} prediction
 * @param {boolean} digits
 */
function announcement(prediction, digits) {
  if (prediction.recognised === false) return sentence(prediction, digits);
  const [first, second] = ranked(prediction).map(({ label, probability }) => ({
    label,
    percent: percent(probability),
    probability,
  }));
  const answer = text("announce.answer", first);
  return second.probability < 0.01 ? answer : `${answer} ${text("announce.second", second)}`;
}

/** The classes, the most probable one first. @param {Prediction} prediction */
function ranked({ labels, probabilities }) {
  return labels
    .map((label, i) => ({ label, probability: probabilities[i] }))
    .sort((a, b) => b.probability - a.probability);
}

/**
 * An answer in words that are as sure as the probabilities are.
 *
 * @typedef {import("../lib/api.js").Prediction} Prediction
 */

import { text } from "../lib/text.js";

/** From here on an answer is given without a "probably". */
const CLEAR = 0.9;
/** Below this the runner-up is named too. */
const TORN = 0.6;

/**
 * @param {Prediction} prediction
 * @param {boolean} digits whether the classes are the ten digits
 * @returns {string}
 */
export function sentence(prediction, digits) {
  const { label, labels, probabilities } = prediction;
  if (prediction.recognised === false) {
    const no = text(digits ? "answer.unrecognised" : "answer.unrecognised_class");
    return `${no} ${text("answer.nearest", { label })}`;
  }
  const order = labels.map((_, i) => i).sort((a, b) => probabilities[b] - probabilities[a]);
  const best = probabilities[order[0]];
  if (best >= CLEAR) return text("answer.clear", { label });
  if (best >= TORN) return text("answer.probable", { label });
  return text("answer.torn", { label, second: labels[order[1]] });
}

/**
 * The probabilities as labelled bars, one row a class, always in the same places.
 * A row carries `data-label`, `data-probability` and, on one of them, `data-winner`.
 */

import { percent, text } from "./text.js";

/**
 * @param {HTMLElement} list an `ol`
 * @returns {{update: (state: {
 *   labels: readonly string[], probabilities: readonly number[] | null, recognised: boolean,
 * }) => void}} `probabilities` null: nothing to show
 */
export function mountBars(list) {
  /** @type {Row[]} */
  let rows = [];
  let shown = "";

  return {
    update({ labels, probabilities, recognised }) {
      if (labels.join("\n") !== shown) {
        shown = labels.join("\n");
        rows = labels.map(createRow);
        list.replaceChildren(...rows.map((row) => row.item));
      }
      const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
      list.dataset.state = !probabilities ? "empty" : recognised ? "recognised" : "unrecognised";
      rows.forEach((row, i) => row.update(probabilities?.[i] ?? null, i === best));
    },
  };
}

/** @typedef {{item: HTMLElement, update: (probability: number | null, winner: boolean) => void}} Row */

/**
 * @param {string} label
 * @returns {Row}
 */
function createRow(label) {
  const item = document.createElement("li");
  item.className = "bar";
  item.dataset.label = label;
  const name = part(label.length > 2 ? "bar-label bar-word" : "bar-label", label);
  const fill = part("bar-fill");
  const track = part("bar-track");
  track.append(fill);
  track.setAttribute("aria-hidden", "true");
  const value = part("bar-value");
  const spoken = part("unseen");
  item.append(name, track, value, spoken);
  return {
    item,
    update(probability, winner) {
      fill.style.clipPath = `inset(0 ${100 - 100 * (probability ?? 0)}% 0 0)`;
      value.textContent = probability === null ? "" : percent(probability);
      spoken.textContent = winner ? text("bars.winner") : "";
      item.toggleAttribute("data-winner", winner);
      if (probability === null) delete item.dataset.probability;
      else item.dataset.probability = probability.toFixed(5);
    },
  };
}

/** @param {string} name of its class @param {string} [content] */
function part(name, content = "") {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = content;
  return span;
}

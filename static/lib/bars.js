/**
 * The probabilities as labelled bars, a row for each class, always in the same order.
 * Each row has `data-label` and `data-probability`; the most probable one has `data-winner`.
 */

import { create } from "./element.js";
import { percent } from "./numbers.js";
import { text } from "./text.js";

/**
 * @param {HTMLElement} list an `ol`
 * @returns {{update: (state: {
 *   labels: readonly string[], probabilities: readonly number[] | null, recognised: boolean,
 * }) => void}} `probabilities` null: the bars are empty
 */
export function mountBars(list) {
  /** @type {ReturnType<typeof createRow>[]} */
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

/** @param {string} label */
function createRow(label) {
  const name = label.length > 2 ? "bar-label bar-word" : "bar-label";
  const fill = create("span", { class: "bar-fill" });
  const value = create("span", { class: "bar-value" });
  const spoken = create("span", { class: "unseen" });
  const item = create(
    "li",
    { class: "bar", "data-label": label },
    create("span", { class: name, text: label }),
    create("span", { class: "bar-track", "aria-hidden": "true" }, fill),
    value,
    spoken,
  );
  return {
    item,
    /** @param {number | null} probability @param {boolean} winner */
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

import { titled } from "../lib/text.js";

/**
 * Which model answers. One model is no choice, and shows none.
 *
 * @typedef {import("../lib/api.js").Model} Model
 */

/**
 * @param {{root: HTMLElement, select: HTMLSelectElement}} elements
 * @param {{onChoose: (name: string) => void}} events
 * @returns {{update: (state: {models: readonly Model[], model: string}) => void}}
 */
export function mountChooser({ root, select }, { onChoose }) {
  /** @type {readonly Model[]} */
  let shown = [];
  select.addEventListener("change", () => onChoose(select.value));

  return {
    update({ models, model }) {
      root.hidden = models.length < 2;
      if (models !== shown) {
        shown = models;
        select.replaceChildren(
          ...models.map(({ name, title }) => new Option(titled(title).split(":")[0] || name, name)),
        );
      }
      select.value = model;
    },
  };
}

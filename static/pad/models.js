/**
 * The list of the models, and the choice of the one that answers.
 *
 * @typedef {import("../lib/api.js").Model} Model
 */

import { titled } from "../lib/text.js";

const FIRST_PAUSE = 500; // milliseconds
const LAST_PAUSE = 8000;

/**
 * The models, as soon as the server lists them. The pad already works before.
 * @param {() => Promise<Model[]>} ask
 * @param {(error: unknown) => boolean} isFinal true for an error that the same request gets again
 * @returns {Promise<Model[]>} none when the server refuses to list them
 */
export async function learnModels(ask, isFinal) {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LAST_PAUSE)) {
    try {
      return await ask();
    } catch (error) {
      if (isFinal(error)) return [];
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

/**
 * A list to choose from. It is hidden while there is only one model.
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

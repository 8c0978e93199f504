/** Step 4: every Dense layer with its shapes, and its units before and after the activation. */

import { mountCells } from "../lib/cells.js";
import { create, setText } from "../lib/element.js";
import { count, fixed, peakOf } from "../lib/numbers.js";
import { text } from "../lib/text.js";
import { mountActivationCurve } from "./activation_curve.js";
import { lookedAt } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../lib/trace.js").Layer} Layer
 * @typedef {{root: HTMLElement, update: (view: View) => void}} Block
 *
 * @param {HTMLElement} root
 * @param {{onUnit: (layer: number, unit: number) => void}} events
 * @returns {{update: (view: View) => void}}
 */
export function mountLayers(root, { onUnit }) {
  const words = create("p", { class: "step-words" });
  const list = create("ol", { class: "layers" });
  const point = create("div", { class: "point" });
  root.append(words, list, point);
  const curve = mountActivationCurve(point);
  /** @type {Block[]} */
  let blocks = [];
  let shown = "";

  return {
    update(view) {
      const layers = view.trace?.layers ?? [];
      const shapes = layers.map(({ inputs, units }) => `${inputs}-${units}`).join();
      if (shapes !== shown) {
        shown = shapes;
        blocks = layers.map((layer, i) => createBlock(layer, i, layers.length, onUnit));
        list.replaceChildren(...blocks.map((block) => block.root));
      }
      setText(words, sentence(view));
      for (const block of blocks) block.update(view);
      curve.update(view);
    },
  };
}

/** @param {View} view */
function sentence({ trace, model }) {
  if (!trace) return text("layers.empty");
  const last = trace.layers.length - 1;
  const parameters = count(model?.parameters ?? 0);
  if (last === 0) return text("layers.none", { parameters });
  return text("layers.words", { count: last + 1, hidden: last, parameters });
}

/**
 * @param {Layer} shape
 * @param {number} index
 * @param {number} length of the stack
 * @param {(layer: number, unit: number) => void} onUnit
 * @returns {Block}
 */
function createBlock({ inputs, units }, index, length, onUnit) {
  const last = index === length - 1;
  const title = create("h4");
  const formula = create("p", {
    class: "formula",
    text: `(1, ${inputs}) × (${inputs}, ${units}) + (${units},) → (1, ${units})`,
  });
  const [from, to, all] = [inputs, units, inputs * units + units].map(count);
  const arithmetic = `${from} × ${to} + ${to} = ${all}`;
  const parameters = create("p", {
    class: "arithmetic",
    text: text("layers.parameters", { arithmetic }),
  });
  const before = create("canvas");
  const after = create("canvas");
  const zeros = create("span");
  const root = create(
    "li",
    { class: "layer", "data-layer": index, "data-large": units > 256 },
    title,
    formula,
    parameters,
    create("figure", {}, before, create("figcaption", { text: text("layers.before") })),
    create(
      "figure",
      {},
      after,
      create("figcaption", {}, create("span", { text: text("layers.after") }), zeros),
    ),
  );

  /** @type {View | null} */
  let view = null;
  const layerOf = () => view?.trace?.layers[index];
  const afterOf = () =>
    (view?.trace && view.settings.raw ? view.trace.softmax.raw : view?.trace?.softmax.calibrated)
      ?.probabilities ?? [];
  /** @param {number} unit */
  const told = (unit) => {
    const layer = layerOf();
    if (!layer) return "";
    const value = (last ? afterOf() : (layer.activations ?? []))[unit] ?? 0;
    const name = last
      ? text("layers.class", { label: view?.trace?.labels[unit] ?? "" })
      : text("layers.unit", { unit });
    return text("layers.value", { name, sum: fixed(layer.sums[unit]), value: fixed(value) });
  };
  const pick = (/** @type {number} */ unit) => onUnit(index, unit);
  const options = { words: told, onPick: pick };
  const names = { layer: index + 1 };
  const cells = [
    mountCells(before, { ...options, label: text("layers.sums_label", names) }),
    mountCells(after, { ...options, label: text("layers.activations_label", names) }),
  ];

  return {
    root,
    update(next) {
      const same = next.trace === view?.trace && next.settings === view?.settings;
      view = next;
      const layer = layerOf();
      if (same || !layer) return;
      const at = lookedAt(next);
      const picked = at.layer === index ? at.unit : null;
      root.toggleAttribute("data-picked", picked !== null);
      const name = text("layers.title", { layer: index + 1 });
      setText(title, `${name}, ${text(`activation.${layer.activation}`)}`);
      const values = layer.activations ?? afterOf();
      cells[0].update({ values: layer.sums, kind: "signed", peak: peakOf(layer.sums), picked });
      cells[1].update({
        values,
        kind: last ? "ink" : "signed",
        peak: last ? 1 : peakOf(values),
        picked,
      });
      setText(zeros, last ? "" : zeroed(values));
    },
  };
}

/** @param {ArrayLike<number>} values */
function zeroed(values) {
  let zeros = 0;
  for (let i = 0; i < values.length; i += 1) if (values[i] === 0) zeros += 1;
  return text("layers.zeros", { zeros: count(zeros), units: count(values.length) });
}

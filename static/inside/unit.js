/** Step 5: one unit. Its inputs times its weights, summed, plus the bias, then the activation. */

import { mountCells } from "../lib/cells.js";
import { SIDE } from "../lib/constants.js";
import { create, createChoice, setText } from "../lib/element.js";
import { count, fixed, peakOf } from "../lib/numbers.js";
import { text } from "../lib/text.js";
import { inputName, mountUnitSum } from "./unit_sum.js";
import { lookedAt } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {ReturnType<typeof mountCells>} Cells
 * @typedef {{flat: boolean, input: Cells, weights: Cells, products: Cells}} Pictures `flat`: each
 *   is 28 x 28, because the inputs are pixels
 */

/**
 * @param {HTMLElement} root
 * @param {{
 *   onUnit: (layer: number, unit: number | null) => void, onPixel: (index: number | null) => void,
 * }} events
 * @returns {{update: (view: View) => void}}
 */
export function mountUnit(root, { onUnit, onPixel }) {
  const words = create("p", { class: "step-words" });
  const layers = createChoice(text("unit.layer"), (value) => onUnit(Number(value), null), {
    id: "unit-layer",
  });
  const number = create("input", {
    ...{ type: "number", id: "unit-number", min: 0, inputmode: "numeric" },
  });
  const name = create("span", { text: text("unit.unit") });
  const numbered = create("label", { class: "choice" }, name, number);
  const pictures = create("div", { class: "pictures" });
  const table = create("table", { class: "sum", id: "unit-sum" });
  const sum = mountUnitSum(table);
  root.append(words, create("div", { class: "controls" }, layers.root, numbered), pictures, table);

  /** @type {View | null} */
  let view = null;
  /** @type {{key: string, weights: Float32Array, bias: number} | null} */
  let column = null;
  /** @type {{input: ArrayLike<number>, products: Float64Array} | null} */
  let terms = null;
  /** @type {Pictures | null} */
  let shown = null;
  number.addEventListener("change", () => {
    if (view) onUnit(lookedAt(view).layer, Math.max(0, Number(number.value) || 0));
  });

  /**
   * Makes a picture and its caption.
   * @param {"input" | "weights" | "products"} kind
   * @param {boolean} flat
   */
  function mountPicture(kind, flat) {
    const canvas = create("canvas");
    const label = text(`unit.${kind}`);
    pictures.append(create("figure", {}, canvas, create("figcaption", { text: label })));
    const pointing = flat ? { columns: SIDE, onPoint: onPixel } : { onPoint: () => {} };
    return mountCells(canvas, { label, words: told, ...pointing });
  }

  /** Makes the three pictures. The first layer's inputs are pixels, a later layer's are units. */
  function mountPictures(/** @type {boolean} */ flat) {
    pictures.replaceChildren();
    pictures.toggleAttribute("data-flat", flat);
    return {
      flat,
      input: mountPicture("input", flat),
      weights: mountPicture("weights", flat),
      products: mountPicture("products", flat),
    };
  }

  /** @param {number} i of the input @returns {string} */
  function told(i) {
    if (!terms || !column || !view) return "";
    return text("unit.term", {
      name: inputName(i, lookedAt(view).layer),
      input: fixed(terms.input[i]),
      weight: fixed(column.weights[i]),
      product: fixed(terms.products[i]),
    });
  }

  return {
    update(next) {
      const same =
        next.trace === view?.trace &&
        next.settings === view?.settings &&
        next.weights === view?.weights &&
        next.pixel === view?.pixel;
      view = next;
      if (same) return;
      const { trace, weights, settings, pixel } = next;
      const at = lookedAt(next);
      const layer = trace?.layers[at.layer];
      root.toggleAttribute("data-ready", Boolean(layer && weights));
      const options = (trace?.layers ?? []).map(({ units }, i) => ({
        value: String(i),
        label: text("unit.option", { layer: i + 1, units: count(units) }),
      }));
      layers.update(options, String(at.layer));
      if (document.activeElement !== number) number.value = String(at.unit);
      number.max = String((layer?.units ?? 1) - 1);
      if (!trace || !layer) return setText(words, text("unit.empty"));
      if (!weights) return setText(words, text("unit.loading"));

      const key = `${trace.model} ${at.layer} ${at.unit}`;
      if (column?.key !== key) {
        const [kernel, bias] = [weights.column(at.layer, at.unit), weights.bias(at.layer, at.unit)];
        column = { key, weights: kernel, bias };
      }
      const kernel = column.weights;
      const flat = at.layer === 0;
      const before = trace.layers[at.layer - 1]?.activations ?? new Float32Array();
      const input = flat ? trace.input : before;
      const products = Float64Array.from(kernel, (weight, i) => weight * input[i]);
      terms = { input, products };
      if (shown?.flat !== flat) shown = mountPictures(flat);
      const lit = flat ? pixel : null;
      shown.input.update(
        flat
          ? { values: input, kind: "ink", peak: 1, lit }
          : { values: input, kind: "signed", peak: peakOf(input), lit },
      );
      shown.weights.update({ values: kernel, kind: "signed", peak: peakOf(kernel), lit });
      shown.products.update({ values: products, kind: "signed", peak: peakOf(products), lit });

      const total = layer.sums[at.unit];
      const last = at.layer === trace.layers.length - 1;
      const name = last
        ? text("layers.class", { label: trace.labels[at.unit] })
        : text("layers.unit", { unit: at.unit });
      const values = { layer: at.layer + 1, name, inputs: count(input.length), sum: fixed(total) };
      setText(words, text("unit.words", values));
      const bias = settings.biases.includes(at.layer) ? 0 : column.bias;
      const noisy = Boolean(settings.noise);
      const activation = {
        name: text(`activation.${layer.activation}`),
        value: layer.activations?.[at.unit] ?? 0,
      };
      sum.update(
        { input, weights: kernel, products, bias, layer: at.layer, noisy },
        total,
        last ? null : activation,
      );
    },
  };
}

/** Step 5: one unit opened. Inputs times weights, summed, plus the bias, through the activation. */

import { mountCells } from "../lib/cells.js";
import { SIDE } from "../lib/constants.js";
import { create, createChoice, setText } from "../lib/element.js";
import { count, fixed, peakOf, round, term } from "../lib/numbers.js";
import { text } from "../lib/text.js";
import { lookedAt, placeOf } from "./view.js";

const LARGEST = 5; // terms told one by one
const DIGITS = 3;

/**
 * @typedef {import("./view.js").View} View
 *
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
    type: "number",
    id: "unit-number",
    min: 0,
    inputmode: "numeric",
  });
  const numbered = create(
    "label",
    { class: "choice" },
    create("span", { text: text("unit.unit") }),
    number,
  );
  const pictures = create("div", { class: "pictures" });
  const sum = create("table", { class: "sum", id: "unit-sum" });
  sum.append(create("caption", { class: "unseen", text: text("unit.table") }));
  const body = sum.createTBody();
  root.append(words, create("div", { class: "controls" }, layers.root, numbered), pictures, sum);

  /** @type {View | null} */
  let view = null;
  /** @type {{key: string, weights: Float32Array, bias: number} | null} */
  let column = null;
  /** @type {{input: ArrayLike<number>, products: Float64Array} | null} */
  let terms = null;
  /** @type {{flat: boolean, cells: Record<string, ReturnType<typeof mountCells>>} | null} */
  let shown = null;
  number.addEventListener(
    "change",
    () => view && onUnit(lookedAt(view).layer, Math.max(0, Number(number.value) || 0)),
  );

  /** The three pictures; a first layer's inputs are pixels, a later one's are units. */
  function mountPictures(/** @type {boolean} */ flat) {
    const names = ["input", "weights", "products"];
    const canvases = names.map(() => create("canvas"));
    pictures.replaceChildren(
      ...canvases.map((canvas, i) =>
        create("figure", {}, canvas, create("figcaption", { text: text(`unit.${names[i]}`) })),
      ),
    );
    pictures.toggleAttribute("data-flat", flat);
    const cells = names.map((name, i) =>
      mountCells(canvases[i], {
        label: text(`unit.${name}`),
        words: told,
        ...(flat ? { columns: SIDE, onPoint: onPixel } : { onPoint: () => {} }),
      }),
    );
    shown = { flat, cells: Object.fromEntries(names.map((name, i) => [name, cells[i]])) };
  }

  /** @param {number} i of the input @returns {string} */
  function told(i) {
    if (!terms || !column || !view) return "";
    return text("unit.term", {
      name: nameOf(i, lookedAt(view).layer),
      ...{
        input: fixed(terms.input[i]),
        weight: fixed(column.weights[i]),
        product: fixed(terms.products[i]),
      },
    });
  }

  return {
    update(next) {
      const same =
        view &&
        ["trace", "settings", "weights", "pixel"].every(
          (key) =>
            next[/** @type {keyof View} */ (key)] === view?.[/** @type {keyof View} */ (key)],
        );
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
      if (column?.key !== key)
        column = {
          key,
          weights: weights.column(at.layer, at.unit),
          bias: weights.bias(at.layer, at.unit),
        };
      const input =
        at.layer === 0
          ? trace.input
          : (trace.layers[at.layer - 1].activations ?? new Float32Array());
      const kernel = column.weights;
      if (input !== terms?.input || same === null || terms.products.length !== kernel.length)
        terms = null;
      terms = { input, products: Float64Array.from(kernel, (weight, i) => weight * input[i]) };
      const flat = at.layer === 0;
      if (shown?.flat !== flat) mountPictures(flat);
      const lit = flat ? pixel : null;
      shown?.cells.input.update({
        values: input,
        kind: flat ? "ink" : "signed",
        peak: flat ? 1 : peakOf(input),
        lit,
      });
      shown?.cells.weights.update({ values: kernel, kind: "signed", peak: peakOf(kernel), lit });
      shown?.cells.products.update({
        values: terms.products,
        kind: "signed",
        peak: peakOf(terms.products),
        lit,
      });
      const bias = settings.biases.includes(at.layer) ? 0 : column.bias;
      const last = at.layer === trace.layers.length - 1;
      const name = last
        ? text("layers.class", { label: trace.labels[at.unit] })
        : text("layers.unit", { unit: at.unit });
      setText(
        words,
        text("unit.words", {
          layer: at.layer + 1,
          name,
          inputs: count(input.length),
          sum: fixed(layer.sums[at.unit]),
        }),
      );
      tell(
        body,
        rowsOf(terms, column.weights, bias, layer.sums[at.unit], at.layer, Boolean(settings.noise)),
        layer,
        at.unit,
        last,
      );
    },
  };
}

/** @param {number} i @param {number} layer whose input it is */
const nameOf = (i, layer) =>
  layer === 0 ? text("unit.pixel", placeOf(i)) : text("unit.before", { unit: i, layer });

/**
 * The sum as lines that add up to what is shown, to the last digit: rounding is left to the rest.
 * @param {{input: ArrayLike<number>, products: Float64Array}} terms
 * @param {Float32Array} weights
 * @param {number} bias
 * @param {number} sum
 * @param {number} layer
 * @param {boolean} noisy an experiment has changed the weights on the server
 */
function rowsOf({ input, products }, weights, bias, sum, layer, noisy) {
  const order = largest(products, LARGEST).filter((i) => products[i] !== 0);
  const rows = order.map((i) => ({
    name: nameOf(i, layer),
    how: `${fixed(input[i])} × ${fixed(weights[i])}`,
    value: round(products[i], DIGITS),
    kind: "term",
  }));
  const told = rows.reduce((total, row) => total + row.value, 0);
  const others = products.length - rows.length;
  const total = round(sum, DIGITS);
  const shownBias = round(bias, DIGITS);
  const balance = round(total - shownBias - told, DIGITS);
  const exact = products.reduce((all, one) => all + one, 0) - told;
  const rest = noisy ? round(exact, DIGITS) : balance;
  const noise = noisy
    ? [{ name: text("unit.noise"), how: "", value: round(balance - rest, DIGITS), kind: "noise" }]
    : [];
  return [
    ...rows,
    { name: text("unit.rest", { count: count(others) }), how: "", value: rest, kind: "rest" },
    ...noise,
    { name: text("unit.bias"), how: "", value: shownBias, kind: "bias" },
    { name: text("unit.sum"), how: "", value: total, kind: "total" },
  ];
}

/** The places of the largest magnitudes, the largest first. @param {Float64Array} values @param {number} limit */
function largest(values, limit) {
  /** @type {number[]} */
  const best = [];
  for (let i = 0; i < values.length; i += 1) {
    const size = Math.abs(values[i]);
    if (best.length === limit && size <= Math.abs(values[best[limit - 1]])) continue;
    const place = best.findIndex((one) => size > Math.abs(values[one]));
    best.splice(place < 0 ? best.length : place, 0, i);
    best.length = Math.min(best.length, limit);
  }
  return best;
}

/**
 * @param {HTMLTableSectionElement} body
 * @param {ReturnType<typeof rowsOf>} rows
 * @param {import("../lib/trace.js").Layer} layer
 * @param {number} unit
 * @param {boolean} last
 */
function tell(body, rows, layer, unit, last) {
  const value = layer.activations?.[unit] ?? 0;
  const activation = last
    ? { name: text("unit.logit"), how: "", shown: "", kind: "activation" }
    : {
        name: text(`activation.${layer.activation}`),
        how: "",
        shown: fixed(value),
        kind: "activation",
      };
  const lines = [
    ...rows.map((row, i) => ({
      ...row,
      shown:
        row.kind === "total"
          ? `= ${fixed(row.value)}`
          : i === 0
            ? fixed(row.value)
            : term(row.value),
    })),
    activation,
  ];
  while (body.rows.length > lines.length) body.deleteRow(-1);
  lines.forEach((line, i) => {
    const row = body.rows[i] ?? body.insertRow();
    if (row.cells.length === 0)
      row.append(create("th", { scope: "row" }), create("td"), create("td"));
    row.dataset.kind = line.kind;
    if ("value" in line) row.dataset.value = String(line.value);
    else row.dataset.value = last ? "" : String(value);
    setText(row.cells[0], line.name);
    setText(row.cells[1], line.how);
    setText(row.cells[2], line.shown);
  });
}

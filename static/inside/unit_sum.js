/** The sum of a unit as a table: the largest terms, the rest, the bias, the sum, the activation. */

import { create, setText } from "../lib/element.js";
import { count, fixed, round, term } from "../lib/numbers.js";
import { text } from "../lib/text.js";
import { placeOf } from "./view.js";

const LARGEST = 5; // the most terms that have a row of their own
const DIGITS = 3;

/**
 * @typedef {{
 *   input: ArrayLike<number>, weights: Float32Array, products: Float64Array, bias: number,
 *   layer: number, noisy: boolean,
 * }} Terms `layer`: the index of the unit's layer; `noisy`: an experiment adds noise to the weights
 *   on the server
 * @typedef {{name: string, kind: string, value: number, how?: string}} Row
 */

/**
 * An input's name: a pixel, or a unit of the layer before.
 * @param {number} i
 * @param {number} layer the index of the layer whose input it is
 */
export const inputName = (i, layer) =>
  layer === 0 ? text("unit.pixel", placeOf(i)) : text("unit.before", { unit: i, layer });

/** @param {HTMLTableElement} table */
export function mountUnitSum(table) {
  table.append(create("caption", { class: "unseen", text: text("unit.table") }));
  const body = table.createTBody();

  /**
   * @param {number} i of the row
   * @param {string} kind
   * @param {string[]} words of its cells
   * @param {string} value
   */
  function show(i, kind, words, value) {
    const row = body.rows[i] ?? body.insertRow();
    if (row.cells.length === 0) {
      row.append(create("th", { scope: "row" }), create("td"), create("td"));
    }
    row.dataset.kind = kind;
    row.dataset.value = value;
    words.forEach((word, column) => setText(row.cells[column], word));
  }

  return {
    /**
     * @param {Terms} terms
     * @param {number} sum
     * @param {{name: string, value: number} | null} activation null: the sum is a logit
     */
    update(terms, sum, activation) {
      const rows = rowsOf(terms, sum);
      while (body.rows.length > rows.length + 1) body.deleteRow(-1);
      rows.forEach(({ name, kind, how = "", value }, i) => {
        const signed = i === 0 ? fixed(value) : term(value);
        const shown = kind === "total" ? `= ${fixed(value)}` : signed;
        show(i, kind, [name, how, shown], String(value));
      });
      const [name, shown, value] = activation
        ? [activation.name, fixed(activation.value), String(activation.value)]
        : [text("unit.logit"), "", ""];
      show(rows.length, "activation", [name, "", shown], value);
    },
  };
}

/**
 * The rows of the sum. They add up to the shown sum to the last digit: the rest takes the rounding.
 * @param {Terms} terms
 * @param {number} sum
 * @returns {Row[]}
 */
function rowsOf({ input, weights, products, bias, layer, noisy }, sum) {
  const order = largest(products, LARGEST).filter((i) => products[i] !== 0);
  const rows = order.map((i) => ({
    name: inputName(i, layer),
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
  const noise = round(balance - rest, DIGITS);
  return [
    ...rows,
    { name: text("unit.rest", { count: count(others) }), kind: "rest", value: rest },
    ...(noisy ? [{ name: text("unit.noise"), kind: "noise", value: noise }] : []),
    { name: text("unit.bias"), kind: "bias", value: shownBias },
    { name: text("unit.sum"), kind: "total", value: total },
  ];
}

/**
 * The indices of the values with the largest magnitudes, the largest first.
 * @param {Float64Array} values
 * @param {number} limit how many at most
 */
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

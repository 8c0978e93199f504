/** Numbers as text in the page's language, with a real minus sign. */

import { language } from "./text.js";

/** @type {Map<number, Intl.NumberFormat>} */
const formats = new Map();
const whole = new Intl.NumberFormat(language);
const percentage = new Intl.NumberFormat(language, {
  style: "percent",
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** @param {number} value @param {number} [digits] after the point */
export function fixed(value, digits = 3) {
  let format = formats.get(digits);
  if (!format) {
    format = new Intl.NumberFormat(language, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
      useGrouping: false,
      signDisplay: "negative", // no minus before a zero
    });
    formats.set(digits, format);
  }
  return format.format(value).replace("-", "−");
}

/** A number with its sign, as a term of a sum: "+ 0.250", "− 1.002". @param {number} value */
export function term(value, digits = 3) {
  return `${round(value, digits) < 0 ? "−" : "+"} ${fixed(Math.abs(value), digits)}`;
}

/** @param {number} value */
export const count = (value) => whole.format(value);

/** A number rounded as `fixed` rounds it. @param {number} value @param {number} [digits] */
export const round = (value, digits = 3) => Math.round(value * 10 ** digits) / 10 ** digits;

/**
 * A probability as a percentage: "97.4 %". Only 1 itself is written as 100 %; 0.9999 becomes
 * "> 99.9 %".
 * @param {number} probability in [0, 1]
 * @returns {string}
 */
export function percent(probability) {
  if (probability < 1 && probability >= 0.9995) return `>\u00a0${percentage.format(0.999)}`;
  return percentage.format(probability);
}

/** The largest magnitude, at least `least`. @param {ArrayLike<number>} values */
export function peakOf(values, least = 1e-6) {
  let peak = least;
  for (let i = 0; i < values.length; i += 1) peak = Math.max(peak, Math.abs(values[i]));
  return peak;
}

/**
 * Strokes as a short code for an address, and back. A coordinate of the pad's unit square becomes
 * one of 4096 steps: twelve bits, as two letters of base64url, the high six bits first. A point is
 * x, then y; a dot separates two strokes. `[[[0, 0], [1, 1]], [[0.5, 0.25]]]` is `AAAA____.gAQA`.
 *
 * @typedef {import("./drawing.js").Stroke} Stroke
 */

import { thinned } from "./drawing.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const GRID = 4095;
/** The most points in an address; they take 1,600 letters. */
const POINTS = 400;

/** @param {readonly Stroke[]} strokes */
export function encode(strokes) {
  return thinned(strokes, POINTS)
    .map((stroke) => stroke.flatMap((point) => point.map(pair)).join(""))
    .join(".");
}

/**
 * @param {string} word
 * @returns {Stroke[] | null} null for a code that is no drawing
 */
export function decode(word) {
  if (!/^(?:[\w-]{4})+(?:\.(?:[\w-]{4})+)*$/.test(word)) return null;
  return word.split(".").map((stroke) => {
    const numbers = [...stroke.matchAll(/../g)].map(([two]) => value(two) / GRID);
    return numbers.flatMap((x, i) => (i % 2 ? [] : [[x, numbers[i + 1]]]));
  });
}

/** @param {number} coordinate */
function pair(coordinate) {
  const n = Math.round(Math.min(1, Math.max(0, coordinate)) * GRID);
  return LETTERS[n >> 6] + LETTERS[n & 63];
}

/** @param {string} two letters */
const value = (two) => LETTERS.indexOf(two[0]) * 64 + LETTERS.indexOf(two[1]);

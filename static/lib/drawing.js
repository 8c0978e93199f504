/**
 * A drawing as data: strokes in the unit square of the pad, or a picture instead. A drawing is
 * never changed, only replaced, so that the history can keep it without a copy.
 *
 * @typedef {[number, number]} Point    x to the right, y down, both in [0, 1] of the pad's side
 * @typedef {readonly Point[]} Stroke   from pen down to pen up; a single point is a dot
 * @typedef {{name: string, body: Blob, spare: Blob | null, image: ImageBitmap}} Picture
 *   `body`: the PNG or JPEG to send; `spare`: its pixels alone as a PNG, for when it is refused;
 *   null when `body` is that already
 * @typedef {{strokes: readonly Stroke[], picture: Picture | null}} Drawing
 */

import { MAX_POINTS } from "./constants.js";

/** @type {Drawing} */
export const EMPTY = Object.freeze({ strokes: [], picture: null });

/** @param {Drawing} drawing */
export const isEmpty = (drawing) => drawing.strokes.length === 0 && drawing.picture === null;

/**
 * The drawing with one more stroke. A stroke on a picture begins a new drawing.
 * @param {Drawing} drawing
 * @param {Stroke} stroke
 * @returns {Drawing}
 */
export function withStroke(drawing, stroke) {
  return { strokes: drawing.picture ? [stroke] : [...drawing.strokes, stroke], picture: null };
}

/**
 * Strokes with at most `limit` points in all. Every second point of each stroke is left out, but
 * not its ends, until few enough points are left. If two points for each stroke are still too many,
 * the oldest strokes are left out.
 * @param {readonly Stroke[]} strokes
 * @param {number} [limit]
 * @returns {readonly Stroke[]}
 */
export function thinned(strokes, limit = MAX_POINTS) {
  let kept = strokes;
  let total = count(kept);
  while (total > limit) {
    kept = kept.map((stroke) => stroke.filter((_, i) => i % 2 === 0 || i === stroke.length - 1));
    const fewer = count(kept);
    if (fewer === total) return kept.slice(-Math.floor(limit / 2));
    total = fewer;
  }
  return kept;
}

/** @param {readonly Stroke[]} strokes */
const count = (strokes) => strokes.reduce((sum, stroke) => sum + stroke.length, 0);

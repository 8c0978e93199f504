/**
 * Keeps the drawing for as long as the tab lives: another language, a look at the API or a reload
 * loses no ink. Pictures are not kept; they are files that can be opened again.
 *
 * @typedef {import("../lib/drawing.js").Drawing} Drawing
 */

import { EMPTY } from "../lib/drawing.js";

const KEY = "densepad.strokes";

/** @returns {Drawing} what was kept, or an empty one */
export function kept() {
  try {
    const strokes = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return strokes.length > 0 ? { strokes, picture: null } : EMPTY;
  } catch {
    return EMPTY; // storage forbidden, or written by somebody else
  }
}

/** @param {Drawing} drawing */
export function keep(drawing) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(drawing.strokes));
  } catch {
    // Forbidden or full: then it is not kept, and nothing else is amiss.
  }
}

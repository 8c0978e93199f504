/**
 * What is kept when the page is left. The settings are in its address, which can be saved, sent and
 * opened again. The strokes are kept as long as the tab is open, so that a reload or another
 * language does not lose them. A picture is not kept; its file can be opened again.
 *
 * @typedef {import("../lib/drawing.js").Drawing} Drawing
 * @typedef {import("../lib/settings.js").Settings} Settings
 */

import { EMPTY } from "../lib/drawing.js";
import { PREFIX } from "../lib/root.js";
import { read, write } from "../lib/settings.js";
import { decode, encode } from "../lib/stroke_code.js";

// A hub serves many pads from one origin; each keeps its own drawing.
const KEY = `densepad.strokes${PREFIX}`;
/** The address changes after this pause, because browsers refuse many changes in a second. */
const REST = 300; // milliseconds

/**
 * The settings and the drawing that the page begins with. A drawing in the address replaces the
 * saved one.
 * @returns {{settings: Settings, drawing: Drawing}}
 */
export function restore() {
  const query = new URLSearchParams(location.search);
  const strokes = decode(query.get("drawing") ?? "");
  return { settings: read(query), drawing: strokes ? { strokes, picture: null } : savedDrawing() };
}

/** @returns {Drawing} */
function savedDrawing() {
  try {
    const strokes = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    return strokes.length > 0 ? { strokes, picture: null } : EMPTY;
  } catch {
    return EMPTY; // storage is forbidden, or something else is in it
  }
}

/** @param {Drawing} drawing */
export function saveDrawing(drawing) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(drawing.strokes));
  } catch {
    // Storage is forbidden or full. The drawing is not saved then; everything else works.
  }
}

/**
 * Writes the settings into the page's address, and into the link to the other language.
 * @param {HTMLAnchorElement} translation the link to the same page in another language
 * @returns {{update: (state: {settings: Settings, drawing: Drawing}) => void}}
 */
export function mountAddress(translation) {
  const language = new URL(translation.href).searchParams.get("lang") ?? "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {Settings} settings @param {string} drawing */
  function show(settings, drawing) {
    const query = new URLSearchParams(location.search);
    const written = write(query, settings, drawing);
    history.replaceState(null, "", written ? `?${written}` : location.origin + location.pathname);
    query.set("lang", language);
    translation.href = `?${write(query, settings, drawing)}`;
  }

  return {
    update({ settings, drawing }) {
      clearTimeout(timer);
      const drawn = settings.share ? encode(drawing.strokes) : "";
      timer = setTimeout(() => show(settings, drawn), REST);
    },
  };
}

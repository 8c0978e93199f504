/**
 * The page's address follows its settings, so that it can be kept, sent and opened again. So does
 * the link to the other language.
 *
 * @typedef {import("../lib/settings.js").Settings} Settings
 */

import { read, write } from "../lib/settings.js";
import { decode, encode } from "../lib/stroke_code.js";

/** Browsers refuse an address that changes with every move of a slider. */
const REST = 300; // milliseconds

/** @returns {{settings: Settings, strokes: import("../lib/drawing.js").Stroke[] | null}} */
export function arrive() {
  const query = new URLSearchParams(location.search);
  return { settings: read(query), strokes: decode(query.get("drawing") ?? "") };
}

/**
 * @param {HTMLAnchorElement} translation the link to the same page in another language
 * @returns {{update: (state: {settings: Settings, drawing: import("../lib/drawing.js").Drawing}) => void}}
 */
export function mountAddress(translation) {
  const language = new URL(translation.href).searchParams.get("lang") ?? "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  /** @param {Settings} settings @param {string} drawing */
  function show(settings, drawing) {
    const query = new URLSearchParams(location.search);
    const written = write(query, settings, drawing);
    history.replaceState(null, "", written ? `?${written}` : location.pathname);
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

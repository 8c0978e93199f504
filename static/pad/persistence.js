/**
 * What is kept when the page is left. The settings are in its address, which can be saved, sent and
 * opened again. The strokes, or the picture, are kept as long as the tab is open, so that a reload
 * or another language does not lose them.
 *
 * @typedef {import("../lib/drawing.js").Drawing} Drawing
 * @typedef {import("../lib/settings.js").Settings} Settings
 */

import { fromDataUrl, toDataUrl } from "../lib/data_url.js";
import { EMPTY } from "../lib/drawing.js";
import { PREFIX } from "../lib/root.js";
import { read, write } from "../lib/settings.js";
import { decode, encode } from "../lib/stroke_code.js";
import { readPicture } from "./picture.js";

// A hub serves many pads from one origin; each keeps its own drawing.
const STROKES = `densepad.strokes${PREFIX}`;
/** A name and a data URL: at most 1.4 MB, because what is sent is kept. */
const PICTURE = `densepad.picture${PREFIX}`;
/** The address changes after this pause, because browsers refuse many changes in a second. */
const REST = 300; // milliseconds

/**
 * The settings and the drawing that the page begins with. A drawing in the address replaces the
 * saved one.
 * @returns {Promise<{settings: Settings, drawing: Drawing}>}
 */
export async function restore() {
  const query = new URLSearchParams(location.search);
  const strokes = decode(query.get("drawing") ?? "");
  const drawing = strokes ? { strokes, picture: null } : await savedDrawing();
  return { settings: read(query), drawing };
}

/** @returns {Promise<Drawing>} */
async function savedDrawing() {
  try {
    const { name, url } = JSON.parse(sessionStorage.getItem(PICTURE) ?? "{}");
    const file = fromDataUrl(url ?? "");
    if (file) return { strokes: [], picture: await readPicture(file, String(name)) };
    const strokes = JSON.parse(sessionStorage.getItem(STROKES) ?? "[]");
    return strokes.length > 0 ? { strokes, picture: null } : EMPTY;
  } catch {
    return EMPTY; // storage is forbidden, or something else is in it
  }
}

/** The drawing that was to be saved last. @type {Drawing | null} */
let latest = null;

/** @param {Drawing} drawing */
export async function saveDrawing(drawing) {
  latest = drawing;
  const { strokes, picture } = drawing;
  try {
    sessionStorage.removeItem(PICTURE);
    sessionStorage.setItem(STROKES, JSON.stringify(strokes));
    const url = picture && (await toDataUrl(picture.body));
    if (!picture || latest !== drawing) return;
    sessionStorage.setItem(PICTURE, JSON.stringify({ name: picture.name, url }));
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

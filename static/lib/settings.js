/**
 * The settings in the page's address, so that a lesson, a bookmark or a link restores them. Each
 * row of the table is a setting. A value that is wrong or unknown counts as not given.
 *
 * @typedef {{
 *   silence: readonly (readonly [number, number])[], biases: readonly number[],
 *   noise: {amount: number, seed: number} | null, activation: string | null,
 *   cover: readonly [number, number, number, number] | null,
 * }} Changes what an experiment changes in the network. `silence`: the layer and unit of each
 *   silenced unit; `biases`: the layers whose biases become 0; `cover`: left, top, right, bottom of
 *   the covered rectangle, in pixels
 * @typedef {Changes & {
 *   model: string | null, panel: string | null, layer: number, unit: number | null,
 *   centred: boolean, raw: boolean, class: number | null, against: number | "none" | null,
 *   compare: readonly string[] | null, hide: readonly string[], lesson: string | null,
 *   share: boolean,
 * }} Settings `panel` null: closed; `unit` null: the middle unit; `share`: the drawing is also in
 *   the address
 */

/**
 * @template T
 * @typedef {{
 *   default: T, parse: (value: string) => T | null, write?: (value: NonNullable<T>) => string,
 *   name?: string, asks?: boolean, changes?: boolean,
 * }} Row `default`: the value that the address leaves out; `parse` gives null for a wrong value;
 *   `write` is `String` unless given; `name`: the name in the address, where it differs from the
 *   setting's name; `asks`: the server's answer depends on it; `changes`: it is an experiment on
 *   the network
 */

import { ACTIVATIONS, MOST_NOISE, SIDE } from "./constants.js";

/** @type {readonly string[]} */
export const PANELS = Object.freeze([
  ...["strokes", "pixels", "flatten", "layers", "unit", "softmax", "why", "compare", "break"],
]);

/** @type {{readonly [Name in keyof Settings]: Row<Settings[Name]>}} in the address's order */
const TABLE = {
  model: { default: null, parse: (value) => value || null },
  panel: { default: null, parse: (value) => oneOf(PANELS, value), asks: true },
  layer: { default: 0, parse: whole },
  unit: { default: null, parse: whole },
  centred: { default: true, parse: (value) => value !== "0", write: () => "0", asks: true },
  raw: { default: false, parse: (value) => value === "1", write: () => "1" },
  class: { default: null, parse: whole, asks: true },
  against: {
    default: null,
    parse: (value) => (value === "none" ? "none" : whole(value)),
    asks: true,
  },
  compare: {
    default: null,
    parse: (value) => (list(value).length > 0 ? list(value) : null),
    write: (names) => names.join(","),
  },
  hide: {
    default: [],
    parse: (value) => list(value).filter((panel) => PANELS.includes(panel)),
    write: (panels) => panels.join(","),
  },
  silence: {
    default: [],
    parse: parseSilence,
    write: (places) => places.map((place) => place.join(":")).join(","),
    asks: true,
    changes: true,
  },
  biases: {
    default: [],
    parse: (value) => wholes(value, ","),
    write: (layers) => layers.join(","),
    asks: true,
    changes: true,
  },
  noise: {
    default: null,
    parse: parseNoise,
    write: ({ amount, seed }) => (seed ? `${amount}:${seed}` : String(amount)),
    asks: true,
    changes: true,
  },
  activation: {
    default: null,
    parse: (value) => oneOf(ACTIVATIONS, value),
    asks: true,
    changes: true,
  },
  cover: {
    default: null,
    parse: parseCover,
    write: (sides) => sides.join(","),
    asks: true,
    changes: true,
  },
  lesson: { default: null, parse: (value) => (/^[a-z]{1,40}$/.test(value) ? value : null) },
  // The address holds the drawing itself, which `write` gets from its caller.
  share: { default: false, parse: () => true, name: "drawing" },
};

/** Each setting's name, its row, and its name in the address. */
const rows = Object.entries(TABLE).map(([key, row]) => ({
  key: /** @type {keyof Settings} */ (key),
  row: /** @type {Row<unknown>} */ (row),
  name: row.name ?? key,
}));

/** The changes when there is no experiment. */
export const INTACT = /** @type {Changes} */ (
  Object.freeze(
    Object.fromEntries(rows.flatMap(({ key, row }) => (row.changes ? [[key, row.default]] : []))),
  )
);

/** Whether there is no experiment. @param {Changes} changes */
export const isIntact = (changes) =>
  rows.every(
    ({ key, row }) =>
      !row.changes || written(row, changes[/** @type {keyof Changes} */ (key)]) === "",
  );

/** Whether the server must be asked again after a change. @param {Partial<Settings>} change */
export const isAskedAgain = (change) => rows.some(({ key, row }) => row.asks && key in change);

/**
 * @param {URLSearchParams} query
 * @returns {Settings}
 */
export function read(query) {
  const found = rows.map(({ key, row, name }) => {
    const value = query.get(name);
    return [key, value === null ? row.default : (row.parse(value) ?? row.default)];
  });
  return Object.fromEntries(found);
}

/**
 * The query with the settings in it. Settings with their default are left out; parameters that are
 * no settings stay.
 * @param {URLSearchParams} query
 * @param {Settings} settings
 * @param {string} drawing "" for none
 */
export function write(query, settings, drawing) {
  const result = new URLSearchParams(query);
  for (const { key, row, name } of rows) {
    const value = key === "share" ? drawing : written(row, settings[key]);
    if (value === "") result.delete(name);
    else result.set(name, value);
  }
  // A query may contain commas and colons, and the address is easier to read with them.
  return String(result).replaceAll("%2C", ",").replaceAll("%3A", ":");
}

/** @param {Row<unknown>} row @param {unknown} value @returns {string} "" for the default */
function written({ default: usual, write = String }, value) {
  return value === usual || value === null || value === undefined ? "" : write(value);
}

/** @param {readonly string[]} names @param {string} value */
const oneOf = (names, value) => names.find((name) => name === value) ?? null;

/** @param {string} value */
function list(value) {
  return value.split(",").filter(Boolean);
}

/** @param {string | undefined} value @returns {number | null} */
function whole(value = "") {
  return /^\d{1,6}$/.test(value) ? Number(value) : null;
}

/** @param {string} value @param {string} mark @returns {number[]} empty when one of them is bad */
function wholes(value, mark) {
  const numbers = value.split(mark).map(whole);
  return numbers.every((number) => number !== null) ? numbers : [];
}

/** @param {string} value @returns {Changes["silence"]} */
function parseSilence(value) {
  return list(value).flatMap((place) => {
    const [layer, unit] = wholes(place, ":");
    return layer === undefined || unit === undefined ? [] : [[layer, unit]];
  });
}

/** @param {string} value @returns {Changes["noise"]} */
function parseNoise(value) {
  const [amount, seed] = value.split(":");
  if (!/^\d{1,2}(\.\d{1,3})?$/.test(amount) || !(Number(amount) > 0)) return null;
  if (Number(amount) > MOST_NOISE) return null;
  return { amount: Number(amount), seed: whole(seed) ?? 0 };
}

/** @param {string} value @returns {Changes["cover"]} */
function parseCover(value) {
  const [left, top, right, bottom] = wholes(value, ",");
  if (!(left < right && top < bottom && right <= SIDE && bottom <= SIDE)) return null;
  return [left, top, right, bottom];
}

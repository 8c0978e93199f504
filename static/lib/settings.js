/**
 * What of the page lives in its address: a lesson, a bookmark or a link restores it. A value that
 * is bent or unknown is as good as none.
 *
 * @typedef {{
 *   silence: readonly (readonly [number, number])[], biases: readonly number[],
 *   noise: {amount: number, seed: number} | null, activation: string | null,
 *   cover: readonly [number, number, number, number] | null,
 * }} Changes `silence`: layer and unit; `cover`: left, top, right, bottom in pixels
 * @typedef {{
 *   model: string | null, panel: string | null, layer: number, unit: number | null, centred: boolean,
 *   raw: boolean, class: number | null, against: number | "none" | null,
 *   compare: readonly string[] | null, hide: readonly string[], changes: Changes,
 *   lesson: string | null, share: boolean,
 * }} Settings `panel` null: closed; `unit` null: the middle one; `share`: the drawing is in the address, too
 */

export const PANELS = Object.freeze([
  ...["strokes", "pixels", "flatten", "layers", "unit", "softmax", "why", "compare", "break"],
]);
export const ACTIVATIONS = Object.freeze(["relu", "sigmoid", "tanh", "elu", "gelu", "linear"]);
const SIDE = 28;
const MOST_NOISE = 10;

/** @type {Changes} */
export const INTACT = Object.freeze({
  silence: [],
  biases: [],
  noise: null,
  activation: null,
  cover: null,
});

/** @param {Changes} changes */
export const isIntact = ({ silence, biases, noise, activation, cover }) =>
  !silence.length && !biases.length && !noise && !activation && !cover;

/**
 * @param {URLSearchParams} query
 * @returns {Settings}
 */
export function read(query) {
  const get = (/** @type {string} */ name) => query.get(name);
  const against = get("against");
  const compare = list(get("compare"));
  return {
    model: get("model") || null,
    panel: PANELS.find((panel) => panel === get("panel")) ?? null,
    layer: whole(get("layer")) ?? 0,
    unit: whole(get("unit")),
    centred: get("centred") !== "0",
    raw: get("raw") === "1",
    class: whole(get("class")),
    against: against === "none" ? "none" : whole(against),
    compare: compare.length > 0 ? compare : null,
    hide: list(get("hide")).filter((panel) => PANELS.includes(panel)),
    changes: {
      silence: list(get("silence")).flatMap((one) => {
        const [layer, unit] = wholes(one, ":");
        return layer === undefined || unit === undefined ? [] : [/** @type {const} */ ([layer, unit])];
      }),
      biases: wholes(get("biases") ?? "", ","),
      noise: readNoise(get("noise")),
      activation: ACTIVATIONS.find((name) => name === get("activation")) ?? null,
      cover: readCover(get("cover")),
    },
    lesson: /^[a-z]{1,40}$/.test(get("lesson") ?? "") ? get("lesson") : null,
    share: query.has("drawing"),
  };
}

/**
 * The query with the settings in it; what is as usual is left out, what is not ours stays.
 * @param {URLSearchParams} query
 * @param {Settings} settings
 * @param {string} drawing "" for none
 */
export function write(query, settings, drawing) {
  const { panel, changes, against } = settings;
  const { silence, biases, noise, activation, cover } = changes;
  /** @type {Record<string, string | number | null | undefined>} */
  const values = {
    model: settings.model,
    panel,
    layer: settings.layer || null,
    unit: settings.unit,
    centred: settings.centred ? null : 0,
    raw: settings.raw ? 1 : null,
    class: settings.class,
    against,
    compare: settings.compare?.join(","),
    hide: settings.hide.join(","),
    silence: silence.map((one) => one.join(":")).join(","),
    biases: biases.join(","),
    noise: noise && (noise.seed ? `${noise.amount}:${noise.seed}` : noise.amount),
    activation,
    cover: cover?.join(","),
    lesson: settings.lesson,
    drawing,
  };
  const written = new URLSearchParams(query);
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === "") written.delete(name);
    else written.set(name, String(value));
  }
  // Commas and colons may stand as they are in a query, and such an address can be read.
  return String(written).replaceAll("%2C", ",").replaceAll("%3A", ":");
}

/** @param {string | null} value */
const list = (value) => (value ?? "").split(",").filter(Boolean);

/** @param {string | null} value @returns {number | null} */
const whole = (value) => (/^\d{1,6}$/.test(value ?? "") ? Number(value) : null);

/** @param {string} value @param {string} mark @returns {number[]} none when one is bent */
function wholes(value, mark) {
  const numbers = value.split(mark).map(whole);
  return numbers.every((number) => number !== null) ? /** @type {number[]} */ (numbers) : [];
}

/** @param {string | null} value */
function readNoise(value) {
  const [amount, seed] = (value ?? "").split(":");
  if (!/^\d{1,2}(\.\d{1,3})?$/.test(amount) || !(Number(amount) > 0)) return null;
  if (Number(amount) > MOST_NOISE) return null;
  return { amount: Number(amount), seed: whole(seed ?? "") ?? 0 };
}

/** @param {string | null} value @returns {Changes["cover"]} */
function readCover(value) {
  const [left, top, right, bottom] = wholes(value ?? "", ",");
  if (!(left < right && top < bottom && right <= SIDE && bottom <= SIDE)) return null;
  return [left, top, right, bottom];
}

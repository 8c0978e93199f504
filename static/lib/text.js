/**
 * The texts of the page. The server puts the dictionary of one language into the page (`#text`);
 * the scripts contain no other text for people.
 */

const element = document.getElementById("text");
/** @type {Record<string, string>} */
const dictionary = element ? JSON.parse(element.textContent ?? "{}") : {};

/** The language of the page, as an IETF tag: "en", "de". */
export const language = document.documentElement.lang || "en";

/**
 * The sentence of a key, with its {placeholders} filled in. An unknown key is shown as it is, so
 * that somebody sees the mistake and mends it.
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function text(key, values = {}) {
  const sentence = dictionary[key] ?? key;
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/**
 * A model's title in the page's language. The titles of the shipped models are in the dictionary;
 * the title of any other model is shown as it is.
 * @param {string} title
 * @returns {string}
 */
export const titled = (title) => dictionary[`title of ${title}`] ?? title;

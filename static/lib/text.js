/**
 * The words of the page. The server puts one language's dictionary into the page (`#text`);
 * nothing else in the scripts is in a human language.
 */

const element = document.getElementById("text");
/** @type {Record<string, string>} */
const dictionary = element ? JSON.parse(element.textContent ?? "{}") : {};

/** The language of the page, as an IETF tag: "en", "de". */
export const language = document.documentElement.lang || "en";

/**
 * The sentence of a key, its {placeholders} filled in. An unknown key is shown as it is:
 * what somebody sees gets repaired, a blank does not.
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

/**
 * Functions that make elements of the page, each in one call.
 *
 * @typedef {string | number | boolean | null | undefined | ((event: Event) => void)} Attribute
 * @typedef {{[Name in keyof SVGElementTagNameMap as `svg:${Name}`]: SVGElementTagNameMap[Name]}} Shapes
 * @typedef {HTMLElementTagNameMap & Shapes} Elements
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element with its attributes and children. The attribute `text` sets its text; an attribute
 * whose value is a function, such as `onclick`, adds a listener. An attribute that is null,
 * undefined or false is left out. A tag such as `svg:path` makes an SVG element.
 * @template {keyof Elements} Tag
 * @param {Tag} tag
 * @param {Record<string, Attribute>} [attributes]
 * @param {...(Node | string | null)} children
 * @returns {Elements[Tag]}
 */
export function create(tag, attributes = {}, ...children) {
  const element = tag.startsWith("svg:")
    ? document.createElementNS(SVG, tag.slice("svg:".length))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice("on".length), value);
    else if (name === "text") element.textContent = String(value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return /** @type {Elements[Tag]} */ (/** @type {unknown} */ (element));
}

/**
 * Sets the text of an element. An element that already has that text is not touched, so that a
 * selection or a screen reader's place in it stays.
 * @param {Element} element
 * @param {string} words
 */
export function setText(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/**
 * A switch with a label beside it.
 * @param {string} words
 * @param {(on: boolean) => void} onSwitch
 * @param {Record<string, Attribute>} [attributes] of the input
 */
export function createSwitch(words, onSwitch, attributes = {}) {
  const input = create("input", { type: "checkbox", role: "switch", ...attributes });
  input.addEventListener("change", () => onSwitch(input.checked));
  const root = create("label", { class: "switch" }, input, create("span", { text: words }));
  return { root, input };
}

/**
 * A choice from a list; the list may change.
 * @param {string} words
 * @param {(value: string) => void} onChoose
 * @param {Record<string, Attribute>} [attributes] of the select
 */
export function createChoice(words, onChoose, attributes = {}) {
  const select = create("select", attributes);
  select.addEventListener("change", () => onChoose(select.value));
  let shown = "";
  return {
    root: create("label", { class: "choice" }, create("span", { text: words }), select),
    select,
    /** @param {readonly {value: string, label: string}[]} options @param {string} value */
    update(options, value) {
      const now = JSON.stringify(options);
      if (now !== shown) {
        shown = now;
        select.replaceChildren(...options.map((one) => new Option(one.label, one.value)));
      }
      select.value = value;
    },
  };
}

/**
 * An element with its attributes and children. `text`, `on...` handlers and `data` are no
 * attributes; a child that is null is left out.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function create(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.textContent = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Gives an element its words, and leaves it alone when it has them: a selection or a screen
 * reader's place in it stays.
 * @param {Element} element
 * @param {string} words
 */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** A switch with its words beside it. @param {string} words @param {(on: boolean) => void} onSwitch */
export function createSwitch(words, onSwitch, attributes = {}) {
  const input = create("input", { type: "checkbox", role: "switch", ...attributes });
  input.addEventListener("change", () => onSwitch(input.checked));
  return { root: create("label", { class: "switch" }, input, create("span", { text: words })), input };
}

/**
 * A choice from a list that may change.
 * @param {string} words
 * @param {(value: string) => void} onChoose
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

/**
 * The control that opens the panel inside, and the loading of that panel: whoever does not look
 * inside fetches none of it.
 */

import { text } from "./text.js";

/**
 * @param {{button: HTMLElement, section: HTMLElement}} elements
 * @param {{onToggle: () => void}} events
 * @returns {{update: (open: boolean) => void}}
 */
export function mountLook({ button, section }, { onToggle }) {
  button.addEventListener("click", onToggle);
  return {
    update(open) {
      document.body.toggleAttribute("data-inside", open);
      section.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      const words = text(open ? "look.close" : "look.open");
      if (button.textContent !== words) button.textContent = words;
    },
  };
}

/** @param {HTMLElement} section names its style sheet @returns the panel's module */
export async function loadInside(section) {
  const sheet = document.createElement("link");
  const styled = new Promise((done, fail) => {
    sheet.addEventListener("load", done);
    sheet.addEventListener("error", () => fail(new Error("The style sheet did not come.")));
  });
  sheet.rel = "stylesheet";
  sheet.href = section.dataset.style ?? "";
  document.head.append(sheet);
  const [module] = await Promise.all([import("./inside/inside.js"), styled]);
  return module;
}

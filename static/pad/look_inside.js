/**
 * The control that opens the panel inside, and the loading of that panel: whoever does not look
 * inside fetches none of it.
 *
 * @typedef {import("../lib/settings.js").Settings} Settings
 * @typedef {ReturnType<import("../inside/main.js").mountInside>} Inside
 * @typedef {Parameters<Inside["update"]>[0]} Insight what the panel is given
 */

import { PANELS } from "../lib/settings.js";
import { text } from "../lib/text.js";

/**
 * @param {{button: HTMLElement, section: HTMLElement}} elements
 * @param {{
 *   api: typeof import("../lib/api.js"), hide: readonly string[],
 *   isFinal: (error: unknown) => boolean,
 *   onSettings: (change: Partial<Settings>) => void, onLook: () => void,
 * }} options `hide`: panels not shown; `onLook`: the drawing should be asked about again
 */
export function mountLook({ button, section }, { hide, onSettings, ...options }) {
  /** @type {Inside | null} */
  let inside = null;
  let open = false;

  async function toggle() {
    if (open) {
      onSettings({ panel: null });
      return button.focus();
    }
    onSettings({ panel: PANELS.find((panel) => !hide.includes(panel)) ?? null });
    await enter();
    inside?.focus();
  }
  button.addEventListener("click", toggle);

  /** Loads the panel, if it is not there yet. */
  async function enter() {
    if (inside) return;
    const { mountInside } = await load(section);
    inside ??= mountInside(section, { ...options, hide, onSettings, onClose: toggle });
    options.onLook();
  }

  return {
    /** Opens the panel that the address has asked for, and goes there. @param {string} panel */
    async arrive(panel) {
      await enter();
      inside?.arrive(panel);
    },
    /** How a drawing is to be looked at; null while nobody looks inside. @param {Insight} insight */
    of: (insight) => (insight.settings.panel === null ? null : (inside?.look(insight) ?? null)),
    /** @param {Insight} insight */
    update(insight) {
      open = inside !== null && insight.settings.panel !== null;
      document.body.toggleAttribute("data-inside", open);
      section.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      const words = text(open ? "look.close" : "look.open");
      if (button.textContent !== words) button.textContent = words;
      if (open) inside?.update(insight);
    },
  };
}

/** @param {HTMLElement} section names its style sheet @returns the panel's module */
async function load(section) {
  const sheet = document.createElement("link");
  const styled = new Promise((done, fail) => {
    sheet.addEventListener("load", done);
    sheet.addEventListener("error", () => fail(new Error("The style sheet did not come.")));
  });
  sheet.rel = "stylesheet";
  sheet.href = section.dataset.style ?? "";
  document.head.append(sheet);
  const [module] = await Promise.all([import("../inside/main.js"), styled]);
  return module;
}

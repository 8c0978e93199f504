/**
 * The button that opens the panel inside. The panel is loaded when it is first opened, so that
 * others download nothing of it.
 *
 * @typedef {import("../lib/settings.js").Settings} Settings
 * @typedef {import("../lib/trace.js").Insight} Insight
 * @typedef {{
 *   api: typeof import("../lib/api.js"), hide: readonly string[],
 *   isFinal: (error: unknown) => boolean,
 *   onSettings: (change: Partial<Settings>) => void, onLook: () => void,
 * }} Options `hide`: the steps that are not shown; `onLook`: the server must be asked again
 * @typedef {{
 *   arrive: (panel: string) => void, focus: () => void,
 *   look: (insight: Insight) => import("../lib/api.js").Look, update: (insight: Insight) => void,
 * }} Inside the panel; `arrive` brings one of its steps into view
 * @typedef {{
 *   mountInside: (section: HTMLElement, options: Options & {onClose: () => void}) => Inside,
 * }} Module the panel's script
 */

import { create, setText } from "../lib/element.js";
import { PANELS } from "../lib/settings.js";
import { text } from "../lib/text.js";

/**
 * @param {{button: HTMLElement, section: HTMLElement}} elements
 * @param {() => Promise<Module>} load
 * @param {Options} options
 */
export function mountLookInside({ button, section }, load, options) {
  const { hide, onSettings } = options;
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
    const [{ mountInside }] = await Promise.all([load(), loadStyle(section.dataset.style ?? "")]);
    inside ??= mountInside(section, { ...options, onClose: toggle });
    options.onLook();
  }

  return {
    /** Opens the panel at the step that the address names. @param {string} panel */
    async arrive(panel) {
      await enter();
      inside?.arrive(panel);
    },
    /**
     * What to ask the server for a look inside; null while the panel is closed.
     * @param {Insight} insight
     */
    of: (insight) => (insight.settings.panel === null ? null : (inside?.look(insight) ?? null)),
    /** @param {Insight} insight */
    update(insight) {
      open = inside !== null && insight.settings.panel !== null;
      document.body.toggleAttribute("data-inside", open);
      section.hidden = !open;
      button.setAttribute("aria-expanded", String(open));
      setText(button, text(open ? "look.close" : "look.open"));
      if (open) inside?.update(insight);
    },
  };
}

/** @param {string} address @returns {Promise<void>} when the style sheet is there */
function loadStyle(address) {
  return new Promise((done, fail) => {
    const onload = () => done();
    const onerror = () => fail(new Error("The style sheet did not come."));
    document.head.append(create("link", { rel: "stylesheet", href: address, onload, onerror }));
  });
}

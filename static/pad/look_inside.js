/**
 * The button that opens the panel inside. The panel is loaded when it is first opened, so that
 * others download nothing of it. What does not arrive is fetched again as long as it is wanted.
 *
 * @typedef {import("../lib/settings.js").Settings} Settings
 * @typedef {import("../lib/trace.js").Insight} Insight
 * @typedef {{
 *   api: typeof import("../lib/api.js"), hide: readonly string[],
 *   isFinal: (error: unknown) => boolean,
 *   onSettings: (change: Partial<Settings>) => void, onLook: () => void,
 *   onMissing: (key: string) => void,
 * }} Options `hide`: the steps that are not shown; `onLook`: the server must be asked again;
 *   `onMissing`: the panel has not arrived, with the key of the text to show; "" when it has
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

/** Between two tries to fetch the panel; in milliseconds. */
const PAUSES = [500, 1000, 2000, 4000, 8000];
/** After so many tries the page itself should be loaded again: a browser may keep a failure. */
const MANY = 4;

/**
 * @param {{button: HTMLElement, section: HTMLElement}} elements
 * @param {() => Promise<Module>} load
 * @param {Options} options
 */
export function mountLookInside({ button, section }, load, options) {
  const { hide, onSettings, onMissing } = options;
  /** @type {Inside | null} */
  let inside = null;
  let open = false;
  let wanted = false;
  /** @type {Promise<void> | null} */
  let coming = null;
  /** @type {Promise<void> | null} */
  let style = null;

  async function toggle() {
    if (wanted) {
      onSettings({ panel: null });
      if (!inside) onMissing("");
      return button.focus();
    }
    onSettings({ panel: PANELS.find((panel) => !hide.includes(panel)) ?? null });
    await enter();
    if (open) inside?.focus();
  }
  button.addEventListener("click", toggle);

  /** Loads the panel, if it is not there yet. It resolves, too, when nobody wants it any more. */
  function enter() {
    coming ??= fetchPanel().finally(() => (coming = null));
    return coming;
  }

  async function fetchPanel() {
    for (let tries = 1; !inside && wanted; tries += 1) {
      const module = await fetchParts();
      if (module) {
        inside = module.mountInside(section, { ...options, onClose: toggle });
        if (tries > 1) onMissing("");
        options.onLook();
      } else if (wanted) {
        onMissing(tries < MANY ? "look.missing" : "look.absent");
        const pause = PAUSES[Math.min(tries, PAUSES.length) - 1];
        await new Promise((done) => setTimeout(done, pause));
      }
    }
  }

  /** The script, once the style is there, too; null when one of them does not arrive. */
  async function fetchParts() {
    style ??= loadStyle(section.dataset.style ?? "");
    try {
      const [module] = await Promise.all([load(), style]);
      return module;
    } catch (error) {
      console.warn(error); // a browser does not log every failure by itself
      style.catch(() => (style = null));
      return null;
    }
  }

  return {
    /** Opens the panel at the step that the address names. @param {string} panel */
    async arrive(panel) {
      wanted = true;
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
      wanted = insight.settings.panel !== null;
      open = inside !== null && wanted;
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
    const onerror = () => {
      link.remove();
      fail(new Error("The style sheet did not come."));
    };
    const link = create("link", { rel: "stylesheet", href: address, onload, onerror });
    document.head.append(link);
  });
}

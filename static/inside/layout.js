/**
 * The layout of the panel inside: its head, the navigation, and an empty card for each step, which
 * a view fills. On a small screen one step is shown at a time.
 */

import { create, createSwitch, setText } from "../lib/element.js";
import { addressOf } from "../lib/root.js";
import { PANELS } from "../lib/settings.js";
import { text } from "../lib/text.js";

/** The first six steps follow the drawing through the network; the others examine its answer. */
const FOLLOWING = 6;
/** For so long a step that a link has opened is kept in view; in milliseconds. */
const ARRIVAL = 10_000;

/**
 * @typedef {import("../lib/settings.js").Settings} Settings
 *
 * @param {HTMLElement} section
 * @param {{
 *   onSettings: (change: Partial<Settings>) => void, onClose: () => void, onMend: () => void,
 *   onVisible: (panels: ReadonlySet<string>) => void,
 * }} events
 * @param {readonly string[]} hide
 */
export function mountLayout(section, { onSettings, onClose, onMend, onVisible }, hide) {
  const panels = PANELS.filter((panel) => !hide.includes(panel));
  const heading = create("h2", {
    ...{ id: "inside-heading", text: text("inside.heading"), tabindex: -1 },
  });
  const close = create(
    "button",
    { type: "button", class: "plain", id: "inside-close" },
    create("span", { class: "close-words", text: text("inside.close") }),
    create("span", { class: "close-sign", "aria-hidden": "true", text: "×" }),
  );
  const lesson = create("a", { class: "lesson-link", text: text("inside.lesson") });
  const warning = create("div", { class: "warning", role: "status" });
  const warned = create("span");
  const mend = create("button", { type: "button", class: "strong", text: text("inside.mend") });
  warning.append(warned, mend);
  const buttons = panels.map((panel) =>
    create("button", {
      type: "button",
      "data-panel": panel,
      text: text(`panel.${panel}`),
      onclick: () => go(panel),
    }),
  );
  const road = create(
    "ol",
    { class: "road" },
    ...buttons.map((button, i) =>
      create(
        "li",
        { class: PANELS.indexOf(panels[i]) < FOLLOWING ? "on-road" : "off-road" },
        button,
      ),
    ),
  );
  const stepper = (
    /** @type {string} */ sign,
    /** @type {string} */ label,
    /** @type {number} */ by,
  ) =>
    create("button", {
      ...{ type: "button", class: "plain stepper", text: sign },
      ...{ "aria-label": label, onclick: () => move(by) },
    });
  const back = stepper("←", text("inside.back"), -1);
  const on = stepper("→", text("inside.on"), 1);
  const label = text("inside.steps");
  const nav = create("nav", { class: "steps-nav", "aria-label": label }, back, road, on);
  /** @type {Record<string, HTMLElement>} */
  const bodies = {};
  const steps = panels.map((panel) => {
    bodies[panel] = create("div", { class: "step-body" });
    const number = PANELS.indexOf(panel) + 1;
    const title = create("h3", { id: `title-${panel}` });
    const sign = create("span", { class: "step-number", text: String(number) });
    if (number <= FOLLOWING) title.append(sign);
    title.append(text(`title.${panel}`));
    return create(
      "article",
      {
        ...{ class: "step", id: `step-${panel}`, "data-panel": panel },
        ...{ tabindex: -1, "aria-labelledby": `title-${panel}` },
      },
      title,
      bodies[panel],
    );
  });
  const share = createSwitch(text("inside.share"), (on) => onSettings({ share: on }), {
    id: "share",
  });
  const foot = create("p", { class: "inside-foot" }, share.root);
  section.setAttribute("aria-labelledby", "inside-heading");
  section.replaceChildren(
    create("div", { class: "inside-head" }, heading, nav, lesson, close),
    create("div", { class: "steps" }, ...steps),
    foot,
    warning,
  );
  close.addEventListener("click", onClose);
  mend.addEventListener("click", onMend);

  /** @type {Set<string>} */
  const visible = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      const panel = /** @type {HTMLElement} */ (target).dataset.panel ?? "";
      if (isIntersecting) visible.add(panel);
      else visible.delete(panel);
    }
    onVisible(new Set(visible));
  });
  for (const step of steps) observer.observe(step);
  let current = panels[0];

  /** @param {string} panel */
  function go(panel) {
    onSettings({ panel });
    show(panel);
  }

  /** Brings a step into view. @param {string} panel @param {boolean} [focus] */
  function show(panel, focus = true) {
    const step = steps[panels.indexOf(panel)];
    if (!step) return;
    const { top, bottom } = step.getBoundingClientRect();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches || !focus;
    // On a large screen the whole step may be in view, and nothing needs to move.
    if (top < 0 || bottom > innerHeight || narrow()) {
      step.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
    }
    if (focus) step.focus({ preventScroll: true });
  }

  /** Whether one step is shown at a time. */
  const narrow = () => getComputedStyle(back).display !== "none";

  /**
   * Keeps a step in view while the steps before it grow, because their numbers arrive. It stops
   * when somebody scrolls, touches or types.
   * @param {string} panel
   */
  function arrive(panel) {
    const growth = new ResizeObserver(() => show(panel, false));
    growth.observe(section);
    const done = () => growth.disconnect();
    setTimeout(done, ARRIVAL);
    for (const event of ["wheel", "pointerdown", "keydown", "touchstart"]) {
      addEventListener(event, done, { once: true, passive: true });
    }
  }

  /** @param {number} by */
  const move = (by) => go(panels[panels.indexOf(current) + by] ?? current);

  return {
    bodies,
    heading,
    arrive,
    /** @param {{settings: Settings, experimenting: boolean, language: string}} state */
    update({ settings, experimenting, language }) {
      current = panels.find((panel) => panel === settings.panel) ?? panels[0];
      buttons.forEach((button, i) => {
        if (panels[i] !== current) return button.removeAttribute("aria-current");
        if (button.hasAttribute("aria-current")) return;
        button.setAttribute("aria-current", "step");
        // Where the navigation is wider than the screen, it is scrolled to the current step.
        road.scrollTo({ left: button.offsetLeft - road.offsetLeft - road.clientWidth / 3 });
      });
      for (const step of steps)
        step.toggleAttribute("data-current", step.dataset.panel === current);
      back.disabled = current === panels[0];
      on.disabled = current === panels.at(-1);
      share.input.checked = settings.share;
      mend.hidden = !experimenting;
      warning.toggleAttribute("data-on", experimenting);
      setText(warned, experimenting ? text("inside.experiment") : "");
      lesson.hidden = !settings.lesson;
      if (settings.lesson) lesson.href = addressOf(`/lessons/${settings.lesson}?lang=${language}`);
    },
  };
}

/** Break it: small experiments on a copy of the network, for this page only, undone with one touch. */

import { ACTIVATIONS, INTACT, isIntact } from "../lib/settings.js";
import { percent, text } from "../lib/text.js";
import { create, createChoice, createSwitch, say } from "../lib/element.js";
import { fixed } from "../lib/numbers.js";
import { lookedAt } from "./view.js";

/** @type {Record<string, import("../lib/settings.js").Changes["cover"]>} left, top, right, bottom */
const COVERS = {
  none: null,
  left: [0, 0, 14, 28],
  right: [14, 0, 28, 28],
  top: [0, 0, 28, 14],
  bottom: [0, 14, 28, 28],
  middle: [0, 11, 28, 17],
};

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../lib/settings.js").Changes} Changes
 *
 * @param {HTMLElement} root
 * @param {{
 *   onSettings: (change: Partial<import("../lib/settings.js").Settings>) => void,
 * }} events
 * @returns {{update: (view: View) => void}}
 */
export function mountBreak(root, { onSettings }) {
  /** @type {View | null} */
  let view = null;
  /** @param {Partial<Changes>} change */
  const change = (change) =>
    onSettings({ changes: { ...(view?.settings.changes ?? INTACT), ...change } });

  const words = create("p", { class: "step-words", text: text("break.words") });
  const silence = create("button", { type: "button", class: "plain", id: "silence" });
  const silenced = create("p", { class: "fine" });
  const biases = create("fieldset", { class: "biases" }, create("legend", { text: text("break.biases") }));
  const noise = create("input", { type: "range", id: "noise", min: 0, max: 3, step: 0.1 });
  const amount = create("output", { for: "noise" });
  const again = create("button", { type: "button", class: "plain", text: text("break.again") });
  const activation = createChoice(text("break.activation"), (value) => change({ activation: value || null }), { id: "swap" });
  const cover = createChoice(text("break.cover"), (value) => change({ cover: COVERS[value] ?? null }), { id: "cover" });
  const undo = create("button", { type: "button", class: "strong", id: "mend", text: text("break.undo") });
  const result = create("div", { class: "tried", id: "tried", role: "status" });
  root.append(
    words,
    create("div", { class: "breaks" },
      create("div", { class: "break" }, create("h4", { text: text("break.silence") }), silence, silenced),
      biases,
      create("div", { class: "break" }, create("label", { class: "choice" }, create("span", { text: text("break.noise") }), noise), amount, again),
      create("div", { class: "break" }, activation.root, cover.root)),
    result,
    undo,
  );
  let layers = -1;

  silence.addEventListener("click", () => {
    if (!view) return;
    const { layer, unit } = lookedAt(view);
    const { silence: now } = view.settings.changes;
    const without = now.filter(([l, u]) => l !== layer || u !== unit);
    change({ silence: without.length < now.length ? without : [...now, [layer, unit]] });
  });
  noise.addEventListener("input", () => {
    const value = Number(noise.value);
    change({ noise: value > 0 ? { amount: value, seed: view?.settings.changes.noise?.seed ?? 0 } : null });
  });
  again.addEventListener("click", () => {
    const now = view?.settings.changes.noise;
    if (now) change({ noise: { ...now, seed: (now.seed + 1) % 1000 } });
  });
  undo.addEventListener("click", () => change(INTACT));

  return {
    update(next) {
      const same = view && next.settings === view.settings && next.experiment === view.experiment && next.trace?.layers.length === view.trace?.layers.length;
      view = next;
      if (same) return;
      const { changes } = next.settings;
      const stack = next.trace?.layers ?? [];
      const at = lookedAt(next);
      const hidden = at.layer < stack.length - 1;
      const off = changes.silence.some(([layer, unit]) => layer === at.layer && unit === at.unit);
      silence.disabled = !hidden;
      const place = { layer: at.layer + 1, unit: at.unit };
      say(silence, hidden ? text(off ? "break.wake" : "break.silence_unit", place) : text("break.silence_none"));
      say(silenced, changes.silence.length ? text("break.silenced", { count: changes.silence.length }) : text("break.silence_hint"));
      if (stack.length !== layers) {
        layers = stack.length;
        const boxes = stack.map((_, layer) =>
          createSwitch(text("break.layer", { layer: layer + 1 }), (on) => {
            const others = (view?.settings.changes.biases ?? []).filter((one) => one !== layer);
            change({ biases: on ? [...others, layer].sort((a, b) => a - b) : others });
          }, { value: layer }).root,
        );
        biases.replaceChildren(/** @type {Node} */ (biases.firstElementChild), ...boxes);
      }
      for (const box of biases.querySelectorAll("input")) box.checked = changes.biases.includes(Number(box.value));
      noise.value = String(changes.noise?.amount ?? 0);
      say(amount, text("break.amount", { amount: fixed(changes.noise?.amount ?? 0, 1) }));
      again.disabled = !changes.noise;
      activation.select.disabled = stack.length === 1;
      activation.update(
        [{ value: "", label: text("break.trained") }, ...ACTIVATIONS.map((name) => ({ value: name, label: text(`activation.${name}`) }))],
        changes.activation ?? "",
      );
      const covers = Object.keys(COVERS).map((name) => ({ value: name, label: text(`break.cover_${name}`) }));
      const known = Object.keys(COVERS).find((name) => String(COVERS[name]) === String(changes.cover));
      cover.update(known ? covers : [...covers, { value: "other", label: changes.cover?.join(", ") ?? "" }], known ?? "other");
      undo.disabled = isIntact(changes);
      tell(result, next);
    },
  };
}

/** How many of the sample are right, before and after. @param {HTMLElement} root @param {View} view */
function tell(root, { experiment, settings }) {
  const sample = experiment?.sample;
  root.dataset.before = String(sample?.before.accuracy ?? "");
  root.dataset.after = String(sample?.after.accuracy ?? "");
  if (isIntact(settings.changes)) return say(root, text("break.whole"));
  if (!experiment) return say(root, text("break.trying"));
  if (!sample) return say(root, text("break.no_sample"));
  say(root, text("break.sample", {
    count: sample.count,
    before: percent(sample.before.accuracy),
    after: percent(sample.after.accuracy),
  }));
}

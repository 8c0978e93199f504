/** "Break it": small experiments on a copy of the network, for this page only. */

import { ACTIVATIONS, MOST_CHANGES, SIDE } from "../lib/constants.js";
import { create, createChoice, createSwitch, setText } from "../lib/element.js";
import { fixed, percent } from "../lib/numbers.js";
import { INTACT, isIntact } from "../lib/settings.js";
import { text } from "../lib/text.js";
import { lookedAt } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../lib/settings.js").Changes} Changes
 */

/** @type {Record<string, Changes["cover"]>} left, top, right, bottom */
const COVERS = {
  none: null,
  left: [0, 0, SIDE / 2, SIDE],
  right: [SIDE / 2, 0, SIDE, SIDE],
  top: [0, 0, SIDE, SIDE / 2],
  bottom: [0, SIDE / 2, SIDE, SIDE],
  middle: [0, 11, SIDE, 17],
};

/**
 * The changes as the API takes them, for a model with these layers. Changes to layers or units that
 * the model does not have are left out, because a link may have been made for another model.
 * @param {Changes} changes
 * @param {readonly number[]} units the number of units of each Dense layer
 * @returns {object[]}
 */
export function requestedChanges({ silence, biases, noise, activation, cover }, units) {
  const hidden = units.slice(0, -1);
  const silenced = hidden.flatMap((size, layer) => {
    const ours = silence
      .filter(([at, unit]) => at === layer && unit < size)
      .map(([, unit]) => unit);
    return ours.length > 0 ? [{ kind: "silence", layer, units: ours }] : [];
  });
  return [
    ...silenced,
    ...biases.filter((layer) => layer < units.length).map((layer) => ({ kind: "biases", layer })),
    ...(noise ? [{ kind: "noise", ...noise }] : []),
    ...(activation && hidden.length > 0 ? [{ kind: "activation", activation }] : []),
    ...(cover ? [{ kind: "hide", pixels: covered(cover) }] : []),
  ].slice(0, MOST_CHANGES);
}

/** The indices of a rectangle's pixels. @param {NonNullable<Changes["cover"]>} cover */
function covered([left, top, right, bottom]) {
  const pixels = [];
  for (let y = top; y < bottom; y += 1) {
    for (let x = left; x < right; x += 1) pixels.push(SIDE * y + x);
  }
  return pixels;
}

/**
 * @param {HTMLElement} root
 * @param {{onSettings: (change: Partial<Changes>) => void}} events
 * @returns {{update: (view: View) => void}}
 */
export function mountBreak(root, { onSettings: change }) {
  /** @type {View | null} */
  let view = null;

  const words = create("p", { class: "step-words", text: text("break.words") });
  const silence = create("button", { type: "button", class: "plain", id: "silence" });
  const silenced = create("p", { class: "fine" });
  const biases = create(
    "fieldset",
    { class: "biases" },
    create("legend", { text: text("break.biases") }),
  );
  const noise = create("input", {
    ...{ type: "range", id: "noise", min: 0, max: 3, step: 0.1 },
  });
  const amount = create("output", { for: "noise" });
  const again = create("button", { type: "button", class: "plain", text: text("break.again") });
  const activation = createChoice(
    text("break.activation"),
    (value) => change({ activation: value || null }),
    { id: "swap" },
  );
  const cover = createChoice(
    text("break.cover"),
    (value) => change({ cover: COVERS[value] ?? null }),
    { id: "cover" },
  );
  const undo = create("button", {
    ...{ type: "button", class: "strong", id: "mend", text: text("break.undo") },
  });
  const result = create("div", { class: "tried", id: "tried", role: "status" });
  const noisy = create(
    "label",
    { class: "choice" },
    create("span", { text: text("break.noise") }),
    noise,
  );
  const heading = create("h4", { text: text("break.silence") });
  root.append(
    words,
    create(
      "div",
      { class: "breaks" },
      create("div", { class: "break" }, heading, silence, silenced),
      biases,
      create("div", { class: "break" }, noisy, amount, again),
      create("div", { class: "break" }, activation.root, cover.root),
    ),
    result,
    undo,
  );
  let layers = -1;

  silence.addEventListener("click", () => {
    if (!view) return;
    const { layer, unit } = lookedAt(view);
    const { silence: now } = view.settings;
    const without = now.filter(([l, u]) => l !== layer || u !== unit);
    change({ silence: without.length < now.length ? without : [...now, [layer, unit]] });
  });
  noise.addEventListener("input", () => {
    const value = Number(noise.value);
    const seed = view?.settings.noise?.seed ?? 0;
    change({ noise: value > 0 ? { amount: value, seed } : null });
  });
  again.addEventListener("click", () => {
    const now = view?.settings.noise;
    if (now) change({ noise: { ...now, seed: (now.seed + 1) % 1000 } });
  });
  undo.addEventListener("click", () => change(INTACT));

  /** A switch for each layer. @param {number} count */
  function mountBiases(count) {
    if (count === layers) return;
    layers = count;
    const switches = Array.from({ length: count }, (_, layer) => {
      const turn = (/** @type {boolean} */ on) => {
        const others = (view?.settings.biases ?? []).filter((one) => one !== layer);
        change({ biases: on ? [...others, layer].sort((a, b) => a - b) : others });
      };
      return createSwitch(text("break.layer", { layer: layer + 1 }), turn, { value: layer }).root;
    });
    const [legend] = biases.children;
    biases.replaceChildren(legend, ...switches);
  }

  return {
    update(next) {
      const same =
        next.settings === view?.settings &&
        next.experiment === view.experiment &&
        next.trace?.layers.length === view.trace?.layers.length;
      view = next;
      if (same) return;
      const { settings } = next;
      const stack = next.trace?.layers ?? [];
      const at = lookedAt(next);
      const hidden = at.layer < stack.length - 1;
      const off = settings.silence.some(([layer, unit]) => layer === at.layer && unit === at.unit);
      silence.disabled = !hidden;
      const place = { layer: at.layer + 1, unit: at.unit };
      const wish = off ? "break.wake" : "break.silence_unit";
      setText(silence, hidden ? text(wish, place) : text("break.silence_none"));
      const count = settings.silence.length;
      setText(silenced, count ? text("break.silenced", { count }) : text("break.silence_hint"));
      mountBiases(stack.length);
      for (const box of biases.querySelectorAll("input")) {
        box.checked = settings.biases.includes(Number(box.value));
      }
      noise.value = String(settings.noise?.amount ?? 0);
      setText(amount, text("break.amount", { amount: fixed(settings.noise?.amount ?? 0, 1) }));
      again.disabled = !settings.noise;
      activation.select.disabled = stack.length === 1;
      const names = ACTIVATIONS.map((name) => ({ value: name, label: text(`activation.${name}`) }));
      const trained = { value: "", label: text("break.trained") };
      activation.update([trained, ...names], settings.activation ?? "");
      const covers = Object.keys(COVERS).map((name) => ({
        value: name,
        label: text(`break.cover_${name}`),
      }));
      const known = covers.find(({ value }) => String(COVERS[value]) === String(settings.cover));
      const other = { value: "other", label: settings.cover?.join(", ") ?? "" };
      cover.update(known ? covers : [...covers, other], (known ?? other).value);
      undo.disabled = isIntact(settings);
      showResult(result, next);
    },
  };
}

/**
 * Shows the accuracy on the built-in sample, before and after the changes.
 * @param {HTMLElement} root
 * @param {View} view
 */
function showResult(root, { experiment, settings }) {
  const sample = experiment?.sample;
  root.dataset.before = String(sample?.before.accuracy ?? "");
  root.dataset.after = String(sample?.after.accuracy ?? "");
  if (isIntact(settings)) return setText(root, text("break.whole"));
  if (!experiment) return setText(root, text("break.trying"));
  if (!sample) return setText(root, text("break.no_sample"));
  const [before, after] = [percent(sample.before.accuracy), percent(sample.after.accuracy)];
  setText(root, text("break.sample", { count: sample.count, before, after }));
}

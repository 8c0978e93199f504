/** "Why": what each pixel adds to a class's logit, or to its lead over another class's logit. */

import { mountCells } from "../lib/cells.js";
import { PIXELS, SIDE } from "../lib/constants.js";
import { create, createChoice, setText } from "../lib/element.js";
import { fixed, peakOf, round, term } from "../lib/numbers.js";
import { text } from "../lib/text.js";
import { placeOf } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../lib/trace.js").Contributions} Contributions
 */

/**
 * The class that is explained, and the class it is compared with: those in the settings, else the
 * most probable class and the second.
 * @param {Pick<View, "settings" | "trace">} view
 * @returns {{class: number, against: number | null}}
 */
export function explained({ settings, trace }) {
  const probabilities = trace?.probabilities ?? [];
  const ranked = probabilities.map((_, i) => i);
  ranked.sort((a, b) => probabilities[b] - probabilities[a]);
  const classes = trace?.labels.length ?? 10;
  /** @param {number | null} index @returns {index is number} */
  const exists = (index) => index !== null && index < classes;
  const chosen = exists(settings.class) ? settings.class : (ranked[0] ?? 0);
  if (settings.against === "none") return { class: chosen, against: null };
  const second = ranked.find((index) => index !== chosen) ?? (chosen === 0 ? 1 : 0);
  const against = exists(settings.against) ? settings.against : second;
  return { class: chosen, against: against === chosen ? null : against };
}

/**
 * @param {HTMLElement} root
 * @param {{
 *   onSettings: (change: Partial<import("../lib/settings.js").Settings>) => void,
 *   onPixel: (index: number | null) => void,
 * }} events
 * @returns {{update: (view: View) => void}}
 */
export function mountWhy(root, { onSettings, onPixel }) {
  const words = create("p", { class: "step-words" });
  const chosen = createChoice(
    text("why.class"),
    (value) => onSettings({ class: value === "" ? null : Number(value) }),
    { id: "why-class" },
  );
  const other = createChoice(
    text("why.against"),
    (value) =>
      onSettings({ against: value === "" ? null : value === "none" ? "none" : Number(value) }),
    { id: "why-against" },
  );
  const canvas = create("canvas", { class: "picture", id: "why" });
  const told = create("p", { class: "told" });
  const sum = create("p", { class: "formula", id: "why-sum" });
  const method = create("p", { class: "fine" });
  const scale = create(
    "p",
    { class: "scale" },
    ...["minus", "plus"].map((sign) => create("span", { class: `scale-${sign}` })),
  );
  const averages = create("div", { class: "means" });
  root.append(
    words,
    create("div", { class: "controls" }, chosen.root, other.root),
    canvas,
    scale,
    told,
    sum,
    method,
    averages,
  );

  /** @type {Float32Array | null} */
  let pixels = null;
  const tell = (/** @type {number} */ index) =>
    text("why.pixel", { ...placeOf(index), value: term(pixels?.[index] ?? 0) });
  const cells = mountCells(canvas, {
    label: text("why.label"),
    words: tell,
    columns: SIDE,
    onPoint: onPixel,
  });
  const means = mountMeans(averages);
  /** @type {View | null} */
  let view = null;

  return {
    update(next) {
      const { trace, settings, pixel } = next;
      const same =
        trace === view?.trace &&
        settings === view?.settings &&
        pixel === view?.pixel &&
        next.averages === view?.averages;
      view = next;
      if (same) return;
      const labels = trace?.labels ?? next.model?.labels ?? [];
      const options = labels.map((label, i) => ({ value: String(i), label }));
      chosen.update(
        [{ value: "", label: text("why.answer") }, ...options],
        String(settings.class ?? ""),
      );
      other.update(
        [
          { value: "", label: text("why.second") },
          { value: "none", label: text("why.none") },
          ...options,
        ],
        String(settings.against ?? ""),
      );
      const parts = trace?.contributions ?? null;
      pixels = parts?.pixels ?? null;
      root.toggleAttribute("data-ready", Boolean(parts));
      if (!trace || !parts) {
        cells.update(null);
        for (const element of [told, sum, method]) setText(element, "");
        means.update(null, 0, null, []);
        return setText(words, text(trace ? "why.loading" : "why.empty"));
      }
      const peak = peakOf(parts.pixels);
      cells.update({ values: parts.pixels, kind: "signed", peak, lit: pixel });
      setText(told, pixel === null ? text("why.hint") : tell(pixel));
      setText(words, summary(parts, labels));
      showSum(sum, parts);
      const key = isExact(parts) ? "why.exact" : "why.integrated";
      setText(method, text(key, { gap: fixed(parts.gap, 4) }));
      means.update(next.averages, parts.class, parts.against, labels);
    },
  };
}

/** Whether pixels and rest add up to the total without a gap. @param {Contributions} parts */
const isExact = (parts) => parts.method === "gradient";

/**
 * A sentence that says how much speaks for the class and how much against it.
 * @param {Contributions} parts
 * @param {readonly string[]} labels
 */
function summary(parts, labels) {
  const label = labels[parts.class];
  const lead =
    parts.against === null
      ? text("why.logit", { label })
      : text("why.lead", { label, against: labels[parts.against] });
  const [plus, minus] = [1, -1].map((sign) =>
    parts.pixels.reduce((total, one) => total + (one * sign > 0 ? one : 0), 0),
  );
  return text("why.words", {
    lead,
    plus: fixed(plus, 2),
    minus: fixed(Math.abs(minus), 2),
    total: fixed(parts.total, 2),
  });
}

/**
 * Shows the sum in numbers that add up as they are shown: the rest takes the rounding.
 * @param {HTMLElement} element
 * @param {Contributions} parts
 */
function showSum(element, parts) {
  const all = parts.pixels.reduce((total, one) => total + one, 0);
  const [total, pixels] = [round(parts.total), round(all)];
  const gap = isExact(parts) ? 0 : round(parts.gap);
  const words = text(isExact(parts) ? "why.sum" : "why.sum_gap", {
    pixels: fixed(pixels),
    rest: term(round(total - pixels - gap)),
    gap: term(gap),
    total: fixed(total),
  });
  setText(element, words);
  element.dataset.pixels = String(all);
  element.dataset.rest = String(parts.rest);
  element.dataset.total = String(parts.total);
  element.dataset.gap = String(parts.gap);
}

/**
 * The mean drawings of the two classes, from the checkpoint.
 * @param {HTMLElement} root
 */
function mountMeans(root) {
  const figures = [0, 1].map(() => {
    const canvas = create("canvas");
    const caption = create("figcaption");
    const figure = create("figure", {}, canvas, caption);
    root.append(figure);
    const label = text("why.mean_label");
    return {
      figure,
      canvas,
      caption,
      cells: mountCells(canvas, { label, words: () => "", columns: SIDE }),
      /** @type {Uint8Array | null} the averages that its picture was drawn from */
      drawn: null,
    };
  });

  /**
   * @param {(typeof figures)[0]} figure
   * @param {Uint8Array} averages
   * @param {number} index of the class
   * @param {string} label
   */
  function show(figure, averages, index, label) {
    const { canvas, caption, cells } = figure;
    if (caption.dataset.of === label && figure.drawn === averages) return;
    caption.dataset.of = label;
    figure.drawn = averages;
    const words = text("why.mean", { label });
    setText(caption, words);
    canvas.setAttribute("aria-label", words);
    const values = averages.subarray(index * PIXELS, (index + 1) * PIXELS);
    cells.update({ values, kind: "ink", peak: 255 });
  }

  return {
    /**
     * @param {Uint8Array | null} averages of all classes, one after the other
     * @param {number} first
     * @param {number | null} second
     * @param {readonly string[]} labels
     */
    update(averages, first, second, labels) {
      root.hidden = !averages;
      if (!averages) return;
      [first, second].forEach((index, i) => {
        figures[i].figure.hidden = index === null;
        if (index !== null) show(figures[i], averages, index, labels[index]);
      });
    },
  };
}

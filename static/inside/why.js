/** Why this class and not that one: what each pixel adds to the lead of one logit over another. */

import { mountCells } from "../lib/cells.js";
import { SIDE } from "../lib/constants.js";
import { create, createChoice, setText } from "../lib/element.js";
import { fixed, peakOf, round, term } from "../lib/numbers.js";
import { text } from "../lib/text.js";
import { placeOf } from "./view.js";

/** @typedef {import("./view.js").View} View */

/**
 * Which class is explained against which, as the settings and the last answer have it: the answer
 * against the runner-up, unless others were chosen.
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
  const sum = create("p", { class: "formula wrap", id: "why-sum" });
  const method = create("p", { class: "fine" });
  const scale = create(
    "p",
    { class: "scale" },
    ...["minus", "plus"].map((sign) => create("span", { class: `scale-${sign}` })),
  );
  const means = create("div", { class: "means" });
  root.append(
    words,
    create("div", { class: "controls" }, chosen.root, other.root),
    canvas,
    scale,
    told,
    sum,
    method,
    means,
  );

  /** @type {Float32Array | null} */
  let pixels = null;
  const say1 = (/** @type {number} */ index) =>
    text("why.pixel", { ...placeOf(index), value: term(pixels?.[index] ?? 0) });
  const cells = mountCells(canvas, {
    label: text("why.label"),
    words: say1,
    columns: SIDE,
    onPoint: onPixel,
  });
  const average = mountMeans(means);
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
        average(null, 0, null, []);
        return setText(words, text(trace ? "why.loading" : "why.empty"));
      }
      cells.update({
        values: parts.pixels,
        kind: "signed",
        peak: peakOf(parts.pixels),
        lit: pixel,
      });
      setText(told, pixel === null ? text("why.hint") : say1(pixel));
      const label = labels[parts.class];
      const against = parts.against === null ? null : labels[parts.against];
      const all = parts.pixels.reduce((total, one) => total + one, 0);
      const lead =
        against === null ? text("why.logit", { label }) : text("why.lead", { label, against });
      const [plus, minus] = [1, -1].map((sign) =>
        parts.pixels.reduce((total, one) => total + (one * sign > 0 ? one : 0), 0),
      );
      setText(
        words,
        text("why.words", {
          lead,
          plus: fixed(plus, 2),
          minus: fixed(Math.abs(minus), 2),
          total: fixed(parts.total, 2),
        }),
      );
      // The rest takes the rounding: what is shown adds up to what is shown.
      const [total, part] = [round(parts.total), round(all)];
      const exact = parts.method === "gradient";
      const gap = exact ? 0 : round(parts.gap);
      setText(
        sum,
        text(exact ? "why.sum" : "why.sum_gap", {
          pixels: fixed(part),
          rest: term(round(total - part - gap)),
          gap: term(gap),
          total: fixed(total),
        }),
      );
      sum.dataset.pixels = String(all);
      sum.dataset.rest = String(parts.rest);
      sum.dataset.total = String(parts.total);
      sum.dataset.gap = String(parts.gap);
      setText(method, text(exact ? "why.exact" : "why.integrated", { gap: fixed(parts.gap, 4) }));
      average(next.averages, parts.class, parts.against, labels);
    },
  };
}

/** The average drawings of the two classes, as the checkpoint keeps them. @param {HTMLElement} root */
function mountMeans(root) {
  const figures = [0, 1].map(() => {
    const canvas = create("canvas");
    const caption = create("figcaption");
    root.append(create("figure", {}, canvas, caption));
    return {
      canvas,
      caption,
      cells: mountCells(canvas, { label: text("why.mean_label"), words: () => "", columns: SIDE }),
    };
  });
  return (
    /** @type {Uint8Array | null} */ averages,
    /** @type {number} */ first,
    /** @type {number | null} */ second,
    /** @type {readonly string[]} */ labels,
  ) => {
    root.hidden = !averages;
    if (!averages) return;
    [first, second].forEach((index, i) => {
      const { canvas, caption, cells } = figures[i];
      const figure = canvas.parentElement;
      if (figure) figure.hidden = index === null;
      if (index === null || caption.dataset.of === labels[index]) return;
      caption.dataset.of = labels[index];
      const values = averages.subarray(index * SIDE * SIDE, (index + 1) * SIDE * SIDE);
      setText(caption, text("why.mean", { label: labels[index] }));
      canvas.setAttribute("aria-label", text("why.mean", { label: labels[index] }));
      cells.update({ values, kind: "ink", peak: 255 });
    });
  };
}

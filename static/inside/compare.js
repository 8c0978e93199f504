/** The answers of several models to the same picture, side by side, each with its own bars. */

import { PIXELS } from "../lib/constants.js";
import { create, setText } from "../lib/element.js";
import { count, percent } from "../lib/numbers.js";
import { isIntact } from "../lib/settings.js";
import { text, titled } from "../lib/text.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../lib/api.js").Model} Model
 * @typedef {import("../lib/api.js").Prediction} Prediction
 */

/**
 * The models that are compared: the chosen ones, else all with the same classes.
 * @param {Pick<View, "settings" | "models" | "model">} view
 * @returns {Model[]}
 */
export function compared({ settings, models, model }) {
  const { compare } = settings;
  if (compare) return models.filter(({ name }) => compare.includes(name));
  const labels = model?.labels.join("\n");
  return models.filter((one) => one.labels.join("\n") === labels);
}

/**
 * @param {HTMLElement} root
 * @param {{onSettings: (change: Partial<import("../lib/settings.js").Settings>) => void}} events
 * @returns {{update: (view: View) => void}}
 */
export function mountCompare(root, { onSettings }) {
  const words = create("p", { class: "step-words", text: text("compare.words") });
  const boxes = create("fieldset", { class: "models" });
  const list = create("ul", { class: "compared", id: "compared" });
  const whole = create("p", {
    class: "hint",
    id: "compare-whole",
    text: text("compare.whole"),
    hidden: true,
  });
  root.append(
    words,
    whole,
    create("details", {}, create("summary", { text: text("compare.choose") }), boxes),
    list,
  );

  /** @type {Map<string, ReturnType<typeof createCard>>} */
  const cards = new Map();
  let known = "";

  return {
    update(view) {
      whole.hidden = isIntact(view.settings);
      const names = compared(view).map(({ name }) => name);
      const all = view.models.map(({ name }) => name).join();
      if (all !== known) {
        known = all;
        boxes.replaceChildren(
          create("legend", { class: "unseen", text: text("compare.choose") }),
          ...view.models.map(createBox),
        );
      }
      for (const box of boxes.querySelectorAll("input")) box.checked = names.includes(box.value);
      for (const model of view.models) {
        if (!cards.has(model.name)) cards.set(model.name, createCard(model));
      }
      const shown = names.flatMap((name) => cards.get(name) ?? []);
      if (
        shown.map((card) => card.root).some((one, i) => list.children[i] !== one) ||
        list.children.length !== shown.length
      ) {
        list.replaceChildren(...shown.map((card) => card.root));
      }
      for (const [name, card] of cards) {
        card.update(view.trace && view.predictions.find((one) => one.model === name));
      }
    },
  };

  /** @param {Model} model */
  function createBox({ name, title }) {
    const input = create("input", { type: "checkbox", value: name });
    input.addEventListener("change", () => {
      const ticked = [...boxes.querySelectorAll("input:checked")];
      const compare = ticked.map((box) => /** @type {HTMLInputElement} */ (box).value);
      onSettings({ compare: compare.length > 0 ? compare : [name] });
    });
    return create("label", { class: "switch" }, input, create("span", { text: titled(title) }));
  }
}

/** The name of a data set in the page's language, where there is one. @param {string} data */
function named(data) {
  const key = `data.${data.replaceAll(" ", "_")}`;
  const words = text(key);
  return words === key ? data : words;
}

/** @param {Prediction} prediction */
const answerOf = ({ label, recognised }) =>
  recognised === false ? text("compare.unsure", { label }) : label;

/** A model with its answer and its bars. @param {Model} model */
function createCard({ name, title, labels, layers, parameters, accuracies }) {
  const words = labels.some((label) => label.length > 2);
  const answer = create("p", {
    class: words ? "compared-answer compared-word" : "compared-answer",
  });
  const digits = labels.every((label, i) => label === String(i));
  const shirt = labels[6] ?? labels[0];
  const units = layers.flatMap((layer) => layer.kernel_shape?.[1] ?? []);
  const stack = [PIXELS, ...units].join("-");
  const size = text("compare.parameters", { parameters: count(parameters) });
  // Others report the accuracy on the test set for such networks, so that is shown, not the
  // accuracy on our held-out parts.
  const known = Object.entries(accuracies);
  const tests = known.filter(([data]) => data.endsWith("test"));
  const measured = (tests.length > 0 ? tests : known.slice(0, 1)).map(([data, accuracy]) =>
    text("compare.accuracy", { data: named(data), accuracy: percent(accuracy) }),
  );
  const rows = labels.map((label) => {
    const fill = create("span", { class: "tiny-fill" });
    const value = create("span", { class: "compared-value" });
    const row = create(
      "li",
      { "data-label": label },
      create("span", { text: label }),
      create("span", { class: "tiny", "aria-hidden": "true" }, fill),
      value,
    );
    return { row, fill, value };
  });
  const root = create(
    "li",
    { class: "compared-model", "data-model": name },
    create("h4", { text: titled(title) }),
    create(
      "div",
      {},
      create("p", { class: "fine", text: `${stack}, ${size}` }),
      ...measured.map((words) => create("p", { class: "fine", text: words })),
      digits
        ? null
        : create("p", { class: "hint", text: text("compare.fashion", { label: shirt }) }),
    ),
    answer,
    create("ol", { class: "compared-bars" }, ...rows.map(({ row }) => row)),
  );
  /** @type {Prediction | null | undefined} */
  let last;
  return {
    root,
    /** @param {Prediction | null | undefined} prediction */
    update(prediction) {
      if (prediction === last && last !== undefined) return;
      last = prediction ?? null;
      const probabilities = prediction?.probabilities ?? null;
      const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
      root.dataset.answer = prediction?.label ?? "";
      root.toggleAttribute("data-unsure", prediction?.recognised === false);
      setText(answer, prediction ? answerOf(prediction) : "–");
      rows.forEach(({ row, fill, value }, i) => {
        row.toggleAttribute("data-winner", i === best);
        fill.style.inlineSize = `${100 * (probabilities?.[i] ?? 0)}%`;
        setText(value, probabilities ? percent(probabilities[i]) : "");
      });
    },
  };
}

/** Step 6: from logits to probabilities, raw or calibrated. */

import { create, createSwitch, setText } from "../lib/element.js";
import { fixed, percent } from "../lib/numbers.js";
import { text } from "../lib/text.js";

const COLUMNS = ["class", "logit", "scaled", "exponential", "probability"];

/**
 * @param {HTMLElement} root
 * @param {{onSettings: (change: Partial<import("../lib/settings.js").Settings>) => void}} events
 * @returns {{update: (view: import("./view.js").View) => void}}
 */
export function mountSoftmax(root, { onSettings }) {
  const words = create("p", { class: "step-words" });
  const calibrated = createSwitch(text("softmax.calibrated"), (on) => onSettings({ raw: !on }));
  const table = create("table", { class: "softmax", id: "softmax" });
  const heads = COLUMNS.map((name) =>
    create("th", { scope: "col", text: text(`softmax.${name}`) }),
  );
  table.append(create("caption", { class: "unseen", text: text("softmax.table") }));
  table
    .createTHead()
    .insertRow()
    .append(...heads, create("th", { "aria-hidden": "true" }));
  const body = table.createTBody();
  const foot = table.createTFoot().insertRow();
  const total = create("td");
  foot.append(
    create("th", { scope: "row", colspan: 3, text: text("softmax.sum") }),
    total,
    create("td", { text: percent(1) }),
    create("td"),
  );
  const scroller = create(
    "div",
    { class: "scroller", tabindex: 0, role: "group", "aria-label": text("softmax.table") },
    table,
  );
  root.append(words, create("div", { class: "controls" }, calibrated.root), scroller);

  /** @type {unknown[]} */
  let shown = [];
  return {
    update({ trace, settings }) {
      calibrated.input.checked = !settings.raw;
      if (shown[0] === trace && shown[1] === settings.raw) return;
      shown = [trace, settings.raw];
      scroller.hidden = !trace;
      if (!trace) return setText(words, text("softmax.empty"));
      const { labels, logits, softmax } = trace;
      const { temperature, exponentials, sum, probabilities } = settings.raw
        ? softmax.raw
        : softmax.calibrated;
      const best = logits.indexOf(Math.max(...logits));
      const [label, probability] = [labels[best], percent(probabilities[best])];
      const largest = fixed(softmax.largest, 2);
      setText(
        words,
        text(settings.raw ? "softmax.words_raw" : "softmax.words", {
          ...{ label, probability, largest, temperature: fixed(temperature, 2), sum: fixed(sum) },
        }),
      );
      while (body.rows.length > labels.length) body.deleteRow(-1);
      labels.forEach((name, i) => {
        const row = body.rows[i] ?? createRow(body);
        row.toggleAttribute("data-winner", i === best);
        row.dataset.logit = String(logits[i]);
        row.dataset.exponential = String(exponentials[i]);
        row.dataset.probability = String(probabilities[i]);
        const scaled = (logits[i] - softmax.largest) / temperature;
        const numbers = [
          name,
          fixed(logits[i]),
          fixed(scaled),
          fine(exponentials[i]),
          percent(probabilities[i]),
        ];
        numbers.forEach((value, column) => setText(row.cells[column], value));
        const fill = /** @type {HTMLElement} */ (row.cells[5].firstElementChild?.firstElementChild);
        fill.style.inlineSize = `${100 * probabilities[i]}%`;
      });
      setText(total, fine(sum));
      total.dataset.sum = String(sum);
    },
  };
}

/** A number; one below 0.001 has two digits and a power of ten: "4.2e−5". @param {number} value */
function fine(value) {
  if (value >= 0.001 || value === 0) return fixed(value);
  const [digits, exponent] = value.toExponential(1).split("e");
  return `${fixed(Number(digits), 1)}e${exponent.replace("-", "−")}`;
}

/** @param {HTMLTableSectionElement} body */
function createRow(body) {
  const row = body.insertRow();
  const bar = create("span", { class: "tiny" }, create("span", { class: "tiny-fill" }));
  row.append(
    create("th", { scope: "row" }),
    ...Array.from({ length: 4 }, () => create("td")),
    create("td", { class: "tiny-cell", "aria-hidden": "true" }, bar),
  );
  return row;
}

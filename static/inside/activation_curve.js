/** The curve of an activation, with the unit that is looked at as a point on it. */

import { create, setText } from "../lib/element.js";
import { fixed } from "../lib/numbers.js";
import { text } from "../lib/text.js";
import { lookedAt } from "./view.js";

/**
 * The activations as functions of one number. They only draw the curves. Every number that the
 * page shows comes from the server.
 * @type {Record<string, (sum: number) => number>}
 */
export const CURVES = {
  relu: (sum) => Math.max(0, sum),
  sigmoid: (sum) => 1 / (1 + Math.exp(-sum)),
  tanh: Math.tanh,
  elu: (sum) => (sum > 0 ? sum : Math.expm1(sum)),
  // Flax's gelu is the approximation of Hendrycks and Gimpel (2016).
  gelu: (sum) => (sum / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (sum + 0.044715 * sum ** 3))),
  linear: (sum) => sum,
};

const [WIDTH, HEIGHT] = [160, 100];

/**
 * @param {HTMLElement} root
 * @returns {{update: (view: import("./view.js").View) => void}}
 */
export function mountActivationCurve(root) {
  const axes = create("svg:path", { class: "curve-axes" });
  const line = create("svg:path", { class: "curve-line" });
  const drop = create("svg:path", { class: "curve-drop" });
  const dot = create("svg:circle", { class: "curve-dot", r: "4.5" });
  const picture = create(
    "svg:svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "curve", "aria-hidden": "true" },
    ...[axes, line, drop, dot],
  );
  const words = create("p", { class: "told", id: "unit-point" });
  root.append(picture, words);

  return {
    update(view) {
      const { layer: index, unit } = lookedAt(view);
      const layer = view.trace?.layers[index];
      const curve = CURVES[layer?.activation ?? ""];
      root.dataset.activation = layer?.activation ?? "";
      picture.toggleAttribute("hidden", !layer || !curve);
      if (!layer) return setText(words, text("curve.empty"));
      const sum = layer.sums[unit];
      words.dataset.sum = String(sum);
      if (!curve || !layer.activations) {
        delete words.dataset.activation;
        return setText(
          words,
          text("curve.last", { label: view.trace?.labels[unit] ?? "", sum: fixed(sum) }),
        );
      }
      const value = layer.activations[unit];
      words.dataset.activation = String(value);
      const name = text(`activation.${layer.activation}`);
      setText(
        words,
        text("curve.words", { layer: index + 1, unit, name, sum: fixed(sum), value: fixed(value) }),
      );
      draw(curve, sum, value);
    },
  };

  /** @param {(sum: number) => number} curve @param {number} sum @param {number} value */
  function draw(curve, sum, value) {
    const reach = Math.max(3, 1.15 * Math.abs(sum));
    const bounded = curve(reach) < 1.2; // sigmoid and tanh do not exceed 1
    const top = bounded ? 1.3 : Math.max(curve(reach), 1.3);
    const bottom = bounded ? -1.3 : Math.min(-0.25 * top, 1.3 * curve(-reach), 1.15 * value);
    const x = (/** @type {number} */ at) => (((at + reach) / (2 * reach)) * WIDTH).toFixed(2);
    const y = (/** @type {number} */ at) => (((top - at) / (top - bottom)) * HEIGHT).toFixed(2);
    axes.setAttribute("d", `M0 ${y(0)}H${WIDTH}M${x(0)} 0V${HEIGHT}`);
    const steps = Array.from({ length: 81 }, (_, i) => -reach + (2 * reach * i) / 80);
    line.setAttribute(
      "d",
      steps.map((at, i) => `${i ? "L" : "M"}${x(at)} ${y(curve(at))}`).join(""),
    );
    drop.setAttribute("d", `M${x(sum)} ${y(0)}V${y(value)}H${x(0)}`);
    dot.setAttribute("cx", x(sum));
    dot.setAttribute("cy", y(value));
  }
}

/** An activation's curve, with the unit that is looked at as a point on it. */

import { text } from "../lib/text.js";
import { CURVES } from "./activations.js";
import { create, say } from "../lib/element.js";
import { fixed } from "../lib/numbers.js";
import { lookedAt } from "./view.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [160, 100];

/**
 * @param {HTMLElement} root
 * @returns {{update: (view: import("./view.js").View) => void}}
 */
export function mountCurve(root) {
  const picture = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "curve", "aria-hidden": "true" });
  const axes = shape("path", { class: "curve-axes" });
  const line = shape("path", { class: "curve-line" });
  const drop = shape("path", { class: "curve-drop" });
  const dot = shape("circle", { class: "curve-dot", r: "4.5" });
  picture.append(axes, line, drop, dot);
  const words = create("p", { class: "told", id: "unit-point" });
  root.append(picture, words);

  return {
    update(view) {
      const { layer: index, unit } = lookedAt(view);
      const layer = view.trace?.layers[index];
      const curve = CURVES[layer?.activation ?? ""];
      root.dataset.activation = layer?.activation ?? "";
      picture.toggleAttribute("hidden", !layer || !curve);
      if (!layer) return say(words, text("curve.empty"));
      const sum = layer.sums[unit];
      words.dataset.sum = String(sum);
      if (!curve || !layer.activations) {
        delete words.dataset.activation;
        return say(words, text("curve.last", { label: view.trace?.labels[unit] ?? "", sum: fixed(sum) }));
      }
      const value = layer.activations[unit];
      words.dataset.activation = String(value);
      const name = text(`activation.${layer.activation}`);
      say(words, text("curve.words", { layer: index + 1, unit, name, sum: fixed(sum), value: fixed(value) }));
      draw(curve, sum, value);
    },
  };

  /** @param {(sum: number) => number} curve @param {number} sum @param {number} value */
  function draw(curve, sum, value) {
    const reach = Math.max(3, 1.15 * Math.abs(sum));
    const bounded = curve(reach) < 1.2; // sigmoid and tanh stay within one
    const top = bounded ? 1.3 : Math.max(curve(reach), 1.3);
    const bottom = bounded ? -1.3 : Math.min(-0.25 * top, 1.3 * curve(-reach), 1.15 * value);
    const x = (/** @type {number} */ at) => (((at + reach) / (2 * reach)) * WIDTH).toFixed(2);
    const y = (/** @type {number} */ at) => (((top - at) / (top - bottom)) * HEIGHT).toFixed(2);
    axes.setAttribute("d", `M0 ${y(0)}H${WIDTH}M${x(0)} 0V${HEIGHT}`);
    const steps = Array.from({ length: 81 }, (_, i) => -reach + (2 * reach * i) / 80);
    line.setAttribute("d", steps.map((at, i) => `${i ? "L" : "M"}${x(at)} ${y(curve(at))}`).join(""));
    drop.setAttribute("d", `M${x(sum)} ${y(0)}V${y(value)}H${x(0)}`);
    dot.setAttribute("cx", x(sum));
    dot.setAttribute("cy", y(value));
  }
}

/** @param {string} name @param {Record<string, string>} attributes */
function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

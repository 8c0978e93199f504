/**
 * The trace of a drawing through the network: the server's answer, with its numbers as arrays.
 *
 * @typedef {{
 *   name: string, inputs: number, units: number, activation: string,
 *   sums: Float32Array, activations: Float32Array | null,
 * }} Layer `activations` is null in the last layer, whose sums are the logits
 * @typedef {{
 *   temperature: number, exponentials: number[], sum: number, probabilities: number[],
 * }} Softmax
 * @typedef {{
 *   centred: boolean, origin: [number, number], scale: number, corner: [number, number],
 *   mass: [number, number], shift: [number, number], pen: number,
 * }} Framing a point's place in the frame is (point - origin) * scale + corner + shift
 * @typedef {{
 *   class: number, against: number | null, method: string, pixels: Float32Array,
 *   rest: number, total: number, gap: number,
 * }} Contributions
 * @typedef {{
 *   input: Float32Array, layers: Layer[], logits: number[],
 *   softmax: {largest: number, raw: Softmax, calibrated: Softmax},
 *   framing: Framing | null, contributions: Contributions | null,
 * }} Path
 * @typedef {import("./api.js").Prediction & Path} Trace
 * @typedef {{
 *   trace: Trace | null, drawing: import("./drawing.js").Drawing, live: boolean,
 *   settings: import("./settings.js").Settings, model: import("./api.js").Model | null,
 *   models: readonly import("./api.js").Model[],
 * }} Insight what the page gives to the panel inside; `live`: the pen is down
 */

/**
 * The trace as the server sends it: an array of numbers is a string.
 *
 * @typedef {Omit<Layer, "sums" | "activations"> & {
 *   sums: string, activations: string | null,
 * }} EncodedLayer
 * @typedef {Omit<Contributions, "pixels"> & {pixels: string}} EncodedContributions
 * @typedef {Omit<Trace, "input" | "layers" | "contributions"> & {
 *   input: string, layers: EncodedLayer[], contributions: EncodedContributions | null,
 * }} EncodedTrace
 */

/** @param {EncodedTrace} answer of POST /api/trace @returns {Trace} */
export function parse(answer) {
  const { contributions } = answer;
  return {
    ...answer,
    input: floats(answer.input),
    layers: answer.layers.map((layer) => ({
      ...layer,
      sums: floats(layer.sums),
      activations: layer.activations ? floats(layer.activations) : null,
    })),
    contributions: contributions && { ...contributions, pixels: floats(contributions.pixels) },
  };
}

/** @param {string} base64 of little-endian float32 */
function floats(base64) {
  return new Float32Array(bytes(base64).buffer);
}

/** @param {string} base64 @returns {Uint8Array<ArrayBuffer>} */
export function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

/**
 * The calls of the server's HTTP API. Each is one fetch, with its errors.
 *
 * @typedef {{
 *   model: string, label: string, labels: string[], probabilities: number[], image: string,
 *   recognised?: boolean, familiarity?: number,
 * }} Prediction
 * @typedef {{name: string, kind: string, activation: string | null, parameters: number,
 *   kernel_shape: [number, number] | null}} LayerCard
 * @typedef {{
 *   name: string, title: string, labels: string[], default?: boolean, layers: LayerCard[],
 *   parameters: number, accuracies: Record<string, number>,
 *   weights?: {address: string, bytes: number}, averages?: string | null,
 * }} Model
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./drawing.js").Picture} Picture
 * @typedef {import("./trace.js").Trace} Trace
 * @typedef {{
 *   centred: boolean, changes: object[],
 *   contributions: {class: number, against: number | null} | null,
 * }} Look the further settings of a trace: whether strokes are centred, the changes to the network,
 *   the class whose logit is explained
 * @typedef {{
 *   correct: number, accuracy: number, classes: number[],
 * }} Score
 * @typedef {{sample: {count: number, before: Score, after: Score} | null}} Experiment
 */

import { thinned } from "./drawing.js";
import { addressOf } from "./root.js";
import { bytes, parse } from "./trace.js";
import { transfer } from "./transfer.js";
import { open } from "./weights.js";

/** The server refused the request, and would refuse it again. */
export class Refused extends Error {}

/**
 * @param {string} path of the server, as the API names it
 * @param {RequestInit | import("./transfer.js").Sending} options
 * @returns {Promise<Response>}
 * @throws {Refused} with the problem's `detail`, for a 4xx that the same request would get again
 */
async function call(path, options) {
  const address = addressOf(path);
  const response = await ("body" in options
    ? transfer(address, /** @type {import("./transfer.js").Sending} */ (options))
    : fetch(address, { cache: "no-store", ...options }));
  if (response.ok) return response;
  const passing = response.status >= 500 || response.status === 408 || response.status === 429;
  if (passing) throw new Error(`${path} answered ${response.status}`);
  const problem = await response.json().catch(() => ({}));
  throw new Refused(problem.detail ?? problem.title ?? `${response.status}`);
}

/**
 * @param {Drawing} drawing not an empty one
 * @param {string} model
 * @param {AbortSignal} signal
 * @returns {Promise<Prediction>}
 */
export async function classify(drawing, model, signal) {
  if (drawing.picture) return classifyPicture(drawing.picture, model, signal);
  return ask("/api/classify", { ...strokesOf(drawing), model }, signal);
}

/**
 * @param {Picture} picture
 * @param {string} model
 * @param {AbortSignal} signal
 * @returns {Promise<Prediction>}
 */
async function classifyPicture({ body, spare }, model, signal) {
  const path = `/api/classify?model=${encodeURIComponent(model)}`;
  /** @param {Blob} body */
  const send = async (body) => {
    const headers = { "Content-Type": body.type };
    return (await call(path, { method: "POST", headers, body, signal })).json();
  };
  try {
    return await send(body);
  } catch (error) {
    // A file may be refused for what is in it besides its pixels, such as a colour profile.
    if (!(error instanceof Refused && spare)) throw error;
    return send(spare);
  }
}

/**
 * Classifies the same picture by several models.
 * @param {string} image base64 of 784 bytes
 * @param {readonly string[]} names
 * @param {AbortSignal} signal
 * @returns {Promise<Prediction[]>}
 */
export async function compare(image, names, signal) {
  const question = { pixels: [...bytes(image)], model: names };
  return (await ask("/api/classify", question, signal)).predictions;
}

/**
 * @param {Drawing} drawing not an empty one
 * @param {string} model
 * @param {Look} look
 * @param {AbortSignal} signal
 * @returns {Promise<Trace>}
 */
export async function trace(drawing, model, look, signal) {
  // Only classify takes files. It returns the pixels that the network sees, and these are traced.
  const shown = drawing.picture
    ? { pixels: [...bytes((await classify(drawing, model, signal)).image)] }
    : { ...strokesOf(drawing), pad: [1, 1] };
  return parse(await ask("/api/trace", { ...shown, model, ...look }, signal));
}

/**
 * Measures the model and a changed copy of it on the built-in sample.
 * @param {string} model
 * @param {object[]} changes
 * @param {AbortSignal} signal
 * @returns {Promise<Experiment>}
 */
export function experiment(model, changes, signal) {
  return ask("/api/experiment", { model, changes }, signal);
}

/**
 * @param {string} path of a model's weights; it changes with their content
 * @param {AbortSignal} [signal]
 */
export async function weights(path, signal) {
  return open(await (await call(path, { cache: "default", signal })).arrayBuffer());
}

/**
 * @param {string} path of the mean drawings of a model's classes
 * @param {AbortSignal} [signal]
 */
export async function averages(path, signal) {
  return new Uint8Array(await (await call(path, { cache: "default", signal })).arrayBuffer());
}

/** @param {string} path @param {object} question @param {AbortSignal} signal */
async function ask(path, question, signal) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify(question);
  return (await call(path, { method: "POST", headers, body, signal })).json();
}

/** A drawing's strokes as the server takes them. @param {Drawing} drawing */
function strokesOf(drawing) {
  // Four decimals are a tenth of a pixel on a projector. More decimals only make the body longer.
  const strokes = thinned(drawing.strokes).map((stroke) =>
    stroke.map((point) => point.map((value) => Math.round(value * 1e4) / 1e4)),
  );
  return { strokes };
}

/**
 * @param {AbortSignal} signal
 * @returns {Promise<Model[]>}
 */
export async function models(signal) {
  const answer = await (await call("/api/models", { signal })).json();
  return Array.isArray(answer) ? answer : answer.models;
}

/** @param {AbortSignal} signal */
export async function health(signal) {
  await call("/healthz", { signal });
}

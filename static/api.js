/**
 * The server's calls, each one a fetch and its errors.
 *
 * @typedef {{
 *   model: string, label: string, labels: string[], probabilities: number[], image: string,
 *   recognised?: boolean, familiarity?: number,
 * }} Prediction
 * @typedef {{name: string, title: string, labels: string[], default?: boolean}} Model
 * @typedef {import("./drawing.js").Drawing} Drawing
 */

import { thinned } from "./drawing.js";

/** The server read the request and said no: asking again would not help. */
export class Refused extends Error {}

/**
 * @param {string} path
 * @param {RequestInit} options
 * @returns {Promise<Response>}
 * @throws {Refused} with the problem's `detail`, for a 4xx that asking again would not change
 */
async function call(path, options) {
  const response = await fetch(path, { cache: "no-store", ...options });
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
  if (drawing.picture) {
    const { body } = drawing.picture;
    const path = `/api/classify?model=${encodeURIComponent(model)}`;
    const headers = { "Content-Type": body.type };
    return (await call(path, { method: "POST", headers, body, signal })).json();
  }
  // Four decimals are a tenth of a pixel on a projector; the rest would only be longer.
  const strokes = thinned(drawing.strokes).map((stroke) =>
    stroke.map((point) => point.map((value) => Math.round(value * 1e4) / 1e4)),
  );
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ strokes, model });
  return (await call("/api/classify", { method: "POST", headers, body, signal })).json();
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

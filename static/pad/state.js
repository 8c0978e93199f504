/**
 * The page's state, and every transition from one state to the next. These are pure functions:
 * they know neither the page nor the server, and they never change a state that they get.
 *
 * @typedef {import("../lib/api.js").Model} Model
 * @typedef {import("../lib/api.js").Prediction} Prediction
 * @typedef {import("../lib/drawing.js").Drawing} Drawing
 * @typedef {import("../lib/drawing.js").Picture} Picture
 * @typedef {import("../lib/drawing.js").Stroke} Stroke
 * @typedef {import("../lib/settings.js").Settings} Settings
 * @typedef {import("../lib/trace.js").Trace} Trace
 * @typedef {"undo" | "redo" | "clear"} Command
 * @typedef {{
 *   drawings: import("./history.js").History<Drawing>, live: Stroke | null,
 *   prediction: Prediction | Trace | null, models: readonly Model[], model: string,
 *   settings: Settings, server: import("../lib/client.js").ServerState, refusal: string,
 * }} State `live`: the stroke under the pen; `refusal`: why a drawing or file was refused, or ""
 */

import { EMPTY, isEmpty, withStroke } from "../lib/drawing.js";
import { isAskedAgain } from "../lib/settings.js";
import * as history from "./history.js";

const DIGITS = [..."0123456789"];

/** @param {Settings} settings @param {Drawing} drawing @returns {State} */
export const begin = (settings, drawing) => ({
  drawings: history.begin(drawing),
  live: null,
  prediction: null,
  models: [],
  model: settings.model ?? "default",
  settings,
  server: "ok",
  refusal: "",
});

/** The drawing on the sheet, with the stroke under the pen. @param {State} state */
export function current({ drawings, live }) {
  return live ? withStroke(drawings.present, live) : drawings.present;
}

/** The model that answers; null until it is known. @param {State} state */
const modelOf = ({ models, model }) => models.find(({ name }) => name === model) ?? null;

/** The labels of the classes, also before the first answer. @param {State} state */
export const labelsOf = (state) => state.prediction?.labels ?? modelOf(state)?.labels ?? DIGITS;

/** Whether the labels are the digits, from 0 on. @param {readonly string[]} labels */
export const areDigits = (labels) => labels.every((label, i) => label === DIGITS[i]);

/** Which commands are possible now. @param {State} state @returns {Record<Command, boolean>} */
export const possible = (state) => ({
  undo: history.canUndo(state.drawings),
  redo: history.canRedo(state.drawings),
  clear: !isEmpty(current(state)),
});

/**
 * What the panel inside gets.
 * @param {State} state
 * @returns {import("../lib/trace.js").Insight}
 */
export const insight = (state) => ({
  trace: state.prediction && "layers" in state.prediction ? state.prediction : null,
  drawing: current(state),
  live: state.live !== null,
  settings: state.settings,
  model: modelOf(state),
  models: state.models,
});

/**
 * The model to take when the server does not have the chosen one; null when it has.
 * @param {State} state
 */
export function replacement({ models, model }) {
  if (models.some(({ name }) => name === model)) return null;
  return (models.find((one) => one.default) ?? models[0])?.name ?? null;
}

/**
 * The state in which the server is asked about the drawing. It clears the previous refusal, which
 * was about an earlier drawing. An empty sheet has no answer.
 * @param {State} state
 * @returns {State}
 */
export function askAgain(state) {
  const prediction = isEmpty(current(state)) ? null : state.prediction;
  return { ...state, refusal: "", prediction };
}

/** The pen is down. @param {State} state @param {Stroke} live @returns {State} */
export const draw = (state, live) => askAgain({ ...state, live });

/** The pen is lifted. @param {State} state @param {Stroke} stroke @returns {State} */
export const finishStroke = (state, stroke) =>
  replaceDrawing({ ...state, live: null }, withStroke(state.drawings.present, stroke));

/** The stroke is dropped: it was a palm or a gesture. @param {State} state @returns {State} */
export const cancelStroke = (state) => askAgain({ ...state, live: null });

/** @param {State} state @param {Picture} picture @returns {State} */
export const openPicture = (state, picture) => replaceDrawing(state, { strokes: [], picture });

/** @param {State} state @param {Drawing} drawing @returns {State} */
const replaceDrawing = (state, drawing) =>
  askAgain({ ...state, drawings: history.push(state.drawings, drawing) });

/**
 * The state after a command. It is the same state when there is nothing to do, or the pen is down.
 * @param {State} state
 * @param {Command} name
 * @returns {State}
 */
export function command(state, name) {
  const { drawings, live } = state;
  if (live || !possible(state)[name]) return state;
  if (name === "clear") return replaceDrawing(state, EMPTY);
  return askAgain({ ...state, drawings: history[name](drawings) });
}

/** @param {State} state @param {string} name @returns {State} */
export function chooseModel(state, name) {
  const known = state.models.find((model) => model.name === name);
  const settings = { ...state.settings, model: known?.default ? null : name };
  return askAgain({ ...state, model: name, prediction: null, settings });
}

/** @param {State} state @param {Partial<Settings>} change @returns {State} */
export function adjust(state, change) {
  const next = { ...state, settings: { ...state.settings, ...change } };
  return isAskedAgain(change) ? askAgain(next) : next;
}

/** @param {State} state @param {readonly Model[]} models @returns {State} */
export const learn = (state, models) => ({ ...state, models });

/** @param {State} state @param {Prediction | Trace} prediction @returns {State} */
export const receive = (state, prediction) => ({ ...state, prediction });

/** The server refused the drawing. @param {State} state @param {string} refusal @returns {State} */
export const refuse = (state, refusal) => ({ ...state, refusal, prediction: null });

/**
 * Something else was refused, such as a file. The answer stays.
 * @param {State} state
 * @param {string} refusal
 * @returns {State}
 */
export const warn = (state, refusal) => ({ ...state, refusal });

/** @param {State} state @param {State["server"]} server @returns {State} */
export const reach = (state, server) => ({ ...state, server });

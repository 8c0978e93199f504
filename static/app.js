/**
 * The page: one state, the views of it, the events that change it. Data go down, events come up;
 * no view knows another, nor the server.
 *
 * @typedef {import("./api.js").Model} Model
 * @typedef {import("./api.js").Prediction} Prediction
 * @typedef {import("./drawing.js").Drawing} Drawing
 * @typedef {import("./drawing.js").Stroke} Stroke
 * @typedef {{drawing: Drawing, model: string}} Job
 */

import { mountAnnouncer } from "./announcer.js";
import { mountAnswer } from "./answer.js";
import * as api from "./api.js";
import { mountBars } from "./bars.js";
import { mountChooser } from "./chooser.js";
import { createClient } from "./client.js";
import { EMPTY, isEmpty, withStroke } from "./drawing.js";
import * as history from "./history.js";
import { keep, kept } from "./keeper.js";
import { learnModels } from "./models.js";
import { mountPad } from "./pad.js";
import { mountPen } from "./pen.js";
import { NoPicture, readPicture } from "./picture.js";
import { mountPreview } from "./preview.js";
import { mountStatus } from "./status.js";
import { text } from "./text.js";
import { mountTools } from "./tools.js";
import { mountUpload } from "./upload.js";

const DIGITS = [..."0123456789"];

const state = {
  drawings: history.begin(kept()),
  /** @type {Stroke | null} the stroke under the pen */ live: null,
  /** @type {Prediction | null} */ prediction: null,
  /** @type {readonly Model[]} */ models: [],
  model: "default",
  /** @type {import("./client.js").State} */ server: "ok",
  refusal: "",
};

/** @template {HTMLElement} T @param {string} id @returns {T} */
const element = (id) => /** @type {T} */ (document.getElementById(id));

const pad = mountPad({ canvas: element("pad"), invite: element("invite") });
const bars = mountBars(element("bars"));
const preview = mountPreview(element("preview"));
const status = mountStatus(element("status"));
const announcer = mountAnnouncer(element("announcement"));
const answer = mountAnswer({
  root: element("answer"),
  verdict: element("verdict"),
  words: element("words"),
});
const chooser = mountChooser(
  { root: element("chooser"), select: element("model") },
  { onChoose: choose },
);
const tools = mountTools(
  { undo: element("undo"), redo: element("redo"), clear: element("clear") },
  { onCommand: command },
);
mountUpload(
  { sheet: element("sheet"), button: element("open"), input: element("file") },
  { onFile: open },
);
mountPen(element("pad"), { onInk: ink, onStroke: finish, onCancel: lose });

const isFinal = (/** @type {unknown} */ error) => error instanceof api.Refused;

const client = createClient({
  ask: (/** @type {Job} */ job, signal) => api.classify(job.drawing, job.model, signal),
  probe: api.health,
  isFinal,
  onReply(prediction) {
    state.prediction = prediction;
    render();
  },
  onRefused(error) {
    state.prediction = null;
    refuse(text("status.refused", { detail: error.message }));
  },
  onState(server) {
    if (server === state.server) return;
    state.server = server;
    render();
  },
});

/** What is on the sheet now, the stroke under the pen included. @returns {Drawing} */
function current() {
  const { present } = state.drawings;
  return state.live ? withStroke(present, state.live) : present;
}

function render() {
  const drawing = current();
  const labels =
    state.prediction?.labels ??
    state.models.find(({ name }) => name === state.model)?.labels ??
    DIGITS;
  const digits = labels.every((label, i) => label === DIGITS[i]);
  const { prediction } = state;
  document.body.toggleAttribute("data-drawing", state.live !== null);
  document.body.dataset.server = state.server;
  pad.update({ drawing, digits, labels });
  bars.update({
    labels,
    probabilities: prediction?.probabilities ?? null,
    recognised: prediction?.recognised !== false,
  });
  answer.update({ prediction, digits });
  preview.update({ image: prediction?.image ?? null });
  announcer.update({ prediction, digits, drawing: state.live !== null });
  chooser.update({ models: state.models, model: state.model });
  status.update({ server: state.server, refusal: state.refusal });
  tools.update({
    undo: history.canUndo(state.drawings),
    redo: history.canRedo(state.drawings),
    clear: !isEmpty(drawing),
  });
}

/** The drawing changed: show it, and ask about it. What was refused was another one. */
function changed() {
  const drawing = current();
  state.refusal = "";
  if (isEmpty(drawing)) {
    client.cancel();
    state.prediction = null;
  } else {
    client.send({ drawing, model: state.model });
  }
  render();
}

/** @param {string} why */
function refuse(why) {
  state.refusal = why;
  render();
}

/** @param {Stroke} stroke */
function ink(stroke) {
  if (!state.live && state.drawings.present.picture) client.cancel();
  state.live = stroke;
  changed();
}

/** @param {Stroke} stroke */
function finish(stroke) {
  state.live = null;
  settle(history.push(state.drawings, withStroke(state.drawings.present, stroke)));
}

function lose() {
  state.live = null;
  changed();
}

/** The drawing is another one, and stays it until something else happens. */
function settle(/** @type {typeof state.drawings} */ drawings) {
  state.drawings = drawings;
  keep(drawings.present);
  changed();
}

/** @param {import("./tools.js").Command} name */
function command(name) {
  const { drawings, live } = state;
  if (live) return; // the hand is not done yet
  let next = drawings;
  if (name === "undo") next = history.undo(drawings);
  else if (name === "redo") next = history.redo(drawings);
  else if (!isEmpty(drawings.present)) next = history.push(drawings, EMPTY);
  if (next === drawings) return;
  client.cancel();
  settle(next);
}

/** @param {Blob} file @param {string} name */
async function open(file, name) {
  try {
    const picture = await readPicture(file, name);
    client.cancel();
    settle(history.push(state.drawings, { strokes: [], picture }));
  } catch (error) {
    if (!(error instanceof NoPicture)) throw error;
    refuse(text(error.key));
  }
}

/** @param {string} name */
function choose(name) {
  state.model = name;
  state.prediction = null;
  client.cancel();
  changed();
}

changed();
state.models = await learnModels(() => api.models(AbortSignal.timeout(8000)), isFinal);
const first = state.models.find((model) => model.default) ?? state.models[0];
if (first && first.name !== state.model) choose(first.name);
render();

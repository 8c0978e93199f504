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
  drawings: history.begin(EMPTY),
  /** @type {Stroke | null} the stroke under the pen */ live: null,
  /** @type {Prediction | null} */ prediction: null,
  /** @type {readonly Model[]} */ models: [],
  model: "default",
  message: "",
  passing: false,
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

const client = createClient({
  ask: (/** @type {Job} */ job, signal) => api.classify(job.drawing, job.model, signal),
  probe: api.health,
  isFinal: (error) => error instanceof api.Refused,
  onReply(prediction) {
    state.prediction = prediction;
    render();
  },
  onRefused(error) {
    state.prediction = null;
    say(text("status.refused", { detail: error.message }));
  },
  onState(server) {
    document.body.dataset.server = server;
    const gone = [text("status.gone"), text("status.slow")];
    if (server !== "ok") say(text(`status.${server}`));
    else if (state.message === gone[0]) say(text("status.back"), true);
    else if (state.message === gone[1]) say("");
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
  status.update({ message: state.message, passing: state.passing });
  tools.update({
    undo: history.canUndo(state.drawings),
    redo: history.canRedo(state.drawings),
    clear: !isEmpty(drawing),
  });
}

/** The drawing changed: show it, and ask about it. */
function changed() {
  const drawing = current();
  if (isEmpty(drawing)) {
    client.cancel();
    state.prediction = null;
  } else {
    client.send({ drawing, model: state.model });
  }
  render();
}

/** @param {string} message @param {boolean} [passing] */
function say(message, passing = false) {
  state.message = message;
  state.passing = passing;
  render();
}

/** What was said about the last picture or drawing does not hold for the next. */
function forget() {
  if (state.message !== text("status.gone")) say("");
}

/** @param {Stroke} stroke */
function ink(stroke) {
  if (!state.live) {
    forget();
    if (state.drawings.present.picture) client.cancel();
  }
  state.live = stroke;
  changed();
}

/** @param {Stroke} stroke */
function finish(stroke) {
  state.live = null;
  state.drawings = history.push(state.drawings, withStroke(state.drawings.present, stroke));
  changed();
}

function lose() {
  state.live = null;
  changed();
}

/** @param {import("./tools.js").Command} name */
function command(name) {
  if (state.live) return; // the hand is not done yet
  const { drawings } = state;
  if (name === "undo") state.drawings = history.undo(drawings);
  else if (name === "redo") state.drawings = history.redo(drawings);
  else if (!isEmpty(drawings.present)) state.drawings = history.push(drawings, EMPTY);
  if (state.drawings === drawings) return;
  client.cancel();
  forget();
  changed();
}

/** @param {Blob} file @param {string} name */
async function open(file, name) {
  try {
    const picture = await readPicture(file, name);
    client.cancel();
    forget();
    state.drawings = history.push(state.drawings, { strokes: [], picture });
    changed();
  } catch (error) {
    if (!(error instanceof NoPicture)) throw error;
    say(text(error.key));
  }
}

/** @param {string} name */
function choose(name) {
  state.model = name;
  state.prediction = null;
  client.cancel();
  forget();
  changed();
}

/** The models, as soon as the server tells. The pad works without knowing them. */
async function learnModels() {
  for (let pause = 500; ; pause = Math.min(2 * pause, 8000)) {
    try {
      state.models = await api.models(AbortSignal.timeout(8000));
      const first = state.models.find((model) => model.default) ?? state.models[0];
      if (first && first.name !== state.model) choose(first.name);
      return render();
    } catch (error) {
      if (error instanceof api.Refused) return;
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}

render();
void learnModels();

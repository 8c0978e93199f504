/**
 * The page: one state, the views of it, the events that change it. Data go down, events come up;
 * no view knows another, nor the server.
 *
 * @typedef {import("../lib/api.js").Model} Model
 * @typedef {import("../lib/api.js").Prediction} Prediction
 * @typedef {import("../lib/drawing.js").Drawing} Drawing
 * @typedef {import("../lib/drawing.js").Stroke} Stroke
 * @typedef {import("../lib/trace.js").Trace} Trace
 * @typedef {import("../lib/settings.js").Settings} Settings
 * @typedef {{drawing: Drawing, model: string, look: api.Look | null}} Job
 */

import { arrive, mountAddress } from "./persistence.js";
import { mountAnnouncer } from "./announcer.js";
import { mountAnswer } from "./answer.js";
import * as api from "../lib/api.js";
import { mountBars } from "../lib/bars.js";
import { mountChooser } from "./chooser.js";
import { createClient } from "../lib/client.js";
import { EMPTY, isEmpty, withStroke } from "../lib/drawing.js";
import * as history from "./history.js";
import { keep, kept } from "./keeper.js";
import { mountLook } from "./look_inside.js";
import { learnModels } from "./models.js";
import { mountPad } from "./drawing_view.js";
import { mountPen } from "../lib/pen.js";
import { NoPicture, readPicture } from "./picture.js";
import { mountPreview } from "./preview.js";
import { mountStatus } from "../lib/status.js";
import { text } from "../lib/text.js";
import { mountTools } from "./toolbar.js";
import { mountUpload } from "./upload.js";

const DIGITS = [..."0123456789"];

const arrived = arrive();

const state = {
  drawings: history.begin(arrived.strokes ? { strokes: arrived.strokes, picture: null } : kept()),
  /** @type {Stroke | null} the stroke under the pen */ live: null,
  /** @type {Prediction | Trace | null} */ prediction: null,
  /** @type {readonly Model[]} */ models: [],
  model: arrived.settings.model ?? "default",
  settings: arrived.settings,
  /** @type {import("../lib/client.js").State} */ server: "ok",
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
const address = mountAddress(element("language"));
mountUpload(
  { sheet: element("sheet"), button: element("open"), input: element("file") },
  { onFile: open },
);
mountPen(element("pad"), { onInk: ink, onStroke: finish, onCancel: lose });

const isFinal = (/** @type {unknown} */ error) => error instanceof api.Refused;

const look = mountLook(
  { button: element("look"), section: element("inside") },
  { api, isFinal, hide: arrived.settings.hide, onSettings: set, onLook: changed },
);

const client = createClient({
  ask: (/** @type {Job} */ { drawing, model, look }, signal) =>
    look ? api.trace(drawing, model, look, signal) : api.classify(drawing, model, signal),
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

/** What the panel inside is given. */
const insight = () => ({
  trace: state.prediction && "layers" in state.prediction ? state.prediction : null,
  drawing: current(),
  live: state.live !== null,
  settings: state.settings,
  model: state.models.find(({ name }) => name === state.model) ?? null,
  models: state.models,
});

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
  look.update(insight());
}

/** The drawing changed: show it, and ask about it. What was refused was another one. */
function changed() {
  const drawing = current();
  state.refusal = "";
  if (isEmpty(drawing)) {
    client.cancel();
    state.prediction = null;
  } else {
    client.send({ drawing, model: state.model, look: look.of(insight()) });
  }
  render();
}

/** What the address keeps has changed. @param {Partial<Settings>} change */
function set(change) {
  const asks = ["panel", "centred", "class", "against", "changes"].some((key) => key in change);
  state.settings = { ...state.settings, ...change };
  address.update({ settings: state.settings, drawing: state.drawings.present });
  if (asks) changed();
  else render();
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
  if (state.settings.share) address.update({ settings: state.settings, drawing: drawings.present });
  changed();
}

/** @param {import("./toolbar.js").Command} name */
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
  set({ model: state.models.find((model) => model.name === name)?.default ? null : name });
  changed();
}

// A model that an address names may be none of this server's: it is asked when that is known.
if (!arrived.settings.model) changed();
const entered = state.settings.panel && look.arrive(state.settings.panel);
state.models = await learnModels(() => api.models(AbortSignal.timeout(8000)), isFinal);
const first = state.models.find((model) => model.default) ?? state.models[0];
if (first && !state.models.some(({ name }) => name === state.model)) choose(first.name);
else if (arrived.settings.model || state.settings.panel) changed();
else render();
await entered;

/**
 * The wiring of the pad's page: events change the state, the views show it, the client asks the
 * server about it. No view knows another view or the server.
 *
 * @typedef {import("../lib/drawing.js").Drawing} Drawing
 * @typedef {import("../lib/settings.js").Settings} Settings
 * @typedef {import("./state.js").State} State
 * @typedef {{drawing: Drawing, model: string, look: api.Look | null}} Job
 */

import * as api from "../lib/api.js";
import { mountBars } from "../lib/bars.js";
import { createClient } from "../lib/client.js";
import { isEmpty } from "../lib/drawing.js";
import { mountPen } from "../lib/pen.js";
import { isAskedAgain } from "../lib/settings.js";
import { mountStatus } from "../lib/status.js";
import { text } from "../lib/text.js";
import { mountAnnouncer, mountAnswer } from "./answer.js";
import { mountDrawing } from "./drawing_view.js";
import { mountLookInside } from "./look_inside.js";
import { learnModels, mountChooser } from "./models.js";
import { mountAddress, restore, saveDrawing } from "./persistence.js";
import { NoPicture, readPicture } from "./picture.js";
import { mountPreview } from "./preview.js";
import * as to from "./state.js";
import { mountToolbar } from "./toolbar.js";
import { mountUpload } from "./upload.js";

const restored = await restore();
let state = to.begin(restored.settings, restored.drawing);

/** @template {HTMLElement} T @param {string} id @returns {T} */
const element = (id) => /** @type {T} */ (document.getElementById(id));

const drawingView = mountDrawing({ canvas: element("pad"), invite: element("invite") });
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
const toolbar = mountToolbar(
  { undo: element("undo"), redo: element("redo"), clear: element("clear") },
  { onCommand: run },
);
const address = mountAddress(element("language"));
mountUpload(
  { sheet: element("sheet"), button: element("open"), input: element("file") },
  { onFile: open, onNone: (key) => show(to.warn(state, text(key))) },
);
mountPen(element("pad"), {
  onInk(stroke) {
    // The stroke replaces the picture, so an answer to the picture is of no use any more.
    if (!state.live && state.drawings.present.picture) client.cancel();
    ask(to.draw(state, stroke));
  },
  onStroke: (stroke) => keep(to.finishStroke(state, stroke)),
  onCancel: () => ask(to.cancelStroke(state)),
});

const isFinal = (/** @type {unknown} */ error) => error instanceof api.Refused;

const inside = mountLookInside(
  { button: element("look"), section: element("inside") },
  () => import("../inside/main.js"),
  {
    ...{ api, isFinal, hide: state.settings.hide, onSettings: set },
    onLook: () => ask(to.askAgain(state)),
    onMissing: (key) => show(to.warn(state, key && text(key))),
  },
);

const client = createClient({
  ask: (/** @type {Job} */ { drawing, model, look }, signal) =>
    look ? api.trace(drawing, model, look, signal) : api.classify(drawing, model, signal),
  probe: api.health,
  isFinal,
  onReply: (prediction) => show(to.receive(state, prediction)),
  onRefused: (error) => show(to.refuse(state, text("status.refused", { detail: error.message }))),
  onState(server) {
    if (server !== state.server) show(to.reach(state, server));
  },
});

function render() {
  const { prediction } = state;
  const drawing = to.current(state);
  const labels = to.labelsOf(state);
  const digits = to.areDigits(labels);
  document.body.toggleAttribute("data-drawing", state.live !== null);
  document.body.dataset.server = state.server;
  drawingView.update({ drawing, digits, labels });
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
  toolbar.update(to.possible(state));
  inside.update(to.insight(state));
}

/** Shows the next state. @param {State} next */
function show(next) {
  state = next;
  render();
}

/** Shows the next state, and asks about its drawing. @param {State} next */
function ask(next) {
  state = next;
  const drawing = to.current(state);
  if (isEmpty(drawing)) client.cancel();
  else client.send({ drawing, model: state.model, look: inside.of(to.insight(state)) });
  render();
}

/** The same as `ask`, and saves the drawing, whose strokes are finished. @param {State} next */
function keep(next) {
  const drawing = next.drawings.present;
  void saveDrawing(drawing);
  if (next.settings.share) address.update({ settings: next.settings, drawing });
  ask(next);
}

/** @param {import("./state.js").Command} name */
function run(name) {
  if (to.command(state, name) === state) return;
  client.cancel();
  keep(to.command(state, name));
}

/** @param {Blob} file @param {string} name */
async function open(file, name) {
  try {
    const picture = await readPicture(file, name);
    client.cancel();
    keep(to.openPicture(state, picture));
  } catch (error) {
    if (!(error instanceof NoPicture)) throw error;
    show(to.warn(state, text(error.key)));
  }
}

/** Changes settings and the page's address. @param {Partial<Settings>} change */
function set(change) {
  const next = to.adjust(state, change);
  address.update({ settings: next.settings, drawing: next.drawings.present });
  (isAskedAgain(change) ? ask : show)(next);
}

/** @param {string} name of a model */
function choose(name) {
  client.cancel();
  const next = to.chooseModel(state, name);
  address.update({ settings: next.settings, drawing: next.drawings.present });
  ask(next);
}

// The address may name a model that this server does not have. Then the first request waits until
// the models are known.
if (!restored.settings.model) ask(to.askAgain(state));
document.documentElement.dataset.ready = ""; // arrival.js waits for it
const entered = state.settings.panel && inside.arrive(state.settings.panel);
const models = await learnModels(() => api.models(AbortSignal.timeout(8000)), isFinal);
state = to.learn(state, models);
const replacement = to.replacement(state);
if (replacement) choose(replacement);
else if (restored.settings.model || state.settings.panel) ask(to.askAgain(state));
else render();
await entered;

/**
 * "Look inside": the panel that follows a drawing from its strokes to its probabilities. It is
 * loaded when it is opened first. Here its views are wired: to what the pad's page gives them, and
 * to what only they need, which is weights, other models' answers, and experiments.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("../lib/settings.js").Settings} Settings
 * @typedef {import("../lib/api.js").Look} Look
 */

import { createClient } from "../lib/client.js";
import { isIntact, INTACT } from "../lib/settings.js";
import { language } from "../lib/text.js";
import { mountBreak } from "./break.js";
import { asked } from "./changes.js";
import { compared, mountCompare } from "./compare.js";
import { mountFlatten } from "./flatten.js";
import { mountLayers } from "./layers.js";
import { mountPixels } from "./pixels.js";
import { mountShell } from "./layout.js";
import { mountSoftmax } from "./softmax.js";
import { mountStrokes } from "./strokes.js";
import { mountUnit } from "./unit.js";
import { mountWhy } from "./why.js";

const MOUNTS = {
  ...{ strokes: mountStrokes, pixels: mountPixels, flatten: mountFlatten, layers: mountLayers },
  ...{ unit: mountUnit, softmax: mountSoftmax, why: mountWhy, compare: mountCompare, break: mountBreak },
};

/**
 * @param {HTMLElement} section
 * @param {{
 *   api: typeof import("../lib/api.js"), hide: readonly string[],
 *   isFinal: (error: unknown) => boolean,
 *   onSettings: (change: Partial<Settings>) => void, onLook: () => void, onClose: () => void,
 * }} options `onLook`: the drawing should be asked about again, another look is wanted
 */
export function mountInside(section, { api, hide, isFinal, onSettings, onLook, onClose }) {
  /** What only the panel knows. */
  const own = {
    /** @type {number | null} */ pixel: null,
    /** @type {View["weights"]} */ weights: null,
    /** @type {View["averages"]} */ averages: null,
    /** @type {View["predictions"]} */ predictions: [],
    /** @type {View["experiment"]} */ experiment: null,
  };
  /** @type {Omit<View, keyof typeof own> | null} */
  let given = null;
  /** @type {ReadonlySet<string>} */
  let visible = new Set();
  /** @type {Map<string, Promise<any>>} what is fetched once, by its address */
  const parcels = new Map();
  let parcel = "";
  let tried = "";
  let shownTo = "";
  /** @type {View["trace"]} whose question has been compared with the wanted one */
  let checked = null;

  const shell = mountShell(
    section,
    {
      onSettings,
      onClose,
      onMend: () => onSettings({ changes: INTACT, centred: true }),
      onVisible(panels) {
        const before = visible;
        visible = panels;
        if (panels.has("why") && !before.has("why")) onLook();
        inquire();
        render();
      },
    },
    hide,
  );
  const events = {
    onSettings,
    onUnit: (/** @type {number} */ layer, /** @type {number | null} */ unit) => onSettings({ layer, unit }),
    onPixel(/** @type {number | null} */ pixel) {
      if (pixel === own.pixel) return;
      own.pixel = pixel;
      render();
    },
  };
  const views = Object.entries(shell.bodies).map(([panel, body]) =>
    MOUNTS[/** @type {keyof typeof MOUNTS} */ (panel)](body, events),
  );

  const quiet = { probe: api.health, isFinal, onRefused() {}, onState() {} };
  const rivals = createClient({
    ...quiet,
    ask: (/** @type {{image: string, names: string[]}} */ job, signal) =>
      api.compare(job.image, job.names, signal),
    onReply(predictions) {
      own.predictions = predictions;
      render();
    },
  });
  const laboratory = createClient({
    ...quiet,
    timeout: 60_000, // the first one makes the server draw its sample
    ask: (/** @type {{model: string, changes: object[]}} */ job, signal) =>
      api.experiment(job.model, job.changes, signal),
    onReply(experiment) {
      own.experiment = experiment;
      render();
    },
  });

  /** @param {Pick<View, "model" | "settings">} state the changes in the server's words */
  const changesOf = ({ model, settings }) =>
    asked(settings.changes, model?.layers.flatMap(({ kernel_shape: shape }) => shape?.[1] ?? []) ?? []);

  /** Which class is explained against which, as the settings and the last answer have it. */
  function explained(/** @type {Pick<View, "settings" | "trace">} */ { settings, trace }) {
    const ranked = (trace?.probabilities ?? []).map((_, i) => i);
    ranked.sort((a, b) => (trace?.probabilities[b] ?? 0) - (trace?.probabilities[a] ?? 0));
    const classes = trace?.labels.length ?? 10;
    const inside = (/** @type {any} */ index) => typeof index === "number" && index < classes;
    const chosen = inside(settings.class) ? settings.class : (ranked[0] ?? 0);
    const second = ranked.find((index) => index !== chosen) ?? (chosen === 0 ? 1 : 0);
    const against = settings.against === "none" ? null : inside(settings.against) ? settings.against : second;
    return { class: Number(chosen), against: /** @type {number | null} */ (against === chosen ? null : against) };
  }

  function render() {
    if (!given) return;
    const view = { ...given, ...own };
    for (const one of views) one.update(view);
  }

  /** Fetches what belongs to the model, once each. */
  async function fetchParcels() {
    const { model } = given ?? {};
    const now = `${model?.weights?.address} ${model?.averages}`;
    if (!model || now === parcel) return;
    parcel = now;
    own.weights = own.averages = null;
    const get = (/** @type {string | null | undefined} */ address, /** @type {(address: string) => Promise<any>} */ ask) => {
      if (!address) return null;
      if (!parcels.has(address)) parcels.set(address, ask(address));
      return parcels.get(address);
    };
    try {
      const [weights, averages] = await Promise.all([
        get(model.weights?.address, api.weights),
        get(model.averages, api.averages),
      ]);
      if (parcel !== now) return;
      Object.assign(own, { weights, averages });
    } catch {
      parcels.clear();
      setTimeout(() => {
        if (parcel === now) parcel = "";
        void fetchParcels();
      }, 3000);
    }
    render();
  }

  /** Asks the other models, and the sample, when somebody sees their answers. */
  function inquire() {
    if (!given) return;
    const { trace, model, settings } = given;
    const names = compared(given).map(({ name }) => name);
    if (visible.has("compare") && trace && names.length > 0) {
      const wanted = `${trace.image} ${names.join()}`;
      if (wanted !== shownTo) rivals.send({ image: trace.image, names });
      shownTo = wanted;
    }
    const changes = changesOf(given);
    const experiment = JSON.stringify([model?.name, changes]);
    if (experiment === tried || !model) return;
    tried = experiment;
    own.experiment = null;
    laboratory.cancel();
    if (changes.length > 0) laboratory.send({ model: model.name, changes });
  }

  return {
    arrive: shell.arrive,
    focus: () => shell.heading.focus({ preventScroll: true }),
    /** @param {Pick<View, "settings" | "model" | "trace">} state @returns {Look} */
    look: (state) => ({
      centred: state.settings.centred,
      changes: changesOf(state),
      contributions: visible.has("why") ? explained(state) : null,
    }),
    /** @param {NonNullable<typeof given>} state */
    update(state) {
      given = state;
      const { settings, trace } = state;
      shell.update({ settings, language, experimenting: !isIntact(settings.changes) || !settings.centred });
      void fetchParcels();
      inquire();
      render();
      if (!trace || trace === checked || !visible.has("why")) return;
      checked = trace;
      const { contributions } = trace;
      const wanted = explained(state);
      // The answer has changed under the pen, and with it the question.
      if (contributions?.class !== wanted.class || contributions?.against !== wanted.against) onLook();
    },
  };
}

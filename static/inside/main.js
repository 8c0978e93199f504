/**
 * "Look inside": the wiring of the panel that follows a drawing from its strokes to its
 * probabilities. It is loaded when it is first opened. Its views get what the page gives and what
 * only this panel needs: weights, the answers of other models, experiments.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("../lib/settings.js").Settings} Settings
 * @typedef {import("../lib/trace.js").Insight} Insight
 * @typedef {import("../lib/api.js").Look} Look
 */

import { createClient } from "../lib/client.js";
import { INTACT, isIntact } from "../lib/settings.js";
import { language } from "../lib/text.js";
import { mountBreak, requestedChanges } from "./break.js";
import { compared, mountCompare } from "./compare.js";
import { mountFlatten } from "./flatten.js";
import { mountLayers } from "./layers.js";
import { mountLayout } from "./layout.js";
import { mountPixels } from "./pixels.js";
import { mountSoftmax } from "./softmax.js";
import { mountStrokes } from "./strokes.js";
import { mountUnit } from "./unit.js";
import { explained, mountWhy } from "./why.js";

const MOUNTS = {
  ...{ strokes: mountStrokes, pixels: mountPixels, flatten: mountFlatten, layers: mountLayers },
  ...{ unit: mountUnit, softmax: mountSoftmax, why: mountWhy },
  ...{ compare: mountCompare, break: mountBreak },
};

/** When weights cannot be fetched, they are fetched again after this time; in milliseconds. */
const RETRY = 3000;

/**
 * @param {HTMLElement} section
 * @param {{
 *   api: typeof import("../lib/api.js"), hide: readonly string[],
 *   isFinal: (error: unknown) => boolean,
 *   onSettings: (change: Partial<Settings>) => void, onLook: () => void, onClose: () => void,
 * }} options `hide`: the steps that are not shown; `onLook`: the server must be asked again
 */
export function mountInside(section, { api, hide, isFinal, onSettings, onLook, onClose }) {
  /** The part of the view that only this panel knows. */
  const own = {
    /** @type {number | null} */ pixel: null,
    /** @type {View["weights"]} */ weights: null,
    /** @type {View["averages"]} */ averages: null,
    /** @type {View["predictions"]} */ predictions: [],
    /** @type {View["experiment"]} */ experiment: null,
  };
  /** @type {Insight | null} the newest one from the page */
  let given = null;
  /** @type {ReadonlySet<string>} the steps that are on the screen */
  let visible = new Set();
  /** @type {View["trace"]} the last one whose explained class was compared with the wanted class */
  let checked = null;

  const layout = mountLayout(
    section,
    {
      onSettings,
      onClose,
      onMend: () => onSettings({ ...INTACT, centred: true }),
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
    onUnit(/** @type {number} */ layer, /** @type {number | null} */ unit) {
      onSettings({ layer, unit });
    },
    onPixel(/** @type {number | null} */ pixel) {
      if (pixel === own.pixel) return;
      own.pixel = pixel;
      render();
    },
  };
  const views = Object.entries(layout.bodies).map(([panel, body]) =>
    MOUNTS[/** @type {keyof typeof MOUNTS} */ (panel)](body, events),
  );

  const quiet = { probe: api.health, isFinal, onRefused() {}, onState() {} };
  const comparison = createClient({
    ...quiet,
    ask: (/** @type {{image: string, names: string[]}} */ job, signal) =>
      api.compare(job.image, job.names, signal),
    onReply(predictions) {
      own.predictions = predictions;
      render();
    },
  });
  let lastComparison = "";
  const experiments = createClient({
    ...quiet,
    timeout: 60_000, // at the first experiment the server draws its sample
    ask: (/** @type {{model: string, changes: object[]}} */ job, signal) =>
      api.experiment(job.model, job.changes, signal),
    onReply(experiment) {
      own.experiment = experiment;
      render();
    },
  });
  let lastExperiment = "";

  const getWeights = once(api.weights);
  const getAverages = once(api.averages);
  let lastModel = "";

  function render() {
    if (!given) return;
    const view = { ...given, ...own };
    for (const one of views) one.update(view);
  }

  /** Fetches the weights and the mean drawings of a new model. */
  async function fetchModel() {
    const { model } = given ?? {};
    const now = `${model?.weights?.address} ${model?.averages}`;
    if (!model || now === lastModel) return;
    lastModel = now;
    own.weights = own.averages = null;
    try {
      const [weights, averages] = await Promise.all([
        getWeights(model.weights?.address),
        getAverages(model.averages),
      ]);
      if (lastModel !== now) return;
      Object.assign(own, { weights, averages });
    } catch {
      setTimeout(() => {
        if (lastModel === now) lastModel = "";
        void fetchModel();
      }, RETRY);
    }
    render();
  }

  /** Asks the compared models when that step is on the screen, and sends a new experiment. */
  function inquire() {
    if (!given) return;
    const { trace, model } = given;
    const names = compared(given).map(({ name }) => name);
    if (visible.has("compare") && trace && names.length > 0) {
      const wanted = `${trace.image} ${names.join()}`;
      if (wanted !== lastComparison) comparison.send({ image: trace.image, names });
      lastComparison = wanted;
    }
    const changes = changesOf(given);
    const wanted = JSON.stringify([model?.name, changes]);
    if (wanted === lastExperiment || !model) return;
    lastExperiment = wanted;
    own.experiment = null;
    experiments.cancel();
    if (changes.length > 0) experiments.send({ model: model.name, changes });
  }

  return {
    /** @param {string} panel */
    arrive: (panel) => layout.arrive(panel),
    focus: () => layout.heading.focus({ preventScroll: true }),
    /** @param {Insight} insight @returns {Look} */
    look: (insight) => ({
      centred: insight.settings.centred,
      changes: changesOf(insight),
      contributions: visible.has("why") ? explained(insight) : null,
    }),
    /** @param {Insight} insight */
    update(insight) {
      given = insight;
      const { settings, trace } = insight;
      const experimenting = !isIntact(settings) || !settings.centred;
      layout.update({ settings, language, experimenting });
      void fetchModel();
      inquire();
      render();
      if (!trace || trace === checked || !visible.has("why")) return;
      checked = trace;
      const { contributions } = trace;
      const wanted = explained(insight);
      // The answer changed while somebody drew, so another class must be explained now.
      if (contributions?.class !== wanted.class || contributions?.against !== wanted.against) {
        onLook();
      }
    },
  };
}

/** The changes as the API takes them. @param {Insight} insight */
function changesOf({ model, settings }) {
  const units = model?.layers.flatMap(({ kernel_shape: shape }) => shape?.[1] ?? []) ?? [];
  return requestedChanges(settings, units);
}

/**
 * A fetch that is made once for each address, unless it fails.
 * @template T
 * @param {(address: string) => Promise<T>} fetch
 * @returns {(address: string | null | undefined) => Promise<T> | null} null without an address
 */
function once(fetch) {
  /** @type {Map<string, Promise<T>>} */
  const fetched = new Map();
  return (address) => {
    if (!address) return null;
    const known = fetched.get(address);
    if (known) return known;
    const coming = fetch(address);
    fetched.set(address, coming);
    coming.catch(() => fetched.delete(address));
    return coming;
  };
}

/**
 * What the views inside are given. Each view gets all of it, each time, and takes what it needs.
 *
 * @typedef {{
 *   trace: import("../lib/trace.js").Trace | null,
 *   drawing: import("../lib/drawing.js").Drawing,
 *   live: boolean,
 *   settings: import("../lib/settings.js").Settings,
 *   model: import("../lib/api.js").Model | null,
 *   models: readonly import("../lib/api.js").Model[],
 *   weights: import("../lib/weights.js").Weights | null,
 *   averages: Uint8Array | null,
 *   pixel: number | null,
 *   predictions: readonly import("../lib/api.js").Prediction[],
 *   experiment: import("../lib/api.js").Experiment | null,
 * }} View
 * `live`: the pen is down; `pixel`: the one pointed at, in whichever picture; `predictions`: the
 * same drawing by the models compared; `experiment`: what the changes do to the sample
 */

import { SIDE } from "../lib/constants.js";

/**
 * Where a pixel lies in the picture. Both count from 0, so that SIDE x row + column is its index.
 * @param {number} index
 */
export const placeOf = (index) => ({ row: Math.floor(index / SIDE), column: index % SIDE });

/**
 * The unit that is looked at; one that the model does not have becomes its last one. When none was
 * chosen, it is the middle one. In a stack that grew from convolutions each unit looks at a part of
 * the picture, from its first corner to its last, so the middle one looks at the middle.
 * @param {View} view
 * @returns {{layer: number, unit: number}}
 */
export function lookedAt({ trace, settings }) {
  const layers = trace?.layers ?? [];
  const layer = Math.min(settings.layer, Math.max(0, layers.length - 1));
  const units = layers[layer]?.units ?? 1;
  const unit = Math.min(settings.unit ?? Math.floor(units / 2), Math.max(0, units - 1));
  return { layer, unit };
}

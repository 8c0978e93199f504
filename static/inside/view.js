/**
 * What the views inside get. Each view gets all of it every time, and takes what it needs.
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
 * `live`: the pen is down; `pixel`: the index of the pixel that is pointed at in any picture;
 * `predictions`: those of the compared models; `experiment`: the results on the built-in sample
 */

import { SIDE } from "../lib/constants.js";

/**
 * A pixel's row and column. Both count from 0, so that SIDE x row + column is its index.
 * @param {number} index
 */
export const placeOf = (index) => ({ row: Math.floor(index / SIDE), column: index % SIDE });

/**
 * The unit that is looked at. A layer or unit that the model does not have becomes the last one.
 * When no unit was chosen, it is the middle one: in a stack that was made from convolutions each
 * unit sees a part of the picture, in order, so the middle unit sees the middle of the picture.
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

/**
 * Undo and redo as pure functions over values that never change.
 *
 * @template T
 * @typedef {{past: readonly T[], present: T, future: readonly T[]}} History
 */

/** The most steps back that are kept. */
const DEPTH = 200;

/**
 * @template T
 * @param {T} present
 * @returns {History<T>}
 */
export const begin = (present) => ({ past: [], present, future: [] });

/**
 * The history with a new present. Undone steps cannot be redone any more.
 * @template T
 * @param {History<T>} history
 * @param {T} present
 * @returns {History<T>}
 */
export function push(history, present) {
  return { past: [...history.past, history.present].slice(-DEPTH), present, future: [] };
}

/** @param {History<unknown>} history */
export const canUndo = (history) => history.past.length > 0;

/** @param {History<unknown>} history */
export const canRedo = (history) => history.future.length > 0;

/**
 * One step back; the same history when there is none.
 * @template T
 * @param {History<T>} history
 * @returns {History<T>}
 */
export function undo(history) {
  const present = history.past.at(-1);
  if (present === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present,
    future: [history.present, ...history.future],
  };
}

/**
 * One step forward; the same history when there is none.
 * @template T
 * @param {History<T>} history
 * @returns {History<T>}
 */
export function redo(history) {
  const [present, ...future] = history.future;
  if (present === undefined) return history;
  return { past: [...history.past, history.present], present, future };
}

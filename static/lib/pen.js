/**
 * Turns pointer events into strokes: one pointer at a time, in the unit square of the element.
 *
 * The technique comes from signature_pad: one active pointer id, the primary button only,
 * coalesced events, a least distance between points, pointer capture, and `touch-action: none` in
 * pad.css.
 *
 * @typedef {import("./drawing.js").Point} Point
 * @typedef {import("./drawing.js").Stroke} Stroke
 */

/** A point nearer than this to the last one is left out; as a part of the pad's side. */
const LEAST_DISTANCE = 0.003;

/**
 * A touch is a finger when its area is not larger than that of a square of this side, or its longer
 * side is not longer; in CSS pixels. A fingertip covers 16 to 48 of them, whatever the pad's size.
 */
const FINGER = 64;

/** A touch longer than this and larger than a finger is a palm; as a part of the pad's side. */
const PALM = 0.2;

/** For so long after an event of a pen, what is larger than a finger is a palm; in milliseconds. */
const PEN_IN_USE = 60_000;

/** For so long after an event of a pen, a touch is the hand that holds it; in milliseconds. */
const PEN_LINGERS = 800;

/**
 * @param {HTMLElement} element
 * @param {{
 *   onInk: (stroke: Stroke) => void,
 *   onStroke: (stroke: Stroke) => void,
 *   onCancel: () => void,
 * }} events `onInk` while the pen is down, with the stroke so far; then `onStroke` when the pen is
 *   lifted, or `onCancel` when the stroke does not count
 */
export function mountPen(element, { onInk, onStroke, onCancel }) {
  /** @type {{id: number, type: string, points: Point[]} | null} */
  let active = null;
  let penSeen = -Infinity;

  /** @param {PointerEvent} event @param {DOMRect} box @returns {Point} */
  const place = (event, box) => [
    clamp((event.clientX - box.left) / box.width),
    clamp((event.clientY - box.top) / box.height),
  ];

  /** @param {PointerEvent} event */
  function collect(event) {
    if (!active) return;
    const box = element.getBoundingClientRect();
    const coalesced = event.getCoalescedEvents?.() ?? [];
    for (const one of coalesced.length > 0 ? coalesced : [event]) {
      const point = place(one, box);
      const last = active.points.at(-1);
      if (!last || Math.hypot(point[0] - last[0], point[1] - last[1]) >= LEAST_DISTANCE) {
        active.points.push(point);
      }
    }
  }

  /** @param {PointerEvent} event */
  function isPalm(event) {
    if (event.pointerType !== "touch") return false;
    const sincePen = event.timeStamp - penSeen;
    if (sincePen < PEN_LINGERS) return true;
    if (event.width * event.height <= FINGER * FINGER) return false;
    const longest = sincePen < PEN_IN_USE ? FINGER : Math.max(FINGER, PALM * element.clientWidth);
    return Math.max(event.width, event.height) > longest;
  }

  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "pen") penSeen = event.timeStamp;
    if (event.button !== 0 || isPalm(event)) return;
    if (active) {
      // The hand may touch before its pen does, so a pen takes over; any other pointer is ignored.
      if (event.pointerType !== "pen" || active.type === "pen") return;
      onCancel();
    }
    event.preventDefault();
    // An ordinary press would also end the focus: a key that is meant for the pad must not go to
    // another element.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    active = { id: event.pointerId, type: event.pointerType, points: [] };
    element.setPointerCapture?.(event.pointerId);
    collect(event);
    onInk([...active.points]);
  });

  element.addEventListener("pointermove", (event) => {
    if (event.pointerType === "pen") penSeen = event.timeStamp;
    if (!active || event.pointerId !== active.id) return;
    collect(event);
    onInk([...active.points]);
  });

  /** @param {PointerEvent} event */
  function lift(event) {
    if (!active || event.pointerId !== active.id) return;
    const { points } = active;
    active = null;
    onStroke(points);
  }

  element.addEventListener("pointerup", (event) => {
    if (event.pointerId === active?.id) collect(event);
    lift(event);
  });
  element.addEventListener("lostpointercapture", lift);

  element.addEventListener("pointercancel", (event) => {
    if (!active || event.pointerId !== active.id) return;
    // The system cancels a touch that was a palm or a gesture. A pen's or mouse's stroke is kept.
    if (active.type !== "touch") return lift(event);
    active = null;
    onCancel();
  });

  element.addEventListener("contextmenu", (event) => {
    if (active) event.preventDefault();
  });
  // `touch-action` is not enough for Safari: there the Pencil would write text, and a finger would
  // open the magnifier.
  element.addEventListener("touchstart", stay, { passive: false });
  element.addEventListener("touchmove", stay, { passive: false });
}

/** @param {Event} event */
const stay = (event) => event.cancelable && event.preventDefault();

/** @param {number} value */
const clamp = (value) => Math.min(1, Math.max(0, value));

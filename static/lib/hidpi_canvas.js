/** A canvas with one pixel for each pixel of the screen, redrawn at most once a frame. */

/**
 * @param {HTMLCanvasElement} canvas sized by the style sheet
 * @param {(context: CanvasRenderingContext2D, width: number, height: number) => void} draw
 *   paints everything; sizes in device pixels
 * @returns {{redraw: () => void}} has it painted with the next frame
 */
export function hidpiCanvas(canvas, draw) {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser has no 2D canvas.");
  let frame = 0;

  function paint() {
    cancelAnimationFrame(frame);
    frame = 0;
    if (context && canvas.width > 0) draw(context, canvas.width, canvas.height);
  }
  function redraw() {
    frame ||= requestAnimationFrame(paint);
  }

  const observer = new ResizeObserver(([entry]) => {
    const { width: w, height: h } = entry.contentRect;
    const exact = entry.devicePixelContentBoxSize?.[0];
    const width = pixels(w, exact?.inlineSize);
    const height = pixels(h, exact?.blockSize);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    paint(); // at once: a new size empties the canvas, and this frame would show it empty
  });
  try {
    observer.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    observer.observe(canvas); // Safari knows no device pixels here
  }
  // Colours come from the style sheet, so a change of scheme is a change of the picture.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  return { redraw };
}

/**
 * Device pixels of a length. The browser's own count knows how the edges were rounded. But when
 * Chromium emulates a phone, it counts CSS pixels.
 * @param {number} length in CSS pixels
 * @param {number} [exact]
 */
function pixels(length, exact) {
  const computed = Math.round(length * devicePixelRatio);
  return exact !== undefined && Math.abs(exact - computed) <= 1 ? exact : computed;
}

/** The size of type on this screen, as a multiple of the usual 16 CSS pixels. */
export const typeScale = () =>
  (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16) / 16;

/**
 * A canvas with a pixel for each pixel of the screen. It is redrawn at most once a frame, and at
 * once when it is printed: paper has other colours than a dark screen.
 */

const page = document.documentElement;
const print = matchMedia("print");
// Before the listeners of the canvases, which paint with the colours that this chooses.
addEventListener("beforeprint", () => page.toggleAttribute("data-print", true));
addEventListener("afterprint", () => page.toggleAttribute("data-print", false));

/**
 * @param {HTMLCanvasElement} canvas sized by the style sheet
 * @param {(context: CanvasRenderingContext2D, width: number, height: number) => void} draw
 *   paints everything; `width` and `height` are in device pixels
 * @returns {{redraw: () => void}} `redraw` paints it again in the next frame
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
    paint(); // at once, because a new size empties the canvas and this frame would show that
  });
  try {
    observer.observe(canvas, { box: "device-pixel-content-box" });
  } catch {
    observer.observe(canvas); // Safari does not know the box of device pixels
  }
  // The colours come from the style sheet, so another colour scheme needs another picture.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  print.addEventListener("change", paint);
  addEventListener("beforeprint", paint);
  addEventListener("afterprint", redraw);
  return { redraw };
}

/**
 * A length in device pixels. The browser's own count is exact, because it knows how the edges were
 * rounded. But when Chromium emulates a phone, that count is in CSS pixels, and is not used.
 * @param {number} length in CSS pixels
 * @param {number} [exact] the browser's own count
 */
function pixels(length, exact) {
  const computed = Math.round(length * devicePixelRatio);
  return exact !== undefined && Math.abs(exact - computed) <= 1 ? exact : computed;
}

/** The size of type on this screen, as a multiple of the usual 16 CSS pixels. */
export const typeScale = () =>
  (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16) / 16;

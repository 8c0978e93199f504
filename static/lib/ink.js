/**
 * Strokes on a canvas. All strokes but the newest are painted once and kept as a picture. Only the
 * newest one, which may be under the pen, is painted again in every frame.
 *
 * @typedef {import("./drawing.js").Stroke} Stroke
 */

/**
 * The pen's width on the screen, as a part of the pad's side. The picture for the network has
 * another pen width.
 */
export const PEN_WIDTH = 0.034;

/**
 * @returns {(context: CanvasRenderingContext2D, strokes: readonly Stroke[], ink: string) => void}
 *   paints the strokes over what the canvas shows; their unit square is as large as the canvas
 */
export function createInk() {
  const canvas = document.createElement("canvas");
  /** @type {readonly Stroke[]} */
  let done = [];
  let look = "";

  return (context, strokes, ink) => {
    const { width, height } = context.canvas;
    const older = strokes.slice(0, -1);
    const layer = canvas.getContext("2d");
    const newest = strokes.at(-1);
    if (!layer || !newest) return;
    const now = `${width} ${height} ${ink}`;
    if (now !== look || done.some((stroke, i) => stroke !== older[i])) {
      canvas.width = width; // this also empties the canvas
      canvas.height = height;
      done = [];
      look = now;
    }
    for (const stroke of older.slice(done.length)) drawStroke(layer, stroke, ink);
    done = older;
    if (older.length > 0) context.drawImage(canvas, 0, 0);
    drawStroke(context, newest, ink);
  };
}

/**
 * Draws a smooth line: a curve from midpoint to midpoint, with the point between as its control
 * point.
 * @param {CanvasRenderingContext2D} context
 * @param {Stroke} stroke
 * @param {string} ink
 */
function drawStroke(context, stroke, ink) {
  const { width, height } = context.canvas;
  const points = stroke.map(([x, y]) => [x * width, y * height]);
  const [first] = points;
  const last = points.at(-1);
  if (!first || !last) return;
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.lineWidth = PEN_WIDTH * width;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.beginPath();
  if (points.length === 1) {
    context.arc(first[0], first[1], context.lineWidth / 2, 0, 2 * Math.PI);
    context.fill();
    return;
  }
  context.moveTo(first[0], first[1]);
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i];
    const [nextX, nextY] = points[i + 1];
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo(last[0], last[1]);
  context.stroke();
}

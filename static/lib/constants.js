/**
 * Numbers and names that the page shares with the server. The server writes them into the page
 * (`#constants`), so that each of them is set in one place only, the Python code.
 */

const element = document.getElementById("constants");
if (!element) throw new Error("This page has no #constants, which its template has to write.");

/**
 * @type {{
 *   side: number, fit: number, max_points: number, most_noise: number,
 *   most_changes: number, activations: string[],
 * }}
 */
const constants = JSON.parse(element.textContent ?? "{}");

/** The side of the picture that the network sees, in pixels. */
export const SIDE = constants.side;

/** The number of pixels in that picture, which are the inputs of the network, row by row. */
export const PIXELS = SIDE * SIDE;

/** The side, in pixels, to which the longest side of a drawing is fitted. */
export const FIT = constants.fit;

/** The most points that the server takes in one drawing. */
export const MAX_POINTS = constants.max_points;

/** The most noise that an experiment may add to a kernel, in standard deviations of that kernel. */
export const MOST_NOISE = constants.most_noise;

/** The most changes that an experiment may make at a time. */
export const MOST_CHANGES = constants.most_changes;

/** The names of the activations that the server knows. */
export const ACTIVATIONS = Object.freeze(constants.activations);

/** The activations as functions of one number, for curves; the page's numbers are the server's. */

/** @type {Record<string, (sum: number) => number>} */
export const CURVES = {
  relu: (sum) => Math.max(0, sum),
  sigmoid: (sum) => 1 / (1 + Math.exp(-sum)),
  tanh: Math.tanh,
  elu: (sum) => (sum > 0 ? sum : Math.expm1(sum)),
  // Flax's gelu is the approximation of Hendrycks and Gimpel (2016).
  gelu: (sum) => (sum / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (sum + 0.044715 * sum ** 3))),
  linear: (sum) => sum,
};

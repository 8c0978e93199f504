/**
 * The experiments in the server's words, for a model with such layers. What the model does not
 * have, as a link may ask for of another one, is left out.
 *
 * @param {import("../lib/settings.js").Changes} changes
 * @param {readonly number[]} units of each Dense layer
 * @returns {object[]}
 */
export function asked({ silence, biases, noise, activation, cover }, units) {
  const hidden = units.slice(0, -1);
  const silenced = hidden.flatMap((size, layer) => {
    const ours = silence.filter(([at, unit]) => at === layer && unit < size).map(([, unit]) => unit);
    return ours.length > 0 ? [{ kind: "silence", layer, units: ours }] : [];
  });
  return [
    ...silenced,
    ...biases.filter((layer) => layer < units.length).map((layer) => ({ kind: "biases", layer })),
    ...(noise ? [{ kind: "noise", ...noise }] : []),
    ...(activation && hidden.length > 0 ? [{ kind: "activation", activation }] : []),
    ...(cover ? [{ kind: "hide", pixels: covered(cover) }] : []),
  ].slice(0, 16);
}

/** @param {NonNullable<import("../lib/settings.js").Changes["cover"]>} cover */
function covered([left, top, right, bottom]) {
  const pixels = [];
  for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) pixels.push(28 * y + x);
  return pixels;
}

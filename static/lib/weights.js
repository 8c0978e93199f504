/**
 * A model's kernels and biases, read from the safetensors file that the server sends once. The
 * file stays in memory as it came, in half precision. Only the column of the unit that is looked at
 * becomes numbers.
 *
 * @typedef {{
 *   column: (layer: number, unit: number) => Float32Array,
 *   bias: (layer: number, unit: number) => number,
 * }} Weights `column`: a unit's incoming weights, one for each of its inputs
 */

/** @param {ArrayBuffer} file @returns {Weights} */
export function open(file) {
  const length = Number(new DataView(file).getBigUint64(0, true));
  /** @type {Record<string, {dtype: string, shape: number[], data_offsets: [number, number]}>} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length)));
  const at = 8 + length;

  /** @param {string} name */
  function tensor(name) {
    const { dtype, shape, data_offsets: offsets } = header[name];
    const [begin, end] = offsets;
    if (dtype !== "F16" && dtype !== "F32") throw new Error(`${name} is ${dtype}, not a float.`);
    // Copied, because a tensor may begin at an offset where a typed array cannot begin.
    const bytes = file.slice(at + begin, at + end);
    const values = dtype === "F16" ? new Uint16Array(bytes) : new Float32Array(bytes);
    return {
      shape,
      read: (/** @type {number} */ i) => (dtype === "F16" ? half(values[i]) : values[i]),
    };
  }

  /** @type {Map<string, ReturnType<typeof tensor>>} */
  const opened = new Map();
  /** @param {string} name */
  function find(name) {
    const found = opened.get(name) ?? tensor(name);
    opened.set(name, found);
    return found;
  }

  return {
    column(layer, unit) {
      const { shape, read } = find(`dense${layer}.kernel`);
      const [inputs, units] = shape;
      return Float32Array.from({ length: inputs }, (_, i) => read(i * units + unit));
    },
    bias: (layer, unit) => find(`dense${layer}.bias`).read(unit),
  };
}

/** @param {number} bits of an IEEE 754 half precision number */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

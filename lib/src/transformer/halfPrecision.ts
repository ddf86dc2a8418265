/** @file 16-bit floats (IEEE 754 binary16), for published parameters. */

const scratch = new Float32Array(1);
const bits = new Uint32Array(scratch.buffer);

/** The nearest half of a number, ties to even; beyond 65504 infinity. */
function half(value: number): number {
  scratch[0] = value;
  const x = bits[0];
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Below 2^-14 the spacing is 2^-24.
    const units = Math.abs(scratch[0]) * 2 ** 24;
    const low = Math.floor(units);
    const rest = units - low;
    return sign | (low + (rest > 0.5 || (rest === 0.5 && (low & 1) === 1) ? 1 : 0));
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** Numbers as halves. */
export function toHalf(values: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(values, half);
}

/** Halves as numbers. */
export function fromHalf(values: Uint16Array): Float32Array {
  return Float32Array.from(values, (h) => {
    const [exponent, fraction] = [(h >>> 10) & 31, h & 1023];
    const finite = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    const size = exponent < 31 ? finite : fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
    return h & 0x8000 ? -size : size;
  });
}

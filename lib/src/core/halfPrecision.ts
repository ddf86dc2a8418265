/** @file 16-bit floats (IEEE 754 binary16), for published parameters and files of features. */

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
  return Float32Array.from(values, halfValue);
}

/** The number that 16 bits stand for. */
export function halfValue(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >>> 10) & 31, bits & 1023];
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * @file The mean of ‖(D - NS)^k‖_F² over a matrix N of independent entries, in the limit of large d: of all ways to pair the N with the
 * Nᵀ only the nested ones survive, and they are a sum of two-dimensional convolutions.
 */

import { bisect } from "../../core/bisection";
import { logSum } from "../../core/logSum";
import { multiply, transpose } from "../../linalg/dense";
import { type ChainMoments, quadratic } from "./chainMoments";

/** Largest k: the recursion takes k⁴/8 multiplications. */
export const MAX_PAIRED_STEPS = 300;
/** Angles at which a circle is looked at, and sections of the best bracket. */
const ANGLES = 64;
const SECTIONS = 40;

/** A trace of a chain: see `ChainMoments`. */
type Part = "plain" | "rows" | "loop" | "end";

/** Where the tables of traces come from. */
export interface TableSource {
  /** The growth of ‖D^k‖: a scale for powers. */
  readonly noiseless: number;
  /** The trace at (p, q) over g^{p+q}, row-major (K+1, K+1). */
  table(part: Part, growth: number): Float64Array;
}

/** The tables of given prompts, averaged. */
export function promptTables(prompts: readonly ChainMoments[], scale: number, steps: number): TableSource {
  return {
    noiseless: realGrowth(prompts, scale),
    table(part, growth) {
      const sum = new Float64Array((steps + 1) ** 2);
      for (const prompt of prompts) addTable(prompt, part, growth, steps, 1 / prompts.length, sum);
      return sum;
    },
  };
}

/**
 * ln 𝓔_k, k = 0..K:
 * 𝓔_k = tr D^k D^kᵀ + Σ_{j=1..k} (u ∗ v^{∗(j-1)} ∗ e)(k - j, k - j), u, v, e the tables of rows, s loop and s end.
 * With T = e + v ∗ T, shifted by one in both indices, the sum over j is [u ∗ T](k - 1, k - 1). Powers are those of D/g with g about the growth,
 * so that nothing leaves the range of doubles.
 */
export function nestedPairings(source: TableSource, scale: number, steps: number): Float64Array {
  for (let growth = source.noiseless || 1; ; growth *= 4) {
    const logs = scaledPairings(source, scale, steps, growth);
    if (logs) return logs;
  }
}

/** The same with a scale g; undefined where that is too small. */
function scaledPairings(source: TableSource, scale: number, steps: number, growth: number): Float64Array | undefined {
  const size = steps + 1;
  const plain = source.table("plain", growth);
  const logs = Float64Array.from({ length: size }, (_, k) => Math.log(Math.max(plain[k * (size + 1)], 0)) + 2 * k * Math.log(growth));
  if (scale === 0 || steps === 0) return logs;
  const noise = scale / (growth * growth);
  const rows = source.table("rows", growth);
  const loop = source.table("loop", growth).map((value) => value * noise);
  const T = source.table("end", growth).map((value) => value * noise);
  for (let p = 1; p < steps; p++) {
    for (let q = 1; q <= p; q++) T[q * size + p] = T[p * size + q] += convolution(loop, T, size, p - 1, q - 1);
  }
  for (let k = 1; k <= steps; k++) {
    const paired = convolution(rows, T, size, k - 1, k - 1);
    if (!Number.isFinite(paired)) return undefined;
    logs[k] = logSum([logs[k], 2 * k * Math.log(growth) + Math.log(Math.max(paired, 0))]);
  }
  return logs;
}

/** Σ_{a <= p, b <= q} x(a, b) y(p - a, q - b). */
function convolution(x: Float64Array, y: Float64Array, size: number, p: number, q: number): number {
  let sum = 0;
  for (let a = 0; a <= p; a++) {
    const left = a * size;
    const right = (p - a) * size + q;
    for (let b = 0; b <= q; b++) sum += x[left + b] * y[right - b];
  }
  return sum;
}

/** Adds factor times Σ_ij K_ij (δ_i/g)^p (δ_j/g)^q, with r_i r_j in `loop` and `end`, to the table at (p, q). */
function addTable(prompt: ChainMoments, part: Part, growth: number, steps: number, factor: number, sum: Float64Array) {
  const { reach, delta } = prompt;
  const kernel = prompt[part];
  const weighted = part === "loop" || part === "end";
  const count = reach.length;
  const size = steps + 1;
  if (kernel.length === count) {
    const sums = new Float64Array(2 * steps + 1);
    for (let i = 0; i < count; i++) {
      let power = factor * kernel[i] * (weighted ? reach[i] * reach[i] : 1);
      for (let p = 0; p <= 2 * steps; p++, power *= delta[i] / growth) sums[p] += power;
    }
    for (let p = 0; p < size; p++) for (let q = 0; q < size; q++) sum[p * size + q] += sums[p + q];
    return;
  }
  const powers = new Float64Array(size * count);
  for (let i = 0; i < count; i++) {
    let power = weighted ? reach[i] : 1;
    for (let p = 0; p < size; p++, power *= delta[i] / growth) powers[p * count + i] = power;
  }
  const table = multiply(multiply(powers, kernel, size, count, count), transpose(powers, size, count), size, count, size);
  for (let at = 0; at < table.length; at++) sum[at] += factor * table[at];
}

/** tr(CS(z - D)⁻¹R(z - D)⁻ᴴS) at z = r e^{iθ}: without s, how much one pair of N returns to the next. */
export function returned(prompts: readonly ChainMoments[], radius: number, theta: number): number {
  const [re, im] = [radius * Math.cos(theta), radius * Math.sin(theta)];
  let sum = 0;
  for (const { mu, reach, loop } of prompts) {
    const real = new Float64Array(mu.length);
    const imaginary = new Float64Array(mu.length);
    for (let i = 0; i < mu.length; i++) {
      if (reach[i] === 0) continue;
      // z - δ = (z - 1) + μ: at z = 1, with r = μ, the quotient is exactly 1.
      const a = re - 1 + mu[i];
      const norm = a * a + im * im;
      real[i] = (reach[i] * a) / norm;
      imaginary[i] = (-reach[i] * im) / norm;
    }
    sum += quadratic(loop, real) + (im === 0 ? 0 : quadratic(loop, imaginary));
  }
  return sum / prompts.length;
}

/** The largest `returned` on the circle |z| = r; kernels are positive, and where they are diagonal it lies at r or -r. */
export function largestReturn(prompts: readonly ChainMoments[], radius: number): number {
  const ends = Math.max(returned(prompts, radius, 0), returned(prompts, radius, Math.PI));
  if (prompts.every(({ mu, loop }) => loop.length === mu.length)) return ends;
  const value = (angle: number): number => returned(prompts, radius, angle);
  const step = Math.PI / ANGLES;
  const values = Array.from({ length: ANGLES + 1 }, (_, i) => (i % ANGLES === 0 ? 0 : value(i * step)));
  const best = values.indexOf(Math.max(...values));
  if (values[best] === 0) return ends;
  let [low, high] = [(best - 1) * step, (best + 1) * step];
  for (let i = 0; i < SECTIONS; i++) {
    const [a, b] = [high - 0.618033988749895 * (high - low), low + 0.618033988749895 * (high - low)];
    if (value(a) > value(b)) high = b;
    else low = a;
  }
  return Math.max(ends, value((low + high) / 2));
}

/** max |δ_i|. */
export function noiselessGrowth(prompts: readonly ChainMoments[]): number {
  return prompts.reduce((most, { delta }) => delta.reduce((max, value) => Math.max(max, Math.abs(value)), most), 0);
}

/** The radius at which s times a function of it that decreases to 0 falls to 1; the noiseless growth where it is below 1 already there. */
function radiusWhere(scale: number, value: (radius: number) => number, from: number): number {
  const holds = (radius: number): boolean => scale * value(radius) <= 1;
  let above = from > 0 ? from * (1 + 1e-13) : Number.MIN_VALUE;
  if (scale === 0 || holds(above)) return from;
  for (above = Math.max(2 * from, 1); !holds(above); above *= 2);
  return bisect(holds, from, above).yes;
}

/** The growth if the largest return is met on the real axis: a scale for powers. */
function realGrowth(prompts: readonly ChainMoments[], scale: number): number {
  return radiusWhere(scale, (r) => Math.max(returned(prompts, r, 0), returned(prompts, r, Math.PI)), noiselessGrowth(prompts));
}

/** The spectral radius of D - NS: the factor of a step in the end. */
export function pairedGrowth(prompts: readonly ChainMoments[], scale: number): number {
  return radiusWhere(scale, (r) => largestReturn(prompts, r), realGrowth(prompts, scale));
}

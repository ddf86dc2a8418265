/** @file What the theorem tests share: random spectra and matrices, and independent small solvers. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../../dist/core/random.js";
import { Covariance } from "../../../dist/model/covariance.js";
import type { MixtureParams } from "../../../dist/model/mixture.js";

export { assertClose, reference, referenceParams } from "../../support/reference.ts";

/** i^-exponent, i = 1..d, with trace d when asked. */
export function power(d: number, exponent: number, traceD = false): Covariance {
  const raw = Array.from({ length: d }, (_, i) => (i + 1) ** -exponent);
  const sum = raw.reduce((a, b) => a + b, 0);
  return Covariance.diagonal(traceD ? raw.map((value) => (value * d) / sum) : raw);
}

/** The matrices of the reference values that do not commute. */
export const Sigma = Covariance.fromMatrix([
  [1, 0.3, 0],
  [0.3, 0.8, 0.2],
  [0, 0.2, 0.5],
]);
export const Lambda = Covariance.fromMatrix([
  [0.9, -0.2, 0.1],
  [-0.2, 0.6, 0],
  [0.1, 0, 0.4],
]);

/** Isotropic settings with d below, at, near and above m, and prompts from very short to very long. */
export const SHAPES: readonly { readonly d: number; readonly m: number; readonly n: number }[] = [
  { d: 10, m: 40, n: 20 },
  { d: 10, m: 11, n: 20 },
  { d: 10, m: 10, n: 10 },
  { d: 10, m: 10, n: 20 },
  { d: 20, m: 20, n: 30 },
  { d: 40, m: 10, n: 20 },
  { d: 30, m: 7, n: 5 },
  { d: 3, m: 7, n: 100 },
  { d: 50, m: 10, n: 20 },
  { d: 200, m: 5, n: 1 },
  { d: 5, m: 1000, n: 10 },
  { d: 1, m: 1_000_000, n: 3 },
  { d: 2, m: 1_000_000, n: 1_000_000 },
  { d: 999, m: 1000, n: 30 },
  { d: 1000, m: 1000, n: 7 },
  { d: 100_000, m: 3, n: 500 },
];

/** The mixture of the reference values: two tasks that do not commute, each with a length of its own. */
export const mixture: MixtureParams = {
  tasks: [
    Covariance.fromMatrix([
      [1, 0.3],
      [0.3, 0.5],
    ]),
    Covariance.fromMatrix([
      [0.4, -0.2],
      [-0.2, 0.9],
    ]),
  ],
  weights: [0.7, 0.3],
  lengths: [8, 25],
};

/** Fails unless two matrices agree in every entry. */
export function assertMatrix(actual: Matrix, expected: Matrix, absolute: number): void {
  const gap = Matrix.sub(actual, expected).abs().max();
  assert.ok(gap <= absolute, `largest difference ${gap}`);
}

/** A random orthogonal matrix. */
export function orthogonal(d: number, random: Random): Matrix {
  const q = Matrix.zeros(d, d);
  for (let column = 0; column < d; column++) {
    const v = Array.from(random.fillNormal(new Float64Array(d)));
    for (let pass = 0; pass < 2; pass++) {
      for (let earlier = 0; earlier < column; earlier++) {
        const u = q.getColumn(earlier);
        const inner = u.reduce((sum, value, i) => sum + value * v[i], 0);
        for (let i = 0; i < d; i++) v[i] -= inner * u[i];
      }
    }
    const norm = Math.hypot(...v);
    q.setColumn(
      column,
      v.map((value) => value / norm),
    );
  }
  return q;
}

/** Q diag(spectrum) Qᵀ for a random orthogonal Q. */
export function rotated(spectrum: readonly number[], seed: number): Covariance {
  const d = spectrum.length;
  const q = orthogonal(d, Random.seed(seed).stream("rotation"));
  const m = q.mmul(Matrix.diag([...spectrum])).mmul(q.transpose());
  return Covariance.fromMatrix(m.add(m.transpose()).mul(0.5));
}

/** Spectra with condition numbers up to 10^decades, and with zeros when `deficient`. */
export function spectra({ maxD = 12, decades = 12, deficient = false } = {}): fc.Arbitrary<number[]> {
  const exponent = fc.double({ min: -decades, max: 0, noNaN: true });
  const value = exponent.map((e) => 10 ** e);
  const entry = deficient ? fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(0) }) : value;
  return fc.array(entry, { minLength: 1, maxLength: maxD }).filter((values) => values.some((v) => v > 0));
}

/** Prompt lengths from 1, short ones more often, and Infinity when asked. */
export function lengths(infinite = false): fc.Arbitrary<number> {
  const finite = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 1_000_000 }));
  return infinite ? fc.oneof({ weight: 5, arbitrary: finite }, { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) }) : finite;
}

/** The minimiser of ½πᵀHπ + cᵀπ on the simplex, by trying every support: for a few tasks only. */
export function simplexMinimum(H: Matrix, c: ArrayLike<number>): { weights: Float64Array; value: number } {
  const count = H.rows;
  let best = { weights: new Float64Array(count), value: Number.POSITIVE_INFINITY };
  for (let mask = 1; mask < 1 << count; mask++) {
    const support = Array.from({ length: count }, (_, i) => i).filter((i) => mask & (1 << i));
    const free = solveFace(H, c, support);
    if (free === null || free.some((value) => value < -1e-12)) continue;
    const weights = new Float64Array(count);
    support.forEach((i, at) => {
      weights[i] = Math.max(free[at], 0);
    });
    const product = H.mmul(Matrix.columnVector(weights)).to1DArray();
    const value = weights.reduce((sum, weight, i) => sum + weight * (0.5 * product[i] + c[i]), 0);
    if (value < best.value) best = { weights, value };
  }
  return best;
}

/** Solves H_SS π + c_S = ν 1, Σ π = 1 by Gaussian elimination; null when singular. */
function solveFace(H: Matrix, c: ArrayLike<number>, support: readonly number[]): number[] | null {
  const size = support.length + 1;
  const rows = support.map((i) => [...support.map((j) => H.get(i, j)), -1, -c[i]]);
  rows.push([...support.map(() => 1), 0, 1]);
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let r = column; r < size; r++) if (Math.abs(rows[r][column]) > Math.abs(rows[pivot][column])) pivot = r;
    if (Math.abs(rows[pivot][column]) < 1e-13) return null;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let r = 0; r < size; r++) {
      if (r === column) continue;
      const factor = rows[r][column] / rows[column][column];
      for (let j = column; j <= size; j++) rows[r][j] -= factor * rows[column][j];
    }
  }
  return support.map((_, i) => rows[i][size] / rows[i][i]);
}

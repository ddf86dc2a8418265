/** @file Cholesky factorisation with diagonal pivoting: rank, a factor, and a test for negative curvature. */
import { dot, type Hessian } from "./hessian";

/** H_EE = R Rᵀ to the tolerance, by rows. */
export interface PivotedCholesky {
  /** The numerical rank r. */
  readonly rank: number;
  /** Row i holds the r entries of row i of R, in the order of the members given. */
  readonly rows: readonly Float64Array[];
  /** The most negative diagonal entry met in the remainder, over the largest diagonal entry of H_EE; 0 when there is none. */
  readonly negative: number;
}

/** Curvatures up to this multiple of the largest diagonal entry are taken for rounding, for L variables. */
export function curvatureTolerance(size: number): number {
  return (32 + size / 8) * 2 ** -52;
}

/**
 * Factors H on a set of indices, the largest remaining diagonal entry first, and stops when what remains is rounding.
 * The cost is |E| r² / 2 products: a matrix of low rank is cheap whatever its size.
 * @param hessian H
 * @param members E, the indices
 * @param tolerance the remainder, over the largest diagonal entry, at which to stop
 */
export function pivotedCholesky(hessian: Hessian, members: Int32Array, tolerance: number): PivotedCholesky {
  const k = members.length;
  const remainder = Float64Array.from(members, (j) => hessian.diagonal[j]!);
  let largest = 0;
  for (const value of remainder) largest = Math.max(largest, Math.abs(value));
  let capacity = Math.min(k, 32);
  const rows = Array.from({ length: k }, () => new Float64Array(capacity));
  // The indices not yet taken as pivots stand first.
  const open = Int32Array.from({ length: k }, (_, i) => i);
  const globals = Int32Array.from(members);
  const column = new Float64Array(k);
  let rank = 0;
  let negative = 0;
  for (let left = k; left > 0; rank++) {
    let at = 0;
    for (let i = 1; i < left; i++) if (remainder[open[i]!]! > remainder[open[at]!]!) at = i;
    for (let i = 0; i < left; i++) negative = Math.min(negative, remainder[open[i]!]!);
    const pivot = open[at]!;
    const value = remainder[pivot]!;
    if (!(value > tolerance * largest)) break;
    if (rank === capacity) {
      capacity = Math.min(k, 2 * capacity);
      for (let i = 0; i < k; i++) {
        const wider = new Float64Array(capacity);
        wider.set(rows[i]!);
        rows[i] = wider;
      }
    }
    left--;
    open[at] = open[left]!;
    open[left] = pivot;
    const root = Math.sqrt(value);
    for (let i = 0; i < left; i++) globals[i] = members[open[i]!]!;
    hessian.gather(members[pivot]!, globals, left, column);
    const pivotRow = rows[pivot]!;
    subtractProducts(rows, open, left, pivotRow, rank, column);
    for (let i = 0; i < left; i++) {
      const entry = column[i]! / root;
      rows[open[i]!]![rank] = entry;
      remainder[open[i]!]! -= entry * entry;
    }
    pivotRow[rank] = root;
  }
  return { rank, rows: rows.map((row) => row.subarray(0, rank)), negative: largest > 0 ? negative / largest : 0 };
}

/** column[i] -= rows[open[i]] · pivotRow over the first `count` entries; four rows share each load of the pivot row. */
function subtractProducts(
  rows: readonly Float64Array[],
  open: Int32Array,
  left: number,
  pivotRow: Float64Array,
  count: number,
  column: Float64Array,
): void {
  let i = 0;
  for (; i + 3 < left; i += 4) {
    const r0 = rows[open[i]!]!;
    const r1 = rows[open[i + 1]!]!;
    const r2 = rows[open[i + 2]!]!;
    const r3 = rows[open[i + 3]!]!;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let t = 0; t < count; t++) {
      const v = pivotRow[t]!;
      s0 += r0[t]! * v;
      s1 += r1[t]! * v;
      s2 += r2[t]! * v;
      s3 += r3[t]! * v;
    }
    column[i]! -= s0;
    column[i + 1]! -= s1;
    column[i + 2]! -= s2;
    column[i + 3]! -= s3;
  }
  for (; i < left; i++) column[i]! -= dot(rows[open[i]!]!, pivotRow, count);
}

/**
 * The most negative curvature of H that can be seen, over its largest diagonal entry: 0 for a positive semidefinite H.
 * The pivoted factor shows a negative diagonal entry of the remainder; entries off the diagonal of the remainder, which a
 * positive semidefinite H does not have, are looked for with four fixed random directions v, as (H - RRᵀ) v != 0.
 */
export function negativeCurvature(hessian: Hessian): number {
  const n = hessian.size;
  const all = Int32Array.from({ length: n }, (_, i) => i);
  let largest = 0;
  for (const value of hessian.diagonal) largest = Math.max(largest, Math.abs(value));
  const tolerance = curvatureTolerance(n);
  const { rank, rows, negative } = pivotedCholesky(hessian, all, tolerance);
  let worst = -negative > 4 * tolerance ? negative : 0;
  const v = new Float64Array(n);
  const image = new Float64Array(n);
  const half = new Float64Array(rank);
  let state = 1;
  for (let probe = 0; probe < 4; probe++) {
    for (let i = 0; i < n; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      v[i] = state / 2 ** 31 - 1;
    }
    image.fill(0);
    hessian.accumulate(all, v, n, image);
    half.fill(0);
    for (let i = 0; i < n; i++) for (let t = 0; t < rank; t++) half[t]! += rows[i]![t]! * v[i]!;
    for (let i = 0; i < n; i++) {
      const miss = Math.abs(image[i]! - dot(rows[i]!, half, rank));
      // The remainder of a positive semidefinite H has entries up to tolerance * largest, and n of them meet here.
      if (miss > 8 * n * tolerance * (largest || 1) && -miss / (largest || 1) < worst) worst = -miss / (largest || 1);
    }
  }
  return worst;
}

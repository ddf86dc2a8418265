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

/** Pivots whose columns are computed together; the inner loop is written for this number. */
const BLOCK = 4;

/**
 * Factors H on a set of indices, large remaining diagonal entries first, and stops when what remains is rounding.
 * The cost is |E| r² / 2 products: a matrix of low rank is cheap whatever its size. The four largest entries are tried
 * together; one that the others of its block have brought below half the largest is left for later.
 * @param hessian H
 * @param members E, the indices
 * @param tolerance the remainder, over the largest diagonal entry, at which to stop
 */
export function pivotedCholesky(hessian: Hessian, members: Int32Array, tolerance: number): PivotedCholesky {
  const k = members.length;
  const remainder = Float64Array.from(members, (j) => hessian.diagonal[j]!);
  const largest = remainder.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  let capacity = Math.min(k, 32) + BLOCK;
  let data = new Float64Array((k + BLOCK) * capacity);
  // The indices not yet taken as pivots stand first, with those of the present block at their end.
  const open = Int32Array.from({ length: k }, (_, i) => i);
  const globals = new Int32Array(k);
  const columns = Array.from({ length: BLOCK }, () => new Float64Array(k));
  let rank = 0;
  let negative = 0;
  let left = k;
  while (left > 0) {
    for (let i = 0; i < left; i++) negative = Math.min(negative, remainder[open[i]!]!);
    const block = Math.min(BLOCK, left);
    for (let c = 0; c < block; c++) {
      const end = left - 1 - c;
      const at = largestOf(remainder, open, end + 1);
      [open[at], open[end]] = [open[end]!, open[at]!];
    }
    if (!(remainder[open[left - 1]!]! > tolerance * largest)) break;
    if (rank + BLOCK > capacity) {
      const wider = Math.min(k, 2 * capacity) + BLOCK;
      const copy = new Float64Array((k + BLOCK) * wider);
      for (let i = 0; i < k; i++) copy.set(data.subarray(i * capacity, i * capacity + rank), i * wider);
      data = copy;
      capacity = wider;
    }
    for (let i = 0; i < left; i++) globals[i] = members[open[i]!]!;
    const pivots = Array.from({ length: block }, (_, c) => open[left - 1 - c]!);
    pivots.forEach((pivot, c) => {
      hessian.gather(members[pivot]!, globals, left, columns[c]!);
    });
    subtractProducts(data, capacity, open, left, pivots, rank, columns);
    const size = left;
    const first = rank;
    for (let c = 0; c < block; c++) {
      const pivot = pivots[c]!;
      const value = remainder[pivot]!;
      if (!(value > tolerance * largest && value >= 0.5 * remainder[open[largestOf(remainder, open, left)]!]!)) break;
      // The block's earlier pivots are the only ones that its columns do not yet know of.
      const column = columns[c]!;
      const root = Math.sqrt(value);
      left--;
      for (let i = 0; i < left; i++) {
        const row = open[i]! * capacity;
        let entry = column[i]!;
        for (let t = first; t < rank; t++) entry -= data[row + t]! * data[pivot * capacity + t]!;
        entry /= root;
        data[row + rank] = entry;
        remainder[open[i]!]! -= entry * entry;
      }
      data[pivot * capacity + rank++] = root;
    }
    if (left === size) break;
  }
  const rows = Array.from({ length: k }, (_, i) => data.subarray(i * capacity, i * capacity + rank));
  return { rank, rows, negative: largest > 0 ? negative / largest : 0 };
}

/** The position, among the first `count` of `open`, of the largest remainder. */
function largestOf(remainder: Float64Array, open: Int32Array, count: number): number {
  let at = 0;
  for (let i = 1; i < count; i++) if (remainder[open[i]!]! > remainder[open[at]!]!) at = i;
  return at;
}

/** columns[c][i] -= row open[i] · row pivots[c] over the first `count` entries; sixteen sums share the loads. */
function subtractProducts(
  data: Float64Array,
  stride: number,
  open: Int32Array,
  left: number,
  pivots: readonly number[],
  count: number,
  columns: readonly Float64Array[],
): void {
  // Missing pivots and rows repeat the last one; what they give is written twice, or not at all.
  const last = pivots.length - 1;
  const p0 = pivots[0]! * stride;
  const p1 = pivots[Math.min(1, last)]! * stride;
  const p2 = pivots[Math.min(2, last)]! * stride;
  const p3 = pivots[Math.min(3, last)]! * stride;
  for (let i = 0; i < left; i += 4) {
    const r0 = open[i]! * stride;
    const r1 = open[Math.min(i + 1, left - 1)]! * stride;
    const r2 = open[Math.min(i + 2, left - 1)]! * stride;
    const r3 = open[Math.min(i + 3, left - 1)]! * stride;
    let s00 = 0;
    let s01 = 0;
    let s02 = 0;
    let s03 = 0;
    let s10 = 0;
    let s11 = 0;
    let s12 = 0;
    let s13 = 0;
    let s20 = 0;
    let s21 = 0;
    let s22 = 0;
    let s23 = 0;
    let s30 = 0;
    let s31 = 0;
    let s32 = 0;
    let s33 = 0;
    for (let t = 0; t < count; t++) {
      const a0 = data[r0 + t]!;
      const a1 = data[r1 + t]!;
      const a2 = data[r2 + t]!;
      const a3 = data[r3 + t]!;
      const b0 = data[p0 + t]!;
      const b1 = data[p1 + t]!;
      const b2 = data[p2 + t]!;
      const b3 = data[p3 + t]!;
      s00 += a0 * b0;
      s01 += a0 * b1;
      s02 += a0 * b2;
      s03 += a0 * b3;
      s10 += a1 * b0;
      s11 += a1 * b1;
      s12 += a1 * b2;
      s13 += a1 * b3;
      s20 += a2 * b0;
      s21 += a2 * b1;
      s22 += a2 * b2;
      s23 += a2 * b3;
      s30 += a3 * b0;
      s31 += a3 * b1;
      s32 += a3 * b2;
      s33 += a3 * b3;
    }
    subtract(columns[0]!, i, left, s00, s10, s20, s30);
    subtract(columns[1]!, i, left, s01, s11, s21, s31);
    subtract(columns[2]!, i, left, s02, s12, s22, s32);
    subtract(columns[3]!, i, left, s03, s13, s23, s33);
  }
}

function subtract(column: Float64Array, i: number, left: number, s0: number, s1: number, s2: number, s3: number): void {
  column[i]! -= s0;
  if (i + 1 < left) column[i + 1]! -= s1;
  if (i + 2 < left) column[i + 2]! -= s2;
  if (i + 3 < left) column[i + 3]! -= s3;
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

/** @file Cholesky factorisation with diagonal pivoting: rank, a factor, and a test for negative curvature. */
import { PANEL_SPACE, panelSpace } from "../linalg/panelKernel";
import { packRows, padded } from "../linalg/panels";
import { dot } from "../linalg/vectors";
import type { Hessian } from "./hessian";

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

/** Pivots whose columns are computed together: the rows of a panel. */
const BLOCK = 8;

/**
 * Factors H on a set of indices, large remaining diagonal entries first, and stops when what remains is rounding.
 * The cost is |E| r² / 2 products: a matrix of low rank is cheap whatever its size. The eight largest entries are tried
 * together; one that the others of its block have brought below half the largest is left for later.
 * @param hessian H
 * @param members E, the indices
 * @param tolerance the remainder, over the largest diagonal entry, at which to stop
 */
export function pivotedCholesky(hessian: Hessian, members: Int32Array, tolerance: number): PivotedCholesky {
  const k = members.length;
  const remainder = Float64Array.from(members, (j) => hessian.diagonal[j]);
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
    for (let i = 0; i < left; i++) negative = Math.min(negative, remainder[open[i]]);
    const block = Math.min(BLOCK, left);
    for (let c = 0; c < block; c++) {
      const end = left - 1 - c;
      const at = largestOf(remainder, open, end + 1);
      [open[at], open[end]] = [open[end], open[at]];
    }
    if (!(remainder[open[left - 1]] > tolerance * largest)) break;
    if (rank + BLOCK > capacity) {
      const wider = Math.min(k, 2 * capacity) + BLOCK;
      const copy = new Float64Array((k + BLOCK) * wider);
      for (let i = 0; i < k; i++) copy.set(data.subarray(i * capacity, i * capacity + rank), i * wider);
      data = copy;
      capacity = wider;
    }
    for (let i = 0; i < left; i++) globals[i] = members[open[i]];
    const pivots = Array.from({ length: block }, (_, c) => open[left - 1 - c]);
    for (const [c, pivot] of pivots.entries()) hessian.gather(members[pivot], globals, left, columns[c]);
    subtractProducts(data, capacity, open, left, pivots, rank, columns);
    const size = left;
    const first = rank;
    for (let c = 0; c < block; c++) {
      const pivot = pivots[c];
      const value = remainder[pivot];
      if (!(value > tolerance * largest && value >= 0.5 * remainder[open[largestOf(remainder, open, left)]])) break;
      // The block's earlier pivots are the only ones that its columns do not yet know of.
      const column = columns[c];
      const root = Math.sqrt(value);
      left--;
      for (let i = 0; i < left; i++) {
        const row = open[i] * capacity;
        let entry = column[i];
        for (let t = first; t < rank; t++) entry -= data[row + t] * data[pivot * capacity + t];
        entry /= root;
        data[row + rank] = entry;
        remainder[open[i]] -= entry * entry;
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
  for (let i = 1; i < count; i++) if (remainder[open[i]] > remainder[open[at]]) at = i;
  return at;
}

/** Entries of a row whose products are summed at once; ranks below it have one sum an entry. */
const DEPTH = PANEL_SPACE.x / 4;

/** columns[c][i] -= row open[i] · row pivots[c] over the first `count` entries. */
function subtractProducts(
  data: Float64Array,
  stride: number,
  open: Int32Array,
  left: number,
  pivots: readonly number[],
  count: number,
  columns: readonly Float64Array[],
): void {
  const { x, y, out, addProducts } = panelSpace("simd");
  for (let start = 0; start < count; start += DEPTH) {
    const width = Math.min(DEPTH, count - start);
    packRows(data, (c) => pivots[c] * stride + start, 1, pivots.length, width, y);
    const most = Math.min(padded(left), 4 * Math.floor(x.length / (4 * width)), out.length / BLOCK);
    for (let i = 0; i < left; i += most) {
      const rows = Math.min(most, left - i);
      packRows(data, (r) => open[i + r] * stride + start, 1, rows, width, x);
      addProducts(x, padded(rows), y, BLOCK, width, out.fill(0, 0, BLOCK * padded(rows)), BLOCK);
      for (let c = 0; c < pivots.length; c++) for (let r = 0; r < rows; r++) columns[c][i + r] -= out[BLOCK * r + c];
    }
  }
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
    for (let i = 0; i < n; i++) for (let t = 0; t < rank; t++) half[t] += rows[i][t] * v[i];
    for (let i = 0; i < n; i++) {
      const miss = Math.abs(image[i] - dot(rows[i], half, rank));
      // The remainder of a positive semidefinite H has entries up to tolerance * largest, and n of them meet here.
      if (miss > 8 * n * tolerance * (largest || 1) && -miss / (largest || 1) < worst) worst = -miss / (largest || 1);
    }
  }
  return worst;
}

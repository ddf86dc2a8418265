/** @file The symmetric eigenproblem in TypeScript, for any spectrum: the fast solver of core, and implicit QL where eigenvalues meet. */

import { type PairSpace, pairSpace } from "./pairKernel";
import { backTransform, SymmetricWorkspace } from "./tridiagonal";

/** Gap of neighbouring eigenvalues, over the norm, below which their vectors, computed one by one, are made orthogonal afterwards. */
const CLOSE = 1e-3;
/** QL sweeps per eigenvalue before the iteration is called failed; 2 is usual. */
const MAX_SWEEPS = 60;
/** Largest entries between these bounds can be squared and summed; others are scaled by a power of two, which is exact. */
const [SMALLEST, LARGEST] = [2 ** -400, 2 ** 400];

/**
 * Solves symmetric d x d problems, one after another, without allocating.
 * Eigenvalues: Householder reduction and root-free QL, to a few units of ε‖A‖. Vectors: twisted factorisations, made orthogonal
 * within clusters; where two eigenvalues agree to 1e-7 ‖A‖, implicit QL with accumulated rotations, which takes about twice as long.
 */
export class SymmetricSolver {
  /** Eigenvalues of the last problem, ascending. */
  readonly values: Float64Array;
  private readonly space: SymmetricWorkspace;
  private pair: PairSpace | undefined;
  private readonly matrix: Float64Array;
  private readonly d: number;

  constructor(d: number) {
    this.d = d;
    this.space = new SymmetricWorkspace(d);
    this.matrix = new Float64Array(d * d);
    this.values = this.space.values;
  }

  /**
   * Eigenvalues of the matrix whose lower triangle stands in a row-major array from `start` on.
   * @returns false when an entry is not finite; `values` is then of no use
   */
  eigenvalues(a: Float64Array, start = 0): boolean {
    const scale = this.load(a, start);
    if (scale === 0) return false;
    this.space.eigenvalues(this.matrix);
    this.unscale(scale);
    return true;
  }

  /**
   * Eigenvalues as above, and the unit eigenvectors as rows: an array that the next call overwrites.
   * @returns undefined when an entry is not finite
   */
  eigen(a: Float64Array, start = 0): Float64Array | undefined {
    const { d, values } = this;
    const scale = this.load(a, start);
    if (scale === 0) return undefined;
    this.space.eigenvalues(this.matrix);
    const { vectors, diagonal, off, tau } = this.space;
    if (this.space.eigenvectors()) orthogonalise(values, vectors, d);
    else {
      values.set(diagonal);
      implicitQl(values, off.slice(), vectors, d);
      backTransform(this.matrix, tau, d, vectors);
    }
    this.unscale(scale);
    return vectors;
  }

  /**
   * Eigenvalues of two matrices, and their eigenvectors as rows when `vectors` is given, each written at its place: faster than one by
   * one, with the same bits.
   * @param starts where the two matrices begin in `a`
   * @returns false when an entry is not finite
   */
  solvePair(a: Float64Array, starts: readonly [number, number], values: Float64Array, vectors?: Float64Array): boolean {
    const { d, space } = this;
    this.pair ??= pairSpace(d);
    const { matrix, diagonal, off, vectors: both, reduce, back } = this.pair;
    for (const lane of [0, 1] as const) {
      const scale = this.load(a, starts[lane]);
      if (scale !== 1) return this.solveApart(a, starts, values, vectors);
      for (let i = 0; i < d; i++) for (let k = i * d; k <= i * (d + 1); k++) matrix[2 * k + lane] = this.matrix[k];
    }
    reduce();
    const simple = [true, true];
    for (const lane of [0, 1] as const) {
      for (let i = 0; i < d; i++) {
        space.diagonal[i] = diagonal[2 * i + lane];
        space.off[i] = off[2 * i + lane];
      }
      space.tridiagonalEigenvalues();
      if (vectors) {
        simple[lane] = space.eigenvectors();
        if (!simple[lane]) {
          this.values.set(space.diagonal);
          implicitQl(this.values, space.off.slice(), space.vectors, d);
        }
        for (let k = 0; k < d * d; k++) both[2 * k + lane] = space.vectors[k];
      }
      values.set(this.values, starts[lane] / d);
    }
    if (!vectors) return true;
    back();
    for (const lane of [0, 1] as const) {
      const to = vectors.subarray(starts[lane], starts[lane] + d * d);
      for (let k = 0; k < d * d; k++) to[k] = both[2 * k + lane];
      if (simple[lane]) orthogonalise(values.subarray(starts[lane] / d, starts[lane] / d + d), to, d);
    }
    return true;
  }

  /** The same, one by one. */
  private solveApart(a: Float64Array, starts: readonly number[], values: Float64Array, vectors?: Float64Array): boolean {
    for (const start of starts) {
      const rows = vectors ? this.eigen(a, start) : this.eigenvalues(a, start);
      if (!rows) return false;
      values.set(this.values, start / this.d);
      if (vectors) vectors.set(rows as Float64Array, start);
    }
    return true;
  }

  /** Copies the lower triangle, brought to 1 where its entries are very small or large; returns the factor, 0 when one is not finite. */
  private load(a: Float64Array, start: number): number {
    const { matrix, d } = this;
    let [largest, finite] = [0, 0];
    for (let i = 0; i < d; i++) {
      for (let j = i * d; j <= i * (d + 1); j++) {
        const value = a[start + j];
        matrix[j] = value;
        const size = Math.abs(value);
        if (size > largest) largest = size;
        finite += 0 * value;
      }
    }
    // 0 times a number is 0, and NaN for what is not finite.
    if (finite !== 0) return 0;
    if (largest === 0 || (largest > SMALLEST && largest < LARGEST)) return 1;
    const scale = 2 ** -Math.max(-1000, Math.min(1000, Math.floor(Math.log2(largest))));
    for (let i = 0; i < matrix.length; i++) matrix[i] *= scale;
    return scale;
  }

  private unscale(scale: number): void {
    if (scale !== 1) for (let i = 0; i < this.d; i++) this.values[i] /= scale;
  }
}

/** Gram and Schmidt within runs of close eigenvalues. What is taken away lies along vectors of almost the same eigenvalue. */
function orthogonalise(values: Float64Array, vectors: Float64Array, d: number): void {
  const close = CLOSE * Math.max(Math.abs(values[0]), Math.abs(values[d - 1]));
  let first = 0;
  for (let j = 1; j < d; j++) {
    if (values[j] - values[j - 1] > close) first = j;
    if (first === j) continue;
    const row = j * d;
    for (let i = first; i < j; i++) {
      const other = i * d;
      let dot = 0;
      for (let c = 0; c < d; c++) dot += vectors[other + c] * vectors[row + c];
      for (let c = 0; c < d; c++) vectors[row + c] -= dot * vectors[other + c];
    }
    let square = 0;
    for (let c = 0; c < d; c++) square += vectors[row + c] * vectors[row + c];
    const scale = 1 / Math.sqrt(square);
    for (let c = 0; c < d; c++) vectors[row + c] *= scale;
  }
}

/**
 * Eigenvalues and eigenvectors (as rows, sorted) of a tridiagonal matrix: QL with implicit shifts, rotating the rows of an identity.
 * @param values on entry the diagonal
 * @param off the entries beside it, destroyed
 * @see EISPACK's imtql2 (Wilkinson and Reinsch, Handbook for Automatic Computation II/4); entries below ε‖T‖ count as zero
 */
function implicitQl(values: Float64Array, off: Float64Array, z: Float64Array, d: number): void {
  z.fill(0);
  let norm = 0;
  for (let i = 0; i < d; i++) {
    z[i * (d + 1)] = 1;
    norm = Math.max(norm, Math.abs(values[i]) + Math.abs(off[i]));
  }
  const negligible = Number.EPSILON * norm;
  for (let l = 0; l < d; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l;
      while (m < d - 1 && Math.abs(off[m]) > negligible) m++;
      if (m === l) break;
      if (sweep === MAX_SWEEPS) throw new Error("symmetricEigen: the QL iteration did not converge");
      let g = (values[l + 1] - values[l]) / (2 * off[l]);
      let r = Math.sqrt(g * g + 1);
      g = values[m] - values[l] + off[l] / (g + (g >= 0 ? r : -r));
      let [s, c, p] = [1, 1, 0];
      let i = m - 1;
      for (; i >= l; i--) {
        const f = s * off[i];
        const b = c * off[i];
        r = Math.sqrt(f * f + g * g);
        off[i + 1] = r;
        if (r === 0) {
          values[i + 1] -= p;
          break;
        }
        s = f / r;
        c = g / r;
        g = values[i + 1] - p;
        r = (values[i] - g) * s + 2 * c * b;
        p = s * r;
        values[i + 1] = g + p;
        g = c * r - b;
        rotate(z, i * d, d, c, s);
      }
      if (i >= l) {
        off[m] = 0;
        continue;
      }
      values[l] -= p;
      off[l] = g;
      off[m] = 0;
    }
  }
  sortRows(values, z, d);
}

/** Rotates the rows at `at` and at + d. */
function rotate(z: Float64Array, at: number, d: number, c: number, s: number): void {
  for (let i = at, j = at + d; i < at + d; i++, j++) {
    const upper = z[i];
    const lower = z[j];
    z[j] = s * upper + c * lower;
    z[i] = c * upper - s * lower;
  }
}

/** Sorts the values, ascending, and the rows with them; equal values keep their order. */
function sortRows(values: Float64Array, rows: Float64Array, d: number): void {
  const order = Array.from(values, (_, i) => i).sort((i, j) => values[i] - values[j]);
  if (order.every((from, to) => from === to)) return;
  const [oldValues, oldRows] = [values.slice(), rows.slice()];
  order.forEach((from, to) => {
    values[to] = oldValues[from];
    rows.set(oldRows.subarray(from * d, (from + 1) * d), to * d);
  });
}

/** @file A covariance matrix, checked once and eigendecomposed once. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { Checks, show } from "../core/check";
import { matrixOver, mirrorLower, rowMajor } from "../linalg/layout";
import { multiplyPanels, type Strided } from "../linalg/panelProduct";
import { symmetricEigen } from "../linalg/symmetricEigen";

/** Largest relative asymmetry that is taken for rounding and averaged away. */
const SYMMETRY_TOLERANCE = 1e-10;
/** Eigenvalues above -EIGENVALUE_TOLERANCE * lambda_max are taken for rounded zeros. */
const EIGENVALUE_TOLERANCE = 1e-12;

/**
 * A symmetric positive semidefinite matrix (Λ of a training task, Σ of a target), of size d x d, units of x².
 * It is checked at construction, so functions that take one need not check it again.
 */
export class Covariance {
  /** d: the dimension of x. */
  readonly d: number;
  /** The matrix, (d, d), exactly symmetric. Do not modify it. */
  readonly matrix: Matrix;
  /** λ_1 >= ... >= λ_d >= 0, (d,). */
  readonly eigenvalues: Float64Array;
  /** Eigenvectors as columns, in the order of `eigenvalues`, (d, d). */
  readonly eigenvectors: Matrix;
  /** tr(Λ). */
  readonly trace: number;
  /** True when the matrix is diagonal in the given basis. */
  readonly isDiagonal: boolean;

  private constructor(matrix: Matrix, eigenvalues: Float64Array, eigenvectors: Matrix, isDiagonal: boolean) {
    this.d = matrix.rows;
    this.matrix = matrix;
    this.eigenvalues = eigenvalues;
    this.eigenvectors = eigenvectors;
    this.trace = matrix.trace();
    this.isDiagonal = isDiagonal;
  }

  /**
   * diag(spectrum). The given order is kept in `matrix`; `eigenvalues` are sorted.
   * @param spectrum eigenvalues >= 0, at least one > 0
   * @throws RangeError for an empty spectrum, a negative or non-finite eigenvalue, or all zeros
   */
  static diagonal(spectrum: ArrayLike<number>): Covariance {
    const check: Checks = new Checks("Covariance.diagonal");
    check.vector("spectrum", spectrum);
    const d = spectrum.length;
    const order = Array.from({ length: d }, (_, i) => i).sort((i, j) => spectrum[j] - spectrum[i]);
    for (let i = 0; i < d; i++) if (spectrum[i] < 0) check.fail(`spectrum[${i}]`, "an eigenvalue >= 0", spectrum[i]);
    if (spectrum[order[0]] === 0) check.fail("spectrum", "non-zero", spectrum);
    const vectors = Matrix.zeros(d, d);
    order.forEach((row, column) => {
      vectors.set(row, column, 1);
    });
    return new Covariance(
      Matrix.diag(Array.from(spectrum)),
      Float64Array.from(order, (i) => spectrum[i]),
      vectors,
      true,
    );
  }

  /**
   * A covariance from its entries.
   * An eigenvalue below d · 2^-52 · λ_max cannot be told from 0 and is taken as 0.
   * @param matrix symmetric positive semidefinite, d x d: a Matrix or an array of rows
   * @throws RangeError when it is not square, not finite, not symmetric, indefinite or zero
   */
  static fromMatrix(matrix: Matrix | ArrayLike<ArrayLike<number>>): Covariance {
    const check: Checks = new Checks("Covariance.fromMatrix");
    const m = Matrix.isMatrix(matrix) ? (matrix as Matrix).clone() : fromRows(check, matrix as ArrayLike<ArrayLike<number>>);
    if (m.rows !== m.columns || m.rows === 0) check.fail("matrix", "square and non-empty", m);
    const d = m.rows;
    let scale = 0;
    let diagonal = true;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        const value = m.get(i, j);
        if (!Number.isFinite(value)) check.fail(`matrix[${i}][${j}]`, "a finite number", value);
        scale = Math.max(scale, Math.abs(value));
        if (i !== j && value !== 0) diagonal = false;
      }
    }
    if (scale === 0) check.fail("matrix", "non-zero", m);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < i; j++) {
        const gap = Math.abs(m.get(i, j) - m.get(j, i));
        if (gap > SYMMETRY_TOLERANCE * scale) {
          throw new RangeError(
            `${check.fn}: matrix must be symmetric, got entries [${i}][${j}] = ${show(m.get(i, j))} and [${j}][${i}] = ${show(m.get(j, i))}`,
          );
        }
        const mean = (m.get(i, j) + m.get(j, i)) / 2;
        m.set(i, j, mean);
        m.set(j, i, mean);
      }
    }
    if (diagonal) return Covariance.diagonal(m.diag());
    const { values, vectors } = descendingEigen(m);
    const [largest, smallest] = [values[0], values[d - 1]];
    if (smallest < -EIGENVALUE_TOLERANCE * Math.max(largest, scale)) {
      throw new RangeError(`${check.fn}: matrix must be positive semidefinite, got the eigenvalue ${show(smallest)}`);
    }
    // The decomposition is exact to about d ulp of the largest eigenvalue: what is below cannot be told from 0.
    const resolution = d * Number.EPSILON * largest;
    return new Covariance(
      m,
      values.map((value) => (value > resolution ? value : 0)),
      vectors,
      false,
    );
  }

  /** λ_max. */
  get lambdaMax(): number {
    return this.eigenvalues[0];
  }

  /** λ_min; 0 when the covariance is rank deficient. */
  get lambdaMin(): number {
    return this.eigenvalues[this.d - 1];
  }

  /** Q f(Λ) Qᵀ for a real function f on [0, ∞), (d, d). */
  apply(f: (lambda: number) => number): Matrix {
    const check: Checks = new Checks("Covariance.apply");
    const d = this.d;
    const values = this.eigenvalues.map((lambda) => {
      const value = f(lambda);
      if (!Number.isFinite(value)) check.fail("f(lambda)", "finite on the spectrum", `f(${lambda}) = ${value}`);
      return value;
    });
    const Q = rowMajor(this.eigenvectors);
    const scaled = Q.map((entry, at) => entry * values[at % d]);
    const out = new Float64Array(d * d);
    const rows = (data: Float64Array): Strided => ({ data, row: d, column: 1 });
    multiplyPanels("simd", rows(scaled), d, rows(Q), d, d, true, out, d);
    return matrixOver(mirrorLower(out, d), d, d);
  }

  /** The covariance scaled by a positive factor. */
  scale(factor: number): Covariance {
    const check: Checks = new Checks("Covariance.scale");
    if (!(factor > 0 && Number.isFinite(factor))) check.fail("factor", "a finite number > 0", factor);
    return new Covariance(
      Matrix.mul(this.matrix, factor),
      this.eigenvalues.map((lambda) => lambda * factor),
      this.eigenvectors,
      this.isDiagonal,
    );
  }
}

/**
 * Below so many rows by ml-matrix, whose signs of the eigenvectors stored random draws contain; it is as fast there. From there on by
 * our layer, two and a half to three times as fast, with a sign of its own.
 */
const OUR_EIGEN = 64;

/** Eigenvalues, descending, and the eigenvectors as columns. */
function descendingEigen(matrix: Matrix): { values: Float64Array; vectors: Matrix } {
  const d = matrix.rows;
  const vectors = Matrix.zeros(d, d);
  if (d < OUR_EIGEN) {
    const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
    const order = realEigenvalues.map((_, i) => i).sort((i, j) => realEigenvalues[j] - realEigenvalues[i]);
    order.forEach((from, to) => {
      for (let i = 0; i < d; i++) vectors.set(i, to, eigenvectorMatrix.get(i, from));
    });
    return { values: Float64Array.from(order, (i) => realEigenvalues[i]), vectors };
  }
  const ascending = symmetricEigen(matrix);
  for (let j = 0; j < d; j++) {
    const from = d - 1 - j;
    const sign = signOf(ascending.vectors, from);
    for (let i = 0; i < d; i++) vectors.set(i, j, sign * ascending.vectors.get(i, from));
  }
  return { values: ascending.values.reverse(), vectors };
}

/** Makes the first entry positive that is at least half the largest: a sign that rounding does not turn, as it may where entries tie. */
function signOf(vectors: Matrix, column: number): 1 | -1 {
  const entries = vectors.getColumn(column);
  const largest = entries.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  return entries.find((entry) => Math.abs(entry) >= largest / 2)! > 0 ? 1 : -1;
}

function fromRows(check: Checks, rows: ArrayLike<ArrayLike<number>>): Matrix {
  if (!rows || typeof rows.length !== "number" || rows.length === 0) {
    check.wrongKind("matrix", "a Matrix or a non-empty array of rows", rows);
  }
  for (let i = 0; i < rows.length; i++) check.vector(`matrix[${i}]`, rows[i], rows.length);
  return new Matrix(Array.from(rows, (row) => Array.from(row)));
}

/** Throws when two covariances have different dimensions. */
export function checkSameDimension(check: Checks, nameA: string, a: { d: number }, nameB: string, b: { d: number }): void {
  if (a.d !== b.d) throw new RangeError(`${check.fn}: ${nameB} must have the dimension of ${nameA} (${a.d}), got ${b.d}`);
}

/** @file A covariance matrix, checked once and eigendecomposed once. */
import { Matrix } from "ml-matrix";
import { Checks, HypothesisError, inNameOf, show } from "../core/check";
import { checkFiniteEntries, matrixOver, mirrorLower, rowMajor, rowMajorCopy } from "../linalg/layout";
import { multiplyPanels, type Strided } from "../linalg/panelProduct";
import { OUR_SPECTRUM, spectrumOf, squareProduct } from "../linalg/spectrum";

/** Of larger entries sums overflow. */
const LARGEST = 1e300;
/** Largest relative asymmetry that is taken for rounding and averaged away. */
const SYMMETRY_TOLERANCE = 1e-10;
/** Eigenvalues above -EIGENVALUE_TOLERANCE * lambda_max are taken for rounded zeros. */
const EIGENVALUE_TOLERANCE = 1e-12;

/**
 * A covariance (Λ of a training task, Σ of a target), (d, d), symmetric positive semidefinite, in units of x².
 * It is checked and decomposed at construction, so functions that take one need not check it again.
 * @origin standard
 * @example
 * const covariance = cot.Covariance.fromMatrix([[2, 1], [1, 2]]);
 * covariance.eigenvalues; // => [3, 1]
 * covariance.inverse(); // => [[0.667, -0.333], [-0.333, 0.667]]
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
   * A diagonal covariance. The given order is kept in `matrix`; `eigenvalues` are sorted.
   * @param spectrum eigenvalues >= 0, at least one > 0, (d,)
   * @throws RangeError for an empty spectrum, a negative or non-finite eigenvalue, or all zeros
   */
  static diagonal(spectrum: ArrayLike<number>): Covariance {
    const check: Checks = new Checks("Covariance.diagonal");
    check.vector("spectrum", spectrum);
    const d = spectrum.length;
    const order = Array.from({ length: d }, (_, i) => i).sort((i, j) => spectrum[j] - spectrum[i]);
    for (let i = 0; i < d; i++) if (spectrum[i] < 0) check.fail(`spectrum[${i}]`, "an eigenvalue >= 0", spectrum[i]);
    if (spectrum[order[0]] === 0) check.fail("spectrum", "non-zero", spectrum);
    if (!Number.isFinite(Array.prototype.reduce.call(spectrum, (sum, value) => Number(sum) + Number(value), 0)))
      check.fail("spectrum", "of a finite trace", spectrum);
    const vectors = Matrix.zeros(d, d);
    for (const [column, row] of order.entries()) vectors.set(row, column, 1);
    const eigenvalues = Float64Array.from(order, (i) => spectrum[i]);
    return new Covariance(Matrix.diag(Array.from(spectrum)), eigenvalues, vectors, true);
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
    const entries = rowMajorCopy(m);
    checkFiniteEntries(check, "matrix", entries, d);
    const scale = entries.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const diagonal = entries.every((value, at) => value === 0 || at % (d + 1) === 0);
    if (scale === 0) check.fail("matrix", "non-zero", m);
    if (scale > LARGEST) check.fail("matrix", `of entries below ${LARGEST} in size`, scale);
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
    if (diagonal) return inNameOf(check.fn, () => Covariance.diagonal(m.diag()));
    const { values, vectors } = descendingEigen(m);
    const [largest, smallest] = [values[0], values[d - 1]];
    if (smallest < -EIGENVALUE_TOLERANCE * Math.max(largest, scale)) {
      throw new RangeError(`${check.fn}: matrix must be positive semidefinite, got the eigenvalue ${show(smallest)}`);
    }
    // The decomposition is exact to about d ulp of the largest eigenvalue: what is below cannot be told from 0.
    const resolution = d * Number.EPSILON * largest;
    const eigenvalues = values.map((value) => (value > resolution ? value : 0));
    return new Covariance(m, eigenvalues, vectors, false);
  }

  /** The largest eigenvalue λ_max, units of x². */
  get lambdaMax(): number {
    return this.eigenvalues[0];
  }

  /** The least eigenvalue λ_min, units of x²; 0 when the covariance is rank deficient. */
  get lambdaMin(): number {
    return this.eigenvalues[this.d - 1];
  }

  /** True when λ_min is 0: some direction has no variance, or none that can be told from 0. */
  get isSingular(): boolean {
    return this.lambdaMin === 0;
  }

  /**
   * A function of the covariance, Q f(Λ) Qᵀ, (d, d).
   * @param f finite on the eigenvalues
   * @throws RangeError when it is not
   */
  apply(f: (lambda: number) => number): Matrix {
    const check: Checks = new Checks("Covariance.apply");
    check.callable("f", f);
    const values = this.eigenvalues.map((lambda) => {
      const value = f(lambda);
      if (!Number.isFinite(value)) check.fail("f(lambda)", "finite on the spectrum", `f(${lambda}) = ${value}`);
      return value;
    });
    return this.withEigenvalues(values);
  }

  /**
   * The inverse Λ⁻¹, (d, d), units of 1/x².
   * @throws RangeError when the covariance is singular
   */
  inverse(): Matrix {
    const check: Checks = new Checks("Covariance.inverse");
    if (this.isSingular || !Number.isFinite(1 / this.lambdaMin))
      check.fail("the smallest eigenvalue", "> 0, with a finite inverse", this.lambdaMin);
    return this.apply((lambda) => 1 / lambda);
  }

  /**
   * A matrix with the covariance's eigenvectors, Q diag(values) Qᵀ, (d, d), exactly symmetric.
   * @param values (d,), in the order of `eigenvalues`
   * @throws TypeError or RangeError for arguments of another kind
   */
  withEigenvalues(values: ArrayLike<number>): Matrix {
    const d = this.d;
    const check: Checks = new Checks("Covariance.withEigenvalues");
    check.vector("values", values, d);
    const Q = rowMajor(this.eigenvectors);
    const scaled = Q.map((entry, at) => entry * values[at % d]);
    const out = new Float64Array(d * d);
    const rows = (data: Float64Array): Strided => ({ data, row: d, column: 1 });
    multiplyPanels("simd", rows(scaled), d, rows(Q), d, d, true, out, d);
    return matrixOver(mirrorLower(out, d), d, d);
  }

  /** A square root R with R Rᵀ = Λ, row-major (d, d): diag(√λ) when the matrix is diagonal, Q diag(√λ) otherwise. */
  root(): Float64Array {
    const { d, isDiagonal, matrix, eigenvalues, eigenvectors } = this;
    return Float64Array.from({ length: d * d }, (_, at) => {
      const [i, j] = [Math.floor(at / d), at % d];
      if (isDiagonal) return i === j ? Math.sqrt(matrix.get(i, i)) : 0;
      return eigenvectors.get(i, j) * Math.sqrt(eigenvalues[j]);
    });
  }

  /**
   * The covariance times a factor.
   * @param factor finite and > 0
   * @throws RangeError outside the domain
   */
  scale(factor: number): Covariance {
    const check: Checks = new Checks("Covariance.scale");
    check.positive("factor", factor);
    const eigenvalues = this.eigenvalues.map((lambda) => lambda * factor);
    if (!Number.isFinite(this.trace * factor) || eigenvalues[0] === 0)
      check.fail("factor", "such that the covariance neither overflows nor vanishes", factor);
    return new Covariance(Matrix.mul(this.matrix, factor), eigenvalues, this.eigenvectors, this.isDiagonal);
  }
}

/** Eigenvalues, descending, and the eigenvectors as columns. */
function descendingEigen(matrix: Matrix): { values: Float64Array; vectors: Matrix } {
  const d = matrix.rows;
  const found = spectrumOf(matrix);
  const order = Array.from(found.values.keys()).sort((i, j) => found.values[j] - found.values[i]);
  const vectors = Matrix.zeros(d, d);
  order.forEach((from, to) => {
    const sign = d < OUR_SPECTRUM ? 1 : signOf(found.vectors, from);
    for (let i = 0; i < d; i++) vectors.set(i, to, sign * found.vectors.get(i, from));
  });
  return { values: Float64Array.from(order, (i) => found.values[i]), vectors };
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

/**
 * Throws unless the value is a Covariance with a finite trace.
 * @throws TypeError for another kind of value; RangeError when the trace overflows
 */
export function checkCovariance(check: Checks, argument: string, value: unknown): asserts value is Covariance {
  if (!(value instanceof Covariance)) check.wrongKind(argument, "a Covariance", value);
  if (!Number.isFinite(value.trace)) check.fail(argument, "a covariance with a finite trace", value.trace, "Use smaller units of x");
}

/** Throws unless there is at least one covariance and all have one dimension, which is returned. */
export function checkTasks(check: Checks, tasks: readonly Covariance[]): number {
  if (!Array.isArray(tasks) || tasks.length === 0) check.wrongKind("tasks", "a non-empty array of Covariance", tasks);
  tasks.forEach((task, l) => {
    checkCovariance(check, `tasks[${l}]`, task);
    if (task.d !== tasks[0].d) check.fail(`tasks[${l}]`, `of the dimension of tasks[0] (${tasks[0].d})`, task.d);
  });
  return tasks[0].d;
}

/**
 * Throws when a covariance that a result needs to be invertible is not.
 * @param hypothesis the result's words for it, for example "lambda_min > 0"
 * @param why what makes it necessary, for example "for Theorem 3.3"
 * @throws HypothesisError
 */
export function requireInvertible(
  check: Checks,
  argument: string,
  { isSingular, lambdaMin, lambdaMax }: Covariance,
  result: string,
  hypothesis: string,
  why = `for ${result}`,
): void {
  if (!isSingular) return;
  const rule = `${check.fn}: ${argument} must be positive definite ${why}`;
  throw new HypothesisError(result, hypothesis, `${rule}, got lambda_min = ${lambdaMin} with lambda_max = ${lambdaMax}`);
}

/** W M W of symmetric W and M, made exactly symmetric, (d, d). */
export function sandwich(outer: Matrix, inner: Matrix): Matrix {
  const product = squareProduct(squareProduct(outer, inner), outer);
  return product.add(product.transpose()).mul(0.5);
}

/** vᵀ M v. */
export function quadraticForm(matrix: Matrix, v: readonly number[]): number {
  return v.reduce((sum, a, i) => sum + a * v.reduce((row, b, j) => row + matrix.get(i, j) * b, 0), 0);
}

/** The square matrix of row-major entries, (d, d). */
export function toMatrix(entries: Float64Array, d: number): Matrix {
  return Matrix.from1DArray(d, d, entries);
}

/** @file Least squares and ridge regression within the prompt. */
import { SingularValueDecomposition } from "ml-matrix";
import { argumentsOf, Checks } from "../core/check";
import type { Examples } from "../model/embedding";
import { checkPrompt, constantSequence, type Estimator, type EstimatorSpec } from "./estimator";
import { leastAt } from "./heldOutStopping";

type Decomposition = ReturnType<typeof decompose>;

/**
 * X = U diag(s) Vᵀ with the singular values that count, those above max(d, m) ε s_max: the columns of U, (d,) each, and of V, (m,) each;
 * and the labels in its coordinates, z = Vᵀ y.
 */
function decompose({ X, y }: Examples) {
  const d = X.rows;
  const m = X.columns;
  const svd = new SingularValueDecomposition(X, { autoTranspose: true });
  const threshold = Math.max(d, m) * Number.EPSILON * Math.max(...svd.diagonal);
  const kept = svd.diagonal.map((_, i) => i).filter((i) => svd.diagonal[i] > threshold);
  const right = kept.map((i) => Float64Array.from(svd.rightSingularVectors.getColumn(i)));
  return {
    d,
    m,
    s: kept.map((i) => svd.diagonal[i]),
    left: kept.map((i) => Float64Array.from(svd.leftSingularVectors.getColumn(i))),
    right,
    z: right.map((v) => v.reduce((sum, value, j) => sum + value * y[j], 0)),
  };
}

/** Σ_i u_i z_i s_i / (s_i² + λ). */
function ridgeWeights({ d, s, left, z }: Decomposition, lambda: number): Float64Array {
  const w = new Float64Array(d);
  s.forEach((value, i) => {
    const factor = (z[i] * value) / (value * value + lambda);
    for (let a = 0; a < d; a++) w[a] += left[i][a] * factor;
  });
  return w;
}

/** A method that has one estimate of a prompt. */
function direct(check: Checks, name: string, spec: EstimatorSpec, solve: (prompt: Examples) => Float64Array): Estimator {
  return {
    name,
    spec,
    estimate(prompt, steps) {
      checkPrompt(check, prompt, steps);
      return constantSequence(solve(prompt), steps);
    },
  };
}

/**
 * Ordinary least squares; the solution of least norm when the prompt does not determine one.
 * ŵ = (Xᵀ)⁺ y
 * Numerical method: singular value decomposition of X; singular values below max(d, m) ε s_max count as zero.
 * @throws RangeError or TypeError from `estimate`, for a malformed prompt
 * @origin standard
 * @example
 * cot.estimators.leastSquares().estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 1); // => [[0, 0], [1, 1]]
 */
export function leastSquares(): Estimator {
  const spec = { estimator: "least-squares", options: {} };
  return direct(new Checks("leastSquares"), "least squares", spec, (prompt) => ridgeWeights(decompose(prompt), 0));
}

/**
 * Ridge regression; λ multiplies ‖w‖² against a sum, not a mean, of squares.
 * ŵ = (X Xᵀ + λ I)⁻¹ X y = argmin_w ‖y - Xᵀw‖² + λ ‖w‖²
 * @param params lambda λ >= 0, units of x²; 0 is least squares of least norm, σ² is {@link bayesRidge}
 * @throws RangeError outside the domain
 * @origin standard, Hoerl and Kennard 1970
 * @example
 * cot.estimators.ridge({ lambda: 1 }).estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 1); // => [[0, 0], [0.5, 0.8]]
 */
export function ridge(params: { readonly lambda: number }): Estimator {
  const { lambda } = argumentsOf("ridge", params);
  const check: Checks = new Checks("ridge");
  check.nonNegative("lambda", lambda);
  const spec = { estimator: "ridge", options: { lambda } };
  return direct(check, `ridge (lambda = ${lambda})`, spec, (prompt) => ridgeWeights(decompose(prompt), lambda));
}

/**
 * The posterior mean E[w | X, y] for w ~ N(0, I) and label noise of standard deviation σ: {@link ridge} with λ = σ². No method has a
 * smaller mean squared error.
 * @param params noise σ >= 0
 * @throws RangeError outside the domain
 * @origin standard
 * @example
 * cot.estimators.bayesRidge({ noise: 1 }).estimate({ X: new Matrix([[1, 0], [0, 2]]), y: [1, 2] }, 1); // => [[0, 0], [0.5, 0.8]]
 */
export function bayesRidge(params: { readonly noise: number }): Estimator {
  const { noise } = argumentsOf("bayesRidge", params);
  const check: Checks = new Checks("bayesRidge");
  check.nonNegative("noise", noise);
  const lambda = noise * noise;
  if (!Number.isFinite(lambda)) check.fail("noise", "a number whose square is finite", noise);
  const spec = { estimator: "bayes-ridge", options: { noise } };
  return direct(check, "Bayes ridge", spec, (prompt) => ridgeWeights(decompose(prompt), lambda));
}

/** λ = 10^-4, 10^-3.5, ..., 10^4. */
const DEFAULT_GRID: readonly number[] = Array.from({ length: 17 }, (_, i) => 10 ** (-4 + i / 2));

/**
 * Ridge regression with λ chosen within the prompt by leave-one-out cross-validation.
 * λ = argmin Σ_j ((y_j - ŷ_j)/(1 - h_jj))²,  h = Xᵀ (X Xᵀ + λ I)⁻¹ X
 * $$ \lambda = \arg\min \sum_j \Big(\frac{y_j - \hat y_j}{1 - h_{jj}}\Big)^2, \quad h = X^\top (X X^\top + \lambda I)^{-1} X $$
 * The sum is the exact leave-one-out error. Ties go to the larger λ.
 * @param params grid = 10^-4 to 10^4 in half decades: candidates for λ, each > 0, units of x²
 * @throws RangeError for an empty grid, a candidate that is not positive, or a prompt of fewer than 2 examples
 * @origin standard, Allen 1974 (PRESS)
 * @example
 * const prompt = { X: new Matrix([[1, 0, 1], [0, 2, 1]]), y: [1, 2, 2] };
 * cot.estimators.crossValidatedRidge({ grid: [0.1, 10] }).estimate(prompt, 1)[1]; // => [0.958, 0.989]
 */
export function crossValidatedRidge(params: { readonly grid?: readonly number[] } = {}): Estimator {
  const { grid = DEFAULT_GRID } = argumentsOf("crossValidatedRidge", params);
  const check: Checks = new Checks("crossValidatedRidge");
  check.vector("grid", grid);
  const candidates = [...grid].sort((a, b) => b - a);
  const last = candidates[candidates.length - 1];
  if (!(last > 0)) check.fail("grid", "of numbers > 0", last);
  const spec = { estimator: "cross-validated-ridge", options: { grid: candidates } };
  return direct(check, "ridge (cross-validated)", spec, (prompt) => {
    if (prompt.X.columns < 2) check.fail("prompt", "of at least 2 examples", `${prompt.X.columns}`);
    const parts = decompose(prompt);
    const errors = candidates.map((lambda) => leaveOneOutError(parts, prompt.y, lambda));
    return ridgeWeights(parts, candidates[leastAt(errors)]);
  });
}

function leaveOneOutError({ m, s, right, z }: Decomposition, y: ArrayLike<number>, lambda: number): number {
  let total = 0;
  for (let j = 0; j < m; j++) {
    let [fit, leverage] = [0, 0];
    for (let i = 0; i < s.length; i++) {
      const shrink = (s[i] * s[i]) / (s[i] * s[i] + lambda);
      const v = right[i][j];
      fit += shrink * v * z[i];
      leverage += shrink * v * v;
    }
    total += ((y[j] - fit) / (1 - leverage)) ** 2;
  }
  return total;
}

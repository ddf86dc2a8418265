/** @file Least squares and ridge regression within the prompt. */
import { SingularValueDecomposition } from "ml-matrix";
import { Checks } from "../core/check";
import type { Examples } from "../model/embedding";
import { checkPrompt, constantSequence, type Estimator } from "./estimator";

/** X = U diag(s) Vᵀ with the singular values that count, and the labels in its coordinates. */
interface Decomposition {
  readonly d: number;
  readonly m: number;
  readonly s: readonly number[];
  /** Columns of U, (d,) each. */
  readonly left: readonly Float64Array[];
  /** Columns of V, (m,) each. */
  readonly right: readonly Float64Array[];
  /** Vᵀ y. */
  readonly z: readonly number[];
}

/** Singular values below max(d, m) ε s_max are taken for zeros. */
function decompose({ X, y }: Examples): Decomposition {
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

/**
 * Ordinary least squares; the solution of least norm when the prompt does not determine one.
 * $$ \hat w = (X^\top)^+ y $$
 * Numerical method: singular value decomposition of X; singular values below max(d, m) ε s_max count as zero.
 * @origin ours, a baseline
 */
export function leastSquares(): Estimator {
  const check: Checks = new Checks("leastSquares");
  return {
    name: "least squares",
    spec: { estimator: "least-squares", options: {} },
    estimate(prompt, steps) {
      checkPrompt(check, prompt, steps);
      return constantSequence(ridgeWeights(decompose(prompt), 0), steps);
    },
  };
}

/**
 * Ridge regression.
 * $$ \hat w = (X X^\top + \lambda I)^{-1} X y = \arg\min_w \|y - X^\top w\|^2 + \lambda \|w\|^2 $$
 * λ multiplies ‖w‖² against a sum, not a mean, of squares: units of x². With λ = σ² it is the posterior mean of w for the
 * prior N(0, I) and label noise σ, and no estimator has a smaller mean squared error; see `bayesRidge`.
 * @param lambda λ >= 0; 0 is least squares of least norm
 * @throws RangeError outside the domain
 * @origin ours, a baseline
 */
export function ridge({ lambda }: { readonly lambda: number }): Estimator {
  const check: Checks = new Checks("ridge");
  check.nonNegative("lambda", lambda);
  return {
    name: `ridge (lambda = ${lambda})`,
    spec: { estimator: "ridge", options: { lambda } },
    estimate(prompt, steps) {
      checkPrompt(check, prompt, steps);
      return constantSequence(ridgeWeights(decompose(prompt), lambda), steps);
    },
  };
}

/**
 * The posterior mean E[w | X, y] for w ~ N(0, I) and label noise of standard deviation σ: ridge with λ = σ².
 * @param noise σ >= 0
 * @throws RangeError outside the domain
 * @origin ours, a baseline; it is the best any method can do on average
 */
export function bayesRidge({ noise }: { readonly noise: number }): Estimator {
  const check: Checks = new Checks("bayesRidge");
  check.nonNegative("noise", noise);
  const { estimate } = ridge({ lambda: noise * noise });
  return { name: "Bayes ridge", spec: { estimator: "bayes-ridge", options: { noise } }, estimate };
}

/** λ = 10^-4, 10^-3.5, ..., 10^4. */
const DEFAULT_GRID: readonly number[] = Array.from({ length: 17 }, (_, i) => 10 ** (-4 + i / 2));

/**
 * Ridge regression with λ chosen within the prompt by leave-one-out cross-validation.
 * $$ \lambda = \arg\min \sum_j \Big(\frac{y_j - \hat y_j}{1 - h_{jj}}\Big)^2, \quad h = X^\top (X X^\top + \lambda I)^{-1} X $$
 * The sum is the exact leave-one-out error. Ties go to the larger λ.
 * @param grid candidates for λ, each > 0, units of x²; default 10^-4 to 10^4 in half decades
 * @throws RangeError for an empty grid, a candidate that is not positive, or a prompt of fewer than 2 examples
 * @origin ours, a baseline; the shortcut is Allen's PRESS (1974)
 */
export function crossValidatedRidge({ grid = DEFAULT_GRID }: { readonly grid?: readonly number[] } = {}): Estimator {
  const check: Checks = new Checks("crossValidatedRidge");
  check.vector("grid", grid);
  const candidates = [...grid].sort((a, b) => b - a);
  const last = candidates[candidates.length - 1];
  if (!(last > 0)) check.fail("grid", "of numbers > 0", last);
  return {
    name: "ridge (cross-validated)",
    spec: { estimator: "cross-validated-ridge", options: { grid: candidates } },
    estimate(prompt, steps) {
      checkPrompt(check, prompt, steps);
      if (prompt.X.columns < 2) check.fail("prompt", "of at least 2 examples", `${prompt.X.columns}`);
      const parts = decompose(prompt);
      let best = candidates[0];
      let smallest = Number.POSITIVE_INFINITY;
      for (const lambda of candidates) {
        const error = leaveOneOutError(parts, prompt.y, lambda);
        if (error < smallest) {
          smallest = error;
          best = lambda;
        }
      }
      return constantSequence(ridgeWeights(parts, best), steps);
    },
  };
}

function leaveOneOutError({ m, s, right, z }: Decomposition, y: ArrayLike<number>, lambda: number): number {
  let total = 0;
  for (let j = 0; j < m; j++) {
    let fit = 0;
    let leverage = 0;
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

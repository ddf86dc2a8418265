/** @file A model trained on a mixture of tasks, tested on a target with an endless prompt. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { Checks } from "../../core/check";
import type { Covariance } from "../../model/covariance";
import { fromLog } from "../../model/pencil";
import { checkCovariance } from "./hardness";
import { type MixtureParams, multiTaskOptimum } from "./multiTaskOptimum";

/** A model trained on a mixture that takes k steps on an endless test prompt. */
export interface MixtureTestParams extends MixtureParams {
  /** Σ: covariance of the test inputs, (d, d), units of x². */
  readonly target: Covariance;
  /** k: chain-of-thought updates from w_0 = 0; integer >= 0. */
  readonly k: number;
}

/**
 * The exact mean squared weight error after k steps of the model trained on a mixture, at m = ∞. Units of w².
 * $$ \|(I - \Gamma_{mix}^{-1}\Sigma)^k\|_F^2 $$
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain, or when the error exceeds 1.8e308
 *   (then use `logMixtureLimitError`)
 * @see ours
 */
export function mixtureLimitError(params: MixtureTestParams): number {
  const check: Checks = new Checks("mixtureLimitError");
  return fromLog(check, logMixtureLimitError(params), "logMixtureLimitError");
}

/** ln of `mixtureLimitError`, for any k. The power is taken by repeated squaring of scaled matrices. */
export function logMixtureLimitError({ target, k, ...mixture }: MixtureTestParams): number {
  const check: Checks = new Checks("logMixtureLimitError");
  const residual = mixtureResidual(check, mixture, target);
  check.integer("k", k, 0);
  const d = residual.rows;
  let power = { matrix: Matrix.eye(d, d), log: 0 };
  let square = scaled(residual, 0);
  for (let rest = k; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = scaled(power.matrix.mmul(square.matrix), power.log + square.log);
    if (rest > 1) square = scaled(square.matrix.mmul(square.matrix), 2 * square.log);
  }
  return 2 * (power.log + Math.log(power.matrix.norm("frobenius")));
}

/**
 * The factor by which the error's norm changes in one step, in the end: the spectral radius of I - Γ_mix^{-1}Σ.
 * Below 1 the error tends to 0, above 1 it diverges. Γ_mix is not symmetric, so the eigenvalues may be complex.
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain
 * @see ours
 */
export function mixtureGrowth({ target, ...mixture }: Omit<MixtureTestParams, "k">): number {
  const check: Checks = new Checks("mixtureGrowth");
  const evd = new EigenvalueDecomposition(mixtureResidual(check, mixture, target));
  return evd.realEigenvalues.reduce((max, real, i) => Math.max(max, Math.hypot(real, evd.imaginaryEigenvalues[i])), 0);
}

function mixtureResidual(check: Checks, mixture: MixtureParams, target: Covariance): Matrix {
  checkCovariance(check, "target", target);
  const optimum = multiTaskOptimum(mixture);
  if (optimum.rows !== target.d) check.fail("target", `a covariance of dimension ${optimum.rows}, that of the tasks`, target.d);
  return Matrix.sub(Matrix.eye(target.d, target.d), optimum.mmul(target.matrix));
}

/** The matrix divided by its norm, which is kept as a logarithm. */
function scaled(matrix: Matrix, log: number): { matrix: Matrix; log: number } {
  const norm = matrix.norm("frobenius");
  return norm === 0 ? { matrix, log } : { matrix: Matrix.div(matrix, norm), log: log + Math.log(norm) };
}

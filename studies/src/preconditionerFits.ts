/** @file Preconditioners estimated from B prompts: how much error they add, and how often they diverge. */

import { Checks } from "cotlab/dist/core/check";
import type { Random } from "cotlab/dist/core/random";
import { type Mean, meanAndError, type Quantile, quantiles } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { normalEquations } from "cotlab/dist/estimators/estimator";
import { type EstimatePreconditionerParams, estimatePreconditioner } from "cotlab/dist/estimators/preconditioner";
import { gammaMatrix, inverseGamma } from "cotlab/dist/model/gamma";
import { samplePrompt } from "cotlab/dist/model/prompt";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/** Many fits of a preconditioner, each from B fresh prompts. */
export interface PreconditionerFitsParams extends EstimatePreconditionerParams {
  /** Fits; integer >= 2; draw i fits to prompts from sub-stream i. */
  readonly draws: number;
  /** k: numbers of steps at which the error at m = ∞ is reported; integers >= 1; default [1, 5, 20]. */
  readonly steps?: readonly number[];
}

/** What the fits are worth. */
export interface PreconditionerFits {
  /** Excess of the mean one-step error over that of Γ^(-1), exact for each fit, at m = n and test inputs like those in training. */
  readonly excess: Mean;
  /** Its median, with a distribution-free 95 % interval. */
  readonly excessMedian: Quantile;
  /** Share of fits that diverge at m = ∞: an eigenvalue of I - ÂΛ outside the unit circle. */
  readonly diverging: Share;
  /** Median over the fits of the error at m = ∞, ‖(I - ÂΛ)^k‖_F², for each of the steps. */
  readonly errors: readonly { readonly k: number; readonly median: Quantile }[];
}

/** An eigenvalue of modulus 1 + this is not taken to grow: directions that no prompt showed have it at 1, up to rounding. */
const ROUNDING = 1e-9;

/**
 * Fits the preconditioner again and again, and measures each fit exactly.
 * $$ E_1(\hat A) - E_1(\Gamma^{-1}) = \mathrm{tr}\big((\hat A - \Gamma^{-1})\, \Lambda \Gamma\, (\hat A - \Gamma^{-1})^\top\big), \quad E_1(A) = E\|w - A g\|^2,\; m = n $$
 * since the loss is quadratic in A with E g gᵀ = ΛΓ (Γ with the noise term, where labels are noisy).
 * @throws RangeError outside the domain
 * @origin ours
 */
export function preconditionerFits(params: PreconditionerFitsParams, random: Random): PreconditionerFits {
  const check: Checks = new Checks("preconditionerFits");
  const { covariance, n, draws, noise = 0, steps = [1, 5, 20] } = params;
  check.integer("draws", draws, 2);
  steps.forEach((k, i) => {
    check.integer(`steps[${i}]`, k, 1);
  });
  const Lambda = covariance.matrix;
  const best = inverseGamma({ covariance, n, noise });
  const moment = Lambda.mmul(gammaMatrix({ covariance, n, noise }).matrix);
  const excesses = new Float64Array(draws);
  const errors = steps.map(() => new Float64Array(draws));
  let diverging = 0;
  for (let i = 0; i < draws; i++) {
    const A = estimatePreconditioner(params, random.stream(i));
    const gap = Matrix.sub(A, best);
    excesses[i] = gap.mmul(moment).mmul(gap.transpose()).trace();
    const step = Matrix.eye(covariance.d, covariance.d).sub(A.mmul(Lambda));
    const { realEigenvalues: re, imaginaryEigenvalues: im } = new EigenvalueDecomposition(step);
    if (re.some((value, j) => Math.hypot(value, im[j]) > 1 + ROUNDING)) diverging++;
    steps.forEach((k, s) => {
      errors[s][i] = power(step, k).norm("frobenius") ** 2;
    });
  }
  return {
    excess: meanAndError(excesses),
    excessMedian: quantiles(excesses, [0.5])[0],
    diverging: wilsonInterval(diverging, draws),
    errors: steps.map((k, s) => ({ k, median: quantiles(errors[s], [0.5])[0] })),
  };
}

/** The constant of the excess for large B, estimated from prompts. */
export interface ExcessConstantParams extends Omit<EstimatePreconditionerParams, "prompts"> {
  /** Prompts that the mean is taken over; integer >= 2. */
  readonly draws: number;
}

/**
 * C in "excess one-step error = C/B", for many prompts B.
 * $$ C = E\big[\|w - \Gamma^{-1} g\|^2\; g^\top (\Lambda\Gamma)^{-1} g\big] \quad\text{("drawn")}, \qquad
 *    C = E\,\big\|(S - \Gamma^{-1} S^2)(\Lambda\Gamma)^{-1/2}\big\|_F^2 \quad\text{("averaged", } \sigma = 0) $$
 * The first is the sandwich formula of regression: were the residual independent of g, it would be E_1 d.
 * @returns mean over the draws, with its standard error
 * @throws RangeError outside the domain, unless Λ is positive definite, or for "averaged" weights with noise
 * @origin ours
 */
export function excessConstant(params: ExcessConstantParams, random: Random): Mean {
  const check: Checks = new Checks("excessConstant");
  const { covariance, n, noise = 0, weights = "drawn", draws } = params;
  check.integer("draws", draws, 2);
  check.oneOf("weights", weights, ["drawn", "averaged"]);
  if (weights === "averaged" && noise !== 0) throw new RangeError(`${check.fn}: noise must be 0 for averaged weights, got ${noise}`);
  if (!(covariance.lambdaMin > 0))
    throw new RangeError(`${check.fn}: covariance must be positive definite, got lambda_min = ${covariance.lambdaMin}`);
  const best = inverseGamma({ covariance, n, noise });
  const surplus = (covariance.trace + noise * noise) / n;
  const inverse = covariance.apply((lambda) => 1 / (lambda * ((1 + 1 / n) * lambda + surplus)));
  const values = Float64Array.from({ length: draws }, (_, i) => {
    const prompt = samplePrompt({ covariance, n, noise }, random.stream(i));
    const { d, S, b } = normalEquations(prompt);
    if (weights === "drawn") {
      const g = Matrix.columnVector(b);
      const miss = Matrix.sub(Matrix.columnVector(prompt.w), best.mmul(g));
      return miss.norm("frobenius") ** 2 * g.transpose().mmul(inverse).mmul(g).get(0, 0);
    }
    const moment = Matrix.from1DArray(d, d, S);
    const score = Matrix.sub(moment, best.mmul(moment).mmul(moment));
    return score.mmul(inverse).mmul(score.transpose()).trace();
  });
  return meanAndError(values);
}

/** M^k by repeated squaring. */
function power(M: Matrix, k: number): Matrix {
  if (k === 1) return M;
  const half = power(M, Math.floor(k / 2));
  const square = half.mmul(half);
  return k % 2 === 0 ? square : square.mmul(M);
}

/** @file From which training length on the model overthinks, and in which directions. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks } from "../../core/check";
import { logDeviation } from "../../core/logSum";
import { eigenvaluesOf } from "../../linalg/spectrum";
import { type CommonDirection, commonDirections, learnedDirections } from "../../model/commonDirections";
import { Covariance, sandwich } from "../../model/covariance";
import { type AlignmentParams, checkPair, sameMatrix } from "../../model/pencil";
import { test, tilted, train } from "../caseMatrices";
import { learnedUpdates, limitGrowthSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import type { OverthinkingParams } from "./overthinking";

const RESULT = "the sum over directions";

/** The training and the test distribution; the training length is what is asked for. */
export type CriticalLengthParams = Omit<AlignmentParams, "n" | "target"> & {
  /** Σ: covariance of the test inputs, (d, d), units of x². */
  readonly target: Covariance;
};

/**
 * The training length above which the error diverges in k at m = ∞, whether or not Λ and Σ commute; a real number > 0.
 * n_c = 1/λ_max(P^(-1/2) (Σ/2 - Λ) P^(-1/2)),  P = Λ + (tr Λ + σ²) I
 * μ_max increases in n, and is 2 where Γ - Σ/2 = Λ - Σ/2 + P/n is singular. At n = n_c the error stalls.
 * @param params covariance Λ and target Σ, (d, d); noise = 0 (σ)
 * @returns n_c; Infinity when no direction has vᵀΣv > 2 vᵀΛv, so that no length diverges
 * @throws TypeError or RangeError outside the domain
 * @origin ours; the paper reports that large n is worse during overthinking
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.criticalLength({ covariance, target }); // => 4
 */
export function criticalLength(params: CriticalLengthParams): number {
  const { covariance, target, noise = 0 } = argumentsOf("criticalLength", params);
  const surplus = checkPair(new Checks("criticalLength"), covariance, target, noise);
  if (sameMatrix(covariance, target)) return Number.POSITIVE_INFINITY;
  const { d } = covariance;
  if (covariance.isDiagonal && target.isDiagonal) {
    const sigmas = target.matrix.diag();
    return Math.min(...covariance.matrix.diag().map((lambda, i) => directionLength(lambda, sigmas[i], surplus)));
  }
  // Where there are no data nothing is learned, and nothing diverges.
  const inverseRoot = covariance.apply((lambda) => (lambda > 0 ? 1 / Math.sqrt(lambda + surplus) : 0));
  const excess = sandwich(inverseRoot, Matrix.mul(target.matrix, 0.5).sub(covariance.matrix));
  const values = eigenvaluesOf(excess);
  const largest = Math.max(...values);
  const rounding = 4 * d * Number.EPSILON * Math.max(...values.map(Math.abs));
  return largest > rounding ? 1 / largest : Number.POSITIVE_INFINITY;
}

/** One common direction of Γ and Σ. */
export interface Direction extends CommonDirection {
  /** n_{c,i}: the training length above which this direction diverges; Infinity when σ_i <= 2λ_i. */
  readonly criticalLength: number;
}

/** What one direction adds to the error. */
export interface DirectionContribution extends Direction {
  /** μ_i = σ_i/γ_i, dimensionless; the direction diverges when μ_i > 2. */
  readonly mu: number;
  /** ln (1 - μ_i)^{2k}: the direction's part of the error, as a logarithm. */
  readonly logError: number;
}

/**
 * The common directions of commuting Λ and Σ, each with its critical training length; the coordinates, in order, for diagonal ones.
 * n_{c,i} = (λ_i + tr Λ + σ²)/(σ_i/2 - λ_i)  where σ_i > 2λ_i
 * @param params covariance Λ and target Σ, (d, d), commuting; noise = 0 (σ)
 * @throws HypothesisError when Λ and Σ do not commute within 1e-10; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.criticalLengths({ covariance, target }).map((direction) => direction.criticalLength); // => [Infinity, 4]
 */
export function criticalLengths(params: CriticalLengthParams): Direction[] {
  const { covariance, target, noise = 0 } = argumentsOf("criticalLengths", params);
  const check: Checks = new Checks("criticalLengths");
  return withLengths(commonDirections(check, RESULT, { covariance, target, noise }), covariance.trace + noise * noise);
}

/**
 * The parts of the m = ∞ error in the common directions of commuting Λ and Σ.
 * 𝓔_k = Σ_i (1 - μ_i)^(2k),  μ_i = σ_i/γ_i
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ), commuting with it; noise = 0 (σ); k >= 0
 * @throws HypothesisError when Λ and Σ do not commute within 1e-10, or n = Infinity and λ_min(Λ) = 0; RangeError outside the domain
 * @origin ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.directionContributions({ covariance, target, n: 10, k: 1 }).map(({ mu }) => mu); // => [0.8, 2.857]
 */
export function directionContributions(params: OverthinkingParams): DirectionContribution[] {
  argumentsOf("directionContributions", params);
  const check: Checks = new Checks("directionContributions");
  const { covariance, noise = 0, k } = params;
  const directions = learnedDirections(check, RESULT, params);
  check.integer("k", k, 0);
  return withLengths(directions, covariance.trace + noise * noise).map(({ alpha: _, delta, ...direction }) => ({
    ...direction,
    logError: k === 0 ? 0 : 2 * k * logDeviation(direction.mu, delta),
  }));
}

function withLengths<T extends CommonDirection>(directions: readonly T[], surplus: number): (T & Direction)[] {
  return directions.map((direction) => ({ ...direction, criticalLength: directionLength(direction.lambda, direction.sigma, surplus) }));
}

function directionLength(lambda: number, sigma: number, surplus: number): number {
  return lambda > 0 && sigma > 2 * lambda ? (lambda + surplus) / (sigma / 2 - lambda) : Number.POSITIVE_INFINITY;
}

/** A pair of distributions, a training length on one side of the critical one, and enough steps to see which. */
export type CriticalLengthCase = CriticalLengthParams & Pick<OverthinkingParams, "n" | "k">;

const turned = { covariance: train, target: test.scale(2) };
const straight = { covariance: tilted, target: Covariance.diagonal([1, 1, 1, 0.6]) };

/** Large n is worse during overthinking. */
export const criticalLengthDichotomy = /* @__PURE__ */ ownTheorem<CriticalLengthCase>(() => ({
  id: "critical-length",
  source: "ours",
  statement: String.raw`at $m=\infty$ the error diverges iff $n>n_c=1/\lambda_{\max}(P^{-1/2}(\frac12\Sigma-\Lambda)P^{-1/2})$, $P=\Lambda+\mathrm{tr}(\Lambda)I$`,
  paper: "Large n is worse during overthinking (an experiment).",
  ours: "The length from which on it is so, for any Λ and Σ; per direction when they commute.",
  kind: "dichotomy",
  predict: ({ n, k: _, ...params }) => (n > criticalLength(params) ? 1 : 0),
  sampler: (params) => limitGrowthSampler(learnedUpdates(params)),
  // Lengths about 5% to either side of n_c.
  cases: [0.95, 1.05].flatMap((factor) => [
    { ...straight, n: Math.round(factor * criticalLength(straight)), k: 4000 },
    { ...turned, n: Math.round(factor * criticalLength(turned)), k: 4000 },
  ]),
}));

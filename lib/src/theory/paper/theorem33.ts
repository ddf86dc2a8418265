/** @file Theorem 3.3: direct in-context prediction (one step, no chain of thought), the paper's bound and the exact error. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { Covariance } from "../../model/covariance";
import { pencilLogErrors } from "../../model/errorPowers";
import { inverseGamma } from "../../model/gamma";
import { type AlignmentParams, alignedRate, alignmentPencil, sameMatrix } from "../../model/pencil";
import { test, tilted, train } from "../caseMatrices";
import { learnedUpdates, promptErrorSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { finiteHardness } from "./hardness";

const RESULT = "Theorem 3.3";

/** A model trained at length n and tested, on its training distribution, at length m. */
export type Theorem33Params = Pick<OneStepParams, "covariance" | "n" | "m">;

/**
 * The paper's bound on the mean squared weight error of direct prediction (k = 1), in units of (y/x)².
 * bound = d/n² (1 + Hard(Λ))² + d/m (1 + Hard(Λ))
 * $$ \frac{d}{n^2} (1 + \mathrm{Hard}(\Lambda))^2 + \frac{d}{m} (1 + \mathrm{Hard}(\Lambda)) $$
 * @param params covariance Λ, (d, d), λ_min > 0; n and m >= 1 or Infinity
 * @throws HypothesisError when λ_min = 0; RangeError outside the domain, or when the bound overflows
 * @origin paper, Theorem 3.3
 * @example
 * cot.theory.theorem33Bound({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, m: 20 }); // => 0.72
 */
export function theorem33Bound(params: Theorem33Params): number {
  argumentsOf("theorem33Bound", params);
  const check: Checks = new Checks("theorem33Bound");
  const bound = theorem33BoundOrInfinity(check, params);
  if (!Number.isFinite(bound)) check.fail("the bound", "a finite number", bound, "Hard(Λ) is too large");
  return bound;
}

/** `theorem33Bound` with Infinity for one that exceeds 1.8e308, speaking in the name of the function that needs it. */
export function theorem33BoundOrInfinity(check: Checks, params: Theorem33Params): number {
  const { d, n, m, u } = hardestScale(check, params);
  return d * ((u / n) * (u / n) + u / m);
}

/**
 * A sharper bound on the same error, never above d (1 + n/(4m)), in units of (y/x)².
 * bound = d (1 + n/u)⁻² + (d/m) g(min(u, n)),  u = 1 + Hard(Λ),  g(v) = n² v/(n + v)²
 * $$ d \Big(1 + \frac{n}{u}\Big)^{-2} + \frac{d}{m}\, g(\min(u, n)), \quad u = 1 + \mathrm{Hard}(\Lambda),\quad g(v) = \frac{n^2 v}{(n + v)^2} $$
 * Each term of {@link oneStepError} is bounded by its largest value over 1 <= h_i <= Hard(Λ). Exact for isotropic Λ with n >= 1 + d.
 * @param params covariance Λ, (d, d), λ_min > 0; n and m >= 1 or Infinity
 * @throws HypothesisError when λ_min = 0; RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.theorem33SharperBound({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, m: 20 }); // => 0.36735
 */
export function theorem33SharperBound(params: Theorem33Params): number {
  argumentsOf("theorem33SharperBound", params);
  const { d, n, m, u } = hardestScale(new Checks("theorem33SharperBound"), params);
  const v = Math.min(u, n);
  const spread = 1 + v / n;
  return d * (Math.exp(-2 * alignedRate(n, u)) + v / (spread * spread) / m);
}

/**
 * Whether the paper's bound says more than the trivial estimate ŵ = 0, whose mean error is d.
 * ratio = bound/d = ((1 + H)/n)² + (1 + H)/m,  H = Hard(Λ)
 * @param params covariance Λ, (d, d), λ_min > 0; n and m >= 1 or Infinity
 * @returns ratio, dimensionless, and vacuous, true when ratio >= 1, so whenever n <= 1 + H or m <= 1 + H
 * @throws HypothesisError when λ_min = 0; RangeError outside the domain, or when the bound overflows
 * @origin ours
 * @example
 * cot.theory.theorem33Vacuity({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, m: 20 }); // => { ratio: 0.36, vacuous: false }
 */
export function theorem33Vacuity(params: Theorem33Params): { readonly ratio: number; readonly vacuous: boolean } {
  argumentsOf("theorem33Vacuity", params);
  const ratio = inNameOf("theorem33Vacuity", () => theorem33Bound(params)) / params.covariance.d;
  return { ratio, vacuous: ratio >= 1 };
}

/** A trained model tested on any covariance, with label noise. */
export interface OneStepParams extends AlignmentParams {
  /** m: examples in the test prompt; integer >= 1 or Infinity. */
  readonly m: number;
  /** Standard deviation of the label noise of the test prompt; >= 0; default `noise`, that of the training prompts. */
  readonly testNoise?: number;
}

/**
 * The exact mean squared weight error of direct prediction (k = 1), for any training and test covariance, in units of (y/x)².
 * 𝓔_1 = ‖I - AΣ‖_F² + (1/m) [‖AΣ‖_F² + (tr Σ + σ_t²) tr(AΣA)],  A = Γ⁻¹
 * $$ \mathcal E_1 = \|I - A\Sigma\|_F^2 + \frac1m \big[ \|A\Sigma\|_F^2 + (\mathrm{tr}\Sigma + \sigma_t^2)\, \mathrm{tr}(A \Sigma A) \big],
 *    \quad A = \Gamma^{-1} $$
 * Aligned (Σ = Λ, σ_t = σ) it is a sum over directions, in which one with λ_i = 0 keeps its error 1:
 * 𝓔_1 = Σ_i (u_i/(n + u_i))² + (1/m) Σ_i n² u_i/(n + u_i)²,  u_i = 1 + (tr Λ + σ²)/λ_i
 * $$ \mathcal E_1 = \sum_i \Big(\frac{u_i}{n + u_i}\Big)^2 + \frac1m \sum_i \frac{n^2 u_i}{(n + u_i)^2},
 *    \quad u_i = 1 + \frac{\mathrm{tr}\Lambda + \sigma^2}{\lambda_i} $$
 * Weak spot: a direction that neither Λ nor Σ covers, in matrices neither diagonal nor equal, holds rounding that A² amplifies by up to n².
 * For any other preconditioner see {@link nonCommutingError} with k = 1.
 * @param params covariance Λ, (d, d); n and m >= 1 or Infinity; target = Λ (Σ); noise = 0 (σ); testNoise = noise (σ_t)
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; RangeError outside the domain, or on overflow
 * @origin ours: the error that Theorem 3.3 bounds, for Σ = Λ and σ = 0
 * @example
 * cot.theory.oneStepError({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, m: 20 }); // => 0.30367
 */
export function oneStepError(params: OneStepParams): number {
  argumentsOf("oneStepError", params);
  const check: Checks = new Checks("oneStepError");
  const { covariance, n, m, noise = 0, testNoise = noise } = params;
  const pencil = alignmentPencil(check, RESULT, params);
  check.length("m", m);
  check.nonNegative("testNoise", testNoise);
  if (sameMatrix(covariance, pencil.target)) return alignedSum(check, { covariance, n, m, noise, testNoise });
  const sampling = m === Number.POSITIVE_INFINITY ? 0 : samplingTerm(inverseGamma(params), pencil.target, testNoise) / m;
  const error = Math.exp(pencilLogErrors(pencil)(1)) + sampling;
  if (!Number.isFinite(error)) check.fail("the error", "a finite number", error, "Γ^{-1}Σ is too large");
  return error;
}

function alignedSum(check: Checks, { covariance, n, m, noise, testNoise }: Theorem33Params & { noise: number; testNoise: number }): number {
  const error = covariance.eigenvalues.reduce((sum, lambda) => {
    const u = 1 + (covariance.trace + noise * noise) / lambda;
    const v = 1 + (covariance.trace + testNoise * testNoise) / lambda;
    if (u === Number.POSITIVE_INFINITY) return sum + 1;
    const spread = 1 + u / n;
    return sum + Math.exp(-2 * alignedRate(n, u)) + v / spread / spread / m;
  }, 0);
  if (!Number.isFinite(error)) check.fail("the error", "a finite number", error, "Hard(Λ) is too large");
  return error;
}

/** ‖AΣ‖_F² + (tr Σ + σ²) tr(A Σ Aᵀ). */
function samplingTerm(preconditioner: Matrix, target: Covariance, noise: number): number {
  const product = preconditioner.mmul(target.matrix);
  const scaled = Matrix.mul(preconditioner, target.trace + noise * noise);
  return Matrix.mul(product, product).sum() + Matrix.mul(product, scaled).sum();
}

function hardestScale(check: Checks, { covariance, n, m }: Theorem33Params) {
  const u = 1 + finiteHardness(check, RESULT, covariance);
  check.length("n", n);
  check.length("m", m);
  return { d: covariance.d, n, m, u };
}

/** Draws the error of one step on a test prompt of m examples. */
function oneStepSampler({ m, noise = 0, testNoise = noise, ...training }: OneStepParams) {
  return promptErrorSampler({ ...learnedUpdates({ ...training, noise, k: 1 }), m, noise: testNoise });
}

const alignedCases: readonly Theorem33Params[] = [
  { covariance: Covariance.diagonal([1, 1, 1]), n: 20, m: 10 },
  { covariance: tilted, n: 20, m: 15 },
  { covariance: train, n: 3, m: 5 },
];

/** The paper's bound on direct prediction. */
export const theorem33 = /* @__PURE__ */ ownTheorem<Theorem33Params>(() => ({
  id: "theorem-3.3",
  source: "Theorem 3.3",
  statement: String.raw`$E\|\hat w-w\|^2 \le \frac{d}{n^2}(1+\mathrm{Hard}(\Lambda))^2 + \frac{d}{m}(1+\mathrm{Hard}(\Lambda))$`,
  paper: "The bound, with tr(Λ)/λ_min(Λ) written out.",
  ours: "It is vacuous (above the error d of ŵ = 0) when n or m is at most 1 + Hard(Λ). It is for Σ = Λ and noise-free labels.",
  kind: "upper-bound",
  predict: theorem33Bound,
  sampler: oneStepSampler,
  cases: alignedCases,
}));

/** A sharper bound, attained in the isotropic case. */
export const theorem33Sharper = /* @__PURE__ */ ownTheorem<Theorem33Params>(() => ({
  id: "theorem-3.3-sharper",
  source: "ours",
  statement: String.raw`$E\|\hat w-w\|^2 \le d(1+\frac nu)^{-2} + \frac dm g(\min(u,n))$, $u=1+\mathrm{Hard}(\Lambda)$, $g(v)=\frac{n^2v}{(n+v)^2}$`,
  paper: "A weaker bound.",
  ours: "Each term of the exact sum at its largest over the possible hardnesses; never vacuous in n, at most d(1 + n/(4m)).",
  kind: "upper-bound",
  predict: theorem33SharperBound,
  sampler: oneStepSampler,
  cases: alignedCases,
  draws: 100_000,
}));

/** The exact error of direct prediction. */
export const theorem33Exact = /* @__PURE__ */ ownTheorem<OneStepParams>(() => ({
  id: "theorem-3.3-exact",
  source: "ours",
  statement: String.raw`$E\|\hat w-w\|^2 = \|I-A\Sigma\|_F^2 + \frac1m[\|A\Sigma\|_F^2+(\mathrm{tr}\Sigma+\sigma^2)\mathrm{tr}(A\Sigma A)]$, $A=\Gamma^{-1}$`,
  paper: "Only the bound, for Σ = Λ without noise.",
  ours: "The exact error for any training and test covariances, commuting or not, with label noise.",
  kind: "equality",
  predict: oneStepError,
  sampler: oneStepSampler,
  cases: [
    ...alignedCases,
    { covariance: train, target: test, n: 12, m: 6 },
    { covariance: train, target: test, n: 1, m: 1 },
    { covariance: tilted, n: 20, m: 10, noise: 0.5 },
    { covariance: Covariance.diagonal([1, 0, 0.5]), target: test, n: 8, m: 12, noise: 0.2, testNoise: 0.6 },
  ],
}));

/** @file Overthinking: the error of k steps when the test distribution is not the training distribution, at m = ∞. */
import { argumentsOf, Checks } from "../../core/check";
import { fromLog } from "../../core/logSum";
import { Covariance } from "../../model/covariance";
import { commutingLogErrors, pencilLogErrors } from "../../model/errorPowers";
import { type AlignmentParams, alignmentPencil, type Pencil } from "../../model/pencil";
import { test, train } from "../caseMatrices";
import { learnedUpdates, limitErrorSampler, limitGrowthSampler, limitSlopeSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";

const RESULT = "the overthinking condition";

/** A model trained on Λ at length n that takes k steps on an endless test prompt with covariance Σ. */
export interface OverthinkingParams extends AlignmentParams {
  /** k: chain-of-thought updates from w_0 = 0; integer >= 0. */
  readonly k: number;
}

/**
 * What decides about overthinking, descending, (d,), dimensionless: a step multiplies the error along an eigenvector by 1 - μ_i.
 * μ_i = λ_i(Γ⁻¹Σ) = λ_i(M),  M = Γ^(-1/2) Σ Γ^(-1/2)
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ); noise = 0 (σ)
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; RangeError outside the domain
 * @origin paper, the overthinking section
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.overthinkingSpectrum({ covariance, target, n: 10 }); // => [2.857, 0.8]
 */
export function overthinkingSpectrum(params: AlignmentParams): Float64Array {
  argumentsOf("overthinkingSpectrum", params);
  const { deviations } = alignmentPencil(new Checks("overthinkingSpectrum"), RESULT, params);
  return deviations.map((delta) => 1 - delta).sort((a, b) => b - a);
}

/**
 * The exact mean squared weight error after k steps on an endless test prompt, whether or not Γ and Σ commute, in units of (y/x)².
 * 𝓔_k = ‖(I - Γ⁻¹Σ)^k‖_F²
 * Aligned (Σ = Λ) and without noise it is the sum that Corollary 3.5 bounds, in which a direction with λ_i = 0 keeps its error 1:
 * 𝓔_k = Σ_i (1 + n/(1 + h_i))^(-2k),  h_i = tr Λ/λ_i
 * $$ \mathcal E_k = \sum_i \Big(1 + \frac{n}{1 + h_i}\Big)^{-2k}, \quad h_i = \mathrm{tr}(\Lambda)/\lambda_i $$
 * Relative error about ε k cond(Γ) when Γ and Σ are not both diagonal or equal. Below 1e-308 it underflows.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ); noise = 0 (σ); k >= 0
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; RangeError outside the domain, or when the error exceeds 1.8e308
 * @origin ours: the quantity for which the paper gives {@link overthinkingTrace}
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.limitError({ covariance, target, n: 10, k: 2 }); // => 11.897
 */
export function limitError(params: OverthinkingParams): number {
  argumentsOf("limitError", params);
  const check: Checks = new Checks("limitError");
  return fromLog(check, logError(check, params), "logLimitError");
}

/**
 * The natural logarithm of {@link limitError}, for any k; -Infinity when the error is 0.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ); noise = 0 (σ); k >= 0
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; RangeError outside the domain
 * @origin ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.logLimitError({ covariance, target, n: 10, k: 1000 }); // => 1238.1
 */
export function logLimitError(params: OverthinkingParams): number {
  argumentsOf("logLimitError", params);
  return logError(new Checks("logLimitError"), params);
}

function logError(check: Checks, params: OverthinkingParams): number {
  const pencil = checkedPencil(check, params);
  return pencilLogErrors(pencil)(params.k);
}

/**
 * The paper's measure of the effect of thinking, in units of (y/x)².
 * tr((I - Γ^(-1/2) Σ Γ^(-1/2))^(2k)) = Σ_i (1 - μ_i)^(2k)
 * It is {@link limitError} when Γ and Σ commute; otherwise the error lies between it and cond(Γ) times it, see {@link traceRelation}.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ); noise = 0 (σ); k >= 0
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; RangeError outside the domain, or when it exceeds 1.8e308
 * @origin paper, the overthinking section; the relation to the error is ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.overthinkingTrace({ covariance, target, n: 10, k: 2 }); // => 11.897
 */
export function overthinkingTrace(params: OverthinkingParams): number {
  argumentsOf("overthinkingTrace", params);
  const check: Checks = new Checks("overthinkingTrace");
  const { logs } = checkedPencil(check, params);
  return fromLog(check, commutingLogErrors(logs)(params.k), "traceRelation");
}

/** The error between the paper's trace and its multiple, as natural logarithms. */
export interface TraceRelation {
  /** ln tr((I - M)^{2k}), never above logError. */
  readonly logTrace: number;
  /** ln ‖(I - Γ^{-1}Σ)^k‖_F². */
  readonly logError: number;
  /** ln(cond(Γ) tr((I - M)^{2k})), never below logError. */
  readonly logUpper: number;
  /** cond(Γ) = γ_max/γ_min, dimensionless. */
  readonly condition: number;
}

/**
 * How far the paper's trace can be from the error.
 * tr (I - M)^(2k) ≤ ‖(I - Γ⁻¹Σ)^k‖_F² = tr(Γ (I - M)^k Γ⁻¹ (I - M)^k) ≤ cond(Γ) tr (I - M)^(2k)
 * The lower bound is attained exactly when (I - Γ⁻¹Σ)^k is symmetric, for k = 1 when ΓΣ = ΣΓ. The inequalities hold up to rounding.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ); noise = 0 (σ); k >= 0
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; RangeError outside the domain
 * @origin ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.fromMatrix([[1, 0.5], [0.5, 1]])];
 * cot.theory.traceRelation({ covariance, target, n: 10, k: 2 }).logError; // => -1.0177
 */
export function traceRelation(params: OverthinkingParams): TraceRelation {
  argumentsOf("traceRelation", params);
  const pencil = checkedPencil(new Checks("traceRelation"), params);
  const logTrace = commutingLogErrors(pencil.logs)(params.k);
  const { condition } = pencil;
  return { logTrace, logError: pencilLogErrors(pencil)(params.k), logUpper: logTrace + Math.log(condition), condition };
}

/** What becomes of the error as k grows, at m = ∞. */
export interface LimitBehaviour {
  /** "converges" to 0; "stalls" above 0 (growth 1 within rounding); "diverges". */
  readonly behaviour: "converges" | "stalls" | "diverges";
  /** μ_max: the largest eigenvalue of M, dimensionless. */
  readonly muMax: number;
  /** max_i |1 - μ_i|: the factor by which the error's norm changes in one step, in the end. */
  readonly growth: number;
}

/**
 * Whether more steps help without end, stop helping, or make the error grow without limit.
 * 𝓔_k → ∞ ⟺ μ_max > 2
 * The eigenvalues of the bracket I - M are at most 1: the error grows when one is below -1, where Σ exceeds 2Γ. Undercoverage up to
 * μ = 2 does no harm; μ_max = 2 stalls, and so does μ_min = 0, a direction without test data.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; target = Λ (Σ); noise = 0 (σ)
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; RangeError outside the domain
 * @origin paper, the overthinking section, which says that eigenvalues in the brackets exceed 1; the condition is ours
 * @example
 * const [covariance, target] = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 2])];
 * cot.theory.limitBehaviour({ covariance, target, n: 10 }); // => { behaviour: "diverges", muMax: 2.857, growth: 1.857 }
 */
export function limitBehaviour(params: AlignmentParams): LimitBehaviour {
  argumentsOf("limitBehaviour", params);
  return behaviourOf(alignmentPencil(new Checks("limitBehaviour"), RESULT, params));
}

/** `limitBehaviour` of a pair that has been taken apart. */
export function behaviourOf({ gamma, condition, deviations, logs, frame }: Pencil): LimitBehaviour {
  const growth = logs.reduce((max, log) => Math.max(max, log), Number.NEGATIVE_INFINITY);
  const muMax = 1 - deviations.reduce((min, delta) => Math.min(min, delta), Number.POSITIVE_INFINITY);
  // Eigenvalues of a dense pair carry the rounding error of Γ^{-1/2}(Γ - Σ)Γ^{-1/2}.
  const slack = frame === undefined ? 0 : 4 * gamma.d * Number.EPSILON * condition;
  const behaviour = growth > slack ? "diverges" : growth < -slack ? "converges" : "stalls";
  return { behaviour, muMax, growth: Math.exp(growth) };
}

function checkedPencil(check: Checks, { k, ...params }: OverthinkingParams): Pencil {
  const pencil = alignmentPencil(check, RESULT, params);
  check.integer("k", k, 0);
  return pencil;
}

const tilted = Covariance.diagonal([1.92, 0.96, 0.64, 0.48]);
const identity = Covariance.diagonal([1, 1, 1, 1]);
const skewed: readonly OverthinkingParams[] = [
  { covariance: train, target: test, n: 12, k: 1 },
  { covariance: train, target: test, n: 12, k: 5 },
  { covariance: train, target: test.scale(2.5), n: 40, k: 6 },
  { covariance: Covariance.diagonal([1, 0.3, 0]), target: test, n: 5, k: 4, noise: 0.5 },
];

/** The paper's trace formula, where it is exact. */
export const overthinkingTraceFormula = /* @__PURE__ */ ownTheorem<OverthinkingParams>(() => ({
  id: "overthinking-trace",
  source: "Section on overthinking",
  statement: String.raw`$E\|w_k-w\|^2 = \mathrm{tr}((I-\Gamma^{-1/2}\Sigma\Gamma^{-1/2})^{2k})$ at $m=\infty$ if $\Gamma\Sigma=\Sigma\Gamma$`,
  paper: "The net effect of thinking is controlled by this trace.",
  ours: "It is the error itself at m = ∞, under the condition that Γ and Σ commute.",
  kind: "equality",
  predict: overthinkingTrace,
  sampler: (params) => limitErrorSampler(learnedUpdates(params)),
  cases: [
    { covariance: tilted, target: identity, n: 10, k: 4 },
    { covariance: tilted, target: identity.scale(1.3), n: 100, k: 6 },
    { covariance: Covariance.diagonal([1, 0.5, 0]), target: Covariance.diagonal([0.2, 2.5, 0.3]), n: 15, k: 3 },
  ],
}));

/** The paper's trace formula, where it is only a bound. */
export const overthinkingTraceBound = /* @__PURE__ */ ownTheorem<OverthinkingParams>(() => ({
  id: "overthinking-trace-bound",
  source: "ours",
  statement: String.raw`$E\|w_k-w\|^2 \ge \mathrm{tr}((I-\Gamma^{-1/2}\Sigma\Gamma^{-1/2})^{2k})$ at $m=\infty$, and $\le\mathrm{cond}(\Gamma)$ times it`,
  paper: "Gives the trace without a condition on Γ and Σ.",
  ours: "Without commuting it is a lower bound, off by at most the factor cond(Γ).",
  kind: "lower-bound",
  predict: overthinkingTrace,
  sampler: (params) => limitErrorSampler(learnedUpdates(params)),
  cases: skewed,
}));

/** The exact error. */
export const overthinkingExact = /* @__PURE__ */ ownTheorem<OverthinkingParams>(() => ({
  id: "overthinking-exact",
  source: "ours",
  statement: String.raw`$E\|w_k-w\|^2 = \|(I-\Gamma^{-1}\Sigma)^k\|_F^2$ at $m=\infty$`,
  paper: "The trace formula.",
  ours: "The exact error whether or not Γ and Σ commute.",
  kind: "equality",
  predict: limitError,
  sampler: (params) => limitErrorSampler(learnedUpdates(params)),
  cases: skewed,
}));

/** When more thinking ends badly. */
export const overthinkingDichotomy = /* @__PURE__ */ ownTheorem<OverthinkingParams>(() => ({
  id: "overthinking-dichotomy",
  source: "ours",
  statement: String.raw`$\|w_k-w\|\to\infty$ for almost every $w$ iff $\lambda_{\max}(\Gamma^{-1/2}\Sigma\Gamma^{-1/2})>2$, at $m=\infty$; otherwise it stays bounded`,
  paper: "Error grows when eigenvalues in the brackets exceed 1.",
  ours: "They are at most 1: it grows when one is below -1, μ_max > 2. Undercoverage up to μ = 2 does no harm.",
  kind: "dichotomy",
  predict: (params) => (limitBehaviour(params).behaviour === "diverges" ? 1 : 0),
  // A start with almost no share in the growing direction needs ln(1/share) more steps: k is taken large.
  sampler: (params) => limitGrowthSampler(learnedUpdates(params)),
  cases: [
    { covariance: tilted, target: identity, n: 60, k: 2000 },
    { covariance: tilted, target: identity, n: 1000, k: 2000 },
    { covariance: tilted.scale(0.5), target: identity, n: 10, k: 2000 },
    { covariance: tilted.scale(0.5), target: identity, n: 13, k: 2000 },
    { covariance: train, target: test.scale(2), n: 12, k: 2000 },
    { covariance: train, target: test.scale(2), n: 60, k: 2000 },
  ],
}));

/** How fast the error grows in the end. */
export const overthinkingRate = /* @__PURE__ */ ownTheorem<OverthinkingParams & { readonly from: number }>(() => ({
  id: "overthinking-rate",
  source: "ours",
  statement: String.raw`$\frac{d}{dk}\ln\|w_k-w\|^2 \to 2\ln\max_i|1-\mu_i|$ at $m=\infty$`,
  paper: "The term grows exponentially with k.",
  ours: "The rate.",
  kind: "rate",
  tolerance: 2e-3,
  predict: ({ from: _, k: __, ...params }) => 2 * Math.log(limitBehaviour(params).growth),
  sampler: (params) => limitSlopeSampler({ ...learnedUpdates(params), from: params.from }),
  cases: [
    { covariance: tilted, target: identity.scale(1.5), n: 200, from: 60, k: 120 },
    { covariance: train, target: test.scale(2.5), n: 60, from: 60, k: 120 },
  ],
}));

/** @file What the scaling law says about trading steps k for prompt length n, and what the steps cost. */
import { smallestInteger } from "../../core/bisection";
import { argumentsOf, Checks } from "../../core/check";
import { logSum } from "../../core/logSum";
import { Covariance, checkCovariance } from "../../model/covariance";
import { commutingLogErrors } from "../../model/errorPowers";
import { alignedRate, alignmentPencil } from "../../model/pencil";
import { tilted } from "../caseMatrices";
import { learnedUpdates, limitCurveSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { type Corollary35Params, decay } from "./corollary35";
import { finiteHardness, skillHardness } from "./hardness";

/**
 * The fewest steps that bring the exact m = ∞ error of an aligned model to a target.
 * k = min {j : Σ_i (1 + n/(1 + h_i))^(-2j) ≤ ε}
 * $$ k = \min \Big\lbrace j : \sum_i \Big(1 + \frac{n}{1 + h_i}\Big)^{-2j} \le \varepsilon \Big\rbrace $$
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; error ε > 0, units of (y/x)²
 * @returns k >= 0; Infinity when ε is at or below the number of directions with λ_i = 0, which steps never improve
 * @throws HypothesisError when n = Infinity and λ_min = 0; RangeError outside the domain, or when k exceeds 2^53 - 1
 * @origin ours
 * @example
 * cot.theory.stepsForError({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, error: 1e-3 }); // => 3
 */
export function stepsForError(params: { covariance: Covariance; n: number; error: number }): number {
  const { covariance, n, error } = argumentsOf("stepsForError", params);
  const check: Checks = new Checks("stepsForError");
  const { logs } = alignmentPencil(check, "the exact error", { covariance, n });
  check.positive("error", error);
  const unseen = logs.filter((log) => log === 0).length;
  if (error <= unseen) return Number.POSITIVE_INFINITY;
  // An unseen direction keeps its error 1.
  const seen = commutingLogErrors(logs.filter((log) => log !== 0));
  return fewest(check, (k) => seen(k) <= Math.log(error - unseen));
}

/**
 * The number of steps that suffices by the paper's bound.
 * k = ⌈ln(d/ε)/(2 ln(1 + n/(1 + Hard(Λ))))⌉, at least 1 where ε < d, else 0
 * $$ k = \Big\lceil \frac{\ln(d/\varepsilon)}{2 \ln(1 + n/(1 + \mathrm{Hard}(\Lambda)))} \Big\rceil $$
 * @param params covariance Λ, (d, d), λ_min > 0; n >= 1 or Infinity; error ε > 0, units of (y/x)²
 * @throws HypothesisError when λ_min = 0; RangeError outside the domain, or when k exceeds 2^53 - 1
 * @origin paper, Corollary 3.5, solved for k
 * @example
 * cot.theory.stepsForErrorByBound({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, error: 1e-3 }); // => 4
 */
export function stepsForErrorByBound(params: { covariance: Covariance; n: number; error: number }): number {
  const { covariance, n, error } = argumentsOf("stepsForErrorByBound", params);
  const check: Checks = new Checks("stepsForErrorByBound");
  const hard = finiteHardness(check, "Corollary 3.5", covariance);
  check.length("n", n);
  check.positive("error", error);
  const rate = alignedRate(n, 1 + hard);
  return fewest(check, (k) => Math.log(covariance.d) + decay(k, rate) <= Math.log(error));
}

/** A short-prompt model that thinks longer, against a long-prompt model. */
export interface ExchangeParams {
  /** n of the model that thinks longer; integer >= 1. */
  readonly nShort: number;
  /** n of the model to be matched; integer >= 1. */
  readonly nLong: number;
  /** k of the model to be matched; integer >= 0; default 1, direct prediction. */
  readonly kLong?: number;
}

/**
 * The fewest steps at which the model trained on short prompts is at least as good as the other, both at m = ∞; never more than
 * {@link bernoulliSteps}.
 * @param params covariance Λ, (d, d); nShort >= 1; nLong >= 1; kLong = 1, the other's steps
 * @throws TypeError or RangeError outside the domain
 * @origin ours: the paper's exchange of n for k, made exact
 * @example
 * cot.theory.stepsToMatch({ covariance: cot.Covariance.diagonal([1, 0.5]), nShort: 10, nLong: 30 }); // => 2
 */
export function stepsToMatch(params: ExchangeParams & { covariance: Covariance }): number {
  const { covariance, nShort, nLong, kLong = 1 } = argumentsOf("stepsToMatch", params);
  const check: Checks = new Checks("stepsToMatch");
  checkCovariance(check, "covariance", covariance);
  sufficientSteps(check, { nShort, nLong, kLong });
  const scales = Array.from(skillHardness(covariance), (h) => 1 + h);
  return fewest(check, (k) => {
    const pairs = scales.map((u) => [2 * k * alignedRate(nShort, u), 2 * kLong * alignedRate(nLong, u)] as const);
    const smallest = pairs.reduce((min, [a, b]) => (a === b ? min : Math.min(min, a, b)), Number.POSITIVE_INFINITY);
    // Σ e^{-a} - e^{-b}, each term as ± e^{-min} (1 - e^{-|a-b|}), in units of the largest.
    const excess = pairs.reduce(
      (sum, [a, b]) => (a === b ? sum : sum - Math.sign(b - a) * Math.exp(smallest - Math.min(a, b)) * Math.expm1(-Math.abs(a - b))),
      0,
    );
    return excess <= 0;
  });
}

/**
 * A number of steps that is enough for every spectrum and in each direction.
 * k = ⌈k_long n_long/n_short⌉ where n_short < n_long, and k_long otherwise; since (1 + x)^r ≥ 1 + r x for r ≥ 1
 * @param params nShort >= 1; nLong >= 1; kLong = 1, integer >= 0
 * @throws RangeError outside the domain, or when k_long n_long exceeds 2^53 - 1
 * @origin ours, from Bernoulli's inequality: n = 10 with k = 3 already reaches n = 30 with one step, where the paper reports k = 20
 * @example
 * cot.theory.bernoulliSteps({ nShort: 10, nLong: 30 }); // => 3
 */
export function bernoulliSteps(params: ExchangeParams): number {
  const { nShort, nLong, kLong = 1 } = argumentsOf("bernoulliSteps", params);
  return sufficientSteps(new Checks("bernoulliSteps"), { nShort, nLong, kLong });
}

/**
 * The local exponent of the m = ∞ error in n, in [-2k, 0], dimensionless.
 * d ln 𝓔_k/d ln n = -2k Σ_i p_i n/(n + 1 + h_i),  p_i ∝ (1 + n/(1 + h_i))^(-2k),  Σ_i p_i = 1
 * $$ \frac{d \ln \mathcal E_k}{d \ln n} = -2k \sum_i p_i \frac{n}{n + 1 + h_i}, \quad p_i \propto \Big(1 + \frac{n}{1+h_i}\Big)^{-2k} $$
 * It tends to -2k only for n >> 1 + Hard(Λ); for n << 1 + h_i the decay is exponential in k n, not a power of n.
 * @param params covariance Λ, (d, d); n >= 1, finite; k >= 0
 * @throws TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.localExponent({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, k: 2 }); // => -2.9235
 */
export function localExponent(params: Corollary35Params): number {
  const { covariance, n, k } = argumentsOf("localExponent", params);
  const check: Checks = new Checks("localExponent");
  checkCovariance(check, "covariance", covariance);
  check.integer("n", n, 1);
  check.integer("k", k, 0);
  const scales = Array.from(skillHardness(covariance), (h) => 1 + h);
  const logs = scales.map((u) => decay(k, alignedRate(n, u)));
  const total = logSum(logs);
  return k === 0 ? 0 : -2 * k * scales.reduce((sum, u, i) => sum + Math.exp(logs[i] - total) * (n / (n + u)), 0);
}

/** Multiplications (each with one addition) that k updates take. */
export interface UpdateCost {
  /** Forming S = XXᵀ/m (its upper half) and Xy/m once. */
  readonly prepare: number;
  /** k updates w <- w - Γ^{-1}(S w - Xy/m). */
  readonly iterate: number;
  /** prepare + iterate. */
  readonly total: number;
  /** k updates that apply X and Xᵀ instead, and never form S. */
  readonly withoutMoments: number;
}

/**
 * The cost of k updates, as multiplications (each with one addition).
 * prepare + iterate = [m d(d+1)/2 + m d] + 2k d²,  without S: k (2 m d + d²)
 * The paper's O(kd²) is the iteration alone; forming S, O(md²), dominates for m > 4k.
 * @param params d, m and k: dimension, examples in the test prompt, and updates; integers, d and m >= 1, k >= 0
 * @throws RangeError outside the domain
 * @origin paper, the remark on Corollary 3.5; the count and the omitted term are ours
 * @example
 * cot.theory.updateCost({ d: 10, m: 50, k: 5 }); // => { prepare: 3250, iterate: 1000, total: 4250, withoutMoments: 5500 }
 */
export function updateCost(params: { d: number; m: number; k: number }): UpdateCost {
  const { d, m, k } = argumentsOf("updateCost", params);
  const check: Checks = new Checks("updateCost");
  check.integer("d", d, 1);
  check.integer("m", m, 1);
  check.integer("k", k, 0);
  const prepare = (m * d * (d + 1)) / 2 + m * d;
  const iterate = 2 * k * d * d;
  return { prepare, iterate, total: prepare + iterate, withoutMoments: k * (2 * m * d + d * d) };
}

/** The smallest integer >= 0 for which a monotone condition holds. */
export function fewest(check: Checks, holds: (k: number) => boolean, cause = "The task is too hard for this target"): number {
  const found = smallestInteger(holds, 0);
  if (found === Number.POSITIVE_INFINITY) check.fail("the result", "at most 2^53 - 1", found, cause);
  return found;
}

function sufficientSteps(check: Checks, { nShort, nLong, kLong }: Required<ExchangeParams>): number {
  check.integer("nShort", nShort, 1);
  check.integer("nLong", nLong, 1);
  check.integer("kLong", kLong, 0);
  if (nShort >= nLong) return kLong;
  const product = kLong * nLong;
  if (product > Number.MAX_SAFE_INTEGER) check.fail("kLong * nLong", "at most 2^53 - 1", product);
  const rest = product % nShort; // exact, unlike the quotient of two large integers
  return (product - rest) / nShort + (rest === 0 ? 0 : 1);
}

/** A trade of prompt length for steps, to be tested. */
export interface ExchangeCase extends Required<ExchangeParams> {
  /** Λ, (d, d), units of x². */
  readonly covariance: Covariance;
  /** k of the model that thinks longer. */
  readonly kShort: number;
}

/** Bernoulli's exchange of prompt length for steps. */
export const bernoulliExchange = /* @__PURE__ */ ownTheorem<ExchangeCase>(() => ({
  id: "bernoulli-exchange",
  source: "ours",
  statement: String.raw`$k \ge \lceil k_2 n_2/n_1\rceil$ steps at training length $n_1\le n_2$ are at least as good as $k_2$ steps at $n_2$, for every $\Lambda$ and $w$, at $m=\infty$`,
  paper: "More steps compensate for shorter training prompts; in its experiment n = 10 reaches n = 30 at k = 20.",
  ours: "The number of steps, from Bernoulli's inequality in each direction: k = 3 is enough there.",
  kind: "dichotomy",
  predict({ kShort, ...params }) {
    const enough = bernoulliSteps(params);
    const result = "Bernoulli's exchange";
    const check: Checks = new Checks("bernoulliExchange");
    const rule = `at least ${enough} for ${result}`;
    if (kShort < enough) check.refuse(result, "k_short >= k_long n_long / n_short", "kShort", rule, kShort);
    return 1;
  },
  sampler({ covariance, nShort, nLong, kShort, kLong }) {
    const curveOf = (n: number, k: number) => limitCurveSampler(learnedUpdates({ covariance, n, k }));
    const thinking = curveOf(nShort, kShort);
    const direct = curveOf(nLong, kLong);
    return (random) => {
      // Both models face the same w: streams of one name give the same numbers.
      const name = String(random.uniform());
      return thinking(random.stream(name))[kShort] <= direct(random.stream(name))[kLong] ? 1 : 0;
    };
  },
  cases: [
    { covariance: tilted, nShort: 10, nLong: 30, kShort: 3, kLong: 1 },
    { covariance: Covariance.diagonal([1, 1e-2, 1e-4]), nShort: 7, nLong: 10, kShort: 3, kLong: 2 },
  ],
}));

/** @file Corollary 3.5: the test-time scaling law of an aligned model. */
import { argumentsOf, Checks } from "../../core/check";
import { Covariance } from "../../model/covariance";
import { alignedRate } from "../../model/pencil";
import { test, tilted } from "../caseMatrices";
import { learnedUpdates, limitErrorSampler, limitSlopeSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { finiteHardness } from "./hardness";
import { limitError, type OverthinkingParams } from "./overthinking";

const RESULT = "Corollary 3.5";

/** A trained model that takes k steps on an endless test prompt of its training distribution. */
export type Corollary35Params = Pick<OverthinkingParams, "covariance" | "n" | "k">;

/**
 * The paper's bound on the mean squared weight error after k steps, without its factor 1 + o(1), in units of (y/x)².
 * bound = d (1 + n/(1 + Hard(Λ)))^(-2k)
 * $$ d \Big(1 + \frac{n}{1 + \mathrm{Hard}(\Lambda)}\Big)^{-2k} $$
 * It holds for every k at m = ∞. At finite m it does not: for isotropic Λ the error has a part of relative order n² k²/(d m), so that the
 * paper's o(1) needs m >> n² k²/d, and at fixed m the mean error grows without limit in k. {@link stepsForErrorByBound} solves it for k.
 * @param params covariance Λ, (d, d), λ_min > 0; n >= 1 or Infinity; k >= 0
 * @throws HypothesisError when λ_min = 0; RangeError outside the domain
 * @origin paper, Corollary 3.5; which o(1) is meant is not said there
 * @example
 * cot.theory.corollary35Bound({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, k: 2 }); // => 0.01333
 */
export function corollary35Bound(params: Corollary35Params): number {
  argumentsOf("corollary35Bound", params);
  return Math.exp(logBound(new Checks("corollary35Bound"), params));
}

/**
 * The natural logarithm of {@link corollary35Bound}, which does not underflow; -Infinity for n = Infinity and k >= 1.
 * @param params covariance Λ, (d, d), λ_min > 0; n >= 1 or Infinity; k >= 0
 * @throws HypothesisError when λ_min = 0; RangeError outside the domain
 * @origin paper, Corollary 3.5
 * @example
 * cot.theory.logCorollary35Bound({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, k: 1000 }); // => -2504.8
 */
export function logCorollary35Bound(params: Corollary35Params): number {
  argumentsOf("logCorollary35Bound", params);
  return logBound(new Checks("logCorollary35Bound"), params);
}

function logBound(check: Checks, { covariance, n, k }: Corollary35Params): number {
  const hard = finiteHardness(check, RESULT, covariance);
  check.length("n", n);
  check.integer("k", k, 0);
  return Math.log(covariance.d) + decay(k, alignedRate(n, 1 + hard));
}

/** -2k rate, with 0 · ∞ = 0: no step, no decay. */
export function decay(k: number, rate: number): number {
  return k === 0 ? 0 : -2 * k * rate;
}

const limitCases: readonly Corollary35Params[] = [
  { covariance: Covariance.diagonal([2, 2, 2]), n: 1, k: 3 },
  { covariance: tilted, n: 20, k: 1 },
  { covariance: tilted, n: 6, k: 5 },
  { covariance: test, n: 3, k: 4 },
];

/** The scaling law as the paper states it, at m = ∞. */
export const corollary35 = /* @__PURE__ */ ownTheorem<Corollary35Params>(() => ({
  id: "corollary-3.5",
  source: "Corollary 3.5",
  statement: String.raw`$E\|w_{k+1}-w\|^2 \le d\,(1+\frac{n}{1+\mathrm{Hard}(\Lambda)})^{-2k}(1+o(1))$`,
  paper: "The bound with a factor 1 + o(1), and its index k + 1 for the estimate after k steps.",
  ours: "It is exact at m = ∞ without the factor; at finite m the factor is 1 + o(1) only if m >> n²k²/d (isotropic case).",
  kind: "upper-bound",
  // For an isotropic Λ the bound is attained.
  tolerance: 1e-12,
  predict: corollary35Bound,
  sampler: (params) => limitErrorSampler(learnedUpdates(params)),
  cases: limitCases,
}));

/** The sum that the scaling law bounds. */
export const corollary35Exact = /* @__PURE__ */ ownTheorem<Corollary35Params>(() => ({
  id: "corollary-3.5-exact",
  source: "ours",
  statement: String.raw`$E\|w_k-w\|^2 = \sum_i (1+\frac{n}{1+h_i})^{-2k}$ at $m=\infty$, $h_i=\mathrm{tr}(\Lambda)/\lambda_i$`,
  paper: "Only the bound.",
  ours: "The exact error of an endless aligned prompt; the bound is attained exactly when Λ is isotropic.",
  kind: "equality",
  predict: limitError,
  sampler: corollary35.sampler!,
  cases: limitCases,
}));

/** A scaling law's slope: for many steps the hardest direction decides. */
export const corollary35Rate = /* @__PURE__ */ ownTheorem<Corollary35Params & { readonly from: number }>(() => ({
  id: "corollary-3.5-rate",
  source: "Corollary 3.5",
  statement: String.raw`$\frac{d}{dk}\ln\|w_k-w\|^2 \to -2\ln(1+\frac{n}{1+\mathrm{Hard}(\Lambda)})$ as $k\to\infty$, $m=\infty$`,
  paper: "The base of the power in k.",
  ours: "That it is the true rate of almost every prompt at m = ∞, and not only of a bound.",
  kind: "rate",
  // From k = 40 on, the next direction contributes below a thousandth of the slope in these cases.
  tolerance: 2e-3,
  predict: ({ covariance, n }) => logCorollary35Bound({ covariance, n, k: 1 }) - Math.log(covariance.d),
  sampler: (params) => limitSlopeSampler({ ...learnedUpdates(params), from: params.from }),
  cases: [
    { covariance: tilted, n: 4, from: 40, k: 80 },
    { covariance: test, n: 2, from: 40, k: 80 },
  ],
}));

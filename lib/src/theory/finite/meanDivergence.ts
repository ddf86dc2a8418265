/** @file The mean error of many steps on a finite prompt grows without limit: a proven lower bound, and a heuristic for when. */
import { Checks } from "../../core/check";
import { logSum } from "../../core/logSum";
import { Covariance } from "../../model/covariance";
import { commutingLogErrors } from "../../model/errorPowers";
import { type AlignmentParams, alignmentPencil } from "../../model/pencil";
import { test, train } from "../caseMatrices";
import { overthinkingSpectrum } from "../paper/overthinking";
import { learnedUpdates, momentErrorSampler } from "../simulatedErrors";
import { defineTheorem } from "../theorem";
import { logMeanTracePower } from "./tracePower";

/** A trained model that takes k steps on finite test prompts. */
export interface MeanDivergenceParams extends AlignmentParams {
  /** m: examples in the test prompt; integer >= 1, or Infinity. */
  readonly m: number;
  /** k: chain-of-thought updates from w_0 = 0; integer in [0, 1e12]. */
  readonly k: number;
}

/**
 * A proven lower bound on ln E_k, for every k and whether or not Λ and Σ commute.
 * $$ \mathcal E_k = E\|(I - \Gamma^{-1} S)^k\|_F^2 \ge \sum_i E\Big(1 - \tau_i \frac{\chi^2_m}{m}\Big)^{2k}, \quad \tau_i \text{ the eigenvalues of } \Gamma^{-1}\Sigma $$
 * Proof: the squared Frobenius norm is at least the sum of squared eigenvalues (Schur), which is tr (I - S̃)^{2k} with
 * S̃ = Γ^{-1/2} S Γ^{-1/2}; by convexity the trace is at least the sum over the diagonal in the eigenbasis of E S̃ (Peierls), where
 * S̃_ii has the law of τ_i χ²_m/m. Equality for d = 1.
 *
 * Hence E_k → ∞ for every finite m, however large, as soon as Σ ≠ 0: with τ = τ_max the bound grows like
 * $$ e^{-m/(2\tau)}\, \Gamma(2k + \tfrac m2)\, (2\tau/m)^{2k} / \Gamma(\tfrac m2), \quad \text{so } \ln \mathcal E_k = 2k \ln k + O(k) $$
 * (the upper bound of the same order from λ_max(S̃) <= tr S̃). It is a statement about rare prompts: the typical run may converge, see
 * `typicalBehaviour`. At m = ∞ the bound is ln tr (I - Γ^{-1/2} Σ Γ^{-1/2})^{2k}.
 * @param params covariance Λ, n, target Σ (default Λ), training noise σ, m, k
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 * @origin ours
 */
export function logMeanErrorLowerBound(params: MeanDivergenceParams): number {
  const check: Checks = new Checks("logMeanErrorLowerBound");
  const { m, k, ...alignment } = params;
  check.length("m", m);
  check.integer("k", k, 0);
  const pencil = alignmentPencil(check, "the lower bound on the mean error", alignment);
  if (m === Number.POSITIVE_INFINITY) return commutingLogErrors(pencil.logs)(k);
  const terms = new Map<number, number>();
  for (const delta of pencil.deviations) terms.set(delta, (terms.get(delta) ?? 0) + 1);
  return logSum(
    Array.from(terms, ([delta, count]) => {
      const center = m / (1 - delta);
      // An unseen direction keeps its error 1.
      const term = center > 0 && Number.isFinite(center) ? logMeanTracePower({ d: 1, m, center, k }) : 0;
      return Math.log(count) + term;
    }),
  );
}

/**
 * HEURISTIC, not proven: about how many steps it takes until the mean error grows.
 * $$ k_{div} \approx \frac m8 \Big(\frac{2}{\tau_{\max}} - 1\Big) $$
 * and 0 when τ_max >= 2. For Λ = Σ = I it is m (2γ - 1)/8. Reasoning: E_k is ruled by prompts whose largest λ maximises
 * (λ - 1)^{2k} P(λ); with the large-deviation rate of one direction, (m/2)(λ/τ - 1 - ln(λ/τ)), this λ passes 2, where more steps
 * begin to hurt, at k_div. It ignores the push between eigenvalues, so it is good for d << m (d = 1, m = 160: 20.0 and 20 exactly) and only
 * an order of magnitude otherwise (d = 10, m = 40, n = 20: 10.5 and 14). For isotropic inputs `bestSteps` is exact.
 * @param params covariance Λ, n, target Σ (default Λ), training noise σ; m, integer >= 1 or Infinity
 * @returns a real number >= 0, or +Infinity for m = ∞
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 * @origin ours
 */
export function heuristicDivergenceStep(params: AlignmentParams & { readonly m: number }): number {
  const check: Checks = new Checks("heuristicDivergenceStep");
  const { m, ...alignment } = params;
  check.length("m", m);
  const largest = overthinkingSpectrum(alignment)[0];
  if (largest >= 2) return 0;
  if (largest <= 0) return Number.POSITIVE_INFINITY;
  return (m / 8) * (2 / largest - 1);
}

/** The lower bound, tested on sampled prompts at k where the mean can still be sampled. */
export const meanDivergence = defineTheorem<MeanDivergenceParams>({
  id: "finite-mean-divergence",
  source: "ours",
  statement: String.raw`$\mathcal E_k \ge \sum_i E(1 - \tau_i \chi^2_m/m)^{2k}$, hence $\mathcal E_k \to \infty$ as $k \to \infty$ for every finite $m$`,
  paper: "Corollary 3.5 lets the error vanish with k, up to a factor 1 + o(1) that is not specified.",
  ours: "For every finite m the mean error diverges; the bound is explicit.",
  kind: "lower-bound",
  predict: (params) => Math.exp(logMeanErrorLowerBound(params)),
  sampler: (params) => momentErrorSampler({ ...learnedUpdates(params), m: params.m, k: params.k }),
  cases: [
    { covariance: Covariance.diagonal([1, 0.5, 0.25]), n: 10, m: 5, k: 2 },
    { covariance: train, target: test, n: 12, m: 12, k: 3 },
    { covariance: train, target: test, n: 12, m: 20, k: 3 },
  ],
});

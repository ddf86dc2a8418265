/** @file The mean error of many steps on a finite prompt grows without limit: a proven lower bound, and a heuristic for when. */
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { logSum } from "../../core/logSum";
import { Covariance } from "../../model/covariance";
import { commutingLogErrors } from "../../model/errorPowers";
import { type AlignmentParams, alignmentPencil } from "../../model/pencil";
import { test, train } from "../caseMatrices";
import { type OverthinkingParams, overthinkingSpectrum } from "../paper/overthinking";
import type { OneStepParams } from "../paper/theorem33";
import { learnedUpdates, momentErrorSampler } from "../simulatedErrors";
import { ownTheorem } from "../theorem";
import { logMeanTracePower } from "./tracePower";

/** A trained model that takes k steps on finite test prompts. */
export type FiniteErrorParams = OverthinkingParams & Pick<OneStepParams, "m">;

/**
 * The logarithm of a proven lower bound on the mean error, for every k and whether or not Λ and Σ commute.
 * 𝓔_k = E ‖(I - Γ⁻¹S)^k‖_F² ≥ Σ_i E(1 - μ_i χ²_m/m)^(2k),  μ_i the eigenvalues of Γ⁻¹Σ
 * $$ \mathcal E_k = E\|(I - \Gamma^{-1} S)^k\|_F^2 \ge \sum_i E\Big(1 - \mu_i \frac{\chi^2_m}{m}\Big)^{2k}, \quad \mu_i \text{ the eigenvalues of } \Gamma^{-1}\Sigma $$
 * Hence 𝓔_k → ∞ for every finite m, with ln 𝓔_k = 2k ln k + O(k). That is about rare prompts: the typical run may converge, see
 * {@link typicalBehaviour}. Proof: ‖·‖_F² is at least the sum of squared eigenvalues (Schur), tr (I - S̃)^(2k) with S̃ = Γ^(-1/2) S Γ^(-1/2);
 * this is at least the sum over the diagonal in the eigenbasis of E S̃ (Peierls), where S̃_ii ~ μ_i χ²_m/m. Equality for d = 1.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; m >= 1 or Infinity; k in [0, 1e12]; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.logMeanErrorLowerBound({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, m: 20, k: 3 }); // => -4.011
 */
export function logMeanErrorLowerBound(params: FiniteErrorParams): number {
  argumentsOf("logMeanErrorLowerBound", params);
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
      const term =
        center > 0 && Number.isFinite(center) ? inNameOf("logMeanErrorLowerBound", () => logMeanTracePower({ d: 1, m, center, k })) : 0;
      return Math.log(count) + term;
    }),
  );
}

/**
 * A heuristic, not proven: about how many steps it takes until the mean error grows; real, >= 0, 0 when μ_max >= 2, Infinity for m = ∞.
 * k_div ≈ (m/8) (2/μ_max - 1),  μ_max the largest eigenvalue of Γ⁻¹Σ
 * $$ k_{div} \approx \frac m8 \Big(\frac{2}{\mu_{\max}} - 1\Big) $$
 * Reasoning: the prompts that rule 𝓔_k have the largest eigenvalue λ that maximises (λ - 1)^(2k) P(λ); with one direction's large-deviation rate,
 * (m/2)(λ/μ - 1 - ln(λ/μ)), it passes 2 at k_div. Good for d << m (d = 1, m = 160: 20.0 and 20 exactly), otherwise an order of
 * magnitude (d = 10, m = 40, n = 20: 10.5 and 14). For isotropic inputs {@link bestSteps} is exact.
 * @param params covariance Λ, (d, d); n >= 1 or Infinity; m >= 1 or Infinity; target = covariance (Σ); noise = 0 (σ)
 * @throws HypothesisError when n = Infinity and λ_min(Λ) = 0; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.heuristicDivergenceStep({ covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, m: 20 }); // => 3.75
 */
export function heuristicDivergenceStep(params: AlignmentParams & { readonly m: number }): number {
  argumentsOf("heuristicDivergenceStep", params);
  const check: Checks = new Checks("heuristicDivergenceStep");
  const { m, ...alignment } = params;
  check.length("m", m);
  const largest = inNameOf(check.fn, () => overthinkingSpectrum(alignment))[0];
  if (largest >= 2) return 0;
  if (largest <= 0) return Number.POSITIVE_INFINITY;
  return (m / 8) * (2 / largest - 1);
}

/** The lower bound, tested on sampled prompts at k where the mean can still be sampled. */
export const meanDivergence = /* @__PURE__ */ ownTheorem<FiniteErrorParams>(() => ({
  id: "finite-mean-divergence",
  source: "ours",
  statement: String.raw`$\mathcal E_k \ge \sum_i E(1 - \tau_i \chi^2_m/m)^{2k}$, hence $\mathcal E_k \to \infty$ as $k \to \infty$ for every finite $m$`,
  paper: "Corollary 3.5 lets the error vanish with k, up to a factor 1 + o(1) that is not specified.",
  ours: "For every finite m the mean error diverges; the bound is explicit.",
  kind: "lower-bound",
  predict: (params) => Math.exp(logMeanErrorLowerBound(params)),
  sampler: (params) => momentErrorSampler({ ...learnedUpdates(params), m: params.m }),
  cases: [
    { covariance: Covariance.diagonal([1, 0.5, 0.25]), n: 10, m: 5, k: 2 },
    { covariance: train, target: test, n: 12, m: 12, k: 3 },
    { covariance: train, target: test, n: 12, m: 20, k: 3 },
  ],
}));

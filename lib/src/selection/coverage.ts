/** @file Coverage: how far what a mixture learns reaches up to the target, and what iterating it needs. Ours. */
import { inverse } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { eigenvaluesOf } from "../linalg/spectrum";
import { whitenedTasks } from "../theory/paper/selectionProgram";
import { MixtureModel, type SelectionSetting } from "./mixtureModel";

/** A mixture of tasks, tested on a target. */
export interface CoverageParams extends SelectionSetting {
  /** π, (L,), >= 0, sum 1. */
  readonly weights: ArrayLike<number>;
}

/** What decides whether chain of thought converges at m = ∞. */
export interface Coverage {
  /** λ_min of ½ Σ^{-1/2}(Γ_mix + Γ_mixᵀ)Σ^{-1/2}, on the directions that the mixture covers: above ½ every step contracts there. */
  readonly coverage: number;
  /** Spectral radius of I - Γ_mix^{-1}Σ: below 1 the error tends to 0, above 1 it diverges; 1 or more when a direction is left out, whose error stays. */
  readonly growth: number;
}

/**
 * The coverage of a mixture and the growth of its error at m = ∞.
 * ‖u‖² - ‖(I - G⁻¹)u‖² = 2 vᵀGv - ‖v‖²,  G = Σ^(-1/2) Γ_mix Σ^(-1/2),  u = Σ^(1/2)(ŵ - w) = G v
 * A step is u ← (I - G⁻¹)u, so every step shrinks ‖u‖, for every w, exactly when ½(Γ_mix + Γ_mixᵀ) ≻ ½Σ. Where Γ_mix commutes with Σ this is
 * σ_i < 2γ_i, and also necessary for convergence; in general it is sufficient.
 * @param params tasks Λ_l, L of (d, d); target Σ, (d, d); lengths n_l >= 1 or Infinity, one or (L,); weights π, (L,), sum 1
 * @throws HypothesisError when Σ is singular, or Λ̄ is and the matrices are not diagonal; TypeError or RangeError outside the domain
 * @origin ours; the paper's trace term diverges when an eigenvalue of Γ^(-1/2) Σ Γ^(-1/2) exceeds 2
 * @example
 * const [tasks, target] = [[[2, 0.5], [0.5, 2]].map(cot.Covariance.diagonal), cot.Covariance.diagonal([1, 1])];
 * cot.selection.mixtureCoverage({ tasks, target, lengths: 20, weights: [0.5, 0.5] }); // => { coverage: 1.91, growth: 0.476 }
 */
export function mixtureCoverage(params: CoverageParams): Coverage {
  const { weights, ...setting } = argumentsOf("mixtureCoverage", params);
  const check: Checks = new Checks("mixtureCoverage");
  const model = inNameOf(check.fn, () => new MixtureModel(setting));
  check.weights("weights", weights, model.count);
  return coverageOf(model, weights);
}

/** The same for a prepared model. */
export function coverageOf(model: MixtureModel, weights: ArrayLike<number>): Coverage {
  const growth = model.growth(weights);
  if (model.diagonal) {
    const least = model
      .step(weights)
      .reduce((min, a, i) => Math.min(min, a === 0 ? Number.POSITIVE_INFINITY : 1 / (a * model.sigma[i])), Number.POSITIVE_INFINITY);
    return { coverage: least, growth };
  }
  const [whitened] = whitenedTasks(model.target, [inverse(model.preconditioner(weights))]);
  return { coverage: Math.min(...eigenvaluesOf(whitened)), growth };
}

/**
 * The margin over ½ that test prompts of m examples ask for, when Γ commutes with nothing in particular; 0 at m = ∞.
 * ½ + margin = ½ (1 + √(d/m))²
 * It follows from λ_max(Γ^(-1/2) S Γ^(-1/2)) <= λ_max(Γ^(-1/2) Σ Γ^(-1/2)) λ_max(ZZᵀ/m), Z standard normal, where the last tends to (1 + √(d/m))²:
 * updates with a symmetric Γ converge when the left side is below 2.
 * @param params d >= 1; m >= 1 or Infinity
 * @throws RangeError outside the domain
 * @origin ours, from the edge of Marchenko and Pastur 1967
 * @example
 * cot.selection.promptMargin({ d: 10, m: 40 }); // => 0.625
 */
export function promptMargin(params: { readonly d: number; readonly m: number }): number {
  const { d, m } = argumentsOf("promptMargin", params);
  const check: Checks = new Checks("promptMargin");
  check.integer("d", d, 1);
  check.length("m", m);
  return ((1 + Math.sqrt(d / m)) ** 2 - 1) / 2;
}

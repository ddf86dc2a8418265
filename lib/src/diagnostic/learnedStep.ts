/** @file What a mixture of sampled tasks learns, on plain arrays. */
import { Checks } from "../core/check";
import { mixMoments, learnedPivot as pivotOf, learnedStep as stepOf, type PromptMoments as TaskMoments } from "../model/mixture";

export { type PromptMoments as TaskMoments, promptMoments as taskMoments } from "../model/mixture";

/** A = Λ̄ M̄^{-1}, row-major (d, d), units of 1/x². */
export function learnedStep(tasks: readonly TaskMoments[], weights: ArrayLike<number>, d: number): Float64Array {
  const check: Checks = new Checks("diagnose");
  return stepOf(check, mixMoments(tasks, weights), d);
}

/** ½(Γ_mix + Γ_mixᵀ) with Γ_mix = M̄ Λ̄^{-1}, row-major (d, d), units of x². */
export function learnedPivot(tasks: readonly TaskMoments[], weights: ArrayLike<number>, d: number): Float64Array {
  const check: Checks = new Checks("diagnose");
  const pivot = pivotOf(check, mixMoments(tasks, weights), d);
  return pivot.map((value, at) => (value + pivot[(at % d) * d + Math.floor(at / d)]) / 2);
}

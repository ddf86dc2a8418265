/** @file What a mixture of sampled tasks learns, on plain arrays. */
import { Checks } from "../core/check";
import { multiply } from "../linalg/dense";
import { mixMoments, type PromptMoments, learnedPivot as pivotOf, promptMoments, learnedStep as stepOf } from "../model/mixture";
import type { Without } from "./leaveBlocksOut";
import type { RowMoments } from "./sample";

export type { PromptMoments as TaskMoments } from "../model/mixture";

/**
 * The moments of a task's prompts of n examples, from Λ in full, row-major (d, d), and from what its fourth moments add to the normal ones, X:
 * E S² = (1 + 1/n) Λ² + (tr Λ/n) Λ + X/n, which is (1 - 1/n) Λ² + K/n (`fourthMomentGamma`).
 */
export function taskMoments({ covariance, excess }: RowMoments, d: number, n: number): PromptMoments {
  const normal = promptMoments(covariance, d, n, { square: multiply(covariance, covariance, d, d, d) });
  return excess ? { ...normal, second: normal.second.map((value, at) => value + excess[at] / n) } : normal;
}

/** The moments of tasks some of which have lost rows; the same array when none has. */
export function changedMoments(
  whole: readonly PromptMoments[],
  without: Without,
  d: number,
  lengths: ArrayLike<number>,
): readonly PromptMoments[] {
  let changed = whole;
  for (let l = 0; l < whole.length; l++) {
    const rows = without(l);
    if (rows) changed = changed.with(l, taskMoments(rows, d, lengths[l]));
  }
  return changed;
}

/** A = Λ̄ M̄^{-1}, row-major (d, d), units of 1/x². */
export function learnedStep(tasks: readonly PromptMoments[], weights: ArrayLike<number>, d: number): Float64Array {
  return stepOf(new Checks("diagnose"), mixMoments(tasks, weights), d);
}

/** ½(Γ_mix + Γ_mixᵀ) with Γ_mix = M̄ Λ̄^{-1}, row-major (d, d), units of x². */
export function learnedPivot(tasks: readonly PromptMoments[], weights: ArrayLike<number>, d: number): Float64Array {
  const check: Checks = new Checks("diagnose");
  const pivot = pivotOf(check, mixMoments(tasks, weights), d);
  return pivot.map((value, at) => (value + pivot[(at % d) * d + Math.floor(at / d)]) / 2);
}

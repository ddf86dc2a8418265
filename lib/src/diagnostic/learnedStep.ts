/** @file What a mixture of sampled tasks learns, on plain arrays. */
import { Checks } from "../core/check";
import { cholesky, multiply, trace } from "../linalg/dense";
import { solveLower, solveUpper } from "../linalg/triangularSolve";

/** Λ and M = (1 + 1/n)Λ² + (tr Λ / n)Λ of a task, row-major (d, d). */
export interface TaskMoments {
  readonly first: Float64Array;
  readonly second: Float64Array;
}

/** The moments of a task's prompts of n examples. */
export function taskMoments(covariance: Float64Array, d: number, n: number): TaskMoments {
  const square = multiply(covariance, covariance, d, d, d);
  const level = trace(covariance, d) / n;
  return { first: covariance, second: square.map((value, at) => (1 + 1 / n) * value + level * covariance[at]) };
}

/** Σ π_l v_l of the two moments. */
function mixed(tasks: readonly TaskMoments[], weights: ArrayLike<number>, d: number): { mean: Float64Array; second: Float64Array } {
  const mean = new Float64Array(d * d);
  const second = new Float64Array(d * d);
  tasks.forEach((task, l) => {
    const weight = weights[l];
    if (weight === 0) return;
    for (let at = 0; at < d * d; at++) {
      mean[at] += weight * task.first[at];
      second[at] += weight * task.second[at];
    }
  });
  return { mean, second };
}

/** A = Λ̄ M̄^{-1}, row-major (d, d), units of 1/x²; as `multiTaskOptimum`, for prompts of one task each. */
export function learnedStep(tasks: readonly TaskMoments[], weights: ArrayLike<number>, d: number): Float64Array {
  const { mean, second } = mixed(tasks, weights, d);
  // Aᵀ = M̄^{-1} Λ̄, both symmetric.
  const turned = solve(second, mean, d);
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j] = turned[j * d + i];
  return out;
}

/** ½(Γ_mix + Γ_mixᵀ) with Γ_mix = M̄ Λ̄^{-1}, row-major (d, d), units of x². */
export function learnedPivot(tasks: readonly TaskMoments[], weights: ArrayLike<number>, d: number): Float64Array {
  const { mean, second } = mixed(tasks, weights, d);
  const turned = solve(mean, second, d);
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j] = (turned[i * d + j] + turned[j * d + i]) / 2;
  return out;
}

/** P^{-1} B for a positive definite P. */
function solve(P: Float64Array, B: Float64Array, d: number): Float64Array {
  const check: Checks = new Checks("diagnose");
  const factored = cholesky(P, d);
  if ("dependent" in factored) check.fail("the training data", "of full rank in double precision", `rank ${factored.dependent} of ${d}`);
  return solveUpper(factored.factor, solveLower(factored.factor, B.slice(), d, d), d, d);
}

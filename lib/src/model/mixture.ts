/** @file A training mixture: the two moments of its prompts, the preconditioner A that they teach, and its pivot Γ_mix. */

import type { Matrix } from "ml-matrix";
import { argumentsOf, Checks, HypothesisError } from "../core/check";
import { cholesky, rowProducts, trace as traceOf, transpose } from "../linalg/dense";
import { allFinite, rowMajor } from "../linalg/layout";
import { solveLower, solveUpper } from "../linalg/triangularSolve";
import { Covariance, checkTasks, requireInvertible, toMatrix } from "./covariance";

const RESULT = "the multi-task optimum";

/** How tasks are mixed: each prompt from one task, or each example of a prompt from a task of its own. */
export type Mixing = "per-prompt" | "per-token";

/** A training mixture. */
export interface MixtureParams {
  /** Λ_l: covariances of the tasks' inputs, L of (d, d), units of x². */
  readonly tasks: readonly Covariance[];
  /** π_l: sampling probabilities, (L,), >= 0, sum 1. */
  readonly weights: ArrayLike<number>;
  /** n_l: examples in a prompt; integers >= 1 or Infinity; one number for all, or (L,) with "per-prompt". */
  readonly lengths: number | ArrayLike<number>;
  /** How tasks are mixed; default "per-prompt". */
  readonly mixing?: Mixing;
  /** σ: standard deviation of the training label noise; >= 0; default 0. */
  readonly noise?: number;
}

/**
 * E S and E S² of prompts (with the part of the label noise), of one task or of a mixture: row-major (d, d), or diagonals, (d,), where all
 * matrices are diagonal. Not checked: for loops over many mixtures.
 */
export interface PromptMoments {
  /** Λ, or Λ̄, units of x². */
  readonly first: Float64Array;
  /** M, or M̄, units of x⁴; symmetric. */
  readonly second: Float64Array;
}

/**
 * The moments of one task's prompts of n examples.
 * $$ M = (1 + \tfrac1n) \Lambda^2 + \tfrac{\mathrm{tr}\Lambda + \sigma^2}{n} \Lambda $$
 * @param covariance Λ, row-major (d, d), or its diagonal, (d,)
 * @param options factor of Λ² in M; Λ² itself, where it is at hand
 */
export function promptMoments(
  covariance: Float64Array,
  d: number,
  n: number,
  options: { readonly noise?: number; readonly factor?: number; readonly square?: Float64Array } = {},
): PromptMoments {
  const { noise = 0, factor = 1 + 1 / n } = options;
  const diagonal = covariance.length === d;
  const trace = diagonal ? covariance.reduce((sum, lambda) => sum + lambda, 0) : traceOf(covariance, d);
  const level = (trace + noise * noise) / n;
  if (diagonal) return { first: covariance, second: covariance.map((lambda) => lambda * (factor * lambda + level)) };
  const square = options.square ?? rowProducts(covariance, d, d, 1, new Float64Array(d * d));
  return { first: covariance, second: square.map((value, at) => factor * value + level * covariance[at]) };
}

/** Λ̄ = Σ π_l Λ_l and Σ π_l M_l, the moments of a mixture per prompt. */
export function mixMoments(tasks: readonly PromptMoments[], weights: ArrayLike<number>): PromptMoments {
  const [first, second] = [tasks.map((task) => task.first), tasks.map((task) => task.second)];
  return { first: mix(first, weights), second: mix(second, weights) };
}

/** Σ π_l v_l. */
export function mix(vectors: readonly Float64Array[], weights: ArrayLike<number>): Float64Array {
  const sum = new Float64Array(vectors[0].length);
  vectors.forEach((vector, l) => {
    const weight = weights[l];
    if (weight !== 0) for (let i = 0; i < sum.length; i++) sum[i] += weight * vector[i];
  });
  return sum;
}

/**
 * A = Λ̄ M̄^{-1}, in the layout of the moments, units of 1/x²; from diagonals with 0 where no task has data, which is where training from 0
 * stays.
 * @param resolution what of a variance may be left by those before it and still count; default 1e-11
 * @throws HypothesisError when M̄ is singular and not diagonal
 */
export function learnedStep(check: Checks, { first, second }: PromptMoments, d: number, resolution?: number): Float64Array {
  if (first.length === d) return first.map((value, i) => (value > 0 ? value / second[i] : 0));
  // Aᵀ = M̄^{-1} Λ̄, both symmetric.
  return transpose(solve(check, second, first, d, resolution), d);
}

/** Γ_mix = M̄ Λ̄^{-1}, row-major (d, d), units of x²; `resolution` as in `learnedStep`. */
export function learnedPivot(check: Checks, { first, second }: PromptMoments, d: number, resolution?: number): Float64Array {
  return transpose(solve(check, first, second, d, resolution), d);
}

/** P^{-1} B for a positive definite P. */
function solve(check: Checks, P: Float64Array, B: Float64Array, d: number, resolution?: number): Float64Array {
  const factored = cholesky(P, d, resolution);
  if ("dependent" in factored) {
    const message = `${check.fn}: the training data must be of full rank in double precision, got rank ${factored.dependent} of ${d}`;
    throw new HypothesisError(RESULT, "the second moment is invertible", message);
  }
  return solveUpper(factored.factor, solveLower(factored.factor, B.slice(), d, d), d, d);
}

/** The two moments that decide what a mixture learns. */
export interface MixtureMoments {
  /** Λ̄ = Σ π_l Λ_l, (d, d), units of x². */
  readonly mean: Covariance;
  /** M̄ = E S² plus the noise term, (d, d), units of x⁴; symmetric. */
  readonly second: Matrix;
}

/**
 * The mean Λ̄ and the second moment M̄ of the training prompts' empirical covariances. Per prompt and per token:
 * M̄ = Σ_l π_l [(1 + 1/n_l) Λ_l² + (tr Λ_l + σ²)/n_l Λ_l],  Λ̄ = Σ_l π_l Λ_l
 * $$ \bar M = \sum_l \pi_l \Big[ (1 + \tfrac1{n_l}) \Lambda_l^2 + \tfrac{\mathrm{tr}\Lambda_l + \sigma^2}{n_l} \Lambda_l \Big], \quad
 *    \bar\Lambda = \sum_l \pi_l \Lambda_l $$
 * M̄ = (1 - 1/n) Λ̄² + (1/n) Σ_l π_l [2 Λ_l² + (tr Λ_l + σ²) Λ_l]
 * @param params tasks Λ_l, L of (d, d); weights π, (L,), sum 1; lengths n_l >= 1 or Infinity; mixing = "per-prompt"; noise = 0 (σ)
 * @throws TypeError or RangeError outside the domain, when dimensions differ, or for several lengths with "per-token"
 * @origin ours
 * @example
 * const tasks = [cot.Covariance.diagonal([1, 0.2]), cot.Covariance.diagonal([0.2, 1])];
 * cot.model.mixtureMoments({ tasks, weights: [0.5, 0.5], lengths: 10 }).second; // => [[0.644, 0], [0, 0.644]]
 */
export function mixtureMoments(params: MixtureParams): MixtureMoments {
  argumentsOf("mixtureMoments", params);
  const check: Checks = new Checks("mixtureMoments");
  const { first, second, d } = checkedMoments(check, params);
  if (!allFinite(second)) check.fail("tasks", "such that second moments are representable as finite numbers", params.tasks);
  return { mean: Covariance.fromMatrix(toMatrix(first, d)), second: toMatrix(second, d) };
}

/**
 * The pivot that a mixture learns in place of Γ, (d, d), in units of x².
 * Γ_mix = M̄ Λ̄⁻¹
 * Not symmetric in general, with positive real eigenvalues. As n → ∞ it tends to (Σ π_l Λ_l²) Λ̄⁻¹ per prompt and to Λ̄ per token: under the
 * latter reading the paper's task-selection program, which uses Λ̄, describes what is learned.
 * @param params tasks Λ_l, L of (d, d); weights π, (L,), sum 1; lengths n_l >= 1 or Infinity; mixing = "per-prompt"; noise = 0 (σ)
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain
 * @origin ours; the paper's multi-task section does not define the learned pivot in our source
 * @example
 * const tasks = [cot.Covariance.diagonal([1, 0.2]), cot.Covariance.diagonal([0.2, 1])];
 * cot.model.mixtureGamma({ tasks, weights: [0.5, 0.5], lengths: 10 }); // => [[1.073, 0], [0, 1.073]]
 */
export function mixtureGamma(params: MixtureParams): Matrix {
  argumentsOf("mixtureGamma", params);
  const check: Checks = new Checks("mixtureGamma");
  const { d, ...moments } = checkedMoments(check, params);
  requireCovered(check, moments, d);
  const pivot = learnedPivot(check, moments, d, d * Number.EPSILON);
  if (!allFinite(pivot)) check.fail("tasks", "such that Γ is representable as finite numbers", pivot);
  return toMatrix(pivot, d);
}

/**
 * The preconditioner that a mixture teaches, the minimiser of its loss, (d, d), in units of 1/x².
 * A = Γ_mix⁻¹ = Λ̄ M̄⁻¹
 * @param params tasks Λ_l, L of (d, d); weights π, (L,), sum 1; lengths n_l >= 1 or Infinity; mixing = "per-prompt"; noise = 0 (σ)
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const tasks = [cot.Covariance.diagonal([1, 0.2]), cot.Covariance.diagonal([0.2, 1])];
 * cot.model.mixturePreconditioner({ tasks, weights: [0.5, 0.5], lengths: 10 }); // => [[0.932, 0], [0, 0.932]]
 */
export function mixturePreconditioner(params: MixtureParams): Matrix {
  argumentsOf("mixturePreconditioner", params);
  const check: Checks = new Checks("mixturePreconditioner");
  const { d, ...moments } = checkedMoments(check, params);
  return toMatrix(checkedStep(check, moments, d), d);
}

/** `learnedStep` for matrices that are given in full: refused when Λ̄ is singular, otherwise taken as far as double precision goes. */
export function checkedStep(check: Checks, moments: PromptMoments, d: number): Float64Array {
  requireCovered(check, moments, d);
  return learnedStep(check, moments, d, d * Number.EPSILON);
}

function requireCovered(check: Checks, { first }: PromptMoments, d: number): void {
  const mean = Covariance.fromMatrix(toMatrix(first, d));
  const why = "(tasks must cover every direction)";
  requireInvertible(check, "the mean of the tasks", mean, RESULT, "the mean covariance is invertible", why);
}

function checkedMoments(check: Checks, { tasks, weights, lengths, mixing = "per-prompt", noise = 0 }: MixtureParams) {
  const d = checkTasks(check, tasks);
  check.weights("weights", weights, tasks.length);
  check.oneOf("mixing", mixing, ["per-prompt", "per-token"]);
  check.nonNegative("noise", noise);
  const perPrompt = mixing === "per-prompt";
  const lengthOf = checkLengths(check, lengths, tasks.length, perPrompt);
  const { first, second } = mixMoments(
    tasks.map(({ matrix }, l) => {
      const n = lengthOf(l);
      return promptMoments(rowMajor(matrix), d, n, { noise, factor: perPrompt ? 1 + 1 / n : 2 / n });
    }),
    weights,
  );
  if (perPrompt) return { first, second, d };
  const square = rowProducts(first, d, d, 1, new Float64Array(d * d));
  return { first, second: second.map((value, at) => value + (1 - 1 / lengthOf(0)) * square[at]), d };
}

/** Throws unless the lengths fit the tasks; returns l -> n_l. */
export function checkLengths(check: Checks, lengths: number | ArrayLike<number>, count: number, several: boolean): (l: number) => number {
  if (typeof lengths === "number") {
    check.length("lengths", lengths);
    return () => lengths;
  }
  if (!several) check.wrongKind("lengths", "one number when examples are mixed per token", lengths);
  if (!lengths || lengths.length !== count) check.fail("lengths", `one number, or an array of ${count} (one a task)`, lengths);
  for (let l = 0; l < count; l++) check.length(`lengths[${l}]`, lengths[l]);
  return (l) => lengths[l];
}

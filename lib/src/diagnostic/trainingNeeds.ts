/** @file How many training prompts thinking needs, and what the sources' fourth moments change. Ours. */
import { Checks } from "../core/check";
import type { Random } from "../core/random";
import { cholesky, identity, multiply, trace } from "../linalg/dense";
import { solveLower, solveUpper } from "../linalg/triangularSolve";
import { mixMoments } from "../model/mixture";
import { combine, type Estimate, mapEstimate } from "./jackknife";
import { changedMoments, type TaskMoments, taskMoments } from "./learnedStep";
import { leaveBlocksOut, logEstimates, spreadOf } from "./leaveBlocksOut";
import type { PredictionParams } from "./prediction";
import { asNormal, type Sample } from "./sample";

/** What training needs, and how far the sources are from normal. */
export interface TrainingNeeds {
  /**
   * B_c: so many training prompts, at least, before thinking pays: with fewer the learned layer's own noise makes long chains diverge, whatever the
   * target. For one source it is the necessary number of `criticalPrompts` with the pivot that its rows teach; a mixture is treated as one
   * source whose prompts have the mixture's moments.
   */
  readonly prompts: Estimate;
  /** Of every source: E‖x‖⁴ over what it is for normal rows of the same covariance, 1 for normal ones; absent where fourth moments are not known. */
  readonly radial: Readonly<Record<string, Estimate>>;
  /**
   * The error after one step over what it would be if the sources were normal: what measuring the fourth moments changes; absent where no source's
   * are known.
   */
  readonly firstStep?: Estimate;
}

/** Features up to which traces are exact, and signs of a vector that they are taken over beyond. */
const EXACT = 128;
const PROBES = 32;

/**
 * B_c = d + 1 + tr(Λ̄⁻¹M̄Λ̄⁻¹) - d, and the ratio of the errors 𝓔_1 = tr(I - AΣ)(I - AΣ)ᵀ + (1/m) tr A(Σ² + tr(Σ)Σ)Aᵀ of A = Λ̄M̄⁻¹ with measured and
 * with normal fourth moments.
 */
export function trainingNeeds(
  { tasks, target, weights, lengths, confidence, m }: Omit<PredictionParams, "tests" | "steps"> & { readonly m: number },
  random: Random,
): TrainingNeeds {
  const { d } = target;
  const probes = d <= EXACT ? d : PROBES;
  const start = d <= EXACT ? identity(d) : Float64Array.from({ length: d * probes }, () => (random.integer(2) === 0 ? -1 : 1));
  const copies = d <= EXACT ? 1 : probes;
  const whole = tasks.map((task, l) => taskMoments(task, d, lengths[l]));
  const known = tasks.some((task) => task.excess !== undefined);
  const plain = known ? tasks.map((task, l) => taskMoments(asNormal(task), d, lengths[l])) : whole;
  const applied = (parts: readonly TaskMoments[]) => mixedSteps(parts, weights, start, d, probes);
  const all = { measured: applied(whole), normal: known ? applied(plain) : undefined };
  const quantities = ({ measured, normal }: typeof all, sigma: Float64Array): Float64Array => {
    const excess = Math.max(measured.return / copies - d, Number.MIN_VALUE);
    const ratio = normal
      ? firstError(measured.steps, sigma, start, m, d, probes) / firstError(normal.steps, sigma, start, m, d, probes)
      : 1;
    return Float64Array.of(Math.log(excess), Math.log(ratio));
  };
  const logs = quantities(all, target.covariance);
  const leftOut = leaveBlocksOut([...tasks, target], weights, (without) => {
    const changed = changedMoments(whole, without, d, lengths);
    const normal = tasks.map((_, l) => {
      const rows = without(l);
      return rows ? taskMoments(asNormal(rows), d, lengths[l]) : plain[l];
    });
    const states = changed === whole ? all : { measured: applied(changed), normal: known ? applied(normal) : undefined };
    return quantities(states, (without(tasks.length) ?? target).covariance);
  });
  const [returned, firstStep] = logEstimates(logs, leftOut, confidence);
  return {
    prompts: mapEstimate(returned, (value) => d + 1 + value),
    radial: Object.fromEntries(tasks.flatMap((task) => radialOf(task, confidence))),
    ...(known && { firstStep }),
  };
}

/** Aᵀx for every start x, and tr Λ̄⁻¹M̄Λ̄⁻¹ summed over the starts. */
function mixedSteps(parts: readonly TaskMoments[], weights: ArrayLike<number>, start: Float64Array, d: number, probes: number) {
  const check: Checks = new Checks("diagnose");
  const { first, second } = mixMoments(parts, weights);
  const solve = (matrix: Float64Array, right: Float64Array): Float64Array => {
    const factored = cholesky(matrix, d);
    if ("dependent" in factored) check.fail("the sources", "of full rank in double precision", `rank ${factored.dependent} of ${d}`);
    return solveUpper(factored.factor, solveLower(factored.factor, right, d, probes), d, probes);
  };
  const z = solve(first, start.slice());
  const turned = multiply(second, z, d, d, probes);
  const steps = solve(second, multiply(first, start, d, d, probes));
  return { steps, return: z.reduce((sum, value, at) => sum + value * turned[at], 0) };
}

/** 𝓔_1 times the number of starts over d: of v = Aᵀx and u = Σv it is ‖x - u‖² + (‖u‖² + tr Σ vᵀu)/m. */
function firstError(steps: Float64Array, sigma: Float64Array, start: Float64Array, m: number, d: number, probes: number): number {
  const seen = multiply(sigma, steps, d, d, probes);
  let [left, squares, products] = [0, 0, 0];
  for (let at = 0; at < seen.length; at++) {
    left += (start[at] - seen[at]) ** 2;
    squares += seen[at] * seen[at];
    products += steps[at] * seen[at];
  }
  return left + (squares + trace(sigma, d) * products) / m;
}

/** ρ of one source: tr K over 2 tr Λ² + (tr Λ)². */
function radialOf(task: Sample, confidence: number): [string, Estimate][] {
  const { moments, d } = task;
  const log = (block?: number): number => {
    const fourth = trace(moments.fourthMoments(block)!, d);
    const S = moments.covariance(block);
    return Math.log(fourth / (2 * S.reduce((sum, value) => sum + value * value, 0) + trace(S, d) ** 2));
  };
  if (!moments.fourthMoments()) return [];
  const values = Array.from({ length: task.blocks }, (_, b) => log(b));
  const whole = log();
  const spread = spreadOf({ sample: task, values }, whole, (value) => value);
  return [[task.name, mapEstimate(combine(whole, [spread], confidence), Math.exp)]];
}

/** @file Selection by the error itself: direct minimisation of the exact k-step error over mixtures. Ours. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { Random } from "../core/random";
import { MixtureModel, type SelectionSetting } from "./mixtureModel";

/** A selection by its k-step error. */
export interface ErrorSelectionParams extends SelectionSetting {
  /** k: updates at test; integer >= 1. */
  readonly k: number;
  /** Mixtures to start from besides the uniform one and every task alone, each (L,). */
  readonly starts?: readonly ArrayLike<number>[];
  /** Random starts, uniform on the simplex; integer >= 0; default 4. */
  readonly randomStarts?: number;
  /** Seed of the random starts; default 1. */
  readonly seed?: number;
  /** Steps of descent from each start; integer >= 1; default 300. */
  readonly maxIterations?: number;
  /** Stop when no mixture promises to lower the logarithm of the error by more than this to first order; default 1e-6. */
  readonly tolerance?: number;
}

/** The outcome of `errorSelection`. */
export interface ErrorSelection {
  /** π, (L,). */
  readonly weights: Float64Array;
  /** ln E‖w_k - w‖² at π, m = ∞. */
  readonly logError: number;
  /** max over π' of the first-order decrease of ln E towards π': near 0 at a stationary point. Not a proof of optimality. */
  readonly stationarityGap: number;
  /** The end of the descent from every start, best first: the spread shows how non-convex the problem was. */
  readonly runs: readonly { readonly start: string; readonly logError: number; readonly iterations: number }[];
}

/**
 * The mixture with the smallest exact error after k steps that was found, at m = ∞.
 * min over π of ln ‖(I - A(π)Σ)^k‖_F²,  A(π) = Λ̄ M̄⁻¹
 * Not convex: mirror descent with the entropy, from many starts mixed with 2 % of the uniform mixture (weights of 0 would stay 0). A reference for
 * what a selection could reach, not a guaranteed optimum; unlike the paper's program it needs the model Λ̄, M̄ of training.
 * @param params the tasks, k and the search, field by field at {@link ErrorSelectionParams}
 * @throws HypothesisError when Σ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const [tasks, target] = [[[2, 0.5], [0.5, 2]].map(cot.Covariance.diagonal), cot.Covariance.diagonal([1, 1])];
 * cot.selection.errorSelection({ tasks, target, lengths: 20, k: 2 }).logError; // => -2.457
 */
export function errorSelection(params: ErrorSelectionParams): ErrorSelection {
  argumentsOf("errorSelection", params);
  const check: Checks = new Checks("errorSelection");
  const { k, starts = [], randomStarts = 4, seed = 1, maxIterations = 300, tolerance = 1e-6, ...setting } = params;
  check.integer("k", k, 1);
  check.count("randomStarts", randomStarts, 0, 10_000);
  check.integer("seed", seed, 0);
  check.integer("maxIterations", maxIterations, 1);
  check.positive("tolerance", tolerance);
  const model = inNameOf(check.fn, () => new MixtureModel(setting));
  const L = model.count;
  const uniform = new Float64Array(L).fill(1 / L);
  const points: { start: string; weights: ArrayLike<number> }[] = [{ start: "uniform", weights: uniform }];
  check.list("starts", starts);
  starts.forEach((weights, i) => {
    check.weights(`starts[${i}]`, weights, L);
    points.push({ start: `start ${i}`, weights: Float64Array.from(weights) });
  });
  points.push({ start: "best single task", weights: bestVertex(model, k) });
  for (let i = 0; i < randomStarts; i++)
    points.push({ start: `random ${i}`, weights: randomMixture(L, Random.seed(seed).stream("error-selection", i)) });
  const runs = points
    .map(({ start, weights }) => {
      const inside = Float64Array.from(weights, (weight) => 0.98 * weight + 0.02 / L);
      return { start, ...descend(model, k, inside, maxIterations, tolerance) };
    })
    .sort((a, b) => a.logError - b.logError);
  const best = runs[0];
  if (Number.isNaN(best.logError)) check.fail("the error", "a number at some start", best.logError);
  const { weights, logError, gap } = best;
  return {
    weights,
    logError,
    stationarityGap: gap,
    runs: runs.map(({ start, logError: end, iterations }) => ({ start, logError: end, iterations })),
  };
}

/**
 * A mixture drawn uniformly from the simplex, (count,), by normalised exponential numbers.
 * @param count tasks; integer >= 1
 * @param random the stream
 * @throws RangeError outside the domain
 * @origin standard
 * @example
 * cot.selection.randomMixture(3, cot.Random.seed(1)); // => [0.489, 0.086, 0.425]
 */
export function randomMixture(count: number, random: Random): Float64Array {
  const check: Checks = new Checks("randomMixture");
  check.random("random", random);
  check.count("count", count, 1, 10_000_000);
  const raw = Float64Array.from({ length: count }, () => -Math.log(1 - random.uniform()));
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}

/** The task that is best alone, as weights; the uniform mixture's neighbour when none covers every direction. */
function bestVertex(model: MixtureModel, k: number): Float64Array {
  const errors = model.tasks.map((task, l) => {
    if (!model.diagonal && !(task.lambdaMin > 0)) return Number.POSITIVE_INFINITY;
    return model.logErrors(vertex(model.count, l), [k])[0];
  });
  const best = errors.reduce((least, error, l) => (error < errors[least] ? l : least), 0);
  return vertex(model.count, best);
}

/** All weight on one task. */
export function vertex(count: number, l: number): Float64Array {
  return Float64Array.from({ length: count }, (_, j) => (j === l ? 1 : 0));
}

/** Beyond this a step is one to a vertex already, and growing without end would overflow. */
const LARGEST_RATE = 1e12;

function descend(model: MixtureModel, k: number, start: ArrayLike<number>, maxIterations: number, tolerance: number) {
  let weights = Float64Array.from(start);
  let { value, gradient } = model.logErrorGradient(weights, k);
  let rate = 1;
  let gap = frankWolfeGap(weights, gradient);
  let iterations = 0;
  for (; iterations < maxIterations && gap > tolerance; iterations++) {
    let accepted = false;
    for (let halvings = 0; halvings < 40 && !accepted; halvings++) {
      const candidate = mirrorStep(weights, gradient, rate);
      const next = model.logErrorGradient(candidate, k);
      const promised = gradient.reduce((sum, slope, l) => sum + slope * (candidate[l] - weights[l]), 0);
      if (next.value <= value + 0.25 * promised) {
        weights = candidate;
        ({ value, gradient } = next);
        accepted = true;
        rate = Math.min(1.6 * rate, LARGEST_RATE);
      } else rate /= 2;
    }
    if (!accepted) break;
    gap = frankWolfeGap(weights, gradient);
  }
  return { weights, logError: value, gap, iterations };
}

function mirrorStep(weights: Float64Array, gradient: Float64Array, rate: number) {
  // Over the weights that are left: one that has underflowed to 0 stays there, and its slope would empty the whole sum.
  const least = gradient.reduce((min, slope, l) => (weights[l] > 0 ? Math.min(min, slope) : min), Number.POSITIVE_INFINITY);
  const raw = Float64Array.from(weights, (weight, l) => (weight > 0 ? weight * Math.exp(-rate * (gradient[l] - least)) : 0));
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}

function frankWolfeGap(weights: Float64Array, gradient: Float64Array): number {
  const least = gradient.reduce((min, slope) => Math.min(min, slope), Number.POSITIVE_INFINITY);
  return weights.reduce((sum, weight, l) => sum + weight * (gradient[l] - least), 0);
}

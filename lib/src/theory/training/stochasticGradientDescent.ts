/** @file Stochastic gradient descent on V31 from sampled prompts, with an averaged iterate. */

import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import { rowMajorCopy } from "../../linalg/layout";
import { checkBlock } from "../../model/block";
import { checkCovariance, requireInvertible } from "../../model/covariance";
import { inputGamma } from "../../model/inputGamma";
import type { InputLaw } from "../../model/inputLaw";
import { nearestMinimiser, type Theorem31Params } from "../paper/theorem31";
import { DIVERGENCE_FACTOR } from "./gradientDescent";
import { promptGradient } from "./promptGradient";
import { Pacer, type SampledRun, stepSchedule } from "./schedule";

/** Numbers that a step draws. */
const MOST_NUMBERS = 1e8;
/** Steps of a run, which reports as it goes. */
const MOST_STEPS = 1e7;

/** A run of stochastic gradient descent. */
export interface StochasticGradientDescentParams extends Theorem31Params, SampledRun {
  /** The law of the inputs; default normal. Distances are then to the optimum of that law. */
  readonly inputs?: InputLaw;
  /** V_0, (d, d); default 0. */
  readonly start?: Matrix;
}

/** What a run of stochastic gradient descent went through. */
export interface StochasticGradientDescentResult {
  /** The last iterate, (d, d). */
  readonly V31: Matrix;
  /** The averaged iterate, (d, d). */
  readonly averaged: Matrix;
  /** V_*: the minimiser that the distances are measured to, (d, d). */
  readonly target: Matrix;
  /** The steps t at which distances were recorded, ascending; the first is 0. */
  readonly recorded: Int32Array;
  /** ‖V_t - V_*‖_F at the recorded steps. */
  readonly distances: Float64Array;
  /** The averaged iterate's distance to V_* at the recorded steps. */
  readonly averagedDistances: Float64Array;
  /** True when the run stopped early because its distance exceeded `DIVERGENCE_FACTOR`. */
  readonly diverged: boolean;
}

/**
 * Trains V31 on freshly sampled prompts, with W13 = c I and W24 = -c frozen.
 * V_{t+1} = V_t - (η_t/B) Σ_b ∇ℓ_b(V_t),  V̄_t = 2/(t(t+1)) Σ_{s=1}^t s V_s
 * $$ V_{t+1} = V_t - \frac{\eta_t}{B} \sum_{b=1}^{B} \nabla_{V_{31}} \ell_b(V_t), \quad
 *    \bar V_t = \frac{2}{t(t+1)} \sum_{s=1}^{t} s\, V_s $$
 * With a constant step the last iterate hovers around the optimum at a distance of order √η and the average converges to it, forgetting the
 * start like 1/t². Distances are measured as in {@link gradientDescent}.
 * @param params the run, field by field at {@link StochasticGradientDescentParams}; n must be finite
 * @throws RangeError outside the domain
 * @origin ours; the paper's Theorem 3.1 is about the population gradient
 * @example
 * const run = { covariance: cot.Covariance.diagonal([1, 0.5]), n: 10, c: 1, step: 0.1, steps: 200, batch: 8, random: cot.Random.seed(1) };
 * const { distances, averagedDistances } = await cot.theory.stochasticGradientDescent(run);
 * [distances[0], distances.at(-1), averagedDistances.at(-1)]; // => [1.637, 0.091, 0.035]
 */
export async function stochasticGradientDescent(params: StochasticGradientDescentParams): Promise<StochasticGradientDescentResult> {
  argumentsOf("stochasticGradientDescent", params);
  const check: Checks = new Checks("stochasticGradientDescent");
  const { covariance, steps, batch, random } = params;
  checkCovariance(check, "covariance", covariance);
  check.random("random", random);
  if (params.onProgress !== undefined) check.callable("onProgress", params.onProgress);
  const d = covariance.d;
  check.count("steps", steps, 1, MOST_STEPS);
  check.integer("batch", batch, 1);
  check.length("n", params.n);
  const numbers = batch * params.n * d;
  if (Number.isFinite(numbers) && numbers > MOST_NUMBERS)
    check.fail("batch", `such that a step draws at most ${MOST_NUMBERS} numbers (batch n d)`, batch);
  const every = params.every ?? Math.ceil(steps / 100);
  check.integer("every", every, 1);
  const schedule = stepSchedule(check, params.step);
  const start = params.start ?? Matrix.zeros(d, d);
  checkBlock(check, "start", start, d);
  const gradient = promptGradient(check, params);
  const target =
    params.inputs === undefined
      ? inNameOf(check.fn, () => nearestMinimiser({ ...params, start }))
      : optimumOf(check, { ...params, inputs: params.inputs });
  const goal = rowMajorCopy(target);

  let V: Float64Array = rowMajorCopy(start);
  let next: Float64Array = new Float64Array(d * d);
  const average = Float64Array.from(V);
  const recorded = [0];
  const distances = [gap(V, goal)];
  const averagedDistances = [distances[0]];
  const limit = DIVERGENCE_FACTOR * Math.max(distances[0], gap(new Float64Array(d * d), goal));
  if (!Number.isFinite(limit)) check.fail("the norm of V_*", "a finite number below 1e250", limit, "Rescale c or the covariance");
  let diverged = false;
  const pacer = new Pacer(steps, params.onProgress);
  for (let t = 1; t <= steps; t++) {
    gradient.sum.fill(0);
    for (let b = 0; b < batch; b++) gradient.add(V, random);
    const rate = schedule(t - 1, steps) / batch;
    for (let i = 0; i < V.length; i++) next[i] = V[i] - rate * gradient.sum[i];
    const length = gap(next, goal);
    if (!(length <= limit)) {
      diverged = true;
      break;
    }
    [V, next] = [next, V];
    const weight = 2 / (t + 1);
    for (let i = 0; i < V.length; i++) average[i] += weight * (V[i] - average[i]);
    if (t % every === 0 || t === steps) {
      recorded.push(t);
      distances.push(length);
      averagedDistances.push(gap(average, goal));
    }
    if (pacer.due) await pacer.pause(t);
  }
  params.onProgress?.(steps, steps);
  return {
    V31: Matrix.from1DArray(d, d, V),
    averaged: Matrix.from1DArray(d, d, average),
    target,
    recorded: Int32Array.from(recorded),
    distances: Float64Array.from(distances),
    averagedDistances: Float64Array.from(averagedDistances),
    diverged,
  };
}

function gap(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
}

/** V_* = -Γ⁻¹/c with the Γ of the law of the inputs, for a Λ of full rank. */
function optimumOf(
  check: Checks,
  { covariance, n, c, inputs, noise = 0, w0Scale = 0 }: Theorem31Params & { readonly inputs: InputLaw },
): Matrix {
  requireInvertible(check, "covariance", covariance, "Theorem 3.1", "lambda_min > 0", "for inputs of a given law");
  return Matrix.mul(inputGamma({ covariance, n, inputs, noise: noise / Math.sqrt(1 + w0Scale * w0Scale) }).inverse(), -1 / c);
}

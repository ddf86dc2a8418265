/** @file Training of every entry of V and W together, to see what Theorem 3.1's frozen W leaves out. */
import { Matrix } from "ml-matrix";
import { Checks } from "../../core/check";
import type { Random } from "../../core/random";
import { checkBlock } from "../../model/block";
import type { Covariance } from "../../model/covariance";
import type { LsaParameters } from "../../model/linearSelfAttention";
import { LayerGradient } from "./layerGradient";
import { Pacer, type Progress, type StepSchedule, stepSchedule } from "./schedule";

/** A run that trains all of V and W. */
export interface JointTrainingParams {
  /** Λ: covariance of the inputs, (d, d), units of x². */
  readonly covariance: Covariance;
  /** n: examples in a prompt; integer >= 1. */
  readonly n: number;
  /** V and W at the start, (2d+2, 2d+2) each. */
  readonly start: LsaParameters;
  /** T: steps; integer >= 1. */
  readonly steps: number;
  /** Fresh prompts in a step; integer >= 1. */
  readonly batch: number;
  /** η: constant step, or a schedule; > 0. */
  readonly step: number | StepSchedule;
  /** s: the estimate in the training embedding is ŵ_0 ~ N(0, s² I), units of y/x; >= 0; default 0. */
  readonly w0Scale?: number;
  /** The stream that the prompts are drawn from. */
  readonly random: Random;
  /** The blocks are recorded every so many steps; integer >= 1; default T/100, rounded up. */
  readonly every?: number;
  /** Called about every 50 ms with the steps done, and once at the end. */
  readonly onProgress?: Progress;
}

/** The state of the parameters after some steps. */
export interface JointState {
  /** t: steps done. */
  readonly step: number;
  /** V31, (d, d). */
  readonly V31: Matrix;
  /** ‖V31‖_F. */
  readonly V31Norm: number;
  /** W13, (d, d); Theorem 3.1 wants c I. */
  readonly W13: Matrix;
  /** W24; Theorem 3.1 wants -c. */
  readonly W24: number;
  /** The largest absolute entry of V and W outside V31, W13 and W24. */
  readonly offPatternMax: number;
  /**
   * ‖V‖_F² - ‖W‖_F², conserved by gradient flow since the model depends on V and W only through their product; a
   * step of size η moves it by O(η²). With ŵ_0 = 0 and a start in the pattern it is ‖V31‖_F² - W24² less a constant.
   */
  readonly invariant: number;
}

/** What a joint run went through. */
export interface JointTrainingResult {
  /** The recorded states, from step 0 on. */
  readonly trajectory: readonly JointState[];
  /** V and W after the last step. */
  readonly parameters: LsaParameters;
  /** True when the run stopped early because an entry grew beyond 1e50 times the largest of the start, or overflowed. */
  readonly diverged: boolean;
}

/** A run counts as diverged once an entry exceeds this many times the largest entry of the start, or of 1. */
const GROWTH_LIMIT = 1e50;

/**
 * Stochastic gradient descent on all entries of V and W, none of them assumed to be zero, with the gradient of `promptLossGradient`.
 * What it shows (numerically; that the zeros and W13 stay also follows from the gradient):
 * - the blocks that are zero in Theorem 3.1 stay zero up to sampling noise;
 * - with ŵ_0 = 0, W13 gets no gradient but W24 does: V31 W24 = Γ⁻¹ is learned, and -V31 W13 = Γ⁻¹ only if |W24| stays at c. Theorem 3.1
 *   needs W frozen;
 * - with ŵ_0 ~ N(0, s² I), W13 is learned, but for an anisotropic Λ it is not a multiple of I.
 * @param params the run, field by field at {@link JointTrainingParams}
 * @throws RangeError outside the domain
 * @origin ours; the paper trains V with an initialisation that our source does not state
 * @example
 * const start = cot.model.structuredParameters({ V31: Matrix.eye(1, 1, -0.1), c: 1 });
 * const run = { covariance: cot.Covariance.diagonal([1]), n: 10, start, steps: 20, batch: 8, step: 0.1, random: cot.Random.seed(1) };
 * const { W13, W24 } = (await cot.theory.jointTraining(run)).trajectory[20];
 * [W13.get(0, 0), W24]; // => [1, -0.748]
 */
export async function jointTraining(params: JointTrainingParams): Promise<JointTrainingResult> {
  const check: Checks = new Checks("jointTraining");
  const { covariance, n, start, steps, batch, w0Scale = 0, random } = params;
  const d = covariance.d;
  const D = 2 * d + 2;
  check.integer("n", n, 1);
  check.integer("steps", steps, 1);
  check.integer("batch", batch, 1);
  check.nonNegative("w0Scale", w0Scale);
  checkBlock(check, "start.V", start.V, D);
  checkBlock(check, "start.W", start.W, D);
  const every = params.every ?? Math.ceil(steps / 100);
  check.integer("every", every, 1);
  const schedule = stepSchedule(check, params.step);

  const layer = new LayerGradient({ covariance, n, w0Scale });
  let theta = Float64Array.from([...start.V.to1DArray(), ...start.W.to1DArray()]);
  let next = new Float64Array(theta.length);
  const limit = GROWTH_LIMIT * theta.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
  const trajectory = [state(theta, d, 0)];
  let diverged = false;
  const pacer = new Pacer(steps, params.onProgress);
  for (let t = 1; t <= steps; t++) {
    layer.clear();
    for (let b = 0; b < batch; b++) layer.add(theta, random);
    const rate = schedule(t - 1, steps) / batch;
    for (let i = 0; i < theta.length; i++) {
      next[i] = theta[i] - rate * layer.sum[i];
      if (!(Math.abs(next[i]) <= limit)) diverged = true;
    }
    if (diverged) break;
    [theta, next] = [next, theta];
    if (t % every === 0 || t === steps) trajectory.push(state(theta, d, t));
    if (pacer.due) await pacer.pause(t);
  }
  params.onProgress?.(steps, steps);
  return { trajectory, parameters: unpack(theta, D), diverged };
}

function unpack(theta: Float64Array, D: number): LsaParameters {
  return { V: Matrix.from1DArray(D, D, theta.subarray(0, D * D)), W: Matrix.from1DArray(D, D, theta.subarray(D * D)) };
}

function state(theta: Float64Array, d: number, step: number): JointState {
  const { V, W } = unpack(theta, 2 * d + 2);
  const V31 = V.subMatrix(d + 1, 2 * d, 0, d - 1);
  const W13 = W.subMatrix(0, d - 1, d + 1, 2 * d);
  const W24 = W.get(d, 2 * d + 1);
  const invariant = V.norm("frobenius") ** 2 - W.norm("frobenius") ** 2;
  V.setSubMatrix(Matrix.zeros(d, d), d + 1, 0);
  W.setSubMatrix(Matrix.zeros(d, d), 0, d + 1);
  W.set(d, 2 * d + 1, 0);
  const offPatternMax = Math.max(Matrix.abs(V).max(), Matrix.abs(W).max());
  return { step, V31, V31Norm: V31.norm("frobenius"), W13, W24, offPatternMax, invariant };
}

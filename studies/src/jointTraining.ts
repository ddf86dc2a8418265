/** @file Training of every entry of V and W together, to see what Theorem 3.1's frozen W leaves out. */
import { Checks } from "cotlab/dist/core/check";
import { checkBlock } from "cotlab/dist/model/block";
import type { LsaParameters } from "cotlab/dist/model/linearSelfAttention";
import type { Theorem31Params } from "cotlab/dist/theory/paper/theorem31";
import { Pacer, type SampledRun, stepSchedule } from "cotlab/dist/theory/training/schedule";
import { Matrix } from "ml-matrix";
import { layerGradient } from "./layerGradient";

/** A run that trains all of V and W, on prompts of a finite n. */
export interface JointTrainingParams extends Pick<Theorem31Params, "covariance" | "n" | "w0Scale">, SampledRun {
  /** V and W at the start, (2d+2, 2d+2) each. */
  readonly start: LsaParameters;
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

  const layer = layerGradient({ covariance, n, w0Scale });
  let theta = Float64Array.from([...start.V.to1DArray(), ...start.W.to1DArray()]);
  let next = new Float64Array(theta.length);
  const limit = GROWTH_LIMIT * theta.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
  const trajectory = [state(theta, d, 0)];
  let diverged = false;
  const pacer = new Pacer(steps, params.onProgress);
  for (let t = 1; t <= steps; t++) {
    layer.sum.fill(0);
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

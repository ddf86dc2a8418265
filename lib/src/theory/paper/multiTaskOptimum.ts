/** @file Training on several tasks: the pivot that the mixture learns, and its loss. */
import { Matrix } from "ml-matrix";
import { Checks, HypothesisError } from "../../core/check";
import type { Random } from "../../core/random";
import { Covariance } from "../../model/covariance";
import { checkBlock } from "../../model/linearSelfAttention";
import { sampleInputs } from "../../model/prompt";
import { defineTheorem } from "../theorem";
import { checkCovariance, isSingular } from "./hardness";

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

/** The two moments that decide what a mixture learns. */
export interface MixtureMoments {
  /** Λ̄ = Σ π_l Λ_l, (d, d), units of x². */
  readonly mean: Covariance;
  /** M̄ = E S² plus the noise term, (d, d), units of x⁴; symmetric. */
  readonly second: Matrix;
}

/**
 * The mean Λ̄ and the second moment M̄ of the training prompts' empirical covariances.
 * $$ \bar\Lambda = \sum_l \pi_l \Lambda_l, \qquad
 *    \bar M = \sum_l \pi_l \Big[ (1 + \tfrac1{n_l}) \Lambda_l^2 + \tfrac{\mathrm{tr}\Lambda_l + \sigma^2}{n_l} \Lambda_l \Big]
 *    \quad\text{(per prompt)} $$
 * $$ \bar M = (1 - \tfrac1n) \bar\Lambda^2 + \tfrac1n \sum_l \pi_l \big[ 2 \Lambda_l^2 + (\mathrm{tr}\Lambda_l + \sigma^2) \Lambda_l \big]
 *    \quad\text{(per token)} $$
 * @throws TypeError or RangeError outside the domain, when dimensions differ, or for several lengths with "per-token"
 * @see ours
 */
export function mixtureMoments({ tasks, weights, lengths, mixing = "per-prompt", noise = 0 }: MixtureParams): MixtureMoments {
  const check: Checks = new Checks("mixtureMoments");
  const { d, lengthOf } = checkMixture(check, { tasks, weights, lengths, mixing, noise });
  const mean = Matrix.zeros(d, d);
  const second = Matrix.zeros(d, d);
  tasks.forEach((task, l) => {
    const n = lengthOf(l);
    const square = task.matrix.mmul(task.matrix);
    const factor = mixing === "per-prompt" ? 1 + 1 / n : 2 / n;
    const moment = square.mul(factor).add(Matrix.mul(task.matrix, (task.trace + noise * noise) / n));
    mean.add(Matrix.mul(task.matrix, weights[l]));
    second.add(moment.mul(weights[l]));
  });
  if (mixing === "per-token") second.add(mean.mmul(mean).mul(1 - 1 / lengthOf(0)));
  return { mean: Covariance.fromMatrix(mean), second: second.add(second.transpose()).mul(0.5) };
}

/**
 * The pivot that a mixture learns in place of Γ, (d, d), units of x².
 * $$ \Gamma_{mix} = \bar M \bar\Lambda^{-1} $$
 * Not symmetric in general (its transpose is not an optimum), with positive real eigenvalues. Per prompt, as n → ∞ it tends
 * to (Σ π_l Λ_l²) Λ̄^{-1}, which is not Λ̄; per token it tends to Λ̄: that is the reading under which the paper's
 * task-selection program, which uses Λ̄, describes what is learned.
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain
 * @see ours; the paper's multi-task section does not define the learned pivot in our source
 */
export function mixtureGamma(params: MixtureParams): Matrix {
  const check: Checks = new Checks("mixtureGamma");
  const { mean, second } = invertibleMoments(check, params);
  return second.mmul(mean.apply((value) => 1 / value));
}

/**
 * The preconditioner that minimises the multi-task loss, (d, d), units of 1/x².
 * $$ A_* = \Gamma_{mix}^{-1} = \bar\Lambda \bar M^{-1} $$
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain
 * @see ours
 */
export function multiTaskOptimum(params: MixtureParams): Matrix {
  const check: Checks = new Checks("multiTaskOptimum");
  const { mean, second } = invertibleMoments(check, params);
  return mean.matrix.mmul(inverseSecond(check, second));
}

/**
 * The population loss of a preconditioner A (A = -c V31 of the layer) over a mixture. Units of w².
 * $$ L(A) = \tfrac12 \sum_l \pi_l E\|I - A S_l\|_F^2 = \tfrac12 \big[ d - 2\,\mathrm{tr}(A \bar\Lambda) + \mathrm{tr}(A \bar M A^\top) \big] $$
 * plus, with noisy labels, their part, which M̄ contains.
 * @param params the mixture and preconditioner A, (d, d), units of 1/x²
 * @throws TypeError or RangeError outside the domain, or on overflow
 * @see ours
 */
export function multiTaskLoss({ preconditioner, ...mixture }: MixtureParams & { readonly preconditioner: Matrix }): number {
  const check: Checks = new Checks("multiTaskLoss");
  const { mean, second } = mixtureMoments(mixture);
  checkBlock(check, "preconditioner", preconditioner, mean.d);
  const linear = Matrix.mul(preconditioner, mean.matrix).sum();
  const loss = (mean.d - 2 * linear + Matrix.mul(preconditioner.mmul(second), preconditioner).sum()) / 2;
  if (!Number.isFinite(loss)) check.fail("the loss", "a finite number", loss);
  return loss;
}

/**
 * The least value of `multiTaskLoss`. Units of w².
 * $$ L_* = \tfrac12 \big( d - \mathrm{tr}(\bar\Lambda \bar M^{-1} \bar\Lambda) \big) $$
 * Absolute error about ε d: at very long prompts of a single task, where L_* tends to 0, few digits are left.
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain
 * @see ours
 */
export function multiTaskMinimalLoss(params: MixtureParams): number {
  const check: Checks = new Checks("multiTaskMinimalLoss");
  const { mean, second } = invertibleMoments(check, params);
  const product = mean.matrix.mmul(inverseSecond(check, second));
  return Math.max(0, (mean.d - Matrix.mul(product, mean.matrix).sum()) / 2);
}

function invertibleMoments(check: Checks, params: MixtureParams): MixtureMoments {
  const moments = mixtureMoments(params);
  if (isSingular(moments.mean)) {
    throw new HypothesisError(
      RESULT,
      "the mean covariance is invertible",
      `${check.fn}: tasks must cover every direction for ${RESULT}, got a weighted mean with lambda_min = ${moments.mean.lambdaMin}`,
    );
  }
  return moments;
}

/** M̄^{-1}. M̄ is symmetric and, since Λ̄ is, positive definite. */
function inverseSecond(check: Checks, second: Matrix): Matrix {
  const moment = Covariance.fromMatrix(second);
  if (isSingular(moment)) {
    throw new HypothesisError(
      RESULT,
      "the second moment is invertible",
      `${check.fn}: tasks must have a second moment that is invertible in double precision, got eigenvalues from ${moment.lambdaMin} to ${moment.lambdaMax}`,
    );
  }
  return moment.apply((value) => 1 / value);
}

function checkMixture(check: Checks, { tasks, weights, lengths, mixing, noise }: Required<MixtureParams>) {
  const d = checkTasks(check, tasks);
  check.weights("weights", weights, tasks.length);
  check.oneOf("mixing", mixing, ["per-prompt", "per-token"]);
  check.nonNegative("noise", noise);
  return { d, lengthOf: checkLengths(check, lengths, tasks.length, mixing === "per-prompt") };
}

/** Throws unless there is at least one covariance and all have one dimension, which is returned. */
export function checkTasks(check: Checks, tasks: readonly Covariance[]): number {
  if (!Array.isArray(tasks) || tasks.length === 0) {
    check.wrongKind("tasks", "a non-empty array of Covariance", tasks);
  }
  tasks.forEach((task, l) => {
    checkCovariance(check, `tasks[${l}]`, task);
    if (task.d !== tasks[0].d) check.fail(`tasks[${l}]`, `of the dimension of tasks[0] (${tasks[0].d})`, task.d);
  });
  return tasks[0].d;
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

/** A preconditioner, and the mixture on whose prompts it is tried. Lengths must be finite to be simulated. */
export interface MultiTaskLossParams extends MixtureParams {
  /** A, (d, d), units of 1/x². */
  readonly preconditioner: Matrix;
}

/** Draws ½‖ŵ - w‖² for one training prompt of the mixture and one update from 0. */
function mixtureLossSampler({ tasks, weights, lengths, mixing = "per-prompt", noise = 0, preconditioner }: MultiTaskLossParams) {
  const d = tasks[0].d;
  const lengthOf = (l: number) => (typeof lengths === "number" ? lengths : lengths[l]);
  const pick = (random: Random) => {
    let rest = random.uniform();
    for (let l = 0; l < tasks.length - 1; l++) {
      rest -= weights[l];
      if (rest < 0) return l;
    }
    return tasks.length - 1;
  };
  return (random: Random): number => {
    const task = mixing === "per-prompt" ? pick(random) : 0;
    const n = lengthOf(task);
    const w = random.fillNormal(new Float64Array(d));
    const gradient = new Float64Array(d);
    for (let j = 0; j < n; j++) {
      const x = sampleInputs(tasks[mixing === "per-prompt" ? task : pick(random)], 1, random);
      let y = noise === 0 ? 0 : noise * random.normal();
      for (let i = 0; i < d; i++) y += x.get(i, 0) * w[i];
      for (let i = 0; i < d; i++) gradient[i] += (x.get(i, 0) * y) / n;
    }
    const estimate = preconditioner.mmul(Matrix.columnVector(gradient));
    let loss = 0;
    for (let i = 0; i < d; i++) loss += (estimate.get(i, 0) - w[i]) ** 2 / 2;
    return loss;
  };
}

const first = Covariance.fromMatrix([
  [1, 0.3],
  [0.3, 0.5],
]);
const second = Covariance.fromMatrix([
  [0.4, -0.2],
  [-0.2, 0.9],
]);
const perPrompt: MixtureParams = { tasks: [first, second], weights: [0.7, 0.3], lengths: [8, 25] };
const perToken: MixtureParams = { tasks: [first, second], weights: [0.7, 0.3], lengths: 6, mixing: "per-token" };
const noisy: MixtureParams = { ...perPrompt, lengths: 5, noise: 0.6 };
const naive = new Matrix([
  [0.8, -0.2],
  [-0.2, 1],
]);

/** The closed form of the multi-task loss. */
export const multiTaskLossFormula = defineTheorem<MultiTaskLossParams>({
  id: "multi-task-loss",
  source: "ours",
  statement: String.raw`$L(A) = \frac12[d - 2\mathrm{tr}(A\bar\Lambda) + \mathrm{tr}(A\bar M A^\top)]$, minimal at $A=\bar\Lambda\bar M^{-1}$`,
  paper: "Tasks are sampled with probabilities π_l; the learned pivot is not given in our source.",
  ours: "The loss and its minimiser, mixing per prompt or per token, with label noise.",
  kind: "equality",
  predict: multiTaskLoss,
  sampler: mixtureLossSampler,
  cases: [perPrompt, perToken, noisy].flatMap((mixture) => [
    { ...mixture, preconditioner: multiTaskOptimum(mixture) },
    { ...mixture, preconditioner: naive },
  ]),
});

/** No preconditioner does better, the transposed one included. */
export const multiTaskMinimum = defineTheorem<MultiTaskLossParams>({
  id: "multi-task-minimum",
  source: "ours",
  statement: String.raw`$L(A) \ge L_* = \frac12(d-\mathrm{tr}(\bar\Lambda\bar M^{-1}\bar\Lambda))$ for every $A$`,
  paper: "Nothing.",
  ours: "The least loss. Γ_mix = M̄ Λ̄⁻¹ is not symmetric; its transpose does worse.",
  kind: "lower-bound",
  predict: multiTaskMinimalLoss,
  sampler: mixtureLossSampler,
  cases: [
    { ...perPrompt, preconditioner: multiTaskOptimum(perPrompt).transpose() },
    { ...perPrompt, preconditioner: naive },
    { ...perToken, preconditioner: naive },
  ],
});

/** @file Training on several tasks: the loss of a preconditioner over a mixture, and its least value. */
import { Matrix } from "ml-matrix";
import { argumentsOf, Checks, inNameOf } from "../../core/check";
import type { Random } from "../../core/random";
import { checkBlock } from "../../model/block";
import { type MixtureParams, mixtureMoments, mixturePreconditioner } from "../../model/mixture";
import { sampleInputs } from "../../model/prompt";
import { planar } from "../caseMatrices";
import { ownTheorem } from "../theorem";

/** A preconditioner, and the mixture on whose prompts it is tried. */
export interface MultiTaskLossParams extends MixtureParams {
  /** A, (d, d), units of 1/x². */
  readonly preconditioner: Matrix;
}

/**
 * The population loss of a preconditioner A (-c V31 of the layer) over a mixture, in units of (y/x)².
 * L(A) = ½ Σ_l π_l E‖I - A S_l‖_F² = ½ [d - 2 tr(A Λ̄) + tr(A M̄ Aᵀ)]
 * With label noise M̄ contains its part, and the middle form lacks it.
 * @param params tasks Λ_l, L of (d, d); weights π, (L,); lengths n_l; mixing = "per-prompt"; noise = 0 (σ); preconditioner A, (d, d), 1/x²
 * @throws TypeError or RangeError outside the domain, or on overflow
 * @origin ours
 * @example
 * const tasks = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 1])];
 * cot.theory.multiTaskLoss({ tasks, weights: [0.5, 0.5], lengths: 10, preconditioner: Matrix.eye(2) }); // => 0.3
 */
export function multiTaskLoss(params: MultiTaskLossParams): number {
  const { preconditioner, ...mixture } = argumentsOf("multiTaskLoss", params);
  const check: Checks = new Checks("multiTaskLoss");
  const { mean, second } = inNameOf("multiTaskLoss", () => mixtureMoments(mixture));
  checkBlock(check, "preconditioner", preconditioner, mean.d);
  const linear = Matrix.mul(preconditioner, mean.matrix).sum();
  const loss = (mean.d - 2 * linear + Matrix.mul(preconditioner.mmul(second), preconditioner).sum()) / 2;
  if (!Number.isFinite(loss)) check.fail("the loss", "a finite number", loss);
  return loss;
}

/**
 * The least value of {@link multiTaskLoss}, in units of (y/x)².
 * L_* = ½ (d - tr(Λ̄ M̄⁻¹ Λ̄))
 * Absolute error about ε d: at very long prompts of a single task, where L_* tends to 0, few digits are left.
 * @param params tasks Λ_l, L of (d, d); weights π, (L,); lengths n_l; mixing = "per-prompt"; noise = 0 (σ)
 * @throws HypothesisError when Λ̄ is singular; TypeError or RangeError outside the domain
 * @origin ours
 * @example
 * const tasks = [cot.Covariance.diagonal([1, 0.5]), cot.Covariance.diagonal([1, 1])];
 * cot.theory.multiTaskMinimalLoss({ tasks, weights: [0.5, 0.5], lengths: 10 }); // => 0.2669
 */
export function multiTaskMinimalLoss(params: MixtureParams): number {
  argumentsOf("multiTaskMinimalLoss", params);
  return inNameOf("multiTaskMinimalLoss", () => {
    const { mean } = mixtureMoments(params);
    const fitted = Matrix.mul(mixturePreconditioner(params), mean.matrix).sum();
    return Math.max(0, (mean.d - fitted) / 2);
  });
}

/** Draws ½‖ŵ - w‖² for one training prompt of the mixture, of finite length, and one update from 0. */
function mixtureLossSampler({ tasks, weights, lengths, mixing = "per-prompt", noise = 0, preconditioner }: MultiTaskLossParams) {
  const d = tasks[0].d;
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
    const n = typeof lengths === "number" ? lengths : lengths[task];
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

const tasks = [planar(1, 0.3, 0.5), planar(0.4, -0.2, 0.9)];
const perPrompt: MixtureParams = { tasks, weights: [0.7, 0.3], lengths: [8, 25] };
const perToken: MixtureParams = { tasks, weights: [0.7, 0.3], lengths: 6, mixing: "per-token" };
const noisy: MixtureParams = { ...perPrompt, lengths: 5, noise: 0.6 };
const naive = new Matrix([
  [0.8, -0.2],
  [-0.2, 1],
]);

/** The closed form of the multi-task loss. */
export const multiTaskLossFormula = /* @__PURE__ */ ownTheorem<MultiTaskLossParams>(() => ({
  id: "multi-task-loss",
  source: "ours",
  statement: String.raw`$L(A) = \frac12[d - 2\mathrm{tr}(A\bar\Lambda) + \mathrm{tr}(A\bar M A^\top)]$, minimal at $A=\bar\Lambda\bar M^{-1}$`,
  paper: "Tasks are sampled with probabilities π_l; the learned pivot is not given in our source.",
  ours: "The loss and its minimiser, mixing per prompt or per token, with label noise.",
  kind: "equality",
  predict: multiTaskLoss,
  sampler: mixtureLossSampler,
  cases: [perPrompt, perToken, noisy].flatMap((mixture) => [
    { ...mixture, preconditioner: mixturePreconditioner(mixture) },
    { ...mixture, preconditioner: naive },
  ]),
}));

/** No preconditioner does better, the transposed one included. */
export const multiTaskMinimum = /* @__PURE__ */ ownTheorem<MultiTaskLossParams>(() => ({
  id: "multi-task-minimum",
  source: "ours",
  statement: String.raw`$L(A) \ge L_* = \frac12(d-\mathrm{tr}(\bar\Lambda\bar M^{-1}\bar\Lambda))$ for every $A$`,
  paper: "Nothing.",
  ours: "The least loss. Γ_mix = M̄ Λ̄⁻¹ is not symmetric; its transpose does worse.",
  kind: "lower-bound",
  predict: multiTaskMinimalLoss,
  sampler: mixtureLossSampler,
  cases: [
    { ...perPrompt, preconditioner: mixturePreconditioner(perPrompt).transpose() },
    { ...perPrompt, preconditioner: naive },
    { ...perToken, preconditioner: naive },
  ],
}));

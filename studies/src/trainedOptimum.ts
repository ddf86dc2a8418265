/** @file Theorem 3.1's experiments: the course of gradient descent, training from sampled prompts, and training of V and W together. */
import { geometricIntegers, integers } from "cotlab/dist/core/grids";
import type { Random } from "cotlab/dist/core/random";
import { type Mean, meanAndError } from "cotlab/dist/core/statistics";
import { rollout } from "cotlab/dist/model/chainOfThought";
import type { Covariance } from "cotlab/dist/model/covariance";
import { embed } from "cotlab/dist/model/embedding";
import { gammaEigenvalues, gammaMatrix } from "cotlab/dist/model/gamma";
import { type LsaParameters, structuredParameters } from "cotlab/dist/model/linearSelfAttention";
import { type Prompt, sampleInputs, samplePrompt } from "cotlab/dist/model/prompt";
import { promptLoss, promptLossGradient } from "cotlab/dist/model/trainingLoss";
import { formatNumber } from "cotlab/dist/notebook/table";
import { sampleMeanMatrix } from "cotlab/dist/simulation/sampleMean";
import { contractionRate, expectedSquaredSecondMoment, hessianSpectrum, optimalV } from "cotlab/dist/theory/paper/theorem31";
import { gradientDescent } from "cotlab/dist/theory/training/gradientDescent";
import { cosineSchedule, type StepSchedule } from "cotlab/dist/theory/training/schedule";
import { stochasticGradientDescent } from "cotlab/dist/theory/training/stochasticGradientDescent";
import { Matrix } from "ml-matrix";
import { jointTraining } from "./jointTraining";

type OnProgress = (done: number, total: number) => void;

/** Training data and the scale of the frozen attention block. */
export interface TrainingSetting {
  /** Λ: covariance of the training inputs, (d, d), positive definite. */
  readonly covariance: Covariance;
  /** n: examples in a training prompt; integer >= 1. */
  readonly n: number;
  /** c: scale of W13 = c I and W24 = -c; > 0. */
  readonly c: number;
}

/** Gradient descent beside its closed form; distances below 1e-11 ‖V_*‖ are rounding. */
export interface Descent {
  /** η: the constant step. */
  readonly step: number;
  /** ‖V_t - V_*‖_F, t = 0..T, as run; null from where only rounding is left. */
  readonly run: readonly (number | null)[];
  /** The same by the formula. */
  readonly course: readonly (number | null)[];
  /** The largest difference of the two, relative to the largest distance. */
  readonly gap: number;
  /** The ratio of the last two distances above rounding. */
  readonly measured: number;
  /** The same ratio by the formula. */
  readonly predicted: number;
}

/**
 * Gradient descent from V31 = 0 on the population loss, as run and in closed form: ‖V_t - V_*‖_F² = Σ_i (1 - η h_i)^(2t)/(c γ_i)².
 * @throws RangeError outside the domain
 * @origin ours
 */
export function descent({ step, steps, ...setting }: TrainingSetting & { readonly step: number; readonly steps: number }): Descent {
  const goal = goalSizes(setting);
  const rates = Array.from(hessianSpectrum(setting), (h) => 1 - step * h);
  const distances = Array.from(gradientDescent({ ...setting, step, steps }).distances);
  const formula = distances.map((_, t) => Math.hypot(...goal.map((size, i) => size * rates[i] ** t)));
  const floor = 1e-11 * formula[0];
  const last = Math.max(1, distances.filter((value) => value > floor).length - 1);
  const seen = (values: readonly number[]) => values.map((value) => (value > floor ? value : null));
  const gap = Math.max(...distances.map((value, t) => Math.abs(value - formula[t]))) / Math.max(...distances);
  const ratio = (values: readonly number[]) => values[last] / values[last - 1];
  return { step, run: seen(distances), course: seen(formula), gap, measured: ratio(distances), predicted: ratio(formula) };
}

/**
 * The least t at which gradient descent from V31 = 0 has come within a share of its first distance, by the same formula; at most 2^53.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function stepsToShare({ step, share, ...setting }: TrainingSetting & { readonly step: number; readonly share: number }): number {
  const goal = goalSizes(setting);
  const logRates = Array.from(hessianSpectrum(setting), (h) => (step * h < 1 ? Math.log1p(-step * h) : Math.log1p(step * h - 2)));
  const first = Math.hypot(...goal);
  const near = (t: number) => Math.hypot(...goal.map((size, i) => size * Math.exp(t * logRates[i]))) <= share * first;
  let [low, high] = [0, 1]; // the distance falls with t where the step is stable
  while (high < 2 ** 53 && !near(high)) [low, high] = [high, 2 * high];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (near(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** λ_i/γ_i: the share of direction i, from 1, that one step of the trained layer recovers on an endless prompt. */
export function recoveredShare({ covariance, n }: Pick<TrainingSetting, "covariance" | "n">, i: number): number {
  return covariance.eigenvalues[i - 1] / gammaEigenvalues({ covariance, n })[i - 1];
}

/** The course of several runs of gradient descent as the rows of a table. */
export const descentRows = (setting: TrainingSetting, runs: readonly (Descent & { readonly name: string })[]) =>
  runs.map(({ name, step, run, measured, gap }) => ({
    run: name,
    steps: run.length - 1,
    "step η": step,
    "rate predicted for large t": contractionRate({ ...setting, step }),
    "measured at the end": measured,
    "largest gap to the predicted course": gap,
  }));

/** 1/(c γ_i): the sizes of V_* along the eigenvectors of Λ. */
function goalSizes({ covariance, n, c }: TrainingSetting): number[] {
  return Array.from(gammaMatrix({ covariance, n }).eigenvalues, (gamma) => 1 / (c * gamma));
}

/** Entries of E S², simulated and expected. */
export interface SecondMomentCheck {
  /** Largest deviation of an entry, in its own standard errors. */
  readonly z: number;
  /** Entries compared. */
  readonly entries: number;
}

/**
 * E S² against ΛΓ in the rows and columns of a few coordinates, all up to d = 8 and else at most eight, spread over the spectrum: S e_i is
 * all that they take, O(dn) numbers a prompt.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function squaredMomentCheck(setting: {
  readonly covariance: Covariance;
  readonly n: number;
  readonly draws: number;
  readonly random: Random;
}): SecondMomentCheck {
  const { covariance, n, draws, random } = setting;
  const { d } = covariance;
  const kept = (d <= 8 ? integers(1, d) : geometricIntegers(1, d, 8)).map((i) => i - 1);
  const draw = (stream: Random) => {
    const X = sampleInputs(covariance, n, stream);
    const columns = X.mmul(X.subMatrixRow(kept).transpose()).div(n);
    return columns.transpose().mmul(columns);
  };
  const { mean, standardError } = sampleMeanMatrix(draw, { draws, random });
  const expected = expectedSquaredSecondMoment({ covariance, n }).selection(kept, kept);
  const gaps = Matrix.sub(mean, expected).abs().div(standardError);
  return { z: gaps.max(), entries: kept.length ** 2 };
}

/**
 * The largest entry of the loss's gradient outside V31 and W24 at a point of the pattern, relative to the largest within, when every prompt
 * is paired with that of weights -w. It is 0: each of these entries is odd in w, or zero by itself.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function gradientOffPattern(
  setting: TrainingSetting & { readonly V31: Matrix; readonly prompts: number; readonly random: Random },
): number {
  const { covariance, n, c, V31, prompts, random } = setting;
  const { d } = covariance;
  const layer = structuredParameters({ V31, c });
  let [off, on] = [0, 0];
  for (let i = 0; i < prompts; i++) {
    const { X, y, w } = samplePrompt({ covariance, n }, random.stream(i));
    const gradient = (sign: number) => {
      const E = embed({ X, y: y.map((value) => sign * value) }, new Float64Array(d));
      return promptLossGradient(
        E,
        layer,
        w.map((value) => sign * value),
        n,
      );
    };
    const [plus, minus] = [gradient(1), gradient(-1)];
    for (const name of ["V", "W"] as const) {
      const sum = Matrix.add(plus[name], minus[name]);
      for (let a = 0; a < sum.rows; a++) {
        for (let b = 0; b < sum.columns; b++) {
          const size = Math.abs(sum.get(a, b));
          const learned = name === "V" ? a > d && a <= 2 * d && b < d : a === d && b === 2 * d + 1;
          if (learned) on = Math.max(on, size);
          else off = Math.max(off, size);
        }
      }
    }
  }
  return off / on;
}

/** The loss at a drawn V and W less that at V_*, on the same prompts. */
export interface DrawnLoss extends Pick<Mean, "mean" | "standardError"> {
  /** Standard deviation of the entries added to V and W, in units of the root mean square of the learned block of each. */
  readonly size: number;
}

/**
 * The loss with every entry of V and W drawn around the optimum, less the loss there: no less than 0 in the mean, if that is global.
 * The same prompts for both, in pairs of weights ±w; ŵ = 0.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function drawnLosses(
  setting: TrainingSetting & { readonly sizes: readonly number[]; readonly prompts: number; readonly random: Random },
): DrawnLoss[] {
  const { covariance, n, c, sizes, prompts, random } = setting;
  const { d } = covariance;
  const V31 = optimalV({ covariance, n, c });
  const best = structuredParameters({ V31, c });
  return sizes.map((size, at) => {
    const stream = random.stream("layer", at);
    const around = (matrix: Matrix, scale: number) => {
      const entries = new Float64Array(matrix.rows * matrix.columns);
      stream.fillNormal(entries);
      const moved = matrix.clone();
      entries.forEach((value, i) => {
        const [row, column] = [Math.floor(i / matrix.columns), i % matrix.columns];
        moved.set(row, column, moved.get(row, column) + size * scale * value);
      });
      return moved;
    };
    const layer = { V: around(best.V, V31.norm("frobenius") / d), W: around(best.W, c) };
    const excess = Array.from({ length: prompts }, (_, i) => {
      const { X, y, w } = samplePrompt({ covariance, n }, random.stream("prompt", at, i));
      const of = (sign: number) => {
        const E = embed({ X, y: y.map((value) => sign * value) }, new Float64Array(d));
        const weights = w.map((value) => sign * value);
        return promptLoss(E, layer, weights, n) - promptLoss(E, best, weights, n);
      };
      return (of(1) + of(-1)) / 2;
    });
    return { size, ...meanAndError(excess) };
  });
}

/** A run on sampled prompts beside what is predicted for it; distances are relative to ‖V_*‖. */
export interface SampledTraining {
  /** η: the constant step. */
  readonly step: number;
  /** T: steps run. */
  readonly steps: number;
  /** t where the distances are recorded. */
  readonly recorded: readonly number[];
  readonly last: readonly number[];
  readonly averaged: readonly number[];
  /** Root mean squares by the linear theory, at the same t. */
  readonly predictedLast: readonly number[];
  readonly predictedAveraged: readonly number[];
}

/**
 * Stochastic gradient descent on V31 from 0, with a constant step that is stable for sampled gradients, and the linear theory of its noise.
 * η = 1/(5 h_max + 10 Σ_i h_i/B);  with ρ_j = 1 - η h_j and M_j = E‖r‖² q_j² for the gradient c r qᵀ of a prompt at V_*
 * E‖V_t - V_*‖² ≈ Σ_j [ρ_j^(2t)/(cγ_j)² + (η c² M_j/(B h_j)) (1 - ρ_j^(2t))/(2 - η h_j)],  averaged: noise (4/3t) Σ_j c² M_j/(B h_j²)
 * M is measured on prompts of its own.
 * @throws RangeError outside the domain
 * @origin ours
 */
export async function sampledTraining(
  setting: TrainingSetting & {
    readonly steps: number;
    readonly batch: number;
    readonly draws: number;
    readonly random: Random;
    readonly onProgress?: OnProgress;
  },
): Promise<SampledTraining> {
  const { covariance, n, c, steps, batch, draws, random, onProgress } = setting;
  const training = { covariance, n, c };
  const h = Array.from(hessianSpectrum(training));
  const step = 1 / (5 * h[0] + (10 * h.reduce((sum, value) => sum + value, 0)) / batch);
  const run = await stochasticGradientDescent({ ...training, step, steps, batch, random: random.stream("training"), onProgress });
  const noise = gradientNoise(training, draws, random.stream("noise")).map((value) => (c * c * value) / batch);
  const goal = goalSizes(training);
  const size = Math.hypot(...goal);
  const weighted = new Float64Array(h.length); // Σ_{s ≤ t} s ρ^s
  const recorded = Array.from(run.recorded);
  const predictedLast: number[] = [];
  const predictedAveraged: number[] = [];
  for (let t = 0, at = 0; t <= steps; t++) {
    for (let j = 0; j < h.length; j++) weighted[j] += t * (1 - step * h[j]) ** t;
    if (t !== recorded[at]) continue;
    at++;
    let [last, averaged] = [0, 0];
    for (let j = 0; j < h.length; j++) {
      const left = (1 - step * h[j]) ** (2 * t);
      last += left * goal[j] ** 2 + ((step * noise[j]) / h[j]) * ((1 - left) / (2 - step * h[j]));
      const bias = t === 0 ? 1 : (2 * weighted[j]) / (t * (t + 1));
      // An average has no more noise than its members.
      const settled = Math.min(
        (4 * noise[j]) / (3 * Math.max(1, t) * h[j] ** 2),
        (step * noise[j] * (1 - left)) / (h[j] * (2 - step * h[j])),
      );
      averaged += (bias * goal[j]) ** 2 + settled;
    }
    predictedLast.push(Math.sqrt(last) / size);
    predictedAveraged.push(Math.sqrt(averaged) / size);
  }
  const relative = (distances: Float64Array) => Array.from(distances, (value) => value / size);
  return {
    step,
    steps,
    recorded,
    last: relative(run.distances),
    averaged: relative(run.averagedDistances),
    predictedLast,
    predictedAveraged,
  };
}

/** M_j = E‖r‖² q_j² along the eigenvectors of Λ, with q = S w and r = Γ⁻¹q - w, as means over prompts. */
function gradientNoise({ covariance, n }: TrainingSetting, draws: number, random: Random): number[] {
  const { d, eigenvalues } = covariance;
  const gamma = gammaMatrix({ covariance, n }).eigenvalues;
  const w = new Float64Array(d);
  const z = new Float64Array(d * n);
  const q = new Float64Array(d);
  const sums = new Array<number>(d).fill(0);
  for (let i = 0; i < draws; i++) {
    const stream = random.stream(i);
    stream.fillNormal(w);
    stream.fillNormal(z);
    q.fill(0);
    for (let j = 0; j < n; j++) {
      let y = 0;
      for (let l = 0; l < d; l++) y += w[l] * Math.sqrt(eigenvalues[l]) * z[l * n + j];
      for (let l = 0; l < d; l++) q[l] += (Math.sqrt(eigenvalues[l]) * z[l * n + j] * y) / n;
    }
    let residual = 0;
    for (let l = 0; l < d; l++) residual += (q[l] / gamma[l] - w[l]) ** 2;
    for (let l = 0; l < d; l++) sums[l] += (residual * q[l] * q[l]) / draws;
  }
  return sums;
}

/** A start of joint training: V31 = -size I, W13 = c I, W24 = -c. */
export interface JointStart {
  readonly name: string;
  readonly size: number;
}

/** What joint training from one start has led to. */
export interface JointRun extends JointStart {
  /** W24 at the end. */
  readonly W24: number;
  /** What the conserved ‖V31‖² - W24² makes of it. */
  readonly predictedW24: number;
  /** How far sampling and steps of finite size moved that quantity. */
  readonly drift: number;
  /** Largest change of an entry of W13. */
  readonly changeW13: number;
  /** Largest entry outside V31, W13 and W24. */
  readonly offPattern: number;
  /** ‖V31 W24 - Γ⁻¹‖/‖Γ⁻¹‖: what a single step rests on. */
  readonly missDirect: number;
  /** ‖-V31 W13 - Γ⁻¹‖/‖Γ⁻¹‖: what a chain rests on besides. */
  readonly missChain: number;
  /** W24 at the end of the same steps with exact gradients. */
  readonly exactW24: number;
  /** ‖V31 W24 - Γ⁻¹‖/‖Γ⁻¹‖ at the end of these. */
  readonly left: number;
  /** What the noise of the sampled gradients may do to W24, at most about, relative. */
  readonly noise: number;
  readonly parameters: LsaParameters;
}

/** The start from which W24 ends at -c: ‖V31‖_F = ‖Γ⁻¹‖_F/c. */
export function balancedStart({ covariance, n, c }: TrainingSetting): JointStart {
  return { name: "balanced", size: gammaMatrix({ covariance, n }).inverse().norm("frobenius") / (c * Math.sqrt(covariance.d)) };
}

/**
 * Where joint training from V31 = -size I leads W24, if ‖V31‖_F² - W24² = C keeps its first value and V31 W24 becomes Γ⁻¹.
 * W24² = (√(C² + 4‖Γ⁻¹‖_F²) - C)/2,  W24 < 0
 * @throws RangeError outside the domain
 * @origin ours
 */
export function conservedW24({ covariance, n, c, size }: TrainingSetting & { readonly size: number }): number {
  const G = gammaMatrix({ covariance, n }).inverse().norm("frobenius");
  const C = covariance.d * size ** 2 - c ** 2;
  const root = Math.hypot(C, 2 * G);
  return -(C > 0 ? G * Math.sqrt(2 / (root + C)) : Math.sqrt((root - C) / 2)); // free of cancellation
}

/**
 * Trains every entry of V and W on fresh prompts with ŵ = 0, from structured starts, with a step that falls like a cosine to 0.
 * Its peak is 1/(M (2 h_max + 10 Σ_i h_i/B + E(wᵀSw)²)), h_i = λ_iγ_i, with M the largest of ‖V31‖² + W24² at the start and at the end: the last
 * term is the curvature of the entries beside V31 that read wᵀSw, and the largest. The noise moves C by at most about (3/8)T η² M E‖rqᵀ‖²/B.
 * @throws RangeError outside the domain
 * @origin ours
 */
export async function jointRuns(
  setting: TrainingSetting & {
    readonly starts: readonly JointStart[];
    readonly steps: number;
    readonly batch: number;
    readonly random: Random;
    readonly onProgress?: OnProgress;
  },
): Promise<JointRun[]> {
  const { covariance, n, c, starts, steps, batch, random, onProgress } = setting;
  const { d, trace, eigenvalues } = covariance;
  const inverse = gammaMatrix({ covariance, n }).inverse();
  const G = inverse.norm("frobenius");
  const h = hessianSpectrum({ covariance, n, c: 1 });
  const total = (values: ArrayLike<number>) => Array.from(values).reduce((sum, value) => sum + value, 0);
  const reading = trace ** 2 + (2 * total(eigenvalues.map((value) => value ** 2))) / n + 2 * total(h); // E(wᵀSw)²
  const curvature = 2 * h[0] + (10 * total(h)) / batch + reading;
  const sampled = total(gradientNoise({ covariance, n, c }, 500, random.stream("noise")));
  const relative = (product: Matrix) => Matrix.sub(product, inverse).norm("frobenius") / G;
  const runs: JointRun[] = [];
  for (const [i, { name, size }] of starts.entries()) {
    const predictedW24 = conservedW24({ covariance, n, c, size });
    const final = predictedW24 ** 2 + (G / predictedW24) ** 2;
    const largest = Math.max(d * size ** 2 + c ** 2, final);
    const peak = 1 / (largest * curvature);
    const step = cosineSchedule(peak);
    const run = await jointTraining({
      covariance,
      n,
      start: structuredParameters({ V31: Matrix.eye(d, d, -size), c }),
      steps,
      batch,
      step,
      random: random.stream(name),
      onProgress: (done) => onProgress?.(i * steps + done, starts.length * steps),
    });
    const end = run.trajectory[run.trajectory.length - 1];
    const exact = exactJointTraining({ covariance, n, c }, size, steps, step);
    runs.push({
      name,
      size,
      W24: end.W24,
      predictedW24,
      drift: end.invariant - run.trajectory[0].invariant,
      changeW13: Matrix.sub(end.W13, Matrix.eye(d, d, c)).norm("max"),
      offPattern: end.offPatternMax,
      missDirect: relative(Matrix.mul(end.V31, end.W24)),
      missChain: relative(Matrix.mul(end.V31.mmul(end.W13), -1)),
      exactW24: exact.W24,
      left: exact.left,
      noise: (0.1875 * steps * peak ** 2 * largest * sampled) / (batch * final),
      parameters: run.parameters,
    });
  }
  return runs;
}

/** Joint training as the rows of a table. */
export const jointRows = (runs: readonly JointRun[]) =>
  runs.map((run) => ({
    start: run.name,
    "W24 at the end": run.W24,
    "W24 by (8)": run.predictedW24,
    "drift of C": run.drift,
    "largest change of W13": run.changeW13,
    "largest entry off the pattern": run.offPattern,
    "V31 W24 against Γ⁻¹": run.missDirect,
    "−V31 W13 against Γ⁻¹": run.missChain,
    "W24, exact gradients": run.exactW24,
    "V31 W24 then": run.left,
  }));

/** What a chain of thought comes to on an endless prompt, once W24 is where {@link conservedW24} says and V31 W24 is Γ⁻¹. */
export interface ChainEnd {
  /** |W24| at the end. */
  readonly size: number;
  /** |W24|/c: the multiple of w that is the fixed point. */
  readonly factor: number;
  /** Whether the chain gets there: (c/|W24|) λ_i/γ_i < 2 for all i. */
  readonly converges: boolean;
}

/**
 * Where a chain ends after joint training from V31 = -size I.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function chainEnd(setting: TrainingSetting & { readonly size: number }): ChainEnd {
  const { covariance, c } = setting;
  const size = -conservedW24(setting);
  const longest = Math.max(...integers(1, covariance.d).map((i) => recoveredShare(setting, i)));
  return { size, factor: size / c, converges: (c / size) * longest < 2 };
}

/** The same training by the exact gradient, in V31 = -Q diag(u) Qᵀ and W24 = -b, to which step 5 of notebook 01 reduces it. */
function exactJointTraining({ covariance, n, c }: TrainingSetting, size: number, steps: number, step: StepSchedule) {
  const { d, eigenvalues } = covariance;
  const gamma = gammaMatrix({ covariance, n }).eigenvalues;
  const u = new Float64Array(d).fill(size);
  let b = c;
  for (let t = 0; t < steps; t++) {
    const eta = step(t, steps);
    let pull = 0;
    const pulls = u.map((value, i) => eigenvalues[i] * (1 - b * value * gamma[i]));
    for (let i = 0; i < d; i++) {
      pull += u[i] * pulls[i];
      u[i] += eta * b * pulls[i];
    }
    b += eta * pull;
  }
  const gaps = Array.from(u, (value, i) => b * value - 1 / gamma[i]);
  return { W24: -b, left: Math.hypot(...gaps) / Math.hypot(...Array.from(gamma, (value) => 1 / value)) };
}

/** A point of training that is neither optimal nor symmetric: half of V_*, and a wave over it of a fifth of its typical entry. */
export function skewPoint(setting: TrainingSetting): Matrix {
  const optimum = optimalV(setting);
  const { d } = setting.covariance;
  const size = optimum.norm("frobenius") / d;
  const wave = Matrix.eye(d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) wave.set(i, j, 0.2 * size * Math.sin(1 + i + 3 * j));
  return Matrix.mul(optimum, 0.5).add(wave);
}

/**
 * How far a layer's chain of thought is from a multiple of the weights of a prompt: ‖w_k - factor w‖/‖w‖, k = 0..K; null where it is rounding.
 * @throws RangeError outside the domain, or when an estimate overflows
 * @origin ours
 */
export function chainDistance(prompt: Prompt, parameters: LsaParameters, steps: number, factor = 1): (number | null)[] {
  const norm = (values: Float64Array) => Math.hypot(...values);
  return rollout(prompt, parameters, { steps })
    .map((estimate) => norm(estimate.map((value, i) => value - factor * prompt.w[i])) / norm(prompt.w))
    .map((distance) => (distance > 1e-14 ? distance : null));
}

/**
 * {@link chainDistance} on one prompt, by layer and target: W frozen, the two runs of {@link jointRuns}, and the first of these to the multiple
 * of w that it heads for.
 * @throws RangeError outside the domain, or when an estimate overflows
 * @origin ours
 */
export function chainCurves(
  setting: TrainingSetting & {
    /** Examples in the prompt. */
    readonly m: number;
    readonly joint: readonly JointRun[];
    /** The first run began at V31 = -start I. */
    readonly start: number;
    /** Steps of thought. */
    readonly thoughts: number;
    readonly random: Random;
  },
): Record<string, (number | null)[]> {
  const { covariance, n, c, m, joint, start, thoughts, random } = setting;
  const prompt = samplePrompt({ covariance, n: m }, random);
  const frozen = structuredParameters({ V31: optimalV({ covariance, n, c }), c });
  const [chosen, balanced] = joint;
  const factor = -chosen.W24 / c;
  return {
    "W frozen, to w": chainDistance(prompt, frozen, thoughts),
    [`V31 = −${start} I, to w`]: chainDistance(prompt, chosen.parameters, thoughts),
    [`V31 = −${start} I, to ${formatNumber(factor, 3)} w`]: chainDistance(prompt, chosen.parameters, thoughts, factor),
    "balanced start, to w": chainDistance(prompt, balanced.parameters, thoughts),
  };
}

/** @file Proposition 3.2's experiments: the layer beside its recursion and closed form, Γ⁻¹ beside the inverse Hessians, and other methods on the same prompts. */

import { finiteDifferenceGradient } from "cotlab/dist/core/finiteDifference";
import { distinct, geometricIntegers } from "cotlab/dist/core/grids";
import { tailDiagnosis } from "cotlab/dist/core/heavyTail";
import type { Random } from "cotlab/dist/core/random";
import { meanAndError, type Quantile, quantiles } from "cotlab/dist/core/statistics";
import type { Estimator } from "cotlab/dist/estimators/estimator";
import { gradientDescent, newton } from "cotlab/dist/estimators/gradientDescent";
import { conjugateGradient } from "cotlab/dist/estimators/krylov";
import { bayesRidge } from "cotlab/dist/estimators/leastSquares";
import { chainOfThought, populationNewton } from "cotlab/dist/estimators/preconditionedIteration";
import { SymmetricWorkspace } from "cotlab/dist/linalg/symmetricWorkspace";
import { rollout } from "cotlab/dist/model/chainOfThought";
import { Covariance } from "cotlab/dist/model/covariance";
import type { Examples } from "cotlab/dist/model/embedding";
import { type GammaParams, gammaEigenvalues, gammaMatrix, inverseGamma } from "cotlab/dist/model/gamma";
import { type LsaParameters, structuredParameters } from "cotlab/dist/model/linearSelfAttention";
import { type Prompt, samplePrompt } from "cotlab/dist/model/prompt";
import { secondMomentSampler } from "cotlab/dist/model/wishart";
import { inTurn } from "cotlab/dist/notebook/inTurn";
import { cotError } from "cotlab/dist/simulation/cotError";
import { estimatorErrors } from "cotlab/dist/simulation/estimatorErrors";
import { simulate } from "cotlab/dist/simulation/simulate";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { pseudoNewtonClosedForm, pseudoNewtonStep, stepsOfPaperIndex } from "cotlab/dist/theory/paper/proposition32";
import { Matrix } from "ml-matrix";

type OnProgress = (done: number, total: number) => void;

/** The largest difference of two vectors, relative to a size: by default the largest entry of the second. */
export function relativeGap(a: ArrayLike<number>, b: ArrayLike<number>, size = Math.max(...Array.from(b, Math.abs))): number {
  const gap = Math.max(...Array.from(b, (value, i) => Math.abs(a[i] - value)));
  return gap === 0 ? 0 : gap / size;
}

/** Estimates of one chain, w_0 to w_K, in several ways. */
export interface ChainWays {
  /** The layer, a thought replaced by the next. */
  readonly layer: readonly Float64Array[];
  /** The closed form. */
  readonly closedForm: readonly Float64Array[];
  /** The largest entry of w and of the estimates up to each k. */
  readonly sizes: readonly number[];
  /** The other ways, by name, and their largest difference from the layer, relative to `sizes`. */
  readonly gaps: Readonly<Record<string, number>>;
}

/**
 * A chain of thought by the layer with the thought replaced, and with it appended, with another c, by the recursion and in closed form.
 * @throws RangeError outside the domain, or when an estimate overflows
 * @origin ours
 */
export function chainWays({
  prompt,
  preconditioner,
  c,
  steps,
}: {
  readonly prompt: Prompt;
  /** A = Γ⁻¹, (d, d). */
  readonly preconditioner: Matrix;
  /** c: scale of the attention block; not 0. */
  readonly c: number;
  readonly steps: number;
}): ChainWays {
  const layerOf = (scale: number): LsaParameters => structuredParameters({ V31: Matrix.mul(preconditioner, -1 / scale), c: scale });
  const layer = rollout(prompt, layerOf(c), { steps });
  const moment = prompt.X.mmul(prompt.X.transpose()).div(prompt.X.columns);
  const closedForm = layer.map((_, k) => pseudoNewtonClosedForm({ preconditioner, moment, w: prompt.w, k }));
  const ways = {
    "layer, thought appended": rollout(prompt, layerOf(c), { steps, mode: "append" }),
    "layer, c = −3": rollout(prompt, layerOf(-3), { steps }),
    "recursion (1)": chainOfThought({ preconditioner }).estimate(prompt, steps),
    "closed form (5)": closedForm,
  };
  const own = layer.map((estimate) => Math.max(...estimate.map(Math.abs), ...prompt.w.map(Math.abs)));
  const sizes = own.map((_, k) => Math.max(...own.slice(0, k + 1)));
  const gap = (estimates: readonly Float64Array[]) => Math.max(...layer.map((w, k) => relativeGap(estimates[k], w, sizes[k])));
  return { layer, closedForm, sizes, gaps: Object.fromEntries(Object.entries(ways).map(([name, estimates]) => [name, gap(estimates)])) };
}

/** The derivatives of a prompt's test loss beside their formulas, as largest relative differences. */
export interface LossDerivatives {
  /** Gradient against central differences of ℓ. */
  readonly gradient: number;
  /** Differences of the gradient along the axes against S. */
  readonly hessian: number;
}

/**
 * Gradient and Hessian of ℓ(w) = ‖y - Xᵀw‖²/(2m) at a point; the Hessian along a few axes, spread over all.
 * @throws RangeError when shapes disagree
 * @origin ours
 */
export function lossDerivatives(prompt: Prompt, estimate: Float64Array): LossDerivatives {
  const { X } = prompt;
  const d = X.rows;
  const gradient = (w: Float64Array) => pseudoNewtonStep(prompt, Matrix.eye(d, d), w).map((next, i) => w[i] - next);
  const loss = (w: Matrix) => promptTestLoss(prompt, w.to1DArray());
  const there = gradient(estimate);
  const byDifferences = finiteDifferenceGradient(loss, Matrix.columnVector([...estimate]), 1e-3).to1DArray(); // exact: ℓ is quadratic
  const S = X.mmul(X.transpose()).div(X.columns);
  const axes = geometricIntegers(1, d, 30).map((i) => i - 1);
  const rows = axes.flatMap((j) => {
    const moved = gradient(estimate.map((value, i) => (i === j ? value + 1 : value)));
    return Array.from(moved, (value, i) => value - there[i]);
  });
  return {
    gradient: relativeGap(byDifferences, there),
    hessian: relativeGap(
      rows,
      axes.flatMap((j) => S.getRow(j)),
    ),
  };
}

/**
 * The median over prompts of ρ(Γ⁻¹, S) = max_i |1 - μ_i|, μ_i the eigenvalues of Γ⁻¹S, for several training lengths; a Λ that is diagonal.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function hessianDistances({
  covariance,
  lengths,
  m,
  prompts,
  random,
}: {
  readonly covariance: Covariance;
  /** n: training lengths. */
  readonly lengths: readonly number[];
  readonly m: number;
  readonly prompts: number;
  readonly random: Random;
}): Quantile[] {
  const { d } = covariance;
  const draw = secondMomentSampler({ covariance, m });
  const workspace = new SymmetricWorkspace(d);
  const roots = lengths.map((n) => gammaEigenvalues({ covariance, n }).map((gamma) => 1 / Math.sqrt(gamma)));
  const values = lengths.map(() => new Float64Array(prompts));
  for (let p = 0; p < prompts; p++) {
    const S = draw(random.stream(p));
    roots.forEach((root, at) => {
      const mu = workspace.eigenvalues(S.map((value, i) => value * root[Math.floor(i / d)] * root[i % d]));
      values[at][p] = Math.max(Math.abs(1 - mu[0]), Math.abs(1 - mu[d - 1]));
    });
  }
  return values.map((each) => quantiles(each, [0.5])[0]);
}

/** A mean over random weights at a number of steps. */
export interface LayerError {
  readonly k: number;
  readonly mean: number;
  readonly standardError: number;
}

/**
 * ‖w_k - w‖² of the layer over random weights, for given inputs: each draw makes labels, embeds the prompt and runs the layer.
 * @throws RangeError outside the domain, or when an estimate overflows
 * @origin ours
 */
export async function layerErrors({
  inputs,
  layer,
  ks,
  draws,
  random,
  onProgress,
}: {
  /** X, (d, m). */
  readonly inputs: Matrix;
  readonly layer: LsaParameters;
  readonly ks: readonly number[];
  readonly draws: number;
  readonly random: Random;
  readonly onProgress?: OnProgress;
}): Promise<LayerError[]> {
  const last = Math.max(...ks);
  const errors = ks.map(() => new Float64Array(draws));
  const transposed = inputs.transpose();
  for (let i = 0; i < draws; i++) {
    const w = random.stream(i).fillNormal(new Float64Array(inputs.rows));
    const y = transposed.mmul(Matrix.columnVector(Array.from(w))).to1DArray();
    const estimates = rollout({ X: inputs, y }, layer, { steps: last });
    ks.forEach((k, at) => {
      errors[at][i] = estimates[k].reduce((sum, value, j) => sum + (value - w[j]) ** 2, 0);
    });
    if (i % 50 === 49 || i === draws - 1) {
      onProgress?.(i + 1, draws);
      await new Promise<void>((resolve) => {
        setImmediate(resolve);
      });
    }
  }
  return ks.map((k, at) => {
    const { mean, standardError } = meanAndError(errors[at]);
    return { k, mean, standardError };
  });
}

/** Paths of methods in the plane, from 0 to w = (1, 1). */
export interface PlanePaths {
  readonly paths: readonly { readonly name: string; readonly x: readonly number[]; readonly y: readonly number[] }[];
  /** Level lines of the test loss; null where they leave the frame. */
  readonly levels: readonly { readonly x: readonly (number | null)[]; readonly y: readonly (number | null)[] }[];
  /** Ranges of the two axes that hold 0, w and the paths, up to three times the way. */
  readonly frame: { readonly x: readonly [number, number]; readonly y: readonly [number, number] };
}

/**
 * Eight steps of chain of thought, gradient descent, Newton and conjugate gradients on one prompt of two dimensions, λ = (1, weak).
 * @throws RangeError outside the domain
 * @origin ours
 */
export function planePaths({
  weak,
  n,
  m,
  random,
}: {
  readonly weak: number;
  readonly n: number;
  /** m: examples in the prompt; integer >= 2. */
  readonly m: number;
  readonly random: Random;
}): PlanePaths {
  const covariance = Covariance.diagonal([1, weak]);
  const prompt = samplePrompt({ covariance, n: m, w: [1, 1] }, random);
  const methods = [
    chainOfThought({ preconditioner: inverseGamma({ covariance, n }) }),
    gradientDescent({ step: "1/L" }),
    newton(),
    conjugateGradient(),
  ];
  const paths = methods.map(({ name, estimate }) => {
    const path = estimate(prompt, 8);
    return { name, x: path.map((w) => w[0]), y: path.map((w) => w[1]) };
  });
  const range = (values: readonly number[]): [number, number] => {
    const [low, high] = [Math.max(-2, Math.min(0, ...values)), Math.min(4, Math.max(1, ...values))];
    const margin = 0.25 * (high - low);
    return [low - margin, high + margin];
  };
  const frame = { x: range(paths.flatMap(({ x }) => x)), y: range(paths.flatMap(({ y }) => y)) };
  const moment = Covariance.fromMatrix(prompt.X.mmul(prompt.X.transpose()).div(m));
  const halfRoot = moment.apply((value) => 1 / Math.sqrt(value));
  const startLoss = moment.matrix.sum() / 2; // at 0, where w' - w = -(1, 1)
  const levels = [1, 0.3, 0.1, 0.02].map((share) => {
    const points = Array.from({ length: 361 }, (_, i) => {
      const angle = (2 * Math.PI * i) / 360;
      const [x, y] = halfRoot
        .mmul(Matrix.columnVector([Math.cos(angle), Math.sin(angle)]))
        .mul(Math.sqrt(2 * share * startLoss))
        .to1DArray();
      return [x + 1, y + 1];
    });
    const inside = ([x, y]: number[]) => x > frame.x[0] && x < frame.x[1] && y > frame.y[0] && y < frame.y[1];
    return { x: points.map((point) => (inside(point) ? point[0] : null)), y: points.map((point) => (inside(point) ? point[1] : null)) };
  });
  return { paths, levels, frame };
}

/** Squared errors of methods on one noise-free prompt, and how fast they fall. */
export interface PromptRace {
  readonly name: string;
  /** ‖w_k - w‖², k = 0..K; null below 1e-20 of the start and beyond 1e200, where it is rounding or runs away. */
  readonly errors: readonly (number | null)[];
  /** The first k with an error of at most a hundredth of the start; null when there is none. */
  readonly toHundredth: number | null;
}

/**
 * Methods on one prompt.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function promptRace(prompt: Prompt, methods: readonly Estimator[], steps: number): PromptRace[] {
  return methods.map(({ name, estimate }) => {
    const errors = estimate(prompt, steps).map((w) => w.reduce((sum, value, i) => sum + (value - prompt.w[i]) ** 2, 0));
    const first = errors.findIndex((error) => error <= errors[0] / 100);
    const seen = (error: number) => error > 1e-20 * errors[0] && error < 1e200;
    return { name, errors: errors.map((error) => (seen(error) ? error : null)), toHundredth: first < 0 ? null : first };
  });
}

/** Methods that solve a prompt, by the names of tables and legends. */
export const METHODS = [
  "chain of thought",
  "gradient descent",
  "conjugate gradients",
  "CG with Γ⁻¹",
  "Newton with Λ⁻¹",
  "least squares",
  "Bayes ridge",
] as const;
/** One of {@link METHODS}. */
export type Method = (typeof METHODS)[number];

/** The methods that come step by step, which is all that differ without noise. */
export const STEPWISE = METHODS.slice(0, 5);
/** The methods that are compared under noise; the last cannot be beaten. */
export const UNDER_NOISE = METHODS.filter((name) => name !== "Newton with Λ⁻¹");

/** A method under its name. */
export function methodNamed(name: Method, training: GammaParams): Estimator {
  const { covariance, noise = 0 } = training;
  const preconditioner = inverseGamma(training);
  const made = {
    "chain of thought": () => chainOfThought({ preconditioner }),
    "gradient descent": () => gradientDescent({ step: "1/L" }),
    "conjugate gradients": () => conjugateGradient(),
    "CG with Γ⁻¹": () => conjugateGradient({ preconditioner }),
    "Newton with Λ⁻¹": () => populationNewton({ covariance }),
    "least squares": () => newton(),
    "Bayes ridge": () => bayesRidge({ noise }),
  }[name]();
  return { ...made, name };
}

/**
 * Squared errors of methods on the same prompts, by their names; noise is that of training and test alike.
 * @throws RangeError outside the domain
 * @origin ours
 */
export async function methodCurves<M extends Method>({
  methods,
  training,
  m,
  steps,
  draws,
  seed,
}: {
  readonly methods: readonly M[];
  readonly training: GammaParams;
  readonly m: number;
  readonly steps: number;
  readonly draws: number;
  readonly seed: number;
}): Promise<Readonly<Record<M, Curve>>> {
  const estimators = methods.map((name) => methodNamed(name, training));
  const experiment = estimatorErrors({ test: training.covariance, m, steps, noise: training.noise, estimators });
  const { curves } = await simulate(experiment, { draws, seed });
  return Object.fromEntries(methods.map((name, i) => [name, curves[i]])) as Record<M, Curve>;
}

/** The share of draws in which the first curve lies below the second. */
export function shareBelow(curve: Curve, reference: Curve, k: number): number {
  const other = reference.values(k);
  return curve.values(k).filter((value, i) => value < other[i]).length / curve.n;
}

/** A line with its band for a chart: null where there is nothing to see. */
export interface Band {
  readonly y: readonly (number | null)[];
  readonly lower: readonly (number | null)[];
  readonly upper: readonly (number | null)[];
}

function band(points: readonly ({ readonly value: number; readonly low: number; readonly high: number } | null)[]): Band {
  const part = (key: "value" | "low" | "high") => points.map((point) => point?.[key] ?? null);
  return { y: part("value"), lower: part("low"), upper: part("high") };
}

/** The medians of a curve with their 95 % intervals, where these lie between 1e-6 and 1e200. */
export function medianBand(curve: Curve): Band {
  return band(curve.points.map(({ median }) => (median.low > 1e-6 && median.high < 1e200 ? median : null)));
}

/** Mean excesses above 1e-12, none at k = 0, with 95 % intervals where these do not hold 0 and the tail lets a mean be measured. */
export function excessBand(points: readonly (Excess | null)[]): Band {
  const seen = points.map((point, k) => (k > 0 && point !== null && point.mean > 1e-12 ? point : null));
  const end = (z: number) =>
    seen.map((point) => {
      const measured = point !== null && !point.heavy && point.mean > 1.96 * point.standardError;
      return measured ? point.mean + z * point.standardError : null;
    });
  return { y: seen.map((point) => point?.mean ?? null), lower: end(-1.96), upper: end(1.96) };
}

/** Series over k = 0, 1, ..., up to the last k at which one of them has a value, and no fewer than two points. */
export function overSteps<S extends Pick<Band, "y"> & Partial<Band>>(series: readonly S[]): (S & { x: number[] })[] {
  const last = Math.max(1, ...series.flatMap(({ y }) => y.map((value, k) => (value === null ? 0 : k))));
  return series.map((each) => ({
    ...each,
    x: Array.from({ length: last + 1 }, (_, k) => k),
    y: each.y.slice(0, last + 1),
    ...(each.lower && each.upper ? { lower: each.lower.slice(0, last + 1), upper: each.upper.slice(0, last + 1) } : {}),
  }));
}

/** A paired mean difference at one k. */
export interface Excess {
  readonly mean: number;
  readonly standardError: number;
  /** Whether |differences| have a tail so heavy that this mean is none. */
  readonly heavy: boolean;
}

/**
 * By how much a curve lies above another on the same prompts, k by k; null where an error overflowed.
 * @throws RangeError for curves with other points or draws
 * @origin standard, paired comparison
 */
export function excessOver(curve: Curve, reference: Curve): (Excess | null)[] {
  return curve.x.map((_, k) => {
    const base = reference.values(k);
    const difference = curve.values(k).map((value, i) => value - base[i]);
    if (!difference.every(Number.isFinite)) return null;
    const { mean, standardError } = meanAndError(difference);
    const { heavyTail } = tailDiagnosis(difference.map(Math.abs));
    return { mean, standardError, heavy: heavyTail === "mean" || heavyTail === "variance" };
  });
}

/** A method stopped at its own best k. */
export interface Stopped {
  readonly k: number;
  readonly mean: number;
  readonly standardError: number;
  /** The errors there, draw by draw. */
  readonly values: Float64Array;
}

/**
 * A curve at the k in 1..K of its least mean; a later k must be better by more than rounding.
 * @param cap errors are counted up to this; +Infinity counts them in full
 * @throws RangeError for a curve whose errors overflow at every k
 * @origin ours
 */
export function stoppedAtBest(curve: Curve, cap = Number.POSITIVE_INFINITY): Stopped {
  const at = (k: number): Stopped | null => {
    const values = curve.values(k).map((value) => Math.min(value, cap));
    return values.every(Number.isFinite) ? { k, ...meanAndError(values), values } : null;
  };
  const all = curve.x.slice(1).map((_, i) => at(i + 1));
  const best = all.reduce((least, next) => (next && (!least || next.mean < (1 - 1e-6) * least.mean) ? next : least), null);
  if (!best) throw new RangeError("stoppedAtBest: curve must have a k >= 1 with finite errors");
  return best;
}

/**
 * The mean difference of two stopped methods on the same prompts, a - b.
 * @throws RangeError for different numbers of draws
 * @origin standard, paired comparison
 */
export function stoppedGap(a: Stopped, b: Stopped): { mean: number; standardError: number } {
  return meanAndError(a.values.map((value, i) => value - b.values[i]));
}

/** Methods stopped on prompts of one length, the chain of thought first. */
export interface StoppedMethods {
  readonly m: number;
  /** Errors of the chain are counted up to this. */
  readonly cap: number;
  /** The methods, each at its own best k. */
  readonly at: readonly (Stopped & { readonly method: Method; readonly heavyTail: string; readonly median: number })[];
  /** Their mean differences from the chain. */
  readonly gaps: readonly { readonly mean: number; readonly standardError: number }[];
}

/**
 * Methods stopped at their own best k. On prompts no longer than those of training the fixed steps of the chain may diverge: there its errors
 * are counted up to d, that of the first estimate.
 * @throws RangeError for curves whose errors overflow at every k
 * @origin ours
 */
export function stoppedMethods<M extends Method>(
  curves: Readonly<Record<M, Curve>>,
  methods: readonly M[],
  { m, n, d }: { readonly m: number; readonly n: number; readonly d: number },
): StoppedMethods {
  const cap = m > n ? Number.POSITIVE_INFINITY : d;
  const at = methods.map((method, i) => {
    const stopped = stoppedAtBest(curves[method], i === 0 ? cap : Number.POSITIVE_INFINITY);
    const { heavyTail, median } = curves[method].points[stopped.k];
    return { ...stopped, method, heavyTail, median: median.value };
  });
  return { m, cap, at, gaps: at.map((each) => stoppedGap(each, at[0])) };
}

/** The same as the rows of a table. */
export const stoppedRows = ({ m, cap, at, gaps }: StoppedMethods) =>
  at.map(({ method, k, mean, standardError, heavyTail, median }, i) => ({
    method,
    m,
    "counted up to": i === 0 ? cap : Number.POSITIVE_INFINITY,
    "best k": k,
    mean,
    se: standardError,
    "heavy tail": heavyTail,
    "minus CoT's": gaps[i].mean,
    "± se": gaps[i].standardError,
    median,
  }));

/**
 * Median errors of the chain on prompts of several lengths, where the layer divides by their examples m and where it divides by n, as the rows
 * of a table: with the divisor n the pivot is (n/m)Γ.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function divisorRows(setting: {
  readonly covariance: Covariance;
  readonly n: number;
  readonly lengths: readonly number[];
  readonly steps: number;
  readonly draws: number;
  readonly seed: number;
}) {
  const { covariance, n, lengths, steps, draws, seed } = setting;
  const gamma = gammaMatrix({ covariance, n });
  const cases = lengths.flatMap((m) => [
    { m, divisor: "m, what it sees", pivot: gamma },
    { m, divisor: "n, as in training", pivot: Covariance.diagonal(gamma.eigenvalues.map((value) => (value * n) / m)) },
  ]);
  return inTurn("both divisors", cases, async ({ m, divisor, pivot }) => {
    const experiment = cotError({ test: covariance, m, steps, gamma: pivot, weights: "drawn" });
    const { points } = (await simulate(experiment, { draws, seed })).curves[0];
    const medians = distinct([1, Math.ceil(steps / 4), steps]).map((k) => [`median, k = ${k}`, points[k].median.value]);
    return { "examples m": m, divisor, ...Object.fromEntries(medians), "above the start at the end": points[steps].diverged };
  });
}

/**
 * The least m at which a layer that divides by n diverges on long prompts, S ≈ Λ: (m/n) λ_1/γ_1 > 2, so m > 2 (n + 1 + tr Λ/λ_1).
 * @throws RangeError outside the domain
 * @origin ours
 */
export const divergingLength = ({ covariance, n }: { readonly covariance: Covariance; readonly n: number }): number =>
  Math.floor(2 * (n + 1 + covariance.trace / covariance.lambdaMax)) + 1;

/** The paper's closed form with exponent k beside the layer's estimates, under two names of the start, as the rows of a table. */
export function indexRows({ layer, closedForm, sizes }: ChainWays, indices: readonly number[]) {
  const difference = (index: number, k: number) => relativeGap(closedForm[index - 1], layer[k], sizes[k]);
  return indices.map((index) => ({
    "paper's name": `w_${index}`,
    "exponent k": index - 1,
    "steps, start called w_1": stepsOfPaperIndex(index),
    "difference, start w_1": difference(index, stepsOfPaperIndex(index)),
    "steps, start called w_0": index,
    "difference, start w_0": difference(index, index),
  }));
}

/** Medians of ρ(Γ⁻¹, S) over training lengths, for prompts of m examples. */
export interface NewtonDistances {
  readonly m: number;
  readonly medians: readonly Quantile[];
  /** The least of them, and the training length where it is. */
  readonly least: Quantile & { readonly n: number };
  /** That at the longest. */
  readonly last: Quantile;
}

/** {@link hessianDistances}, and where they are least. */
export function newtonDistances(setting: Parameters<typeof hessianDistances>[0]): NewtonDistances {
  const { m, lengths } = setting;
  const medians = hessianDistances(setting);
  const at = medians.reduce((best, { value }, i) => (value < medians[best].value ? i : best), 0);
  return { m, medians, least: { ...medians[at], n: lengths[at] }, last: medians[medians.length - 1] };
}

/** What a method without prior knowledge gets of it: the mean error of a method at its own best k against that of the chain. */
export function besideChain({ m, cap, gaps }: StoppedMethods, i: number): string {
  const { mean, standardError } = gaps[i];
  // Where the chain's error is counted only up to d, its mean is a lower bound, and a method above it is not behind for that.
  const above = cap < Number.POSITIVE_INFINITY ? "not judged against" : "behind";
  const side = Math.abs(mean) <= 2 * standardError ? "not told apart from" : mean < 0 ? "ahead of" : above;
  return `${side} a chain of thought stopped at its own for m = ${m}`;
}

/**
 * ℓ(w) = ‖y - Xᵀw‖²/(2m), the test loss of a prompt.
 * @throws RangeError when shapes disagree
 * @origin paper, Proposition 3.2
 */
export function promptTestLoss({ X, y }: Examples, w: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < X.columns; j++) {
    let residual = y[j];
    for (let i = 0; i < X.rows; i++) residual -= X.get(i, j) * w[i];
    sum += residual * residual;
  }
  return sum / (2 * X.columns);
}

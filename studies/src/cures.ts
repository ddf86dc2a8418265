/** @file What notebook 14 computes: chains that are shortened, carried on by momentum, trained for several steps, or stopped, on the same prompts. */
import { bisect } from "cotlab/dist/core/bisection";
import { integers } from "cotlab/dist/core/grids";
import type { Random } from "cotlab/dist/core/random";
import { type Mean, meanAndError, type Quantile, quantiles } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { multiply, transpose } from "cotlab/dist/linalg/dense";
import { rowMajor } from "cotlab/dist/linalg/layout";
import { eigenvaluesOf } from "cotlab/dist/linalg/spectrum";
import { Covariance, toMatrix } from "cotlab/dist/model/covariance";
import { gammaEigenvalues, inverseGamma } from "cotlab/dist/model/gamma";
import type { AlignmentParams } from "cotlab/dist/model/pencil";
import { formatNumber } from "cotlab/dist/notebook/table";
import { counted, fromLog, listed } from "cotlab/dist/notebook/words";
import { dampingLimits, logDampedCurve, type StepMethod } from "cotlab/dist/theory/finite/damping";
import { divergingShare } from "cotlab/dist/theory/finite/divergingShare";
import { limitBestSteps } from "cotlab/dist/theory/paper/limitBestSteps";
import { loopedSpectrum } from "cotlab/dist/theory/training/loopedSpectrum";
import { bestLoopedSteps, logLoopedError, loopedCriticalTestLength, loopedTraining } from "cotlab/dist/theory/training/loopedTraining";
import { affordable, identityCovariance, type TrainedPair } from "./overthinking";

type OnProgress = (done: number, total: number) => void;

/** The four ways to take steps, in the order of what they know. */
export const METHODS: readonly StepMethod[] = ["plain", "damped", "momentum", "chebyshev"];
/** What figures and tables call them. */
export const METHOD_NAMES: Readonly<Record<StepMethod, string>> = {
  plain: "plain",
  damped: "damped, best η",
  momentum: "momentum",
  chebyshev: "Chebyshev",
};

/** The coefficients of a step w ← w - αA(Sw - b) + β(w - w_before), at each k. */
type Coefficients = (k: number) => { readonly alpha: number; readonly beta: number };

/** From the ends a <= b of the spectrum of AS. */
function coefficients(method: StepMethod, a: number, b: number): Coefficients {
  const [rootA, rootB] = [Math.sqrt(a), Math.sqrt(b)];
  if (method === "plain") return () => ({ alpha: 1, beta: 0 });
  if (method === "damped") return () => ({ alpha: 2 / (a + b), beta: 0 });
  if (method === "momentum") return () => ({ alpha: 4 / (rootA + rootB) ** 2, beta: ((rootB - rootA) / (rootA + rootB)) ** 2 });
  // Chebyshev's iteration, by the recursion of its two-term form.
  const [middle, half] = [(a + b) / 2, (b - a) / 2];
  const omegas: number[] = [];
  return (k) => {
    for (let j = omegas.length; j <= k; j++) {
      const kept = j === 0 ? 0 : (half * half * omegas[j - 1]) / (j === 1 ? 2 : 4);
      omegas.push(1 / (middle - kept));
    }
    return { alpha: omegas[k], beta: k === 0 ? 0 : (half * half * omegas[k - 1] * omegas[k]) / (k === 1 ? 2 : 4) };
  };
}

/** ‖w_k - w‖², and the misfit to the labels ‖y - Xᵀw_k‖²/m up to a constant, k = 0..K; Infinity once a number has overflowed. */
interface Path {
  readonly errors: Float64Array;
  readonly misfits: Float64Array;
}

/** Runs w ← w - αA(Sw - b) + β(w - w_before) from 0, b = Sw* + e; S and A row-major (d, d). */
function follow(step: Coefficients, A: Float64Array, S: Float64Array, truth: Float64Array, noise: Float64Array, steps: number): Path {
  const d = truth.length;
  let before = new Float64Array(d);
  let w = new Float64Array(d);
  const [errors, misfits] = [new Float64Array(steps + 1), new Float64Array(steps + 1)];
  const gradient = new Float64Array(d);
  for (let k = 0; ; k++) {
    let [error, misfit] = [0, 0];
    for (let i = 0; i < d; i++) {
      let sum = -noise[i];
      for (let j = 0; j < d; j++) sum += S[i * d + j] * (w[j] - truth[j]);
      gradient[i] = sum;
      const gap = w[i] - truth[i];
      error += gap * gap;
      misfit += gap * (sum - noise[i]);
    }
    errors[k] = Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
    misfits[k] = Number.isFinite(misfit) ? misfit : Number.POSITIVE_INFINITY;
    if (k === steps) return { errors, misfits };
    const { alpha, beta } = step(k);
    const next = new Float64Array(d);
    for (let i = 0; i < d; i++) {
      let change = 0;
      for (let j = 0; j < d; j++) change += A[i * d + j] * gradient[j];
      next[i] = w[i] - alpha * change + beta * (w[i] - before[i]);
    }
    before = w;
    w = next;
  }
}

/** A cure on one set of prompts, the same for all cures. */
export interface Cure {
  readonly name: string;
  /** What it must know beside the trained layer. */
  readonly knows: string;
  /** ‖w_k - w‖², `[prompt][k]`; a stopped chain keeps its estimate. */
  readonly errors: readonly Float64Array[];
}

/** The prompts on which cures are compared: aligned, isotropic, of m examples. */
export interface CureSetting {
  readonly d: number;
  readonly n: number;
  readonly m: number;
  /** σ: label noise of the test. */
  readonly noise: number;
  /** K: looped steps of the layer that is trained for thinking. */
  readonly loops: number;
  readonly steps: number;
  readonly prompts: number;
}

/** Prompts that are run for a wish, at this size. */
export function promptsWithin(wish: number, { d, m, steps }: Pick<CureSetting, "d" | "m" | "steps">): number {
  return affordable(wish, { operations: 6 * steps * 2 * d * d + 30 * d ** 3 + 20 * d * m, budget: 4e8, least: Math.min(wish, 20) });
}

/** The least place of a curve. */
const leastOf = (values: Float64Array): number => values.reduce((best, value, k) => (value < values[best] ? k : best), 0);

/** Every cure on prompts that are drawn; w ~ N(0, I), labels with noise. */
export async function runCures(setting: CureSetting, random: Random, onProgress?: OnProgress): Promise<Cure[]> {
  const { d, n, m, noise, loops, steps, prompts } = setting;
  const { gamma } = loopedTraining({ d, n, loops });
  const trained = 1 + (d + 1) / n;
  const scaled = (divisor: number): Float64Array =>
    rowMajor(
      toMatrix(
        Float64Array.from({ length: d * d }, (_, at) => (at % (d + 1) === 0 ? 1 / divisor : 0)),
        d,
      ),
    );
  const [A, looped] = [scaled(trained), scaled(gamma)];
  const stop = bestLoopedSteps({ d, n, m, loops: 1 });
  const cures = [
    { name: "plain", knows: "nothing" },
    { name: "stopped at k* of the mean", knows: "d, n, m" },
    { name: "stopped at the least misfit", knows: "the prompt" },
    { name: `trained for K = ${loops} steps`, knows: "d, n, K in training" },
    { name: "damped, best η", knows: "a, b of the prompt" },
    { name: "momentum", knows: "a, b of the prompt" },
    { name: "Chebyshev", knows: "a, b of the prompt" },
  ].map((cure) => ({ ...cure, errors: [] as Float64Array[] }));
  for (let i = 0; i < prompts; i++) {
    const stream = random.stream("prompt", i);
    const truth = stream.fillNormal(new Float64Array(d));
    const X = stream.fillNormal(new Float64Array(d * m));
    const S = multiply(X, transpose(X, d, m), d, m, d).map((value) => value / m);
    const labels = stream.fillNormal(new Float64Array(m));
    const shift = multiply(X, labels, d, m, 1).map((value) => (noise * value) / m);
    const values = eigenvaluesOf(toMatrix(S, d)).map((value) => value / trained);
    const highest = Math.max(...values);
    const lowest = Math.min(...Array.from(values).filter((value) => value > 1e-10 * highest));
    const run = (method: StepMethod, matrix = A) => follow(coefficients(method, lowest, highest), matrix, S, truth, shift, steps);
    const plain = run("plain");
    const stopped = (at: number) => plain.errors.map((error, k) => (k <= at ? error : plain.errors[at]));
    const found = [
      plain.errors,
      stopped(Math.min(stop, steps)),
      stopped(leastOf(plain.misfits)),
      run("plain", looped).errors,
      run("damped").errors,
      run("momentum").errors,
      run("chebyshev").errors,
    ];
    for (const [c, errors] of found.entries()) cures[c].errors.push(errors);
    if (i % 20 === 19 || i === prompts - 1) {
      onProgress?.(i + 1, prompts);
      await Promise.resolve();
    }
  }
  return cures;
}

/** The median over the prompts at step k. */
export const medianAt = ({ errors }: Cure, k: number): Quantile =>
  quantiles(
    errors.map((path) => path[k]),
    [0.5],
  )[0];

/** The error at step k that one prompt in ten exceeds. */
export const upperAt = ({ errors }: Cure, k: number): number =>
  quantiles(
    errors.map((path) => path[k]),
    [0.9],
  )[0].value;

/** The share of prompts whose error after all steps is above that of not thinking. */
export const worseOff = ({ errors }: Cure): Share =>
  wilsonInterval(errors.filter((path) => !(path[path.length - 1] <= path[0])).length, errors.length);

/** The mean of log10(error/error of another cure) at step k, prompt by prompt, where both are finite and positive. */
export function pairedRatio(cure: Cure, other: Cure, k: number): Mean | null {
  const logs = cure.errors.map((path, i) => Math.log10(path[k] / other.errors[i][k])).filter((log) => Number.isFinite(log));
  return logs.length === cure.errors.length && logs.length > 1 ? meanAndError(logs) : null;
}

/** In how many prompts a cure has the smaller error, and in how many the larger. */
export function pairedWins(cure: Cure, other: Cure, k: number): { readonly better: number; readonly worse: number } {
  const gaps = cure.errors.map((path, i) => path[k] - other.errors[i][k]);
  return { better: gaps.filter((gap) => gap < 0).length, worse: gaps.filter((gap) => gap > 0).length };
}

/** The number of steps to a share of the start's error, prompt by prompt; Infinity where it is not reached. */
function firstSteps({ errors }: Cure, share: number): number[] {
  return errors.map((path) => {
    const first = path.findIndex((error) => error <= share * path[0]);
    return first < 0 ? Number.POSITIVE_INFINITY : first;
  });
}

/** The median number of steps to a share of the start's error; null where half of the prompts do not get there. */
export function stepsToShare(cure: Cure, share: number): number | null {
  const middle = quantiles(firstSteps(cure, share), [0.5])[0].value;
  return Number.isFinite(middle) ? middle : null;
}

/** In how many prompts a cure comes to a share of the start no later than another. */
export function noLater(cure: Cure, other: Cure, share: number): number {
  const others = firstSteps(other, share);
  return firstSteps(cure, share).filter((steps, i) => steps <= others[i]).length;
}

const within = (value: number): number | string => (Number.isFinite(value) ? value : "overflow");

/** The cures as rows of a table. */
export function cureRows(cures: readonly Cure[], steps: number, share: number) {
  const reference = cures[1];
  return cures.map((cure) => {
    const ratio = pairedRatio(cure, reference, steps);
    const { better, worse } = pairedWins(cure, reference, steps);
    return {
      cure: cure.name,
      "it must know": cure.knows,
      "worse than no thought, %": 100 * worseOff(cure).value,
      "median error": within(medianAt(cure, steps).value),
      [`median steps to ${formatNumber(100 * share, 3)} %`]: stepsToShare(cure, share) ?? "not reached by half of the prompts",
      "log10 of error / stopped at k*": ratio === null ? undefined : Number(ratio.mean.toPrecision(3)),
      se: ratio === null ? undefined : Number(ratio.standardError.toPrecision(2)),
      "better : worse": `${better} : ${worse}`,
    };
  });
}

/** Runs of the four methods on endless prompts, with w drawn: the mean at k = 0..K and its standard error. */
export interface EndlessRun {
  readonly method: StepMethod;
  readonly means: readonly Mean[];
  /** ln 𝓔_k in closed form. */
  readonly logErrors: Float64Array;
}

/** The methods on the same w. */
export function endlessRuns(pair: TrainedPair, steps: number, draws: number, random: Random): EndlessRun[] {
  const { d } = pair.covariance;
  const A = rowMajor(inverseGamma(pair));
  const S = rowMajor(pair.target.matrix);
  const { lowest, highest } = dampingLimits(pair);
  const truths = Array.from({ length: draws }, (_, i) => random.stream("weights", i).fillNormal(new Float64Array(d)));
  return METHODS.map((method) => {
    const paths = truths.map((truth) => follow(coefficients(method, lowest, highest), A, S, truth, new Float64Array(d), steps).errors);
    return {
      method,
      means: integers(0, steps).map((k) => meanAndError(paths.map((path) => path[k]))),
      logErrors: logDampedCurve({ ...pair, method }, steps),
    };
  });
}

/** Below this an error is that of rounding w, which is near 1. */
const ROUNDED = 1e-24;

/** Points of these runs above rounding and below overflow, beside the closed forms. */
export const endlessPoints = (runs: readonly EndlessRun[], ks: readonly number[]) =>
  runs.flatMap(({ means, logErrors }) =>
    ks.flatMap((k) => {
      const { mean, standardError } = means[k];
      const usable = mean > ROUNDED && mean < 1e150 && standardError > 1e-12 * mean;
      return usable ? [{ mean, standardError, expected: Math.exp(logErrors[k]) }] : [];
    }),
  );

/** |Δ ln 𝓔_k| between the layer trained for K steps and the one-step layer damped by γ_1/γ_K, endless isotropic prompts, k <= steps. */
export function loopedIdentityGap({
  d,
  n,
  loops,
  steps,
}: {
  readonly d: number;
  readonly n: number;
  readonly loops: number;
  readonly steps: number;
}): number {
  const damping = (1 + (d + 1) / n) / loopedTraining({ d, n, loops }).gamma;
  const damped = logDampedCurve({ covariance: identityCovariance(d), n, method: "damped", damping }, steps);
  return Math.max(
    ...integers(0, steps).map(
      (k) => Math.abs(damped[k] - logLoopedError({ d, n, loops, m: Number.POSITIVE_INFINITY }, k)) / (1 + Math.abs(damped[k])),
    ),
  );
}

/** Steps until ln 𝓔_k is at most a level; Infinity when the method does not get there by `most`. */
export function stepsTo(pair: AlignmentParams, method: StepMethod, logLevel: number, most = 20000): number {
  for (let steps = 64; steps <= most; steps *= 4) {
    const first = logDampedCurve({ ...pair, method }, steps).findIndex((log) => log <= logLevel);
    if (first >= 0) return first;
  }
  return Number.POSITIVE_INFINITY;
}

/** Steps to a share of d on endless prompts, by training length, for every method. */
export interface PriceCurve {
  readonly method: StepMethod;
  readonly steps: readonly number[];
}

export function priceCurves(pairOf: (n: number) => TrainedPair, lengths: readonly number[], share: number): PriceCurve[] {
  return METHODS.map((method) => ({
    method,
    steps: lengths.map((n) => {
      const pair = pairOf(n);
      return stepsTo(pair, method, Math.log(share * pair.covariance.d));
    }),
  }));
}

/** max_i |1 - ημ_i|: the growth of a damped step. */
export function dampedGrowth(pair: AlignmentParams, eta: number): number {
  const { lowest, highest } = dampingLimits(pair);
  return Math.max(Math.abs(1 - eta * lowest), Math.abs(1 - eta * highest));
}

/** What random pairs say of the limits of damping. */
export interface DampingPairs {
  readonly pairs: number;
  readonly d: number;
  /** Pairs in which a chain at 0.99 of the largest η does not shrink, or at 1.01 of it does not grow. */
  readonly wrong: number;
  /** Largest gap between the slopes of the curves and the rates that the ends of the spectrum give. */
  readonly gap: number;
}

/** Steps between which the slope of a curve is read off. */
const LATE: readonly [number, number] = [400, 800];

/** Chains of random pairs by products of matrices, plain at η just below and above 2/b, and the slopes of the closed curves. */
export function dampingPairs({ d, pairs }: { readonly d: number; readonly pairs: number }, random: Random): DampingPairs {
  const rows = Array.from({ length: pairs }, (_, i) => {
    const stream = random.stream("pair", i);
    const draw = (count: number): Covariance => {
      const X = stream.fillNormal(new Float64Array(d * count));
      const S = multiply(X, transpose(X, d, count), d, count, d);
      return Covariance.fromMatrix(
        Array.from({ length: d }, (_, r) => Array.from(S.subarray(r * d, (r + 1) * d), (value) => value / count)),
      );
    };
    const pair = { covariance: draw(d + 2), target: draw(d + 2).scale(0.2 + 3 * stream.uniform()), n: 1 + stream.integer(60) };
    const { largestDamping, rates, lowest, highest } = dampingLimits(pair);
    const A = rowMajor(inverseGamma(pair));
    const Sigma = rowMajor(pair.target.matrix);
    const truth = stream.fillNormal(new Float64Array(d));
    const after = (eta: number): readonly [number, number] => {
      const { errors } = follow(() => ({ alpha: eta, beta: 0 }), A, Sigma, truth, new Float64Array(d), 4000);
      return [errors[2000], errors[4000]];
    };
    const [low, high] = [after(0.99 * largestDamping), after(1.01 * largestDamping)];
    const slope = logDampedCurve({ ...pair, method: "damped" }, LATE[1]);
    const gap = Math.abs((slope[LATE[1]] - slope[LATE[0]]) / (2 * (LATE[1] - LATE[0])) - Math.log(rates.damped));
    // Nearly singular pairs shrink too slowly for 4000 steps to tell.
    return { wrong: !(low[1] <= low[0] && high[1] > high[0]), gap: lowest > 1e-3 * highest ? gap : 0 };
  });
  return { pairs, d, wrong: rows.filter(({ wrong }) => wrong).length, gap: Math.max(...rows.map(({ gap }) => gap)) };
}

/** The share of isotropic prompts on which a step shortened by η diverges. */
export interface ShareByDamping {
  readonly eta: number;
  readonly theory: number;
  readonly simulated: Share;
}

/** By the Tracy-Widom law, and on prompts that are drawn. */
export function sharesByDamping(
  { d, n, m }: { readonly d: number; readonly n: number; readonly m: number },
  etas: readonly number[],
  prompts: number,
  random: Random,
): ShareByDamping[] {
  const covariance = identityCovariance(d);
  const gamma = 1 + (d + 1) / n;
  const largest = Array.from({ length: prompts }, (_, i) => {
    const X = random.stream("share", i).fillNormal(new Float64Array(d * m));
    // The smaller of the two Gram matrices has the same largest eigenvalue.
    const [rows, columns] = d <= m ? [d, m] : [m, d];
    const Z = d <= m ? X : transpose(X, d, m);
    const S = multiply(Z, transpose(Z, rows, columns), rows, columns, rows);
    return Math.max(...eigenvaluesOf(toMatrix(S, rows))) / (m * gamma);
  });
  return etas.map((eta) => ({
    eta,
    theory: divergingShare({ covariance, n, m, target: covariance.scale(eta) }),
    simulated: wilsonInterval(largest.filter((value) => eta * value > 2).length, prompts),
  }));
}

/** Training on K looped steps: what it learns, and what that does. */
export function loopedRows({ d, n, m }: { readonly d: number; readonly n: number; readonly m: number }, loops: readonly number[]) {
  return loops.map((K) => {
    const { gamma, error, oneStepTrained } = loopedTraining({ d, n, loops: K });
    return {
      K,
      γ_K: gamma,
      "η = γ_1/γ_K": (1 + (d + 1) / n) / gamma,
      "error of K steps at m = n": error,
      "trained on one step": oneStepTrained,
      m_c: loopedCriticalTestLength({ d, n, loops: K }),
      [`k* at m = ${m}`]: bestLoopedSteps({ d, n, m, loops: K }),
      "error there": Math.exp(logLoopedError({ d, n, m, loops: K }, bestLoopedSteps({ d, n, m, loops: K }))),
    };
  });
}

/** The K-step error of two layers on the same prompts, m = n: trained on K steps and on one. */
export function loopedPairs(
  { d, n, loops, prompts }: { readonly d: number; readonly n: number; readonly loops: number; readonly prompts: number },
  random: Random,
): { readonly trained: Mean; readonly gain: Mean; readonly expected: number; readonly expectedGain: number } {
  const { gamma, error, oneStepTrained } = loopedTraining({ d, n, loops });
  const one = 1 + (d + 1) / n;
  const rows = Array.from({ length: prompts }, (_, i) => {
    const X = random.stream("looped", i).fillNormal(new Float64Array(d * n));
    const S = multiply(X, transpose(X, d, n), d, n, d);
    const values = Array.from(eigenvaluesOf(toMatrix(S, d)), (value) => value / n);
    const errorOf = (divisor: number): number => values.reduce((sum, value) => sum + (1 - value / divisor) ** (2 * loops), 0);
    return [errorOf(gamma), errorOf(one)];
  });
  return {
    trained: meanAndError(rows.map(([looped]) => looped)),
    gain: meanAndError(rows.map(([looped, plain]) => plain - looped)),
    expected: error,
    expectedGain: oneStepTrained - error,
  };
}

/** Training on K steps with a tilted spectrum: by what each direction's step is shortened. */
export function tiltedLooped({
  exponent,
  n,
  loops,
  draws,
}: {
  readonly exponent: number;
  readonly n: number;
  readonly loops: number;
  readonly draws: number;
}) {
  const spectrum = integers(1, 5).map((i) => i ** -exponent);
  const result = loopedSpectrum({ spectrum, n, loops, draws });
  const once = gammaEigenvalues({ covariance: Covariance.diagonal(spectrum), n });
  return { spectrum, once: Array.from(once), ...result };
}

/** What notebook 14 finds by closed forms and on its prompts. */
export interface CureFindings {
  readonly pair: TrainedPair;
  readonly critical: number;
  readonly share: number;
  readonly setting: CureSetting;
  readonly cures: readonly Cure[];
}

/** The findings as a list of three. */
export function cureFindings({ pair, critical, share, setting, cures }: CureFindings): string[] {
  const { d, n, m, loops, steps } = setting;
  const limits = dampingLimits(pair);
  const percent = `${formatNumber(100 * share, 3)} %`;
  const reach = METHODS.slice(1).map((method) => {
    const count = stepsTo(pair, method, Math.log(share * pair.covariance.d));
    return `${METHOD_NAMES[method].split(",")[0]} ${Number.isFinite(count) ? count : "none of 20,000"}`;
  });
  const best = limitBestSteps(pair);
  const plain =
    best === null
      ? `plain steps converge at n = ${pair.n} (n_c = ${formatNumber(critical, 3)})`
      : `at n = ${pair.n} > n_c = ${formatNumber(critical, 3)} plain steps diverge, and stopping at k* = ${best} keeps an error of ` +
        `${fromLog(logDampedCurve({ ...pair, method: "plain" }, best)[best])}`;
  const [first, , , trained, damped, , chebyshev] = cures;
  const counts = (cure: Cure): string => {
    const count = stepsToShare(cure, share);
    return count === null ? `not by ${counted(steps, "step")}` : `in ${counted(count, "step")}`;
  };
  const looped = loopedTraining({ d, n, loops });
  return [
    `- **Shorter steps cure every divergence on endless prompts.** Σ = I, d = ${pair.covariance.d}: ${plain}. Any η < ${formatNumber(limits.largestDamping, 3)} ` +
      `converges. Steps to ${percent} of the start, with the best coefficients: ${listed(reach)}.`,
    `- **On short prompts they cure it one by one.** Isotropic, n = ${n}, m = ${m}: after ${counted(steps, "plain step")} ${formatNumber(100 * worseOff(first).value, 3)} % of ` +
      `${first.errors.length} prompts are worse off than without thought, with η from the prompt's own spectrum ${formatNumber(100 * worseOff(damped).value, 3)} %. The median ` +
      `prompt comes to ${percent} ${counts(damped)}, with Chebyshev's coefficients ${counts(chebyshev)}.`,
    `- **Training for K = ${loops} steps is damping, learned once for all prompts:** η = ${formatNumber((1 + (d + 1) / n) / looped.gamma, 3)}. The error of ${counted(loops, "step")} at m = n falls ` +
      `from ${formatNumber(looped.oneStepTrained, 3)} to ${formatNumber(looped.error, 3)}; of the prompts above ${formatNumber(100 * worseOff(trained).value, 3)} % are still worse off after ${counted(steps, "step")}.`,
  ];
}

/** The largest fixed η at which at most a share of isotropic prompts diverges, by the Tracy-Widom law. */
export function safeDamping({ d, n, m }: { readonly d: number; readonly n: number; readonly m: number }, share: number): number {
  const covariance = identityCovariance(d);
  const holds = (eta: number): boolean => divergingShare({ covariance, n, m, target: covariance.scale(eta) }) <= share;
  return bisect(holds, 1e6, 1e-6, 1e-6).yes;
}

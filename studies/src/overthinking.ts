/** @file What notebook 06 computes about an endless test prompt: random pairs (Γ, Σ), windows of scales, where the error turns. */
import { Checks } from "cotlab/dist/core/check";
import { logSum } from "cotlab/dist/core/logSum";
import type { Random } from "cotlab/dist/core/random";
import { quantiles } from "cotlab/dist/core/statistics";
import { Covariance } from "cotlab/dist/model/covariance";
import { gammaEigenvalues } from "cotlab/dist/model/gamma";
import { powerLawSpectrum } from "cotlab/dist/model/spectrum";
import { sampleSecondMoment } from "cotlab/dist/model/wishart";
import type { OnProgress } from "cotlab/dist/notebook/progress";
import { formatNumber } from "cotlab/dist/notebook/table";
import { counted } from "cotlab/dist/notebook/words";
import { cotError } from "cotlab/dist/simulation/cotError";
import { simulate } from "cotlab/dist/simulation/simulate";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { bestSteps } from "cotlab/dist/theory/finite/isotropicError";
import { type DirectionContribution, directionContributions } from "cotlab/dist/theory/paper/criticalLength";
import { limitBestSteps } from "cotlab/dist/theory/paper/limitBestSteps";
import { limitError, logLimitError, overthinkingSpectrum, traceRelation } from "cotlab/dist/theory/paper/overthinking";
import type { PromptGrowth } from "./promptGrowth";
import type { ScaleWindows } from "./scaleWindows";

/** A layer trained on Λ at length n that meets Σ. */
export interface TrainedPair {
  /** Λ: covariance of the training inputs. */
  readonly covariance: Covariance;
  /** Σ: covariance of the test inputs. */
  readonly target: Covariance;
  /** n: examples in a training prompt. */
  readonly n: number;
}

/** The identity, (d, d). */
export const identityCovariance = (d: number): Covariance => Covariance.diagonal(new Float64Array(d).fill(1));

/** What random pairs (Γ, Σ) say of the paper's trace and of the condition μ_max > 2. */
export interface PairRelations {
  /** How many pairs, and their dimension. */
  readonly pairs: number;
  readonly d: number;
  /** Pairs whose error is not between the trace and cond(Γ) times it. */
  readonly outside: number;
  /** Error over trace: its median and its 95 % quantile. */
  readonly excess: readonly [median: number, high: number];
  /** The largest difference of ln error and ln trace, where Σ = I commutes with Γ. */
  readonly commutingGap: number;
  /** The largest eigenvalue 1 - μ_i of a bracket. */
  readonly largestBracket: number;
  /** Pairs with μ_max > 2, and with 1 < μ_max ≤ 2. */
  readonly exceeding: number;
  readonly underCovered: number;
  /** Pairs with |μ_max - 2| > 0.001: nearer, 40 000 steps do not tell. */
  readonly clear: number;
  /** Clear pairs where μ_max > 2 and the growth of the error from k = 20 000 to 40 000 disagree. */
  readonly disagreements: number;
}

/**
 * Puts random pairs that do not commute to tr(I-M)^{2k} ≤ ‖(I-Γ⁻¹Σ)^k‖_F² ≤ cond(Γ) tr(I-M)^{2k}, k = 1..12, and to "diverges iff μ_max > 2".
 * Λ and Σ are second moments of d + 2 normal columns, Σ scaled by U(0.2, 3.2), n uniform in 1..60.
 * @origin ours
 */
export function pairRelations({ d, pairs }: { readonly d: number; readonly pairs: number }, random: Random): PairRelations {
  const check: Checks = new Checks("pairRelations");
  check.integer("d", d, 1);
  check.integer("pairs", pairs, 1);
  const identity = identityCovariance(d);
  const rows = Array.from({ length: pairs }, (_, i) => {
    const stream = random.stream("pair", i);
    const draw = () => Covariance.fromMatrix(sampleSecondMoment({ covariance: identity, m: d + 2 }, stream));
    const pair = { covariance: draw(), target: draw().scale(0.2 + 3 * stream.uniform()), n: 1 + stream.integer(60) };
    const k = 1 + (i % 12);
    const mu = overthinkingSpectrum(pair);
    const commuting = traceRelation({ ...pair, target: identity, k });
    const grows = logLimitError({ ...pair, k: 40000 }) > logLimitError({ ...pair, k: 20000 });
    return {
      ...traceRelation({ ...pair, k }),
      gap: Math.abs(commuting.logError - commuting.logTrace),
      most: mu[0],
      least: mu[d - 1],
      grows,
    };
  });
  const clear = rows.filter(({ most }) => Math.abs(most - 2) > 1e-3);
  const excess = quantiles(
    rows.map((row) => Math.exp(row.logError - row.logTrace)),
    [0.5, 0.95],
  );
  return {
    pairs,
    d,
    outside: rows.filter((row) => row.logError < row.logTrace - 1e-9 || row.logError > row.logUpper + 1e-9).length,
    excess: [excess[0].value, excess[1].value],
    commutingGap: Math.max(...rows.map(({ gap }) => gap)),
    largestBracket: Math.max(...rows.map(({ least }) => 1 - least)),
    exceeding: rows.filter(({ most }) => most > 2).length,
    underCovered: rows.filter(({ most }) => most > 1 && most <= 2).length,
    clear: clear.length,
    disagreements: clear.filter(({ most, grows }) => most > 2 !== grows).length,
  };
}

/** The scales a of Λ = a diag(i^(-exponent)) at which the error falls first and diverges then, at m = ∞ and Σ = I. */
export interface ScaleWindow {
  /** Below, the first step does harm. */
  readonly low: number;
  /** Above, no direction diverges. Equal to `low` where all directions are alike. */
  readonly high: number;
}

/**
 * The window Σ_i g_i^{-2} / (2 Σ_i g_i^{-1}) < a < 1/(2 g_min), g_i the eigenvalues of Γ at a = 1.
 * @origin ours
 */
export function scaleWindow({ d, exponent, n }: { readonly d: number; readonly exponent: number; readonly n: number }): ScaleWindow {
  const g = gammaEigenvalues({ covariance: Covariance.diagonal(powerLawSpectrum({ d, exponent })), n });
  const low = g.reduce((sum, value) => sum + value ** -2, 0) / (2 * g.reduce((sum, value) => sum + 1 / value, 0));
  return { low, high: Math.max(low, 1 / (2 * Math.min(...g))) };
}

/** Whether k* is as the window says, a twentieth of its width (in ratios) outside and inside of both of its ends. */
export function windowHolds(params: { readonly d: number; readonly exponent: number; readonly n: number }): boolean {
  const { low, high } = scaleWindow(params);
  const best = [-0.05, 0.05, 0.95, 1.05].map((share) => {
    const factor = low * (high / low) ** share;
    const covariance = Covariance.diagonal(powerLawSpectrum({ d: params.d, exponent: params.exponent, factor }));
    return limitBestSteps({ covariance, target: identityCovariance(params.d), n: params.n });
  });
  return best[0] === 0 && best[1] !== null && best[1] >= 1 && best[2] !== null && best[2] >= 1 && best[3] === null;
}

/**
 * How far the windows of two lengths are apart at the dimension where they come nearest: the longer one's beginning over the shorter one's
 * end. Above 1 they meet in none.
 */
export function windowSeparation(exponent: number, [shortest, longest]: readonly [number, number], dimensions: readonly number[]): number {
  const ratio = (d: number) => scaleWindow({ d, exponent, n: longest }).low / scaleWindow({ d, exponent, n: shortest }).high;
  return Math.min(...dimensions.map(ratio));
}

/** Where the error of an endless prompt turns. */
export interface Turn {
  /** k*: the best number of steps; null where the error falls for ever. */
  readonly best: number | null;
  /** Whether k* is at least 1 and the error, computed step by step around k* and later, falls to there and then rises. */
  readonly fallsThenRises: boolean;
}

/** The turning point of the error, with its values looked at on both sides. */
export function turnOf(pair: TrainedPair): Turn {
  const best = limitBestSteps(pair);
  if (best === null) return { best, fallsThenRises: false };
  const at = (k: number) => logLimitError({ ...pair, k });
  const least = at(best);
  return { best, fallsThenRises: best >= 1 && at(0) > least && at(best - 1) > least && at(best + 1) >= least && at(2 * best + 2) > least };
}

/**
 * A number of steps, `steps` or a doubling of it, from which on the directions that a step overcorrects (μ > 1) hold all but 1e-9 of the
 * error of each of the pairs; each must have a direction with μ > 2.
 */
export function lateSteps(pairs: readonly TrainedPair[], steps: number): number {
  const settled = (k: number) =>
    pairs.every((pair) => {
      const parts = directionContributions({ ...pair, k });
      const all = logSum(parts.map(({ logError }) => logError));
      return logSum(parts.filter(({ mu }) => mu <= 1).map(({ logError }) => logError)) - all < Math.log(1e-9);
    });
  let k = steps;
  while (!settled(k)) k *= 2;
  return k;
}

/** The directions' parts of the error at k = 0..K, `[k][i]`, from one decomposition: ln (1 - μ_i)^{2k} is linear in k. */
export function directionCurves(pair: TrainedPair, steps: number): DirectionContribution[][] {
  const once = directionContributions({ ...pair, k: 1 });
  return Array.from({ length: steps + 1 }, (_, k) => once.map((part) => ({ ...part, logError: k === 0 ? 0 : k * part.logError })));
}

/** The error at k = 0..K of a pair that commutes, the sum of its parts. */
export function errorCurve(pair: TrainedPair, steps: number): number[] {
  return directionCurves(pair, steps).map((parts) => parts.reduce((sum, { logError }) => sum + Math.exp(logError), 0));
}

/** |ln Σ_i (1 - μ_i)^{2k} - ln 𝓔_k|: the parts of the directions against the error. */
export function partsGap(pair: TrainedPair, k: number): number {
  const parts = logSum(directionContributions({ ...pair, k }).map(({ logError }) => logError));
  const error = logLimitError({ ...pair, k });
  return parts === error ? 0 : Math.abs(parts - error);
}

/** The factor from the level d up to which errors are drawn. */
const DRAWN = 1e6;

/** Whether a value is within a factor of 10^6 of `level`. */
export const isNear = (level: number, value: number): boolean => value > level / DRAWN && value < level * DRAWN;

/** Where a value passes the border, as a share of the way from one step to the next on a logarithmic axis. */
function shareOfWay(from: number, to: number, border: number): number {
  const share = Math.log(border / from) / Math.log(to / from);
  // A step to or from 0 or Infinity is straight up or down.
  return share > 0 && share < 1 ? share : Number.isFinite(Math.log(from)) ? 0 : 1;
}

/**
 * A line over k = 0..K on a logarithmic axis, as far as its values are within a factor of 10^6 of `level`; where it leaves or enters, the
 * point on the border is added, and beyond there are gaps.
 */
export function nearLine(level: number, values: ArrayLike<number>): { x: number[]; y: (number | null)[] } {
  const [x, y]: [number[], (number | null)[]] = [[], []];
  for (let k = 0; k < values.length; k++) {
    if (k > 0 && isNear(level, values[k - 1]) !== isNear(level, values[k])) {
      const outside = isNear(level, values[k]) ? values[k - 1] : values[k];
      const border = outside < level ? level / DRAWN : level * DRAWN;
      x.push(k - 1 + shareOfWay(values[k - 1], values[k], border));
      y.push(border);
    }
    x.push(k);
    y.push(isNear(level, values[k]) ? values[k] : null);
  }
  return { x, y };
}

/**
 * How many repetitions to make where one costs `operations`: the wish, or what a budget of operations pays for, and at least `least`.
 * Dimension makes runs dearer and their spread smaller.
 */
export function affordable(wish: number, { operations, budget, least }: { operations: number; budget: number; least: number }): number {
  return Math.min(wish, Math.max(least, Math.floor(budget / operations)));
}

/** What notebook 06 finds by closed forms, as sentences. */
export interface OverthinkingFindings {
  /** n_c: Infinity when no length makes the error grow. */
  readonly nc: number;
  /** The tilted training, tr Λ = d, at several lengths against Σ = I. */
  readonly pairs: readonly TrainedPair[];
  /** n at which the directions are looked at, and what they contribute after some steps. */
  readonly n: number;
  readonly directions: readonly DirectionContribution[];
  /** The scales at which several lengths fall and then rise. */
  readonly windows: { readonly lengths: readonly number[]; readonly meet: boolean; readonly low: number; readonly high: number };
}

/** The findings as a list of three. */
export function overthinkingFindings({ nc, pairs, n, directions, windows }: OverthinkingFindings): string[] {
  const { lambdaMin, d } = pairs[0].covariance;
  const grows = pairs.flatMap((pair) => {
    const best = limitBestSteps(pair);
    return best === null ? [] : [`n = ${pair.n} ${best === 0 ? "at once" : `after ${counted(best, "step")}`}`];
  });
  const critical =
    nc < Number.POSITIVE_INFINITY
      ? `up to a training length of $n_c = ${formatNumber(nc)}$ the error falls for ever; beyond it the error grows without limit` +
        `${grows.length > 0 ? `: at ${grows.join(", ")}` : ""}.`
      : `the error falls for ever at every training length: training gives each direction a variance of ${formatNumber(lambdaMin, 3)} or more, ` +
        "at least half of what the test has.";
  const all = logSum(directions.map(({ logError }) => logError));
  const harmful = directions.filter(({ mu }) => mu > 2);
  const share = harmful.length === 0 ? 0 : Math.exp(logSum(harmful.map(({ logError }) => logError)) - all);
  const mild = directions.filter(({ mu }) => mu > 1 && mu <= 2).length;
  return [
    `- **How long may training prompts be?** With endless test prompts (Σ = I, tr Λ = d = ${d}), ${critical}`,
    `- **Which directions do the harm?** At n = ${n}, training covers ${harmful.length} of ${d} directions by less than half of the test's ` +
      `variance (μ > 2); they hold ${(100 * share).toFixed(0)} % of the error in the last step below. ${mild} more are under-covered ` +
      "(1 < μ ≤ 2) and do no lasting harm.",
    `- **"Falls, then rises" at n = ${windows.lengths.join(", ")} and one scale of Λ?** With endless test prompts and Σ = I ` +
      (windows.meet
        ? `at scales between ${formatNumber(windows.low, 3)} and ${formatNumber(windows.high, 3)}.`
        : "at no scale: where the longest training gains by its first step and then overthinks, the shortest does not overthink.") +
      " Short prompts and another Σ are below.",
  ];
}

/** Where something falls and then rises, in words. */
export function atLengths(found: readonly { readonly fallsThenRises: boolean }[]): string {
  const count = found.filter(({ fallsThenRises }) => fallsThenRises).length;
  return count === found.length ? "at every length" : count === 0 ? "at no length" : `at ${count} of ${found.length} lengths`;
}

/** A table's rows for the directions, with their parts of the error after `steps` and after one step; the first and the last of many. */
export function directionRows(late: readonly DirectionContribution[], first: readonly DirectionContribution[], steps: number) {
  const shown = late.map((_, i) => i).filter((i) => late.length <= 12 || i < 4 || i >= late.length - 8);
  return shown.map((i) => ({
    i: i + 1,
    λ_i: late[i].lambda,
    σ_i: late[i].sigma,
    "coverage γ_i/σ_i": 1 / late[i].mu,
    μ_i: late[i].mu,
    "n_c,i": late[i].criticalLength,
    "part at k = 1": Math.exp(first[i].logError),
    [`part at k = ${steps}`]: Math.exp(late[i].logError),
  }));
}

/** Simulated errors with what is predicted for them, at those of the steps that the curves have, as far as they are above 1e-250. */
export function endlessPoints(runs: readonly Curve[], errors: readonly (readonly number[])[], steps: readonly number[]) {
  return runs.flatMap((run, j) =>
    [...new Set(steps)]
      .filter((k) => k < errors[j].length && errors[j][k] > 1e-150 && errors[j][k] < 1e150)
      // No spread, or one whose squares no number can hold, is none to compare with.
      .filter((k) => run.standardError[k] > 0 && run.standardError[k] < Number.POSITIVE_INFINITY)
      .map((k) => ({ mean: run.mean[k], standardError: run.standardError[k], expected: errors[j][k] })),
  );
}

/** The error at m = ∞ as a number, infinite beyond the largest. */
export function errorAt(pair: TrainedPair, k: number): number {
  return logLimitError({ ...pair, k }) < 709 ? limitError({ ...pair, k }) : Number.POSITIVE_INFINITY;
}

/** A table's rows for the error of endless prompts, one a pair; the last two columns where a simulation is given. */
export function endlessRows(pairs: readonly TrainedPair[], steps: number, runs?: readonly Curve[]) {
  return pairs.map((pair, j) => {
    const { best } = turnOf(pair);
    const error = (k: number) => errorAt(pair, k);
    return {
      n: pair.n,
      μ_max: overthinkingSpectrum(pair)[0],
      "k*": best ?? "none",
      "error at 0": pair.covariance.d,
      "error at 1": error(1),
      "least error": best === null ? 0 : error(best),
      [`error at ${steps}`]: error(steps),
      ...(runs === undefined ? {} : { [`simulated at ${steps}`]: runs[j].mean[steps], se: runs[j].standardError[steps] }),
    };
  });
}

/** A test on the training covariance with its middle direction raised, so that training at length n covers it by just less than half. */
export function raisedTest(covariance: Covariance, n: number): { target: Covariance; direction: number; lambda: number; sigma: number } {
  const at = Math.floor((covariance.d - 1) / 2);
  const sigma = 2.05 * gammaEigenvalues({ covariance, n })[at];
  const target = Covariance.diagonal(covariance.eigenvalues.map((value, i) => (i === at ? sigma : value)));
  return { target, direction: at + 1, lambda: covariance.eigenvalues[at], sigma };
}

/** A table's rows for the steps 1, 2, 4, 8 of a simulated pair beside the trace, the error, and the upper end of the inequality. */
export function traceRows(pair: TrainedPair, { points }: Curve) {
  return [1, 2, 4, 8].map((k) => {
    const { logTrace, logError, logUpper } = traceRelation({ ...pair, k });
    const [trace, error, upper] = [logTrace, logError, logUpper].map(Math.exp);
    const { mean, standardError } = points[k];
    return { k, "trace (1)": trace, "error (3)": error, simulated: mean, se: standardError, "upper end of (4)": upper };
  });
}

/** A table's rows for the error at m = ∞ by training length, one a step. */
export function lengthRows(at: (n: number) => TrainedPair, lengths: readonly number[], steps: readonly number[]) {
  return steps.map((k) => ({ k, ...Object.fromEntries(lengths.map((n) => [`n = ${n}`, errorAt(at(n), k)])) }));
}

/** The sample sizes of runs on test prompts. */
export interface RunSize {
  readonly steps: number;
  readonly draws: number;
  readonly seed: number;
  readonly onProgress?: OnProgress;
}

/** The simulated error of a pair on test prompts of m examples; pairs of one name see the same prompts. */
export async function pairCurve(name: string, { target, ...train }: TrainedPair, m: number, { steps, ...size }: RunSize): Promise<Curve> {
  // On an endless prompt only w is random.
  const weights = m === Number.POSITIVE_INFINITY ? { weights: "drawn" as const } : {};
  return (await simulate(cotError({ test: target, m, steps, train, name, ...weights }), size)).curves[0];
}

/** No tilt, Λ = I and Σ = sI: s around twice γ, with the error at m = ∞ and the median on prompts of a million. */
export async function scaleAloneRows({ d, n }: { readonly d: number; readonly n: number }, size: RunSize) {
  const identity = identityCovariance(d);
  const gamma = 1 + (d + 1) / n;
  const rows = [];
  for (const ratio of [0.2, 0.9, 1.9, 2.1, 2.6]) {
    const pair = { covariance: identity, target: identity.scale(ratio * gamma), n };
    const { points } = await pairCurve("scale alone", pair, 1e6, size);
    rows.push({
      "s/γ": ratio,
      s: ratio * gamma,
      "k* at m = ∞": limitBestSteps(pair) ?? "none",
      [`(3) at k = ${size.steps}`]: errorAt(pair, size.steps),
      "simulated median, m = 10^6": points[size.steps].median.value,
    });
  }
  return rows;
}

/** Whether scales exist at which all lengths fall and rise at m = ∞, Σ = I, in a sentence. */
export function windowWords({ d, lengths, meet, low, high, separation }: ScaleWindows, exponent: number): string {
  const few = (x: number) => formatNumber(x, 3);
  return separation > 1
    ? `Not at Σ = I: no scale gives "falls, then rises" at all of n = ${lengths.join(", ")}, in any of these dimensions and for any of ` +
        "these tilts. Where the longest training overthinks after a useful step, the shortest does not overthink."
    : `For some of these dimensions and tilts one scale shows it at n = ${lengths[0]} and n = ${lengths[lengths.length - 1]}; at d = ${d} ` +
        `and tilt ${exponent} ${meet ? `those from ${few(low)} to ${few(high)} do.` : "none does."}`;
}

/** On what shares of prompts longer training loses with Σ = I and with Σ = Λ, and from which of the lengths on for all large k at m = ∞. */
export function worseWords(lost: readonly string[], steps: number, at: (n: number) => TrainedPair, lengths: readonly number[]): string {
  const found = lengths.find((n) => {
    const mu = overthinkingSpectrum(at(n)); // falling
    return mu[0] + mu[mu.length - 1] >= 2;
  });
  return (
    `After ${counted(steps, "step")} the longer training loses on ${lost[0]} of the prompts with Σ = I (each length against the one ` +
    `before), on ${lost[1]} with Σ = Λ. On an endless prompt the covered directions gain by longer training and the overshooting ones ` +
    "lose. The loss wins for all large $k$ where $\\mu_{\\min}+\\mu_{\\max}\\ge2$ at the shorter length (step 3): of the lengths in the " +
    `table, ${found === undefined ? "at none" : `from n = ${found} on`}.`
  );
}

/** What the exact mean does on aligned isotropic prompts, in words. */
export function meanWords({ d, m, lengths }: { readonly d: number; readonly m: number; readonly lengths: readonly number[] }): string {
  return (
    "The *mean* is another matter: at finite $m$ it grows in the end even where training and test are the same isotropic distribution, " +
    `without any tilt, because of rare prompts that overshoot. At Λ = Σ = I, d = ${d}, m = ${m}, the exact mean is least at ` +
    `k* = ${lengths.map((n) => bestSteps({ d, m, n })).join(", ")} for n = ${lengths.join(", ")}. Where a sampled k* differs, the sample ` +
    "holds too few of the rare prompts, or too few steps."
  );
}

/** What real prompts say of eigenvalue, error and misfit. */
export function growthWords({ steps, clear, diverging, disagreements }: PromptGrowth): string {
  return (
    `${diverging} of ${clear} prompts have an eigenvalue (7) above 2 (those within 0.1 of 2 are left out). Prompts where it, the error and ` +
    `the misfit after ${steps} steps do not tell the same story: ${disagreements}.`
  );
}

/** What the random pairs say of the trace (1) and of the condition (5), in words. */
export function relationWords(relations: PairRelations): { readonly trace: string; readonly condition: string } {
  const { pairs, d, outside, excess, commutingGap, largestBracket, exceeding, underCovered, clear, disagreements } = relations;
  return {
    trace:
      `${pairs} random pairs, d = ${d}: ${outside} of them are outside (4). The error is ${excess[0].toFixed(2)} times the trace in the ` +
      `median, ${excess[1].toFixed(2)} times at the 95 % quantile. With Σ = I, which commutes with everything, the logarithms of both ` +
      `differ by ${commutingGap.toExponential(1)} at most.`,
    condition:
      `Largest eigenvalue of a bracket over all pairs: ${largestBracket.toFixed(4)}. Of ${pairs} pairs ${exceeding} have μ_max > 2, and ` +
      `${underCovered} are under-covered and harmless, 1 < μ_max ≤ 2. Where μ_max is not within 0.001 of 2 (${clear} pairs), (5) and the ` +
      `error disagree on ${disagreements}.`,
  };
}

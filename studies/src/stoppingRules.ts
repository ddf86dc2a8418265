/** @file The rules for stopping that notebook 06 compares, on one setting, and what medians of simulated errors say of it. */
import type { Random } from "cotlab/dist/core/random";
import type { Quantile } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { heldOutStopping, leastAt } from "cotlab/dist/estimators/heldOutStopping";
import { inputStopping, residualStopping } from "cotlab/dist/estimators/promptStopping";
import type { Examples } from "cotlab/dist/model/embedding";
import { inverseGamma } from "cotlab/dist/model/gamma";
import type { OnProgress } from "cotlab/dist/notebook/progress";
import { formatNumber } from "cotlab/dist/notebook/table";
import { listed } from "cotlab/dist/notebook/words";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { limitBestSteps } from "cotlab/dist/theory/paper/limitBestSteps";
import { compareStopping, type StoppingScore } from "./compareStopping";
import type { TrainedPair } from "./overthinking";

/** A setting in which rules for stopping are compared. */
export interface StoppingSetting extends TrainedPair {
  /** What tables call it. */
  readonly name: string;
  /** m: pairs in a test prompt; integer >= 2, as one is left out. */
  readonly m: number;
  /** σ: standard deviation of the label noise. */
  readonly noise: number;
}

/** At most so many groups of pairs are left out in turn. */
const FOLDS = 20;

/**
 * Scores the rules on the setting's prompts: fixed numbers of steps, spectra (at m = ∞, and of the prompt), held-out pairs, own misfit.
 * @origin ours
 */
export function scoreStopping(
  { name, covariance, target, n, m, noise }: StoppingSetting,
  { steps, factor, draws }: { readonly steps: number; readonly factor: number; readonly draws: number },
  random: Random,
): StoppingScore[] {
  const chain = { preconditioner: inverseGamma({ covariance, n }), maxSteps: steps };
  const endless = Math.min(limitBestSteps({ covariance, target, n }) ?? steps, steps);
  const heldOut = onceEach((prompt) => heldOutStopping(prompt, { ...chain, folds: Math.min(m, FOLDS) }).criterion);
  return compareStopping(
    {
      ...chain,
      test: target,
      m,
      noise,
      factor,
      draws,
      rules: {
        "all steps": () => steps,
        "one step": () => 1,
        "spectra, endless": () => endless,
        "spectra, this prompt": (prompt) => inputStopping(prompt, chain).steps,
        "held-out, first rise": (prompt) => {
          const criterion = heldOut(prompt);
          const rise = criterion.findIndex((value, k) => k > 0 && !(value < criterion[k - 1]));
          return rise < 0 ? steps : rise - 1;
        },
        "held-out, least": (prompt) => leastAt(heldOut(prompt)),
        "own misfit": (prompt) => residualStopping(prompt, chain).steps,
      },
    },
    random.stream("stopping", name),
  );
}

/** The function with its result kept for as long as it is asked about the same prompt. */
function onceEach<T>(compute: (prompt: Examples) => T): (prompt: Examples) => T {
  let last: { readonly X: Examples["X"]; readonly value: T } | undefined;
  return (prompt) => {
    if (last?.X !== prompt.X) last = { X: prompt.X, value: compute(prompt) };
    return last.value;
  };
}

/** How the medians of a simulated curve go. */
export interface MedianShape {
  /** The step with the least median. */
  readonly best: number;
  /** The medians at k = 0, at k = 1, at the best k, and at the last. */
  readonly start: Quantile;
  readonly first: Quantile;
  readonly least: Quantile;
  readonly last: Quantile;
  /** The interval of the least median lies below the start and below the interval at the last step, and the least is not at the start. */
  readonly fallsThenRises: boolean;
  /** Share of the draws above their start after one step, and at the last. */
  readonly worseAtOnce: Share;
  readonly worseInTheEnd: Share;
}

/** Reads the medians of a curve over k = 0..K, K >= 1. */
export function medianShape(curve: Curve): MedianShape {
  const medians = curve.points.map(({ median }) => median);
  const best = leastAt(medians.map(({ value }) => value));
  const [least, last] = [medians[best], medians[medians.length - 1]];
  const worse = (k: number) => wilsonInterval(Math.round(curve.points[k].diverged * curve.n), curve.n);
  return {
    best,
    start: medians[0],
    first: medians[1],
    least,
    last,
    fallsThenRises: best > 0 && least.high < medians[0].value && last.low > least.high,
    worseAtOnce: worse(1),
    worseInTheEnd: worse(medians.length - 1),
  };
}

/** The share of the draws in which the second curve's value at step k is above the first's; curves of the same draws. */
export function shareAbove(first: Curve, second: Curve, k: number): Share {
  const [a, b] = [first.values(k), second.values(k)];
  return wilsonInterval(b.filter((value, i) => value > a[i]).length, a.length);
}

const interval = ({ low, high }: Quantile): string => `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;

/** A table's rows for the medians of a setting, one a length. */
export function medianRows(test: string, lengths: readonly number[], runs: readonly Curve[]) {
  return runs.map(medianShape).map(({ best, first, least, last, fallsThenRises }, j) => ({
    test,
    "n = m": lengths[j],
    "median at 1": first.value,
    "k*": best,
    "least median": least.value,
    "its 95 % interval": interval(least),
    "median at the end": last.value,
    "interval ": interval(last),
    "falls, then rises": fallsThenRises ? "yes" : "no",
  }));
}

/** A table's row for one setting at every length: k* of medians and means, and how many prompts end above their start. */
export function scanRow(setting: string, lengths: readonly number[], runs: readonly Curve[]) {
  const shapes = runs.map(medianShape);
  return {
    setting,
    ...Object.fromEntries(shapes.map(({ best, fallsThenRises }, j) => [`k*, n = ${lengths[j]}`, `${best}${fallsThenRises ? " *" : ""}`])),
    "share above start": shapes.map(({ worseInTheEnd }) => worseInTheEnd.value.toFixed(2)).join(", "),
    "k* of the means": runs.map(({ mean }) => leastAt(mean)).join(", "),
  };
}

/** A share with its interval, in per cent. */
export const percentText = ({ value, low, high }: Share): string =>
  `${(100 * value).toFixed(0)} [${[low, high].map((end) => (100 * end).toFixed(0)).join(", ")}]`;

/** A table with a row for each rule and a column for each setting. */
export function scoreRows(names: readonly string[], scores: readonly (readonly StoppingScore[])[], show: (score: StoppingScore) => string) {
  return scores[0].map(({ rule }, r) => ({ rule, ...Object.fromEntries(names.map((name, s) => [name, show(scores[s][r])])) }));
}

/** Scores the rules on every setting. */
export function scoreSettings(
  settings: readonly StoppingSetting[],
  options: { readonly steps: number; readonly factor: number; readonly draws: number },
  random: Random,
  onProgress?: OnProgress,
): StoppingScore[][] {
  return settings.map((setting, s) => {
    const scores = scoreStopping(setting, options, random);
    onProgress?.(s + 1, settings.length);
    return scores;
  });
}

const rightOf = (scores: readonly StoppingScore[], name: string): number => scores.filter(({ rule }) => rule === name)[0].right.value;

/** The rule, of these, that is right most often. */
export function mostRight(scores: readonly StoppingScore[], rules: readonly string[]): string {
  return [...rules].sort((a, b) => rightOf(scores, b) - rightOf(scores, a))[0];
}

/** How often each rule is right in its worst setting, best first, in words. */
export function worstText(scores: readonly (readonly StoppingScore[])[], rules: readonly string[]): string {
  return rules
    .map((rule) => ({ rule, worst: Math.min(...scores.map((all) => rightOf(all, rule))) }))
    .sort((a, b) => b.worst - a.worst)
    .map(({ rule, worst }) => `${rule} (${(100 * worst).toFixed(0)} %)`)
    .join(", ");
}

/** A table's rows: at each step, the share of prompts on which a length is worse than the one before, in every setting. */
export function worseRows(lengths: readonly number[], settings: Readonly<Record<string, readonly Curve[]>>, steps: readonly number[]) {
  return steps.map((k) => ({
    k,
    ...Object.fromEntries(
      Object.entries(settings).flatMap(([name, runs]) =>
        runs.slice(1).map((run, j) => {
          const { value, low, high } = shareAbove(runs[j], run, k);
          return [`${name}: ${lengths[j + 1]} worse than ${lengths[j]}`, `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`];
        }),
      ),
    ),
  }));
}

/** The shares of {@link worseRows} at one step, in per cent. */
export function worseText(runs: readonly Curve[], k: number): string {
  return runs
    .slice(1)
    .map((run, j) => `${(100 * shareAbove(runs[j], run, k).value).toFixed(0)} %`)
    .join(", ");
}

/** How often a rule is right, and the median error of its answer. */
export const rightAndError = ({ right, error }: StoppingScore): string => `${percentText(right)}; ${formatNumber(error.value, 3)}`;

/** How the medians of a scan over scales go at every length, in sentences; curves[scale][length], scales ascending. */
export function scanWords(scales: readonly number[], curves: readonly (readonly Curve[])[]): string {
  const shapes = curves.map((runs) => runs.map(medianShape));
  const where = (holds: (shape: MedianShape) => boolean) => scales.filter((_, s) => shapes[s].every(holds));
  const say = (found: readonly number[], what: string) => (found.length === 0 ? [] : [`${what} at a = ${listed(found)}`]);
  const falls = where(({ fallsThenRises }) => fallsThenRises);
  const others = [
    ...say(
      where(({ best }) => best === 0),
      "no step is best",
    ),
    ...say(
      where(({ best, last, least }) => best > 0 && last.value === least.value),
      "the last step is best",
    ),
  ];
  return (
    `At ${falls.length} of ${scales.length} scales the median falls, then rises at every length` +
    `${falls.length > 0 ? ` (a = ${listed(falls)})` : ""}.${others.length > 0 ? ` At every length alike, ${listed(others)}.` : ""} ` +
    "The smaller the scale, the bolder the steps: Γ⁻¹ is proportional to 1/a. Where about half of the prompts diverge, the median stands " +
    "on a knife's edge."
  );
}

/** Which of the rules that read the prompt are right most often as the noise grows, in a sentence. */
export function noiseWords(names: readonly string[], scores: readonly (readonly StoppingScore[])[]): string {
  const readers = ["spectra, this prompt", "held-out, least", "own misfit"];
  const most = scores.map((score) => mostRight(score, readers));
  const holdsOut = most[most.length - 1] === "held-out, least";
  return (
    `Of the rules that read the prompt, most often right: ${names.map((name, s) => `at ${name} "${most[s]}"`).join(", ")}. The spectra do ` +
    "not read the labels, and the misfit is that of labels already fitted; of these rules only the held-out one tests on other labels. At " +
    `the largest noise of this run it is ${holdsOut ? "" : "not "}the one most often right among them.`
  );
}

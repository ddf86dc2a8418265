/** @file The rules for stopping that notebook 06 compares, on one setting, and what medians of simulated errors say of it. */
import type { Random } from "cotlab/dist/core/random";
import type { Quantile } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { heldOutStopping, leastAt } from "cotlab/dist/estimators/heldOutStopping";
import { inputStopping, residualStopping } from "cotlab/dist/estimators/promptStopping";
import type { Examples } from "cotlab/dist/model/embedding";
import { inverseGamma } from "cotlab/dist/model/gamma";
import { formatNumber } from "cotlab/dist/notebook/table";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { limitBestSteps } from "cotlab/dist/theory/paper/limitBestSteps";
import { compareStopping, type StoppingScore } from "./compareStopping";
import { near, type TrainedPair } from "./overthinking";

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

/** A curve's medians and their intervals, as far as they are within a factor of 10^6 of `level`. */
export function nearMedians(level: number, curve: Curve) {
  const medians = curve.points.map(({ median }) => median);
  const y = near(
    level,
    medians.map(({ value }) => value),
  );
  const end = (part: "low" | "high") =>
    y.map((value, i) => (value === null || !Number.isFinite(medians[i][part]) ? value : medians[i][part]));
  return { y, lower: end("low"), upper: end("high") };
}

const interval = ({ low, high }: Quantile): string => `${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;

/** A table's rows for the medians of a setting, one a length. */
export function medianRows(test: string, lengths: readonly number[], shapes: readonly MedianShape[]) {
  return shapes.map(({ best, first, least, last, fallsThenRises }, j) => ({
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

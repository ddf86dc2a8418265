/** @file Will more thinking help? The error against k with intervals, the best k, and a verdict that abstains when the data do not tell. Ours. */

import { firstWhere } from "../core/bisection";
import { shortNumber } from "../core/shortNumber";
import { meanAndError } from "../core/statistics";
import { errorCurves, isLimit, type LogCurves, limitCurves, type TestPrompts, typicalLog } from "./errorCurve";
import { combine, type Estimate, halfWidth, mapEstimate, type SourceSpread } from "./jackknife";
import { changedMoments, learnedStep, type TaskMoments, taskMoments } from "./learnedStep";
import { type LeftOut, leaveBlocksOut, spreadOf } from "./leaveBlocksOut";
import type { Sample } from "./sample";

/** What is predicted from. */
export interface PredictionParams {
  /** The training tasks' data, L of them. */
  readonly tasks: readonly Sample[];
  /** The target's data. */
  readonly target: Sample;
  /** π, (L,), >= 0, sum 1. */
  readonly weights: ArrayLike<number>;
  /** n_l, (L,). */
  readonly lengths: ArrayLike<number>;
  /** K: the most steps that are considered. */
  readonly steps: number;
  /** Coverage of the intervals, for example 0.95. */
  readonly confidence: number;
  /** The test prompts. */
  readonly tests: TestPrompts;
  /** Called with the share done. */
  readonly onProgress?: (share: number) => void;
}

/** The prediction at one k. */
export interface PredictedError {
  /** k: steps. */
  readonly k: number;
  /** The typical error after k steps, units of w², with its interval. It is d at k = 0. */
  readonly error: Estimate;
  /** Share of the prompts on which k steps are worse than none; `high` at the bad end of the data's uncertainty. */
  readonly harmed: { readonly value: number; readonly high: number };
}

/** By what factor the target's covariance could grow before step k + 1 begins to hurt; below 1 it hurts already. */
export interface StepMargin {
  /** k: steps. */
  readonly k: number;
  /** s_k. */
  readonly factor: Estimate;
}

/** The answer. */
export interface Verdict {
  /**
   * "helps": the error falls up to K; "hurts": it has its least value at some k* < K and rises after; "unclear": the data do not tell which.
   */
  readonly call: "helps" | "hurts" | "unclear";
  /** The same in words. */
  readonly text: string;
  /** By what share the error falls up to k*, as estimated: 1 - e_{k*}/e_0. */
  readonly fall: number;
  /** k*: estimate, and an interval that holds at the confidence. K stands for K or more. */
  readonly bestSteps: { readonly value: number; readonly low: number; readonly high: number };
  /** By what factor all files would have to grow for the call to be clear four times in five, if the estimate is right; absent unless "unclear". */
  readonly moreData?: { readonly factor: number; readonly rows: Readonly<Record<string, number>> };
}

/** The error against k, and what follows from it. */
export interface Prediction {
  /** For k = 0..K. */
  readonly curve: readonly PredictedError[];
  /** Whether more steps help. */
  readonly verdict: Verdict;
  /** The error at k*. */
  readonly bestError: Estimate;
  /** The most steps up to which thinking is, at the confidence, better than none and harms at most 5 % of the prompts; 0 when none is. */
  readonly safeSteps: number;
  /**
   * η: multiplying every step by less makes each of the K steps lower the error, s_{K-1}; at the confidence, below `low`. Above 1 no damping is
   * needed.
   */
  readonly damping: Estimate;
  /** Margins at the numbers of steps that were needed for the verdict. */
  readonly margins: readonly StepMargin[];
  /** Share of the variance of the last margin that comes from each file, and from the number of simulated prompts. */
  readonly sources: Readonly<Record<string, number>>;
}

/** Most prompts that a safe number of steps may harm. */
const HARMED = 0.05;
/** Numbers kept for operators without a block, at most. */
const KEPT_NUMBERS = 2 ** 25;
/** Half the step of the slope's difference quotient, in ln s. */
const SLOPE_STEP = 0.02;

/** The curves of one state of the data. */
type Curves = (scale: number, steps: number) => LogCurves;
/** ln s_k with its interval, and where its uncertainty comes from. */
type Margin = { readonly log: Estimate; readonly spreads: readonly SourceSpread[] };

/**
 * Predicts the error of k = 0..K steps of the model that the mixture trains, on the target's prompts.
 *
 * The error is the mean over w and the geometric mean over prompts, that of a typical prompt: at every finite m the mean over prompts
 * diverges with k because of prompts that hardly ever occur.
 *
 * The verdict rests on margins. Let e_k(s) be the error when Σ is multiplied by s, and s_k the root of e_{k+1}(s) = e_k(s): step k + 1
 * hurts exactly when s_k < 1. At m = ∞ it tends to 2/μ_max as k grows. ln s_k is nearly linear in the data even where e_k is not (just below
 * μ = 2 the growing direction is invisible in e_k, just above it is everything), so that its interval by blocks left out (`combine`) can
 * be believed. Steps are called helpful while the interval of ln s_k lies above 0, from k = 0 on; harmful while it lies below, from K
 * down. Each statement is a sequence of tests in a fixed order that ends with the first failure, so each is wrong with at most half of
 * 1 - confidence, without a correction for their number.
 *
 * The interval of the error is the hull of that of ln e_k and of the curves with Σ multiplied so that ln s_{K-1} is at the ends of its
 * interval; up to where steps are called helpful it ends at the error of no thinking. The estimate is the curve with Σ multiplied so that
 * ln s_{K-1} is free of its estimated bias.
 */
export function predict(params: PredictionParams): Prediction {
  const { tasks, target, weights, lengths, steps, confidence, tests, onProgress = () => {} } = params;
  const { d } = target;
  const moments = tasks.map((task, l) => taskMoments(task, d, lengths[l]));
  const step = learnedStep(moments, weights, d);
  const whole = errorCurves(step, target.covariance, tests, steps);
  const few = tests.few ? errorCurves(step, target.covariance, tests.few, steps) : whole;
  const leftOut = curvesLeftOut({ ...params, tests: tests.few ?? tests }, moments, step);

  const known = new Map<number, Margin>();
  const margin = (k: number) => {
    let found = known.get(k);
    if (!found) {
      found = marginAt(k, whole, few, leftOut, confidence);
      known.set(k, found);
      onProgress(Math.min(0.95, known.size / 12));
    }
    return found;
  };
  const last = margin(steps - 1);
  const helpsAt = (k: number) => margin(k).log.low > 0;
  const hurtsAt = (k: number) => margin(k).log.high < 0;
  const low = helpsAt(steps - 1) ? steps : firstWhere(-1, steps - 1, (k) => !helpsAt(k));
  const high = hurtsAt(steps - 1) ? firstWhere(-1, steps - 1, hurtsAt) : steps;

  const call = low === steps ? "helps" : high < steps ? "hurts" : "unclear";

  const { value: centre, low: worst, high: most, plugIn } = last.log;
  const [middle, bad, good] = [centre, worst, most].map((log) => whole(Math.exp(plugIn - log), steps));
  const plain = whole(1, steps);
  const plainFew = few(1, steps);
  const without = leftOut.map(({ sample, values }) => ({ sample, values: values.map((curves) => curves(1, steps)) }));
  const curve = Array.from({ length: steps + 1 }, (_, k): PredictedError => {
    const spreads = without.map((source) => spreadOf(source, typicalLog(plainFew, k), (curves) => typicalLog(curves, k)));
    const own = combine(typicalLog(plain, k), [...spreads, promptSpread(plain.map((logs) => logs[k]))], confidence);
    const value = typicalLog(middle, k);
    const ends = [own.low, own.high, value, typicalLog(bad, k), typicalLog(good, k)];
    // Where every step so far helps, the error is below that of no thinking, with the same confidence; blocks left out alone do not know that.
    const ceiling = k <= low ? Math.max(value, typicalLog(middle, 0)) : Number.POSITIVE_INFINITY;
    const log = { value, low: Math.min(...ends), high: Math.min(ceiling, Math.max(...ends)), plugIn: own.plugIn };
    return { k, error: mapEstimate(log, Math.exp), harmed: { value: harmedShare(middle, k), high: harmedShare(bad, k) } };
  });
  onProgress(1);

  const lowest = curve.reduce((best, { error }, k) => (error.value < curve[best].error.value ? k : best), 0);
  const best = Math.min(high, Math.max(low, lowest));
  const moreData = call === "unclear" ? dataNeeded(last, confidence, [...tasks.filter((_, l) => weights[l] !== 0), target]) : undefined;
  const errors = [curve[0].error.value, curve[best].error.value, curve[steps].error.value] as const;
  const variance = last.spreads.reduce((sum, spread) => sum + spread.variance, 0);
  return {
    curve,
    verdict: {
      call,
      text: inWords({ call, low, high, best, steps, errors }, last.spreads, moreData?.factor),
      fall: 1 - errors[1] / errors[0],
      bestSteps: { value: best, low, high },
      ...(moreData && { moreData }),
    },
    bestError: curve[best].error,
    safeSteps: safeSteps(curve),
    damping: mapEstimate(last.log, Math.exp),
    margins: [...known].sort(([a], [b]) => a - b).map(([k, { log }]) => ({ k, factor: mapEstimate(log, Math.exp) })),
    sources: Object.fromEntries(last.spreads.map((spread) => [spread.source, variance > 0 ? spread.variance / variance : 0])),
  };
}

/** The curves with every block left out, prepared when they are first used, and kept when there is room. */
function curvesLeftOut(
  { tasks, target, weights, lengths, tests, steps }: PredictionParams,
  moments: readonly TaskMoments[],
  step: Float64Array,
): LeftOut<Curves>[] {
  const { d } = target;
  const samples = [...tasks, target];
  const count = samples.reduce((sum, sample) => sum + sample.blocks, 0);
  const keep = count * Math.max(1, tests.whites.length) * d * d <= KEPT_NUMBERS;
  return leaveBlocksOut(samples, weights, (without): Curves => {
    const matrices = () => {
      const changed = changedMoments(moments, without, d, lengths);
      return { step: changed === moments ? step : learnedStep(changed, weights, d), sigma: (without(tasks.length) ?? target).covariance };
    };
    if (isLimit(tests)) return limitCurves(matrices, tests, steps);
    const prepare = (): Curves => {
      const { step, sigma } = matrices();
      return errorCurves(step, sigma, tests, steps);
    };
    let kept: Curves | undefined;
    return (scale, most) => {
      const curves = kept ?? prepare();
      if (keep) kept = curves;
      return curves(scale, most);
    };
  });
}

function marginAt(k: number, whole: Curves, few: Curves, leftOut: readonly LeftOut<Curves>[], confidence: number): Margin {
  const slopeAt = (curves: Curves) => (logScale: number) => {
    const logs = curves(Math.exp(logScale), k + 1);
    return typicalLog(logs, k + 1) - typicalLog(logs, k);
  };
  const rootOf = (curves: Curves) => {
    const growth = slopeAt(curves);
    const root = crossing(growth);
    return { root, slope: (growth(root + SLOPE_STEP) - growth(root - SLOPE_STEP)) / (2 * SLOPE_STEP) };
  };
  const all = rootOf(whole);
  const { root, slope } = few === whole ? all : rootOf(few);
  // Two chord steps from the common root: the roots differ little, and what is left is of third order in their difference.
  const rootNear = (curves: Curves) => {
    const at = slopeAt(curves);
    const first = root - bounded(at(root) / slope);
    return first - bounded(at(first) / slope);
  };
  const spreads = leftOut.map((source) => spreadOf(source, root, rootNear));
  const logs = whole(Math.exp(all.root), k + 1);
  if (logs.length > 1) spreads.push(promptSpread(logs.map((log) => (log[k + 1] - log[k]) / all.slope)));
  return { log: combine(all.root, spreads, confidence), spreads };
}

function bounded(step: number): number {
  return Math.max(-1, Math.min(1, step));
}

/** The variance of a mean over prompts. */
function promptSpread(values: readonly number[]): SourceSpread {
  const blocks = values.length;
  return { source: "prompts", bias: 0, variance: blocks < 2 ? 0 : meanAndError(values).standardError ** 2, blocks: Math.max(2, blocks) };
}

/** The root of a function that is negative far to the left and positive far to the right, by doubling and regula falsi (Illinois). */
function crossing(f: (x: number) => number): number {
  let a = 0;
  let fa = f(0);
  let width = fa < 0 ? 0.25 : -0.25;
  let b = width;
  let fb = f(b);
  while (fa < 0 === fb < 0 && Math.abs(b) < 60) {
    [a, fa] = [b, fb];
    width *= 2;
    b += width;
    fb = f(b);
  }
  let side = 0;
  for (let i = 0; i < 60 && Math.abs(b - a) > 1e-9; i++) {
    // Values beyond ±1 say little more than their sign.
    const [ga, gb] = [bounded(fa), bounded(fb)];
    const c = i % 6 === 5 ? (a + b) / 2 : (a * gb - b * ga) / (gb - ga);
    const fc = f(c);
    if (fc < 0 === fb < 0) {
      [b, fb] = [c, fc];
      if (side === -1) fa /= 2;
      side = -1;
    } else {
      [a, fa] = [c, fc];
      if (side === 1) fb /= 2;
      side = 1;
    }
    if (Math.abs(fc) < 1e-12) return c;
  }
  return (a + b) / 2;
}

function harmedShare(curves: LogCurves, k: number): number {
  return curves.filter((logs) => logs[k] > logs[0]).length / curves.length;
}

function safeSteps(curve: readonly PredictedError[]): number {
  const start = curve[0].error.value;
  let safe = 0;
  while (safe + 1 < curve.length && curve[safe + 1].error.high < start && curve[safe + 1].harmed.high <= HARMED) safe++;
  return safe;
}

/** How many standard errors of luck are allowed for, so that four data sets in five of the wanted size decide. */
const LUCK = 0.84;

/**
 * With c times the rows the standard error is divided by √c and the bias by at least √c: enough when the interval, and some luck, are
 * smaller than the margin. The interval reaches from the once corrected estimate by the bias to both sides.
 */
function dataNeeded({ log, spreads }: Margin, confidence: number, samples: readonly Sample[]) {
  const prompts = spreads.filter(({ source }) => source === "prompts");
  const data = spreads.filter(({ source }) => source !== "prompts");
  const room = Math.abs(log.value) - halfWidth(prompts, confidence);
  const bias = Math.abs(data.reduce((sum, spread) => sum + spread.bias, 0));
  const error = Math.sqrt(data.reduce((sum, spread) => sum + spread.variance, 0));
  const factor = room > 0 ? Math.max(1.1, ((halfWidth(data, confidence) + LUCK * error + bias) / room) ** 2) : Number.POSITIVE_INFINITY;
  return { factor, rows: Object.fromEntries(samples.map(({ name, moments }) => [name, Math.ceil(moments.count * factor)])) };
}

/** A change of the error by a smaller share than this is hardly one. */
const HARDLY = 0.1;

interface Told {
  readonly call: Verdict["call"];
  readonly low: number;
  readonly high: number;
  readonly best: number;
  readonly steps: number;
  /** The errors of no step, of the best number of steps, and of the most. */
  readonly errors: readonly [start: number, best: number, last: number];
}

/** The verdict with the size of what it says: an error of 6 that falls to 5.9 hardly helps. */
function inWords({ call, low, high, best, steps, errors }: Told, spreads: readonly SourceSpread[], factor: number | undefined): string {
  const [start, least, last] = errors;
  const fall = 1 - least / start;
  const helps = fall < HARDLY ? "hardly helps" : "helps";
  const hurts = last < (1 + HARDLY) * least ? "hardly hurts" : "hurts";
  const falls = `the error falls from ${shortNumber(start)} to ${shortNumber(least)} (by ${shortNumber(100 * fall)} %)`;
  if (call === "helps") return `More thinking ${helps}: ${falls} up to k = ${steps}, the most that was considered.`;
  if (call === "hurts") {
    const end = `${shortNumber(last)} at k = ${steps}`;
    if (high === 0)
      return `More thinking ${hurts} from the first step: the error is least at k = 0, where it is ${shortNumber(start)}, and is ${end}.`;
    const range = low === high ? `k* = ${best}` : `k* = ${best} (between ${low} and ${high})`;
    return `More thinking ${helps} up to ${range}, and ${hurts} from there on: ${falls}, and is ${end}.`;
  }
  const known =
    low > 0 ? `More thinking helps up to k = ${low} at least; whether it hurts before k = ${steps}` : "Whether more thinking hurts";
  const variance = (simulated: boolean) =>
    spreads.reduce((sum, { source, variance }) => ((source === "prompts") === simulated ? sum + variance : sum), 0);
  const wish =
    variance(true) > variance(false)
      ? "most of the uncertainty is that of the simulated prompts: take more of them"
      : factor === undefined || factor > 1e4
        ? "the estimate lies so close to the boundary that no reasonable number of rows would decide it"
        : `about ${factor < 10 ? factor.toFixed(1) : Math.round(factor)} times as many rows should decide it`;
  const between = best > 0 && best < steps ? `, ${shortNumber(least)} at k = ${best}` : "";
  const size = `As estimated, the error is ${shortNumber(start)} at k = 0${between} and ${shortNumber(last)} at k = ${steps}.`;
  return `Not enough samples to tell. ${known} cannot be told from these data; ${wish}. ${size}`;
}

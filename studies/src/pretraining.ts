/** @file What notebook 12 computes: layers that are fitted to a number of prompts, and the theory's numbers beside them. */
import { geometricIntegers } from "cotlab/dist/core/grids";
import { type HeavyTail, tailDiagnosis } from "cotlab/dist/core/heavyTail";
import type { Random } from "cotlab/dist/core/random";
import { type Mean, meanAndError, type Quantile, quantiles } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import type { Covariance } from "cotlab/dist/model/covariance";
import { stepPowers } from "cotlab/dist/model/errorPowers";
import type { InputLaw } from "cotlab/dist/model/inputLaw";
import { secondMomentSampler } from "cotlab/dist/model/wishart";
import { formatNumber } from "cotlab/dist/notebook/table";
import { counted, listed, spanned } from "cotlab/dist/notebook/words";
import { criticalPrompts, pretrainingGrowth } from "cotlab/dist/theory/pretraining/criticalPrompts";
import { fittedLayerSampler } from "cotlab/dist/theory/pretraining/fittedLayer";
import { MAX_PAIRED_STEPS } from "cotlab/dist/theory/pretraining/nestedPairings";
import { type PretrainingParams, pretrainingErrorCurve } from "cotlab/dist/theory/pretraining/pretrainingError";
import { affordable } from "./overthinking";

type OnProgress = (done: number, total: number) => void;

/** A layer to be fitted to B prompts, and its test. */
export interface PretrainedSetting extends Omit<PretrainingParams, "draws" | "seed"> {
  readonly target: Covariance;
  /** The law of the training inputs; default normal. */
  readonly inputs?: InputLaw;
}

/** What layers that were fitted to B prompts do, one row a fit, each with a test prompt of its own where m is finite. */
export interface FittedChains {
  readonly setting: PretrainedSetting;
  readonly fits: number;
  /** ln ‖(I - ÂS)^k‖_F², `[fit][k]`. */
  readonly logErrors: readonly Float64Array[];
  /** ‖(I - ÂS)^K‖^{1/K} at K = 1024: the spectral radius, to about 1 %. */
  readonly growths: Float64Array;
}

/** Steps after which the growth of a chain is read off its norm. */
const LATE = 1024;
/** Work that a set of fits may take, in multiplications: about a second. */
const WORK = 3e8;
/** Fits that are made however dear they are. */
const FEWEST = 8;

/** How many fits of a wish are made. */
export function fitsWithin(wish: number, { covariance: { d }, n, prompts, inputs }: PretrainedSetting, steps: number, share = 1): number {
  const drawn = inputs === undefined ? 2 * d : 4 * n * d;
  const operations = prompts * (3 * d * d + 10 * drawn) + (steps + 10) * d ** 3;
  return affordable(wish, { operations, budget: share * WORK, least: Math.min(wish, FEWEST) });
}

/** Fits layers to prompts that are drawn, and lets them think for k = 0..steps steps. */
export function fitChains(
  setting: PretrainedSetting,
  { steps, fits }: { readonly steps: number; readonly fits: number },
  random: Random,
  onProgress?: OnProgress,
): FittedChains {
  const { target, m = Number.POSITIVE_INFINITY } = setting;
  const { d } = target;
  const fit = fittedLayerSampler(setting);
  const moment = secondMomentSampler({ covariance: target, m });
  const growths = new Float64Array(fits);
  const logErrors = Array.from({ length: fits }, (_, i) => {
    const stream = random.stream("fit", i);
    const power = stepPowers(fit(stream), moment(stream), d);
    const logs = Float64Array.from({ length: steps + 1 }, (_, k) => (k === 0 ? Math.log(d) : 2 * power(k).log));
    growths[i] = Math.exp(power(LATE).log / LATE);
    onProgress?.(i + 1, fits);
    return logs;
  });
  return { setting, fits, logErrors, growths };
}

/** The error of fitted layers after k steps. */
export interface FittedPoint {
  readonly k: number;
  readonly mean: Mean;
  readonly median: Quantile;
  readonly heavyTail: HeavyTail;
}

/** Mean and median over the fits at every k. */
export function fittedPoints({ logErrors }: FittedChains): FittedPoint[] {
  return Array.from(logErrors[0], (_, k) => {
    const values = logErrors.map((logs) => Math.exp(logs[k]));
    return { k, mean: meanAndError(values), median: quantiles(values, [0.5])[0], heavyTail: tailDiagnosis(values).heavyTail };
  });
}

/** The share of fits whose chain diverges. */
export function divergingFits({ growths, fits }: FittedChains): Share {
  return wilsonInterval(growths.filter((growth) => growth > 1).length, fits);
}

/** The number of steps with the least error in the median over the fits; the last one where it only falls. */
export function medianBestStep(points: readonly FittedPoint[]): number {
  return points.reduce((best, point) => (point.median.value < points[best].median.value ? point.k : best), 0);
}

/** Where a layer stands: its growth a step, and the best k by the formula where that is below the limit. */
export interface PretrainedRow {
  readonly prompts: number;
  readonly critical: number;
  readonly growth: number;
  /** k*: Infinity where the error only falls; null where it lies beyond what is computed. */
  readonly best: number | null;
}

/** The growth and k* of a layer by the theory, at m = ∞. */
export function pretrainedRow({ inputs: _, ...setting }: PretrainedSetting): PretrainedRow {
  const growth = pretrainingGrowth(setting);
  return { prompts: setting.prompts, critical: criticalPrompts(setting), growth, best: bestSteps(setting, growth) };
}

/** k* from the curve, looked at in doubling lengths. */
function bestSteps(setting: PretrainingParams, growth: number): number | null {
  if (growth <= 1) return Number.POSITIVE_INFINITY;
  for (const steps of [32, 128, MAX_PAIRED_STEPS]) {
    const { logErrors } = pretrainingErrorCurve(setting, steps);
    const best = logErrors.indexOf(Math.min(...logErrors));
    if (best < steps) return best;
  }
  return null;
}

const stepsText = (best: number | null): string =>
  best === null ? `beyond ${MAX_PAIRED_STEPS} steps` : best === 0 ? "at once" : `after ${counted(best, "step")}`;

/** How the steps that serve best are written in a table. */
export const bestText = (best: number | null): string =>
  best === null ? `> ${MAX_PAIRED_STEPS}` : best === Number.POSITIVE_INFINITY ? "none" : String(best);

/** What notebook 12 finds by closed forms. */
export interface PretrainingFindings {
  readonly covariance: Covariance;
  readonly n: number;
  readonly rows: readonly PretrainedRow[];
  readonly split: SplitCurves;
  readonly budget: number;
}

/** The findings as a list of three. */
export function pretrainingFindings({ covariance, n, rows, split, budget }: PretrainingFindings): string[] {
  const { d } = covariance;
  const [{ critical }] = rows;
  const below = rows.filter(({ growth }) => growth > 1);
  const above = rows.filter(({ growth }) => growth <= 1);
  const wrong =
    below.length === 0
      ? "The numbers below are all above it"
      : `With fewer the error grows in the end, in spite of perfect alignment and endless test prompts: with B = ${listed(
          below.map(({ prompts, best }) => `${prompts} ${stepsText(best)}`),
        )}`;
  const rates = above.map(({ prompts, growth }) => `${formatNumber(growth, 3)} with B = ${prompts}`);
  const many =
    above.length === 0
      ? "None of these layers gains for ever: each has a best number of steps"
      : `From B_c on as many as one likes: a step multiplies the norm of the error by ${listed(rates)} in the end`;
  const lengths = split.best.map((cut) => cut.n);
  const cuts = split.best.map((cut) => `k = ${cut.k}: n = ${cut.n}, B = ${cut.prompts}, error ${formatNumber(cut.error, 2)}`);
  const few = split.best.every((cut) => cut.prompts < cut.n) ? "few long prompts" : "prompts";
  return [
    `- **How many prompts?** At n = ${n} more thinking helps for ever from $B_c = ${formatNumber(critical)}$ training prompts on, ` +
      `${formatNumber(critical / d, 3)} for each of the d = ${d} dimensions. ${wrong}.`,
    `- **How many steps?** ${many}. With endless pretraining it would be ${formatNumber(endlessGrowth(covariance, n), 3)}.`,
    `- **How long?** ${formatNumber(budget)} examples in all are best spent on ${few} of n = ${spanned(lengths, 4)} (${cuts.join("; ")}).`,
  ];
}

/** max (1 - λ_i/γ_i): the factor of a step with endless pretraining, aligned. */
export const endlessGrowth = (covariance: Covariance, n: number): number =>
  pretrainingGrowth({ covariance, n, prompts: Number.POSITIVE_INFINITY });

/** The best cut of a budget of examples into prompts of n, for k steps. */
export interface Split {
  readonly k: number;
  readonly n: number;
  readonly prompts: number;
  readonly error: number;
}

/** The error of k steps by the cut of a budget of T examples into B = T/n prompts, aligned, m = ∞. */
export interface SplitCurves {
  readonly ks: readonly number[];
  readonly n: readonly number[];
  /** 𝓔_k, `[k][n]`. */
  readonly errors: readonly (readonly number[])[];
  readonly best: readonly Split[];
}

/** Cuts of a budget into prompts of n examples, about fifty n that leave more than d + 1 prompts. */
export function splitBudget(covariance: Covariance, budget: number, ks: readonly number[]): SplitCurves {
  const n = geometricIntegers(1, Math.floor(budget / (covariance.d + 2)), 50);
  const most = Math.max(...ks);
  const promptsOf = (length: number): number => Math.floor(budget / length);
  const curves = n.map((length) => pretrainingErrorCurve({ covariance, n: length, prompts: promptsOf(length) }, most).errors);
  const errors = ks.map((k) => curves.map((curve) => curve[k]));
  const best = ks.map((k, i): Split => {
    const at = errors[i].indexOf(Math.min(...errors[i]));
    return { k, n: n[at], prompts: promptsOf(n[at]), error: errors[i][at] };
  });
  return { ks, n, errors, best };
}

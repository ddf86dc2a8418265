/** @file What notebook 12 computes: layers that are fitted to a number of prompts, and the theory's numbers beside them. */

import { bisect } from "cotlab/dist/core/bisection";
import { geometricIntegers, integers } from "cotlab/dist/core/grids";
import { type HeavyTail, tailDiagnosis } from "cotlab/dist/core/heavyTail";
import type { Random } from "cotlab/dist/core/random";
import { type Mean, meanAndError, type Quantile, quantiles } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { Covariance } from "cotlab/dist/model/covariance";
import { stepPowers } from "cotlab/dist/model/errorPowers";
import type { InputLaw } from "cotlab/dist/model/inputLaw";
import { secondMomentSampler } from "cotlab/dist/model/wishart";
import { formatNumber } from "cotlab/dist/notebook/table";
import { counted, listed } from "cotlab/dist/notebook/words";
import { criticalTestLength } from "cotlab/dist/theory/finite/criticalTestLength";
import { overthinkingSpectrum } from "cotlab/dist/theory/paper/overthinking";
import { criticalPrompts, pretrainingGrowth } from "cotlab/dist/theory/pretraining/criticalPrompts";
import { fittedLayerSampler } from "cotlab/dist/theory/pretraining/fittedLayer";
import { isotropicCriticalPrompts, isotropicPretrainingPhase } from "cotlab/dist/theory/pretraining/isotropicPretraining";
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
const FEWEST = 4;

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
  const cuts = [...new Set(split.best.map((cut) => cut.n))].map((length) => split.best.filter((cut) => cut.n === length));
  const cutText = cuts.map(
    (same) =>
      `B = ${same[0].prompts} prompts of n = ${same[0].n} for k = ${listed(same.map((cut) => String(cut.k)))} ` +
      `(error ${listed(same.map((cut) => formatNumber(cut.error, 2)))})`,
  );
  return [
    `- **How many prompts?** At n = ${n} more thinking helps for ever from $B_c = ${formatNumber(critical)}$ training prompts on, ` +
      `${formatNumber(critical / d, 3)} for each of the d = ${d} dimensions. ${wrong}.`,
    `- **How many steps?** ${many}. With endless pretraining it would be ${formatNumber(endlessGrowth(covariance, n), 3)}.`,
    `- **How long?** ${formatNumber(budget)} examples in all are best cut into ${listed(cutText)}. Of a growing budget most goes into longer ` +
      "prompts, not into more of them.",
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

/** A simulated error beside the formula's. */
export type AgreementRow = {
  readonly setting: string;
  readonly B: number;
  readonly k: number;
  readonly formula: number;
  /** The mean over the fits where all chains converge. */
  readonly mean: number | null;
  readonly se: number | null;
  readonly median: number;
  readonly "diverging, %": number;
};

/** Fitted layers beside the formula, at some k. A mean is given where no fit diverges: else it rests on a few of them. */
export function agreementRows(name: string, run: FittedChains, ks: readonly number[]): AgreementRow[] {
  const { inputs: _, ...setting } = run.setting;
  const { errors } = pretrainingErrorCurve(setting, Math.max(...ks));
  const points = fittedPoints(run);
  const { value: share } = divergingFits(run);
  return ks.map((k) => ({
    setting: name,
    B: setting.prompts,
    k,
    formula: errors[k],
    mean: share === 0 ? points[k].mean.mean : null,
    se: share === 0 ? points[k].mean.standardError : null,
    median: points[k].median.value,
    "diverging, %": 100 * share,
  }));
}

/** A test covariance of trace d whose inputs are correlated with their neighbours, r^|i-j|. */
export function correlatedTest(d: number, correlation: number): Covariance {
  const at = integers(0, d - 1);
  return Covariance.fromMatrix(at.map((i) => at.map((j) => (i === j ? 1 : correlation ** Math.abs(i - j)))));
}

/** B_c by training length, with the examples that it makes. */
export function criticalRows(covariance: Covariance, n: number) {
  const lengths = geometricIntegers(Math.max(1, n / 16), 16 * n, 5);
  return lengths.map((length) => {
    const critical = criticalPrompts({ covariance, n: length });
    return {
      n: length,
      B_c: critical,
      "B_c/d": critical / covariance.d,
      "examples n B_c": length * critical,
      "growth, B = ∞": endlessGrowth(covariance, length),
    };
  });
}

/** Whether most of a few fitted layers diverge in a setting, beside what the theory says. */
export interface PhasePoint {
  readonly x: number;
  readonly prompts: number;
  readonly critical: number;
  readonly diverging: Share;
  readonly fits: number;
}

function phasePoint(x: number, critical: number, setting: PretrainedSetting, wish: number, random: Random): PhasePoint {
  const fits = fitsWithin(wish, setting, 0, 0.05);
  return { x, prompts: setting.prompts, critical, diverging: divergingFits(fitChains(setting, { steps: 0, fits }, random)), fits };
}

/** Most prompts to which a layer is fitted here: what their sum of squares may cost, and 20,000. */
const mostPrompts = (d: number): number => Math.min(20000, Math.max(2 * d + 2, Math.floor(2e8 / (d * d))));

/** Fitted layers at multiples of B_c. */
function pointsAround(
  x: number,
  critical: number,
  factors: readonly number[],
  setting: Omit<PretrainedSetting, "prompts">,
  wish: number,
  random: Random,
): PhasePoint[] {
  const { d } = setting.covariance;
  return factors
    .map((factor) => Math.round(factor * critical))
    .filter((prompts) => prompts >= d + 2 && prompts <= mostPrompts(d))
    .map((prompts) => phasePoint(x, critical, { ...setting, prompts }, wish, random.stream("phase", `${x}`, prompts)));
}

/** The phase diagram over training length and number of prompts, Λ = Σ = I, m = ∞: the growth a step, and fitted layers. */
export interface PhaseMap {
  readonly d: number;
  /** n/d and B/d. */
  readonly lengths: readonly number[];
  readonly prompts: readonly number[];
  /** growth[B][n]. */
  readonly growth: readonly (readonly number[])[];
  readonly points: readonly PhasePoint[];
}

/** Grid of n/d from 1/8 to 8 and B/d from just above 1 to 12, points at n/d = 1/4 to 4. */
export async function phaseMap(d: number, wish: number, random: Random, onProgress?: OnProgress): Promise<PhaseMap> {
  const identity = Covariance.diagonal(new Float64Array(d).fill(1));
  const ratios = (low: number, high: number, count: number): number[] =>
    integers(0, count - 1).map((i) => low * (high / low) ** (i / (count - 1)));
  const lengths = ratios(1 / 8, 8, 37);
  const prompts = ratios(1 + 2.5 / d, 12, 37);
  const growthAt = (x: number, y: number): number => {
    const delta = (1 + 1 / d) / (x + 1 + 1 / d);
    return delta + Math.sqrt((delta * (1 - delta)) / (y - 1 - 1 / d));
  };
  const columns = [1 / 4, 1 / 2, 1, 2, 4].map((x) => Math.max(1, Math.round(x * d)));
  const points: PhasePoint[] = [];
  for (const [i, n] of [...new Set(columns)].entries()) {
    const critical = (d + 1) * (1 + d / n);
    points.push(...pointsAround(n / d, critical, [0.4, 0.65, 1.4, 2], { covariance: identity, target: identity, n }, wish, random));
    onProgress?.(i + 1, columns.length);
    await Promise.resolve();
  }
  return { d, lengths, prompts, growth: prompts.map((y) => lengths.map((x) => growthAt(x, y))), points };
}

/** B_c on test prompts of m examples, for a few training lengths, Λ = Σ = I. */
export interface TestLengthCurves {
  readonly d: number;
  readonly curves: readonly { readonly n: number; readonly m: readonly number[]; readonly critical: readonly number[] }[];
  readonly points: readonly PhasePoint[];
}

/** B_c by m, and fitted layers on prompts of m examples, at n = d. */
export async function testLengthCurves(d: number, wish: number, random: Random, onProgress?: OnProgress): Promise<TestLengthCurves> {
  const identity = Covariance.diagonal(new Float64Array(d).fill(1));
  const curves = [1 / 2, 1, 2, 4].map((x) => {
    const n = Math.max(1, Math.round(x * d));
    const least = criticalTestLength({ d, n });
    // Dense above m_c, where B_c falls from infinity.
    const m = geometricIntegers(1, 40 * d, 60).map((over) => Math.floor(least) + over);
    return { n, m, critical: m.map((length) => isotropicCriticalPrompts({ d, n, m: length })) };
  });
  const least = criticalTestLength({ d, n: d });
  const points: PhasePoint[] = [];
  const chosen = [1.3, 2, 4, 16].map((factor) => Math.ceil(factor * least));
  for (const [i, m] of chosen.entries()) {
    const critical = isotropicCriticalPrompts({ d, n: d, m });
    points.push(...pointsAround(m / d, critical, [0.65, 1.5], { covariance: identity, target: identity, n: d, m }, wish, random));
    onProgress?.(i + 1, chosen.length);
    await Promise.resolve();
  }
  return { d, curves, points };
}

/** Points that lie further from B_c than a factor, and how many of them do not do what the theory says of most layers. */
export function phaseMisses(points: readonly PhasePoint[]): { readonly clear: number; readonly wrong: number } {
  const wrong = points.filter(({ prompts, critical, diverging }) => prompts < critical !== diverging.value > 0.5);
  return { clear: points.length, wrong: wrong.length };
}

/** Beyond this k* is not searched for. */
const MOST_BEST = 20000;

/** k* by B just below B_c, Λ = Σ = I, m = ∞. */
export interface BestStepCurve {
  readonly prompts: readonly number[];
  readonly critical: number;
  /** k* of the mean error, by the formula; Infinity beyond what is searched. */
  readonly best: readonly number[];
  /** 1/(4 ln(δ + ρ)). */
  readonly law: readonly number[];
}

/** k* for all B, or about sixty, from d + 2 to B_c. */
export function bestStepCurve({ d, n }: { readonly d: number; readonly n: number }): BestStepCurve {
  const critical = (d + 1) * (1 + d / n);
  const last = Math.ceil(critical) - 1;
  const prompts =
    last < d + 2
      ? []
      : geometricIntegers(1, last - d - 1, 60)
          .map((room) => last + 1 - room)
          .reverse();
  const covariance = Covariance.diagonal(new Float64Array(d).fill(1));
  const law = prompts.map((B) => 1 / (4 * Math.log(pretrainingGrowth({ covariance, n, prompts: B }))));
  const best = prompts.map((B, i) =>
    law[i] < MOST_BEST ? isotropicPretrainingPhase({ d, n, prompts: B }).bestSteps : Number.POSITIVE_INFINITY,
  );
  return { prompts, critical, best, law };
}

/** How B_c depends on the scale of the test, Σ = sΛ. */
export interface Overshoot {
  /** s over the scale at which steps diverge for every B. */
  readonly scales: readonly number[];
  readonly limit: number;
  readonly critical: readonly number[];
  /** The value at z = 1, for every s. */
  readonly necessary: number;
  /** The s from which on z = -1 asks for more. */
  readonly turn: number;
  readonly points: readonly PhasePoint[];
}

/** B_c by the scale of the test, and fitted layers. */
export async function overshoot(
  { covariance, n }: { readonly covariance: Covariance; readonly n: number },
  wish: number,
  random: Random,
  onProgress?: OnProgress,
): Promise<Overshoot> {
  const limit = 2 / overthinkingSpectrum({ covariance, n })[0];
  const at = (share: number): number => criticalPrompts({ covariance, target: covariance.scale(share * limit), n });
  const scales = integers(0, 60).map((i) => 0.05 + (0.93 * i) / 60);
  const critical = scales.map(at);
  const necessary = at(0.01);
  const turn = bisect((share) => at(share) > necessary * (1 + 1e-9), 0, 0.999, 1e-6).yes;
  const points: PhasePoint[] = [];
  const chosen = [0.25, 0.5, 0.75, 0.93];
  for (const [i, share] of chosen.entries()) {
    const target = covariance.scale(share * limit);
    points.push(...pointsAround(share, at(share), [0.6, 1.6], { covariance, target, n }, wish, random));
    onProgress?.(i + 1, chosen.length);
    await Promise.resolve();
  }
  return { scales, limit, critical, necessary, turn, points };
}

/** Least growth a step over the cuts of a budget T, isotropic, large d: n = xd, B = (T/d²)d/x, by the share of the budget. */
export type CutLaw = {
  /** T/d². */
  readonly budget: number;
  /** n/d and B/d of the least growth, and that growth. */
  readonly n: number;
  readonly B: number;
  readonly growth: number;
  /** √2 (T/d²)^{3/4} and (T/d²)^{1/4}/√2. */
  readonly "law of n": number;
  readonly "law of B": number;
};

/** The cut with the least growth, exact for d → ∞, by golden sections of ln x. */
export function cutLaw(budget: number): CutLaw {
  const growthOf = (x: number): number => 1 / (1 + x) + Math.sqrt(x) / (1 + x) / Math.sqrt(budget / x - 1);
  let [low, high] = [Math.log(budget * 1e-6), Math.log(budget * (1 - 1e-9))];
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 200; i++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (growthOf(Math.exp(a)) < growthOf(Math.exp(b))) high = b;
    else low = a;
  }
  const x = Math.exp((low + high) / 2);
  return {
    budget,
    n: x,
    B: budget / x,
    growth: growthOf(x),
    "law of n": Math.SQRT2 * budget ** 0.75,
    "law of B": budget ** 0.25 / Math.SQRT2,
  };
}

/** Layers fitted at five cuts of a budget, each with the run that it was. */
export async function cutChains(
  covariance: Covariance,
  { n, ks }: SplitCurves,
  budget: number,
  wish: number,
  random: Random,
  onProgress?: OnProgress,
): Promise<FittedChains[]> {
  const lengths = [...new Set([0.15, 0.35, 0.55, 0.75, 0.95].map((share) => n[Math.round(share * (n.length - 1))]))];
  const chosen = lengths.filter((length) => budget / length <= mostPrompts(covariance.d));
  const runs: FittedChains[] = [];
  for (const length of chosen) {
    const setting = { covariance, target: covariance, n: length, prompts: Math.floor(budget / length) };
    const steps = Math.max(...ks);
    runs.push(fitChains(setting, { steps, fits: fitsWithin(wish, setting, steps, 0.3) }, random.stream("cut", length)));
    onProgress?.(runs.length, chosen.length);
    await Promise.resolve();
  }
  return runs;
}

/** Λ = I, Σ = 2.8 I, d = n = 60, B = 200: steps overshoot, μ = 1.39, and z = -1 asks for three times the prompts that z = 1 does. */
export function overshootExample(fits: number, random: Random) {
  const covariance = Covariance.diagonal(new Float64Array(60).fill(1));
  const setting = { covariance, target: covariance.scale(2.8), n: 60, prompts: 200 };
  const diverging = divergingFits(fitChains(setting, { steps: 0, fits }, random));
  return {
    mu: overthinkingSpectrum(setting)[0],
    critical: criticalPrompts(setting),
    necessary: criticalPrompts({ covariance, n: 60 }),
    fits,
    count: Math.round(diverging.value * fits),
    diverging,
  };
}

/** Rows of a table: what fitted layers do at each B, beside the theory. */
export function chainRows(runs: readonly FittedChains[], rows: readonly PretrainedRow[]) {
  return runs.map((run, i) => {
    const points = fittedPoints(run);
    const { mean, standardError } = meanAndError(run.growths);
    const { best, growth, prompts } = rows[i];
    return {
      B: prompts,
      fits: run.fits,
      "growth a step": growth,
      "of the fits": mean,
      se: standardError,
      "diverging, %": 100 * divergingFits(run).value,
      "k* by (5)": bestText(best),
      "k* of the median": medianBestStep(points) < points.length - 1 ? medianBestStep(points) : `${points.length - 1} or more`,
    };
  });
}

/** A way to leave the assumptions of the training. */
export interface BrokenSetting {
  readonly name: string;
  readonly setting: PretrainedSetting;
}

/** The training as it is, with label noise, and with t-distributed inputs, each with 1.5 times the prompts that the first needs. */
export function brokenSettings(
  training: Omit<PretrainedSetting, "prompts">,
  { noise, degrees }: { readonly noise: number; readonly degrees: number },
): BrokenSetting[] {
  const prompts = Math.min(Math.ceil(1.5 * criticalPrompts(training)), mostPrompts(training.covariance.d));
  return [
    { name: "normal inputs", setting: { ...training, prompts } },
    { name: `label noise σ = ${noise}`, setting: { ...training, prompts, noise } },
    { name: `t inputs, ν = ${degrees}`, setting: { ...training, prompts, inputs: { kind: "student", degrees } } },
  ];
}

/** Numbers that may be drawn for one layer. */
const MOST_NUMBERS = 5e7;

/** What layers fitted to such training do; without fits where one takes too many examples that are not normal. */
export function brokenRow(name: string, setting: PretrainedSetting, wish: number, random: Random) {
  const { inputs, ...normal } = setting;
  const dear = inputs !== undefined && setting.prompts * setting.n * setting.covariance.d > MOST_NUMBERS;
  const run = dear ? undefined : fitChains(setting, { steps: 1, fits: fitsWithin(wish, setting, 1) }, random);
  const growth = run === undefined ? undefined : meanAndError(run.growths);
  return {
    training: name,
    B: setting.prompts,
    "B_c by (7)": criticalPrompts(normal),
    "growth by formula": pretrainingGrowth(normal),
    fits: run?.fits ?? "too dear here",
    "of the fits": growth?.mean,
    se: growth?.standardError,
    "diverging, %": run === undefined ? undefined : 100 * divergingFits(run).value,
  };
}

/** @file The experiments and tables of the scaling law (notebook 05): the exchange of n for k, long prompts, short prompts, the edge m_c(n). */
import { Checks } from "cotlab/dist/core/check";
import { distinct, geometricIntegers, integers } from "cotlab/dist/core/grids";
import { Random } from "cotlab/dist/core/random";
import { quantiles } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { Covariance } from "cotlab/dist/model/covariance";
import { powerLawSpectrum } from "cotlab/dist/model/spectrum";
import { formatNumber } from "cotlab/dist/notebook/table";
import { counted, fromLog, listed, spanned } from "cotlab/dist/notebook/words";
import { type CotErrorOptions, cotError } from "cotlab/dist/simulation/cotError";
import { simulate } from "cotlab/dist/simulation/simulate";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { anisotropicCriticalTestLength, criticalTestLength, criticalTrainingLength } from "cotlab/dist/theory/finite/criticalTestLength";
import { inverseLengthExpansion, scalingLawTestLength } from "cotlab/dist/theory/finite/inverseLengthExpansion";
import { bestSteps, isotropicError, logIsotropicError } from "cotlab/dist/theory/finite/isotropicError";
import { logMarchenkoPasturError } from "cotlab/dist/theory/finite/marchenkoPastur";
import { heuristicDivergenceStep } from "cotlab/dist/theory/finite/meanDivergence";
import { corollary35Bound, logCorollary35Bound } from "cotlab/dist/theory/paper/corollary35";
import { bernoulliSteps, stepsForError, stepsToMatch, updateCost } from "cotlab/dist/theory/paper/exchange";
import { hardness } from "cotlab/dist/theory/paper/hardness";
import { limitError, logLimitError, overthinkingSpectrum } from "cotlab/dist/theory/paper/overthinking";
import { spectrumLaw } from "./spectrumLaw";

type OnProgress = (done: number, total: number) => void;

/** A row of a table. */
type Row = Record<string, number | string | null>;

/** What the notebook's parameters are; their meaning and domains stand in its declaration. */
export interface ScalingLawSetting {
  readonly d: number;
  readonly exponent: number;
  readonly lengths: readonly number[];
  readonly steps: number;
  readonly share: number;
  readonly m: number;
  readonly n: number;
  readonly long: number;
  readonly phaseD: number;
  readonly sizes: readonly number[];
  readonly prompts: number;
  readonly phasePrompts: number;
  readonly seed: number;
}

/** Λ of a power law i^(-α) with trace d. */
export function powerLaw(d: number, exponent: number): Covariance {
  return Covariance.diagonal(powerLawSpectrum({ d, exponent, normalise: "trace-d" }));
}

/** Three exponents from isotropic on, the second the setting's own. */
export function threeExponents({ exponent }: Pick<ScalingLawSetting, "exponent">): [number, number, number] {
  const own = exponent === 0 ? 1 : exponent;
  return [0, own, 2 * own];
}

/** The first and the last of a list that is not empty. */
export const endsOf = (list: readonly number[]): [number, number] => [list[0], list[list.length - 1]];

/** Up to five numbers of steps, apart by about the same factor. */
export const fewLogSteps = (steps: number): number[] => geometricIntegers(1, steps, 5);

/** Draws that a matrix of this size can afford: all up to d = 30, beyond fewer by the square, 40 at least where so many are asked for. */
export function affordable(draws: number, d: number): number {
  return Math.round(Math.max(2, Math.min(draws, 40), draws * Math.min(1, (30 / d) ** 2)));
}

/** Beyond this number of steps no integer is exact. */
const MOST_STEPS = 2 ** 52;

/** The fewest steps to an error at m = ∞; Infinity beyond 2^52, which the paper's bound tells beforehand. */
function stepsTo(covariance: Covariance, n: number, error: number): number {
  const bound = Math.log(covariance.d / error) / (2 * Math.log1p(n / (1 + hardness(covariance))));
  return bound > MOST_STEPS ? Number.POSITIVE_INFINITY : stepsForError({ covariance, n, error });
}

/** What the exact mean does on short prompts, as the end of a sentence. */
function meanWords({ d, m, n }: ScalingLawSetting): string {
  const best = bestSteps({ d, m, n });
  return `${best > 0 ? `least at k = ${best}` : "above its start from the first step on"}, and grows without limit`;
}

/** Where m lies beside the edge m_c(n). */
function edgeWords({ d, m, n }: ScalingLawSetting): string {
  const critical = criticalTestLength({ d, n });
  const typical = m > critical ? "above it, and its chain converges" : "below it, and for large d its chain diverges";
  return `m_c = ${critical.toPrecision(3)}: m = ${m} lies ${typical}`;
}

/** What notebook 05 finds, by closed forms, as a list of three. */
export function scalingLawFindings(setting: ScalingLawSetting): string[] {
  const { d, exponent, m, n, lengths, steps } = setting;
  const [nShort, nLong] = endsOf(lengths);
  const times = fromLog(logIsotropicError({ d, m, n, k: steps }) - logCorollary35Bound({ covariance: powerLaw(d, 0), n, k: steps }));
  return [
    `- **Steps replace training, at a good rate.** On endless prompts (${spectrumLaw(exponent)}) training at n = ${nShort} takes ` +
      `${counted(stepsToMatch({ covariance: powerLaw(d, exponent), nShort, nLong }), "step")} to the error that n = ${nLong} reaches in ` +
      `one; ${counted(bernoulliSteps({ nShort, nLong }), "step")} are enough for every task. The paper reports 20 steps for n = 10 and 30.`,
    `- **The law is one of long prompts**, m ≫ k²n²/d. At n = ${n}, k = ${steps} its first correction is as large as the law itself at ` +
      `m = ${formatNumber(scalingLawTestLength({ d, n, k: steps }))}; at m = ${m} the mean error is ${times} times the law.`,
    `- **At every fixed length more thinking in the end hurts the mean.** At m = ${m}, n = ${n} it is ${meanWords(setting)}. The typical ` +
      `prompt has an edge of its own, ${edgeWords(setting)}.`,
  ];
}

/** What chains on short prompts did, beside the exact mean and the edge. */
export function shortPromptWords(setting: ScalingLawSetting, { curve, diverging }: ShortPrompts): string {
  const { d, m, n } = setting;
  return (
    `Exact mean after one step: ${isotropicError({ d, m, n, k: 1 }).toString()}; the mean is ${meanWords(setting)}. ${edgeWords(setting)}. ` +
    `Of ${curve.n} simulated prompts ${(100 * diverging.value).toFixed(1)} % diverge.`
  );
}

/** A chain of an aligned model. */
export interface AlignedChain extends Omit<CotErrorOptions, "test" | "train"> {
  /** n: examples in a training prompt; integer >= 1 or Infinity. */
  readonly n: number;
  readonly draws: number;
  readonly seed: number;
}

/** The simulated error of a model trained on prompts of n examples, on test prompts of the same distribution. */
export async function alignedChain(covariance: Covariance, { n, draws, seed, ...options }: AlignedChain): Promise<Curve> {
  const experiment = cotError({ test: covariance, train: { covariance, n }, ...options });
  return (await simulate(experiment, { draws, seed })).curves[0];
}

/** A simulated mean at one n and k beside its prediction. */
export type LawPoint = {
  readonly n: number;
  readonly k: number;
  readonly predicted: number;
  readonly simulated: number;
  readonly se: number;
};

/** Few k from 1 to the last. */
const fewSteps = (steps: number): number[] => distinct([1, Math.ceil(steps / 4), steps]);

/** Chains on endless prompts, w drawn, against the exact error, with the paper's bound. */
export function endlessPoints(
  { d, exponent, lengths, steps }: ScalingLawSetting,
  curves: readonly Curve[],
): (LawPoint & { bound: number })[] {
  const covariance = powerLaw(d, exponent);
  return lengths.flatMap((n, i) =>
    fewSteps(steps).map((k) => ({
      n,
      k,
      predicted: limitError({ covariance, n, k }),
      simulated: curves[i].mean[k],
      se: curves[i].standardError[k],
      bound: corollary35Bound({ covariance, n, k }),
    })),
  );
}

/** Chains on long prompts against the error to first order in 1/m; `correction` is the share of the first order. */
export function longPoints(
  { d, exponent, lengths, steps, long }: ScalingLawSetting,
  curves: readonly Curve[],
): (LawPoint & { correction: number })[] {
  const covariance = powerLaw(d, exponent);
  return lengths.flatMap((n, i) =>
    fewSteps(steps).map((k) => {
      const { limit, correction } = inverseLengthExpansion({ covariance, n, k });
      return {
        n,
        k,
        predicted: limit + correction / long,
        correction: correction / long / limit,
        simulated: curves[i].mean[k],
        se: curves[i].standardError[k],
      };
    }),
  );
}

/** The paper's bound over the exact error at m = ∞, over three spectra, all training lengths and k up to twice the steps. */
export function boundRatios(setting: ScalingLawSetting): number[] {
  return threeExponents(setting).flatMap((alpha) => {
    const covariance = powerLaw(setting.d, alpha);
    return setting.lengths.flatMap((n) =>
      geometricIntegers(1, 2 * setting.steps, 15).map((k) =>
        Math.exp(logCorollary35Bound({ covariance, n, k }) - logLimitError({ covariance, n, k })),
      ),
    );
  });
}

/** Steps at the shorter training length that match one step at the longer, over dimensions and spectra, exact at m = ∞. */
export interface ExchangeTable {
  readonly rows: readonly Row[];
  /** From the shortest length to the longest. */
  readonly matched: readonly number[];
  /** Error at the shortest length after k steps over that at the longest after one. */
  readonly ratios: readonly number[];
}

/** The exchange of neighbouring training lengths, and of the shortest for the longest. */
export function exchangeTable(setting: ScalingLawSetting): ExchangeTable {
  const { lengths, steps, sizes } = setting;
  const [short, long] = endsOf(lengths);
  const pairs = lengths.slice(1).map((next, i) => [lengths[i], next]);
  if (pairs.length > 1) pairs.push([short, long]);
  const tasks = sizes.flatMap((d) => threeExponents(setting).map((alpha) => ({ d, alpha, covariance: powerLaw(d, alpha) })));
  const found = tasks.map(({ covariance }) => pairs.map(([nShort, nLong]) => stepsToMatch({ covariance, nShort, nLong })));
  const logs = tasks.map(
    ({ covariance }) => logLimitError({ covariance, n: short, k: steps }) - logLimitError({ covariance, n: long, k: 1 }),
  );
  return {
    rows: tasks.map(({ d, alpha, covariance }, i) => ({
      d,
      α: alpha,
      "Hard(Λ)": hardness(covariance),
      ...Object.fromEntries(pairs.map(([a, b], j) => [`${a} → ${b}`, found[i][j]])),
      [`error at n = ${short}, k = ${steps}, over n = ${long} direct`]: fromLog(logs[i]),
    })),
    matched: found.map((row) => row[row.length - 1]),
    ratios: logs.map(Math.exp),
  };
}

/** The paper's "n = 10 at k = 20 reaches n = 30 direct" in its two readings, at the setting's lengths and steps, m = ∞. */
export function twentyWords({ lengths, steps }: ScalingLawSetting, { ratios, matched }: ExchangeTable): string {
  const [short, long] = endsOf(lengths);
  const theirs = short === 10 && long === 30 && steps === 20;
  return (
    `${theirs ? "" : "The paper's sentence is about n = 10, k = 20 and n = 30. "}Read as an inequality, ${theirs ? "" : "here "}that ` +
    `n = ${short} with k = ${steps} reaches n = ${long} direct, the sentence is ${ratios.every((ratio) => ratio <= 1 + 1e-9) ? "" : "not "}` +
    `true for every task of the table, at m = ∞: the ratio of the errors is ${spanned(ratios, 2)}. Read as an equality of levels, it puts ` +
    `the meeting at k = ${steps}; they meet at k = ${spanned(matched)}.`
  );
}

/** The exact error at m = ∞ over training length and steps, as powers of ten. */
export interface ErrorMap {
  readonly n: readonly number[];
  readonly k: readonly number[];
  /** values[k][n], not below `least`. */
  readonly values: readonly (readonly number[])[];
  /** Ten powers of ten below the largest, or the least value. */
  readonly least: number;
  readonly most: number;
}

/** The error over all n and k that an exchange of the setting's training lengths may need. */
export function errorMap({ d, exponent, lengths }: ScalingLawSetting): ErrorMap {
  const covariance = powerLaw(d, exponent);
  const [short, long] = endsOf(lengths);
  const n = geometricIntegers(1, Math.max(100, 2 * long), 24);
  const k = geometricIntegers(1, Math.max(30, 2 * stepsToMatch({ covariance, nShort: short, nLong: long })), 24);
  const logs = k.map((steps) => n.map((length) => logLimitError({ covariance, n: length, k: steps }) / Math.LN10));
  const most = Math.max(...logs.flat());
  const least = Math.max(most - 10, Math.min(...logs.flat()));
  return { n, k, values: logs.map((row) => row.map((value) => Math.max(value, least))), least, most };
}

/** Where levels meet on prompts of fixed lengths. */
export interface FixedLengths {
  readonly rows: readonly Row[];
  /** What the rows say of the setting's number of steps. */
  readonly words: string;
}

/** The first k ≥ 0 at which the shortest training length reaches the longest direct, on prompts of fixed m: exact mean, isotropic inputs. */
export function fixedLengths({ lengths, m, sizes, steps }: ScalingLawSetting): FixedLengths {
  const [short, long] = endsOf(lengths);
  const most = Math.max(30, 2 * steps);
  const columns = distinct([Math.ceil(m / 2), m, 5 * m, 25 * m]);
  const found = sizes.map((d) =>
    columns.map((length) => {
      const level = logIsotropicError({ d, m: length, n: long, k: 1 });
      return integers(0, most).find((k) => logIsotropicError({ d, m: length, n: short, k }) <= level) ?? null;
    }),
  );
  const met = found.flat().filter((k) => k !== null);
  const never = found.flat().length - met.length;
  const where = [
    ...(met.length > 0 ? [`at k = ${spanned(met)}`] : []),
    ...(never > 0 ? [`not by k = ${most} in ${never} of the ${found.flat().length} cases`] : []),
  ];
  return {
    rows: found.map((row, i) => ({
      d: sizes[i],
      ...Object.fromEntries(columns.map((length, j) => [`m = ${length}`, row[j] ?? `not by ${most}`])),
    })),
    words:
      `At these fixed lengths the levels meet ${listed(where)}: ` +
      `${met.some((k) => Math.abs(k - steps) <= 1) ? `in some cases near k = ${steps}` : `in no case near k = ${steps}`}.`,
  };
}

/** Steps to the target of the error, for one task. */
export interface TargetSteps {
  readonly n: number;
  readonly alpha: number;
  /** Exact, m = ∞. */
  readonly exact: number;
  /** Where the simulated mean reaches it on long prompts; null where not by two steps more. */
  readonly found: number | null;
}

/** Steps to the target over the exponent of the spectrum. */
export interface HarderTasks {
  readonly alphas: readonly number[];
  /** exact[length][alpha]. */
  readonly exact: readonly (readonly number[])[];
  /** Simulated on long prompts, where 60 steps are enough. */
  readonly simulated: readonly TargetSteps[];
  readonly draws: number;
}

/** Steps to the target for spectra from isotropic to twice the setting's exponent. */
export async function harderTasks(setting: ScalingLawSetting, onProgress?: OnProgress): Promise<HarderTasks> {
  const { d, lengths, share, long, prompts, seed } = setting;
  const error = share * d;
  const alphas = integers(0, 40).map((i) => (i * threeExponents(setting)[2]) / 40);
  const exact = lengths.map((n) => alphas.map((alpha) => stepsTo(powerLaw(d, alpha), n, error)));
  const cases = lengths
    .flatMap((n, i) => [0, 10, 20, 30, 40].map((at) => ({ n, alpha: alphas[at], exact: exact[i][at] })))
    .filter((task) => task.exact <= 60);
  const draws = affordable(prompts / 20, d);
  const simulated: TargetSteps[] = [];
  for (const task of cases) {
    const run = { n: task.n, m: long, steps: task.exact + 2, weights: "signs" as const, draws, seed };
    const first = (await alignedChain(powerLaw(d, task.alpha), run)).mean.findIndex((value) => value <= error);
    simulated.push({ ...task, found: first < 0 ? null : first });
    onProgress?.(simulated.length, cases.length);
  }
  return { alphas, exact, simulated, draws };
}

/** Steps to the target at m = ∞, and the least exact mean error on prompts of m isotropic examples, over training lengths. */
export function shortTrainingTable(setting: ScalingLawSetting): { rows: Row[]; best: number; longest: number } {
  const { d, m, n: own, lengths, share } = setting;
  const columns = distinct([1, 2, 5, ...lengths, own, 100, 1000]);
  const row = (error: string, value: (n: number) => number): Row => ({
    error,
    ...Object.fromEntries(columns.map((n) => [`n = ${n}`, value(n)])),
  });
  const leastLog = (n: number): number => Math.min(...integers(0, 40).map((k) => logIsotropicError({ d, m, n, k })));
  const logs = columns.map(leastLog);
  return {
    rows: [
      ...threeExponents(setting).map((alpha) => row(`m = ∞, α = ${alpha}: steps`, (n) => stepsTo(powerLaw(d, alpha), n, share * d))),
      row(`m = ${m}, isotropic: least mean error for k = 0 to 40`, (n) => Math.exp(leastLog(n))),
    ],
    best: columns[logs.indexOf(Math.min(...logs))],
    longest: columns[columns.length - 1],
  };
}

/** Total cost (8) against n at the target of the error, for questions per training prompt. */
export interface CostCurves {
  readonly n: readonly number[];
  readonly curves: readonly { readonly load: number; readonly costs: readonly number[] }[];
  /** The cheapest n of each load. */
  readonly rows: readonly Row[];
}

/** Multiplications per training prompt of training and thinking at the target. */
export function costCurves({ d, exponent, share }: ScalingLawSetting): CostCurves {
  const covariance = powerLaw(d, exponent);
  const n = geometricIntegers(1, Math.max(400, 20 * (1 + Math.min(1e12, hardness(covariance)))), 80);
  const k = n.map((length) => stepsTo(covariance, length, share * d));
  const curves = [0.01, 0.1, 1, 10].map((load) => ({
    load,
    costs: n.map((length, i) => updateCost({ d, m: length, k: 0 }).prepare + load * k[i] * updateCost({ d, m: 1, k: 1 }).iterate),
  }));
  const rows = curves.map(({ load, costs }) => {
    const at = costs.indexOf(Math.min(...costs));
    return { "questions per prompt, Q/B": load, "cheapest n": n[at], "its k": k[at] };
  });
  return { n, curves, rows };
}

/** Steps on short prompts: the simulated curve and a table beside exact mean and large-d law. */
export interface ShortPrompts {
  readonly curve: Curve;
  /** Twice the setting's steps, or less where the mean has risen by e^40 before. */
  readonly last: number;
  readonly rows: readonly Row[];
  /** The share of prompts on which the chain diverges. */
  readonly diverging: Share;
}

/** Chains on short isotropic prompts. */
export async function shortPrompts({ d, m, n, steps, prompts, seed }: ScalingLawSetting): Promise<ShortPrompts> {
  const covariance = powerLaw(d, 0);
  const log = (k: number) => logIsotropicError({ d, m, n, k });
  const risen = integers(3, 2 * steps + 1).find((k) => log(k) > Math.log(d) + 40) ?? Number.POSITIVE_INFINITY;
  const last = Math.max(3, Math.min(2 * steps, risen));
  const curve = await alignedChain(covariance, { n, m, steps: last, draws: prompts, seed });
  const shown = distinct([1, 2, 5, 10, bestSteps({ d, m, n }), Math.ceil(last / 2), last]).filter((k) => k <= last);
  const rows = shown.map((k) => ({
    k,
    "exact mean": fromLog(log(k), 4),
    "simulated mean": curve.mean[k],
    se: curve.standardError[k],
    "not to be trusted": curve.points[k].heavyTail === "none" ? "" : `the ${curve.points[k].heavyTail}`,
    median: curve.points[k].median.value,
    "Marchenko–Pastur": fromLog(logMarchenkoPasturError({ d, m, n, k }), 4),
  }));
  return { curve, last, rows, diverging: await divergingShare({ covariance, n, m, draws: prompts, seed }) };
}

/** The test length from which on 1/m counts as small: k²n²/d, and d and n at least. */
export function lengthOfFirstOrder({ d, n, k }: { readonly d: number; readonly n: number; readonly k: number }): number {
  return Math.max(d, n, scalingLawTestLength({ d, n, k }));
}

/** The test length at which the first correction equals the law itself, isotropic inputs. */
export function lawLengthRows({ d, n: own, lengths, steps }: ScalingLawSetting): Row[] {
  return distinct([...lengths, own]).map((n) => ({
    n,
    ...Object.fromEntries(fewLogSteps(steps).map((k) => [`k = ${k}`, scalingLawTestLength({ d, n, k })])),
  }));
}

/** The exact k of the least mean error beside the rule of thumb, for settings around the given one. */
export function bestStepsRows({ d, m, n }: ScalingLawSetting): Row[] {
  const half = (value: number) => Math.ceil(value / 2);
  const settings = [
    [1, m, n],
    [half(d), m, n],
    [d, m, n],
    [d, half(m), n],
    [d, m, half(n)],
    [d, m, 50 * n],
  ];
  return settings.map(([size, length, training]) => ({
    d: size,
    m: length,
    n: training,
    "best k for the mean, exact": bestSteps({ d: size, m: length, n: training }),
    "rule of thumb": heuristicDivergenceStep({ covariance: powerLaw(size, 0), n: training, m: length }),
    m_c: criticalTestLength({ d: size, n: training }),
    "typical chain, large d": length > criticalTestLength({ d: size, n: training }) ? "converges" : "diverges",
  }));
}

/** Steps after which a chain is judged. */
const STEPS = 400;

/** An aligned model and its test prompts. */
export interface DivergingShareParams {
  /** Λ: covariance of training and test inputs, (d, d). */
  readonly covariance: Covariance;
  /** n: examples in a training prompt; integer >= 1 or Infinity. */
  readonly n: number;
  /** m: examples in a test prompt; integer >= 1. */
  readonly m: number;
  /** Test prompts; integer >= 2. */
  readonly draws: number;
  readonly seed: number;
}

/**
 * The share of test prompts on which the chain of an aligned model diverges: its error after 400 steps is above that of no step at all.
 * It runs with Γ^(-1/2) S Γ^(-1/2) in the place of Γ⁻¹S, which has the same eigenvalues, so that no eigenvector is needed.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function divergingShare({ covariance, n, m, draws, seed }: DivergingShareParams): Promise<Share> {
  const identity = Covariance.diagonal(new Float64Array(covariance.d).fill(1));
  const test = Covariance.diagonal(overthinkingSpectrum({ covariance, n }));
  const { curves } = await simulate(cotError({ test, m, steps: STEPS, gamma: identity }), { draws, seed });
  const last = curves[0].values(STEPS);
  return wilsonInterval(last.filter((error) => !(error <= covariance.d)).length, draws);
}

/** Parameters of `phaseDiagram`. */
export interface PhaseDiagramParams {
  /** d: dimension; integer >= 1. */
  readonly d: number;
  /** Test prompts a cell; integer >= 2. */
  readonly draws: number;
  readonly seed: number;
  readonly onProgress?: OnProgress;
}

/** Shares of diverging prompts over test and training length, isotropic inputs. */
export interface PhaseDiagram {
  /** m of the columns, about d/2 to 12 d. */
  readonly m: readonly number[];
  /** n of the rows, about d/2 to 60 d. */
  readonly n: readonly number[];
  /** m_c(n) of the rows; null left of the columns. */
  readonly edge: readonly (number | null)[];
  /** shares[row][column]. */
  readonly shares: readonly (readonly number[])[];
  /** Every cell with m/m_c(n), its place beside the edge of the limit. */
  readonly cells: readonly { readonly ratio: number; readonly share: number }[];
}

/**
 * The share of diverging prompts for pairs of lengths around the edge m_c(n), isotropic inputs.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function phaseDiagram({ d, draws, seed, onProgress }: PhaseDiagramParams): Promise<PhaseDiagram> {
  const covariance = powerLaw(d, 0);
  const columns = geometricIntegers(d / 2, 12 * d, 12);
  const rows = geometricIntegers(d / 2, 60 * d, 12);
  const shares: number[][] = [];
  let done = 0;
  for (const n of rows) {
    const row: number[] = [];
    for (const m of columns) {
      row.push((await divergingShare({ covariance, n, m, draws, seed })).value);
      onProgress?.(++done, rows.length * columns.length);
    }
    shares.push(row);
  }
  const cells = rows.flatMap((n, i) => columns.map((m, j) => ({ ratio: m / criticalTestLength({ d, n }), share: shares[i][j] })));
  const critical = rows.map((n) => criticalTestLength({ d, n }));
  return { m: columns, n: rows, edge: critical.map((m) => (m < columns[0] ? null : m)), shares, cells };
}

/** Steps at a shorter training length that match a longer one, for a random task. */
export interface RandomExchange {
  /** The fewest that do. */
  readonly exact: number;
  /** ⌈k₂ n₂/n₁⌉. */
  readonly enough: number;
}

/**
 * Exchanges of training length for steps at m = ∞, on random spectra of up to 30 directions over many orders of magnitude.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function randomExchanges({ count, seed }: { readonly count: number; readonly seed: number }): RandomExchange[] {
  return Array.from({ length: count }, (_, i) => {
    const random = Random.seed(seed).stream("exchange", i);
    const covariance = Covariance.diagonal(Array.from({ length: 1 + random.integer(30) }, () => Math.exp(4 * random.normal())));
    const nShort = 1 + random.integer(40);
    const pair = { nShort, nLong: nShort + random.integer(100), kLong: 1 + random.integer(5) };
    return { exact: stepsToMatch({ covariance, ...pair }), enough: bernoulliSteps(pair) };
  });
}

/** One setting of `equalLengths`. */
export interface EqualLengthRun {
  readonly exponent: number;
  readonly d: number;
  /** The median error of n = m = n₂ after one step. */
  readonly level: number;
  /** The median error of n = m = n₁ after k = 0..K steps, over `level`. */
  readonly ratio: readonly number[];
}

/** What `equalLengths` finds. */
export interface EqualLengths {
  readonly runs: readonly EqualLengthRun[];
  readonly rows: readonly Row[];
  readonly draws: number;
}

/**
 * Test prompts as long as the training prompts, m = n: the median error of a model that thinks at n₁ over that of a direct answer at n₂.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function equalLengths(setting: ScalingLawSetting, onProgress?: OnProgress): Promise<EqualLengths> {
  const { lengths, steps, prompts, seed } = setting;
  const [short, long] = endsOf(lengths);
  const sizes = distinct([1, 1.2, 1.4, 1.5, 1.6, 1.8, 2].map((factor) => Math.min(100, Math.round(factor * short))));
  const tasks = threeExponents(setting)
    .slice(0, 2)
    .flatMap((exponent) => sizes.map((d) => ({ exponent, d })));
  const draws = affordable(prompts / 2, sizes[sizes.length - 1]);
  const medians = async (covariance: Covariance, n: number, last: number) => {
    const curve = await alignedChain(covariance, { n, m: n, steps: last, draws, seed });
    return (k: number) => quantiles(curve.values(k), [0.5])[0].value;
  };
  const runs: EqualLengthRun[] = [];
  for (const { exponent, d } of tasks) {
    const covariance = powerLaw(d, exponent);
    const thinking = await medians(covariance, short, 3 * steps);
    const level = (await medians(covariance, long, 1))(1);
    runs.push({ exponent, d, level, ratio: integers(0, 3 * steps).map((k) => thinking(k) / level) });
    onProgress?.(runs.length, tasks.length);
  }
  const first = ({ ratio }: EqualLengthRun) => ratio.findIndex((value) => value <= 1);
  const rows = runs.map((run) => ({
    d: run.d,
    α: run.exponent,
    [`median error, n = m = ${long}, direct`]: run.level,
    [`floor d − m, m = ${short}`]: Math.max(0, run.d - short),
    [`first k at n = m = ${short}`]: first(run) < 0 ? `not by ${3 * steps}` : first(run),
    [`ratio at k = ${steps}`]: run.ratio[steps],
  }));
  return { runs, rows, draws };
}

/**
 * Round values, a few, strictly between two numbers: steps of 1, 2 or 5 times a power of ten.
 * @throws RangeError unless low < high
 * @origin ours
 */
export function levelLines(low: number, high: number): number[] {
  const check: Checks = new Checks("levelLines");
  check.finite("low", low);
  if (!(high > low)) check.fail("high", `> low (${low})`, high);
  const rough = (high - low) / 6;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * ([1, 2, 5].find((factor) => factor * unit >= rough) ?? 10);
  const first = Math.floor(low / step) + 1;
  const count = Math.max(0, Math.ceil(high / step) - first);
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** The share of diverging prompts on both sides of the critical training length, isotropic inputs. */
export async function criticalTrainingRows(
  { phaseD: d, phasePrompts, seed }: ScalingLawSetting,
  onProgress?: OnProgress,
): Promise<CriticalTraining> {
  const share = async (m: number, n: number) =>
    (await divergingShare({ covariance: powerLaw(d, 0), n, m, draws: 2 * phasePrompts, seed })).value;
  const rows: Row[] = [];
  let mostBelow = 0;
  for (const ratio of [1, 2, 3, 4, 6]) {
    const m = ratio * d;
    const critical = criticalTrainingLength({ d, m });
    const endless = critical === Number.POSITIVE_INFINITY;
    const below = endless ? null : await share(m, Math.max(1, Math.round(critical / 2)));
    const above = await share(m, endless ? critical : Math.round(2 * critical));
    mostBelow = Math.max(mostBelow, below ?? 0);
    rows.push({ "test length m": m, "n_c by (10)": critical, "diverge at n_c/2": below, "diverge at 2 n_c": above });
    onProgress?.(rows.length, 5);
  }
  return { rows, mostBelow };
}

/** What `criticalTrainingRows` finds. */
export interface CriticalTraining {
  readonly rows: readonly Row[];
  /** The largest share at n_c/2. */
  readonly mostBelow: number;
}

const EDGE_FACTORS = [0.6, 0.8, 1, 1.2];

/** The share of diverging prompts at fractions of m_c, in several dimensions. */
export interface EdgeRows {
  readonly rows: readonly Row[];
  /** At 0.8 m_c. */
  readonly near: readonly number[];
  /** At m_c. */
  readonly at: readonly number[];
}

/** How sharp the edge is: the share of diverging prompts around m_c at n = 2d, isotropic inputs. */
export async function edgeRows({ sizes, phasePrompts, seed }: ScalingLawSetting, onProgress?: OnProgress): Promise<EdgeRows> {
  const shares: number[][] = [];
  for (const d of sizes) {
    const lengths = EDGE_FACTORS.map((factor) => Math.max(1, Math.round(factor * criticalTestLength({ d, n: 2 * d }))));
    const found = lengths.map((m) => divergingShare({ covariance: powerLaw(d, 0), n: 2 * d, m, draws: 2 * phasePrompts, seed }));
    shares.push((await Promise.all(found)).map(({ value }) => value));
    onProgress?.(shares.length, sizes.length);
  }
  const name = (factor: number) => (factor === 1 ? "m_c" : `${factor} m_c`);
  return {
    rows: sizes.map((d, i) => ({
      d,
      n: 2 * d,
      "m_c by (10)": criticalTestLength({ d, n: 2 * d }),
      ...Object.fromEntries(EDGE_FACTORS.map((factor, j) => [name(factor), shares[i][j]])),
    })),
    near: shares.map((row) => row[1]),
    at: shares.map((row) => row[2]),
  };
}

/** The critical test length of the setting's spectrum, and the share of diverging prompts on both sides of it. */
export async function tiltedEdgeRows(setting: ScalingLawSetting, draws: number, onProgress?: OnProgress): Promise<Row[]> {
  const { d, exponent, lengths, n: own, seed } = setting;
  const covariance = powerLaw(d, exponent);
  const trained = distinct([...lengths, own, 50 * own]);
  const rows: Row[] = [];
  for (const n of trained) {
    const critical = anisotropicCriticalTestLength({ covariance, n });
    const at = async (factor: number) =>
      (await divergingShare({ covariance, n, m: Math.max(1, Math.round(factor * critical)), draws, seed })).value;
    rows.push({
      n,
      "m_c, this spectrum": critical,
      "m_c, isotropic": criticalTestLength({ d, n }),
      "diverge at m_c/3": await at(1 / 3),
      "diverge at m_c": await at(1),
      "diverge at 2 m_c": await at(2),
    });
    onProgress?.(rows.length, trained.length);
  }
  return rows;
}

/** @file The stored runs behind the reviewers' questions (notebook 09, `data/reviewers` and `data/diagnostic`) as tables and charts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { distinct } from "cotlab/dist/core/grids";
import { Random } from "cotlab/dist/core/random";
import type { Mean } from "cotlab/dist/core/statistics";
import { wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { type ResultRow, readResults } from "cotlab/dist/data/resultTable";
import { leastSquares } from "cotlab/dist/estimators/leastSquares";
import { barChart } from "cotlab/dist/figures/barChart";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart, type Series } from "cotlab/dist/figures/lineChart";
import { formatNumber } from "cotlab/dist/notebook/table";
import type { SimulatedPoint } from "cotlab/dist/notebook/verdict";
import { limitError } from "cotlab/dist/theory/paper/overthinking";
import { type CalibrationSummary, calibrationSummary } from "./calibrationSummary";
import { estimatorCost } from "./estimatorCost";
import { type ExcessConstants, FIT_KINDS, predictedEntry, predictedExcess, type QuestionsSetting, spectrumName } from "./questions";
import { sampledTraining } from "./sampledTraining";
import { powerLaw } from "./scalingLaw";
import { spectrumLaw } from "./spectrumLaw";

type Row = Record<string, number | string | null>;

/** The stored runs. */
export interface StoredQuestions {
  /** d, n, α and seed of the runs on training, fits and samples. */
  readonly setting: Pick<QuestionsSetting, "d" | "n" | "exponent" | "seed">;
  readonly training: readonly ResultRow[];
  readonly fits: readonly ResultRow[];
  readonly costs: readonly ResultRow[];
  readonly budgets: readonly ResultRow[];
  readonly samples: readonly ResultRow[];
  /** The calibration of the library's diagnostic. */
  readonly calibration: readonly ResultRow[];
}

/**
 * Reads the stored runs.
 * @param folder the repository's `data`
 * @throws Error when the runs on training, fits and samples are not all of one d, n and α
 */
export function readStoredQuestions(folder: string): StoredQuestions {
  const file = (name: string) => join(folder, "reviewers", name);
  const rows = (name: string) => readResults(file(`${name}.csv`));
  const settings = ["training", "fits", "samples"].flatMap((name) => {
    const { seed, settings: runs } = JSON.parse(readFileSync(file(`${name}.json`), "utf8"));
    return Object.values(runs as Record<string, QuestionsSetting>).map(({ d, n, exponent }) => ({ d, n, exponent, seed }));
  });
  const setting = settings[0];
  if (settings.some((other) => JSON.stringify(other) !== JSON.stringify(setting)))
    throw new Error("readStoredQuestions: the stored runs must be of one d, n, exponent and seed");
  return {
    setting,
    training: rows("training"),
    fits: rows("fits"),
    costs: rows("costs"),
    budgets: rows("budgets"),
    samples: rows("samples"),
    calibration: readResults(join(folder, "diagnostic", "calibration.csv")),
  };
}

/** Whether the stored runs on training, fits and samples are of these parameters. */
export function isStored({ setting }: StoredQuestions, { d, n, exponent }: Pick<QuestionsSetting, "d" | "n" | "exponent">): boolean {
  return setting.d === d && setting.n === n && setting.exponent === exponent;
}

/** "λ_i ∝ 1/i, d = 10, n = 20, stored run, seed 7". */
export function storedWords({ setting: { d, n, exponent, seed } }: StoredQuestions): string {
  return `${spectrumLaw(exponent)}, d = ${d}, n = ${n}, stored run, seed ${seed}`;
}

const num = (row: ResultRow, key: string): number => Number(row[key]);
const column = (rows: readonly ResultRow[], key: string): number[] => rows.map((row) => num(row, key));
const percentRange = (row: ResultRow, key: string): string => {
  const [value, low, high] = ["", "Low", "High"].map((end) => (100 * num(row, key + end)).toFixed(0));
  return `${value} [${low}, ${high}]`;
};

// 1. Training from sampled prompts.

/** The stored excess of the error at k after T steps of training on sampled prompts, as points with 95 % intervals. */
export function trainingPoints({ training }: StoredQuestions, k: number, color: number): Series[] {
  const rows = training.filter((row) => row.k === k);
  const [gap, se] = [column(rows, "gap"), column(rows, "gapSe")];
  const ends = { lower: gap.map((value, i) => value - 1.96 * se[i]), upper: gap.map((value, i) => value + 1.96 * se[i]) };
  return rows.length === 0 ? [] : [{ x: column(rows, "trained"), y: gap, ...ends, style: "points", color }];
}

/** What is left after a stored training beside what is predicted for it. */
export interface TrainingPoint extends SimulatedPoint {
  /** T: steps of training. */
  readonly trained: number;
  /** k of the excess error; undefined for the distance ‖V - V*‖/‖V*‖. */
  readonly k?: number;
}

/** The two longest stored trainings, which have forgotten their start, against {@link sampledTraining}. */
export function trainingPrediction({ training, setting }: StoredQuestions): TrainingPoint[] {
  const steps = distinct(column(training, "k"));
  const params = { covariance: powerLaw(setting.d, setting.exponent), n: setting.n, prompts: 1, steps, draws: 5000 };
  const { distance, excess } = sampledTraining(params, Random.seed(setting.seed).stream("sampled-training"));
  const point = (row: ResultRow, key: string, one: Mean, k?: number): TrainingPoint => ({
    trained: num(row, "trained"),
    k,
    mean: num(row, key),
    standardError: Math.hypot(num(row, `${key}Se`), one.standardError / Math.sqrt(num(row, "prompts"))),
    expected: one.mean / Math.sqrt(num(row, "prompts")),
  });
  return distinct(column(training, "trained"))
    .slice(-2)
    .flatMap((trained) => {
      const rows = training.filter((row) => row.trained === trained);
      return [
        point(rows[0], "distance", distance),
        ...rows.map((row) => point(row, "gap", excess[steps.indexOf(num(row, "k"))], num(row, "k"))),
      ];
    });
}

/** These points as rows of a table. */
export function trainingRows(points: readonly TrainingPoint[]): Row[] {
  return points.map(({ trained, k, mean, standardError, expected }) => ({
    T: trained,
    what: k === undefined ? "‖V − V*‖/‖V*‖" : `excess at k = ${k}`,
    stored: mean,
    predicted: expected,
    "se of both": standardError,
    z: (mean - expected) / standardError,
  }));
}

// 2. Fits of the preconditioner.

const ofKind = ({ fits }: StoredQuestions, kind: number): ResultRow[] => fits.filter((row) => row.weights === FIT_KINDS[kind].weights);

/** A stored fit. */
export function storedFit(stored: StoredQuestions, kind: number, B: number): ResultRow | undefined {
  return ofKind(stored, kind).find((row) => row.prompts === B);
}

/** The stored fits with what the constants of their setting predict. */
export function storedFitRows(stored: StoredQuestions, constants: ExcessConstants): Row[] {
  const { n, d, exponent } = stored.setting;
  const limit = (k: number) => limitError({ covariance: powerLaw(d, exponent), n, k });
  return FIT_KINDS.flatMap(({ label }, kind) =>
    ofKind(stored, kind).map((row) => ({
      fit: label,
      B: num(row, "prompts"),
      fits: num(row, "fits"),
      "mean excess": num(row, "excess"),
      se: num(row, "excessSe"),
      predicted: predictedEntry(constants, kind, num(row, "prompts")),
      "median excess": num(row, "excessMedian"),
      "diverging, %": 100 * num(row, "diverging"),
      "95 % interval": `${(100 * num(row, "divergingLow")).toFixed(1)} to ${(100 * num(row, "divergingHigh")).toFixed(1)}`,
      "k = 5, ratio": num(row, "k5") / limit(5),
      "k = 20, ratio": num(row, "k20") / limit(20),
    })),
  );
}

/** The stored excess against B, with what the constants of their setting predict. */
export function storedFitChart(stored: StoredQuestions, constants: ExcessConstants): Figure {
  const { d } = stored.setting;
  const rows = FIT_KINDS.map((_, kind) => ofKind(stored, kind).filter((row) => num(row, "prompts") >= d));
  const lines = FIT_KINDS.map(({ label }, kind) => {
    const x = column(rows[kind], "prompts").filter((B) => predictedExcess(constants, kind, B) !== null);
    return { name: `mean, ${label}`, x, y: x.map((B) => predictedExcess(constants, kind, B)), color: kind };
  });
  const points = FIT_KINDS.map((_, kind) => ({
    x: column(rows[kind], "prompts"),
    y: column(rows[kind], "excessMedian"),
    lower: column(rows[kind], "excessLow"),
    upper: column(rows[kind], "excessHigh"),
    style: "points" as const,
    color: kind,
  }));
  return lineChart({
    x: { label: "training prompts B", log: true },
    y: { label: "excess one-step error", log: true },
    series: [...lines, ...points],
    marks: [{ axis: "y", value: constants.oneStep, label: "error of the closed form", at: "end" }],
    caption:
      "Excess of the one-step error of a preconditioner fitted to B prompts: medians of 200 to 2000 fits with 95 % intervals; " +
      `lines: predicted means, C/(B − d − 1) and C/B. m = n, ${storedWords(stored)}.`,
  });
}

/** The stored share of fits whose chain diverges. */
export function storedDivergingChart(stored: StoredQuestions, critical: number): Figure {
  const few = (kind: number) => ofKind(stored, kind).filter((row) => num(row, "prompts") <= 100);
  const percent = (kind: number, key: string) => column(few(kind), key).map((share) => 100 * share);
  return barChart({
    categories: column(few(0), "prompts").map((B) => `B = ${B}`),
    x: { label: "training prompts" },
    y: { label: "fits that diverge, %", range: [0, 100] },
    series: FIT_KINDS.map(({ label }, kind) => ({
      name: label,
      values: percent(kind, "diverging"),
      lower: percent(kind, "divergingLow"),
      upper: percent(kind, "divergingHigh"),
    })),
    caption:
      "Share of 2000 fits whose chain of thought diverges at m = ∞, with Wilson's 95 % intervals; " +
      `B_c = ${critical.toPrecision(3)} by (6); ${storedWords(stored)}.`,
  });
}

// 3. Methods at equal cost.

const ITERATIONS = ["chain of thought", "conjugate gradients", "preconditioned conjugate gradients", "Chebyshev", "gradient descent (1/L)"];
const DIRECT = ["least squares", "Bayes ridge", "ridge (cross-validated)"];
const brief = (name: string): string =>
  name
    .replace("preconditioned", "precond.")
    .replace("conjugate gradients", "CG")
    .replace("gradient descent", "GD")
    .replace("cross-validated", "CV");

/** The stored rows of one cost comparison. */
export function costCase({ costs }: StoredQuestions, d: number, exponent: number, m: number, noise: number): ResultRow[] {
  return costs.filter((row) => row.d === d && row.exponent === exponent && row.m === m && row.noise === noise);
}

/** The stored median error of the methods against cost, λ_i ∝ 1/i, up to twice the cost of least squares. */
export function storedCostChart(stored: StoredQuestions, { d, m, noise }: Pick<QuestionsSetting, "d" | "m" | "noise">): Figure {
  const rows = costCase(stored, d, 1, m, noise).filter((row) => num(row, "k") > 0);
  const solve = estimatorCost(leastSquares(), { d, m, k: 1 }).multiplications;
  const methods = noise > 0 ? [...ITERATIONS, ...DIRECT] : ITERATIONS;
  const median = (value: number): number | null => (value > 1e-4 ? value : null);
  return lineChart({
    x: { label: "multiplications", log: true },
    y: { label: "median over prompts of the error", log: true },
    series: methods.map((name, color) => {
      const of = rows.filter((row) => row.method === name && (DIRECT.includes(name) || num(row, "cost") < 2 * solve));
      const style = DIRECT.includes(name) ? ("points" as const) : ("both" as const);
      return { name: brief(name), x: column(of, "cost"), y: column(of, "median").map(median), style, color };
    }),
    marks: [{ axis: "x", value: solve, label: "least squares" }],
    caption:
      `Error against cost, λ_i ∝ 1/i, d = ${d}, m = ${m}, n = ${2 * d}, noise ${noise}: medians of ${rows[0].tasks} prompts down to ` +
      `1e-4, stored run, seed ${stored.setting.seed}; 95 % intervals are about the size of the points or smaller. A point is a step. ` +
      "CG: conjugate gradients, GD: gradient descent, CV: cross-validated.",
  });
}

const settingsOf = ({ budgets }: StoredQuestions): string[] => [
  ...new Set(budgets.filter((row) => row.noise !== 0.5).map((row) => String(row.setting))),
];

/** The method with the least stored median error within a budget. */
function winnerOf({ budgets }: StoredQuestions, setting: string, solves: number) {
  const rows = budgets.filter((row) => row.setting === setting && row.solves === solves);
  return { rows, winner: rows.reduce((best, row) => (num(row, "median") < num(best, "median") ? row : best)) };
}

/** Who wins within a budget, in units of one least-squares solution. */
export function budgetRows(stored: StoredQuestions): Row[] {
  const short = (name: string | number) =>
    String(name).replace("preconditioned conjugate gradients", "PCG").replace("conjugate gradients", "CG");
  const entry = (setting: string, solves: number): string => {
    const { rows, winner } = winnerOf(stored, setting, solves);
    const exact = rows.filter((row) => num(row, "median") < 1e-9).map((row) => short(row.method));
    const own = `CoT ${formatNumber(num(rows[0], "median"), 3)} (k = ${rows[0].k})`;
    if (winner.k === 0) return "none can be paid";
    if (exact.length > 0) return `exact: ${exact.filter((name) => name !== "Bayes ridge").join(", ")}; ${own}`;
    return winner === rows[0] ? own : `${short(winner.method)} ${formatNumber(num(winner, "median"), 3)}; ${own}`;
  };
  return settingsOf(stored).map((setting) => ({
    setting,
    ...Object.fromEntries([0.25, 0.5, 1, 1.5, 2].map((solves) => [`${solves} ×`, entry(setting, solves)])),
  }));
}

/** The row of a method's least mean error. */
export function bestOf(rows: readonly ResultRow[], method: string): ResultRow {
  return rows
    .filter((row) => row.method === method && num(row, "k") > 0)
    .reduce((best, row) => (num(row, "mean") < num(best, "mean") ? row : best));
}

/** The methods whose best steps are compared. */
export const STOPPED = [
  "chain of thought",
  "conjugate gradients",
  "preconditioned conjugate gradients",
  "gradient descent (1/L)",
  ...DIRECT,
];

/** A stored comparison with noise. */
export interface NoisyCase {
  readonly exponent: number;
  readonly d: number;
  readonly m: number;
  readonly noise: number;
  readonly rows: readonly ResultRow[];
}

/** The stored comparisons with noise. */
export function noisyCases(stored: StoredQuestions): NoisyCase[] {
  const keys = [...new Set(stored.costs.filter((row) => num(row, "noise") > 0).map((row) => String(row.setting)))];
  return keys
    .map((key) => {
      const rows = stored.costs.filter((row) => row.setting === key);
      const [exponent, d, m, noise] = ["exponent", "d", "m", "noise"].map((name) => num(rows[0], name));
      return { exponent, d, m, noise, rows };
    })
    .sort((a, b) => a.exponent - b.exponent || a.d - b.d || a.m - b.m || a.noise - b.noise);
}

/** The least mean error of the methods over their steps, with noise. */
export function bestStepRows(stored: StoredQuestions): Row[] {
  const cell = (row: ResultRow) => {
    const step = DIRECT.includes(String(row.method)) ? "" : ` (k = ${row.k})`;
    return `${formatNumber(num(row, "mean"), 3)} ± ${formatNumber(num(row, "se"), 1)}${step}${row.heavyTail === "none" ? "" : " *"}`;
  };
  return noisyCases(stored).map(({ exponent, d, m, noise, rows }) => ({
    spectrum: spectrumName(exponent),
    d,
    m,
    σ: noise,
    ...Object.fromEntries(STOPPED.map((name) => [name, cell(bestOf(rows, name))])),
  }));
}

/** What the stored budgets say where there is no noise and m > d. */
export function freeOfNoise(stored: StoredQuestions): { readonly exactAtOne: boolean; readonly chainNever: boolean } {
  const settings = settingsOf(stored).filter((setting) => setting.endsWith("noise 0") && !setting.includes("m = 8;"));
  const winners = (solves: number) => settings.map((setting) => winnerOf(stored, setting, solves).winner);
  return {
    exactAtOne: winners(1).every((row) => num(row, "median") < 1e-9),
    chainNever: [1, 1.5, 2].every((solves) => winners(solves).every((row) => row.method !== "chain of thought")),
  };
}

// 5. Samples.

/** A stored row of the data sets. */
export function sampleRow({ samples }: StoredQuestions, mu: number, N: number): ResultRow | undefined {
  return samples.find((row) => row.muMax === mu && row.samples === N);
}

/** The stored data sets as rows of a table. */
export function sampleRows({ samples }: StoredQuestions): Row[] {
  return samples.map((row) => ({
    μ_max: num(row, "muMax"),
    N: num(row, "samples"),
    "plug-in, mean": num(row, "plugIn"),
    se: num(row, "plugInSe"),
    "plug-in wrong, %": percentRange(row, "plugInWrong"),
    "percentile interval wrong, %": percentRange(row, "percentileWrong"),
    "basic interval wrong, %": percentRange(row, "basicWrong"),
    "basic abstains, %": percentRange(row, "basicAbstained"),
  }));
}

/** The stored mean of the plug-in estimate against N. */
export function plugInChart(stored: StoredQuestions): Figure {
  const mus = distinct(column(stored.samples, "muMax"));
  const rows = (mu: number) => stored.samples.filter((row) => row.muMax === mu);
  return lineChart({
    x: { label: "samples of each distribution N", log: true },
    y: { label: "plug-in estimate of μ_{max}, mean" },
    series: [
      ...mus.map((mu, color) => ({
        name: `μ_{max} = ${mu}`,
        x: column(rows(mu), "samples"),
        y: column(rows(mu), "plugIn"),
        style: "both" as const,
        color,
      })),
      ...mus.map((mu, color) => ({ x: column(rows(mu), "samples"), y: rows(mu).map(() => mu), color, dash: "1px,3px" })),
    ],
    marks: [{ axis: "y", value: 2, label: "diverges above", at: "outside" }],
    caption:
      "Mean of the plug-in estimate over 200 data sets (standard errors are smaller than the points); dotted: the truth. " +
      `Σ ∝ I, ${storedWords(stored)}.`,
  });
}

/** The stored coverage of two bootstrap intervals against N. */
export function coverageChart(stored: StoredQuestions): Figure {
  const rows = stored.samples.filter((row) => row.muMax === stored.samples[0].muMax);
  const percent = (key: string) => column(rows, key).map((share) => 100 * share);
  return lineChart({
    x: { label: "samples of each distribution N", log: true },
    y: { label: "data sets whose interval covers, %", range: [0, 100] },
    series: ["percentile", "basic"].map((kind) => ({
      name: `${kind} interval`,
      x: column(rows, "samples"),
      y: percent(`${kind}Covered`),
      lower: percent(`${kind}CoveredLow`),
      upper: percent(`${kind}CoveredHigh`),
    })),
    marks: [{ axis: "y", value: 95, label: "95 %", at: "outside" }],
    caption:
      "Coverage of two 95 % bootstrap intervals of μ_max, 200 data sets a point; bands: Wilson's 95 % intervals. The scale of Σ, and " +
      `with it μ, does not matter. ${storedWords(stored)}.`,
  });
}

/** A family of the diagnostic's stored trials at m = ∞. */
export interface DiagnosticFamily extends CalibrationSummary {
  readonly law: "normal" | "heavy";
  readonly regime: "helps" | "hurts" | "boundary";
  readonly rowsOverD: number;
}

const LAWS = ["normal", "heavy"] as const;
const REGIMES = ["helps", "hurts", "boundary"] as const;
const MARGINS = { helps: "0.1 to 1", hurts: "−1 to −0.1", boundary: "−0.1 to 0.1" };
const ROWS_OVER_D = [5, 20, 100];

/** The families of the diagnostic's stored calibration at m = ∞. */
export function diagnosticFamilies({ calibration }: StoredQuestions): DiagnosticFamily[] {
  return LAWS.flatMap((law) =>
    REGIMES.flatMap((regime) =>
      ROWS_OVER_D.map((rowsOverD) => {
        const where = { mOverD: Number.POSITIVE_INFINITY, law, regime, rowsOverD };
        return { law, regime, rowsOverD, ...calibrationSummary(calibration, where) };
      }),
    ),
  );
}

/** The families as rows of a table. */
export function familyRows(families: readonly DiagnosticFamily[]): Row[] {
  return families.map(({ law, regime, rowsOverD, trials, wrong, wrongAtMost, abstained }) => ({
    rows: law,
    margin: MARGINS[regime],
    "N/d": rowsOverD,
    trials,
    wrong,
    "wrong at most, % (95 %)": 100 * wrongAtMost,
    "abstains, %": 100 * abstained,
  }));
}

/** How often the diagnostic abstains away from the boundary. */
export function abstentionChart(families: readonly DiagnosticFamily[]): Figure {
  const bars = LAWS.flatMap((law) => (["helps", "hurts"] as const).map((regime) => ({ law, regime })));
  return barChart({
    categories: ROWS_OVER_D.map((rows) => `N = ${rows} d`),
    x: { label: "rows of each file" },
    y: { label: "abstentions, %", range: [0, 100] },
    series: bars.map(({ law, regime }) => {
      const of = families.filter((family) => family.law === law && family.regime === regime);
      const shares = of.map(({ abstained, trials }) => wilsonInterval(Math.round(abstained * trials), trials));
      return {
        name: `${law} rows, thinking ${regime}`,
        values: shares.map(({ value }) => 100 * value),
        lower: shares.map(({ low }) => 100 * low),
        upper: shares.map(({ high }) => 100 * high),
      };
    }),
    caption: "How often the diagnostic abstains, stored trials at m = ∞, margins of 0.1 to 1 in either direction; Wilson's 95 % intervals.",
  });
}

/** @file Estimates of the paper that were measured in long runs (data/estimates, data/benchmarks), as tables and checks of the notebooks. */
import { join } from "node:path";
import { type ResultRow, readResults } from "cotlab/dist/data/resultTable";
import { formatNumber } from "cotlab/dist/notebook/table";
import { type Check, checkTrue, outcome } from "cotlab/dist/notebook/verdict";
import { logSlope } from "./chainCost";

const numbers = (value: unknown): number[] => String(value).split(" ").map(Number);

/** Slopes of a chain's processor time. */
export interface ChainSlope {
  /** What is timed, and against what. */
  readonly setting: string;
  readonly slope: number;
  readonly standardError: number;
  /** What the count of multiplications says. */
  readonly counted: number;
  readonly values: readonly number[];
  readonly seconds: readonly number[];
}

const COUNTED: Readonly<Record<string, number>> = { "steps: d": 2, "steps: k": 1, "steps: m": 0, "forming S: m": 1, "forming S: d": 2 };

/** The slopes that are stored in data/estimates/chains.csv. */
export function readChainSlopes(data: string): ChainSlope[] {
  const rows = readResults(join(data, "estimates", "chains.csv"));
  return Object.entries(COUNTED).map(([setting, counted]) => {
    const own = rows.filter((row) => row.setting === setting);
    const values = own.map((row) => Number(row.value));
    const seconds = own.map((row) => Number(setting.startsWith("steps") ? row.stepsSeconds : row.formSeconds));
    return { setting, counted, values, seconds, ...logSlope(values, seconds) };
  });
}

/** A table's rows. */
export function chainRows(slopes: readonly ChainSlope[]) {
  return slopes.map(({ setting, slope, standardError, counted, values, seconds }) => ({
    "time of": setting.split(": ")[0],
    against: `${setting.split(": ")[1]} = ${values.join(", ")}`,
    seconds: seconds.map((value) => formatNumber(value, 2)).join(", "),
    slope,
    se: standardError,
    counted,
  }));
}

/** A slope may be off what is counted by this much: caches and the cost of a loop's ends are no powers. */
const OFF = 0.35;

/** Whether the stored times grow as counted. */
export function chainChecks(slopes: readonly ChainSlope[]): Check[] {
  const off = slopes.map(({ slope, counted }) => Math.abs(slope - counted));
  const text = slopes.map(({ setting, slope }) => `${setting} ${slope.toFixed(2)}`).join("; ");
  return [
    checkTrue(
      "stored times of k steps grow as k d², not with m",
      Math.max(...off.slice(0, 3)) < OFF,
      text,
      `slopes 2, 1, 0 to ${OFF}`,
      "the entire process has a complexity of O(kd²)",
      "confirmed under added hypotheses",
    ),
    checkTrue(
      "stored times of forming S grow as m d²: not in the paper's count",
      Math.max(...off.slice(3)) < OFF,
      text,
      `slopes 1 and 2 to ${OFF}`,
      "the entire process has a complexity of O(kd²)",
      "confirmed under added hypotheses",
    ),
  ];
}

/** How the program's time and that of its matrix grow, of data/benchmarks/growth.csv. */
export function readProgramGrowth(data: string) {
  const rows = readResults(join(data, "benchmarks", "growth.csv"));
  return ["QP: tasks", "QP: d", "Gram matrix: tasks", "Gram matrix: d"].map((quantity) => {
    const row = rows.find((one) => one.quantity === quantity)!;
    const [values, seconds] = [numbers(row.values), numbers(row.seconds)];
    return {
      quantity,
      setting: String(row.setting),
      values,
      seconds,
      slope: Number(row.slope),
      low: Number(row.slopeLow),
      high: Number(row.slopeHigh),
    };
  });
}

/** A table's rows. */
export function programRows(growth: ReturnType<typeof readProgramGrowth>) {
  return growth.map(({ quantity, setting, values, seconds, slope, low, high }) => ({
    "time of": quantity.split(": ")[0],
    against: `${quantity.split(": ")[1]} = ${values.join(", ")}`,
    setting,
    "at the largest, s": seconds.at(-1)!,
    "slope [95 %]": `${slope.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`,
  }));
}

/** Whether the program is what one would call efficient: a power of the tasks no larger than that of its matrix, and less time than that takes. */
export function programCheck(growth: ReturnType<typeof readProgramGrowth>): Check {
  const [tasks, dimension, matrixTasks] = growth;
  const holds = tasks.high < 2.5 && Math.abs(dimension.slope) < 0.5 && matrixTasks.high < 2.5;
  return checkTrue(
    "stored run times of the program: powers",
    holds,
    `tasks ${tasks.slope.toFixed(2)}, d ${dimension.slope.toFixed(2)}; its matrix: tasks ${matrixTasks.slope.toFixed(2)}; ` +
      `${tasks.values.at(-1)} tasks in ${formatNumber(tasks.seconds.at(-1)!, 2)} s`,
    "at most the square of the tasks, none in d once H is there",
    "solving for the optimal ratio is an efficient quadratic program",
    "confirmed under added hypotheses",
  );
}

/** Effects of the three criteria: rank correlations with the error's fall, by setting. */
export interface StoredEffects {
  readonly setting: string;
  readonly effects: readonly {
    readonly quality: string;
    readonly mean: number;
    readonly standardError: number;
    readonly opposite: number;
  }[];
}

/** The effects that are stored in data/estimates/qualities.csv. */
export function readQualities(data: string): StoredEffects[] {
  const rows: readonly ResultRow[] = readResults(join(data, "estimates", "qualities.csv"));
  return [...new Set(rows.map((row) => String(row.setting)))].map((setting) => ({
    setting,
    effects: rows
      .filter((row) => row.setting === setting)
      .map((row) => ({
        quality: String(row.quality),
        mean: Number(row.mean),
        standardError: Number(row.standardError),
        opposite: Number(row.opposite),
      })),
  }));
}

/** A table's rows: mean rank correlation, its standard error, and the share of pools of the opposite sign. */
export function qualityRows(stored: readonly StoredEffects[]) {
  return stored.map(({ setting, effects }) => ({
    setting,
    ...Object.fromEntries(
      effects.map(({ quality, mean, standardError, opposite }) => [
        quality,
        `${mean.toFixed(2)} ± ${standardError.toFixed(2)} (${(100 * opposite).toFixed(0)} % opposite)`,
      ]),
    ),
  }));
}

/** In how many settings a criterion's mean correlation is clearly positive, clearly negative, or neither (4 standard errors). */
export function signsOf(
  stored: readonly StoredEffects[],
  quality: string,
): { readonly good: number; readonly bad: number; readonly of: number } {
  const all = stored.map(({ effects }) => effects.find((effect) => effect.quality === quality)!);
  return {
    good: all.filter(({ mean, standardError }) => mean > 4 * standardError).length,
    bad: all.filter(({ mean, standardError }) => mean < -4 * standardError).length,
    of: all.length,
  };
}

const THREE = "a good training set is diverse, relevant and hard";

/** One check a criterion: that the sign of its effect is the same in all stored settings, which is what advice needs. */
export function qualityChecks(stored: readonly StoredEffects[], expected: Readonly<Record<string, "good" | "depends">>): Check[] {
  const inAll = (quality: string) => {
    const { good, of } = signsOf(stored, quality);
    return outcome(good === of);
  };
  const hard = {
    '"hard" is ln λ_min(Λ̄), strength in the weakest direction of the mixture': inAll("weak"),
    '"hard" is the mean of ln Hard(Λ_l) over its tasks': inAll("hard"),
  };
  return Object.entries(expected).map(([quality, sign]) => {
    const { good, bad, of } = signsOf(stored, quality);
    return checkTrue(
      `${quality}: more of it goes with less error`,
      sign === "good" ? good === of : good < of,
      `clearly in ${good} of ${of} settings, clearly the opposite in ${bad}`,
      sign === "good" ? "in all" : "not in all",
      THREE,
      sign === "good" ? "confirmed under added hypotheses" : hard,
    );
  });
}

/** Stages of a diagnosis as its progress names them, and their titles. */
const STAGES = {
  reading: "reading",
  spectra: "spectra",
  coverage: "coverage",
  "training prompts": "B_c",
  prediction: "prediction",
  "recommended mixture": "mixture",
} as const;

/** Processor seconds of a diagnosis by its number of features, stage by stage (data/estimates/diagnostic.csv), and seconds by the clock. */
export function diagnosticTimeRows(data: string) {
  const rows = readResults(join(data, "estimates", "diagnostic.csv"));
  return [...new Set(rows.map(({ d }) => Number(d)))].map((d) => {
    const own = rows.filter((row) => Number(row.d) === d);
    const of = (stage: string): number => own.filter((row) => row.stage === stage).reduce((sum, row) => sum + Number(row.cpuSeconds), 0);
    return {
      d,
      ...Object.fromEntries(Object.entries(STAGES).map(([stage, title]) => [title, of(stage)])),
      all: of("all"),
      "by the clock": Number(own[0].wallSeconds),
    };
  });
}

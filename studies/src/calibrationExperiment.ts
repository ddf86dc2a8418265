/** @file The settings of the stored calibration study, its rows, and their summary. */
import { type CalibrationParams, type CalibrationTrial, calibrate } from "./calibration";

/** A row of a stored result. */
export type CalibrationRow = Readonly<Record<string, string | number>>;

const LAWS: readonly CalibrationParams["law"][] = ["normal", "heavy"];
const REGIMES: readonly CalibrationParams["regime"][] = ["helps", "hurts", "boundary"];
const PROMPT_FACTORS = [Number.POSITIVE_INFINITY, 6, 2];
const ROW_FACTORS = [5, 20, 100];

/** 54 families, of 40 trials at m = ∞ and 24 at finite m, by name. */
export const calibrationSettings: Readonly<Record<string, CalibrationParams>> = Object.fromEntries(
  PROMPT_FACTORS.flatMap((promptFactor) =>
    LAWS.flatMap((law) =>
      ROW_FACTORS.flatMap((rowFactor) =>
        REGIMES.map((regime) => {
          const prompt = promptFactor === Number.POSITIVE_INFINITY ? "m inf" : `m ${promptFactor}d`;
          return [
            `${regime}; ${law} rows; ${prompt}; N ${rowFactor}d`,
            { regime, law, promptFactor, rowFactor, trials: promptFactor === Number.POSITIVE_INFINITY ? 40 : 24 },
          ] as const;
        }),
      ),
    ),
  ),
);

const flag = (value: boolean): number => (value ? 1 : 0);

/** Rows of one family: one a trial; truths are written 1 and 0. */
export function calibrationRows(params: CalibrationParams): CalibrationRow[] {
  return calibrate(params).trials.map((trial, i) => ({
    regime: params.regime,
    law: params.law,
    mOverD: params.promptFactor,
    rowsOverD: params.rowFactor,
    trial: i,
    d: trial.d,
    rows: trial.rows,
    logMargin: trial.aim,
    helps: flag(trial.helps),
    call: trial.call,
    wrong: flag(trial.wrong),
    bestCovered: flag(trial.bestCovered),
    ...errorColumns(trial),
    logRegret: trial.logRegret,
  }));
}

function errorColumns({ errorCovered }: CalibrationTrial): Record<string, number> {
  return Object.fromEntries(["1", "2", "half", "K"].map((k, i) => [`errorCovered ${k}`, flag(errorCovered[i])]));
}

/** What a group of trials says. */
export interface CalibrationSummary {
  readonly trials: number;
  readonly wrong: number;
  /** Upper end of the exact one-sided 95 % interval of the share of wrong calls (Clopper and Pearson). */
  readonly wrongAtMost: number;
  readonly abstained: number;
  readonly bestCovered: number;
  readonly errorCovered: readonly number[];
}

/** Summarises rows, all of them or those that agree with `where`. */
export function calibrationSummary(rows: readonly CalibrationRow[], where: Partial<CalibrationRow> = {}): CalibrationSummary {
  const chosen = rows.filter((row) => Object.entries(where).every(([key, value]) => String(row[key]) === String(value)));
  const sum = (key: string) => chosen.reduce((total, row) => total + Number(row[key]), 0);
  const trials = chosen.length;
  const wrong = sum("wrong");
  const columns = trials === 0 ? [] : Object.keys(chosen[0]).filter((key) => key.startsWith("errorCovered"));
  return {
    trials,
    wrong,
    wrongAtMost: upperBound(wrong, trials),
    abstained: chosen.filter(({ call }) => call === "unclear").length / trials,
    bestCovered: sum("bestCovered") / trials,
    errorCovered: columns.map((key) => sum(key) / trials),
  };
}

/** The p at which `count` successes or fewer in `total` have probability 5 %. */
function upperBound(count: number, total: number): number {
  if (count >= total) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < 60; i++) {
    const p = (low + high) / 2;
    let term = (1 - p) ** total;
    let tail = term;
    for (let j = 1; j <= count; j++) {
      term *= ((total - j + 1) / j) * (p / (1 - p));
      tail += term;
    }
    if (tail > 0.05) low = p;
    else high = p;
  }
  return (low + high) / 2;
}

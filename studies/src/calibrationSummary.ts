/** @file How often is the verdict wrong, and how often does it abstain? Summaries of stored calibrations. */
import { bisect } from "cotlab/dist/core/bisection";
import type { ResultRow } from "cotlab/dist/data/resultTable";

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
export function calibrationSummary(rows: readonly ResultRow[], where: Partial<ResultRow> = {}): CalibrationSummary {
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
  const unlikely = (p: number): boolean => {
    let term = (1 - p) ** total;
    let tail = term;
    for (let j = 1; j <= count; j++) {
      term *= ((total - j + 1) / j) * (p / (1 - p));
      tail += term;
    }
    return tail <= 0.05;
  };
  return bisect(unlikely, 0, 1).no;
}

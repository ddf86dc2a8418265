/** @file A simulation's result as records, one a point of a curve: for tables, data frames and files. */
import type { SimulationResult } from "./simulationResult";

/** One point of a curve. Numbers may be Infinity; what a prediction does not have is null. */
export interface PointRow {
  readonly curve: string;
  readonly x: number;
  readonly mean: number;
  readonly standardError: number | null;
  readonly median: number | null;
  readonly medianLow: number | null;
  readonly medianHigh: number | null;
  /** Whether mean and standard error can be believed, see `tailDiagnosis`. */
  readonly heavyTail: string | null;
  /** Share of the draws above their value at the first x. */
  readonly diverged: number | null;
  readonly draws: number | null;
}

/**
 * The points of a result's curves as records, curve by curve; `notebook.frame` makes a data frame of them.
 * @origin ours
 */
export function resultRows(result: SimulationResult): PointRow[] {
  return result.curves.flatMap((curve) =>
    curve.points.map(({ x, mean, standardError, median, heavyTail, diverged, n }) => ({
      curve: curve.name,
      x,
      mean,
      standardError,
      median: median.value,
      medianLow: median.low,
      medianHigh: median.high,
      heavyTail,
      diverged,
      draws: n,
    })),
  );
}

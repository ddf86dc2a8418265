/** @file A simulation's result as records, one a point of a curve: for tables, data frames and files. */
import { Checks } from "../core/check";
import type { CurvePoint, SimulationResult } from "./simulationResult";

/** One point of a curve. Numbers may be Infinity; what a prediction does not have is null. */
export interface PointRow extends Pick<CurvePoint, "x" | "mean"> {
  /** The curve's name. */
  readonly curve: string;
  /** Standard error of the mean. */
  readonly standardError: number | null;
  /** Median over the draws. */
  readonly median: number | null;
  /** Lower end of its 95 % interval. */
  readonly medianLow: number | null;
  /** Upper end of its 95 % interval. */
  readonly medianHigh: number | null;
  /** Whether mean and standard error can be believed, see `tailDiagnosis`. */
  readonly heavyTail: string | null;
  /** Share of the draws that are not finite, or above their value at the first x. */
  readonly diverged: number | null;
  /** Number of draws. */
  readonly draws: number | null;
}

/**
 * The points of a result's curves as records, curve by curve; `notebook.frame` makes a data frame of them.
 * @param result of {@link simulate}; experiment, seed, draws, requested, cancelled and xLabel are left out, curves kept
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const experiment = cot.cotError({ test: cot.Covariance.diagonal([1]), m: 5, steps: 1, gamma: cot.Covariance.diagonal([2]) });
 * cot.simulation.resultRows(await cot.simulate(experiment, { draws: 10, seed: 1 })).map(({ curve, x }) => [curve, x]); // => [["error", 0], ["error", 1]]
 */
export function resultRows(result: SimulationResult): PointRow[] {
  const check: Checks = new Checks("resultRows");
  check.shape("result", result, { curves: "array" });
  check.objects("result.curves", result.curves);
  result.curves.forEach((curve, i) => {
    check.shape(`result.curves[${i}]`, curve, { name: "text", points: "array" });
  });
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

/** @file Paired comparison of two simulated curves. */
import { Checks } from "../core/check";
import { type HeavyTail, tailDiagnosis } from "../core/heavyTail";
import { meanAndError, type Quantile, quantiles } from "../core/statistics";
import { Curve, type CurvePoint } from "./simulationResult";

/** The difference of two curves at one point. */
export interface PairedDifference extends Pick<CurvePoint, "x" | "n"> {
  /** Mean of a - b over the draws. */
  readonly mean: number;
  /** Standard error of that mean, from the differences. */
  readonly standardError: number;
  /** 95 % interval of the mean difference, mean ± 1.96 standardError. */
  readonly interval: readonly [low: number, high: number];
  /** Median of a - b, with a distribution-free 95 % interval. */
  readonly median: Quantile;
  /** Share of the draws in which a < b. */
  readonly smaller: number;
  /** Whether mean and standardError can be believed: `tailDiagnosis` of |a - b|. */
  readonly heavyTail: HeavyTail;
}

/**
 * The difference of two curves draw by draw, on the same prompts; one record a point.
 * D_i = a_i - b_i,  i = 1..n;  mean(D) ± 1.96 se(D)
 * Curves of two simulations must share seed, stream name and number of draws. That they drew the same prompts, and not merely the
 * same random numbers for other purposes, is for the caller to know: it holds when covariance of x, m and noise are the same.
 * @param a a curve of {@link simulate}
 * @param b another, with the same points and draws
 * @throws RangeError when the curves were not drawn alike, differ in points or draws, or hold a value that is not finite; TypeError for
 *   anything but curves
 * @origin standard, paired comparison
 * @example
 * const estimators = [cot.estimators.gradientDescent({ step: 0.5 }), cot.estimators.leastSquares()];
 * const experiment = cot.simulation.estimatorErrors({ test: cot.Covariance.diagonal([1, 0.5]), m: 9, steps: 1, estimators });
 * const [a, b] = (await cot.simulate(experiment, { draws: 100, seed: 1 })).curves;
 * cot.simulation.compare(a, b)[1].smaller; // => 0
 */
export function compare(a: Curve, b: Curve): PairedDifference[] {
  const check: Checks = new Checks("compare");
  for (const [name, curve] of Object.entries({ a, b }))
    if (!(curve instanceof Curve)) check.wrongKind(name, "a curve of a simulation", curve);
  if (a.streams !== b.streams)
    throw new RangeError(`${check.fn}: a and b must share seed and stream name, got ${a.streams} and ${b.streams}`);
  if (a.n !== b.n) throw new RangeError(`${check.fn}: a and b must have as many draws, got ${a.n} and ${b.n}`);
  if (a.x.length !== b.x.length || a.x.some((x, i) => x !== b.x[i])) check.fail("b", "a curve at the points of a", b.x);
  return a.x.map((x, point) => {
    const left = a.values(point);
    const right = b.values(point);
    const difference = left.map((value, i) => value - right[i]);
    const bad = difference.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) check.fail("values", `finite in draw ${bad} at x = ${x}`, [left[bad], right[bad]], "Use fewer steps");
    const { mean, standardError, n } = meanAndError(difference);
    return {
      x,
      mean,
      standardError,
      interval: [mean - 1.96 * standardError, mean + 1.96 * standardError],
      median: quantiles(difference, [0.5])[0],
      smaller: difference.reduce((count, value) => count + (value < 0 ? 1 : 0), 0) / n,
      heavyTail: tailDiagnosis(difference.map(Math.abs)).heavyTail,
      n,
    };
  });
}

/** @file Simulated methods compared at equal cost. */
import { Checks } from "cotlab/dist/core/check";
import type { HeavyTail } from "cotlab/dist/core/heavyTail";
import type { Quantile } from "cotlab/dist/core/statistics";
import { type Share, wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import { Curve } from "cotlab/dist/simulation/simulationResult";

/** A simulated curve, and what its points cost. */
export interface CostedCurve {
  readonly curve: Curve;
  /** The cost of each point, non-negative and ascending or equal, (points,). */
  readonly costs: ArrayLike<number>;
}

/** What a method reaches within a budget. */
export interface CostComparison {
  readonly budget: number;
  /** The curve's name. */
  readonly method: string;
  /** The last point that the budget pays for. */
  readonly k: number;
  /** Its cost. */
  readonly cost: number;
  /** Mean error there and its standard error; not to be used when `heavyTail` is not "none". */
  readonly mean: number;
  readonly standardError: number;
  readonly heavyTail: HeavyTail;
  /** Median error there with a distribution-free 95 % interval. */
  readonly median: Quantile;
  /** Share of the draws on which the first curve's error is below this one's at the same budget, with Wilson's interval. Absent for the first. */
  readonly firstBetter?: Share;
}

/**
 * Compares curves at equal cost: each is read at the last point that a budget pays for, and draw by draw with the first.
 * It does not stop early: a method whose error rises again is charged for the steps it could have left out.
 * @param curves of the same draws, the one to compare with first
 * @param budgets each > 0, in the unit of the costs
 * @returns a row for every budget and curve, budgets outermost
 * @throws RangeError or TypeError outside the domain, or for curves that are not paired
 * @origin ours
 */
export function compareAtCost(curves: readonly CostedCurve[], budgets: ArrayLike<number>): CostComparison[] {
  const check: Checks = new Checks("compareAtCost");
  if (!Array.isArray(curves) || curves.length === 0) check.fail("curves", "a non-empty array", curves);
  check.vector("budgets", budgets);
  const first: CostedCurve = curves[0];
  curves.forEach(({ curve, costs }: CostedCurve, i) => {
    if (!(curve instanceof Curve)) throw new TypeError(`${check.fn}: curves[${i}].curve must be a curve of a simulation`);
    check.vector(`curves[${i}].costs`, costs, curve.x.length);
    for (let p = 0; p < costs.length; p++) {
      if (!(costs[p] >= (p === 0 ? 0 : costs[p - 1])))
        check.fail(`curves[${i}].costs[${p}]`, ">= 0 and not below the one before", costs[p]);
    }
    if (curve.streams !== first.curve.streams || curve.n !== first.curve.n) {
      check.fail(`curves[${i}].curve`, "of the same draws as the first", `${curve.n} draws of ${curve.streams}`);
    }
  });
  return Array.from(budgets).flatMap((budget, at) => {
    check.positive(`budgets[${at}]`, budget);
    const bought = curves.map((costed: CostedCurve) => {
      const point = lastPaid(costed, budget);
      if (point < 0) check.fail(`budgets[${at}]`, `at least ${costed.costs[0]}, the first cost of "${costed.curve.name}"`, budget);
      return { ...costed, point, values: costed.curve.values(point) };
    });
    const reference: Float64Array = bought[0].values;
    return bought.map(({ curve, costs, point, values }, i) => {
      const { x, mean, standardError, heavyTail, median } = curve.points[point];
      const row = { budget, method: curve.name, k: x, cost: costs[point], mean, standardError, heavyTail, median };
      if (i === 0) return row;
      const better = reference.reduce((count, value, i) => count + (value < values[i] ? 1 : 0), 0);
      return { ...row, firstBetter: wilsonInterval(better, reference.length) };
    });
  });
}

function lastPaid({ costs }: CostedCurve, budget: number): number {
  let point = -1;
  while (point + 1 < costs.length && costs[point + 1] <= budget) point++;
  return point;
}

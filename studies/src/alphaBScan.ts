/** @file How special the paper's order of task types is: the (α, B) table on a grid of targets. Ours. */
import { Checks } from "cotlab/dist/core/check";
import { type AlphaBTableParams, alphaBTable } from "./alphaBTable";

/** A scan: one way to draw tasks, many targets. */
export interface AlphaBScanParams extends Omit<AlphaBTableParams, "targetExponent" | "targetScale"> {
  /** Exponents of the targets, σ_i = scale · i^(-exponent). */
  readonly targetExponents: readonly number[];
  /** Their scales; every exponent is tried with every scale. */
  readonly targetScales: readonly number[];
}

/** The table at one target. */
export interface AlphaBScanRow {
  readonly targetExponent: number;
  readonly targetScale: number;
  /** Mean probability of each kind, in the order of `TASK_TYPES`. */
  readonly means: Float64Array;
  /** True when the means rise in the paper's order. */
  readonly inOrder: boolean;
  /** The least z of its steps: how clearly they rise. */
  readonly leastZ: number;
}

/**
 * The table of `alphaBTable` for every target of a grid, on the same pools of tasks.
 * @throws RangeError or TypeError outside the domain
 * @see the paper's task-selection table; readings, targets and the scan are ours
 */
export function alphaBScan({ targetExponents, targetScales, ...params }: AlphaBScanParams): AlphaBScanRow[] {
  const check: Checks = new Checks("alphaBScan");
  check.vector("targetExponents", targetExponents);
  check.vector("targetScales", targetScales);
  return targetExponents.flatMap((targetExponent) =>
    targetScales.map((targetScale) => {
      const { means, inOrder, steps } = alphaBTable({ ...params, targetExponent, targetScale });
      const leastZ = steps.reduce((min, z) => Math.min(min, z), Number.POSITIVE_INFINITY);
      return { targetExponent, targetScale, means, inOrder, leastZ };
    }),
  );
}

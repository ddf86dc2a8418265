/** @file A verdict of the diagnostic held against a truth that is known: shared by the calibrations. */
import { bisect } from "cotlab/dist/core/bisection";
import type { Verdict } from "cotlab/dist/diagnostic/prediction";

/**
 * ln s_{K-1} of the truth: the logarithm of the factor on Σ at which the last step begins to hurt, to 1e-3.
 * @param truth factor ↦ ln of the typical error after 0..K steps
 */
export function trueMargin(truth: (scale: number) => readonly number[]): number {
  const hurts = (log: number): boolean => {
    const curve = truth(Math.exp(log));
    return !(curve[curve.length - 1] < curve[curve.length - 2]);
  };
  return bisect(hurts, -20, 20, 1e-3).no;
}

/** The verdict against the true curve, ln of the typical error after 0..K steps. */
export function againstTruth({ call, bestSteps }: Verdict, curve: readonly number[]) {
  let best = 0;
  while (best < curve.length - 1 && curve[best + 1] < curve[best]) best++;
  const helps = best === curve.length - 1;
  return {
    /** True when the true error falls up to K. */
    helps,
    call,
    /** True when the call is the opposite of the truth. */
    wrong: (call === "helps" && !helps) || (call === "hurts" && helps),
    /** Whether the interval of k* holds the true one. */
    bestCovered: bestSteps.low <= best && best <= bestSteps.high,
    /** True error after the true best number of steps and after the estimated one: what following the estimate costs. */
    logRegret: curve[bestSteps.value] - Math.min(...curve),
  };
}

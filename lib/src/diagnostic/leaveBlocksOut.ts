/** @file What a quantity would have been without each block of rows of each data set. */
import { combine, type Estimate, leaveOut, mapEstimate, type SourceSpread } from "./jackknife";
import type { Sample } from "./sample";

/** The values of a quantity, or of several, without each block of one data set. */
export interface LeftOut<T> {
  readonly sample: Sample;
  /** One a block. */
  readonly values: readonly T[];
}

/**
 * Evaluates a quantity with every block of every data set left out, one at a time.
 * @param samples the training tasks and the target last
 * @param weights π of the tasks; one of weight 0 has no part in the quantity, and is passed over; default: all have a part
 * @param value the quantity when data set s has another covariance, which is formed when asked for
 */
export function leaveBlocksOut<T>(
  samples: readonly Sample[],
  weights: ArrayLike<number> | undefined,
  value: (s: number, covariance: () => Float64Array) => T,
): LeftOut<T>[] {
  return samples.flatMap((sample, s) =>
    s < samples.length - 1 && weights?.[s] === 0
      ? []
      : [{ sample, values: Array.from({ length: sample.blocks }, (_, b) => value(s, () => sample.without(b))) }],
  );
}

/** What one data set does to a quantity, from its value with all rows and its values without each block. */
export function spreadOf<T>({ sample, values }: LeftOut<T>, whole: number, quantity: (value: T) => number): SourceSpread {
  return leaveOut(sample.name, whole, values.map(quantity), sample.blockRows);
}

/** Estimates with intervals of positive quantities, each treated as a logarithm (`combine`). */
export function logEstimates(logs: ArrayLike<number>, leftOut: readonly LeftOut<ArrayLike<number>>[], confidence: number): Estimate[] {
  return Array.from(logs, (log, j) => {
    const spreads = leftOut.map((source) => spreadOf(source, log, (without) => without[j]));
    return mapEstimate(combine(log, spreads, confidence), Math.exp);
  });
}

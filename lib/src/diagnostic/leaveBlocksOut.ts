/** @file What a quantity would have been without each block of rows of each data set. */
import { combine, type Estimate, leaveOut, mapEstimate, type SourceSpread } from "./jackknife";
import type { RowMoments, Sample } from "./sample";

/** The values of a quantity, or of several, without each block of one data set. */
export interface LeftOut<T> {
  readonly sample: Sample;
  /** One a block. */
  readonly values: readonly T[];
}

/** The moments of data set s where its rows lack the block that is left out; undefined where it has all its rows. */
export type Without = (s: number) => RowMoments | undefined;

/**
 * Evaluates a quantity with every block of every data set left out, one at a time. Data sets that are the same rows (that share their
 * moments) lose a block together: what happens to be in those rows is in both.
 * @param samples the training tasks and the target last
 * @param weights π of the tasks; one of weight 0 has no part in the quantity, and is passed over; default: all have a part
 * @param value the quantity without a block; moments are formed when asked for
 */
export function leaveBlocksOut<T>(
  samples: readonly Sample[],
  weights: ArrayLike<number> | undefined,
  value: (without: Without) => T,
): LeftOut<T>[] {
  const taking = samples.filter((_, s) => s === samples.length - 1 || weights?.[s] !== 0);
  const different = taking.filter(({ moments }, i) => taking.findIndex((other) => other.moments === moments) === i);
  return different.map((sample) => ({
    sample,
    values: Array.from({ length: sample.blocks }, (_, b) => {
      let rows: RowMoments | undefined;
      return value((s) => {
        if (samples[s].moments !== sample.moments) return undefined;
        rows ??= sample.without(b);
        return rows;
      });
    }),
  }));
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

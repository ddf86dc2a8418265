/** @file Intervals for functions of several data sets' moments, by leaving out blocks of rows. Ours in the treatment of the bias. */
import { studentQuantile } from "./studentQuantile";

/** What one source of randomness does to a quantity. */
export interface SourceSpread {
  /** The source: a data set, or the simulated prompts. */
  readonly source: string;
  /** Estimated bias that comes from it. */
  readonly bias: number;
  /** Estimated variance that comes from it. */
  readonly variance: number;
  /** Blocks left out. */
  readonly blocks: number;
}

/** A quantity with an interval. */
export interface Estimate {
  /** From all the data, less the estimated bias. */
  readonly value: number;
  /** Lower end of the interval. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** From all the data, as it is. */
  readonly plugIn: number;
}

/**
 * Bias and variance of a quantity from its values without each block, for blocks of unequal size: with h_b = N/N_b,
 * $$ \tilde\theta = B\hat\theta - \sum_b (1 - \tfrac1{h_b})\, \hat\theta_{(-b)}, \quad
 *    v = \tfrac1B \sum_b \tfrac{1}{h_b - 1} (h_b\hat\theta - (h_b - 1)\hat\theta_{(-b)} - \tilde\theta)^2, \quad bias = \hat\theta - \tilde\theta $$
 * @origin standard, Busing, Meijer and van der Leeden, Statistics and Computing 9 (1999) 3
 */
export function leaveOut(source: string, whole: number, without: ArrayLike<number>, rows: ArrayLike<number>): SourceSpread {
  const blocks = without.length;
  let total = 0;
  for (let b = 0; b < blocks; b++) total += rows[b];
  let corrected = blocks * whole;
  for (let b = 0; b < blocks; b++) corrected -= (1 - rows[b] / total) * without[b];
  let variance = 0;
  for (let b = 0; b < blocks; b++) {
    const h = total / rows[b];
    variance += (h * whole - (h - 1) * without[b] - corrected) ** 2 / (h - 1) / blocks;
  }
  return { source, bias: whole - corrected, variance, blocks };
}

/**
 * The interval of a quantity θ with independent sources of error.
 *
 * Leaving out blocks measures how the estimate moves with the number of rows. A smooth function of the moments, an isolated eigenvalue
 * among them, has a bias that falls like 1/N, which the jackknife removes; the largest of many close eigenvalues has one that falls like
 * N^{-1/2}, of which it removes half: leaving out 1/B of the rows raises cN^{-a} by about (a/B) cN^{-a}, and the jackknife takes B times
 * that. So with an unknown a in [1/2, 1] the bias is between b and 2b, in expectation; but at few rows b is itself uncertain, and 0 is taken
 * into the range, so that no statement ever rests on the correction alone:
 * $$ \big[\min(\hat\theta, \hat\theta - 2b) - t\,s,\; \max(\hat\theta, \hat\theta - 2b) + t\,s\big] $$
 * with s² the sum of the sources' variances and t of Student's law with Satterthwaite's degrees of freedom. For smooth quantities b falls
 * faster than s, and the caution costs nothing in the end.
 */
export function combine(plugIn: number, spreads: readonly SourceSpread[], confidence: number): Estimate {
  const bias = spreads.reduce((sum, spread) => sum + spread.bias, 0);
  const half = halfWidth(spreads, confidence);
  return { value: plugIn - bias, low: plugIn - 2 * Math.max(0, bias) - half, high: plugIn - 2 * Math.min(0, bias) + half, plugIn };
}

/** t s of `combine`. */
export function halfWidth(spreads: readonly SourceSpread[], confidence: number): number {
  const variance = spreads.reduce((sum, spread) => sum + spread.variance, 0);
  if (!(variance > 0)) return 0;
  const degrees = variance ** 2 / spreads.reduce((sum, spread) => sum + spread.variance ** 2 / (spread.blocks - 1), 0);
  return Math.sqrt(variance) * studentQuantile((1 + confidence) / 2, degrees);
}

/** The same estimate on another scale: f increasing, such as exp for a quantity that was treated as a logarithm. */
export function mapEstimate({ value, low, high, plugIn }: Estimate, f: (x: number) => number): Estimate {
  return { value: f(value), low: f(low), high: f(high), plugIn: f(plugIn) };
}

/**
 * Estimates of quantities that are known to descend, such as ordered eigenvalues: each one's own correction for bias can put them out of
 * order. Values are sorted, and intervals widened until their ends descend too.
 */
export function descending(estimates: readonly Estimate[]): Estimate[] {
  const values = estimates.map(({ value }) => value).sort((a, b) => b - a);
  const lows = estimates.map(({ low }) => low);
  const highs = estimates.map(({ high }) => high);
  for (let i = 1; i < lows.length; i++) lows[i] = Math.min(lows[i], lows[i - 1]);
  for (let i = highs.length - 2; i >= 0; i--) highs[i] = Math.max(highs[i], highs[i + 1]);
  return estimates.map(({ plugIn }, i) => ({
    value: Math.min(highs[i], Math.max(lows[i], values[i])),
    low: lows[i],
    high: highs[i],
    plugIn,
  }));
}

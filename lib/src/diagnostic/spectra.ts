/** @file Spectrum, effective rank and hardness of a data set, with intervals. */
import { eigenvalues } from "../linalg/dense";
import { descending, type Estimate } from "./jackknife";
import { leaveBlocksOut, logEstimates } from "./leaveBlocksOut";
import type { Sample } from "./sample";

/** What the covariance of a data set is like. */
export interface SpectrumReport {
  /** The data set's name. */
  readonly name: string;
  /** N. */
  readonly rows: number;
  /** d. */
  readonly features: number;
  /** ρ: intensity of the shrinkage that was applied. */
  readonly shrinkage: number;
  /** tr Λ, units of x². */
  readonly trace: Estimate;
  /** λ_1 >= ... >= λ_d, units of x². */
  readonly eigenvalues: readonly Estimate[];
  /** exp(-Σ p_i ln p_i), p = λ/tr Λ: between 1 and d (Roy and Vetterli 2007). */
  readonly effectiveRank: Estimate;
  /** (tr Λ)²/tr Λ²: the participation ratio, between 1 and d. */
  readonly participation: Estimate;
  /** Hard(Λ) = tr Λ/λ_min, at least d. */
  readonly hardness: Estimate;
}

/**
 * Spectrum, effective rank and hardness, each treated as a logarithm, with intervals by blocks left out (`combine`).
 * @origin paper, the hardness, with its undefined numerator read as tr Λ; Roy and Vetterli, EUSIPCO 2007, for the effective rank
 */
export function spectrumReport(sample: Sample, confidence: number): SpectrumReport {
  const { d, name, moments, intensity } = sample;
  const leftOut = leaveBlocksOut([sample], undefined, (without) => logQuantities(without(0)!.covariance, d));
  const all = logEstimates(logQuantities(sample.covariance, d), leftOut, confidence);
  const within = (low: number, high: number, { value, low: from, high: to, plugIn }: Estimate): Estimate => {
    const clip = (x: number) => Math.min(high, Math.max(low, x));
    return { value: clip(value), low: clip(from), high: clip(to), plugIn };
  };
  return {
    name,
    rows: moments.count,
    features: d,
    shrinkage: intensity,
    trace: all[d],
    eigenvalues: descending(all.slice(0, d)),
    effectiveRank: within(1, d, all[d + 1]),
    participation: within(1, d, all[d + 2]),
    hardness: within(d, Number.POSITIVE_INFINITY, all[d + 3]),
  };
}

/** ln of the eigenvalues, the trace, both effective ranks and the hardness. */
function logQuantities(covariance: Float64Array, d: number): Float64Array {
  const values = eigenvalues(covariance, d);
  const total = values.reduce((sum, value) => sum + value, 0);
  let entropy = 0;
  let squares = 0;
  const out = new Float64Array(d + 4);
  for (let i = 0; i < d; i++) {
    // The features were found to be independent, so that a value that is not positive is one lost in rounding.
    const value = Math.max(values[i], Number.EPSILON * values[0]);
    const share = value / total;
    out[i] = Math.log(value);
    entropy -= share * Math.log(share);
    squares += share * share;
  }
  out[d] = Math.log(total);
  out[d + 1] = entropy;
  out[d + 2] = -Math.log(squares);
  out[d + 3] = Math.log(total) - out[d - 1];
  return out;
}

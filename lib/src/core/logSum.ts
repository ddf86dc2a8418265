/** @file Sums of numbers that are kept as logarithms, and the way back. */
import type { Checks } from "./check";

/** ln Σ exp(x_i), without overflow; -Infinity for an empty or vanishing sum. */
export function logSum(logs: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logs.length; i++) largest = Math.max(largest, logs[i]);
  if (largest === Number.NEGATIVE_INFINITY) return largest;
  let sum = 0;
  for (let i = 0; i < logs.length; i++) sum += Math.exp(logs[i] - largest);
  return largest + Math.log(sum);
}

/** e^log, or a RangeError that names the function of the logarithm when it overflows. Below 1e-308 it underflows towards 0. */
export function fromLog(check: Checks, log: number, logFunction: string): number {
  const value = Math.exp(log);
  if (value === Number.POSITIVE_INFINITY) check.fail("the result", "below 1.8e308", `exp(${log})`, `Use ${logFunction}`);
  return value;
}

/**
 * ln|1 - μ|, from μ itself where it is small: k ln|1 - μ| needs more digits than 1 - μ has near 1.
 * @param deviation 1 - μ, where it is known without cancellation
 */
export function logDeviation(mu: number, deviation = 1 - mu): number {
  return mu < 0.5 ? Math.log1p(-mu) : Math.log(Math.abs(deviation));
}

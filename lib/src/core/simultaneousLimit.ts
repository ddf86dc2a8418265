/** @file The number of standard errors that many comparisons may be off by. */
import { bisect } from "./bisection";
import { Checks } from "./check";
import { regularizedGamma } from "./incompleteGamma";

/**
 * How many standard errors the farthest of several normal deviations may be off: beyond, chance alone would be rarer than the level.
 * P(max_{i ≤ N} |z_i| > limit) ≤ level,  limit = -Φ⁻¹(level/2N)
 * $$ P(\max_{i \le N} |z_i| > \mathrm{limit}) \le \mathrm{level}, \quad \mathrm{limit} = -\Phi^{-1}\big(\mathrm{level}/2N\big) $$
 * Bonferroni's: it holds whether or not the deviations are independent.
 * @param count N: how many are compared; integer >= 1
 * @param level how often chance may pass it, in [1e-12, 0.5]; default 1e-4
 * @throws RangeError outside the domain
 * @origin standard, Bonferroni's inequality
 * @example
 * [1, 10, 1000].map((count) => cot.core.simultaneousLimit(count)); // => [3.891, 4.417, 5.327]
 */
export function simultaneousLimit(count: number, level = 1e-4): number {
  const check: Checks = new Checks("simultaneousLimit");
  check.integer("count", count, 1);
  check.interval("level", level, 1e-12, 0.5);
  // P(|z| > t) = Q(1/2, t²/2). A page that draws a curve should not load a library of quantiles for this.
  const rare = (t: number): boolean => count * regularizedGamma(0.5, (t * t) / 2).upper <= level;
  return bisect(rare, 0.1, 40).yes;
}

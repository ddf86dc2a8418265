/** @file Wilson's interval of a share. */
import { Checks } from "./check";

/** A share of independent trials with Wilson's 95 % interval. */
export interface Share {
  /** p: the share that came out, count / total. */
  readonly value: number;
  /** Lower end of the interval; 0 when none came out. */
  readonly low: number;
  /** Upper end of the interval; 1 when all came out. */
  readonly high: number;
}

/**
 * Wilson's 95 % interval of a binomial share; unlike share ± 1.96 se it is no point at 0 and 1.
 * (p + z²/2n ± z √(p(1 - p)/n + z²/4n²)) / (1 + z²/n),  z = 1.96
 * $$ \frac{p + z^2/2n \pm z\sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}, \quad z = 1.96 $$
 * @param count trials that came out, integer in [0, total]
 * @param total n: trials, integer >= 1
 * @throws RangeError outside the domain
 * @origin standard, Wilson 1927
 * @example
 * cot.core.wilsonInterval(0, 10); // => { value: 0, low: 0, high: 0.2775 }
 */
export function wilsonInterval(count: number, total: number): Share {
  const check: Checks = new Checks("wilsonInterval");
  check.integer("total", total, 1);
  check.integer("count", count, 0, total);
  const z = 1.959963984540054;
  const p = count / total;
  const scale = 1 + (z * z) / total;
  const centre = (p + (z * z) / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((p * (1 - p)) / total + (z / (2 * total)) ** 2);
  // At 0 and 1 the ends are exactly there, up to rounding.
  return { value: p, low: count === 0 ? 0 : centre - half, high: count === total ? 1 : centre + half };
}

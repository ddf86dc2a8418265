/** @file Quantiles of Student's t. */
import { incbi, ndtri } from "cephes";
import { Checks } from "../core/check";

/** Degrees of freedom from which the expansion about the normal quantile is nearer than the inverse of the incomplete beta function. */
const MANY = 700;
/** With fewer degrees of freedom quantiles run out of the range of numbers. */
const FEWEST = 0.05;

/**
 * The p-quantile of Student's t with ν degrees of freedom, with a relative error below 1e-12.
 * t = √(ν x/(1 - x)),  I_x(1/2, ν/2) = 2p - 1
 * $$ t = \sqrt{\nu x/(1 - x)}, \quad I_x(\tfrac12, \tfrac\nu2) = 2p - 1 $$
 * Above ν = 700 by the expansion in 1/ν of Abramowitz and Stegun, 26.7.5, whose fifth term is below that.
 * @param p in [0.5, 0.9999]
 * @param degrees ν >= 0.05, not only integers
 * @throws RangeError outside the domain
 * @origin standard, Abramowitz and Stegun 1964, 26.5.27 and 26.7.5, with Moshier's Cephes for the incomplete beta function
 * @example
 * cot.diagnostic.studentQuantile(0.975, 10); // => 2.228
 */
export function studentQuantile(p: number, degrees: number): number {
  const check: Checks = new Checks("studentQuantile");
  check.interval("p", p, 0.5, 0.9999);
  check.finite("degrees", degrees);
  if (degrees < FEWEST) check.fail("degrees", `>= ${FEWEST}`, degrees);
  const nu = degrees;
  if (p === 0.5) return 0;
  if (nu > MANY) {
    const z = ndtri(p);
    const s = z * z;
    const terms = [
      (z * (s + 1)) / 4,
      (z * ((5 * s + 16) * s + 3)) / 96,
      (z * (((3 * s + 19) * s + 17) * s - 15)) / 384,
      (z * ((((79 * s + 776) * s + 1482) * s - 1920) * s - 945)) / 92160,
    ];
    return terms.reduceRight((sum, term) => (sum + term) / nu, 0) + z;
  }
  // The smaller of x and 1 - x is asked for, so that neither is lost in the other.
  if (p < 0.75) {
    const x = incbi(0.5, nu / 2, 2 * p - 1);
    return Math.sqrt((nu * x) / (1 - x));
  }
  const rest = incbi(nu / 2, 0.5, 2 * (1 - p));
  return Math.sqrt((nu * (1 - rest)) / rest);
}

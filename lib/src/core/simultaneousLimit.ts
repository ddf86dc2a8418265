/** @file How far the largest of several deviations may go by chance. */
import { bisect } from "./bisection";
import { Checks } from "./check";
import { regularizedGamma } from "./incompleteGamma";

/** P(|Z| > z) of a standard normal variable; z > 0. */
const twoSided = (z: number): number => regularizedGamma(0.5, (z * z) / 2).upper;

/** P(|Z| > 4): what one comparison may exceed by chance, once in 16 000 times. */
const CHANCE = twoSided(4);

/**
 * The limit, in standard errors, for the largest of several simulated means' deviations from their predictions: together they exceed it by
 * chance no more often than one mean exceeds 4. Valid however the means depend on each other (Bonferroni); each is taken as normal.
 * count · P(|Z| > limit) = P(|Z| > 4)
 * $$ \mathrm{count}\cdot P(|Z| > \mathrm{limit}) = P(|Z| > 4), \quad Z \sim N(0, 1) $$
 * @param count means compared; integer in [1, 1e12]
 * @throws RangeError outside the domain
 * @origin standard, Bonferroni
 * @example
 * [1, 3, 100].map(cot.core.simultaneousLimit); // => [4, 4.2528, 4.9807]
 */
export function simultaneousLimit(count: number): number {
  const check: Checks = new Checks("simultaneousLimit");
  check.integer("count", count, 1, 1e12);
  if (count === 1) return 4;
  return bisect((z) => count * twoSided(z) <= CHANCE, 4, 12, 1e-12).yes;
}

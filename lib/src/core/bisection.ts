/** @file Bisection: where a condition that, once it holds, goes on holding begins to hold. */

/**
 * The change of a condition between a place where it does not hold and one where it does, as the two ends of what is left of
 * the interval: no longer than the tolerance, or neighbouring doubles.
 * @param no where it does not hold; may lie on either side of `yes`
 */
export function bisect(holds: (x: number) => boolean, no: number, yes: number, tolerance = 0): { no: number; yes: number } {
  while (Math.abs(yes - no) > tolerance) {
    const middle = (no + yes) / 2;
    if (middle === no || middle === yes) break;
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return { no, yes };
}

/**
 * The smallest integer >= from for which a condition holds; Infinity when there is none up to the limit, 2^53 - 1 unless stated.
 * The condition is tried at doubling distances first, so that no upper bound need be known.
 */
export function smallestInteger(holds: (k: number) => boolean, from: number, limit = Number.MAX_SAFE_INTEGER): number {
  let below = from - 1;
  let above = from;
  while (!holds(above)) {
    if (above >= limit) return Number.POSITIVE_INFINITY;
    below = above;
    above = Math.min(limit, above + (above - from) + 1);
  }
  return firstWhere(below, above, holds);
}

/** The least integer in (no, yes] for which a condition holds that holds at `yes` and, once it holds, from there on. */
export function firstWhere(no: number, yes: number, holds: (k: number) => boolean): number {
  while (yes - no > 1) {
    const middle = no + Math.floor((yes - no) / 2);
    if (holds(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

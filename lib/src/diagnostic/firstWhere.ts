/** @file The first place at which something holds. */

/** The least integer in (no, yes] with property p, which holds at `yes` and, once it holds, from there on; by bisection. */
export function firstWhere(no: number, yes: number, p: (k: number) => boolean): number {
  while (yes - no > 1) {
    const middle = Math.floor((no + yes) / 2);
    if (p(middle)) yes = middle;
    else no = middle;
  }
  return yes;
}

/** @file Sums without the rounding of long chains. */

/** f(0) + ... + f(n-1) with a running correction (Neumaier). */
export function compensatedSum(n: number, f: (i: number) => number): number {
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < n; i++) {
    const x = f(i);
    const next = sum + x;
    if (Number.isFinite(next)) lost += Math.abs(sum) >= Math.abs(x) ? sum - next + x : x - next + sum;
    sum = next;
  }
  return sum + lost;
}

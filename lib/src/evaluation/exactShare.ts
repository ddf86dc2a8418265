/** @file The exact interval of a share, whatever its size. */
import { incbet, incbi } from "cephes";

/**
 * The interval of Clopper and Pearson (1934) for a binomial share: beyond each end it lies at most so often.
 * P(X ≥ count | low) = tail = P(X ≤ count | high)
 * Wilson's would do for shares near 1/2. In the far tails that many comparisons need, it is several times too often wrong near 0 and 1.
 * @param tail how often the share may lie below `low`, and how often above `high`, in (0, 0.5)
 */
export function exactShare(count: number, total: number, tail: number): { readonly low: number; readonly high: number } {
  return {
    low: count === 0 ? 0 : incbi(count, total - count + 1, tail),
    high: count === total ? 1 : 1 - incbi(total - count, count + 1, tail),
  };
}

/** How often so many of `total` fair coins, or more, show heads. */
export const fairTail = (count: number, total: number): number => (count === 0 ? 1 : incbet(count, total - count + 1, 0.5));

/** @file A double as the fraction that it is. */

/** x = p/q exactly, q a power of two, for a finite x. */
export function exactRatio(x: number): [p: bigint, q: bigint] {
  let q = 1n;
  let value = x;
  while (!Number.isInteger(value)) {
    value *= 2;
    q *= 2n;
  }
  return [BigInt(value), q];
}

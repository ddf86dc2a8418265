/** @file Random whole numbers of any size. */
import { Checks } from "../core/check";
import type { Random } from "../core/random";

/** A uniform integer in [low, high], by rejection of 32-bit draws. */
export function uniformBigInt(random: Random, low: bigint, high: bigint): bigint {
  if (high < low) throw new RangeError(`uniformBigInt: high must be >= low = ${low}, got ${high}`);
  const span = high - low + 1n;
  let words = 1;
  while (1n << BigInt(32 * words) < span) words++;
  const limit = (1n << BigInt(32 * words)) - ((1n << BigInt(32 * words)) % span);
  for (;;) {
    let value = 0n;
    for (let i = 0; i < words; i++) value = (value << 32n) | BigInt(random.integer(2 ** 32));
    if (value < limit) return low + (value % span);
  }
}

/** A uniform integer with exactly `digits` decimal digits, >= 1. */
export function ofDigits(random: Random, digits: number): bigint {
  const check: Checks = new Checks("ofDigits");
  check.integer("digits", digits, 1, 200);
  return uniformBigInt(random, 10n ** BigInt(digits - 1), 10n ** BigInt(digits) - 1n);
}

/** One of a list, each as likely. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.integer(list.length)];
}

/** @file Grids of integers, for axes and tables. */
import { Checks } from "./check";

/** Points of the longest grid. */
const MOST = 10_000_000;

/**
 * The integers from one to another, both included.
 * @param from first, integer
 * @param to last, integer >= from
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.core.integers(0, 3); // => [0, 1, 2, 3]
 */
export function integers(from: number, to: number): number[] {
  const check: Checks = new Checks("integers");
  check.integer("from", from, Number.MIN_SAFE_INTEGER);
  check.integer("to", to, from);
  if (to - from >= MOST) check.fail("to", `below from + ${MOST}`, to);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/**
 * Different integers in increasing order, near a geometric progression from one to another; fewer than asked for where these lie close.
 * @param from first, >= 1/2; rounded, and at least 1
 * @param to last, >= from; rounded
 * @param count terms of the progression; integer >= 2
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.core.geometricIntegers(1, 100, 6); // => [1, 3, 6, 16, 40, 100]
 */
export function geometricIntegers(from: number, to: number, count: number): number[] {
  const check: Checks = new Checks("geometricIntegers");
  check.finite("from", from);
  if (from < 0.5) check.fail("from", ">= 1/2", from);
  check.finite("to", to);
  if (to < from) check.fail("to", `>= from (${from})`, to);
  if (to > Number.MAX_SAFE_INTEGER) check.fail("to", "at most 2^53 - 1", to);
  check.count("count", count, 2, MOST);
  const terms = Array.from({ length: count }, (_, i) => Math.max(1, Math.round(from * (to / from) ** (i / (count - 1)))));
  return distinct(terms);
}

/**
 * The different numbers among some, in increasing order.
 * @param values numbers, Infinity too, none NaN
 * @throws RangeError for NaN
 * @origin ours
 * @example
 * cot.core.distinct([20, 1, 5, 5]); // => [1, 5, 20]
 */
export function distinct(values: readonly number[]): number[] {
  const check: Checks = new Checks("distinct");
  check.list("values", values);
  values.forEach((value, i) => {
    if (typeof value !== "number") check.wrongKind(`values[${i}]`, "a number", value);
  });
  if (values.some(Number.isNaN)) check.fail("values", "free of NaN", values);
  return [...new Set(values)].sort((a, b) => a - b);
}

/** @file Means with standard errors, and quantiles with distribution-free intervals. Ours. */
import { Checks } from "./check";
import { compensatedSum } from "./compensatedSum";

/** A sample mean and how far it may be off. */
export interface Mean {
  /** The mean; +Infinity when a value is. */
  readonly mean: number;
  /** Standard error of the mean, sqrt(sum (x - mean)² / (n (n - 1))); +Infinity when a value is, or when the squares overflow. */
  readonly standardError: number;
  /** n: the number of values. */
  readonly n: number;
}

/**
 * The sample mean and its standard error, by two passes with compensated sums.
 * x̄ = Σ x_i / n,  se = √(Σ (x_i - x̄)² / (n (n - 1)))
 * $$ \bar x = \tfrac1n \sum x_i, \quad \mathrm{se} = \sqrt{\tfrac{1}{n(n-1)} \sum (x_i - \bar x)^2} $$
 * The standard error supposes independent values of finite variance; {@link tailDiagnosis} tests the second.
 * @param values x_i: at least 2 numbers, (n,), none NaN and none -Infinity; mean and error have their unit
 * @throws RangeError for fewer than 2 values, NaN or -Infinity
 * @origin standard
 * @example
 * cot.core.meanAndError([1, 2, 3, 6]); // => { mean: 3, standardError: 1.0801, n: 4 }
 */
export function meanAndError(values: ArrayLike<number>): Mean {
  const check: Checks = new Checks("meanAndError");
  check.indexed("values", values);
  const n = values.length;
  if (n < 2) check.fail("values", "at least 2 numbers", `${n} values`);
  let scale = 0;
  for (let i = 0; i < n; i++) {
    const x = checkValue(check, values, i);
    if (x === Number.POSITIVE_INFINITY) return { mean: x, standardError: x, n };
    scale = Math.max(scale, Math.abs(x));
  }
  // Sums are taken of x / unit, where unit is a power of two near the largest value, so that they cannot overflow.
  const unit = scale > 1e300 ? 2 ** 1000 : 1;
  const mean = compensatedSum(n, (i) => values[i] / unit) / n;
  const squares = compensatedSum(n, (i) => (values[i] / unit - mean) ** 2);
  return { mean: mean * unit, standardError: Math.sqrt(squares / (n - 1) / n) * unit, n };
}

function checkValue(check: Checks, values: ArrayLike<number>, i: number): number {
  const x = values[i];
  if (typeof x !== "number") check.wrongKind(`values[${i}]`, "a number", x);
  if (!(x > Number.NEGATIVE_INFINITY)) check.fail(`values[${i}]`, "a number or +Infinity", x);
  return x;
}

/** A sample quantile with a distribution-free interval. */
export interface Quantile {
  /** p: the quantile's order. */
  readonly p: number;
  /** The estimate: the order statistic x_(ceil(n p)). */
  readonly value: number;
  /** Lower end of the interval; -Infinity when the sample is too small to bound the quantile from below. */
  readonly low: number;
  /** Upper end of the interval; +Infinity when the sample is too small to bound the quantile from above. */
  readonly high: number;
}

/**
 * Sample quantiles with intervals between order statistics, which hold for every distribution.
 * P(x_(l) ≤ q_p ≤ x_(u)) ≥ level,  P(B < l) ≤ (1 - level)/2,  P(B ≥ u) ≤ (1 - level)/2,  B ~ Bin(n, p)
 * $$ P(x_{(l)} \le q_p \le x_{(u)}) \ge level, \quad P(B < l) \le \tfrac{1-level}{2},\; P(B \ge u) \le \tfrac{1-level}{2},\; B \sim Bin(n, p) $$
 * @param values x_i: at least 1 number, (n,), none NaN and none -Infinity
 * @param orders p: each in (0, 1)
 * @param level the intervals' coverage; in (0, 1); default 0.95
 * @returns one quantile for each order, in their order and in the unit of the values
 * @throws RangeError outside the domain
 * @origin standard
 * @example
 * const values = Array.from({ length: 101 }, (_, i) => i);
 * cot.core.quantiles(values, [0.5]); // => [{ p: 0.5, value: 50, low: 40, high: 60 }]
 */
export function quantiles(values: ArrayLike<number>, orders: readonly number[], level = 0.95): Quantile[] {
  const check: Checks = new Checks("quantiles");
  check.indexed("values", values);
  check.list("orders", orders);
  const n = values.length;
  check.integer("values.length", n, 1);
  check.interval("level", level, Number.MIN_VALUE, 1 - Number.EPSILON);
  const copy = new Float64Array(n);
  for (let i = 0; i < n; i++) copy[i] = checkValue(check, values, i);
  orders.forEach((p, i) => {
    check.interval(`orders[${i}]`, p, Number.MIN_VALUE, 1 - Number.EPSILON);
  });
  const plan = orders.map((p) => quantileRanks(n, p, level));
  const wanted = plan.flatMap(({ low, middle, high }) => [low, middle, high]).filter((rank) => rank >= 1 && rank <= n);
  selectRanks(copy, [...new Set(wanted)]);
  return plan.map(({ low, middle, high }, i) => ({
    p: orders[i],
    value: copy[middle - 1],
    low: low < 1 ? Number.NEGATIVE_INFINITY : copy[low - 1],
    high: high > n ? Number.POSITIVE_INFINITY : copy[high - 1],
  }));
}

const rankCache = new Map<string, { low: number; middle: number; high: number }>();

/**
 * Ranks l, ceil(np), u (from 1) of the order statistics that bound the p-quantile; l = 0 or u = n + 1 stand for no bound.
 * @throws RangeError unless n >= 1 and p and level are in (0, 1)
 */
export function quantileRanks(n: number, p: number, level: number): { low: number; middle: number; high: number } {
  const check: Checks = new Checks("quantileRanks");
  check.interval("p", p, Number.MIN_VALUE, 1 - Number.EPSILON);
  const key = `${n}/${p}/${level}`;
  const known = rankCache.get(key);
  if (known) return known;
  const alpha = (1 - level) / 2;
  const mode = Math.min(n, Math.floor((n + 1) * p));
  const odds = p / (1 - p);
  /** Binomial weights outward from the mode, relative to the mode's, until they no longer count; `ratio` leads from k to the next. */
  const weights = (direction: -1 | 1, ratio: (k: number) => number): number[] => {
    const found: number[] = [];
    for (let k = mode, weight = ratio(k); weight >= 1e-22; k += direction, weight *= ratio(k)) found.push(weight);
    return found;
  };
  const left = weights(-1, (k) => k / ((n - k + 1) * odds));
  const right = weights(1, (k) => ((n - k) * odds) / (k + 1));
  const total = [...left, ...right].reduce((sum, weight) => sum + weight, 1);
  /** How many of the weights, the outermost first, have no more than alpha together. */
  const outside = (side: readonly number[]): number => {
    let [count, mass] = [0, 0];
    for (let i = side.length - 1; i >= 0; i--, count++) {
      mass += side[i];
      if (mass > alpha * total) break;
    }
    return count;
  };
  // low = max { l : P(B <= l - 1) <= alpha }, high = min { u : P(B >= u) <= alpha }.
  const [low, high] = [mode - left.length + outside(left), mode + right.length + 1 - outside(right)];
  const ranks = { low: Math.max(0, low), middle: Math.max(1, Math.ceil(n * p - 1e-9)), high: Math.min(n + 1, high) };
  if (rankCache.size > 256) rankCache.clear();
  rankCache.set(key, ranks);
  return ranks;
}

/**
 * Rearranges values so that each named rank r (from 1) holds its order statistic, smaller ones before and larger ones after.
 * Quickselect with a median-of-three pivot on several ranks at once; no comparison depends on a random number.
 */
export function selectRanks(values: Float64Array, ranks: readonly number[]): void {
  const wanted = [...ranks].sort((a, b) => a - b);
  select(values, 0, values.length - 1, wanted, 0, wanted.length - 1, 2 * Math.ceil(Math.log2(values.length + 1)) + 8);
}

function select(x: Float64Array, from: number, to: number, ranks: readonly number[], first: number, last: number, depth: number): void {
  while (first <= last && from < to) {
    if (to - from < 24 || depth-- === 0) {
      // Short, or quickselect is not getting on: sort the rest.
      x.subarray(from, to + 1).sort();
      return;
    }
    const middle = (from + to) >> 1;
    const a = x[from];
    const b = x[middle];
    const c = x[to];
    const pivot = a < b ? (b < c ? b : a < c ? c : a) : a < c ? a : b < c ? c : b;
    let i = from;
    let j = to;
    while (i <= j) {
      while (x[i] < pivot) i++;
      while (x[j] > pivot) j--;
      if (i <= j) {
        const swap = x[i];
        x[i++] = x[j];
        x[j--] = swap;
      }
    }
    // Now from..j <= pivot <= i..to, and anything between j and i equals the pivot.
    let split = first;
    while (split <= last && ranks[split] - 1 <= j) split++;
    let resume = split;
    while (resume <= last && ranks[resume] - 1 < i) resume++;
    if (split > first) select(x, from, j, ranks, first, split - 1, depth);
    from = i;
    first = resume;
  }
}

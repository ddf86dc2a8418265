/** @file Can a sample's mean and standard error be believed? Two tests of the upper tail, and their limits. */
import { argumentsOf, Checks } from "./check";
import { selectRanks } from "./statistics";

/**
 * What a sample's upper tail leaves standing.
 * "none": the mean and its standard error; "variance": not the standard error; "mean": not the mean either;
 * "unknown": the sample is too small to say.
 */
export type HeavyTail = "none" | "variance" | "mean" | "unknown";

/** A verdict on a sample's upper tail, with the numbers behind it. */
export interface TailDiagnosis {
  /** The verdict. */
  readonly heavyTail: HeavyTail;
  /** ξ: fitted shape of the upper tail; the tail index is 1/ξ, and moments of order >= 1/ξ are infinite. Absent when no fit is possible. */
  readonly shape?: number;
  /** The largest value's share of the sum. */
  readonly maxShare: number;
  /** The largest value's share of the sum of squared deviations from the mean. */
  readonly maxSquareShare: number;
  /** Estimated mean of what lies beyond the sample, E[v; beyond the largest draw], in units of v. Present when a driver is given. */
  readonly unseen?: number;
}

/** A variable of which the values are, at large values, a power: v ≈ x^exponent. */
export interface TailDriver {
  /** The driver's upper tail, from `fitExponentialTail`. */
  readonly tail: ExponentialTail;
  /** The power; integer >= 0. */
  readonly exponent: number;
}

/** Fewest values on which a verdict other than "unknown" is given. */
const SMALLEST_SAMPLE = 50;
/** Fewest distinct exceedances to which a tail is fitted. */
const SMALLEST_TAIL = 10;

/**
 * Tells whether the mean of non-negative values, and its standard error, can be believed.
 * The exceedances over the (n-M)-th order statistic, M = min(n/5, 3√n), are fitted by a generalised Pareto law of shape ξ. The verdict is
 * "variance" when ξ >= 1/2 or one draw holds more than half of the squared deviations; "mean" when ξ >= 1, one draw holds more than half of
 * the sum, or a value is Infinity.
 * No sample shows events rarer than 1/n. Where v ≈ x^p for an x with a tail no heavier than exponential, the missing part is estimated:
 * U = E[x^p; x > x_max] = (M/n) e^(-(x_max - u)/b) Σ_{j=0}^p p!/(p - j)! b^j x_max^(p - j)
 * $$ U = E[x^p; x > x_{max}] = \tfrac{M}{n} e^{-(x_{max}-u)/b} \sum_{j=0}^{p} \tfrac{p!}{(p-j)!} b^j x_{max}^{p-j} $$
 * The verdict is then also "variance" when U exceeds the standard error, "mean" when it exceeds half the mean. For the error after k steps
 * x = λ_max(Γ^(-1/2) S Γ^(-1/2)) - 1 and p = 2k; a tail lighter than exponential warns too early rather than too late.
 * Share of verdicts other than "none" at n = 2000, d = 10, m = 40, training length 20, where the 95 % interval covers 0.94 of the time at k = 5,
 * 0.89 at k = 10, 0.19 at k = 12, never at k = 20: 0.01, 0.90, 0.98, 1.00 with the driver, 0.00, 0.14, 0.17, 0.41 without.
 * @param values non-negative, Infinity allowed, none NaN, (n,)
 * @param driver tail, from {@link fitExponentialTail} on x; exponent p >= 0. Left out: the values alone
 * @throws RangeError for a negative value or NaN, or an empty sample
 * @origin ours; the fit is Zhang and Stephens, Technometrics 51 (2009) 316, its tail length Vehtari et al., "Pareto smoothed importance sampling"
 * @example
 * cot.core.tailDiagnosis(Array.from({ length: 1000 }, (_, i) => 1 / (i + 1) ** 2)).heavyTail; // => "mean"
 */
export function tailDiagnosis(values: ArrayLike<number>, driver?: TailDriver): TailDiagnosis {
  if (driver !== undefined) argumentsOf("tailDiagnosis", driver, "driver");
  const check: Checks = new Checks("tailDiagnosis");
  check.indexed("values", values);
  const n = values.length;
  if (n === 0) check.fail("values", "non-empty", values);
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const v = values[i];
    if (!(typeof v === "number" && v >= 0)) check.fail(`values[${i}]`, "a number >= 0", v);
    if (v > largest) largest = v;
  }
  if (largest === Number.POSITIVE_INFINITY) return { heavyTail: "mean", maxShare: 1, maxSquareShare: 1 };
  if (largest === 0) return { heavyTail: n < SMALLEST_SAMPLE ? "unknown" : "none", maxShare: 0, maxSquareShare: 0 };

  // In units of the largest value, so that nothing overflows.
  const scaled = new Float64Array(n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    scaled[i] = values[i] / largest;
    sum += scaled[i];
  }
  const mean = sum / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (scaled[i] - mean) ** 2;
  const maxShare = 1 / sum;
  const maxSquareShare = squares > 0 ? (1 - mean) ** 2 / squares : 0;
  if (n < SMALLEST_SAMPLE) return { heavyTail: "unknown", maxShare, maxSquareShare };

  const shape = tailShape(scaled);
  // With exponent 0 the values do not grow with the driver, and nothing is missed beyond it.
  const unseen = driver && driver.exponent > 0 ? unseenMoment(driver.tail, driver.exponent) : undefined;
  const standardError = n > 1 ? Math.sqrt(squares / (n - 1) / n) : 0;
  const missing = (unseen ?? 0) / largest;
  let heavyTail: HeavyTail = "none";
  if ((shape ?? 0) >= 0.5 || maxSquareShare > 0.5 || missing > standardError) heavyTail = "variance";
  if ((shape ?? 0) >= 1 || maxShare > 0.5 || missing > mean / 2) heavyTail = "mean";
  return { heavyTail, maxShare, maxSquareShare, ...(shape !== undefined && { shape }), ...(unseen !== undefined && { unseen }) };
}

/**
 * Shape ξ of a generalised Pareto law fitted to the upper tail, by Zhang and Stephens (2009); undefined when the tail has
 * too few distinct values. Rearranges its argument.
 */
function tailShape(values: Float64Array): number | undefined {
  const n = values.length;
  const length = Math.floor(Math.min(n / 5, 3 * Math.sqrt(n)));
  selectRanks(values, [n - length]);
  const threshold = values[n - length - 1];
  const excesses = values.slice(n - length).map((v) => v - threshold);
  const x = excesses.filter((v) => v > 0).sort();
  if (x.length < SMALLEST_TAIL || x[0] === x[x.length - 1]) return undefined;
  const m = 30 + Math.floor(Math.sqrt(x.length));
  const quartile = x[Math.floor(x.length / 4 + 0.5) - 1];
  const last = x[x.length - 1];
  const theta = new Float64Array(m);
  const score = new Float64Array(m);
  let best = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < m; i++) {
    theta[i] = 1 / last + (1 - Math.sqrt(m / (i + 0.5))) / (3 * quartile);
    const k = meanLog(x, theta[i]);
    score[i] = x.length * (Math.log(-theta[i] / k) - k - 1);
    best = Math.max(best, score[i]);
  }
  let weight = 0;
  let posterior = 0;
  for (let i = 0; i < m; i++) {
    const w = Math.exp(score[i] - best);
    weight += w;
    posterior += w * theta[i];
  }
  return meanLog(x, posterior / weight);
}

/** Mean of log(1 - θ x), from products of eight so that a logarithm serves eight values. */
function meanLog(x: Float64Array, theta: number): number {
  let sum = 0;
  let i = 0;
  for (; i + 7 < x.length; i += 8) {
    let product = 1;
    for (let j = i; j < i + 8; j++) product *= 1 - theta * x[j];
    // A product of eight may leave the range of a double where its factors do not.
    if (product > 0 && product < Number.POSITIVE_INFINITY) sum += Math.log(product);
    else for (let j = i; j < i + 8; j++) sum += Math.log1p(-theta * x[j]);
  }
  for (; i < x.length; i++) sum += Math.log1p(-theta * x[i]);
  return sum / x.length;
}

/** An exponential fit to the upper tail of a sample: P(x > u + t) = share · e^(-t/b). */
export interface ExponentialTail {
  /** Share of the sample above the threshold. */
  readonly share: number;
  /** u: the threshold. */
  readonly threshold: number;
  /** b: mean excess over the threshold. */
  readonly excess: number;
  /** The largest value. */
  readonly largest: number;
}

/**
 * Fits an exponential law to the upper tail: the M = max(20, √n) largest values.
 * @param values finite, at least 50, (n,)
 * @throws TypeError or RangeError outside the domain
 * @origin standard
 * @example
 * const values = Array.from({ length: 100 }, (_, i) => -Math.log(1 - i / 100));
 * cot.core.fitExponentialTail(values).excess; // => 0.928
 */
export function fitExponentialTail(values: ArrayLike<number>): ExponentialTail {
  const check: Checks = new Checks("fitExponentialTail");
  check.vector("values", values);
  const n = values.length;
  if (n < SMALLEST_SAMPLE) check.fail("values", `at least ${SMALLEST_SAMPLE} numbers`, `${n} values`);
  const x = Float64Array.from(values);
  const length = Math.max(20, Math.round(Math.sqrt(n)));
  selectRanks(x, [n - length]);
  const threshold = x[n - length - 1];
  let excess = 0;
  let largest = threshold;
  for (let i = n - length; i < n; i++) {
    excess += x[i] - threshold;
    largest = Math.max(largest, x[i]);
  }
  return { share: length / n, threshold, excess: excess / length, largest };
}

/** E[x^p; x > largest] under the fit; 0 when the largest value is not above 0 (then x^p is not what the values follow). */
function unseenMoment({ share, threshold, excess, largest }: ExponentialTail, p: number): number {
  if (largest <= 0) return 0;
  let term = largest ** p;
  let sum = 0;
  for (let j = 0; j <= p; j++) {
    sum += term;
    term *= ((p - j) * excess) / largest;
  }
  return excess > 0 ? share * Math.exp(-(largest - threshold) / excess) * sum : 0;
}

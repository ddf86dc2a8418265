/** @file How far the bounds on a direct answer are from its exact error: on given and on random spectra, and in the limit of long prompts. */
import { Checks } from "cotlab/dist/core/check";
import { distinct, geometricIntegers } from "cotlab/dist/core/grids";
import { Random } from "cotlab/dist/core/random";
import { quantiles } from "cotlab/dist/core/statistics";
import { Covariance } from "cotlab/dist/model/covariance";
import { sampleMean } from "cotlab/dist/simulation/sampleMean";
import { hardness, skillHardness } from "cotlab/dist/theory/paper/hardness";
import {
  oneStepError,
  type Theorem33Params,
  theorem33Bound,
  theorem33Exact,
  theorem33SharperBound,
} from "cotlab/dist/theory/paper/theorem33";

const ratios = (point: Theorem33Params) => {
  const [error, bound, sharper] = [oneStepError, theorem33Bound, theorem33SharperBound].map((f) => f(point));
  return { error, bound, sharper, paperRatio: bound / error, sharperRatio: sharper / error };
};

const scales = (covariance: Covariance) => Array.from(skillHardness(covariance), (h) => 1 + h);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Exact, simulated and bounded error of a direct answer. */
export type LooseRow = {
  readonly exact: number;
  readonly simulated: number;
  readonly se: number;
  readonly prompts: number;
  readonly "bound (1)": number;
  readonly "bound/exact": number;
  readonly vacuous: string;
  readonly "bound (6)": number;
  readonly "(6)/exact": number;
};

/**
 * A direct answer on explicit prompts (inputs, weights, labels), beside its exact error and the two bounds.
 * @param options draws: the most prompts; fewer where they are long, 2·10⁷ numbers in all, but not below 40
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function looseRow(point: Theorem33Params, { draws, random }: { readonly draws: number; readonly random: Random }): LooseRow {
  const { error, bound, sharper, paperRatio, sharperRatio } = ratios(point);
  const affordable = Math.max(40, Math.round(2e7 / (point.covariance.d * point.m)));
  const sample = sampleMean(theorem33Exact.sampler!(point), { draws: Math.min(draws, affordable), random });
  return {
    exact: error,
    simulated: sample.mean,
    se: sample.standardError,
    prompts: sample.draws,
    "bound (1)": bound,
    "bound/exact": paperRatio,
    vacuous: bound >= point.covariance.d ? "yes" : "no",
    "bound (6)": sharper,
    "(6)/exact": sharperRatio,
  };
}

/** The best training length for a test length. */
export type BestLengthRow = {
  readonly m: number;
  readonly "best n": number;
  readonly "error there": number;
  readonly "by (7)": number;
  readonly "error at n = ∞": number;
  readonly "bound at n = ∞": number;
};

/**
 * The training length with the least exact error of a direct answer, searched among at most 303 from 1 to 25 m.
 * Where others are as good as n = m to 12 digits, n = m is it.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function bestTrainingLength({ covariance, m }: Pick<Theorem33Params, "covariance" | "m">): BestLengthRow {
  const tried = distinct([...geometricIntegers(1, 25 * m, 300), Math.max(1, m - 1), m, m + 1]);
  const errors = tried.map((n) => oneStepError({ covariance, n, m }));
  const least = Math.min(...errors);
  const best = tried.filter((_, i) => errors[i] <= least * (1 + 1e-12));
  const endless = { covariance, n: Number.POSITIVE_INFINITY, m };
  return {
    m,
    "best n": best.includes(m) ? m : best[0],
    "error there": least,
    "by (7)": sum(scales(covariance).map((u) => u / (m + u))),
    "error at n = ∞": oneStepError(endless),
    "bound at n = ∞": theorem33Bound(endless),
  };
}

/** Ratios of bound and exact error on long prompts. */
export type LimitRow = {
  readonly "n → ∞, by (8)": number;
  readonly "n = 10⁷(1+H)": number;
  readonly "m → ∞, by (8)": number;
  readonly "m = ∞, n = 10⁷(1+H)": number;
  readonly "n = m = ⌈1+H⌉": number;
  readonly "(1)/exact there": number;
  readonly "(6)/exact there": number;
};

/**
 * The bound over the exact error on long prompts, by the limits and at n = 10⁷(1 + Hard(Λ)); and both bounds at n = m = ⌈1 + Hard(Λ)⌉.
 * Lengths end at 2^53.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function limitRow({ covariance, m }: Pick<Theorem33Params, "covariance" | "m">): LimitRow {
  const { d } = covariance;
  const u = scales(covariance);
  const largest = Math.max(...u);
  const whole = (length: number): number => Math.min(Math.ceil(length), Number.MAX_SAFE_INTEGER);
  const [short, long] = [whole(largest), whole(1e7 * largest)];
  const { paperRatio, sharperRatio } = ratios({ covariance, n: short, m: short });
  return {
    "n → ∞, by (8)": (d * largest) / sum(u),
    "n = 10⁷(1+H)": ratios({ covariance, n: long, m }).paperRatio,
    "m → ∞, by (8)": d / sum(u.map((value) => (value / largest) ** 2)),
    "m = ∞, n = 10⁷(1+H)": ratios({ covariance, n: long, m: Number.POSITIVE_INFINITY }).paperRatio,
    "n = m = ⌈1+H⌉": short,
    "(1)/exact there": paperRatio,
    "(6)/exact there": sharperRatio,
  };
}

/** Bounds and exact error of one random task. */
export interface RandomBound {
  /** The paper's bound over the exact error. */
  readonly paper: number;
  /** The sharper bound over the exact error. */
  readonly sharper: number;
  /** The paper's bound over the sharper one. */
  readonly gain: number;
  /** Whether the paper's bound is at or above the error d of the answer 0. */
  readonly vacuous: boolean;
  /** Whether the error itself is. */
  readonly useless: boolean;
  /** Whether n or m is at most 1 + Hard(Λ). */
  readonly short: boolean;
}

/**
 * Random tasks: d from 1 to 20, λ_i = i^(-α) e^(s z_i), α uniform on [0, 3], s on [0, 1], z_i normal; n and m log-uniform from 1 to 1000.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function randomBounds({ count, seed }: { readonly count: number; readonly seed: number }): RandomBound[] {
  const check: Checks = new Checks("randomBounds");
  check.integer("count", count, 1);
  const root = Random.seed(seed).stream("theorem-3.3");
  return Array.from({ length: count }, (_, i) => {
    const random = root.stream("spectrum", i);
    const [d, alpha, spread] = [random.integer(20) + 1, 3 * random.uniform(), random.uniform()];
    const spectrum = Array.from({ length: d }, (_, j) => (j + 1) ** -alpha * Math.exp(spread * random.normal()));
    const [n, m] = [0, 1].map(() => Math.round(10 ** (3 * random.uniform())));
    const covariance = Covariance.diagonal(spectrum);
    const { error, bound, sharper, paperRatio, sharperRatio } = ratios({ covariance, n, m });
    return {
      paper: paperRatio,
      sharper: sharperRatio,
      gain: bound / sharper,
      vacuous: bound >= d,
      useless: error >= d,
      short: Math.min(n, m) <= 1 + hardness(covariance),
    };
  });
}

/** How ratios that should be at least 1 are spread. */
export type RatioRow = {
  readonly ratio: string;
  /** How many are below 1, rounding aside. */
  readonly violations: number;
  readonly least: number;
  readonly "5 %": number;
  readonly median: number;
  readonly "95 %": number;
};

/**
 * A table on the ratios of bounds and error, which should be at least 1.
 * @throws RangeError for an empty list
 * @origin ours
 */
export function ratioRows(tasks: readonly RandomBound[]): RatioRow[] {
  const columns = [
    ["bound (1) / exact", tasks.map(({ paper }) => paper)],
    ["bound (6) / exact", tasks.map(({ sharper }) => sharper)],
    ["bound (1) / bound (6)", tasks.map(({ gain }) => gain)],
  ] as const;
  return columns.map(([ratio, values]) => {
    const [low, median, high] = quantiles(values, [0.05, 0.5, 0.95]).map(({ value }) => value);
    const least = values.reduce((min, value) => Math.min(min, value), Number.POSITIVE_INFINITY);
    const violations = values.filter((value) => value < 1 - 1e-12).length;
    return { ratio, violations, least, "5 %": low, median, "95 %": high };
  });
}

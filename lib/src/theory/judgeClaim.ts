/** @file Holding a registered result to its claim by simulation. */
import { argumentsOf, Checks } from "../core/check";
import type { Random } from "../core/random";
import { meanAndError } from "../core/statistics";
import type { ClaimKind, Theorem } from "./theorem";

/** One parameter set of a registered result, its type closed over. */
export interface RegisteredCase {
  /** The predicted number. */
  predict(): number;
  /** A source of draws, with its set-up done. */
  sampler(): (random: Random) => number;
}

/** A result of any parameter type. */
export interface RegisteredTheorem extends Omit<Theorem<never>, "predict" | "simulate" | "sampler" | "cases" | "draws"> {
  /** Draws for the test of a case. */
  readonly draws: number;
  /** The cases on which it is tested. */
  readonly cases: readonly RegisteredCase[];
}

const MOST_DRAWS = 1e7;
/** For an equality these are effective draws (see `Judgement`), and up to MORE_DRAWS times as many are made to have them. */
const DEFAULT_DRAWS: Readonly<Record<ClaimKind, number>> = {
  equality: 100_000,
  "upper-bound": 20_000,
  "lower-bound": 20_000,
  rate: 200,
  approximation: 200,
  dichotomy: 200,
};

/** Factor up to which the draws of an equality are increased when they vary widely. */
const MORE_DRAWS = 3;

/**
 * Closes over the parameter type of a theorem, so that results of all types fit one list.
 * @param theorem the result as data
 * @returns the theorem with its cases as functions, and its draws, by default 100,000 (equality), 20,000 (bound) or 200
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const flip = { id: "coin", source: "ours", statement: "", paper: "", ours: "", kind: "equality", cases: [0.5] } as const;
 * const coin = cot.theory.defineTheorem<number>({ ...flip, predict: (p) => p, sampler: (p) => (random) => (random.uniform() < p ? 1 : 0) });
 * cot.theory.register(coin).cases[0].predict(); // => 0.5
 */
export function register<P>(theorem: Theorem<P>): RegisteredTheorem {
  const check: Checks = new Checks("register");
  check.shape("theorem", theorem, { cases: "array" });
  check.list("theorem.cases", theorem.cases);
  check.oneOf("theorem.kind", theorem.kind, Object.keys(DEFAULT_DRAWS) as ClaimKind[]);
  const { predict: _, simulate: __, sampler: ___, cases, ...about } = theorem;
  return {
    ...about,
    draws: theorem.draws ?? DEFAULT_DRAWS[theorem.kind],
    cases: cases.map((params) => ({
      predict: () => theorem.predict(params),
      sampler: () => theorem.sampler?.(params) ?? ((random) => theorem.simulate(params, random)),
    })),
  };
}

/** What the draws say about a claim. */
export interface Judgement {
  /** True when the draws are compatible with the claim. */
  readonly holds: boolean;
  /** The predicted number. */
  readonly prediction: number;
  /** Mean of the draws. */
  readonly mean: number;
  /** Its measured standard error. */
  readonly standardError: number;
  /** How many were made. */
  readonly draws: number;
  /** (Σ v)² / Σ v²: on how many draws of equal size the mean rests; for draws of one sign. */
  readonly effectiveDraws: number;
  /** (mean - prediction)/standardError; 0 when they are equal, ±Infinity when they differ and the draws do not vary. */
  readonly z: number;
  /** The least draw. */
  readonly least: number;
  /** The largest draw. */
  readonly largest: number;
}

/** How a claim is judged. */
export interface JudgeOptions {
  /** The stream of the draws. */
  readonly random: Random;
  /** Number of draws; integer >= 2; default the theorem's, for an equality as effective draws, with up to 3 times as many made. */
  readonly draws?: number;
  /** Largest |z| that is taken for chance; default 4. */
  readonly limit?: number;
}

/** Rounding that is allowed to a claim whose draws do not vary. */
const ROUNDING = 1e-12;

/**
 * Judges one case of a registered result by simulation.
 * An equality holds when |z| <= limit; a bound when z is at most limit on the wrong side (with `everyDraw`, when no draw is beyond it by
 * more than the tolerance); a rate or an approximation when the mean is within limit standard errors plus the tolerance; a dichotomy when all draws but a
 * share of at most the tolerance are as predicted. The standard error is the measured one, so cases need a finite variance.
 * @param theorem the registered result
 * @param index of its case; integer from 0
 * @param options random, the stream; draws?, integer >= 2; limit = 4, the largest |z| taken for chance
 * @throws RangeError outside the domain, when a draw is NaN or infinite, or what the prediction throws
 * @origin ours
 * @example
 * const bound = cot.theory.theorems.find(({ id }) => id === "theorem-3.3")!;
 * cot.theory.judgeClaim(bound, 0, { random: cot.Random.seed(1), draws: 1000 }).holds; // => true
 */
export function judgeClaim(theorem: RegisteredTheorem, index: number, options: JudgeOptions): Judgement {
  argumentsOf("judgeClaim", theorem, "theorem");
  argumentsOf("judgeClaim", options, "options");
  const check: Checks = new Checks("judgeClaim");
  check.list("theorem.cases", theorem.cases);
  check.random("options.random", options.random);
  check.integer("index", index, 0, theorem.cases.length - 1);
  const { random, draws = theorem.draws, limit = 4 } = options;
  check.count("draws", draws, 2, MOST_DRAWS);
  check.positive("limit", limit);
  const { kind, everyDraw = false, tolerance = 0 } = theorem;
  check.oneOf("theorem.kind", kind, Object.keys(DEFAULT_DRAWS) as ClaimKind[]);
  const chosen = theorem.cases[index];
  check.callable(`theorem.cases[${index}].predict`, chosen?.predict);
  check.callable(`theorem.cases[${index}].sampler`, chosen?.sampler);
  const prediction = chosen.predict();
  const sampler = chosen.sampler();
  const most = kind === "equality" && options.draws === undefined ? MORE_DRAWS * draws : draws;
  const buffer = new Float64Array(most);
  let [count, sum, squares] = [0, 0, 0];
  while (count < draws || (count < most && sum * sum < draws * squares)) {
    const value = sampler(random);
    if (!Number.isFinite(value)) check.fail(`draw ${count} of ${theorem.id}, case ${index},`, "finite", value);
    buffer[count++] = value;
    sum += value;
    squares += value * value;
  }
  const values = buffer.subarray(0, count);
  const { mean, standardError } = meanAndError(values);
  const least = values.reduce((min, value) => Math.min(min, value), Number.POSITIVE_INFINITY);
  const largest = values.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
  const gap = mean - prediction;
  const z = gap === 0 ? 0 : gap / standardError;
  const slack = tolerance * Math.abs(prediction);
  const chance = limit * standardError + (standardError === 0 ? ROUNDING * Math.abs(prediction) : 0);
  const holds = {
    equality: () => Math.abs(gap) <= chance,
    "upper-bound": () => (everyDraw ? largest - prediction : gap - chance) <= slack,
    "lower-bound": () => (everyDraw ? prediction - least : -gap - chance) <= slack,
    rate: () => Math.abs(gap) <= chance + slack,
    approximation: () => Math.abs(gap) <= chance + slack,
    dichotomy: () => values.every((value) => value === 0 || value === 1) && Math.abs(gap) <= tolerance,
  }[kind]();
  const effectiveDraws = squares === 0 ? count : (sum * sum) / squares;
  return { holds, prediction, mean, standardError, draws: count, effectiveDraws, z, least, largest };
}

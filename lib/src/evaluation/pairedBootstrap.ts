/** @file The difference between two models on the same problems. */
import { argumentsOf, Checks } from "../core/check";
import { Random } from "../core/random";
import { inBucket, type LengthBucket, type Proportion } from "./accuracy";
import type { Evaluation } from "./evaluation";

/** One problem's outcome under one model: how many of its chains count, and how many of these are right. */
export type Outcome = Pick<Proportion, "right" | "n">;

/** How much more accurate a second model is, on the same problems. */
export interface AccuracyDifference {
  /** Accuracy of the second model minus that of the first; null when one of them has no chain that counts. */
  readonly difference: number | null;
  /** Lower end of its interval; -1 without a difference. */
  readonly low: number;
  /** Upper end of its interval; 1 without a difference. */
  readonly high: number;
  /** Problems that are compared. */
  readonly problems: number;
}

/** The outcomes of two models, and how their difference is resampled. */
export interface PairedBootstrapParams {
  /** Outcomes of the first model, a problem each. */
  readonly first: readonly Outcome[];
  /** Outcomes of the second model on the same problems in the same order. */
  readonly second: readonly Outcome[];
  /** Bootstrap replications, in [100, 1e6]; default 10,000. */
  readonly replications?: number;
  /** Seed of the replications; default 0. */
  readonly seed?: number;
  /** Coverage, in [1e-6, 1 - 1e-9]; default 0.95. */
  readonly level?: number;
}

/**
 * Difference of two accuracies with a percentile interval, by drawing problems with replacement, each with both its outcomes.
 * Δ = Σ_i r_i⁽²⁾ / Σ_i n_i⁽²⁾ - Σ_i r_i⁽¹⁾ / Σ_i n_i⁽¹⁾
 * $$ \Delta = \frac{\sum_i r^{(2)}_i}{\sum_i n^{(2)}_i} - \frac{\sum_i r^{(1)}_i}{\sum_i n^{(1)}_i} $$
 * What two models share by the difficulty of a problem thus cancels, which two separate intervals would not show.
 * With outcomes that all agree the interval has no width: the bootstrap knows of no problem that it has not seen.
 * Replications in which a model has no chain that counts are left out.
 * @param params first and second, (problems,), of { right r, n }; replications = 10000, in [100, 1e6]; seed = 0; level = 0.95
 * @throws RangeError for lists that are empty or of different lengths, or parameters outside the domain
 * @origin standard, Efron and Tibshirani 1993, the percentile method
 * @example
 * const outcomes = (right: number) => Array.from({ length: 20 }, (_, i) => ({ right: Number(i < right), n: 1 }));
 * cot.evaluation.pairedBootstrap({ first: outcomes(8), second: outcomes(14) }); // => { difference: 0.3, low: 0.1, high: 0.5, problems: 20 }
 */
export function pairedBootstrap(params: PairedBootstrapParams): AccuracyDifference {
  argumentsOf("pairedBootstrap", params);
  const { first, second, replications = 10_000, seed = 0, level = 0.95 } = params;
  const check: Checks = new Checks("pairedBootstrap");
  check.list("first", first);
  check.list("second", second);
  const problems = first.length;
  check.integer("first.length", problems, 1);
  if (second.length !== problems) check.fail("second", `${problems} outcomes, as many as the first model's`, second);
  check.integer("replications", replications, 100, 1e6);
  check.interval("level", level, 1e-6, 1 - 1e-9);
  check.integer("seed", seed, 0);
  for (const [name, outcomes] of Object.entries({ first, second })) {
    outcomes.forEach((outcome, i) => {
      const { right, n } = argumentsOf("pairedBootstrap", outcome, `${name}[${i}]`);
      check.integer(`${name}[${i}].n`, n, 0);
      check.integer(`${name}[${i}].right`, right, 0, n);
    });
  }
  const columns = [first, second].flatMap((outcomes) => [outcomes.map(({ right }) => right), outcomes.map(({ n }) => n)]);
  const [r1, n1, r2, n2] = columns.map((column) => Float64Array.from(column)) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const sum = (column: Float64Array): number => column.reduce((total, value) => total + value, 0);
  const difference = sum(n1) === 0 || sum(n2) === 0 ? null : sum(r2) / sum(n2) - sum(r1) / sum(n1);
  if (difference === null) return { difference, low: -1, high: 1, problems };

  const random = Random.seed(seed).stream("pairedBootstrap");
  const drawn = new Float64Array(replications);
  let kept = 0;
  for (let replication = 0; replication < replications; replication++) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < problems; k++) {
      const i = random.integer(problems);
      a += r1[i];
      b += n1[i];
      c += r2[i];
      d += n2[i];
    }
    if (b > 0 && d > 0) drawn[kept++] = c / d - a / b;
  }
  const sorted = drawn.subarray(0, kept).sort();
  const at = (share: number): number => sorted[Math.min(kept - 1, Math.max(0, Math.round(share * (kept - 1))))];
  return { difference, low: at((1 - level) / 2), high: at((1 + level) / 2), problems };
}

/**
 * The second evaluation's accuracy minus the first's at one budget, over the problems that both answered. Runs with several seeds are
 * pooled: a problem counts with all its chains.
 * @param first settings, servedModel, answers, missing, failures, faults, unreadable; or a list of such runs
 * @param second likewise: settings, servedModel, answers, missing, failures, faults, unreadable; or a list of such runs
 * @param budget one that all have
 * @param bucket name, from, to, closed: each model's chains of such a length only, which may be of different problems; default: all
 * @param options replications = 10000; seed = 0; level = 0.95
 * @throws RangeError when they share no problem at that budget, or were told differently how to go on
 * @origin standard, Efron and Tibshirani 1993, the percentile method
 * @example
 * // not run: needs the journals of two evaluations
 * const [base, tuned] = await Promise.all(["base.jsonl", "tuned.jsonl"].map(cot.evaluation.readEvaluation));
 * cot.evaluation.compareEvaluations(base, tuned, 2000).difference;
 */
export function compareEvaluations(
  first: Evaluation | readonly Evaluation[],
  second: Evaluation | readonly Evaluation[],
  budget: number,
  bucket?: LengthBucket,
  options: Pick<PairedBootstrapParams, "replications" | "seed" | "level"> = {},
): AccuracyDifference {
  const check: Checks = new Checks("compareEvaluations");
  const runsOf = (name: string, given: Evaluation | readonly Evaluation[]): readonly Evaluation[] => {
    const runs = Array.isArray(given) ? given : [argumentsOf("compareEvaluations", given as Evaluation, name)];
    check.objects(name, runs);
    if (runs.length === 0) check.fail(name, "at least one evaluation", runs);
    return runs as readonly Evaluation[];
  };
  const [before, after] = [runsOf("first", first), runsOf("second", second)];
  if (bucket !== undefined) argumentsOf("compareEvaluations", bucket, "bucket");
  argumentsOf("compareEvaluations", options, "options");
  const outcomes = (runs: readonly Evaluation[]): Map<string, Outcome> => {
    const found = new Map<string, Outcome>();
    for (const { budget: own, key, tokens, judgement } of runs.flatMap(({ answers }) => answers)) {
      if (own !== budget) continue;
      const counts = bucket === undefined || inBucket(tokens, bucket);
      const { n, right } = found.get(key) ?? { n: 0, right: 0 };
      found.set(key, { n: n + Number(counts), right: right + Number(counts && judgement === "right") });
    }
    return found;
  };
  const policy = JSON.stringify(before[0].settings.policy);
  const other = [...before, ...after].find(({ settings }) => JSON.stringify(settings.policy) !== policy);
  if (other !== undefined) check.fail("second", "an evaluation with the first one's policy", other.settings.policy);
  const [a, b] = [outcomes(before), outcomes(after)];
  // A journal has the order in which replies came; the same problems must give the same interval.
  const shared = [...a.keys()].filter((key) => b.has(key)).sort();
  if (shared.length === 0)
    check.fail("second", `an evaluation that shares problems with the first at the budget ${budget}`, after[0].settings.model);
  return pairedBootstrap({ ...options, first: shared.map((key) => a.get(key)!), second: shared.map((key) => b.get(key)!) });
}

/** @file The paper's table of selection probabilities by task type (α, B), under a stated reading. */
import { Checks } from "cotlab/dist/core/check";
import { Random } from "cotlab/dist/core/random";
import { meanAndError } from "cotlab/dist/core/statistics";
import { MixtureModel } from "cotlab/dist/selection/mixtureModel";
import { selectFrom } from "cotlab/dist/selection/selectTasks";
import type { SelectionForm } from "cotlab/dist/theory/paper/taskSelection";
import { drawTaskPool, TASK_TYPES, type TaskPoolParams, type TaskType, typeShares } from "./taskPool";

/** A row group of the table: one way to draw pools, one objective. */
export interface AlphaBTableParams extends TaskPoolParams {
  /** The objective; default "paper" in the reading "directions", "gamma" in the reading "length". */
  readonly form?: SelectionForm;
  /** Pools drawn; integer >= 2. */
  readonly draws: number;
  /** Seed: an integer >= 0 or a non-empty string; default 7. */
  readonly seed?: number | string;
}

/** The table, averaged over pools. */
export interface AlphaBTable {
  readonly types: readonly TaskType[];
  /** Mean probability of each kind, in the order Easy-Short, Easy-Long, Hard-Short, Hard-Long. */
  readonly means: Float64Array;
  /** Their standard errors over pools. */
  readonly standardErrors: Float64Array;
  /** True when the means rise in the paper's order. */
  readonly inOrder: boolean;
  /** z of each step of the order, from paired differences: Easy-Long - Easy-Short, and so on. */
  readonly steps: Float64Array;
  readonly draws: number;
}

/**
 * Average selection probabilities by task type over independently drawn pools, with standard errors.
 * The paper claims Easy-Short < Easy-Long < Hard-Short < Hard-Long and gives no numbers.
 * @throws RangeError or TypeError outside the domain
 * @see the paper's task-selection table; readings, averages and intervals are ours
 */
export function alphaBTable(params: AlphaBTableParams): AlphaBTable {
  const check: Checks = new Checks("alphaBTable");
  const { draws, seed = 7, form = params.reading === "length" ? "gamma" : "paper" } = params;
  check.integer("draws", draws, 2);
  const root = Random.seed(seed);
  const shares = Array.from({ length: draws }, (_, i) => {
    const pool = drawTaskPool(params, root.stream("task-pool", i));
    return typeShares(pool.types, selectFrom(new MixtureModel(check, pool), form));
  });
  const summaries = TASK_TYPES.map((_, t) => meanAndError(shares.map((share) => share[t])));
  const steps = TASK_TYPES.slice(1).map((_, t) => {
    const { mean, standardError } = meanAndError(shares.map((share) => share[t + 1] - share[t]));
    return standardError > 0 ? mean / standardError : mean === 0 ? 0 : mean * Number.POSITIVE_INFINITY;
  });
  return {
    types: TASK_TYPES,
    means: Float64Array.from(summaries, ({ mean }) => mean),
    standardErrors: Float64Array.from(summaries, ({ standardError }) => standardError),
    inOrder: steps.every((z) => z > 0),
    steps: Float64Array.from(steps),
    draws,
  };
}

/** @file Ways to weigh a pool of tasks: the paper's, ours, and what they must beat. */
import { type Random, selection, type theory } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import { selectFrom } from "cotlab/dist/selection/selectTasks";
import { stableFrom } from "cotlab/dist/selection/stableSelection";
import type { TaskPool } from "./taskPool";

/**
 * A rule:
 * - "selected": the minimiser of the program in the given form; "stable": the same under the coverage constraint;
 * - "printed": the minimiser of the program as the paper prints it, on Λ_l, blind to prompt lengths;
 * - "uniform", "easy-only", "hard-only", "long-only": equal weights on all tasks or on those of a kind;
 * - "random": uniform on the simplex; "greedy": equal weights on a set that grows task by task while the objective falls;
 * - "error-optimal": direct minimisation of the error at m = ∞, a reference that knows the model.
 */
export type SelectionRule = (typeof SELECTION_RULES)[number];
/** All rules. */
export const SELECTION_RULES = [
  "selected",
  "printed",
  "stable",
  "uniform",
  "easy-only",
  "hard-only",
  "long-only",
  "random",
  "greedy",
  "error-optimal",
] as const;

/** What the rules need besides the pool. */
export interface RuleOptions {
  /** Objective of "selected", "stable" and "greedy". */
  readonly form: theory.SelectionForm;
  /** Margin of "stable"; where no mixture reaches it, half of the largest that one does. */
  readonly margin: number;
  /** k of "error-optimal". */
  readonly k: number;
  /** Stream of "random". */
  readonly random: Random;
}

/**
 * The weights that a rule gives the tasks of a pool, (L,).
 * @throws RangeError for an unknown rule, or where the rule finds nothing
 * @origin paper, the program for "printed"; the others are ours
 */
export function ruleWeights(
  pool: TaskPool,
  rule: SelectionRule,
  options: RuleOptions,
  model = new selection.MixtureModel(pool),
): Float64Array {
  const check: Checks = new Checks("ruleWeights");
  check.oneOf("rule", rule, SELECTION_RULES);
  const { form, margin, k, random } = options;
  switch (rule) {
    case "selected":
      return selectFrom(model, form);
    case "printed":
      return selectFrom(model, "paper");
    case "stable": {
      const found = stableFrom(model, { form, margin });
      if (found.status === "optimal") return found.weights;
      const most = selection.largestMargin(pool);
      return stableFrom(model, { form, margin: most > 0 ? most / 2 : most - 0.02 }).weights;
    }
    case "uniform":
      return equalWeights(pool, () => true);
    case "easy-only":
      return equalWeights(pool, (type) => type.startsWith("Easy"));
    case "hard-only":
      return equalWeights(pool, (type) => type.startsWith("Hard"));
    case "long-only":
      return equalWeights(pool, (type) => type.endsWith("Long"));
    case "random":
      return selection.randomMixture(model.count, random);
    case "greedy":
      return greedyWeights(model, form);
    case "error-optimal":
      return selection.errorSelection({ ...pool, k, randomStarts: 2, maxIterations: 200, starts: [selectFrom(model, form)] }).weights;
  }
}

function equalWeights({ types }: TaskPool, chosen: (type: string) => boolean): Float64Array {
  const marks = types.map((type) => (chosen(type) ? 1 : 0));
  const total = marks.reduce<number>((sum, mark) => sum + mark, 0);
  return Float64Array.from(marks, (mark) => mark / total);
}

/** Adds the task, repetition allowed, after which equal weights on all picks have the least objective; stops when none lowers it. */
function greedyWeights(model: selection.MixtureModel, form: theory.SelectionForm): Float64Array {
  const counts = new Float64Array(model.count);
  let best = Number.POSITIVE_INFINITY;
  for (let picks = 1; picks <= 10 * model.count; picks++) {
    const objectives = Array.from(counts, (_, l) => {
      const next = counts.map((count, j) => (count + (j === l ? 1 : 0)) / picks);
      return model.objective(form, next);
    });
    const pick = objectives.reduce((least, value, l) => (value < objectives[least] ? l : least), 0);
    if (!(objectives[pick] < best)) return counts.map((count) => count / (picks - 1));
    best = objectives[pick];
    counts[pick] += 1;
  }
  return counts.map((count) => count / (10 * model.count));
}

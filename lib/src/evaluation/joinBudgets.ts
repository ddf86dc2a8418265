/** @file Evaluations that were run one budget at a time, taken together. */
import { Checks } from "../core/check";
import type { Evaluation } from "./evaluation";

/**
 * Takes evaluations together that asked one model the same problems in the same way under different budgets. Those that share a budget, as
 * runs with several sampling seeds do, stay apart; so do seeds whose budgets together are not disjoint.
 * @param evaluations each with settings, servedModel, answers, missing, failures, faults, unreadable
 * @returns what was joined, in the order of the first of each
 * @throws TypeError for arguments of another kind
 * @origin ours
 * @example
 * // not run: needs the journals of two evaluations
 * const runs = await Promise.all(["short.jsonl", "long.jsonl"].map(cot.evaluation.readEvaluation));
 * cot.evaluation.joinBudgets(runs).map(({ settings }) => settings.budgets);
 */
export function joinBudgets(evaluations: readonly Evaluation[]): Evaluation[] {
  const check: Checks = new Checks("joinBudgets");
  check.objects("evaluations", evaluations);
  evaluations.forEach((evaluation, i) => {
    check.shape(`evaluations[${i}]`, evaluation, { settings: "object", answers: "array", failures: "array" });
  });
  const asked = ({ servedModel, settings: { model, digest, policy, temperature, stop } }: Evaluation): string =>
    JSON.stringify([servedModel, model, digest, policy, temperature, stop]);
  return grouped(evaluations, asked).flatMap((group) =>
    isDisjoint(group)
      ? [joined(group)]
      : grouped(group, ({ settings }) => String(settings.seed)).flatMap((seed) => (isDisjoint(seed) ? [joined(seed)] : seed)),
  );
}

function grouped(evaluations: readonly Evaluation[], by: (evaluation: Evaluation) => string): Evaluation[][] {
  const groups = new Map<string, Evaluation[]>();
  for (const evaluation of evaluations) groups.set(by(evaluation), [...(groups.get(by(evaluation)) ?? []), evaluation]);
  return [...groups.values()];
}

function isDisjoint(group: readonly Evaluation[]): boolean {
  const budgets = group.flatMap(({ settings }) => settings.budgets);
  return new Set(budgets).size === budgets.length;
}

function joined(group: readonly Evaluation[]): Evaluation {
  if (group.length === 1) return group[0];
  const sum = (of: (evaluation: Evaluation) => number): number => group.reduce((total, evaluation) => total + of(evaluation), 0);
  const budgets = group.flatMap(({ settings }) => settings.budgets).sort((a, b) => a - b);
  return {
    settings: { ...group[0].settings, budgets },
    servedModel: group[0].servedModel,
    answers: group.flatMap(({ answers }) => answers),
    missing: sum(({ missing }) => missing),
    failures: group.flatMap(({ failures }) => failures),
    faults: sum(({ faults }) => faults),
    unreadable: sum(({ unreadable }) => unreadable),
  };
}

/** @file Evaluations with chosen outcomes. */
import { completePolicy } from "../../dist/evaluation/chain.js";
import type { AnsweredProblem, Evaluation } from "../../dist/evaluation/evaluation.js";

/** What became of a problem at one budget; null: it was not answered. */
export type Outcome = AnsweredProblem["judgement"] | null;

/**
 * An evaluation of problems with these outcomes, one list a problem with an outcome for each budget.
 * @param tokens of a chain at a budget; default: the budget
 */
export function simulatedEvaluation(
  budgets: readonly number[],
  problems: readonly (readonly Outcome[])[],
  tokens: (budget: number, problem: number) => number | null = (budget) => budget,
): Evaluation {
  const plain = { kind: "gcd", found: [], read: "marked", answerTokens: 0, waits: 0, cut: false, empty: false, model: "m" } as const;
  const answers = problems.flatMap((outcomes, i) =>
    outcomes.flatMap((judgement, j): AnsweredProblem[] =>
      judgement === null
        ? []
        : [{ ...plain, key: `gcd:${i}`, budget: budgets[j]!, judgement, tokens: tokens(budgets[j]!, i), answerTokens: 0 }],
    ),
  );
  const policy = completePolicy();
  const settings = { model: "m", problems: problems.length, digest: "d", budgets, policy, temperature: 0, seed: 0, stop: [] };
  const missing = problems.length * budgets.length - answers.length;
  return { settings, servedModel: "m", answers, missing, failures: [], faults: 0, unreadable: 0 };
}

/** So many problems with the same outcomes: "+" right, "-" wrong, "?" unclear, "." not answered, a letter for each budget. */
export function repeated(count: number, letters: string): Outcome[][] {
  const meaning: Readonly<Record<string, Outcome>> = { "+": "right", "-": "wrong", "?": "unclear", ".": null };
  return Array.from({ length: count }, () => [...letters].map((letter) => meaning[letter]!));
}

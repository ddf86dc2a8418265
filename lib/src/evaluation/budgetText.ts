/** @file A report on thinking budgets as text for people. */
import { alignedLines } from "../core/alignedText";
import { Checks } from "../core/check";
import { shortNumber as short } from "../core/shortNumber";
import type { BudgetReport } from "./budgetReport";
import { percent } from "./paperTable";
import type { Cost } from "./tokensPerRight";

/** What the functions of this file and of the figure take. */
export const MADE = "a report as budgetReport gives it";

/**
 * A report on thinking budgets as text: the verdicts, accuracy and cost of each budget, and what a reader must know.
 * @param report model, settings, problems, compared, budgets, pairs, enough, hurts, rises, notes: as {@link budgetReport} gives it
 * @throws TypeError for an argument of another kind
 * @origin ours
 * @example
 * // not run: needs the journal of an evaluation
 * cot.evaluation.budgetText(cot.evaluation.budgetReport(await cot.evaluation.readEvaluation("journal.jsonl")));
 */
export function budgetText(report: BudgetReport): string {
  const check: Checks = new Checks("budgetText");
  return check.made("report", MADE, report, () => textOf(report));
}

const range = (low: number | null, high: number | null, shown: (value: number) => string): string =>
  low === null || high === null ? "[too few chains]" : `[${shown(low)}, ${shown(high)}]`;
const cost = (value: Cost | null): string =>
  value === null ? "none right" : `${short(value.value)} ${range(value.low, value.high, short)}`;

function textOf({ model, settings, problems, compared, budgets, enough, hurts, rises, notes }: BudgetReport): string {
  const priced = settings.price !== null;
  const table = [
    [
      "budget",
      "accuracy, %",
      "right",
      "unclear",
      "of",
      "tokens",
      "tokens per right answer",
      ...(priced ? ["price of a right answer"] : []),
    ],
    ...budgets.map(({ budget, accuracy, low, high, right, unclear, n, meanTokens, tokensPerRight, pricePerRight }) => [
      String(budget),
      `${percent(accuracy!)} ${range(low, high, percent)}`,
      String(right),
      String(unclear),
      String(n),
      meanTokens === null ? "unknown" : meanTokens.toFixed(1),
      meanTokens === null ? "unknown" : cost(tokensPerRight),
      ...(priced ? [meanTokens === null ? "unknown" : cost(pricePerRight)] : []),
    ]),
  ];
  return `${[
    `${model}: ${compared} of ${problems} problems compared`,
    ...[enough, hurts, rises].map(({ text }) => `  ${text}`),
    ...(budgets.length > 0 ? ["", ...alignedLines(table).map((line) => `  ${line}`)] : []),
    "",
    `All of this together holds at ${Number((100 * settings.confidence).toFixed(2))} %; tokens are those that the model writes.`,
    ...notes.map((note) => `note: ${note}`),
  ].join("\n")}\n`;
}

/** @file Accuracy against the thinking budget. */
import { Checks } from "../core/check";
import type { Figure } from "../figures/figure";
import { lineChart } from "../figures/lineChart";
import type { BudgetReport } from "./budgetReport";
import { MADE } from "./budgetText";

/** Budgets that differ by more than this factor stand on a logarithmic axis. */
const WIDE = 4;

/**
 * Accuracy against the thinking budget, with simultaneous intervals and the budget beyond which nothing is gained.
 * @param report model, settings, problems, compared, budgets, pairs, enough, hurts, rises, notes: as {@link budgetReport} gives it
 * @throws TypeError for an argument of another kind; RangeError for a report without an answer
 * @origin ours
 * @example
 * // not run: needs the journal of an evaluation
 * cot.evaluation.budgetFigure(cot.evaluation.budgetReport(await cot.evaluation.readEvaluation("journal.jsonl")));
 */
export function budgetFigure(report: BudgetReport): Figure {
  const check: Checks = new Checks("budgetFigure");
  return check.made("report", MADE, report, () => {
    const { model, settings, budgets, compared, enough, hurts } = report;
    if (budgets.length === 0) check.fail("report", "one of an evaluation with answers", model);
    const x = budgets.map(({ budget }) => budget);
    const inPercent = (value: "accuracy" | "low" | "high") => budgets.map((row) => 100 * row[value]!);
    const y = inPercent("accuracy");
    const points = { x, y, lower: inPercent("low"), upper: inPercent("high"), style: "points" as const, color: 0 };
    return lineChart({
      x: { label: "thinking budget (tokens)", log: x[x.length - 1] > WIDE * x[0] },
      y: { label: "right answers (%)" },
      series: [...(x.length > 1 ? [{ x, y, color: 0 }] : []), points],
      marks: enough.budget === null ? [] : [{ axis: "x", value: enough.budget, label: `enough: ${enough.budget}` }],
      caption: `Accuracy of ${model} against the thinking budget, with intervals that hold together with the verdicts at ${Number(
        (100 * settings.confidence).toFixed(2),
      )} %; ${compared} problems compared, margin ${Number((100 * settings.margin).toFixed(2))} points. ${enough.text} ${hurts.text}`,
    });
  });
}

/** @file `npx cotlab budget`: what an evaluation's journal says of thinking budgets. */
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeTogether } from "../data/writeTogether";
import { type BudgetReport, type BudgetReportOptions, budgetReport } from "../evaluation/budgetReport";
import { budgetText } from "../evaluation/budgetText";
import { readEvaluation } from "../evaluation/evaluation";
import { joinBudgets } from "../evaluation/joinBudgets";
import { type Command, UsageError } from "./command";
import { isFolder, journalOf } from "./journalOf";
import { Options } from "./options";

const usage = `usage: npx cotlab budget JOURNAL [JOURNAL ...] [OPTIONS]

From the journal of an evaluation (journal.jsonl, its gzip, or the folder of npx cotlab eval): accuracy at every thinking budget, the
budget beyond which nothing is gained, whether more thinking hurts, whether accuracy still rises at the largest budget, and what a right
answer costs. Where the data do not tell, it says so, and how many more problems would.
Journals of one model, policy and problems with different budgets are taken together; all others have a report each.

  --margin POINTS      the difference of accuracy that does not matter, in percentage points; default 2
  --confidence C       how often all claims of a report are true together, at least; default 0.95
  --price P            price of a million tokens that the model writes; adds the price of a right answer
  --seed SEED          of the bootstrap of the costs; default 0
  --out DIR            writes budget.json and the figure accuracy there, as PDF, SVG, PNG, CSV and JSON
                       (accuracy-1, accuracy-2, ... of several reports)

Reports go to standard output.
Exit status: 0 every question has an answer, 3 some cannot be told, 1 something is wrong with a journal, 2 with the call.`;

const NAME = "cotlab budget";

async function run(args: string[]): Promise<number> {
  const options = new Options(NAME, args, { values: ["margin", "confidence", "price", "seed", "out"], positionals: true });
  if (options.positionals.length === 0) options.fail("at least one journal must be given");
  const { out } = options.values;
  if (out !== undefined && existsSync(out) && !isFolder(out)) options.fail(`--out must be a folder, got the file ${out}`);
  const margin = options.number("margin");
  if (margin !== undefined && !(margin >= 0 && margin <= 50)) options.fail(`--margin must be in [0, 50] points, got ${margin}`);
  const given: BudgetReportOptions = {
    ...options.given(["confidence", "price", "seed"]),
    ...(margin === undefined ? {} : { margin: margin / 100 }),
  };
  const journals = options.positionals.map(journalOf);
  if (new Set(journals.map((path) => resolve(path))).size < journals.length) options.fail("each journal must be given once");
  const evaluations = [];
  for (const journal of journals) evaluations.push(await readEvaluation(journal));
  const reports = joinBudgets(evaluations).map((evaluation) => reportOf(evaluation, given));
  process.stdout.write(reports.map(budgetText).join("\n"));
  if (out !== undefined) for (const path of await written(reports, resolve(out))) process.stdout.write(`wrote ${path}\n`);
  return reports.some(({ enough, hurts, rises }) => [enough, hurts, rises].some(({ call }) => call === "unclear")) ? 3 : 0;
}

function reportOf(...params: Parameters<typeof budgetReport>): BudgetReport {
  try {
    return budgetReport(...params);
  } catch (error) {
    // What is wrong with an option is wrong with the call.
    const wrongCall = error instanceof RangeError && /^budgetReport: (?!evaluation)/.test(error.message);
    throw wrongCall ? new UsageError(error.message.replace("budgetReport: ", `${NAME}: --`)) : error;
  }
}

/** Writes the reports and their figures. @returns the paths */
async function written(reports: readonly BudgetReport[], folder: string): Promise<string[]> {
  const { exportFigure } = await import("../figures/exportFigure.js");
  const { budgetFigure } = await import("../evaluation/budgetFigure.js");
  await mkdir(folder, { recursive: true });
  const json = join(folder, "budget.json");
  const paths = [json];
  for (const [i, report] of reports.entries()) {
    if (report.budgets.length === 0) continue;
    const { seed, ...parameters } = report.settings;
    const name = reports.length === 1 ? "accuracy" : `accuracy-${i + 1}`;
    const metadata = { seed, parameters: { model: report.model, ...parameters } };
    const { pdf, svg, png, csv, json: record } = await exportFigure(budgetFigure(report), { name, directory: folder, metadata });
    paths.push(pdf, svg, png, csv, record);
  }
  await writeTogether({ [json]: `${JSON.stringify({ reports }, null, 2)}\n` });
  return paths;
}

export const command: Command = { usage, run };

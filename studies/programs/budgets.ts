/**
 * @file The calibration of reports on thinking budgets: `node studies/programs/budgets.ts`, pinned node, fifteen to twenty minutes of one core.
 * Writes data/budgets/calibration.csv (a row a trial) and calibration.json (scenarios, summaries, command) after every scenario, by
 * rename, so that an interrupted run is resumed. `--fresh` computes all again.
 */
import { join } from "node:path";
import { Random } from "../../lib/dist/core/random.js";
import { root } from "../../tools/workspace.mjs";
import { type BudgetScenario, budgetRows, budgetScenarios, budgetSummary } from "../dist/budgetCalibration.js";
import { storedRuns } from "./storedRuns.ts";

const SEED = 7;

await storedRuns({
  folder: join(root, "data", "budgets"),
  name: "calibration",
  settings: budgetScenarios,
  run: (params: BudgetScenario) => budgetRows(params, 0, params.trials, Random.seed(SEED).stream("budgets")),
  about: (rows) => ({
    before: { command: "node_modules/.bin/node studies/programs/budgets.ts", node: process.version, seed: SEED },
    after: {
      summary: {
        all: budgetSummary(rows),
        ...Object.fromEntries(
          [...new Set(rows.map(({ setting }) => String(setting)))].map((setting) => [
            setting,
            budgetSummary(rows.filter((row) => row.setting === setting)),
          ]),
        ),
      },
    },
  }),
  fresh: process.argv.includes("--fresh"),
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { recordsCsv } from "../../lib/dist/core/csvText.js";
import { Random } from "../../lib/dist/core/random.js";
import { type ResultRow, readResults } from "../../lib/dist/data/resultTable.js";
import { root } from "../../tools/workspace.mjs";
import { budgetRows, budgetScenarios } from "../dist/budgetCalibration.js";

const table = join(root, "data", "budgets", "calibration.csv");

test("trials of the stored calibration come out again, digit for digit", () => {
  const [header, ...lines] = readFileSync(table, "utf8").trimEnd().split("\n");
  const stream = Random.seed(7).stream("budgets");
  for (const [setting, params] of Object.entries(budgetScenarios)) {
    const stored = lines.filter((line) => line.startsWith(`${setting},`));
    assert.equal(stored.length, params.trials, setting);
    const [from, to] = [40, 44];
    const rows = budgetRows(params, from, to, stream).map((row): ResultRow => ({ setting, ...row }));
    assert.equal(recordsCsv(rows, Object.keys(rows[0]!), 8).trimEnd(), [header, ...stored.slice(from, to)].join("\n"));
  }
});

test("in every scenario of the stored calibration, fewer than one report in twenty is wrong in anything", () => {
  const rows = readResults(table);
  for (const setting of Object.keys(budgetScenarios)) {
    const some = rows.filter((row) => row.setting === setting);
    const wrong = some.filter(({ anyWrong }) => anyWrong === 1).length;
    assert.ok(wrong < 0.05 * some.length, `${setting}: ${wrong} of ${some.length}`);
  }
});

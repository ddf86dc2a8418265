import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { statusOf } from "../../lib/dist/notebook/verdict.js";
import { root } from "../../tools/workspace.mjs";
import {
  budgetBuckets,
  budgetRise,
  calls,
  chainsAt,
  gainRows,
  measureNow,
  skillRows,
  symbolChecks,
  symbolResults,
} from "../dist/symbolResults.js";

const results = symbolResults(join(root, "data/reasoning"));
const models = join(root, "data/reasoning/models");
const none = { endpoint: "", model: "", form: "text", budgets: [256] } as const;
const asked = { role: "gcd", modelSeed: 0, forcing: "cut", count: 20, budgets: [1, 56], digits: 3 } as const;

test("buckets reach from 0 to the budget, whatever it is", () => {
  assert.equal(budgetBuckets(48), "[0,16) [16,24) [24,48]");
  assert.equal(budgetBuckets(1), "[0,1]");
  assert.equal(budgetBuckets(2), "[0,1) [1,2]");
  assert.equal(budgetBuckets(3000), "[0,1000) [1000,1500) [1500,3000]");
});

test("rows and numbers are those of the stored results", () => {
  const rows = results.rows.filter((row) => row.measurement === "gcd chains cut" && row.role === "gcd" && row.budget === 48);
  const mean = rows.reduce((sum, { accuracy }) => sum + accuracy!, 0) / rows.length;
  assert.ok(Math.abs(chainsAt(results, "cut", "gcd").accuracy.mean - mean) < 1e-12);
  assert.equal(results.seeds.length, 5);
  assert.equal(skillRows(results).length, 3);
  assert.equal(gainRows(results).length, 12);
  assert.ok(budgetRise(results, "cut", "gcd") > 0);
  assert.deepEqual(calls(results, "gcd"), ["helps"]);
});

test("a stored model is measured over HTTP at other budgets, lengths and digits; only the stored question is compared", async () => {
  const now = await measureNow(models, asked, none);
  assert.deepEqual(
    now.budgets.map(({ budget, overall }) => [budget, overall.n]),
    [
      [1, 20],
      [56, 20],
    ],
  );
  const outside = symbolChecks(results, asked, none, now).filter((check) => statusOf(check) !== "holds");
  assert.deepEqual(
    outside.map((check) => [check.name, statusOf(check)]),
    [["measured now as stored", "outside its hypotheses"]],
  );
  const again = { ...asked, count: 120, budgets: [8], digits: 2, forcing: "filled" } as const;
  const same = symbolChecks(results, again, none, await measureNow(models, again, none)).find(
    ({ name }) => name === "measured now as stored",
  )!;
  assert.equal(statusOf(same), "holds");
});

test("the checks fail on results that say otherwise", async () => {
  const now = await measureNow(models, { ...asked, count: 2, budgets: [4] }, none);
  const equal = {
    ...results,
    rows: results.rows.map((row) => ({ ...row, accuracy: 0.5 })),
    theory: results.theory.map(({ role }) => ({ role, readings: [{ detail: 1, shares: false, call: "hurts" }] })),
  };
  const failed = symbolChecks(equal, asked, none, now)
    .filter((check) => statusOf(check) === "fails")
    .map(({ name }) => name);
  assert.deepEqual(failed, [
    "gcd above base, B = 48, cut",
    "polynomial below gcd, B = 48, cut",
    "gcd: filled below cut, B = 48",
    "theory, gcd",
    "theory, polynomial",
  ]);
});

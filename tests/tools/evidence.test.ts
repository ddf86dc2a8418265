import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Evidence, readEvidence } from "../../lib/dist/notebook/evidence.js";
import { evidenceTable } from "../../tools/evidence.ts";
import { root } from "../../tools/workspace.mjs";

const entry = (more: Partial<Evidence>): Evidence => ({
  notebook: "03-theorem-3.3-direct-icl.ipynb",
  claim: "The bound holds",
  source: "paper, Theorem 3.3",
  setting: "d = 10, seed 7",
  functions: ["bound"],
  checks: [{ name: "a|b", found: "3.4 ± 0.1", expected: "below 4", passed: true, paper: "error ≤ w_{i+1}" }],
  seconds: 12,
  ...more,
});

test("the page has a row for every claim, then the paper's statements beside what was found, then every check", () => {
  const page = evidenceTable([
    entry({}),
    entry({ claim: "A second one", checks: [{ name: "c", found: "1", expected: "2", passed: false }] }),
    entry({
      notebook: "04-task-hardness.ipynb",
      checks: [0, 1].map((i) => ({ ...entry({}).checks[0]!, name: `check ${i}`, paper: "twice" })),
    }),
  ]);
  for (const part of [
    "3 claims in 2 notebooks, 4 checks: 1 do not hold.",
    "| The bound holds | paper, Theorem 3.3 | [03](notebooks/03-theorem-3.3-direct-icl.ipynb) | [holds (1 check)](#03-theorem-33-direct-icl) | 12 s |",
    "| A second one | paper, Theorem 3.3 | [03](notebooks/03-theorem-3.3-direct-icl.ipynb) | [does not hold (1 of 1 checks fail)](#03-theorem-33-direct-icl) | 12 s |",
    "| error ≤ w\\_{i+1} | a\\|b | 3.4 ± 0.1 | below 4 | holds | [03](#03-theorem-33-direct-icl) |",
    "| twice | check 0 |",
    "|  | check 1 |",
    "| check | the paper | ours | expected | verdict |",
    "| check | ours | expected | verdict |",
    "| c | 1 | 2 | does not hold |",
    "Setting: d = 10, seed 7. Functions: `bound`.",
    "Command: `npm run reproduce -- 04`",
  ])
    assert.ok(page.includes(part), part);
  assert.equal(page.match(/^## 03-theorem-3\.3-direct-icl$/gm)!.length, 1);
});

test("without statements of the paper there is no table of them", () => {
  const page = evidenceTable([entry({ checks: [{ name: "c", found: "1", expected: "1", passed: true }] })]);
  assert.ok(!page.includes("What the paper says"));
  assert.ok(page.includes("1 checks: all hold"));
});

test("REPRODUCIBILITY.md is what the recorded evidence makes, and speaks only of notebooks that are there", () => {
  const evidence = readEvidence(join(root, "data", "evidence.json"));
  assert.equal(readFileSync(join(root, "REPRODUCIBILITY.md"), "utf8"), evidenceTable(evidence));
  const notebooks = readdirSync(join(root, "notebooks"));
  for (const { notebook } of evidence) assert.ok(notebooks.includes(notebook), notebook);
});

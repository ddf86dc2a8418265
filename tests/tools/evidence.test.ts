import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Evidence, readEvidence, standsCounts } from "../../studies/dist/evidence.js";
import { UNTESTED } from "../../studies/dist/untested.js";
import { evidenceTable, verdictLine } from "../../tools/evidence.ts";
import { root } from "../../tools/workspace.mjs";
import { notebookOf } from "./fixtures.ts";

const entry = (more: Partial<Evidence>): Evidence => ({
  notebook: "03-direct-icl.ipynb",
  claim: "The bound holds",
  source: "paper, Theorem 3.3",
  setting: "d = 10, seed 7",
  functions: ["bound"],
  checks: [{ name: "a|b", found: "3.4 ± 0.1", expected: "below 4", passed: true, paper: "error ≤ w_{i+1}", stands: "confirmed" }],
  seconds: 12,
  ...more,
});

test("the page has a row for every claim, then the paper's statements beside what was found, then every check", () => {
  const page = evidenceTable([
    entry({}),
    entry({ claim: "A second one", checks: [{ name: "c", found: "1", expected: "2", passed: false }] }),
    entry({
      notebook: "04-hardness.ipynb",
      checks: [
        ...[0, 1].map((i) => ({ ...entry({}).checks[0], name: `check ${i}`, paper: "twice", stands: "contradicted" as const })),
        { ...entry({}).checks[0], name: "check 2", paper: "twice", stands: { "it is 1": "contradicted", "u = *": "confirmed" } },
      ],
    }),
  ]);
  for (const part of [
    "3 claims in 2 notebooks, 5 checks: 1 do not hold.",
    "| The bound holds | paper, Theorem 3.3 | [03](notebooks/03-direct-icl.ipynb) | [holds (1 check)](#03-direct-icl) | 12 s |",
    "| A second one | paper, Theorem 3.3 | [03](notebooks/03-direct-icl.ipynb) | [does not hold (1 of 1 checks fail)](#03-direct-icl) | 12 s |",
    "| error ≤ w\\_{i+1} | confirmed | a\\|b | 3.4 ± 0.1 | below 4 | yes | [03](#03-direct-icl) |",
    "| twice | contradicted | check 0 |",
    "|  |  | check 1 |",
    "|  | confirmed when u = \\*; contradicted when it is 1 | check 2 |",
    `${2 + UNTESTED.length} statements of our source: confirmed 1, contradicted 1, not tested ${UNTESTED.length}. One rule:`,
    "| the entire process has a complexity of O(kd²) | not tested | none: counted, not measured",
    "### What is not tested: checks that could fail",
    "| the entire process has a complexity of O(kd²) | counted, not measured",
    "a slope in ln d clearly above 2",
    "| check | ours | expected | check holds | the paper | does it stand? |",
    "| check | ours | expected | check holds |",
    "| c | 1 | 2 | NO |",
    "Setting: d = 10, seed 7. Functions: `bound`.",
    "Command: `npm run reproduce -- 04`",
  ])
    assert.ok(page.includes(part), part);
  assert.equal(page.match(/^## 03-direct-icl$/gm)!.length, 1);
});

test("a statement that a check carries is no longer listed as not tested", () => {
  const page = evidenceTable([entry({ checks: [{ ...entry({}).checks[0], paper: "Qwen 2.5-7B", stands: "contradicted" }] })]);
  assert.ok(!page.includes("fine-tuned on GCD"));
  assert.ok(page.includes("| Qwen 2.5-7B | contradicted |"));
});

test("a notebook's verdicts are said in one line", () => {
  const shows = (...passed: boolean[]) => {
    const notebook = notebookOf("verdict();");
    const checks = passed.map((holds, i) => ({ name: `check ${i}`, found: "", expected: "", passed: holds }));
    const data = { "application/vnd.cotlab.verdict+json": { checks } };
    notebook.cells[0].outputs = passed.length > 0 ? [{ output_type: "display_data", data, metadata: {} }] : [];
    return verdictLine(notebook);
  };
  assert.equal(shows(true, true), "verdict: holds (2 of 2 checks hold)");
  assert.equal(shows(true, false, false), "verdict: does not hold: check 1; check 2 (1 of 3 checks hold)");
  assert.equal(shows(), "no verdict");
});

test("without statements of the paper there is only what is not tested", () => {
  const page = evidenceTable([entry({ checks: [{ name: "c", found: "1", expected: "1", passed: true }] })]);
  assert.ok(page.includes(`${UNTESTED.length} statements of our source: not tested ${UNTESTED.length}.`));
  assert.ok(page.includes("1 checks: all hold"));
});

test("REPRODUCIBILITY.md is what the recorded evidence makes, and speaks only of notebooks that are there", () => {
  const evidence = readEvidence(join(root, "data", "evidence.json"));
  assert.equal(readFileSync(join(root, "REPRODUCIBILITY.md"), "utf8"), evidenceTable(evidence));
  assert.equal(standsCounts(evidence).get("not judged"), 0, "every statement of the paper is judged; run `npm run reproduce`");
  const notebooks = readdirSync(join(root, "notebooks"));
  for (const { notebook } of evidence) assert.ok(notebooks.includes(notebook), notebook);
});

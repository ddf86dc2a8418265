import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { claimRows, claimVerdict, type Evidence, paperRows, readEvidence } from "../../dist/notebook/evidence.js";

const folder = mkdtempSync(join(tmpdir(), "cotlab-evidence-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const checks = [
  { name: "a", found: "1", expected: "1", passed: true, paper: "about 1" },
  { name: "b", found: "2", expected: "3", passed: false },
];
const entry: Evidence = { notebook: "01-x.ipynb", claim: "C", source: "ours", setting: "d = 2", functions: ["f", "g"], checks, seconds: 3 };

test("a claim holds when every check does", () => {
  assert.equal(claimVerdict({ checks: checks.slice(0, 1) }), "holds (1 check)");
  assert.equal(claimVerdict(entry), "does not hold (1 of 2 checks fail)");
});

test("the rows are those of the claims, and of the checks beside which the paper says something", () => {
  assert.deepEqual(claimRows([entry]), [
    {
      notebook: "01-x.ipynb",
      claim: "C",
      source: "ours",
      functions: "f, g",
      verdict: "does not hold (1 of 2 checks fail)",
      "run time (s)": 3,
    },
  ]);
  assert.deepEqual(paperRows([entry]), [
    { "the paper": "about 1", check: "a", ours: "1", expected: "1", verdict: "holds", notebook: "01-x.ipynb" },
  ]);
});

test("evidence is read back as it was written, and a missing or broken file is refused with the remedy", () => {
  const file = join(folder, "evidence.json");
  assert.throws(() => readEvidence(file), /^Error: readEvidence: .*evidence\.json cannot be read .*; run `npm run reproduce`/);
  writeFileSync(file, JSON.stringify([entry]));
  assert.deepEqual(readEvidence(file), [entry]);
  writeFileSync(file, '[{"notebook": 3}]');
  assert.throws(() => readEvidence(file), /must be a list of claims with their checks; run `npm run reproduce`/);
  writeFileSync(file, "[null]");
  assert.throws(() => readEvidence(file), /must be a list of claims/);
});

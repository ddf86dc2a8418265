import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { claimRows, claimVerdict, type Evidence, paperLines, paperRows, readEvidence, standsCounts } from "../dist/evidence.js";
import { UNTESTED, untestedStatements } from "../dist/untested.js";

const folder = mkdtempSync(join(tmpdir(), "cotlab-evidence-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const checks = [
  { name: "a", found: "1", expected: "1", passed: true, paper: "about 1", stands: "confirmed" as const },
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
  const [row, ...others] = paperRows([entry]);
  assert.deepEqual(row, {
    "the paper": "about 1",
    "does it stand?": "confirmed",
    "our check": "a",
    ours: "1",
    "we expect": "1",
    "check holds": "yes",
    notebook: "01-x.ipynb",
  });
  assert.deepEqual(
    others.map((other) => other["does it stand?"]),
    UNTESTED.map(() => "not tested"),
  );
});

test("the rows of one statement stand together, and it is counted once, at the least favourable of them", () => {
  const said = (paper: string, stands?: "confirmed" | "contradicted") => ({ ...checks[0], paper, ...(stands ? { stands } : {}) });
  const lines = [
    { ...entry, checks: [said("x", "confirmed"), said("y", "confirmed")] },
    {
      ...entry,
      notebook: "02-x.ipynb",
      checks: [{ ...checks[1] }, { ...said("x", "contradicted") }, { ...said("z"), stands: undefined as never }],
    },
  ];
  assert.deepEqual(
    paperLines(lines)
      .slice(0, 4)
      .map(({ paper, stands, notebook }) => [paper, stands, notebook?.slice(0, 2)]),
    [
      ["x", "confirmed", "01"],
      ["x", "contradicted", "02"],
      ["y", "confirmed", "01"],
      ["z", "not judged", "02"],
    ],
  );
  const counts = standsCounts(lines);
  assert.deepEqual(
    ["confirmed", "contradicted", "not judged", "not tested"].map((word) => counts.get(word as "confirmed")),
    [1, 1, 1, UNTESTED.length],
  );
});

test("a statement is listed as not tested until a check carries it", () => {
  const all = untestedStatements([]);
  assert.equal(all.length, UNTESTED.length);
  for (const { statement } of UNTESTED) {
    assert.deepEqual(
      untestedStatements([statement]).map((open) => open.statement),
      UNTESTED.map((open) => open.statement).filter((open) => open !== statement),
      statement,
    );
  }
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

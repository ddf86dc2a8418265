import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Stands } from "../../lib/dist/notebook/verdict.js";
import { claimVerdict, type Evidence, notebookMap, paperLines, readEvidence, standsCounts, standsText } from "../dist/evidence.js";
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

test("the map has a row for each notebook: a link, its claims as sentences, the verdict on all of them, the run time", () => {
  const second = { ...entry, claim: "D_2 holds.", checks: checks.slice(0, 1) };
  const other = { ...second, notebook: "02-two-words.ipynb", claim: "|t| < 2", seconds: 0.5 };
  assert.equal(
    notebookMap([entry, second, other]),
    [
      "| notebook | what it finds | verdict | Run All |",
      "| --- | --- | --- | --- |",
      "| [01](01-x.ipynb) x | C. D\\_2 holds. | does not hold (1 of 3 checks fail) | 3 s |",
      "| [02](02-two-words.ipynb) two words | \\|t\\| \\< 2. | holds (1 check) | 0.5 s |",
    ].join("\n"),
  );
});

test("every line of the paper has what our check found, or the reason why there is none", () => {
  const [line, ...others] = paperLines([entry]);
  assert.deepEqual(line, { paper: "about 1", stands: "confirmed", check: checks[0], notebook: "01-x.ipynb" });
  assert.deepEqual(
    others.map(({ stands, reason }) => [stands, reason]),
    UNTESTED.map(({ reason }) => ["not tested", reason]),
  );
  const all = `${UNTESTED.length + 1} statements of our source: confirmed 1, not tested ${UNTESTED.length}`;
  assert.equal(standsText([entry]), all);
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

test("a statement that stands in one reading and not in another is counted apart", () => {
  const counted = (stands: Stands) =>
    [...standsCounts([{ ...entry, checks: [{ ...checks[0], stands }] }])].find(([word, count]) => word !== "not tested" && count > 0)?.[0];
  assert.equal(counted({ a: "contradicted", b: "confirmed" }), "confirmed in one reading and not in another");
  assert.equal(counted({ a: "confirmed under added hypotheses", b: "not tested" }), "confirmed in one reading and not in another");
  assert.equal(counted({ a: "confirmed under added hypotheses", b: "confirmed" }), "confirmed under added hypotheses");
  assert.equal(counted({ a: "contradicted", b: "contradicted" }), "contradicted");
  assert.match(
    standsText([{ ...entry, checks: [{ ...checks[0], stands: { a: "contradicted", b: "confirmed" } }] }]),
    /and not in another 1,/,
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

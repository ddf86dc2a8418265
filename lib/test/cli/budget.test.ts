import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { completePolicy } from "../../dist/evaluation/chain.js";
import { completion } from "../evaluation/badServer.ts";

const folder = mkdtempSync(join(tmpdir(), "cotlab-budget-"));
after(() => rmSync(folder, { recursive: true }));
const COMMAND = fileURLToPath(new URL("../../bin/cotlab.cjs", import.meta.url));

function run(...args: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, "budget", ...args], { cwd: folder, encoding: "utf8" });
  return { code: status, out: stdout, err: stderr };
}

/** Writes a journal of `count` problems; `says` gives a reply's text and tokens at a budget, undefined where there is none. */
function journal(
  name: string,
  budgets: readonly number[],
  count: number,
  says: (i: number, budget: number) => readonly [text: string, tokens: number] | undefined,
  more: object = {},
): string {
  const policy = completePolicy();
  const settings = { model: "m", problems: count, digest: "d", budgets, policy, temperature: 0, seed: 0, stop: [], ...more };
  const lines = [JSON.stringify({ kind: "settings", endpoint: "http://127.0.0.1:9/v1", ...settings })];
  for (const budget of budgets) {
    for (let i = 0; i < count; i++) {
      const [text, tokens] = says(i, budget) ?? [];
      if (text === undefined) continue;
      const replies = [completion({ text, tokens })];
      lines.push(JSON.stringify({ kind: "chain", key: `gcd:${i}`, task: "gcd", answer: ["6"], budget, replies }));
    }
  }
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  return name;
}
const RIGHT = "Answer: 6";
const WRONG = "Answer: 5";
/** Gains of 40 points from 100 to 200 tokens, and none after. */
const saturating = (i: number, budget: number) => [i % 10 < (budget === 100 ? 4 : 8) ? RIGHT : WRONG, budget] as const;

test("a journal's verdicts are printed and written, with a figure, and the same again", () => {
  const path = journal("a.jsonl", [100, 200, 400], 600, saturating);
  const done = run(path, "--price", "5", "--out", "out");
  assert.equal(done.code, 0, done.err);
  assert.match(
    done.out,
    /^m: 600 of 600 problems compared\n {2}Beyond 200 tokens no budget gains more than 2 points, and smaller budgets are not enough\.\n/,
  );
  assert.match(done.out, /No larger budget is worse than a smaller one by more than 2 points/);
  assert.match(done.out, /\n {2}100 +40\.0 \[\d+\.\d, \d+\.\d\] +240 +0 +600 +100\.0 +250 \[\d+, \d+\] +0\.00125 \[/);
  assert.deepEqual(readdirSync(join(folder, "out")).sort(), [
    "accuracy.csv",
    "accuracy.json",
    "accuracy.pdf",
    "accuracy.png",
    "accuracy.svg",
    "budget.json",
  ]);
  const text = readFileSync(join(folder, "out", "budget.json"), "utf8");
  const { reports } = JSON.parse(text);
  assert.deepEqual([reports.length, reports[0].enough.budget, reports[0].settings.price], [1, 200, 5]);
  run(path, "--price", "5", "--out", "out");
  assert.equal(readFileSync(join(folder, "out", "budget.json"), "utf8"), text);
});

test("torn ends, damaged lines, missing chains and U+2028 are told, and cost nothing else", () => {
  const path = journal("torn.jsonl", [100, 200], 30, (i, budget) =>
    i === 7 && budget === 200
      ? undefined
      : [i === 3 ? `think\u2028more\u2029\nAnswer: 6` : i % 10 < (budget === 100 ? 4 : 5) ? RIGHT : WRONG, budget],
  );
  appendFileSync(join(folder, path), '{"kind":"chain","key":"gcd:9","task":"gcd","answer":["6"],"budget":200,"replies":["{}"]}\n');
  appendFileSync(join(folder, path), '{"kind":"chain","key":4}\n{"kind":"chain","key":"gcd:7","task":"gcd","budget":200,"repl');
  const done = run(path);
  assert.equal(done.code, 3, done.err);
  assert.match(done.out, /^m: 29 of 30 problems compared/);
  assert.match(done.out, /note: 1 chains are missing/);
  assert.match(done.out, /note: 3 lines of the journal could not be read/);
  assert.match(done.out, /note: 1 problems are not answered at all budgets/);
  assert.match(done.out, /cannot be told.*About \d+ more problems would tell/);
});

test("one budget, two problems, all right and none right end with status 3 or 0 and no odd number", () => {
  for (const [name, budgets, count, text, code] of [
    ["one.jsonl", [100], 60, RIGHT, 3],
    ["two.jsonl", [100, 200], 2, RIGHT, 3],
    ["all.jsonl", [100, 200], 500, RIGHT, 0],
    ["none.jsonl", [100, 200], 500, WRONG, 0],
    ["empty.jsonl", [100, 200], 5, undefined, 3],
  ] as const) {
    const done = run(journal(name, budgets, count, (_, budget) => text && [text, budget]));
    assert.equal(done.code, code, `${name}: ${done.err}`);
    assert.doesNotMatch(done.out, /NaN|undefined|Infinity|null/);
  }
});

test("journals of one budget each are taken together, those of seeds apart", () => {
  const parts = [100, 200, 400].map((budget) => journal(`part-${budget}.jsonl`, [budget], 600, saturating));
  const together = run(...parts);
  assert.equal(together.code, 0, together.err);
  assert.match(together.out, /Beyond 200 tokens/);
  assert.equal(together.out, run(journal("whole.jsonl", [100, 200, 400], 600, saturating)).out);
  const seeds = [0, 1].map((seed) => journal(`seed-${seed}.jsonl`, [100, 200], 600, saturating, { seed }));
  mkdirSync(join(folder, "run"));
  journal("run/journal.jsonl", [100, 200], 600, saturating, { model: "other" });
  const apart = run(...seeds, "run", "--out", "apart");
  assert.deepEqual(apart.out.match(/^\w+: 600 of 600/gm), ["m: 600 of 600", "m: 600 of 600", "other: 600 of 600"]);
  assert.equal(JSON.parse(readFileSync(join(folder, "apart", "budget.json"), "utf8")).reports.length, 3);
  assert.ok(readdirSync(join(folder, "apart")).includes("accuracy-3.png"));
});

test("what is no journal ends with status 1, a wrong call with 2, in words", () => {
  journal("good.jsonl", [100, 200], 4, saturating);
  writeFileSync(join(folder, "nothing.jsonl"), "");
  writeFileSync(join(folder, "other.jsonl"), '{"kind":"settings","a":1}\n{"kind":"chain"}\n[]\n');
  writeFileSync(join(folder, "prose.txt"), "no JSON at all\n");
  for (const [code, message, ...args] of [
    [1, /journal must be the path of an evaluation's journal, got "nothing\.jsonl"/, "nothing.jsonl"],
    [1, /journal must be the path/, "other.jsonl"],
    [1, /journal must be the path/, "prose.txt"],
    [1, /journal must be the path/, "nowhere.jsonl"],
    [2, /at least one journal must be given/],
    [2, /--margin must be in \[0, 50\] points, got 70/, "good.jsonl", "--margin", "70"],
    [2, /--confidence must be a number in \[0.5, 0.9999\], got 1/, "good.jsonl", "--confidence", "1"],
    [2, /--price must be/, "good.jsonl", "--price=-1"],
    [2, /each journal must be given once/, "good.jsonl", "./good.jsonl"],
    [2, /--out must be a folder/, "good.jsonl", "--out", "good.jsonl"],
    [2, /--bananas/, "good.jsonl", "--bananas"],
  ] as const) {
    const done = run(...args);
    assert.equal(done.code, code, `${args.join(" ")}: ${done.err}`);
    assert.match(done.err, message);
    assert.doesNotMatch(done.err, /at .*\.js/);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { inBucket, lengthBuckets, summarizeEvaluation, summaryCsv } from "../../dist/evaluation/accuracy.js";
import { completePolicy } from "../../dist/evaluation/chain.js";
import type { AnsweredProblem, Evaluation } from "../../dist/evaluation/evaluation.js";
import { compareEvaluations, pairedBootstrap } from "../../dist/evaluation/pairedBootstrap.js";
import { PAPER_TABLE, paperTable, paperTableMarkdown } from "../../dist/evaluation/paperTable.js";

/** An evaluation with chains of the given lengths and outcomes at one budget. */
function evaluation(
  model: string,
  chains: readonly (readonly [tokens: number | null, right: boolean])[],
  more: Partial<Evaluation> = {},
): Evaluation {
  const answers = chains.map(
    ([tokens, right], i): AnsweredProblem => ({
      key: `gcd:${i}`,
      kind: "gcd",
      budget: 2000,
      judgement: right ? "right" : "wrong",
      found: [],
      read: "marked",
      tokens,
      answerTokens: 0,
      waits: 0,
      cut: false,
      empty: false,
      model,
    }),
  );
  return {
    settings: {
      model,
      problems: chains.length,
      digest: "",
      budgets: [2000],
      policy: completePolicy(),
      temperature: 0,
      seed: 0,
      stop: [],
    },
    servedModel: model,
    answers,
    missing: 0,
    failures: [],
    faults: 0,
    unreadable: 0,
    ...more,
  };
}

test("buckets are read with open and closed ends, and refused when they overlap or are empty", () => {
  const [short, long] = lengthBuckets();
  assert.deepEqual(
    [0, 999, 1000, 2000, 2001, null].map((tokens) => [inBucket(tokens, short!), inBucket(tokens, long!)]),
    [
      [true, false],
      [true, false],
      [false, true],
      [false, true],
      [false, false],
      [false, false],
    ],
  );
  assert.deepEqual(
    lengthBuckets("[0,64), [64,128) [128, 128]").map(({ name }) => name),
    ["[0, 64)", "[64, 128)", "[128, 128]"],
  );
  for (const wrong of ["", "0-1000", "[5,5)", "[9,3]", "[0,10] [10,20]", "[10,20) [0,5)", "(0,3]"]) {
    assert.throws(() => lengthBuckets(wrong), /intervals such as/, wrong);
  }
});

test("chains are counted once: in a bucket, outside, or of unknown length", () => {
  const result = summarizeEvaluation(
    evaluation('=m, "1"', [
      [10, true],
      [999, false],
      [1000, true],
      [2000, true],
      [2001, false],
      [null, true],
    ]),
  );
  const [budget] = result.budgets;
  assert.deepEqual(
    [...budget!.buckets, budget!.outside, budget!.unknownLength, budget!.overall].map(({ right, n }) => [right, n]),
    [
      [1, 2],
      [2, 2],
      [0, 1],
      [1, 1],
      [4, 6],
    ],
  );
  assert.deepEqual([budget!.overall.accuracy, budget!.outside.accuracy], [4 / 6, 0]);
  const nothing = summarizeEvaluation({ ...evaluation("m", []), missing: 5 }).budgets[0].overall;
  assert.deepEqual(nothing, { right: 0, unclear: 0, n: 0, accuracy: null, low: 0, high: 1 });
  assert.equal(budget!.meanTokens, (10 + 999 + 1000 + 2000 + 2001) / 5);
  assert.equal(budget!.overBudget, 1);
  assert.ok(result.notes.some((note) => /no usage.completion_tokens, or 0 beside a text, for 1 chains/.test(note)));
  const csv = summaryCsv(result).trim().split("\r\n");
  assert.equal(csv.length, 1 + 5);
  // A name that a spreadsheet would run is defused.
  assert.ok(csv[1].startsWith('"\'=m, ""1""",2000,all,4,0,6,'));
});

test("unclear answers are counted apart: not right, not left out, and said", () => {
  const chains = evaluation("m", [
    [10, true],
    [20, false],
    [1500, false],
  ]);
  const answers = chains.answers.map((answer, i) => (i === 1 ? { ...answer, judgement: "unclear" as const } : answer));
  const result = summarizeEvaluation({ ...chains, answers });
  const { overall, buckets, noAnswer } = result.budgets[0];
  assert.deepEqual([overall.right, overall.unclear, overall.n, overall.accuracy, noAnswer], [1, 1, 3, 1 / 3, 0]);
  assert.deepEqual(
    buckets.map(({ unclear, n }) => [unclear, n]),
    [
      [1, 2],
      [0, 1],
    ],
  );
  assert.match(result.notes.join(), /1 answers are unclear/);
  assert.match(summaryCsv(result), /^model,budget,chains,right,unclear,n,.*\r\nm,2000,all,1,1,3,/);
  assert.match(paperTableMarkdown(paperTable({ base: { ...chains, answers } })), /\| 1 \| 2 \|/);
});

test("the paired interval of two models covers their true difference as often as it says, and is narrower than an unpaired one", () => {
  const random = Random.seed(3).stream("paired");
  const [p1, p2, n, trials] = [0.5, 0.6, 150, 300];
  let covered = 0;
  let width = 0;
  for (let trial = 0; trial < trials; trial++) {
    // One uniform number for both models: a problem that is hard for one is hard for the other.
    const levels = Array.from({ length: n }, () => random.uniform());
    const outcomes = (p: number) => levels.map((u) => ({ right: Number(u < p), n: 1 }));
    const { low, high } = pairedBootstrap({ first: outcomes(p1), second: outcomes(p2), replications: 400, seed: trial });
    if (low <= p2 - p1 && p2 - p1 <= high) covered++;
    width += (high - low) / trials;
  }
  const z = (covered / trials - 0.95) / Math.sqrt((0.95 * 0.05) / trials);
  assert.ok(Math.abs(z) <= 4, `covered ${covered} of ${trials}`);
  const unpaired = 2 * 1.96 * Math.sqrt((p1 * (1 - p1) + p2 * (1 - p2)) / n);
  assert.ok(width < 0.6 * unpaired, `${width} ${unpaired}`);
});

test("a paired difference is of the shared problems, does not change with their order, and is zero for one model with itself", () => {
  const first = evaluation(
    "a",
    Array.from({ length: 40 }, (_, i) => [i < 20 ? 100 : 1500, i % 2 === 0] as const),
  );
  const second = evaluation(
    "b",
    Array.from({ length: 30 }, (_, i) => [100, i % 3 !== 0] as const),
  );
  const all = compareEvaluations(first, second, 2000);
  assert.equal(all.problems, 30);
  assert.ok(Math.abs(all.difference! - (20 / 30 - 15 / 30)) < 1e-12);
  // Replies come in any order.
  assert.deepEqual(compareEvaluations({ ...first, answers: first.answers.toReversed() }, second, 2000), all);
  const same = compareEvaluations(first, first, 2000);
  assert.deepEqual([same.difference, same.low, same.high], [0, 0, 0]);
  const [short, long] = lengthBuckets();
  assert.ok(Math.abs(compareEvaluations(first, second, 2000, short).difference! - (20 / 30 - 10 / 20)) < 1e-12);
  assert.equal(compareEvaluations(first, second, 2000, long).difference, null);
  assert.throws(() => compareEvaluations(first, second, 1000), /shares problems/);
  assert.throws(() => pairedBootstrap({ first: [{ right: 1, n: 1 }], second: [] }), /1 outcomes/);
});

test("the paper's numbers are as transcribed and stand beside ours under that name", () => {
  assert.deepEqual(
    PAPER_TABLE.map(({ short, long }) => [short, long]),
    [
      [0.3039, 0.272],
      [0.75, 0.384],
      [0.29, 0.2083],
    ],
  );
  // The summary's own differences: +44.6, +11.2, -1.4, -6.4 points.
  const [base, gcd, poly] = PAPER_TABLE;
  const gains = [gcd!.short - base!.short, gcd!.long - base!.long, poly!.short - base!.short, poly!.long - base!.long];
  assert.deepEqual(
    gains.map((gain) => Number((100 * gain).toFixed(1))),
    [44.6, 11.2, -1.4, -6.4],
  );
  const rows = paperTable({
    base: evaluation("a", [
      [5, false],
      [6, true],
    ]),
    gcd: evaluation("b|c", [
      [5, true],
      [6, true],
    ]),
  });
  assert.equal(rows.length, 2);
  assert.equal(rows[0].cells[0].gain, undefined);
  assert.equal(rows[1].cells[0].gain!.difference, 0.5);
  const markdown = paperTableMarkdown(rows);
  assert.match(markdown, /transcribed/);
  assert.match(markdown, /\| gcd \(b\\\|c\) \| \[0, 1000\) \| 75\.0 \| 100\.0 \[34\.2, 100\.0\] \| 0 \| 2 \| 50\.0 /);
  assert.match(markdown, /\| base \(a\) \| \[1000, 2000\] \| 27\.2 \| no chains \| 0 \|/);
  assert.throws(() => paperTable({}), /at least one of/);
});

test("any labels, buckets and several seeds stand in the table; with other buckets the paper's numbers are in rows of their own", () => {
  const chains = (model: string, right: readonly boolean[]) =>
    evaluation(
      model,
      right.map((each, i) => [i < 4 ? 40 : 400, each] as const),
    );
  const base = [chains("b", [true, false, false, false, true]), chains("b", [true, true, false, false, false])];
  const tuned = [chains("t-0", [true, true, true, true, true]), chains("t-1", [true, true, true, false, true])];
  const rows = paperTable({ "my model": tuned, base, gcd: tuned[0] }, undefined, lengthBuckets("[0,100) [100,500]"));
  assert.deepEqual(
    rows.map(({ role, model, transcribed = false }) => [role, model, transcribed]),
    [
      ["base", "b", false],
      ["base", "Qwen-Base", true],
      ["gcd", "t-0", false],
      ["gcd", "Qwen-GCD (aligned)", true],
      ["my model", "t-0, t-1", false],
    ],
  );
  assert.ok(
    rows.every(({ transcribed, cells }) =>
      cells.every(({ paper, n }) => (transcribed ? paper !== null && n === 0 : paper === null && n > 0)),
    ),
  );
  const [short] = rows[4]!.cells;
  assert.deepEqual([short!.right, short!.n, short!.accuracy], [7, 8, 7 / 8]);
  // Seeds at 1 and 3/4: t with one degree of freedom is 12.706, the standard error 1/8.
  assert.deepEqual(short!.overSeeds, { mean: 0.875, low: 0, high: 1, seeds: 2 });
  // Pooled: 7 of 8 against 3 of 8 on the same problems.
  assert.equal(short!.gain!.difference, 0.5);
  assert.equal(rows[2]!.cells[0]!.overSeeds, undefined);
  const markdown = paperTableMarkdown(rows);
  assert.match(
    markdown,
    /\| gcd \(Qwen-GCD \(aligned\), the paper's, transcribed\) \| \[0, 1000\) \| 75\.0 \| {2}\| {2}\| {2}\| {2}\| {2}\|/,
  );
  assert.match(markdown, /\| my model \(t-0, t-1\) \| \[0, 100\) \| {2}\| 87\.5 \[.*\| 87\.5 \[0\.0, 100\.0\] \(2\) \|/);
  const widths = markdown
    .trim()
    .split("\n")
    .map((line) => line.split(" | ").length);
  assert.ok(new Set(widths).size === 1, widths.join());
  // With the paper's buckets its numbers stand beside ours; a label of one's own has none.
  const usual = paperTable({ base, own: tuned });
  assert.deepEqual(
    usual.map(({ role, cells }) => [role, cells[0]!.paper]),
    [
      ["base", 0.3039],
      ["own", null],
    ],
  );
});

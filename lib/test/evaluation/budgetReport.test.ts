import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "../../dist/core/random.js";
import { budgetFigure } from "../../dist/evaluation/budgetFigure.js";
import { type BudgetReport, budgetReport } from "../../dist/evaluation/budgetReport.js";
import { budgetText } from "../../dist/evaluation/budgetText.js";
import { exactShare } from "../../dist/evaluation/exactShare.js";
import { joinBudgets } from "../../dist/evaluation/joinBudgets.js";
import { pairedDifference } from "../../dist/evaluation/pairedDifference.js";
import { assertClose } from "../support/reference.ts";
import { repeated, simulatedEvaluation as simulated } from "./simulatedEvaluation.ts";

const calls = ({ enough, hurts, rises }: BudgetReport) => [enough.call, hurts.call, rises.call];

test("gains that end are found: enough from the second budget on, no harm, no further rise", () => {
  const report = budgetReport(simulated([500, 1000, 2000], [...repeated(500, "-++"), ...repeated(300, "+++"), ...repeated(200, "---")]));
  assert.deepEqual(calls(report), ["enough", "does not hurt", "does not rise"]);
  assert.deepEqual([report.enough.budget, report.enough.notBelow], [1000, 1000]);
  assert.equal(report.enough.text, "Beyond 1000 tokens no budget gains more than 2 points, and smaller budgets are not enough.");
  assert.deepEqual(
    report.pairs.map(({ smaller, larger, gained, lost }) => [smaller, larger, gained, lost]),
    [
      [500, 1000, 500, 0],
      [500, 2000, 500, 0],
      [1000, 2000, 0, 0],
    ],
  );
  // 5 % / 2 for comparisons, over both ends of three pairs; 5 % / 4 for accuracies, over both ends of three budgets.
  const { gained, lost, difference, low, high } = report.pairs[0]!;
  assert.deepEqual({ difference, low, high }, pairedDifference({ gained, lost, problems: 1000, tail: 0.025 / 6 }));
  const expected = exactShare(300, 1000, 0.0125 / 6);
  assertClose(report.budgets[0]!.low, expected.low, 1e-9);
  assertClose(report.budgets[0]!.high, expected.high, 1e-9);
});

test("harm and a rise are found; where every smaller budget is too small, that is said", () => {
  const falling = budgetReport(simulated([10, 20], [...repeated(40, "+-"), ...repeated(10, "-+"), ...repeated(100, "++")]));
  assert.deepEqual(calls(falling), ["enough", "hurts", "does not rise"]);
  assert.match(falling.hurts.text, /^More thinking hurts: 20 tokens are worse than 10, by [\d.]+ to [\d.]+ points\.$/);
  const rising = budgetReport(simulated([10, 20, 30], [...repeated(60, "-++"), ...repeated(60, "--+"), ...repeated(80, "---")]));
  assert.deepEqual(calls(rising), ["none", "does not hurt", "rises"]);
  assert.equal(rising.enough.notBelow, 30);
});

test("a handful of problems tells nothing, and how many more would is told", () => {
  const report = budgetReport(
    simulated([10, 20], [...repeated(30, "++"), ...repeated(9, "-+"), ...repeated(3, "+-"), ...repeated(18, "--")]),
  );
  assert.deepEqual(calls(report), ["unclear", "unclear", "unclear"]);
  for (const { moreProblems, text } of [report.enough, report.hurts, report.rises]) {
    assert.ok(moreProblems! > 0 && Number.isInteger(moreProblems));
    assert.match(text, /cannot be told.*About \d+ more problems would tell \(power 0\.8, if the truth is what was observed\)/);
  }
  // At the border itself no number would tell.
  const border = budgetReport(simulated([10, 20], [...repeated(4, "-+"), ...repeated(2, "+-"), ...repeated(94, "--")]));
  assert.equal(border.enough.moreProblems, null);
});

test("with as many problems as it says, a report that abstained tells in about four cases of five", () => {
  const random = Random.seed(5).stream("power");
  for (const [gain, loss, of] of [
    [0.15, 0.05, "rises"],
    [0.03, 0.1, "hurts"],
    [0.02, 0.02, "enough"],
  ] as const) {
    const count = 60;
    const observed = [
      ...repeated(Math.round(gain * count), "-+"),
      ...repeated(Math.round(loss * count), "+-"),
      ...repeated(Math.round((1 - gain - loss) * count), "++"),
    ];
    const first = budgetReport(simulated([10, 20], observed), { replications: 100 });
    assert.equal(first[of].call, "unclear");
    const { gained, lost } = first.pairs[0]!;
    const [p, q] = [gained / observed.length, lost / observed.length];
    const [total, trials] = [observed.length + first[of].moreProblems!, 60];
    let told = 0;
    for (let trial = 0; trial < trials; trial++) {
      const draws = Array.from({ length: total }, () => random.uniform());
      const [up, down] = [draws.filter((u) => u < p).length, draws.filter((u) => u >= p && u < p + q).length];
      const problems = [...repeated(up, "-+"), ...repeated(down, "+-"), ...repeated(total - up - down, "++")];
      if (budgetReport(simulated([10, 20], problems), { replications: 100 })[of].call !== "unclear") told++;
    }
    // Four standard errors below 0.8; more than enough is no harm.
    assert.ok(told / trials >= 0.8 - 4 * Math.sqrt(0.16 / trials), `${of}: ${told} of ${trials} at ${total}`);
  }
});

test("problems that lack a budget are left out of comparisons alone, and unclear answers count as not right, with a word where they matter", () => {
  const left = budgetReport(simulated([10, 20, 30], [...repeated(50, "++."), ...repeated(20, "+-."), ...repeated(5, ".+.")]));
  assert.deepEqual([left.problems, left.compared], [75, 70]);
  assert.deepEqual(
    left.budgets.map(({ budget, right, n }) => [budget, right, n]),
    [
      [10, 70, 70],
      [20, 55, 75],
    ],
  );
  assert.ok(left.notes.includes("without any answer, and left out: budget 30"));
  assert.ok(left.notes.includes("5 problems are not answered at all budgets; they are left out of the comparisons"));
  const unclear = budgetReport(simulated([10, 20], [...repeated(30, "+?"), ...repeated(100, "++")]));
  assert.deepEqual([unclear.hurts.call, unclear.hurts.unclearMatters], ["hurts", true]);
  assert.ok(unclear.notes.some((note) => /unclear answers could change the verdict on whether more thinking hurts/.test(note)));
  const plain = budgetReport(simulated([10, 20], [...repeated(60, "+-"), ...repeated(1, "?-"), ...repeated(100, "++")]));
  assert.deepEqual([plain.hurts.call, plain.hurts.unclearMatters], ["hurts", false]);
});

test("one budget, no answer, two problems, all right and none right have a report each", () => {
  const one = budgetReport(simulated([10], repeated(40, "+")));
  assert.deepEqual(calls(one), ["unclear", "unclear", "unclear"]);
  assert.match(one.hurts.text, /there is one budget only/);
  assert.equal(one.budgets[0]!.high, 1);
  const none = budgetReport(simulated([10, 20], repeated(3, "..")));
  assert.match(none.enough.text, /no chain is complete/);
  assert.match(budgetText(none), /^m: 0 of 3 problems compared\n/);
  assert.throws(() => budgetFigure(none), /budgetFigure: report must be one of an evaluation with answers/);
  const apart = budgetReport(simulated([10, 20], [...repeated(5, "+."), ...repeated(5, ".+")]));
  assert.match(apart.rises.text, /no problem is answered at all budgets/);
  const two = budgetReport(simulated([10, 20], repeated(2, "-+")));
  assert.deepEqual(calls(two), ["unclear", "unclear", "unclear"]);
  assert.deepEqual([two.budgets[0]!.tokensPerRight, two.budgets[1]!.tokensPerRight], [null, { value: 20, low: null, high: null }]);
  const wrong = budgetReport(simulated([10, 20], repeated(400, "--")), { price: 1 });
  assert.deepEqual(calls(wrong), ["enough", "does not hurt", "does not rise"]);
  assert.equal(wrong.budgets[0]!.pricePerRight, null);
  for (const report of [one, apart, two, wrong]) {
    assert.doesNotMatch(budgetText(report), /NaN|undefined|Infinity|null/);
    assert.ok(budgetFigure(report).caption!.includes("Accuracy of m"));
  }
});

test("of chains that are all equally long a right answer costs what Clopper and Pearson's limits of the accuracy say", () => {
  const report = budgetReport(simulated([100], [...repeated(12, "+"), ...repeated(48, "-")]), { price: 2, replications: 20_000 });
  const { tokensPerRight: tokens, pricePerRight: price } = report.budgets[0]!;
  assert.equal(tokens!.value, 500);
  const tail = (0.05 * 0.25) / 2;
  const share = exactShare(12, 60, tail);
  // Quantiles of 20,000 draws: an order statistic's own scatter.
  for (const [end, exact, count] of [
    [tokens!.low!, 100 / share.high, 12],
    [tokens!.high!, 100 / share.low, 12],
  ] as const)
    assert.ok(Math.abs(end / exact - 1) < 0.06, `${end} ${exact} ${count}`);
  assert.deepEqual(price, { value: (500 * 2) / 1e6, low: (tokens!.low! * 2) / 1e6, high: (tokens!.high! * 2) / 1e6 });
  // Chains of unknown length have no cost, and the others keep theirs.
  const some = budgetReport(simulated([100], repeated(40, "+"), (_, i) => (i < 20 ? null : 70)));
  assert.deepEqual([some.budgets[0]!.tokensPerRight!.value, some.budgets[0]!.tokensPerRight!.low], [70, 70]);
  assert.equal(budgetReport(simulated([100], repeated(40, "+"), () => null)).budgets[0]!.tokensPerRight, null);
});

test("the order of replies changes nothing, and more confidence claims no more", () => {
  const letters = fc.constantFrom("+++", "-++", "--+", "+--", "++-", "?+-", "-?+");
  fc.assert(
    fc.property(fc.array(letters, { minLength: 12, maxLength: 80 }), (problems) => {
      const evaluation = simulated(
        [1, 2, 3],
        problems.flatMap((each) => repeated(1, each)),
      );
      const options = { replications: 100 };
      const report = budgetReport(evaluation, options);
      assert.deepEqual(budgetReport({ ...evaluation, answers: evaluation.answers.toReversed() }, options), report);
      const surer = budgetReport(evaluation, { ...options, confidence: 0.999 });
      for (const question of ["hurts", "rises"] as const)
        if (surer[question].call !== "unclear" && report[question].call === "unclear") assert.fail(question);
      assert.ok(surer.enough.budget === null || (report.enough.budget !== null && report.enough.budget <= surer.enough.budget));
      assert.ok(report.budgets.every(({ accuracy, low, high }) => low <= accuracy! && accuracy! <= high));
    }),
    { numRuns: 40 },
  );
});

test("evaluations of one budget each are joined; seeds, models and shared budgets stay apart", () => {
  const run = (budget: number, more: Partial<ReturnType<typeof simulated>["settings"]> = {}) => {
    const evaluation = simulated([budget], repeated(4, "+"));
    return { ...evaluation, settings: { ...evaluation.settings, ...more } };
  };
  const budgetsOf = (...runs: ReturnType<typeof run>[]) => joinBudgets(runs).map(({ settings }) => [...settings.budgets]);
  assert.deepEqual(budgetsOf(run(20), run(10)), [[10, 20]]);
  assert.deepEqual(budgetsOf(run(20), run(10, { seed: 3 })), [[10, 20]]);
  assert.deepEqual(budgetsOf(run(10), run(10, { seed: 1 })), [[10], [10]]);
  assert.deepEqual(budgetsOf(run(10), run(10, { seed: 1 }), run(20), run(20, { seed: 1 })), [
    [10, 20],
    [10, 20],
  ]);
  assert.deepEqual(budgetsOf(run(10), run(20, { model: "other" })), [[10], [20]]);
  assert.deepEqual(budgetsOf(run(10), run(20, { digest: "other problems" })), [[10], [20]]);
  assert.equal(joinBudgets([run(10), run(20)])[0]!.answers.length, 8);
});

test("options outside the domain are refused by name", () => {
  const evaluation = simulated([1, 2], repeated(4, "++"));
  assert.throws(() => budgetReport(evaluation, { margin: 2 }), /budgetReport: margin must be a number in \[0, 0.5\], got 2/);
  assert.throws(() => budgetReport(evaluation, { confidence: 1 }), /confidence must be/);
  assert.throws(() => budgetReport(evaluation, { price: -1 }), /price must be/);
  assert.throws(() => budgetReport(null as never), /evaluation must be an object/);
  assert.throws(() => budgetText({} as never), /budgetText: report must be a report as budgetReport gives it/);
});

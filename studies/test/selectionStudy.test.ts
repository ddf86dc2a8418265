import assert from "node:assert/strict";
import { test } from "node:test";
import { readResults } from "../../lib/dist/data/resultTable.js";
import { statusOf } from "../../lib/dist/notebook/verdict.js";
import * as checks from "../dist/selectionChecks.js";
import * as study from "../dist/selectionStudy.js";
import * as tables from "../dist/selectionTables.js";
import type { SelectionTrial } from "../dist/selectionTrial.js";
import { whitenedPitfall } from "../dist/taskSelection.js";

const setting: study.SelectionSetting = {
  ...{ d: 10, perType: 5, exponents: [0.2, 0.8], short: 20, long: 100, wide: 100, tilt: 0.5, scale: 0.5, small: 0.1 },
  ...{ steps: 3, comparedAt: 2, m: 50, margin: 0.3, beta: 2, denseD: 3, ratios: [5], refuseD: 2, refuseLengths: [5, 20] },
  ...{ pools: 4, draws: 10, seed: 11 },
};
const { tilted, flat } = study.studyPools(setting);
const silent = () => {};

test("targets have their names, the identity its own, and only the committed pools are those of the stored runs", () => {
  const named = (change: Partial<study.SelectionSetting>) =>
    Object.values(study.studyPools({ ...setting, ...change })).map(({ target }) => target);
  assert.deepEqual(named({}), ["i^-0.5", "0.5 I", "i^-0.5", "0.1 I"]);
  assert.deepEqual(named({ tilt: 0, scale: 1, small: 1 }), ["I", "I", "I", "I"]);
  assert.ok(study.asStored(setting));
  for (const change of [{ d: 11 }, { exponents: [0.2, 0.9] }, { long: 99 }, { tilt: 0 }])
    assert.ok(!study.asStored({ ...setting, ...change }));
});

/** Four pools at k = 1: errors of a rule over those of uniform mixing, and the growths of its mixtures. */
const trial = (ratios: readonly number[], growths: readonly number[]): SelectionTrial => ({
  curves: ["selected", "stable", "uniform"],
  steps: [1],
  m: Number.POSITIVE_INFINITY,
  pools: 4,
  startError: 0,
  logErrors: [ratios.map(Math.log), ratios.map(Math.log), [0, 0, 0, 0]].map((row) => [Float64Array.from(row)]),
  objectives: [],
  growths: [growths, growths.map((growth) => growth - 1), [0, 0, 0, 0]].map((row) => Float64Array.from(row)),
});

test("an interval of ratios is a gain, a loss, no difference, or decides nothing", () => {
  const said = (ratios: readonly number[]) => tables.gainText(trial(ratios, [0, 0, 0, 0]), "selected", 1).split("], ")[1];
  assert.equal(said([0.4, 0.5, 0.4, 0.5]), "a gain");
  assert.equal(said([2, 2.1, 2, 2.1]), "a loss");
  assert.equal(said([0.999, 0.999, 0.9991, 0.999]), "no difference");
  assert.equal(said([0.1, 10, 0.1, 10]), "which decides nothing");
});

test("mixtures that diverge are counted, those of growth 1 are none of them", () => {
  assert.equal(tables.divergingText(trial([1, 1, 1, 1], [0.5, 1 + 1e-12, 1.5, 1.9])), "2 and 0 of 4");
  assert.match(tables.divergingText(trial([1, 1, 1, 1], [0.5, 1, 1.5, 2.5])), /^2 and 1 of 4, the latter where no mixture meets/);
});

test("the finite trial takes fewer pools and rules than the endless one, at the same steps", () => {
  const [endless, finite] = [study.liveTrial(setting, flat.pool, silent), study.finiteTrial(setting, flat.pool, silent)];
  assert.deepEqual(
    [endless.steps, finite.steps],
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
  );
  assert.deepEqual([endless.pools, finite.pools, finite.m], [4, 2, 50]);
  const rows = tables.lossTable(finite, ["uniform"], [1, 3]);
  assert.deepEqual(Object.keys(rows[0]), ["against", "k = 1", "k = 3"]);
});

const evidence = (): checks.ConditionEvidence => ({
  moved: { easyWeight: 0.75, leastEigenvalue: 0.6, floor: 0.5, slope: -33, quotient: -33, hardShare: 0.85, report: {} as never },
  left: study.leftOut(),
  compared: [0, 1, 2, 3].map((i) => study.comparedPool(setting, tilted.pool, i)),
  refusals: [study.refusalsAt(setting, 0.1)],
  perPrompt: study.densePivots(setting, tilted.pool).runs[0],
  pitfall: whitenedPitfall(),
});

test("checks of the conditions hold on what was run, and each fails on what would contradict it", () => {
  const run = evidence();
  const failing = (change: Partial<checks.ConditionEvidence>) =>
    checks
      .conditionChecks({ ...run, ...change })
      .filter((check) => statusOf(check) === "fails")
      .map(({ name }) => name);
  assert.deepEqual(failing({}), []);
  assert.deepEqual(failing({ moved: { ...run.moved, quotient: -34 } }), ["(5): slope against differences"]);
  assert.deepEqual(failing({ moved: { ...run.moved, leastEigenvalue: 0.4 } }), ["(4): least eigenvalue of R"]);
  assert.deepEqual(failing({ left: { ...run.left, errors: [1, 0.5] } }), ["(2): a direction left out"]);
  assert.deepEqual(failing({ refusals: [{ ...run.refusals[0], wronglyAccepted: 1 }] }), ["condition (8) is sufficient"]);
  assert.deepEqual(failing({ pitfall: { ...run.pitfall, error: 1e4 } }), ["whitened bound"]);
  const [first, ...others] = run.compared;
  const short = { ...first, stable: { ...first.stable!, coverage: 0.6 } };
  assert.deepEqual(failing({ compared: [short, ...others] }), ["stable margin"]);
  const none = checks.conditionChecks({ ...run, compared: [{ ...first, stable: undefined }] });
  assert.equal(none.filter((check) => statusOf(check) === "outside its hypotheses").length, 2);
});

test("the proposition's checks fail where hard tasks get too little, or a counterexample is none", () => {
  const runs = [0, 1].map((i) => study.propositionRun(i, { draws: 5, seed: 1 }));
  const solved = study.solvedCounterexamples();
  const failing = (...args: Parameters<typeof checks.propositionChecks>) =>
    checks
      .propositionChecks(...args)
      .filter(({ passed }) => !passed)
      .map(({ name }) => name);
  assert.deepEqual(failing(runs, solved), []);
  assert.deepEqual(failing([{ ...runs[0], holds: false }], solved), ["hard share, case 1"]);
  assert.deepEqual(failing(runs, [{ ...solved[0], solved: 0.9 }]), ["counterexamples"]);
});

test("what compares with the stored runs is judged on their pools alone", () => {
  const stored = readResults("data/selection/table.csv");
  const table = study.liveTable(setting, study.tableSettings(setting)[3]);
  assert.equal(table.name, "B; target i^-0.5");
  const statuses = (change: Partial<study.SelectionSetting>) =>
    checks.tableChecks({ ...setting, ...change }, [table], stored).map(statusOf);
  assert.deepEqual(statuses({ draws: 50 }), ["holds", "holds", "holds"]);
  assert.deepEqual(statuses({ draws: 50, d: 11 }), ["outside its hypotheses", "holds", "outside its hypotheses"]);
  const far = { ...table, means: table.means.map((mean) => mean + 1), steps: Float64Array.of(-9, 1, 1) };
  assert.deepEqual(checks.tableChecks({ ...setting, draws: 50 }, [far], stored).map(statusOf), ["fails", "holds", "fails"]);
  const demo = readResults("data/selection/demonstration.csv");
  const trials = { flat: study.liveTrial(setting, flat.pool, silent), tilted: study.liveTrial(setting, tilted.pool, silent) };
  const gains = (pools: number) => checks.gainChecks({ ...setting, pools }, trials, demo).map(statusOf);
  assert.equal(gains(4).filter((status) => status === "outside its hypotheses").length, 3);
  assert.ok(gains(20).every((status) => status !== "outside its hypotheses"));
});

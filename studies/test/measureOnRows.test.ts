import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { Random } from "../../lib/dist/core/random.js";
import { SecondMoments } from "../../lib/dist/data/moments.js";
import { collectFeatures } from "../../lib/dist/diagnostic/collectFeatures.js";
import { projectRows, reduceMoments } from "../../lib/dist/diagnostic/components.js";
import { diagnose } from "../../lib/dist/diagnostic/diagnose.js";
import { diagnosisFigures } from "../../lib/dist/diagnostic/diagnosisFigures.js";
import { inFolder, npy } from "../../lib/test/data/files.ts";
import { momentsOfRows, realTrial } from "../dist/calibrationReal.js";
import { measureOnRows } from "../dist/measureOnRows.js";
import { readLabels } from "../dist/readLabels.js";

const d = 6;
/** Normal rows with given variances; column 2 is constant. */
const draw = (name: string, rows: number, variances: readonly number[]) => {
  const random = Random.seed(5).stream(name);
  return Float64Array.from({ length: rows * d }, (_, at) => (at % d === 2 ? 3 : 1 + Math.sqrt(variances[at % d]) * random.normal()));
};
const good = draw("good", 2000, [4, 2, 0, 1, 1e-4, 1e-4]);
const poor = draw("poor", 2000, [4, 2, 0, 0.05, 1e-4, 1e-4]);
const goal = draw("goal", 2000, [4, 2, 0, 1, 1e-4, 1e-4]);

test("moments of projected rows are the projected moments, whole and without a block", () => {
  const whole = momentsOfRows(good, d);
  const P = Random.seed(1).fillNormal(new Float64Array(2 * d));
  const after = momentsOfRows(projectRows(good, { loadings: P, components: 2 }), 2);
  const before = whole.project(P);
  for (const without of [undefined, 3]) {
    const [a, b] = [before.covariance(without), after.covariance(without)];
    a.forEach((value, at) => {
      assert.ok(Math.abs(value - b[at]) < 1e-10 * Math.abs(b[0]));
    });
  }
  before.mean.forEach((value, r) => {
    assert.ok(Math.abs(value - after.mean[r]) < 1e-10);
  });
  assert.throws(() => whole.project(new Float64Array(2 * d + 1)), /the projection's rows/);
});

test("components leave out what is constant everywhere, keep the large directions, and say how much they keep", () => {
  const moments = [poor, goal].map((values) => momentsOfRows(values, d));
  const reduction = reduceMoments([moments[0]], moments[1], 3);
  assert.deepEqual(reduction.constant, [2]);
  for (const share of reduction.kept) assert.ok(share > 0.999 && share <= 1);
  for (let r = 0; r < 3; r++) assert.equal(reduction.loadings[r * d + 2], 0);
  assert.throws(() => reduceMoments([moments[0]], moments[1], 6), /at most 5, the number of features that vary/);
});

test("a file with a constant column is diagnosed with components, names the feature that is under-covered, and is refused without", async () => {
  await inFolder(async (file) => {
    const [train, target] = [file("poor.npy", npy(2000, d, poor)), file("goal.npy", npy(2000, d, goal))];
    const ask = { train: [train], target, n: 50, m: Number.POSITIVE_INFINITY, steps: 20 };
    await assert.rejects(diagnose(ask), /--components R/);
    const diagnosis = await diagnose({ ...ask, components: 3 });
    assert.equal(diagnosis.prediction.verdict.call, "hurts");
    assert.equal(diagnosis.coverage.directions[0].features[0].feature, "x4");
    assert.deepEqual(diagnosis.reduction!.constant, ["x3"]);
    const figures = diagnosisFigures(diagnosis);
    assert.deepEqual(Object.keys(figures), ["spectra", "coverage", "prediction"]);
    await assert.rejects(diagnose({ ...ask, components: 7 }), /components must be at most 6/);
    // The projected features are read again, so that their fourth moments are known.
    const shrunk = await diagnose({ ...ask, components: 3, shrinkage: "ledoit-wolf" });
    for (const { shrinkage } of shrunk.spectra) assert.ok(shrinkage > 0 && shrinkage < 1, `${shrinkage}`);
  });
});

test("held-out rows are those that the moments do not contain, and labels follow them", async () => {
  await inFolder(async (file, folder) => {
    const found = await collectFeatures(file("goal.npy", npy(2000, d, goal)), { heldOut: 0.25, components: 3 });
    assert.equal(found.name, "goal");
    assert.equal(found.moments.count + found.heldOut.rows.length, 2000);
    assert.ok(found.heldOut.rows.length > 400 && found.heldOut.rows.length < 600);
    found.heldOut.rows.forEach((row, i) => {
      assert.deepEqual(found.heldOut.values.slice(i * d, (i + 1) * d), goal.slice(row * d, (row + 1) * d));
    });
    file("labels.csv", 'key,size\n"a,b",3\n"c",x\n');
    await assert.rejects(readLabels(join(folder, "labels.csv"), "size"), /row 2, column "size" of .*must hold a number/);
    await assert.rejects(readLabels(join(folder, "labels.csv"), "none"), /column must be one of key, size/);
  });
});

test("what is measured on normal rows lies in the predicted interval, for both verdicts, and ridge beats steps that diverge", async () => {
  const held = draw("held", 600, [4, 2, 0, 1, 1e-4, 1e-4]);
  const target = momentsOfRows(goal, d);
  const labels = Float64Array.from({ length: 600 }, (_, i) => 2 * held[i * d] - held[i * d + 3] + 7);
  for (const [values, call] of [
    [good, "helps"],
    [poor, "hurts"],
  ] as const) {
    const train = momentsOfRows(values, d);
    const setting = { n: 50, m: 60, steps: 12, components: 3, weights: [1] };
    const { prediction } = await diagnose({ ...setting, train: [{ name: "a", moments: train }], target: { name: "b", moments: target } });
    const found = measureOnRows({ ...setting, train: [train], target, rows: held, labels, prompts: 200 });
    assert.equal(prediction.verdict.call, call);
    assert.equal(found.weightError.call, call);
    for (const k of [1, 3, 12]) {
      const [p, q] = [prediction.curve[k].error, found.weightError.points[k]];
      assert.ok(p.low <= q.high && q.low <= p.high, `k = ${k}: ${p.low} ${p.high} against ${q.low} ${q.high}`);
    }
    // The label is linear: ridge misses only what the prompt's own mean misses, 1/m.
    assert.ok(found.realLabel!.ridge.high < 2 / 60 && found.linearLabel.ridge.high < 1e-4);
    if (call === "hurts") assert.ok(found.realLabel!.thinking.points[12].low > 1);
    else assert.ok(found.realLabel!.thinking.points[12].high < found.realLabel!.thinking.points[1].low);
  }
  const ok = { train: [target], target, rows: held, weights: [1], n: 5, m: 60, steps: 5 };
  assert.throws(() => measureOnRows({ ...ok, m: 500 }), /m must be an integer in \[2, 450\]/);
  assert.throws(() => measureOnRows({ ...ok, labels: [1] }), /labels must be 600 numbers/);
});

test("a trial on real rows is the same twice, and its parts agree", () => {
  const width = 24;
  const populations = ["a", "b", "c"].map((name) => {
    const random = Random.seed(3).stream(name);
    const values = Float64Array.from({ length: 400 * width }, (_, at) => random.normal() / (1 + (at % width)));
    const moments = new SecondMoments(width);
    moments.add(values);
    return { name, values, moments: moments.finish() };
  });
  const params = { regime: "near", promptFactor: Number.POSITIVE_INFINITY, trials: 1 } as const;
  const trial = realTrial(populations, params, Random.seed(9));
  assert.deepEqual(realTrial(populations, params, Random.seed(9)), trial);
  assert.equal(trial.wrong, Number((trial.call === "helps" && !trial.helps) || (trial.call === "hurts" && trial.helps === 1)));
  assert.ok(trial.logRegret >= 0 && Math.abs(trial.logMargin) <= 0.5);
  assert.equal(trial.helps, Number(trial.logMargin > 0));
});

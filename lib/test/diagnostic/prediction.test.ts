import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { calibrate, calibrationSettings, drawMoments } from "../../../studies/dist/calibration.js";
import { calibrationSummary } from "../../../studies/dist/calibrationSummary.js";
import { Random } from "../../dist/core/random.js";
import { coverageReport } from "../../dist/diagnostic/coverageReport.js";
import { drawTestPrompts, errorCurves, typicalLog } from "../../dist/diagnostic/errorCurve.js";
import { learnedPivot, learnedStep, taskMoments } from "../../dist/diagnostic/learnedStep.js";
import { predict } from "../../dist/diagnostic/prediction.js";
import { recommendMixture } from "../../dist/diagnostic/recommendation.js";
import { Sample } from "../../dist/diagnostic/sample.js";
import { Covariance } from "../../dist/model/covariance.js";
import { mixtureGamma, mixturePreconditioner } from "../../dist/model/mixture.js";
import { mixtureCoverage } from "../../dist/selection/coverage.js";
import { typicalBehaviour } from "../../dist/theory/finite/typicalBehaviour.js";
import { limitBestSteps } from "../../dist/theory/paper/limitBestSteps.js";
import { logMixtureLimitError } from "../../dist/theory/paper/mixtureLimitError.js";
import { overthinkingSpectrum } from "../../dist/theory/paper/overthinking.js";

const d = 5;
const flat = (covariance: Covariance) => Float64Array.from(covariance.matrix.to1DArray());
const random = Random.seed(12);
const draw = (name: string, exponent: number) => {
  const X = new Matrix(d, 40);
  const stream = random.stream(name);
  for (let i = 0; i < d; i++) for (let j = 0; j < 40; j++) X.set(i, j, stream.normal() * (i + 1) ** -exponent);
  return Covariance.fromMatrix(X.mmul(X.transpose()).div(40));
};
const first = draw("first", 0.4);
const second = draw("second", -0.2);
const target = draw("target", 0.2);
const mixture = { tasks: [first, second], weights: [0.3, 0.7], lengths: [12, 30] };
const moments = [taskMoments({ covariance: flat(first) }, d, 12), taskMoments({ covariance: flat(second) }, d, 30)];
const A = learnedStep(moments, mixture.weights, d);

function closeTo(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-10): void {
  for (let i = 0; i < expected.length; i++) {
    assert.ok(Math.abs(found[i] - expected[i]) <= tolerance * (1 + Math.abs(expected[i])), `${i}: ${found[i]} and ${expected[i]}`);
  }
}

/** Data of N rows with a covariance. */
const sampled = (name: string, covariance: Covariance, rows: number, law: "normal" | "heavy" = "normal") =>
  new Sample(name, drawMoments(flat(covariance), covariance.d, rows, law, random.stream("data", name, rows), false), "none");

test("what a mixture learns is what the library's closed forms say", () => {
  closeTo(A, mixturePreconditioner(mixture).to1DArray());
  const gamma = mixtureGamma(mixture);
  closeTo(learnedPivot(moments, mixture.weights, d), gamma.clone().add(gamma.transpose()).div(2).to1DArray());
});

test("curves at m = ∞ are the exact errors, for every scale of the target", () => {
  const curves = errorCurves(A, flat(target), drawTestPrompts({ d, m: Number.POSITIVE_INFINITY }, random), 30);
  for (const scale of [0.5, 1, 3]) {
    const logs = curves(scale, 30)[0];
    for (const k of [0, 1, 2, 7, 30]) {
      const expected = logMixtureLimitError({ ...mixture, target: target.scale(scale), k });
      assert.ok(Math.abs(logs[k] - expected) < 1e-9 * (1 + Math.abs(expected)), `scale ${scale}, k ${k}`);
    }
  }
});

test("curves at finite m average to the exact error of one step, and probes to the exact curve", () => {
  const m = 25;
  const tests = drawTestPrompts({ d, m, prompts: 4000 }, random.stream("prompts"));
  const curves = errorCurves(A, flat(target), tests, 1)(1, 1).map((logs) => Math.exp(logs[1]));
  // E_1 = d - 2 tr(AΣ) + tr(A[(1 + 1/m)Σ² + (tr Σ/m)Σ]Aᵀ)
  const a = Matrix.from1DArray(d, d, Array.from(A));
  const S = target.matrix;
  const inner = S.mmul(S)
    .mul(1 + 1 / m)
    .add(Matrix.mul(S, target.trace / m));
  const expected = d - 2 * a.mmul(S).trace() + a.mmul(inner).mmul(a.transpose()).trace();
  const mean = curves.reduce((sum, value) => sum + value, 0) / curves.length;
  const se = Math.sqrt(curves.reduce((sum, value) => sum + (value - mean) ** 2, 0) / curves.length / (curves.length - 1));
  assert.ok(Math.abs(mean - expected) < 4 * se, `${mean} ± ${se}, ${expected}`);
  const D = 40;
  const unit = Covariance.diagonal(new Float64Array(D).fill(1));
  const step = learnedStep([taskMoments({ covariance: flat(unit) }, D, 60)], [1], D);
  const probed = drawTestPrompts({ d: D, m: 200, prompts: 60 }, random.stream("probed"));
  const found = typicalLog(errorCurves(step, flat(unit), probed, 3)(1, 3), 3);
  const exact = {
    ...probed,
    starts: probed.starts.map(() => Float64Array.from({ length: D * D }, (_, at) => (at % (D + 1) === 0 ? 1 : 0))),
    probes: D,
  };
  assert.ok(Math.abs(found - typicalLog(errorCurves(step, flat(unit), exact, 3)(1, 3), 3)) < 0.05);
});

test("coverage agrees with the pencil of the theory, and its finite limit with the edge", () => {
  const [train, goal] = [sampled("train", first, 4000), sampled("goal", target, 4000)];
  const asCovariance = (sample: Sample) => Covariance.fromMatrix(Matrix.from1DArray(d, d, Array.from(sample.covariance)));
  const pair = { covariance: asCovariance(train), target: asCovariance(goal), n: 15 };
  const names = ["a", "b", "c", "d", "e"];
  const report = coverageReport({ tasks: [train], target: goal, weights: [1], lengths: [15], m: 60, confidence: 0.95, names });
  closeTo(
    report.mu.map(({ plugIn }) => plugIn),
    overthinkingSpectrum(pair),
  );
  const typical = typicalBehaviour({ ...pair, m: 60 });
  assert.equal(report.criticalTestLength, Math.floor(typical.criticalTestLength) + 1);
  assert.ok(Math.abs((2 * report.mu[0].plugIn) / report.limit - typical.edge) < 1e-9);
  const two = [sampled("one", first, 3000), sampled("two", second, 3000)];
  const mixed = coverageReport({
    tasks: two,
    target: goal,
    weights: [0.5, 0.5],
    lengths: [12, 30],
    m: Number.POSITIVE_INFINITY,
    confidence: 0.95,
    names,
  });
  const known = mixtureCoverage({ tasks: two.map(asCovariance), weights: [0.5, 0.5], lengths: [12, 30], target: asCovariance(goal) });
  assert.ok(Math.abs(1 / mixed.mu[0].plugIn - known.coverage) < 1e-9);
  assert.equal(mixed.limit, 2);
});

test("an uncovered direction is named by its features, with the source that fills it", () => {
  const names = ["length", "carry", "digits", "words", "depth"];
  const weak = sampled("weak", Covariance.diagonal([1, 1, 0.02, 1, 1]), 2000);
  const strong = sampled("strong", Covariance.diagonal([0.1, 0.1, 3, 0.1, 0.1]), 2000);
  const goal = sampled("goal", Covariance.diagonal([1, 1, 1, 1, 1]), 2000);
  const { directions } = coverageReport({
    tasks: [weak, strong],
    target: goal,
    weights: [1, 0],
    lengths: [200, 200],
    m: 1e6,
    confidence: 0.95,
    names,
  });
  assert.equal(directions[0].state, "under-covered");
  assert.equal(directions[0].features[0].feature, "digits");
  assert.ok(directions[0].features[0].correlation > 0.95);
  assert.equal(directions[0].fill, "strong");
  assert.equal(directions[1].state, "covered");
});

test("with many rows the verdict and the best k are those of the theory", () => {
  const tests = drawTestPrompts({ d, m: Number.POSITIVE_INFINITY }, random);
  const steps = 12;
  const muMax = overthinkingSpectrum({ covariance: first, target, n: 40 })[0];
  for (const [mu, call] of [
    [1.5, "helps"],
    [2.6, "hurts"],
  ] as const) {
    const goal = target.scale(mu / muMax);
    const prediction = predict({
      tasks: [sampled("train", first, 40000)],
      target: sampled(`goal ${mu}`, goal, 40000),
      weights: [1],
      lengths: [40],
      steps,
      confidence: 0.95,
      tests,
    });
    assert.equal(prediction.verdict.call, call);
    const { best } = limitOf(goal, steps);
    const { low, high, value } = prediction.verdict.bestSteps;
    assert.ok(low <= best && best <= high && low <= value && value <= high, `${low} ${value} ${high}, true ${best}`);
    const at = prediction.curve[2].error;
    const expected = Math.exp(logMixtureLimitError({ tasks: [first], weights: [1], lengths: 40, target: goal, k: 2 }));
    assert.ok(at.low <= expected && expected <= at.high);
    assert.equal(prediction.curve[0].error.value.toFixed(9), d.toFixed(9));
    assert.ok(prediction.safeSteps <= steps);
  }

  function limitOf(goal: Covariance, most: number) {
    const logs = Array.from({ length: most + 1 }, (_, k) =>
      logMixtureLimitError({ tasks: [first], weights: [1], lengths: 40, target: goal, k }),
    );
    const best = logs.indexOf(Math.min(...logs));
    if (best < most) assert.equal(limitBestSteps({ covariance: first, target: goal, n: 40 }), best);
    return { best };
  }
});

test("with few rows the verdict abstains and says how many would do", () => {
  const tests = drawTestPrompts({ d, m: Number.POSITIVE_INFINITY }, random);
  const setting = { weights: [1], lengths: [40], steps: 12, confidence: 0.95, tests };
  const goal = target.scale(2 / overthinkingSpectrum({ covariance: first, target, n: 40 })[0]);
  const few = predict({ tasks: [sampled("train", first, 60)], target: sampled("goal", goal, 60), ...setting });
  assert.equal(few.verdict.call, "unclear");
  assert.match(few.verdict.text, /^Not enough samples to tell\./);
  assert.ok(few.verdict.moreData!.factor > 1);
  assert.equal(few.verdict.moreData!.rows.goal, Math.ceil(60 * few.verdict.moreData!.factor));
  assert.ok(Math.abs(Object.values(few.sources).reduce((a, b) => a + b) - 1) < 1e-9);
});

test("no wrong calls, and few abstentions with many rows, on random settings", () => {
  const rows = [
    { regime: "helps", law: "normal", rowFactor: 100 },
    { regime: "hurts", law: "heavy", rowFactor: 100 },
    { regime: "boundary", law: "normal", rowFactor: 10 },
  ] as const;
  for (const family of rows) {
    const { wrong, abstained, trials } = calibrate({ ...family, promptFactor: Number.POSITIVE_INFINITY, trials: 15, steps: 10, seed: 3 });
    // At most 2.5 % of the calls may be wrong: two of fifteen have probability 0.05.
    assert.ok(wrong <= 1, `${family.regime}: ${wrong} wrong`);
    if (family.rowFactor === 100) assert.ok(abstained < trials.length / 2);
  }
  assert.ok(Object.values(calibrationSettings).reduce((sum, { trials }) => sum + trials, 0) >= 1000);
});

test("the summary's bound on wrong calls is Clopper and Pearson's", () => {
  const row = (wrong: number) => ({ wrong, call: "helps", bestCovered: 1, regime: "a" });
  const rows = Array.from({ length: 100 }, (_, i) => row(i < 2 ? 1 : 0));
  assert.ok(Math.abs(calibrationSummary(rows).wrongAtMost - 0.0616) < 1e-4);
  assert.ok(Math.abs(calibrationSummary(rows.slice(2)).wrongAtMost - (1 - 0.05 ** (1 / 98))) < 1e-9);
  assert.equal(calibrationSummary(rows, { regime: "b" }).trials, 0);
});

test("the recommended mixture covers what each source alone leaves out", () => {
  const one = sampled("one", Covariance.diagonal([1, 1, 1, 0.02, 0.02]), 3000);
  const two = sampled("two", Covariance.diagonal([0.02, 0.02, 1, 1, 1]), 3000);
  const goal = sampled("goal", Covariance.diagonal([0.8, 0.8, 0.8, 0.8, 0.8]), 3000);
  const search = { steps: 10, tests: drawTestPrompts({ d: 5, m: Number.POSITIVE_INFINITY }, Random.seed(1)) };
  const found = recommendMixture({ ...search, tasks: [one, two], target: goal, lengths: [100, 100] });
  assert.equal(found.status, "recommended");
  assert.ok(Math.abs(found.weights[0] - 0.5) < 0.1 && found.errors![0] < 0.1);
  assert.deepEqual(found.support, [1, 1]);
  const none = recommendMixture({
    ...search,
    tasks: [one, one],
    target: sampled("far", Covariance.diagonal([1, 1, 1, 4, 4]), 3000),
    lengths: [1000, 1000],
  });
  assert.equal(none.status, "none");
  assert.equal(recommendMixture({ ...search, tasks: [one], target: goal, lengths: [100] }).status, "single");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { SecondMoments } from "../../dist/data/moments.js";
import { diagnose } from "../../dist/diagnostic/diagnose.js";
import { drawTestPrompts, errorCurves } from "../../dist/diagnostic/errorCurve.js";
import { learnedStep, taskMoments } from "../../dist/diagnostic/learnedStep.js";
import { Sample } from "../../dist/diagnostic/sample.js";
import { trainingNeeds } from "../../dist/diagnostic/trainingNeeds.js";
import { Covariance } from "../../dist/model/covariance.js";
import { fourthMomentGamma, fourthMoments } from "../../dist/model/inputGamma.js";
import { logNonCommutingEquivalentCurve } from "../../dist/theory/finite/nonCommutingEquivalent.js";
import { criticalPrompts } from "../../dist/theory/pretraining/criticalPrompts.js";
import { momentErrorSampler } from "../../dist/theory/simulatedErrors.js";
import { inFolder, npy } from "../data/files.ts";

const flat = (covariance: Covariance) => Float64Array.from(covariance.matrix.to1DArray());
const random = Random.seed(31);

/** Rows of a spectrum, normal or multivariate t of ν = 9, shifted. */
function rowsOf(name: string, variances: readonly number[], rows: number, degrees = Number.POSITIVE_INFINITY, shift = 3): Float64Array {
  const stream = random.stream(name);
  const d = variances.length;
  const out = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) {
    const radius = degrees === Number.POSITIVE_INFINITY ? 1 : Math.sqrt((degrees - 2) / stream.chiSquare(degrees));
    for (let j = 0; j < d; j++) out[i * d + j] = shift + radius * Math.sqrt(variances[j]) * stream.normal();
  }
  return out;
}

function momentsOf(values: Float64Array, d: number, options: { centred?: boolean; fourth?: boolean } = { fourth: true }) {
  const moments = new SecondMoments(d, options);
  moments.add(values);
  return moments.finish();
}

const variances = [1.5, 1, 0.7, 0.5, 0.3];
const d = variances.length;

test("fourth moments are those of the rows: exactly about 0, and about the mean of symmetric rows up to what a shifted centre leaves", () => {
  const values = rowsOf("exact", variances, 3000, 9);
  const count = values.length / d;
  const expected = (centre: readonly number[]) => {
    const X = new Matrix(d, count);
    for (let i = 0; i < count; i++) for (let j = 0; j < d; j++) X.set(j, i, values[i * d + j] - centre[j]);
    return fourthMoments(X).fourth.to1DArray();
  };
  const zero = momentsOf(values, d, { centred: false, fourth: true }).fourthMoments()!;
  expected(new Array<number>(d).fill(0)).forEach((value, at) => void assert.ok(Math.abs(zero[at] - value) < 1e-9 * Math.abs(value)));
  const moments = momentsOf(values, d);
  const about = expected([...moments.mean]);
  const size = Math.max(...about.map(Math.abs));
  moments
    .fourthMoments()!
    .forEach((value, at) => void assert.ok(Math.abs(value - about[at]) < 0.02 * size, `${at}: ${value}, ${about[at]}`));
  // The trace has no term left out, and is what shrinkage uses.
  const trace = moments.fourthMoments()!.reduce((sum, value, at) => (at % (d + 1) === 0 ? sum + value : sum), 0);
  assert.ok(Math.abs(trace - moments.fourth) < 0.01 * moments.fourth);
  assert.equal(momentsOf(values, d, {}).fourthMoments(), undefined);
});

test("without a block they are those of the other rows, in any batches and any order of the features", () => {
  const values = rowsOf("blocks", variances, 2000, 9);
  const [one, two] = [new SecondMoments(d, { fourth: true }), new SecondMoments(d, { fourth: true })];
  one.add(values);
  for (let at = 0; at < values.length; at += 70 * d) two.add(values.subarray(at, Math.min(values.length, at + 70 * d)));
  const [a, b] = [one.finish(), two.finish()];
  assert.deepEqual(a.fourthMoments(3), b.fourthMoments(3));
  const mean = new Float64Array(d * d);
  a.blockRows.forEach((rows, block) => {
    const without = a.fourthMoments(block)!;
    for (let at = 0; at < d * d; at++) mean[at] += (without[at] * (a.count - rows)) / (a.count * (a.blockRows.length - 1));
  });
  a.fourthMoments()!.forEach((value, at) => void assert.ok(Math.abs(mean[at] - value) < 2e-3 * (1 + Math.abs(value))));
  const order = [4, 2, 0, 1, 3];
  const moved = a.rearrange(order).fourthMoments()!;
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) assert.equal(moved[i * d + j], a.fourthMoments()![order[i] * d + order[j]]);
});

test("the step that is learned of t rows is the one of their fourth moments", () => {
  const sample = new Sample("t", momentsOf(rowsOf("learned", variances, 4000, 9), d), "none");
  const covariance = Covariance.fromMatrix(Matrix.from1DArray(d, d, Array.from(sample.covariance)));
  const fourth = Matrix.from1DArray(d, d, Array.from(sample.moments.fourthMoments()!));
  const A = learnedStep([taskMoments(sample, d, 12)], [1], d);
  // K is divided by N, the covariance by N - 1.
  const excessOver = fourthMomentGamma({ covariance, fourth, n: 12 });
  const product = Matrix.from1DArray(d, d, Array.from(A)).mmul(excessOver);
  assert.ok(Matrix.sub(product, Matrix.eye(d)).abs().max() < 1e-9);
});

test("of many features the errors at finite m are the non-commuting equivalent's, for every scale, and those of drawn prompts", () => {
  const D = 80;
  const lambda = Covariance.diagonal(Array.from({ length: D }, (_, i) => (i + 1) ** -0.5));
  const sigma = Covariance.fromMatrix(
    Array.from({ length: D }, (_, i) => Array.from({ length: D }, (_, j) => 0.25 * 0.4 ** Math.abs(i - j))),
  );
  const A = learnedStep([taskMoments({ covariance: flat(lambda) }, D, 40)], [1], D);
  const m = 200;
  const curves = errorCurves(A, flat(sigma), drawTestPrompts({ d: D, m }, random), 20);
  for (const scale of [1, 0.6, 1.7]) {
    const expected = logNonCommutingEquivalentCurve({ covariance: lambda, target: sigma.scale(scale), n: 40, m }, 20);
    const found = curves(scale, 20)[0];
    expected.forEach((log, k) => void assert.ok(Math.abs(found[k] - log) < 1e-8, `scale ${scale}, k ${k}: ${found[k]}, ${log}`));
  }
  // A mixture's A is not symmetric: one that no pencil has, against drawn prompts.
  const two = learnedStep(
    [taskMoments({ covariance: flat(lambda) }, D, 40), taskMoments({ covariance: flat(sigma) }, D, 25)],
    [0.4, 0.6],
    D,
  );
  const predicted = errorCurves(two, flat(sigma), drawTestPrompts({ d: D, m }, random), 8)(1, 8)[0];
  for (const k of [1, 4, 8]) {
    const draw = momentErrorSampler({ preconditioner: Matrix.from1DArray(D, D, Array.from(two)), target: sigma, m, k });
    const logs = Array.from({ length: 24 }, (_, p) => Math.log(draw(random.stream("drawn", k, p))));
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    assert.ok(Math.abs(mean - predicted[k]) < 0.02 * (1 + k / 2), `k ${k}: ${mean}, ${predicted[k]}`);
  }
});

test("prompts needed are criticalPrompts, fourth moments are recognised, and the first step feels them", () => {
  const spectrum = Covariance.diagonal(variances);
  for (const [name, degrees] of [
    ["normal", Number.POSITIVE_INFINITY],
    ["heavy", 9],
  ] as const) {
    const tasks = [new Sample(name, momentsOf(rowsOf(name, variances, 40000, degrees), d), "none")];
    const target = new Sample("goal", momentsOf(rowsOf(`${name} goal`, variances, 20000), d), "none");
    const params = { tasks, target, weights: [1], lengths: [20], confidence: 0.999, m: 50 };
    const { prompts, radial, firstStep } = trainingNeeds(params, random.stream("needs"));
    // E‖x‖⁴ of a t law is (ν - 2)/(ν - 4) times the normal one.
    const rho = degrees === 9 ? 7 / 5 : 1;
    const expected = criticalPrompts({ covariance: spectrum, n: 20 });
    // M = (1 - 1/n)Λ² + ρ(2Λ² + tr(Λ)Λ)/n.
    const heavy = d + 1 + variances.reduce((sum, value) => sum + (-1 + 2 * rho + (rho * spectrum.trace) / value) / 20, 0);
    const truth = rho === 1 ? expected : heavy;
    assert.ok(prompts.low < truth && truth < prompts.high, `${name}: ${prompts.low} ${truth} ${prompts.high}`);
    assert.ok(prompts.high - prompts.low < 0.3 * truth);
    assert.ok(radial[name].low < rho && rho < radial[name].high, `${name}: ${radial[name].low} to ${radial[name].high}`);
    if (rho === 1) assert.ok(Math.abs(firstStep!.value - 1) < 0.02);
    else assert.ok(firstStep!.low > 1.02, `${firstStep!.low}`);
  }
});

test("files are judged by their own fourth moments, also in other coordinates, and more features than are drawn for get a mixture", async () => {
  await inFolder(async (file) => {
    const one = file("one.npy", npy(4000, d, rowsOf("one", variances, 4000, 9)));
    const goal = file("goal.npy", npy(4000, d, rowsOf("goal", variances, 4000)));
    const asked = { train: [one], target: goal, n: 20, m: 50, steps: 5, prompts: 20 } as const;
    const plain = await diagnose(asked);
    assert.ok(plain.training.radial["one.npy"].low > 1.1);
    const rotated = await diagnose({ ...asked, components: d });
    // A rotation keeps ‖x‖⁴.
    const [a, b] = [plain.training.radial["one.npy"], rotated.training.radial["one.npy"]];
    assert.ok(Math.abs(a.value - b.value) < 0.02 * a.value);
    assert.ok(Math.abs(plain.prediction.curve[3].error.value / rotated.prediction.curve[3].error.value - 1) < 0.05);
    assert.ok(plain.prediction.damping.low <= plain.prediction.damping.value);
    const standard = await diagnose({ ...asked, standardise: true });
    assert.ok(standard.training.radial["one.npy"].low > 1.1);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../lib/dist/core/random.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { inverseGamma } from "../../lib/dist/model/gamma.js";
import { structuredParameters } from "../../lib/dist/model/linearSelfAttention.js";
import { samplePrompt } from "../../lib/dist/model/prompt.js";
import { newtonDistance, proposition32 } from "../../lib/dist/theory/paper/proposition32.js";
import {
  chainWays,
  excessBand,
  excessOver,
  hessianDistances,
  layerErrors,
  lossDerivatives,
  methodCurves,
  methodNamed,
  overSteps,
  planePaths,
  promptRace,
  promptTestLoss,
  relativeGap,
  STEPWISE,
  shareBelow,
  stoppedAtBest,
  stoppedGap,
  UNDER_NOISE,
} from "../dist/pseudoNewton.js";

const training = { covariance: Covariance.diagonal([1, 0.5, 0.25]), n: 20 };
const preconditioner = inverseGamma(training);
const promptOf = (m: number, seed = 1) => samplePrompt({ covariance: training.covariance, n: m }, Random.seed(seed));

test("a relative gap is measured against the largest entry, or a given size", () => {
  assert.equal(relativeGap([1, 2], [1, 4]), 0.5);
  assert.equal(relativeGap([1, 2], [1, 4], 10), 0.2);
  assert.equal(relativeGap([0, 0], [0, 0]), 0);
});

test("all ways of a chain agree, also where it diverges", () => {
  for (const m of [1, 2, 40]) {
    const { gaps, layer, closedForm, sizes } = chainWays({ prompt: promptOf(m), preconditioner, c: 0.7, steps: 60 });
    assert.equal(layer.length, 61);
    assert.equal(closedForm.length, 61);
    assert.ok(sizes.every((size, k) => k === 0 || size >= sizes[k - 1]));
    for (const [way, gap] of Object.entries(gaps)) assert.ok(gap < 1e-11, `${way}, m = ${m}: ${gap}`);
  }
  const wrong = chainWays({ prompt: promptOf(40), preconditioner: Matrix.eye(3), c: 0.7, steps: 5 });
  const right = chainWays({ prompt: promptOf(40), preconditioner, c: 0.7, steps: 5 });
  assert.ok(relativeGap(wrong.layer[5], right.layer[5]) > 1e-3);
});

test("the derivatives of the test loss are those of the formulas", () => {
  const prompt = promptOf(7);
  assert.ok(promptTestLoss(prompt, prompt.w) < 1e-28);
  const { gradient, hessian } = lossDerivatives(prompt, Float64Array.of(0.5, -1, 2));
  assert.ok(gradient < 1e-9 && hessian < 1e-12, `${gradient}, ${hessian}`);
});

test("distances to S are near those to Λ for endless prompts, and at least 1 for m < d", () => {
  const at = { covariance: training.covariance, lengths: [1, 20, 1000], prompts: 11, random: Random.seed(2) };
  const far = hessianDistances({ ...at, m: 1e7 });
  for (const [i, n] of at.lengths.entries()) {
    const { contraction } = newtonDistance({ covariance: training.covariance, n, hessian: training.covariance });
    assert.ok(Math.abs(far[i].value - contraction) < 3e-3, `n = ${n}: ${far[i].value}, ${contraction}`);
  }
  assert.ok(hessianDistances({ ...at, m: 2 }).every(({ value }) => value >= 1 - 1e-12));
});

test("errors of the layer over random weights are those of the closed form", async () => {
  const layer = structuredParameters({ V31: Matrix.mul(preconditioner, -1 / 0.7), c: 0.7 });
  const { X } = promptOf(10);
  const errors = await layerErrors({ inputs: X, layer, ks: [1, 4], draws: 800, random: Random.seed(3) });
  for (const { k, mean, standardError } of errors) {
    const expected = proposition32.predict({ ...training, inputs: X, k, c: 0.7 });
    assert.ok(Math.abs(mean - expected) < 4.5 * standardError, `k = ${k}: ${mean} ± ${standardError}, ${expected}`);
  }
});

test("methods come under their names, race on one prompt and meet on many", async () => {
  const race = promptRace(
    promptOf(12),
    STEPWISE.map((name) => methodNamed(name, training)),
    10,
  );
  assert.deepEqual(
    race.map(({ name }) => name),
    [...STEPWISE],
  );
  assert.equal(race[2].errors[10], null); // conjugate gradients have arrived
  assert.ok(race[3].toHundredth !== null && race[3].toHundredth <= 3);
  const noisy = { ...training, noise: 0.5 };
  const curves = await methodCurves({ methods: UNDER_NOISE, training: noisy, m: 12, steps: 6, draws: 400, seed: 5 });
  const excess = excessOver(curves["chain of thought"], curves["Bayes ridge"]);
  assert.ok(excess.slice(1).every((point) => point && point.mean > -4 * point.standardError));
  assert.deepEqual(
    excessOver(curves["Bayes ridge"], curves["Bayes ridge"]).map((point) => point?.mean),
    new Array(7).fill(0),
  );
  const { y, lower } = excessBand(excess);
  assert.equal(y[0], null);
  assert.ok(lower.every((value) => value === null || value > 0));
  const [short, long] = overSteps([{ y: [1, null, null, null] }, { y: [1, 2, 3, null] }]);
  assert.deepEqual(
    [short.x, short.y, long.y],
    [
      [0, 1, 2],
      [1, null, null],
      [1, 2, 3],
    ],
  );
  const bayes = stoppedAtBest(curves["Bayes ridge"]);
  assert.equal(bayes.k, 1);
  const chain = stoppedAtBest(curves["chain of thought"]);
  assert.ok(chain.mean <= curves["chain of thought"].mean[6] * (1 + 1e-9));
  assert.ok(stoppedAtBest(curves["chain of thought"], 0.1).values.every((value) => value <= 0.1));
  assert.ok(stoppedGap(bayes, chain).mean < 0);
  assert.equal(shareBelow(curves["Bayes ridge"], curves["Bayes ridge"], 3), 0);
});

test("paths in the plane start at 0, and the frame holds them up to three times the way", () => {
  const { paths, levels, frame } = planePaths({ weak: 1e-4, n: 1000, m: 2, random: Random.seed(6) });
  assert.equal(paths.length, 4);
  for (const { x, y } of paths) assert.deepEqual([x[0], y[0], x.length], [0, 0, 9]);
  assert.ok(frame.x[0] < 0 && frame.x[1] > 1 && frame.x[1] <= 6 && frame.y[0] >= -4.5);
  const [newton] = paths.filter(({ name }) => name === "Newton");
  assert.ok(Math.abs(newton.x[8] - 1) < 1e-6 && Math.abs(newton.y[8] - 1) < 1e-3);
  for (const { x, y } of levels) assert.ok(x.every((value, i) => (value === null) === (y[i] === null)));
});

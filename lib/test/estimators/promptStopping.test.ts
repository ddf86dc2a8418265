import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { inputStopping, residualStopping } from "../../dist/estimators/promptStopping.js";
import { Covariance } from "../../dist/model/covariance.js";
import { inverseGamma } from "../../dist/model/gamma.js";
import { samplePrompt } from "../../dist/model/prompt.js";
import { cotError } from "../../dist/simulation/cotError.js";
import { simulate } from "../../dist/simulation/simulate.js";
import { largestStepEigenvalue } from "../../dist/theory/finite/typicalBehaviour.js";

const d = 5;
const identity = Covariance.diagonal(new Float64Array(d).fill(1));
const covariance = Covariance.diagonal([2.8, 1.4, 0.93, 0.7, 0.56]);
const preconditioner = inverseGamma({ covariance, n: 20 });
const draw = (i: number, noise = 0) => samplePrompt({ covariance: identity, n: 8, noise }, Random.seed(7).stream("prompt-stopping", i));

test("without noise the fit of the prompt is convex in k and grows in the end exactly when the largest eigenvalue exceeds 2", () => {
  let diverging = 0;
  for (let i = 0; i < 200; i++) {
    const prompt = draw(i);
    const { criterion } = residualStopping(prompt, { preconditioner, maxSteps: 400 });
    for (let k = 1; k + 1 <= 400; k++) {
      const bend = criterion[k + 1] - 2 * criterion[k] + criterion[k - 1];
      if (Number.isFinite(bend)) assert.ok(bend >= -1e-9 * criterion[k + 1] - 1e-12, `prompt ${i}, k ${k}: ${bend}`);
    }
    const S = prompt.X.mmul(prompt.X.transpose()).mul(1 / 8);
    const mu = largestStepEigenvalue({ covariance, n: 20, S });
    if (Math.abs(mu - 2) < 0.05) continue;
    if (mu > 2) diverging++;
    assert.equal(criterion[400] > criterion[0], mu > 2, `prompt ${i}: ${mu}`);
  }
  assert.ok(diverging > 20 && diverging < 180, String(diverging));
});

test("the fit of the prompt is the error in the metric of S", () => {
  const prompt = draw(1);
  const { criterion } = residualStopping(prompt, { preconditioner, maxSteps: 1 });
  const atStart = prompt.y.reduce((sum, y) => sum + y * y, 0) / 8;
  assert.ok(Math.abs(criterion[0] / atStart - 1) < 1e-12);
  const C = Matrix.eye(d, d).sub(
    preconditioner
      .mmul(prompt.X)
      .mmul(prompt.X.transpose())
      .mul(1 / 8),
  );
  const e = C.mmul(Matrix.columnVector(Array.from(prompt.w)));
  const inS = prompt.X.transpose().mmul(e).norm("frobenius") ** 2 / 8;
  assert.ok(Math.abs(criterion[1] / inS - 1) < 1e-12);
});

test("the criterion of the inputs is the error averaged over w, and the labels are not read", async () => {
  const prompt = draw(2);
  const { criterion } = inputStopping(prompt, { preconditioner, maxSteps: 4 });
  assert.equal(criterion[0], d);
  const S = Covariance.fromMatrix(prompt.X.mmul(prompt.X.transpose()).mul(1 / 8));
  const exact = await simulate(cotError({ test: S, m: Infinity, steps: 4, train: { covariance, n: 20 } }), {
    draws: 2,
    seed: 1,
    workers: 1,
  });
  for (let k = 0; k <= 4; k++) assert.ok(Math.abs(criterion[k] / exact.curves[0].mean[k] - 1) < 1e-10);
  const relabelled = { X: prompt.X, y: new Float64Array(8) };
  assert.deepEqual(inputStopping(relabelled, { preconditioner, maxSteps: 4 }).criterion, criterion);
});

test("both stop at the least of what they watch, and an overflow is infinite, not NaN", () => {
  for (const rule of [residualStopping, inputStopping]) {
    const { steps, criterion } = rule(draw(3), { preconditioner, maxSteps: 30 });
    assert.equal(criterion[steps], Math.min(...criterion));
    const wild = rule(draw(3), { preconditioner: Matrix.eye(d, d).mul(-1e90), maxSteps: 10 });
    assert.equal(wild.steps, 0);
    assert.equal(wild.criterion[10], Number.POSITIVE_INFINITY);
    assert.ok(wild.criterion.every((value) => !Number.isNaN(value)));
    assert.throws(() => rule(draw(3), { preconditioner, maxSteps: 1.5 }), /maxSteps must be an integer >= 1, got 1.5/);
    assert.throws(() => rule(draw(3), { preconditioner: Matrix.eye(2, 2), maxSteps: 3 }), /preconditioner must be 5x5/);
  }
});

test("with fewer pairs than dimensions the inputs' criterion is the same, from matrices of the pairs", () => {
  const prompt = samplePrompt({ covariance: identity, n: 3 }, Random.seed(7).stream("few"));
  // The second one is not symmetric, as an estimated preconditioner need not be.
  for (const A of [preconditioner, preconditioner.clone().set(0, 3, 0.2)]) {
    const { criterion } = inputStopping(prompt, { preconditioner: A, maxSteps: 6 });
    const step = Matrix.eye(d, d).sub(
      A.mmul(prompt.X)
        .mmul(prompt.X.transpose())
        .mul(1 / 3),
    );
    let power = Matrix.eye(d, d);
    criterion.forEach((value, k) => {
      const square = power.norm("frobenius") ** 2;
      assert.ok(Math.abs(value / square - 1) < 1e-12, `k ${k}: ${value} ${square}`);
      power = step.mmul(power);
    });
  }
});

test("an overflow of the inputs' criterion counts as infinite", () => {
  const prompt = samplePrompt({ covariance: identity.scale(1e60), n: 3 }, Random.seed(7).stream("overflow"));
  const { steps, criterion } = inputStopping(prompt, { preconditioner, maxSteps: 8 });
  assert.equal(steps, 0);
  assert.equal(criterion[8], Number.POSITIVE_INFINITY);
});

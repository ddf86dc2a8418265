import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../../dist/core/random.js";
import { learnedPreconditioner } from "../../../dist/estimators/preconditioner.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { limitError, logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { largestStableStep } from "../../../dist/theory/paper/theorem31.js";
import { gradientDescent } from "../../../dist/theory/training/gradientDescent.js";
import { logTrainedChainError, trainedChainError, trainingForSteps } from "../../../dist/theory/training/trainingForSteps.js";
import { rotated } from "../../support/lsa.ts";

const covariance = rotated([2, 1, 0.4], Random.seed(2));
const params = { covariance, n: 15, c: 0.7, step: 0 };
const step = largestStableStep(params) / 2;

/** ‖(I - AΛ)^k‖_F² of the layer as trained. */
function trainedError(steps: number, k: number): number {
  const { V31 } = gradientDescent({ ...params, step, steps });
  const once = Matrix.eye(3, 3).sub(learnedPreconditioner({ V31, c: 0.7 }).mmul(covariance.matrix));
  let product = once;
  for (let i = 1; i < k; i++) product = product.mmul(once);
  return product.norm("frobenius") ** 2;
}

test("the error of the trained chain is that of the layer that gradient descent leaves", () => {
  for (const [steps, k] of [
    [0, 3],
    [1, 1],
    [7, 4],
    [40, 12],
  ] as const) {
    assert.ok(Math.abs(trainedChainError({ ...params, step, k }, steps) / trainedError(steps, k) - 1) < 1e-9);
  }
});

test("training for long enough gives the closed form's error, and one step less does not", () => {
  for (const k of [1, 5, 20]) {
    const enough = trainingForSteps({ ...params, step, k, tolerance: 0.01 });
    const goal = 1.01 * limitError({ covariance, n: 15, k });
    assert.ok(trainedChainError({ ...params, step, k }, enough) <= goal);
    assert.ok(trainedChainError({ ...params, step, k }, enough - 1) > goal);
  }
});

test("a weak direction takes millions of steps of training, found in no time", () => {
  const hard = { covariance: Covariance.diagonal([1, 1e-3]), n: 1e4, c: 0.7, k: 20 };
  const run = { ...hard, step: largestStableStep(hard) / 2, tolerance: 0.01 };
  const enough = trainingForSteps(run);
  assert.ok(enough > 5e6, `${enough}`);
  const log = (trained: number) => logTrainedChainError(run, trained) - logLimitError(hard);
  assert.ok(log(enough) <= Math.log1p(0.01) && log(enough - 1) > Math.log1p(0.01));
});

test("above the steps for which the error falls throughout, the first T is found too", () => {
  const run = { ...params, step: 1.8 * step, k: 7, tolerance: 0.05 };
  const enough = trainingForSteps(run);
  const goal = 1.05 * limitError({ covariance, n: 15, k: 7 });
  const reached = Array.from({ length: enough + 1 }, (_, trained) => trainedChainError(run, trained) <= goal);
  assert.equal(reached.indexOf(true), enough);
});

test("the logarithm is that of the error", () => {
  const at = { ...params, step, k: 4 };
  assert.ok(Math.abs(logTrainedChainError(at, 30) - Math.log(trainedChainError(at, 30))) < 1e-12);
});

test("ten times the steps of thinking take a constant amount of training more", () => {
  const needed = [10, 100, 1000].map((k) => trainingForSteps({ ...params, step, k, tolerance: 0.01 }));
  const [first, second] = [needed[1] - needed[0], needed[2] - needed[1]];
  assert.ok(first > 0 && Math.abs(first - second) <= 2, `${needed}`);
});

test("a step past the stable range, and a limit too low, are refused", () => {
  assert.throws(
    () => trainingForSteps({ ...params, step: 2.1 * step, k: 1, tolerance: 0.01 }),
    /step must be below the largest stable step/,
  );
  assert.throws(() => trainingForSteps({ ...params, step, k: 50, tolerance: 0.01, limit: 3 }), /limit must be/);
});

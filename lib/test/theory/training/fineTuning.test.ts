import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { HypothesisError } from "../../../dist/core/check.js";
import { Random } from "../../../dist/core/random.js";
import { meanAndError } from "../../../dist/core/statistics.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { inverseGamma } from "../../../dist/model/gamma.js";
import { limitError } from "../../../dist/theory/paper/overthinking.js";
import { populationGradient } from "../../../dist/theory/paper/theorem31.js";
import { fittedLayerSampler } from "../../../dist/theory/pretraining/fittedLayer.js";
import { logIsotropicPretrainingCurve } from "../../../dist/theory/pretraining/isotropicPretraining.js";
import { productNorm } from "../../../dist/theory/simulatedErrors.js";
import * as tuning from "../../../dist/theory/training/fineTuning.js";
import { assertClose } from "../../support/reference.ts";
import { rotated } from "../paper/support.ts";

const base = {
  pretraining: Covariance.diagonal([1, 0.5, 0.25, 0.125]),
  fineTuning: Covariance.diagonal([0.2, 0.4, 0.8, 1]),
  n: 20,
  step: 0.4,
};
const turned = { pretraining: rotated([1, 0.5, 0.2], 3), fineTuning: rotated([0.4, 0.9, 0.3], 4), n: 12, step: 0.3 };

test("the closed form is gradient descent on the population loss, update by update", () => {
  const { pretraining, fineTuning, n, step } = turned;
  // Theorem 3.1's loss with c = -1 is that of A = V31.
  let A = inverseGamma({ covariance: pretraining, n });
  for (let t = 0; t < 7; t++) {
    const found = tuning.fineTunedPreconditioner({ ...turned, updates: t });
    assert.ok(Matrix.sub(found, A).norm("frobenius") < 1e-12, `t = ${t}`);
    A = Matrix.sub(A, populationGradient({ covariance: fineTuning, n, c: -1, V31: A }).mul(step));
  }
});

test("no update is the base model, many are the new task's own layer", () => {
  const { pretraining, fineTuning, n } = turned;
  const error = (updates: number) => tuning.fineTunedError({ ...turned, updates, k: 4 });
  assertClose(error(0), limitError({ covariance: pretraining, target: fineTuning, n, k: 4 }), 1e-10);
  assertClose(error(5000), limitError({ covariance: fineTuning, n, k: 4 }), 1e-9);
});

test("the first helpful update is where the growth passes 1", () => {
  for (const params of [base, turned, { ...base, step: 0.01 }, { ...base, step: 0.8 }]) {
    const first = tuning.firstHelpfulUpdate(params);
    assert.ok(tuning.fineTunedGrowth({ ...params, updates: first }) < 1);
    if (first > 0) assert.ok(tuning.fineTunedGrowth({ ...params, updates: first - 1 }) >= 1);
  }
  assert.ok(tuning.firstHelpfulUpdate({ ...base, step: 0.01 }) > tuning.firstHelpfulUpdate(base));
  // A misaligned fine-tune may never help: the target asks more than twice what either task covers.
  assert.equal(tuning.firstHelpfulUpdate({ ...base, target: Covariance.diagonal([5, 1, 1, 1]) }), Number.POSITIVE_INFINITY);
});

test("what is learned for the new task is lost for the old one", () => {
  const forgetting = (updates: number) => tuning.logForgetting({ ...base, updates, k: 10 });
  assert.equal(forgetting(0), 0);
  assert.ok(forgetting(5) > 1 && forgetting(500) > forgetting(5));
  const direct = Math.log(
    limitError({ covariance: base.fineTuning, target: base.pretraining, n: 20, k: 10 }) /
      limitError({ covariance: base.pretraining, n: 20, k: 10 }),
  );
  assertClose(forgetting(5000), direct, 1e-9);
});

test("with B prompts the base model's noise wears off; simulated by fitting the base model", () => {
  const ones = Covariance.diagonal(new Float64Array(40).fill(1));
  const fine = Covariance.diagonal(new Float64Array(40).fill(0.8));
  const params = { pretraining: ones, fineTuning: fine, n: 40, step: 0.3, prompts: 120 };
  const start = tuning.logFineTunedCurve({ ...params, target: ones, updates: 0 }, 6);
  logIsotropicPretrainingCurve({ d: 40, n: 40, prompts: 120 }, 6).forEach((log, k) => {
    assertClose(start[k], log, 1e-10);
  });
  const updates = 2;
  const predicted = Math.exp(tuning.logFineTunedCurve({ ...params, updates }, 2)[2]);
  const fit = fittedLayerSampler({ covariance: ones, n: 40, prompts: 120 });
  const random = Random.seed(5);
  const draws = Array.from({ length: 40 }, () => {
    let A = Matrix.from1DArray(40, 40, fit(random));
    for (let t = 0; t < updates; t++) A = Matrix.sub(A, populationGradient({ covariance: fine, n: 40, c: -1, V31: A }).mul(params.step));
    return productNorm(A, 2)(Float64Array.from(fine.matrix.to1DArray()));
  });
  const { mean, standardError } = meanAndError(draws);
  assert.ok(Math.abs(mean - predicted) <= 4 * standardError + 0.04 * predicted, `${predicted}, simulated ${mean} ± ${standardError}`);
});

test("bad input is named", () => {
  assert.throws(() => tuning.fineTunedError({ ...base, step: 5, updates: 1, k: 1 }), /step must be below the largest stable step/);
  assert.throws(() => tuning.fineTunedError({ ...base, fineTuning: Covariance.diagonal([1, 1, 1, 0]), updates: 1, k: 1 }), HypothesisError);
  assert.throws(() => tuning.logFineTunedCurve({ ...turned, updates: 1, prompts: 20 }, 2), HypothesisError);
  assert.throws(() => tuning.logFineTunedCurve({ ...base, updates: 1, prompts: 5 }, 2), HypothesisError);
  assert.throws(
    () => tuning.fineTunedError({ ...base, updates: 300, k: 1e6, target: Covariance.diagonal([9, 9, 9, 9]) }),
    /logFineTunedError/,
  );
});

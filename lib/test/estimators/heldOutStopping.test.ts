import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { heldOutStopping } from "../../dist/estimators/heldOutStopping.js";
import { chainOfThought } from "../../dist/estimators/preconditionedIteration.js";
import { Covariance } from "../../dist/model/covariance.js";
import { inverseGamma } from "../../dist/model/gamma.js";
import { samplePrompt } from "../../dist/model/prompt.js";

const identity = (d: number) => Covariance.diagonal(new Float64Array(d).fill(1));
const tilted = Covariance.diagonal([2.8, 1.4, 0.9, 0.7]);
const preconditioner = inverseGamma({ covariance: tilted, n: 10 });
const draw = (i: number, m = 8, noise = 0) => samplePrompt({ covariance: identity(4), n: m, noise }, Random.seed(7).stream("held-out", i));

test("the criterion is the held-out error of chains that are run on the other pairs", () => {
  const prompt = draw(0, 7, 0.3);
  const maxSteps = 12;
  for (const folds of [2, 3, 7]) {
    const { criterion } = heldOutStopping(prompt, { preconditioner, maxSteps, folds });
    const expected = new Float64Array(maxSteps + 1);
    for (let fold = 0; fold < folds; fold++) {
      const kept = [0, 1, 2, 3, 4, 5, 6].filter((j) => j % folds !== fold);
      const X = prompt.X.subMatrixColumn(kept);
      const y = Float64Array.from(kept, (j) => prompt.y[j]);
      chainOfThought({ preconditioner })
        .estimate({ X, y }, maxSteps)
        .forEach((w, k) => {
          for (let j = fold; j < 7; j += folds) {
            const fit = prompt.X.getColumn(j).reduce((sum, x, i) => sum + x * w[i], 0);
            expected[k] += (prompt.y[j] - fit) ** 2 / 7;
          }
        });
    }
    for (let k = 0; k <= maxSteps; k++)
      assert.ok(Math.abs(criterion[k] / expected[k] - 1) < 1e-9, `folds ${folds}, k ${k}: ${criterion[k]} ${expected[k]}`);
  }
});

test("leaving out every pair alone is the default, and the hidden weights are not read", () => {
  const prompt = draw(1);
  const { X, y } = prompt;
  const choice = heldOutStopping({ X, y }, { preconditioner, maxSteps: 10 });
  assert.deepEqual(choice, heldOutStopping(prompt, { preconditioner, maxSteps: 10, folds: 8 }));
  assert.equal(choice.criterion[choice.steps], Math.min(...choice.criterion));
});

test("a chain whose every step helps is not stopped, and one whose first step hurts is not started", () => {
  // One dimension, A S = x² a: a factor 1 - a x² of each step, |.| < 1 on the left and > 1 on the right.
  const prompt = { X: new Matrix([[1, 1, 1]]), y: Float64Array.from([2, 2, 2]) };
  for (const stop of ["least", "first-rise"] as const) {
    assert.equal(heldOutStopping(prompt, { preconditioner: new Matrix([[0.5]]), maxSteps: 9, stop }).steps, 9);
    assert.equal(heldOutStopping(prompt, { preconditioner: new Matrix([[2.5]]), maxSteps: 9, stop }).steps, 0);
  }
});

test("the first rise comes no later than the least value", () => {
  for (let i = 0; i < 50; i++) {
    const prompt = draw(i, 9, 0.5);
    const params = { preconditioner, maxSteps: 20, folds: 3 };
    assert.ok(heldOutStopping(prompt, { ...params, stop: "first-rise" }).steps <= heldOutStopping(prompt, params).steps);
  }
});

test("a chain that overflows has infinite held-out errors and is stopped before", () => {
  const { steps, criterion } = heldOutStopping(draw(2), { preconditioner: Matrix.eye(4, 4).mul(1e80), maxSteps: 10 });
  assert.equal(steps, 0);
  assert.equal(criterion[10], Number.POSITIVE_INFINITY);
  assert.ok(criterion.every((value) => !Number.isNaN(value)));
});

test("bad arguments are refused by name", () => {
  const prompt = draw(3);
  assert.throws(() => heldOutStopping(prompt, { preconditioner, maxSteps: 0 }), /heldOutStopping: maxSteps must be an integer >= 1, got 0/);
  assert.throws(() => heldOutStopping(prompt, { preconditioner, maxSteps: 5, folds: 9 }), /folds must be an integer in \[2, 8\], got 9/);
  assert.throws(() => heldOutStopping(prompt, { preconditioner, maxSteps: 5, stop: "never" as "least" }), /stop must be one of/);
  assert.throws(() => heldOutStopping(prompt, { preconditioner: Matrix.eye(3, 3), maxSteps: 5 }), /preconditioner must be 4x4/);
  assert.throws(() => heldOutStopping(draw(3, 1), { preconditioner, maxSteps: 5 }), /prompt must be of at least 2 pairs, got 1/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../lib/dist/core/random.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { preconditionerFits } from "../dist/preconditionerFits.js";
import { criticalPrompts, methodsOf, stepsForOneSolution } from "../dist/questions.js";
import { powerLaw } from "../dist/scalingLaw.js";

test("the critical number of prompts is (d + 1)(1 + d/n) for isotropic inputs, and rises with the mean hardness", () => {
  assert.ok(Math.abs(criticalPrompts(powerLaw(60, 0), 30) - 183) < 1e-9);
  assert.ok(Math.abs(criticalPrompts(powerLaw(10, 0), 20) - 16.5) < 1e-9);
  // h = 1.25 and 5, so (1 + h) sums to 8.25.
  assert.ok(Math.abs(criticalPrompts(Covariance.diagonal([4, 1]), 5) - (3 + 8.25 / 5)) < 1e-12);
});

test("chains with a fitted step diverge well below the critical number of prompts and converge well above", () => {
  const [d, n] = [30, 10];
  const covariance = powerLaw(d, 0);
  const critical = criticalPrompts(covariance, n);
  const share = (prompts: number) =>
    preconditionerFits({ covariance, n, prompts, draws: 20, steps: [1] }, Random.seed(4).stream("fits", prompts)).diverging.value;
  assert.ok(share(Math.round(critical / 2)) > 0.9);
  assert.ok(share(Math.round(1.5 * critical)) < 0.1);
});

test("one least-squares solution buys few steps where d is small, and more where it is large", () => {
  assert.equal(stepsForOneSolution({ d: 10, m: 40 }), 3);
  assert.ok(stepsForOneSolution({ d: 50, m: 200 }) > stepsForOneSolution({ d: 10, m: 40 }));
});

test("prompts of a single example can be compared, without cross-validation", () => {
  const methods = (m: number) => methodsOf(powerLaw(3, 1), { n: 20, m, noise: 1 }).map(({ name }) => name);
  assert.equal(methods(1).length, methods(2).length - 1);
  assert.ok(methods(2).includes("ridge (cross-validated)") && !methods(1).includes("ridge (cross-validated)"));
});

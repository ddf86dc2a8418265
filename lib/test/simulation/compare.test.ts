import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { conjugateGradient } from "../../dist/estimators/krylov.js";
import { leastSquares, ridge } from "../../dist/estimators/leastSquares.js";
import { Covariance } from "../../dist/model/covariance.js";
import { compare } from "../../dist/simulation/compare.js";
import { cotError } from "../../dist/simulation/cotError.js";
import { estimatorErrors } from "../../dist/simulation/estimatorErrors.js";
import { simulate } from "../../dist/simulation/simulate.js";
import { findCurve } from "../support/findCurve.ts";

const covariance = Covariance.diagonal([1, 0.5, 0.2]);

suite("compare", () => {
  test("the difference of a curve and itself is zero", async () => {
    const result = await simulate(cotError({ gamma: covariance, test: covariance, m: 6, steps: 2 }), { draws: 60, seed: 1, workers: 1 });
    for (const point of compare(result.curves[0], result.curves[0])) {
      assert.deepEqual([point.mean, point.standardError, point.median.value, point.smaller], [0, 0, 0, 0]);
      assert.deepEqual(point.interval, [0, 0]);
    }
  });

  test("pairs estimators on the same prompts, with a smaller error than independent runs would give", async () => {
    const estimators = [{ ...ridge({ lambda: 1 }), name: "ridge" }, leastSquares(), conjugateGradient()];
    const result = await simulate(estimatorErrors({ test: covariance, m: 8, steps: 2, noise: 1, estimators }), {
      draws: 800,
      seed: 1,
      workers: 1,
    });
    const a = findCurve(result, "ridge");
    const b = findCurve(result, "least squares");
    const [, first] = compare(a, b);
    assert.ok(Math.abs(first!.mean - (a.mean[1] - b.mean[1])) < 1e-10);
    assert.ok(first!.standardError < Math.hypot(a.standardError[1], b.standardError[1]), "pairing gains nothing");
    assert.ok(first!.interval[1] < 0, "the Bayes estimator is worse than least squares");
    assert.ok(first!.smaller > 0.5 && first!.smaller < 1);
  });

  test("pairs two simulations that share seed, name and draws", async () => {
    const run = (n: number, name: string, seed = 1) =>
      simulate(cotError({ train: { covariance, n }, test: covariance, m: 30, steps: 3, name }), { draws: 200, seed, workers: 1 });
    const [few, many, other] = await Promise.all([run(5, "prompts"), run(10, "prompts"), run(10, "others")]);
    const [, , , third] = compare(many!.curves[0], few!.curves[0]);
    assert.equal(third!.smaller > 0.9, true);
    assert.throws(() => compare(few!.curves[0], other!.curves[0]), /share seed and stream name/);
    const reseeded = await run(5, "prompts", 2);
    assert.throws(() => compare(few!.curves[0], reseeded.curves[0]), /share seed and stream name/);
  });

  test("rejects curves of different lengths, other values and overflow", async () => {
    const run = (steps: number, draws: number, gamma = covariance) =>
      simulate(cotError({ gamma, test: covariance, m: 6, steps }), { draws, seed: 1, workers: 1 });
    const base = (await run(2, 60)).curves[0];
    const longer = (await run(3, 60)).curves[0];
    const larger = (await run(2, 61)).curves[0];
    assert.throws(() => compare(base, longer), /b must be a curve at the points of a, got \[0, 1, 2, 3\]/);
    assert.throws(() => compare(base, larger), /as many draws, got 60 and 61/);
    assert.throws(() => compare(base, {} as never), TypeError);
    const diverging = (await run(900, 60, Covariance.diagonal([0.01, 0.01, 0.01]))).curves[0];
    assert.throws(() => compare(diverging, diverging), /values must be finite.*Use fewer steps/);
  });
});

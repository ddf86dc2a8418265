import assert from "node:assert/strict";
import { test } from "node:test";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { oneStepError } from "../../lib/dist/theory/paper/theorem33.js";
import { bestTrainingLength, limitRow, randomBounds } from "../dist/directBounds.js";
import { angleAbove, directError, noisyErrors, turnedError, turnedInputs } from "../dist/directError.js";

const covariance = Covariance.diagonal([1, 0.5, 0.2]);
const near = (actual: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual}, ${expected}`);

test("turned inputs keep their spectrum, at 90 degrees two strengths change places, and one dimension has no plane", () => {
  const across = turnedInputs(covariance, 90);
  assert.deepEqual(across.matrix.to2DArray(), [
    [0.2, 0, 0],
    [0, 0.5, 0],
    [0, 0, 1],
  ]);
  turnedInputs(covariance, 37).eigenvalues.forEach((value, i) => {
    near(value, covariance.eigenvalues[i]);
  });
  const single = Covariance.diagonal([2]);
  assert.equal(turnedInputs(single, 50), single);
});

test("the error on turned inputs is linear in the squared sine of the angle, with full matrices too", () => {
  const error = turnedError({ covariance, n: 12, m: 7 });
  for (const degrees of [0, 10, 45, 80, 90])
    near(error(degrees), oneStepError({ covariance, target: turnedInputs(covariance, degrees), n: 12, m: 7 }), 1e-10);
  const [aligned, across] = [error(0), error(90)];
  assert.ok(aligned < across);
  near(error(angleAbove(error, (aligned + across) / 2)!), (aligned + across) / 2);
  assert.deepEqual([angleAbove(error, aligned / 2), angleAbove(error, 2 * across)], [0, null]);
});

test("a simulated direct answer has the exact error, without and with label noise", async () => {
  const sample = { draws: 2000, seed: 3 };
  const run = await directError({ covariance, n: 12, m: 9, ...sample, name: "direct" });
  assert.ok(Math.abs(run.mean - run.expected) < 5 * run.standardError, JSON.stringify(run));
  for (const row of await noisyErrors({ covariance, length: 30, noise: 0.7, ...sample })) {
    assert.ok(Math.abs(row.mean - row.expected) < 5 * row.standardError, JSON.stringify(row));
    assert.ok(row.repaired >= row.expected);
  }
});

test("the best training length is the test length, long prompts reach the limits, and no random spectrum breaks a bound", () => {
  const best = bestTrainingLength({ covariance, m: 17 });
  assert.equal(best["best n"], 17);
  near(best["error there"], best["by (7)"]);
  const limits = limitRow({ covariance, m: 17 });
  near(limits["n = 10⁷(1+H)"], limits["n → ∞, by (8)"], 1e-5);
  near(limits["m = ∞, n = 10⁷(1+H)"], limits["m → ∞, by (8)"], 1e-5);
  const rows = randomBounds({ count: 300, seed: 1 });
  assert.ok(rows.every(({ paper, sharper, gain }) => Math.min(paper, sharper, gain) >= 1 - 1e-12));
  assert.ok(rows.every(({ short, vacuous }) => !short || vacuous));
});

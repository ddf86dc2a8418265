import assert from "node:assert/strict";
import { test } from "node:test";
import { stepsForError, stepsForErrorByBound } from "../../lib/dist/theory/paper/exchange.js";
import { hardness } from "../../lib/dist/theory/paper/hardness.js";
import {
  bandRatios,
  bandSteps,
  harderWithFewerSteps,
  oneStrongSkill,
  oneWeakSkill,
  predictionShare,
  predictionSteps,
  randomTasks,
  readingsOfHardness,
  taskSteps,
} from "../dist/hardTasks.js";

test("the extreme tasks have the hardness that is asked for, and the steps of their two terms are those of their spectra", () => {
  for (const [d, hard] of [
    [2, 2],
    [2, 31],
    [7, 7],
    [10, 155],
  ]) {
    const [weak, strong] = [oneWeakSkill(d, hard), oneStrongSkill(d, hard)];
    for (const task of [weak, strong]) assert.ok(Math.abs(hardness(task) / hard - 1) < 1e-12);
    for (const error of [1.3, 0.07, 1e-6]) {
      const reach = { n: 20, error };
      assert.deepEqual(bandSteps({ d, hard, ...reach }), {
        weak: stepsForError({ covariance: weak, ...reach }),
        strong: stepsForError({ covariance: strong, ...reach }),
        bound: stepsForErrorByBound({ covariance: weak, ...reach }),
      });
    }
  }
  assert.throws(() => oneWeakSkill(5, 4), /oneWeakSkill: hard must be >= d \(5\)/);
});

test("a task twice as hard can take fewer steps: H = 17 takes 4, H = 34 takes 3", () => {
  const pairs = harderWithFewerSteps({ d: 10, n: 20, error: 0.1 });
  assert.deepEqual(pairs[0], { hard: 17, steps: 4, harder: 34, fewer: 3 });
  // With one shape, d = 2 has no other, harder tasks do not take fewer.
  assert.deepEqual(harderWithFewerSteps({ d: 2, n: 20, error: 0.02 }), []);
});

test("every task lies between the extremes of its hardness, and only readings u >= tr Λ give a bound", () => {
  const tasks = randomTasks({ d: 6, count: 20, seed: 5 });
  for (const covariance of tasks) {
    const { bound, above, below } = bandRatios({ covariance, n: 9, k: 3 });
    assert.ok(bound >= -1e-12 && bound <= Math.log(6) && above >= -1e-12 && below >= -1e-12);
  }
  const readings = readingsOfHardness({ tasks: [oneWeakSkill(6, 6), ...tasks], n: 9, steps: [1, 4, 16] });
  for (const { violated, bounds } of readings) assert.equal(violated === 0, bounds);
});

test("simulated steps are the exact ones on long prompts, and a prediction never takes more steps than the weights", async () => {
  const covariance = oneStrongSkill(5, 40);
  const run = { covariance, n: 20, error: 0.05, most: 60, draws: 200, seed: 2, name: "task" };
  const { exact, found, inReach, late } = await taskSteps({ ...run, m: 100_000 });
  assert.deepEqual([found, inReach, late], [exact, true, false]);
  assert.deepEqual((await taskSteps({ ...run, m: 100_000, most: 3 })).found, null);
  assert.equal(predictionShare({ covariance, n: 20, k: 0 }), 1);
  assert.ok(predictionSteps({ covariance, n: 20, share: 0.01 }) <= exact);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { ruleWeights, SELECTION_RULES } from "../../../studies/dist/selectionRules.js";
import { drawTaskPool } from "../../../studies/dist/taskPool.js";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { errorSelection } from "../../dist/selection/errorSelection.js";
import { MixtureModel } from "../../dist/selection/mixtureModel.js";
import { randomSetting, simplexGrid } from "./support.ts";

for (const k of [1, 4]) {
  test(`no mixture of three tasks on a grid has a smaller error after ${k} steps than the one found`, () => {
    for (let seed = 0; seed < 4; seed++) {
      const setting = randomSetting(3, 3, seed);
      const model = new MixtureModel(setting);
      const { logError, stationarityGap, weights } = errorSelection({ ...setting, k });
      const grid = Math.min(...simplexGrid(40).map((point) => model.logErrors(point, [k])[0]));
      assert.ok(logError <= grid + 1e-6, `seed ${seed}: ${logError} against ${grid}`);
      assert.ok(stationarityGap < 1e-3, `gap ${stationarityGap}`);
      assert.ok(Math.abs(weights.reduce((a, b) => a + b, 0) - 1) < 1e-12);
    }
  });
}

test("the error is not convex in the mixture: it bends down along a segment between mixtures", () => {
  const setting = {
    tasks: [Covariance.diagonal([1, 0.05]), Covariance.diagonal([0.05, 1]), Covariance.diagonal([4, 4])],
    target: Covariance.diagonal([1, 1]),
    lengths: 1000,
  };
  const model = new MixtureModel(setting);
  const along = Array.from({ length: 41 }, (_, i) => model.logErrors([0, i / 40, 1 - i / 40], [2])[0]);
  const bends = along.slice(1, -1).filter((value, i) => along[i] + along[i + 2] - 2 * value < -1e-9);
  assert.ok(bends.length > 0);
});

test("every rule gives a mixture, and the error-optimal one is not beaten by any other", () => {
  const pool = drawTaskPool({ reading: "length", d: 8, perType: 2 }, Random.seed(1).stream("pool"));
  const model = new MixtureModel(pool);
  const options = () => ({ form: "gamma" as const, margin: 0.1, k: 5, random: Random.seed(2) });
  const errors = SELECTION_RULES.map((rule) => {
    const weights = ruleWeights(pool, rule, options());
    assert.ok(Math.abs(weights.reduce((a, b) => a + b, 0) - 1) < 1e-9, rule);
    assert.ok(
      weights.every((weight) => weight >= 0),
      rule,
    );
    return model.logErrors(weights, [5])[0];
  });
  const best = errors[SELECTION_RULES.indexOf("error-optimal")];
  for (const error of errors) assert.ok(best <= error + 1e-6);
});

test("a weight that has underflowed to 0 does not turn the others into NaN", () => {
  // In this setting the descent empties a task whose slope is the steepest later on.
  const setting = { ...randomSetting(3, 4, 100, 0), lengths: [5, 20, 80, 300] };
  const { weights, logError } = errorSelection({ ...setting, k: 20, randomStarts: 0, maxIterations: 150 });
  assert.ok(Number.isFinite(logError));
  assert.ok(weights.some((weight) => weight === 0));
  assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../lib/dist/core/random.js";
import { residualStopping } from "../../lib/dist/estimators/promptStopping.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { inverseGamma } from "../../lib/dist/model/gamma.js";
import { compareStopping } from "../dist/compareStopping.js";

const identity = Covariance.diagonal([1, 1, 1]);
const setting = {
  preconditioner: inverseGamma({ covariance: Covariance.diagonal([2, 0.5, 0.4]), n: 20 }),
  test: identity,
  m: 12,
  maxSteps: 15,
  draws: 200,
};
const random = Random.seed(7).stream("compare-stopping");

test("the oracle is always right, and no rule has a smaller error", () => {
  const scores = compareStopping(
    {
      ...setting,
      rules: {
        never: () => 15,
        once: () => 1,
        fit: (p) => residualStopping(p, setting).steps,
      },
    },
    random,
  );
  assert.deepEqual(
    scores.map(({ rule }) => rule),
    ["oracle", "never", "once", "fit"],
  );
  const [oracle, never, once, fit] = scores;
  assert.deepEqual(oracle!.right, { ...oracle!.right, value: 1, high: 1 });
  for (const score of scores) {
    assert.ok(score.error.value >= oracle!.error.value);
    assert.ok(score.right.low <= score.right.value && score.right.value <= score.right.high);
  }
  assert.equal(never!.steps, 15);
  assert.equal(once!.steps, 1);
  assert.ok(fit!.right.value > once!.right.value);
});

test("not thinking does no harm, and its error is that of w = 0", () => {
  const [, none] = compareStopping({ ...setting, rules: { none: () => 0 } }, random);
  assert.equal(none!.harmful.value, 0);
  assert.ok(none!.harmful.low === 0 && none!.harmful.high > 0 && none!.harmful.high < 0.03);
});

test("rules see the pairs and not the weights", () => {
  compareStopping(
    {
      ...setting,
      draws: 2,
      rules: {
        spy: (prompt) => {
          assert.deepEqual(Object.keys(prompt), ["X", "y"]);
          return 0;
        },
      },
    },
    random,
  );
});

test("bad arguments are refused by name", () => {
  assert.throws(
    () => compareStopping({ ...setting, rules: { wild: () => 16 } }, random),
    /the steps of rule "wild" must be an integer in \[0, 15\], got 16/,
  );
  assert.throws(() => compareStopping({ ...setting, draws: 1, rules: {} }, random), /draws must be an integer >= 2, got 1/);
  assert.throws(() => compareStopping({ ...setting, factor: 0, rules: {} }, random), /factor must be a finite number > 0, got 0/);
});

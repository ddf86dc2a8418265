import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../lib/dist/core/random.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { overthinkingSpectrum } from "../../lib/dist/theory/paper/overthinking.js";
import { rotated } from "../../lib/test/support/lsa.ts";
import { overthinkingBootstrap } from "../dist/overthinkingBootstrap.js";

const covariance = rotated([2, 1, 0.5, 0.3], Random.seed(1));
const target = rotated([1, 1.2, 0.9, 0.4], Random.seed(2));
const params = { covariance, target, n: 20, samples: 100, trials: 60 };

test("the truth is the largest eigenvalue of the overthinking condition, commuting or not, with noise or not", () => {
  for (const noise of [0, 1]) {
    const { truth } = overthinkingBootstrap({ ...params, noise, trials: 2 }, Random.seed(3));
    assert.ok(Math.abs(truth / overthinkingSpectrum({ covariance, target, n: 20, noise })[0] - 1) < 1e-10);
  }
});

test("in one dimension the basic interval covers as it says, and the three shares of calls are consistent", () => {
  const one = Covariance.diagonal([1]);
  const at = (scale: number) =>
    overthinkingBootstrap({ covariance: one, target: one.scale(scale), n: 20, samples: 5000, trials: 200 }, Random.seed(4));
  const { basic, percentile, plugIn, truth } = at(1.2);
  // With many rows μ is nearly normal and hardly biased: both intervals then cover, less what 100 replicates cost.
  assert.ok(basic.covered.low > 0.85 && percentile.covered.low > 0.85, `${basic.covered.value} ${percentile.covered.value}`);
  assert.ok(Math.abs(plugIn.mean - truth) < 4 * plugIn.standardError + 0.02);
  assert.ok(basic.wrong.value + basic.abstained.value <= 1);
  assert.equal(at(6).basic.wrong.value, 0);
  assert.equal(at(6).basic.abstained.value, 0);
});

test("the plug-in estimate is biased up, and the percentile interval misses where the basic one covers", () => {
  const flat = Covariance.diagonal([1, 1, 1, 1, 1, 1]);
  const { plugIn, truth, percentile, basic } = overthinkingBootstrap(
    { covariance: flat, target: flat.scale(2), n: 50, samples: 60, trials: 100 },
    Random.seed(5),
  );
  assert.ok(plugIn.mean - 4 * plugIn.standardError > truth);
  assert.ok(percentile.covered.high < 0.2, `${percentile.covered.value}`);
  assert.ok(basic.covered.low > percentile.covered.high);
});

test("arguments outside the domain are refused by name", () => {
  assert.throws(() => overthinkingBootstrap({ ...params, samples: 3 }, Random.seed(1)), /overthinkingBootstrap: samples must be/);
  assert.throws(() => overthinkingBootstrap({ ...params, replicates: 5 }, Random.seed(1)), /replicates must be/);
  assert.throws(() => overthinkingBootstrap({ ...params, confidence: 1 }, Random.seed(1)), /confidence must be/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../lib/dist/core/random.js";
import { simultaneousLimit } from "../../lib/dist/core/simultaneousLimit.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { structuredParameters } from "../../lib/dist/model/linearSelfAttention.js";
import { samplePrompt } from "../../lib/dist/model/prompt.js";
import { bestStep, largestStableStep, optimalV } from "../../lib/dist/theory/paper/theorem31.js";
import {
  balancedStart,
  chainDistance,
  conservedW24,
  descent,
  gradientOffPattern,
  jointRuns,
  sampledTraining,
  skewPoint,
  squaredMomentCheck,
} from "../dist/trainedOptimum.js";

const setting = { covariance: Covariance.diagonal([1, 0.5, 0.25]), n: 20, c: 0.7 };

test("gradient descent follows its closed form below and above the stable step, and hides what is rounding", () => {
  for (const step of [bestStep(setting), 0.99 * largestStableStep(setting), 1.01 * largestStableStep(setting)]) {
    const { run, course, gap, measured, predicted } = descent({ ...setting, step, steps: 300 });
    assert.equal(run.length, 301);
    assert.ok(gap < 1e-11, `gap ${gap}`);
    assert.ok(Math.abs(measured / predicted - 1) < 1e-4);
    assert.ok(run.every((value, t) => value === null || Math.abs(value / course[t]! - 1) < 1e-3));
  }
  const isotropic = { covariance: Covariance.diagonal([1, 1]), n: 5, c: 2 };
  const { run } = descent({ ...isotropic, step: bestStep(isotropic), steps: 3 });
  assert.deepEqual(run.slice(1), [null, null, null]);
});

test("in pairs of prompts the gradient is exactly 0 outside V31 and W24, also at a point that is not symmetric", () => {
  const V31 = skewPoint(setting);
  assert.equal(gradientOffPattern({ ...setting, V31, prompts: 3, random: Random.seed(1) }), 0);
  assert.ok(Matrix.sub(V31, V31.transpose()).norm() > 0.01);
});

test("E S² is found within its errors", () => {
  const at = { ...setting, draws: 4000, random: Random.seed(2) };
  const { z, entries } = squaredMomentCheck(at);
  assert.equal(entries, 9);
  assert.ok(z < simultaneousLimit(entries), `z ${z}`);
});

test("the linear theory says how far sampled training is from the optimum, for several runs", async () => {
  for (const seed of [1, 2, 3]) {
    const run = await sampledTraining({ ...setting, steps: 3000, batch: 16, draws: 2000, random: Random.seed(seed) });
    const last = run.recorded.length - 1;
    assert.equal(run.recorded[last], 3000);
    assert.ok(
      Math.abs(run.last[0] - 1) < 1e-12 && Math.abs(run.predictedLast[0] - 1) < 1e-12 && Math.abs(run.predictedAveraged[0] - 1) < 1e-12,
    );
    const ratio = run.averaged[last] / run.predictedAveraged[last];
    assert.ok(ratio > 0.3 && ratio < 2.5, `averaged ${ratio}`);
    const late = run.last.slice(last / 2).map((value, i) => value / run.predictedLast[Math.ceil(last / 2) + i]);
    const mean = late.reduce((sum, value) => sum + value, 0) / late.length;
    assert.ok(mean > 0.7 && mean < 1.4, `last ${mean}`);
  }
});

test("the conserved quantity says where W24 ends; from the balanced start it stays", async () => {
  const balanced = balancedStart(setting);
  assert.ok(Math.abs(conservedW24({ ...setting, size: balanced.size }) + setting.c) < 1e-12);
  // V31 W24 = Γ⁻¹ and the conserved quantity, from the other side
  const one = { covariance: Covariance.diagonal([1]), n: 4, c: 3 };
  const W24 = conservedW24({ ...one, size: 50 });
  assert.ok(Math.abs((1 / 1.5 / W24) ** 2 - W24 ** 2 - (2500 - 9)) < 1e-6);
  const joint = { ...one, n: 20, c: 1 };
  const starts = [{ name: "small", size: 0.1 }, balancedStart(joint)];
  const runs = await jointRuns({ ...joint, starts, steps: 600, batch: 256, random: Random.seed(3) });
  for (const run of runs) {
    assert.equal(run.changeW13, 0);
    assert.ok(run.left < 1e-3 && run.missDirect < 0.03, `${run.name}: ${run.left}, ${run.missDirect}`);
    assert.ok(Math.abs(run.exactW24 / run.predictedW24 - 1) < 0.1, `${run.exactW24} against ${run.predictedW24}`);
    assert.ok(Math.abs(run.W24 / run.exactW24 - 1) < 0.02 + run.noise, `${run.W24} against ${run.exactW24}, noise ${run.noise}`);
  }
  assert.ok(runs[1].missChain < 0.04, `${runs[1].missChain}`);
});

test("a chain of the optimum comes closer to the weights until only rounding is left, and not to a multiple of them", () => {
  const layer = structuredParameters({ V31: optimalV(setting), c: setting.c });
  const prompt = samplePrompt({ covariance: setting.covariance, n: 400 }, Random.seed(4));
  const distances = chainDistance(prompt, layer, 60);
  assert.equal(distances[0], 1);
  assert.ok(distances[10]! < 1e-2);
  assert.equal(distances.at(-1), null);
  assert.ok(Math.abs(chainDistance(prompt, layer, 60, 1.5).at(-1)! - 0.5) < 1e-10);
});

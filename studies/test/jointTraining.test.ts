import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { HypothesisError } from "../../lib/dist/core/check.js";
import { Random } from "../../lib/dist/core/random.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { embed } from "../../lib/dist/model/embedding.js";
import { gammaMatrix } from "../../lib/dist/model/gamma.js";
import { structuredParameters } from "../../lib/dist/model/linearSelfAttention.js";
import { samplePrompt } from "../../lib/dist/model/prompt.js";
import { promptLoss, promptLossGradient } from "../../lib/dist/model/trainingLoss.js";
import { minimalLoss } from "../../lib/dist/theory/paper/theorem31.js";
import { cosineSchedule } from "../../lib/dist/theory/training/schedule.js";
import { covariances, maxDifference, normalMatrix, rotated, Sample } from "../../lib/test/support/lsa.ts";
import { jointOptimum } from "../dist/jointOptimum.js";
import { jointTraining } from "../dist/jointTraining.js";
import { layerGradient } from "../dist/layerGradient.js";

const covariance = Covariance.diagonal([1, 0.7, 0.4]);
const start = structuredParameters({ V31: Matrix.eye(3, 3, -0.1), c: 1 });
const setting = { covariance, n: 12, start, steps: 1500, batch: 256, step: cosineSchedule(0.05) };

suite("jointTraining", () => {
  test("its batched gradient is promptLossGradient's, in every entry", () => {
    const random = Random.seed(41);
    for (const task of [Covariance.diagonal([0.2, 1]), rotated([1, 0.3], random)]) {
      for (const w0Scale of [0, 0.7]) {
        const parameters = { V: normalMatrix(random, 6, 6, 0.4), W: normalMatrix(random, 6, 6, 0.4) };
        const theta = Float64Array.from([...parameters.V.to1DArray(), ...parameters.W.to1DArray()]);
        const layer = layerGradient({ covariance: task, n: 5, w0Scale });
        const [a, b] = [Random.seed(9), Random.seed(9)];
        const sum = new Float64Array(72);
        for (let draw = 0; draw < 4; draw++) {
          const loss = layer.add(theta, a);
          const prompt = samplePrompt({ covariance: task, n: 5 }, b);
          const wHat = w0Scale > 0 ? b.fillNormal(new Float64Array(2)).map((value) => value * w0Scale) : [0, 0];
          const E = embed(prompt, wHat);
          assert.ok(Math.abs(loss / promptLoss(E, parameters, prompt.w) - 1) < 1e-12);
          const { V, W } = promptLossGradient(E, parameters, prompt.w);
          [...V.to1DArray(), ...W.to1DArray()].forEach((value, i) => {
            sum[i] += value;
          });
        }
        assert.ok(maxDifference(layer.sum, sum) < 1e-12 * sum.reduce((max, value) => Math.max(max, Math.abs(value)), 1));
      }
    }
  });

  test("with ŵ_0 = 0, W13 stays, W24 drifts, and V31 W24 = Γ⁻¹ while -V31 W13 does not", async () => {
    const { trajectory, diverged } = await jointTraining({ ...setting, random: Random.seed(3) });
    const first = trajectory[0];
    const last = trajectory[trajectory.length - 1];
    assert.equal(diverged, false);
    assert.equal(last.step, 1500);
    assert.equal(maxDifference(last.W13, first.W13), 0);
    assert.ok(last.W24 < -1.45 && last.W24 > -1.7, `W24 = ${last.W24}`);
    const gamma = gammaMatrix({ covariance, n: 12 }).matrix;
    const learned = Matrix.mul(last.V31, last.W24).mmul(gamma);
    assert.ok(maxDifference(learned, Matrix.eye(3)) < 0.02, `V31 W24 Γ = ${learned.to1DArray()}`);
    const assumed = Matrix.mul(last.V31, -1).mmul(last.W13).mmul(gamma);
    assert.ok(maxDifference(assumed, Matrix.eye(3)) > 0.3);
    assert.ok(last.offPatternMax < 0.01, `off the pattern: ${last.offPatternMax}`);
    assert.ok(Math.abs(last.V31Norm - last.V31.norm("frobenius")) < 1e-15);
  });

  test("‖V‖² - ‖W‖² moves only in second order of the step", async () => {
    // Halving the step and doubling the steps covers the same flow time: the drift must halve.
    const drift = async (step: number, steps: number) => {
      const { trajectory } = await jointTraining({ ...setting, step, steps, batch: 512, random: Random.seed(5) });
      return trajectory[trajectory.length - 1].invariant - trajectory[0].invariant;
    };
    const ratio = (await drift(0.02, 150)) / (await drift(0.01, 300));
    assert.ok(ratio > 1.6 && ratio < 2.5, `ratio of the drifts: ${ratio}`);
  });

  test("with a random ŵ_0, W13 is learned but is not a multiple of I: it goes where jointOptimum says", async () => {
    const { trajectory } = await jointTraining({ ...setting, w0Scale: 0.7, random: Random.seed(3) });
    const last = trajectory[trajectory.length - 1];
    const optimum = jointOptimum({ covariance, n: 12, w0Scale: 0.7 });
    const scaled = Matrix.div(last.W13, -last.W24);
    assert.ok(maxDifference(scaled, optimum.W13) < 0.02, `W13 / |W24| = ${scaled.to1DArray()}`);
    assert.ok(optimum.W13.get(2, 2) - optimum.W13.get(0, 0) > 0.3);
    assert.ok(maxDifference(Matrix.mul(last.V31, -last.W24), optimum.V31) < 0.04);
    assert.ok(last.offPatternMax < 0.01);
  });

  test("a step that is too long is reported as diverged, in finite numbers", async () => {
    const { diverged, trajectory, parameters } = await jointTraining({
      ...setting,
      steps: 200,
      batch: 4,
      step: 1e3,
      random: Random.seed(6),
    });
    assert.equal(diverged, true);
    assert.ok(parameters.V.to1DArray().every(Number.isFinite) && parameters.W.to1DArray().every(Number.isFinite));
    assert.ok(trajectory.every((state) => Number.isFinite(state.invariant) && Number.isFinite(state.V31Norm)));
  });

  test("reports progress, and records as often as asked", async () => {
    const seen: number[] = [];
    const onProgress = (done: number) => {
      seen.push(done);
    };
    const { trajectory } = await jointTraining({ ...setting, steps: 7, every: 3, batch: 2, random: Random.seed(7), onProgress });
    assert.deepEqual(
      trajectory.map((state) => state.step),
      [0, 3, 6, 7],
    );
    assert.equal(seen[seen.length - 1], 7);
  });

  test("bad input is refused", async () => {
    const good = { ...setting, random: Random.seed(8) };
    await assert.rejects(jointTraining({ ...good, n: 0 }), /jointTraining: n must be an integer >= 1, got 0/);
    await assert.rejects(jointTraining({ ...good, start: { V: Matrix.eye(6), W: start.W } }), /start\.V must be a 8x8 Matrix/);
    await assert.rejects(jointTraining({ ...good, batch: 0.5 }), /batch must be/);
    await assert.rejects(jointTraining({ ...good, w0Scale: -1 }), /w0Scale must be/);
    await assert.rejects(jointTraining({ ...good, step: Number.NaN }), /step must be/);
  });
});

suite("jointOptimum", () => {
  test("the mean gradient over sampled prompts vanishes there, in every entry of V and W", () => {
    const random = Random.seed(42);
    const task = rotated([1, 0.4], random);
    const [n, w0Scale] = [6, 0.9];
    const { V31, W13, W24 } = jointOptimum({ covariance: task, n, w0Scale });
    const parameters = structuredParameters({ V31, c: 1 });
    parameters.W.setSubMatrix(W13, 0, 3);
    parameters.W.set(2, 5, W24);
    const theta = Float64Array.from([...parameters.V.to1DArray(), ...parameters.W.to1DArray()]);
    const layer = layerGradient({ covariance: task, n, w0Scale });
    const samples = Array.from({ length: 72 }, () => new Sample());
    for (let draw = 0; draw < 50_000; draw++) {
      layer.sum.fill(0);
      layer.add(theta, random);
      samples.forEach((sample, i) => {
        sample.add(layer.sum[i]);
      });
    }
    samples.forEach((sample, i) => {
      // Entries without gradient are exactly 0 on every prompt.
      const z = sample.mean === 0 ? 0 : sample.z(0);
      assert.ok(Math.abs(z) <= 4, `entry ${i}: z = ${z}`);
    });
    assert.ok(samples.filter((sample) => sample.mean !== 0).length >= 9);
  });

  test("its loss is the mean prompt loss, below the best of Theorem 3.1's pattern", () => {
    const random = Random.seed(43);
    const optimum = jointOptimum({ covariance, n: 12, w0Scale: 0.7 });
    const parameters = structuredParameters({ V31: optimum.V31, c: 1 });
    parameters.W.setSubMatrix(optimum.W13, 0, 4);
    const theta = Float64Array.from([...parameters.V.to1DArray(), ...parameters.W.to1DArray()]);
    const layer = layerGradient({ covariance, n: 12, w0Scale: 0.7 });
    const sample = new Sample();
    for (let draw = 0; draw < 50_000; draw++) sample.add(layer.add(theta, random));
    assert.ok(Math.abs(sample.z(optimum.loss)) <= 4, `z = ${sample.z(optimum.loss)}`);
    assert.ok(optimum.loss < minimalLoss({ covariance, n: 12, c: 1, w0Scale: 0.7 }));
  });

  test("is Theorem 3.1's optimum for an isotropic covariance, and for n = Infinity", () => {
    for (const params of [
      { covariance: Covariance.diagonal([2, 2, 2]), n: 5, w0Scale: 0.6 },
      { covariance, n: Number.POSITIVE_INFINITY, w0Scale: 0.6 },
    ]) {
      const { V31, W13, loss } = jointOptimum(params);
      assert.ok(maxDifference(W13, Matrix.eye(3)) < 1e-12);
      const inverse = gammaMatrix(params).apply((gamma) => -1 / gamma);
      assert.ok(maxDifference(V31, inverse) < 1e-12);
      assert.ok(Math.abs(loss - minimalLoss({ ...params, c: 1 })) < 1e-12);
    }
  });

  test("for any covariance it converges to finite numbers, no worse than Theorem 3.1's pattern", () => {
    const lengths = fc.oneof(fc.integer({ min: 1, max: 10_000 }), fc.constant(Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(covariances(12), lengths, fc.double({ min: 0.01, max: 10, noNaN: true }), (task, n, w0Scale) => {
        const { V31, W13, loss } = jointOptimum({ covariance: task, n, w0Scale });
        assert.ok(V31.to1DArray().every(Number.isFinite) && W13.to1DArray().every(Number.isFinite));
        const frozen = minimalLoss({ covariance: task, n, c: 1, w0Scale });
        assert.ok(loss <= frozen * (1 + 1e-9) + 1e-12 * (1 + w0Scale ** 2), `${loss} > ${frozen}`);
      }),
      { numRuns: 60, seed: 9 },
    );
  });

  test("bad input is refused", () => {
    assert.throws(() => jointOptimum({ covariance, n: 12, w0Scale: 0 }), /w0Scale must be a finite number > 0, got 0/);
    assert.throws(() => jointOptimum({ covariance: Covariance.diagonal([1, 0]), n: 12, w0Scale: 1 }), HypothesisError);
    assert.throws(() => jointOptimum({ covariance, n: 12, w0Scale: 1, maxSweeps: 1 }), /maxSweeps must be large enough/);
  });
});

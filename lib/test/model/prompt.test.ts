import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { sampleInputs, samplePrompt } from "../../dist/model/prompt.js";
import { normaliseSpectrum, powerLawSpectrum } from "../../dist/model/spectrum.js";
import { largestZ, sampleMeanMatrix } from "../../dist/simulation/sampleMean.js";

const full = Covariance.fromMatrix([
  [1, 0.3, 0],
  [0.3, 0.8, 0.2],
  [0, 0.2, 0.5],
]);

test("inputs have the covariance they were asked for, diagonal, full or singular", () => {
  for (const covariance of [
    full,
    Covariance.diagonal([2, 0.1]),
    Covariance.fromMatrix([
      [1, 1],
      [1, 1],
    ]),
  ]) {
    const moment = sampleMeanMatrix(
      (random) => {
        const X = sampleInputs(covariance, 2, random);
        return X.mmul(X.transpose()).mul(0.5);
      },
      { draws: 50_000, random: Random.seed("inputs") },
    );
    assert.ok(largestZ(moment, covariance.matrix) <= 4);
  }
});

test("labels are exactly Xᵀw without noise, and the noise has the variance asked for", () => {
  const clean = samplePrompt({ covariance: full, n: 5 }, Random.seed(1));
  const labels = Matrix.rowVector(clean.w).mmul(clean.X).to1DArray();
  labels.forEach((label, i) => {
    assert.ok(Math.abs(label - clean.y[i]) < 1e-14);
  });
  const noisy = samplePrompt({ covariance: full, n: 20_000, noise: 0.5 }, Random.seed(1));
  const exact = Matrix.rowVector(noisy.w).mmul(noisy.X).to1DArray();
  const variance = exact.reduce((sum, label, i) => sum + (noisy.y[i] - label) ** 2, 0) / exact.length;
  // The mean of 20,000 squares of N(0, 1/4): standard error 0.25 sqrt(2/20000).
  assert.ok(Math.abs(variance - 0.25) <= 4 * 0.25 * Math.sqrt(2 / 20_000));
});

test("the same stream shares w and X across noise levels, and fixed weights are kept", () => {
  const a = samplePrompt({ covariance: full, n: 4 }, Random.seed(2));
  const b = samplePrompt({ covariance: full, n: 4, noise: 1 }, Random.seed(2));
  const c = samplePrompt({ covariance: full, n: 4, w: [1, 2, 3] }, Random.seed(2));
  assert.deepEqual(a.w, b.w);
  assert.deepEqual(a.X.to2DArray(), b.X.to2DArray());
  assert.deepEqual(a.X.to2DArray(), c.X.to2DArray());
  assert.deepEqual([...c.w], [1, 2, 3]);
});

test("spectra have the normalisation they were asked for", () => {
  assert.deepEqual([...powerLawSpectrum({ d: 4, exponent: 1 })], [1, 1 / 2, 1 / 3, 1 / 4]);
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum(powerLawSpectrum({ d: 7, exponent: 0.8, normalise: "trace-d" })) - 7) < 1e-12);
  assert.ok(Math.abs(sum(powerLawSpectrum({ d: 7, exponent: 0.8, normalise: "trace-1", factor: 3 })) - 3) < 1e-12);
  assert.equal(Math.max(...powerLawSpectrum({ d: 7, exponent: -1, normalise: "max-1" })), 1);
  assert.deepEqual([...normaliseSpectrum(new Float64Array([2, 4]), "max-1")], [0.5, 1]);
});

test("bad input is named", () => {
  assert.throws(() => samplePrompt({ covariance: full, n: 0 }, Random.seed(1)), {
    message: "samplePrompt: n must be an integer >= 1, got 0",
  });
  assert.throws(() => samplePrompt({ covariance: full, n: 2, noise: -1 }, Random.seed(1)), RangeError);
  assert.throws(() => samplePrompt({ covariance: full, n: 2, w: [1] }, Random.seed(1)), RangeError);
  assert.throws(() => powerLawSpectrum({ d: 0, exponent: 1 }), RangeError);
  assert.throws(() => powerLawSpectrum({ d: 2, exponent: Number.NaN }), RangeError);
  assert.throws(() => powerLawSpectrum({ d: 2, exponent: 1, normalise: "unit" as "none" }), /normalise must be one of/);
  assert.throws(() => powerLawSpectrum({ d: 2, exponent: 400, factor: Number.POSITIVE_INFINITY }), RangeError);
});

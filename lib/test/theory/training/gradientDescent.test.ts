import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../../dist/core/random.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { powerLawSpectrum } from "../../../dist/model/spectrum.js";
import {
  bestStep,
  contractionRate,
  hessianSpectrum,
  largestStableStep,
  minimalLoss,
  optimalV,
  populationGradient,
  populationLoss,
} from "../../../dist/theory/paper/theorem31.js";
import { gradientDescent } from "../../../dist/theory/training/gradientDescent.js";
import { covariances, maxDifference, normalMatrix, reference, rotated } from "../../support/lsa.ts";

const tilted = { covariance: Covariance.diagonal(powerLawSpectrum({ d: 4, exponent: 1 })), n: 20, c: 0.7 };

suite("gradientDescent", () => {
  test("agrees with the reference distance after 30 steps", () => {
    const { value, rel } = reference("gd_dist_after_30_steps");
    const { distances, diverged } = gradientDescent({ ...tilted, step: bestStep(tilted), steps: 30 });
    assert.equal(distances.length, 31);
    assert.equal(diverged, false);
    assert.ok(Math.abs(distances[30] / value[0] - 1) <= rel);
  });

  test("reaches V_* and L_* from a random start", () => {
    const random = Random.seed(21);
    const params = { covariance: rotated([1, 0.5, 0.2], random), n: 10, c: -1.4 };
    const run = gradientDescent({ ...params, step: bestStep(params), steps: 600, start: normalMatrix(random, 3, 3, 5) });
    assert.ok(maxDifference(run.V31, optimalV(params)) < 1e-13);
    assert.ok(maxDifference(run.target, optimalV(params)) === 0);
    assert.ok(Math.abs(run.losses[600] - minimalLoss(params)) < 1e-14);
  });

  test("shrinks the distance by the contraction rate in the long run, and never by less in one step", () => {
    for (const factor of [0.2, 0.9, 0.99]) {
      const step = factor * largestStableStep(tilted);
      const rate = contractionRate({ ...tilted, step });
      const { distances, losses } = gradientDescent({ ...tilted, step, steps: 150 });
      for (let t = 1; t < distances.length; t++) {
        assert.ok(distances[t] <= distances[t - 1] * rate + 1e-14);
        assert.ok(losses[t] <= losses[t - 1] * (1 + 1e-14));
      }
      assert.ok(Math.abs(distances[150] / distances[149] / rate - 1) < 0.005);
    }
  });

  test("beyond the largest stable step it diverges at the predicted rate, stops, and stays finite", () => {
    const step = 1.01 * largestStableStep(tilted);
    const run = gradientDescent({ ...tilted, step, steps: 20_000 });
    assert.equal(run.diverged, true);
    assert.ok(run.distances.length < 20_001 && run.distances.length === run.losses.length);
    assert.ok(run.distances.every(Number.isFinite) && run.losses.every(Number.isFinite) && run.V31.to1DArray().every(Number.isFinite));
    const last = run.distances.length - 1;
    assert.ok(Math.abs(run.distances[last] / run.distances[last - 1] - contractionRate({ ...tilted, step })) < 1e-9);
    const wild = gradientDescent({ ...tilted, step: 1e300, steps: 5 });
    assert.equal(wild.diverged, true);
    assert.equal(wild.distances.length, 1);
  });

  test("leaves V31 at 0 in a direction without data, where Γ⁻¹ is not 0", () => {
    const params = { covariance: Covariance.diagonal([1, 0]), n: 10, c: 1 };
    const run = gradientDescent({ ...params, step: 0.5, steps: 200 });
    assert.deepEqual(run.V31.getColumn(1), [0, 0]);
    assert.ok(Math.abs(run.V31.get(0, 0) + 1 / 1.2) < 1e-14);
    assert.ok(run.distances[200] < 1e-14);
    assert.ok(Math.abs(run.losses[200] - minimalLoss(params)) < 1e-14);
  });

  test("zero steps return the start", () => {
    const start = Matrix.eye(4);
    const run = gradientDescent({ ...tilted, step: 1, steps: 0, start });
    assert.equal(run.distances.length, 1);
    assert.equal(maxDifference(run.V31, start), 0);
  });

  test("takes the steps of the gradient in the given basis, bit for bit where that is the eigenbasis", () => {
    const random = Random.seed(9);
    for (const spectrum of [[2], [1, 0.3], [3, 1.5, 1, 0.75, 0], Array.from({ length: 12 }, (_, i) => 1 / (i + 1))]) {
      for (const exact of [true, false]) {
        const d = spectrum.length;
        const covariance = exact ? Covariance.diagonal(spectrum) : rotated(spectrum, random);
        const params = { covariance, n: 15, c: -1.2, w0Scale: 0.5, noise: 0.3 };
        const step = 0.7 * largestStableStep(params);
        let V31 = normalMatrix(random, d, d, 3);
        const run = gradientDescent({ ...params, step, steps: 40, start: V31 });
        const [offset, hessian] = [
          populationGradient({ ...params, V31: Matrix.zeros(d, d) }),
          params.covariance.withEigenvalues(hessianSpectrum(params)),
        ];
        const tolerance = exact ? 0 : 1e-13;
        run.distances.forEach((value, t) => {
          if (t > 0) V31 = Matrix.sub(V31, Matrix.add(offset, V31.mmul(hessian)).mul(step));
          assert.ok(Math.abs(value - Matrix.sub(V31, run.target).norm("frobenius")) <= tolerance * run.distances[0]);
          assert.ok(Math.abs(run.losses[t] - populationLoss({ ...params, V31 })) <= tolerance * run.losses[0]);
        });
        assert.ok(maxDifference(run.V31, V31) <= tolerance * run.distances[0]);
      }
    }
  });

  test("for any covariance, n and step it gives finite numbers", () => {
    const steps = fc.double({ min: 0.01, max: 3, noNaN: true });
    const lengths = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(Number.POSITIVE_INFINITY));
    fc.assert(
      fc.property(covariances(12), lengths, steps, (covariance, n, factor) => {
        const params = { covariance, n, c: 0.9 };
        const run = gradientDescent({ ...params, step: factor * largestStableStep(params), steps: 60 });
        assert.ok(run.distances.every(Number.isFinite) && run.losses.every(Number.isFinite));
        // V_* reaches entries of 1/λ_min, beside which the iterates' rounding is measured.
        const rounding = 1e-12 * run.target.norm("frobenius");
        if (factor < 1) assert.ok(run.distances.every((value, t) => t === 0 || value <= run.distances[t - 1] + rounding));
      }),
      { numRuns: 60, seed: 8 },
    );
  });

  test("bad input is refused", () => {
    assert.throws(() => gradientDescent({ ...tilted, step: -1, steps: 3 }), /gradientDescent: step must be a finite number > 0, got -1/);
    assert.throws(() => gradientDescent({ ...tilted, step: 1, steps: 1.5 }), /steps must be an integer >= 0, got 1.5/);
    assert.throws(() => gradientDescent({ ...tilted, step: 1, steps: 1, start: Matrix.eye(3) }), /start must be a 4x4 Matrix/);
  });
});

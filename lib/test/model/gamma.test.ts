import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { gammaEigenvalues, gammaMatrix } from "../../dist/model/gamma.js";
import { powerLawSpectrum } from "../../dist/model/spectrum.js";
import { covariances, lengths, maxDifference, reference, rotated } from "../support/lsa.ts";

suite("gamma", () => {
  test("gamma_diag of the reference values", () => {
    const covariance = Covariance.diagonal(powerLawSpectrum({ d: 4, exponent: 1 }));
    const { value, rel } = reference("gamma_diag");
    gammaEigenvalues({ covariance, n: 20 }).forEach((gamma, i) => {
      assert.ok(Math.abs(gamma / value[i] - 1) <= rel);
    });
    assert.ok(maxDifference(gammaMatrix({ covariance, n: 20 }).matrix.diag(), value) <= rel);
  });

  test("is (1 + 1/n) Λ + tr(Λ)/n I + σ²/n I for a full covariance", () => {
    const covariance = rotated([3, 1, 0.2], Random.seed(1));
    const gamma = gammaMatrix({ covariance, n: 7, noise: 0.5 });
    const expected = Matrix.mul(covariance.matrix, 8 / 7).add(Matrix.eye(3, 3, (covariance.trace + 0.25) / 7));
    assert.ok(maxDifference(gamma.matrix, expected) < 1e-14);
    assert.ok(maxDifference(gamma.eigenvalues, gammaEigenvalues({ covariance, n: 7, noise: 0.5 })) < 1e-14);
  });

  test("keeps the given order of a diagonal covariance", () => {
    const gamma = gammaMatrix({ covariance: Covariance.diagonal([1, 3]), n: 2 });
    assert.deepEqual(gamma.matrix.diag(), [3.5, 6.5]);
  });

  test("is Λ itself for n = Infinity, whatever the noise", () => {
    const covariance = rotated([3, 1, 0.2], Random.seed(2));
    assert.equal(gammaMatrix({ covariance, n: Number.POSITIVE_INFINITY, noise: 2 }), covariance);
    assert.deepEqual(gammaEigenvalues({ covariance, n: Number.POSITIVE_INFINITY }), covariance.eigenvalues);
  });

  test("is positive definite for a singular Λ, where γ = tr(Λ)/n", () => {
    assert.deepEqual(gammaEigenvalues({ covariance: Covariance.diagonal([1, 0]), n: 4 }), Float64Array.of(1.5, 0.25));
  });

  test("for any covariance and n, eigenvalues are finite, descending, and at least both λ and tr(Λ)/n", () => {
    fc.assert(
      fc.property(covariances(), lengths, (covariance, n) => {
        const gamma = gammaEigenvalues({ covariance, n });
        for (let i = 0; i < covariance.d; i++) {
          assert.ok(gamma[i] >= covariance.eigenvalues[i] && gamma[i] >= covariance.trace / n && Number.isFinite(gamma[i]));
          if (i > 0) assert.ok(gamma[i] <= gamma[i - 1]);
        }
        const matrix = gammaMatrix({ covariance, n });
        assert.ok(maxDifference(matrix.eigenvalues, gamma) <= 1e-12 * gamma[0]);
      }),
      { numRuns: 100, seed: 5 },
    );
  });

  test("bad input and overflow are refused", () => {
    const covariance = Covariance.diagonal([1, 2]);
    assert.throws(() => gammaMatrix({ covariance, n: 0 }), /gammaMatrix: n must be an integer >= 1 or Infinity, got 0/);
    assert.throws(() => gammaEigenvalues({ covariance, n: 2.5 }), /gammaEigenvalues: n must be/);
    assert.throws(() => gammaMatrix({ covariance, n: 3, noise: -1 }), /noise must be a finite number >= 0, got -1/);
    assert.throws(() => gammaMatrix({ covariance, n: 3, noise: 1e200 }), /Rescale the covariance or the noise/);
    assert.throws(() => gammaMatrix({ covariance: Covariance.diagonal([8e307, 8e307]), n: 1 }), /must be representable/);
  });
});

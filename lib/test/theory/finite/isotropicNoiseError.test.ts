import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { exactRatio } from "../../../dist/core/exactRatio.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { isotropicError } from "../../../dist/theory/finite/isotropicError.js";
import { bestNoisySteps, isotropicNoiseCurve, isotropicNoiseError } from "../../../dist/theory/finite/isotropicNoiseError.js";
import { nonCommutingError } from "../../../dist/theory/finite/nonCommutingError.js";
import { assertClose } from "../../support/reference.ts";

test("without noise it is the exact fraction without noise", () => {
  for (const k of [0, 1, 2, 7]) {
    assert.ok(isotropicNoiseError({ d: 4, m: 6, n: 9, noise: 0, k }).equals(isotropicError({ d: 4, m: 6, n: 9, k })));
  }
});

test("up to three steps it is the Wick sum, a different route", () => {
  const [d, m, n, noise] = [3, 5, 7, 0.75];
  const target = Covariance.diagonal(new Float64Array(d).fill(1));
  const preconditioner = Matrix.eye(d, d).mul(1 / (1 + (d + 1 + noise * noise) / n));
  isotropicNoiseCurve({ d, m, n, noise }, 3).forEach((value, k) => {
    assertClose(value, nonCommutingError({ preconditioner, target, m, k, noise }), 1e-11);
  });
});

test("the best number of steps is the least of the exact curve, and finite even where the noiseless chain goes on", () => {
  for (const params of [
    { d: 10, m: 20, n: 20, noise: 1 },
    { d: 5, m: 60, n: 8, noise: 0.5 },
    { d: 3, m: 2, n: 7, noise: 1.5 },
    { d: 5, m: 60, n: 8, noise: 0 },
  ]) {
    const best = bestNoisySteps(params);
    const curve = isotropicNoiseCurve(params, 60);
    assert.equal(best, curve.indexOf(Math.min(...curve)), JSON.stringify(params));
  }
  assert.equal(bestNoisySteps({ d: 5, m: Number.POSITIVE_INFINITY, n: 8, noise: 1 }), Number.POSITIVE_INFINITY);
});

test("every prompt length and noise is answered or refused in words", () => {
  assert.deepEqual(exactRatio(-0.375), [-3n, 8n]);
  const endless = isotropicNoiseError({ d: 2, m: Number.POSITIVE_INFINITY, n: 4, noise: 1, k: 1 });
  assertClose(endless.toNumber(), 2 * (1 - 1 / 2) ** 2, 1e-15);
  assertClose(
    isotropicNoiseError({ d: 2, m: 5, n: Number.POSITIVE_INFINITY, noise: 0.3, k: 2 }).toNumber(),
    isotropicNoiseCurve({ d: 2, m: 5, n: 1e15, noise: 0.3 }, 2)[2],
    1e-12,
  );
  assert.throws(() => isotropicNoiseError({ d: 2, m: 5, n: 4, noise: -1, k: 1 }), /noise must be 0 or in \[0.000001, 1000000\], got -1/);
});

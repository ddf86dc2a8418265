import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HypothesisError } from "../../../dist/core/check.js";
import { Rational } from "../../../dist/core/rational.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { gammaMatrix } from "../../../dist/model/gamma.js";
import { inverseLengthExpansion, scalingLawTestLength } from "../../../dist/theory/finite/inverseLengthExpansion.js";
import { isotropicError } from "../../../dist/theory/finite/isotropicError.js";
import { nonCommutingError } from "../../../dist/theory/finite/nonCommutingError.js";
import { assertClose, Lambda, power, reference, rotated, Sigma } from "../paper/support.ts";

for (const k of [1, 2, 3, 6]) {
  test(`second_order_1/m:k=${k} has its reference values`, () => {
    const [limit, correction] = reference<[number, number]>(`second_order_1/m:k=${k}`);
    const value = inverseLengthExpansion({ covariance: power(4, 1), n: 20, k });
    assertClose(value.limit, limit, 1e-13);
    assertClose(value.correction, correction, 1e-13);
  });
}

/** Its closed form for isotropic inputs, of its own derivation: d δ^{2k} and d (d+1) k (2k-1) τ² δ^{2k-2}. */
function isotropicInverseLengthExpansion({ d, n, k }: { d: number; n: number; k: number }) {
  const delta = n === Number.POSITIVE_INFINITY ? 0 : (d + 1) / (n + d + 1);
  if (k === 0) return { limit: d, correction: 0 };
  const tau = 1 / (1 + (d + 1) / n);
  return { limit: d * delta ** (2 * k), correction: d * (d + 1) * k * (2 * k - 1) * tau * tau * delta ** (2 * k - 2) };
}

test("for isotropic inputs the general and the special form agree, and both are the slope of the exact fraction in 1/m", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 12 }), (d, n, k) => {
      const special = isotropicInverseLengthExpansion({ d, n, k });
      const general = inverseLengthExpansion({ covariance: power(d, 0), n, k });
      assertClose(general.limit, special.limit, 1e-11);
      assert.ok(Math.abs(general.correction - special.correction) <= 1e-11 * special.correction);
      // Exactly, at an m so large that the next order is 1e-6 of it.
      const m = 10 ** 14;
      const limit = Rational.of(d).multiply(Rational.of(d + 1, n + d + 1).pow(2 * k));
      const slope = isotropicError({ d, m, n, k }).subtract(limit).multiply(Rational.of(m)).toNumber();
      assert.ok(Math.abs(slope - special.correction) <= 1e-6 * special.correction, `${d} ${n} ${k}: ${slope} ${special.correction}`);
    }),
    { seed: 13, numRuns: 60 },
  );
});

test("for commuting covariances that differ it is the slope of the exact Wick sums, k <= 3, diagonal or rotated alike", () => {
  const covariance = Covariance.diagonal([1, 0.6, 0.3]);
  const target = Covariance.diagonal([0.5, 0.9, 0.4]);
  const preconditioner = gammaMatrix({ covariance, n: 6 }).apply((gamma) => 1 / gamma);
  for (const k of [1, 2, 3]) {
    const { limit, correction } = inverseLengthExpansion({ covariance, target, n: 6, k });
    const m = 1e7;
    assertClose((nonCommutingError({ preconditioner, target, m, k }) - limit) * m, correction, 1e-5);
    const turned = inverseLengthExpansion({ covariance: rotated([1, 0.6, 0.3], 4), target: rotated([0.5, 0.9, 0.4], 4), n: 6, k });
    assertClose(turned.limit, limit, 1e-11);
    assertClose(turned.correction, correction, 1e-11);
  }
});

test("the scaling law needs m beyond n²k(2k-1)/(d+1): there the exact error is about twice the limit", () => {
  const [d, n, k] = [10, 30, 5];
  assertClose(scalingLawTestLength({ d, n, k }), (900 * 45) / 11, 1e-14);
  const m = 1_000_000;
  const { limit } = isotropicInverseLengthExpansion({ d, n, k });
  const relative = (isotropicError({ d, m, n, k }).toNumber() / limit - 1) * m;
  assertClose(relative, scalingLawTestLength({ d, n, k }), 2e-3);
  assert.equal(scalingLawTestLength({ d, n: Number.POSITIVE_INFINITY, k }), Number.POSITIVE_INFINITY);
  assert.equal(scalingLawTestLength({ d, n: Number.POSITIVE_INFINITY, k: 0 }), 0);
});

test("an endless training prompt has corrections for one step only, (d+1) d/m", () => {
  for (const k of [0, 1, 2, 5]) {
    const { limit, correction } = isotropicInverseLengthExpansion({ d: 4, n: Number.POSITIVE_INFINITY, k });
    assert.deepEqual([limit, correction], [k === 0 ? 4 : 0, k === 1 ? 20 : 0]);
    const general = inverseLengthExpansion({ covariance: power(4, 0), n: Number.POSITIVE_INFINITY, k });
    assert.deepEqual([general.limit, general.correction], [limit, correction]);
  }
});

test("large k underflows to 0 or throws, and never gives NaN", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 3000 }), (d, n, k) => {
      const { limit, correction } = inverseLengthExpansion({ covariance: power(d, 1), n, k });
      assert.ok(Number.isFinite(limit) && limit >= 0 && Number.isFinite(correction));
    }),
    { seed: 14, numRuns: 60 },
  );
  assert.throws(
    () => inverseLengthExpansion({ covariance: power(3, 1), target: Covariance.diagonal([9, 9, 9]), n: 50, k: 2000 }),
    RangeError,
  );
});

test("covariances that do not commute are refused", () => {
  assert.throws(() => inverseLengthExpansion({ covariance: Lambda, target: Sigma, n: 12, k: 2 }), HypothesisError);
  assert.throws(
    () => inverseLengthExpansion({ covariance: Covariance.diagonal([1, 0]), n: Number.POSITIVE_INFINITY, k: 2 }),
    HypothesisError,
  );
});

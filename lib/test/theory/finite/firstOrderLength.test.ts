import assert from "node:assert/strict";
import { test } from "node:test";
import { HypothesisError } from "../../../dist/core/check.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { firstOrderLaw, firstOrderLength } from "../../../dist/theory/finite/firstOrderLength.js";
import { inverseLengthExpansion, scalingLawTestLength } from "../../../dist/theory/finite/inverseLengthExpansion.js";
import { assertClose } from "../../support/reference.ts";
import { rotated } from "../paper/support.ts";

test("it is the ratio of the expansion's two terms, and the isotropic law for Λ = I, law and length alike", () => {
  for (const params of [
    { covariance: Covariance.diagonal([1, 0.5, 0.2]), n: 12, k: 6 },
    { covariance: Covariance.diagonal([1, 0.6]), target: Covariance.diagonal([0.5, 2.4]), n: 9, k: 3, noise: 0.4 },
  ]) {
    const { limit, correction } = inverseLengthExpansion(params);
    assertClose(firstOrderLength(params), correction / limit, 1e-12);
  }
  const even = { covariance: Covariance.diagonal(new Float64Array(10).fill(3)), n: 10, k: 20 };
  assertClose(firstOrderLength(even), scalingLawTestLength({ d: 10, n: 10, k: 20 }), 1e-11);
  assertClose(firstOrderLaw(even), scalingLawTestLength({ d: 10, n: 10, k: 20 }), 1e-11);
});

test("the law is the large-k limit for simple and for multiple λ_min, turned or not, where powers underflow", () => {
  for (const spectrum of [
    [1, 0.5, 0.2],
    [1, 0.3, 0.3],
    [1, 0.9, 0.1, 0.1, 0.1],
  ]) {
    const params = { covariance: Covariance.diagonal(spectrum), n: 200, k: 20_000 };
    assertClose(firstOrderLength(params), firstOrderLaw(params), 2e-3);
    const least = Math.min(...spectrum);
    const [q, H] = [spectrum.filter((value) => value === least).length, spectrum.reduce((sum, value) => sum + value, 0) / least];
    assertClose(firstOrderLaw(params), (q + 1) * 20_000 * 39_999 * (200 / (1 + H)) ** 2, 1e-9);
    assertClose(firstOrderLaw({ ...params, covariance: rotated(spectrum, 3) }), firstOrderLaw(params), 1e-6);
  }
});

test("overthinking pairs have it too, and what does not commute is refused", () => {
  const params = { covariance: Covariance.diagonal([1, 0.2]), target: Covariance.diagonal([1, 2]), n: 30, k: 4000 };
  assertClose(firstOrderLength(params), firstOrderLaw(params), 2e-3);
  assert.throws(() => firstOrderLength({ covariance: rotated([1, 0.5], 1), target: rotated([1, 0.5], 2), n: 5, k: 3 }), HypothesisError);
  assert.throws(() => firstOrderLength({ covariance: Covariance.diagonal([1]), n: Number.POSITIVE_INFINITY, k: 3 }), /n must be finite/);
});

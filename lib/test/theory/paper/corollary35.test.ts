import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HypothesisError } from "../../../dist/core/check.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { corollary35Bound, logCorollary35Bound } from "../../../dist/theory/paper/corollary35.js";
import { limitError, logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { assertClose, lengths, power, reference, referenceParams, rotated, spectra } from "./support.ts";

const table = [
  { name: "minf_error:I10,n=10,k=5", covariance: power(10, 0), n: 10, k: 5 },
  { name: "minf_error:I10,n=10,k=20", covariance: power(10, 0), n: 10, k: 20 },
  { name: "minf_error:1/i d10,n=20,k=5", covariance: power(10, 1), n: 20, k: 5 },
  { name: "minf_error:i^-2 d10,n=30,k=20", covariance: power(10, 2), n: 30, k: 20 },
];

for (const { name, ...params } of table) {
  test(`${name} and its bound have their reference values`, () => {
    assertClose(limitError(params), reference(name), 1e-10);
    assertClose(Math.exp(logLimitError(params)), reference(name), 1e-10);
    assertClose(corollary35Bound(params), referenceParams<{ cor35_bound: number }>(name).cor35_bound, 1e-10);
  });
}

test("the exact error is below the bound, with equality exactly for isotropic tasks, in logarithms for any k", () => {
  fc.assert(
    fc.property(spectra({ maxD: 40 }), lengths(), fc.integer({ min: 1, max: 1e9 }), (spectrum, n, k) => {
      const covariance = Covariance.diagonal(spectrum);
      const error = logLimitError({ covariance, n, k });
      const bound = logCorollary35Bound({ covariance, n, k });
      assert.ok(Number.isFinite(error) && error <= bound + 1e-12 * Math.abs(bound) + 1e-12, `${error} above ${bound}`);
      const same = Covariance.diagonal(spectrum.map(() => 0.3));
      assertClose(logLimitError({ covariance: same, n, k }), logCorollary35Bound({ covariance: same, n, k }), 1e-12);
    }),
    { seed: 51, numRuns: 500 },
  );
});

test("harder directions have larger errors, and the error falls in k and in n", () => {
  fc.assert(
    fc.property(spectra({ maxD: 10 }), fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 0, max: 50 }), (spectrum, n, k) => {
      const covariance = Covariance.diagonal(spectrum);
      const here = logLimitError({ covariance, n, k });
      assert.ok(logLimitError({ covariance, n, k: k + 1 }) <= here + 1e-12);
      assert.ok(logLimitError({ covariance, n: n + 1, k }) <= here + 1e-12);
    }),
    { seed: 52 },
  );
});

test("no step leaves the error d, an infinite n solves the task in one step, and unseen directions keep their error", () => {
  assertClose(limitError({ covariance: power(7, 1), n: 3, k: 0 }), 7, 1e-14);
  assert.equal(limitError({ covariance: power(7, 1), n: Number.POSITIVE_INFINITY, k: 1 }), 0);
  assert.equal(logLimitError({ covariance: power(7, 1), n: Number.POSITIVE_INFINITY, k: 2 }), Number.NEGATIVE_INFINITY);
  assertClose(limitError({ covariance: power(7, 1), n: Number.POSITIVE_INFINITY, k: 0 }), 7, 1e-14);
  const deficient = [Covariance.diagonal([1, 0.5, 0, 0]), rotated([1, 0.5, 0, 0], 5)];
  for (const covariance of deficient) assertClose(limitError({ covariance, n: 5, k: 10_000 }), 2, 1e-12);
});

test("a step count of 1e12 on a task of condition 1e12 keeps its digits: (1 + n/u)^-2k against an expansion", () => {
  // One hard direction decides; ln(1 + x) = x - x²/2 + ... with x = n/u near 1e-12.
  const covariance = Covariance.diagonal([1, 1e-12]);
  const x = 1 / (1 + (1 + 1e-12) / 1e-12);
  assertClose(logLimitError({ covariance, n: 1, k: 1e12 }), -2e12 * (x - (x * x) / 2), 1e-12);
});

test("λ_min = 0 is refused where the hardness is needed, and Γ must be invertible", () => {
  const covariance = Covariance.diagonal([1, 0]);
  assert.throws(
    () => corollary35Bound({ covariance, n: 5, k: 2 }),
    (error: unknown) =>
      error instanceof HypothesisError && error.result === "Corollary 3.5" && /corollary35Bound: covariance must be/.test(error.message),
  );
  assert.throws(() => limitError({ covariance, n: Number.POSITIVE_INFINITY, k: 2 }), HypothesisError);
});

test("bad arguments are named", () => {
  const covariance = power(3, 1);
  assert.throws(() => corollary35Bound({ covariance, n: 1.5, k: 1 }), {
    message: /corollary35Bound: n must be an integer >= 1 or Infinity, got 1.5/,
  });
  assert.throws(() => limitError({ covariance, n: 5, k: -1 }), { message: /limitError: k must be an integer >= 0, got -1/ });
  assert.throws(() => logLimitError({ covariance, n: 5, k: Number.POSITIVE_INFINITY }), {
    message: /k must be an integer >= 0, got Infinity/,
  });
});

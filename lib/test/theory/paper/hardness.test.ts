import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HypothesisError } from "../../../dist/core/check.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { hardness, skillHardness } from "../../../dist/theory/paper/hardness.js";
import { assertClose, power, referenceParams, rotated, spectra } from "./support.ts";

test("the hardness of the reference spectra is the one their bounds were made with", () => {
  assert.equal(hardness(power(10, 0)), referenceParams<{ Hard: number }>("thm33_bound:I10,n=10,m=10").Hard);
  assertClose(hardness(power(10, 1)), referenceParams<{ Hard: number }>("thm33_bound:1/i d10 (unnormalised),n=20,m=20").Hard, 1e-14);
  assertClose(hardness(power(50, 1)), referenceParams<{ Hard: number }>("thm33_bound:1/i d50,n=100,m=100").Hard, 1e-14);
});

test("hardness is at least d, equal to d for isotropic tasks, the largest h_i, and free of scale", () => {
  fc.assert(
    fc.property(spectra({ maxD: 40 }), fc.double({ min: -100, max: 100, noNaN: true }), (spectrum, exponent) => {
      const covariance = Covariance.diagonal(spectrum);
      const hard = hardness(covariance);
      assert.ok(hard >= covariance.d * (1 - 1e-14));
      assert.equal(hard, Math.max(...skillHardness(covariance)));
      assertClose(hardness(covariance.scale(10 ** exponent)), hard, 1e-12);
    }),
    { seed: 41 },
  );
  for (const d of [1, 7, 200]) assertClose(hardness(power(d, 0)), d, 1e-14);
});

test("h_i times λ_i is the trace, in the order of the eigenvalues, and unseen skills have infinite hardness", () => {
  const covariance = Covariance.diagonal([0.5, 0, 2]);
  assert.deepEqual([...skillHardness(covariance)], [1.25, 5, Number.POSITIVE_INFINITY]);
});

test("a rank-deficient task has no hardness, also when rotation has turned its zero into rounding", () => {
  for (let seed = 0; seed < 20; seed++) {
    const d = 2 + seed * 4;
    const spectrum = Array.from({ length: d }, (_, i) => (i === d - 1 ? 0 : 1 / (i + 1)));
    for (const covariance of [Covariance.diagonal(spectrum), rotated(spectrum, seed)]) {
      assert.ok(covariance.isSingular);
      assert.throws(
        () => hardness(covariance),
        (error: unknown) =>
          error instanceof HypothesisError &&
          error.hypothesis === "lambda_min > 0" &&
          /hardness: covariance must be positive definite/.test(error.message),
      );
    }
  }
});

test("a diagonal task keeps eigenvalues that rounding would hide in a dense one", () => {
  assertClose(hardness(Covariance.diagonal([1, 1e-30])), 1e30, 1e-14);
});

test("what is not a Covariance, or overflows, is refused with its name", () => {
  assert.throws(() => hardness(3 as unknown as Covariance), {
    name: "TypeError",
    message: /hardness: covariance must be a Covariance, got 3/,
  });
  assert.throws(() => hardness(Covariance.diagonal([1e200, 1e-200])), { name: "RangeError", message: /overflow/ });
  assert.throws(() => hardness(Covariance.diagonal([1.7e308, 1.7e308])), { name: "RangeError", message: /finite trace/ });
});

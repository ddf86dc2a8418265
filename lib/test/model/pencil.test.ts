import assert from "node:assert/strict";
import { test } from "node:test";
import { Checks } from "../../dist/core/check.js";
import { Covariance } from "../../dist/model/covariance.js";
import { pencilLogErrors } from "../../dist/model/errorPowers.js";
import { alignmentPencil } from "../../dist/model/pencil.js";
import { assertClose, Lambda, power, rotated, Sigma } from "../theory/paper/support.ts";

test("a long prompt's small deviations keep their digits: δ = (1 + h)/n to first order", () => {
  const spectrum = [1, 0.5, 0.25];
  const n = 1e12;
  // Σ = Λ in a basis where it is not diagonal, handed over as another object with other rounding.
  const covariance = rotated(spectrum, 3);
  const { deviations } = alignmentPencil(new Checks("f"), "r", { covariance: Covariance.diagonal(spectrum), n });
  assertClose(Math.max(...deviations), 8 / n, 1e-10);
  assertClose(Math.max(...alignmentPencil(new Checks("f"), "r", { covariance, n }).deviations), 8 / n, 1e-10);
});

test("L and R of a pair are inverse to each other and rebuild I - Γ^-1 Σ", () => {
  const { gamma, deviations, frame } = alignmentPencil(new Checks("f"), "r", { covariance: Lambda, target: Sigma, n: 5, noise: 0.3 });
  const identity = frame!.left.mmul(frame!.right);
  const residual = frame!.left.mmul(frame!.right.clone().mulColumnVector(Array.from(deviations)));
  const expected = gamma.apply((value) => 1 / value).mmul(Sigma.matrix);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const unit = i === j ? 1 : 0;
      assert.ok(Math.abs(identity.get(i, j) - unit) < 1e-14);
      assert.ok(Math.abs(residual.get(i, j) - (unit - expected.get(i, j))) < 1e-14);
    }
  }
});

test("the zeroth power is I, of squared norm d, also where a deviation is 0", () => {
  for (const params of [
    { covariance: Lambda, target: Sigma, n: 5 },
    { covariance: Lambda, n: Number.POSITIVE_INFINITY },
    { covariance: power(3, 0), target: Covariance.diagonal([5, 5, 1]), n: 1 },
  ]) {
    assertClose(Math.exp(pencilLogErrors(alignmentPencil(new Checks("f"), "r", params))(0)), 3, 1e-14);
  }
});

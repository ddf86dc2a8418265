import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { HypothesisError } from "../../../dist/core/check.js";
import { type MixtureParams, mixtureGamma, mixtureMoments, mixturePreconditioner } from "../../../dist/model/mixture.js";
import { multiTaskLoss, multiTaskMinimalLoss } from "../../../dist/theory/paper/multiTaskLoss.js";
import { assertClose, assertMatrix, mixture, rotated } from "./support.ts";

test("the optimum is Gamma_mix^-1, has the least loss, and any other preconditioner, its transpose included, has more", () => {
  const cases: MixtureParams[] = [mixture, { ...mixture, lengths: 12, mixing: "per-token" }, { ...mixture, noise: 0.8 }];
  for (const params of cases) {
    const optimum = mixturePreconditioner(params);
    assertMatrix(optimum.mmul(mixtureGamma(params)), Matrix.eye(2, 2), 1e-12);
    const least = multiTaskLoss({ ...params, preconditioner: optimum });
    assertClose(least, multiTaskMinimalLoss(params), 1e-12);
    assert.ok(multiTaskLoss({ ...params, preconditioner: optimum.transpose() }) > least);
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }), (change) => {
        const preconditioner = Matrix.add(optimum, Matrix.from1DArray(2, 2, change));
        // The loss is quadratic with Hessian M̄, so the excess is ½ tr(Δ M̄ Δᵀ).
        const delta = Matrix.from1DArray(2, 2, change);
        const excess = 0.5 * Matrix.mul(delta.mmul(mixtureMoments(params).second), delta).sum();
        assert.ok(Math.abs(multiTaskLoss({ ...params, preconditioner }) - least - excess) <= 1e-12 * (1 + excess));
      }),
      { seed: 101, numRuns: 50 },
    );
  }
});

test("tasks that leave a direction uncovered have no least loss that is attained", () => {
  const half = rotated([1, 0, 0.4], 6);
  assert.throws(() => multiTaskMinimalLoss({ tasks: [half, half.scale(2)], weights: [0.5, 0.5], lengths: 4 }), HypothesisError);
});

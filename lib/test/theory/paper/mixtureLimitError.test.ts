import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Covariance } from "../../../dist/model/covariance.js";
import { type MixtureParams, mixturePreconditioner } from "../../../dist/model/mixture.js";
import { logMixtureLimitError, mixtureGrowth, mixtureLimitError } from "../../../dist/theory/paper/mixtureLimitError.js";
import { limitBehaviour, logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { assertClose, Lambda, mixture, Sigma } from "./support.ts";

test("a mixture of one task has that task's m = ∞ error and growth, and unequal ones that of multiplying out", () => {
  const single: MixtureParams = { tasks: [Lambda], weights: [1], lengths: 12 };
  for (const k of [0, 1, 2, 7, 100]) {
    const expected = logLimitError({ covariance: Lambda, target: Sigma, n: 12, k });
    const actual = logMixtureLimitError({ ...single, target: Sigma, k });
    assert.ok(Math.abs(actual - expected) <= 1e-10 * (1 + Math.abs(expected)), `k = ${k}: ${actual} against ${expected}`);
  }
  assertClose(mixtureGrowth({ ...single, target: Sigma }), limitBehaviour({ covariance: Lambda, target: Sigma, n: 12 }).growth, 1e-10);
  const target = Covariance.diagonal([1.5, 0.7]);
  const step = Matrix.sub(Matrix.eye(2, 2), mixturePreconditioner(mixture).mmul(target.matrix));
  const cube = step.mmul(step).mmul(step);
  assertClose(mixtureLimitError({ ...mixture, target, k: 3 }), Matrix.mul(cube, cube).sum(), 1e-12);
});

test("a target of another dimension is refused by name", () => {
  assert.throws(() => mixtureLimitError({ ...mixture, target: Sigma, k: 1 }), { message: /target must be/ });
});

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { rollout } from "../../dist/model/chainOfThought.js";
import { appendThought, embed } from "../../dist/model/embedding.js";
import { gammaMatrix } from "../../dist/model/gamma.js";
import { linearSelfAttention, structuredParameters } from "../../dist/model/linearSelfAttention.js";
import { samplePrompt } from "../../dist/model/prompt.js";
import { optimalV } from "../../dist/theory/paper/theorem31.js";
import { maxDifference, normalMatrix, rotated } from "../support/lsa.ts";

const random = Random.seed(12).stream("chainOfThought");

suite("rollout", () => {
  const [d, n, m, c] = [4, 20, 15, 0.7];
  const covariance = rotated([1, 0.5, 0.3, 0.2], random);
  const prompt = samplePrompt({ covariance, n: m }, random);
  const parameters = structuredParameters({ V31: optimalV({ covariance, n, c }), c });

  test("follows w_{i+1} = w_i + c V31 S (w_i - w) in both modes", () => {
    const S = prompt.X.mmul(prompt.X.transpose()).mul(1 / m);
    const step = optimalV({ covariance, n, c }).mmul(S).mul(c);
    for (const mode of ["replace", "append"] as const) {
      const estimates = rollout(prompt, parameters, { steps: 30, mode });
      assert.equal(estimates.length, 31);
      let expected = Matrix.zeros(d, 1);
      for (const [i, estimate] of estimates.entries()) {
        const gap = maxDifference(estimate, expected.getColumn(0));
        assert.ok(gap < 1e-13, `${mode}, step ${i}: ${gap}`);
        expected = Matrix.add(expected, step.mmul(Matrix.sub(expected, Matrix.columnVector(Array.from(prompt.w)))));
      }
    }
  });

  test("w_k = (I - (I - Γ⁻¹ S)^k) w after k updates from w_0 = 0", () => {
    const S = prompt.X.mmul(prompt.X.transpose()).mul(1 / m);
    const A = gammaMatrix({ covariance, n }).apply((gamma) => 1 / gamma);
    const map = Matrix.sub(Matrix.eye(d), A.mmul(S));
    let power = Matrix.eye(d);
    for (const estimate of rollout(prompt, parameters, { steps: 12 })) {
      const closed = Matrix.sub(Matrix.eye(d), power).mmul(Matrix.columnVector(Array.from(prompt.w)));
      assert.ok(maxDifference(estimate, closed.getColumn(0)) < 1e-13);
      power = power.mmul(map);
    }
  });

  test("earlier thoughts have a score of exactly 0, so that both modes agree to the last bit", () => {
    const kept = rollout(prompt, parameters, { steps: 10, mode: "append" });
    const replaced = rollout(prompt, parameters, { steps: 10, mode: "replace" });
    assert.deepEqual(kept, replaced);
    const E = appendThought(embed(prompt, [1, 2, 3, 4]), [5, 6, 7, 8]);
    const scores = E.transpose()
      .mmul(parameters.W)
      .mmul(E.getColumnVector(m + 1));
    assert.equal(scores.get(m, 0), 0);
    assert.equal(scores.get(m + 1, 0), 0);
  });

  test("earlier thoughts do attend when W has an entry in its w rows, and the modes then differ", () => {
    const W = parameters.W.clone();
    W.set(d + 1, d + 1, 0.05);
    const other = { V: parameters.V.clone(), W };
    other.V.set(d + 1, d + 1, 0.5);
    const kept = rollout(prompt, other, { steps: 3, mode: "append" });
    const replaced = rollout(prompt, other, { steps: 3, mode: "replace" });
    assert.equal(maxDifference(kept[1], replaced[1]), 0);
    assert.ok(maxDifference(kept[3], replaced[3]) > 1e-6);
  });

  test("one update is the w block of f_LSA's last column", () => {
    const E = embed(prompt, [0, 0, 0, 0]);
    const output = linearSelfAttention(E, parameters, m)
      .getColumn(m)
      .slice(d + 1, 2 * d + 1);
    assert.ok(maxDifference(rollout(prompt, parameters, { steps: 1 })[1], output) < 1e-14);
  });

  test("starts from 0, or from the given estimate", () => {
    assert.deepEqual(rollout(prompt, parameters, { steps: 0 }), [new Float64Array(d)]);
    const fixed = rollout(prompt, parameters, { steps: 5, start: prompt.w });
    assert.ok(maxDifference(fixed[5], prompt.w) < 1e-14);
  });

  test("a diverging run that overflows throws and names the step; shorter runs stay finite", () => {
    const wild = structuredParameters({ V31: normalMatrix(random, d, d, 100), c });
    let failure = "";
    assert.throws(
      () => rollout(prompt, wild, { steps: 10_000 }),
      (error: Error) => {
        failure = error.message;
        return error instanceof RangeError;
      },
    );
    const step = Number(/overflows at step (\d+)/.exec(failure)?.[1]);
    const shorter = rollout(prompt, wild, { steps: step - 1 });
    assert.ok(shorter.every((estimate) => estimate.every(Number.isFinite)));
  });

  test("bad options are refused", () => {
    assert.throws(() => rollout(prompt, parameters, { steps: -1 }), /rollout: steps must be an integer >= 0, got -1/);
    assert.throws(() => rollout(prompt, parameters, { steps: 1, mode: "both" as "append" }), /mode must be one of "replace", "append"/);
    assert.throws(() => rollout(prompt, parameters, { steps: 1, start: [0] }), /start must be an array of 4/);
    assert.throws(() => rollout(prompt, structuredParameters({ V31: Matrix.eye(3), c }), { steps: 1 }), /rollout: V must be a 10x10/);
  });
});

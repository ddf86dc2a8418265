import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { embed } from "../../dist/model/embedding.js";
import { linearSelfAttention, structuredParameters } from "../../dist/model/linearSelfAttention.js";
import { samplePrompt } from "../../dist/model/prompt.js";
import { promptLoss, promptLossGradient } from "../../dist/model/trainingLoss.js";
import { normalMatrix, rotated } from "../support/lsa.ts";

const random = Random.seed(13).stream("trainingLoss");

suite("promptLoss", () => {
  const [d, n] = [3, 5];
  const D = 2 * d + 2;
  const covariance = rotated([1, 0.6, 0.2], random);
  const prompt = samplePrompt({ covariance, n }, random);
  const E = embed(prompt, random.fillNormal(new Float64Array(d)));

  test("is half the squared distance of f_LSA's last column to (0, 0, w, 1)", () => {
    const parameters = { V: normalMatrix(random, D, D, 0.3), W: normalMatrix(random, D, D, 0.3) };
    const target = [...new Array<number>(d + 1).fill(0), ...prompt.w, 1];
    const column = linearSelfAttention(E, parameters, n).getColumn(n);
    const expected = column.reduce((sum, value, i) => sum + (value - target[i]) ** 2, 0) / 2;
    assert.ok(Math.abs(promptLoss(E, parameters, prompt.w) - expected) < 1e-13 * expected);
  });

  test("is |w|²/2 at V = 0 and ŵ = 0", () => {
    const zero = { V: Matrix.zeros(D, D), W: Matrix.zeros(D, D) };
    const expected = prompt.w.reduce((sum, value) => sum + value * value, 0) / 2;
    assert.ok(Math.abs(promptLoss(embed(prompt, [0, 0, 0]), zero, prompt.w) - expected) < 1e-14);
  });

  test("its gradient agrees with central differences in every entry of V and W", () => {
    // The loss is a quartic polynomial in a line through (V, W), so that the error of the difference is O(h²).
    const h = 1e-5;
    for (const parameters of [
      { V: normalMatrix(random, D, D, 0.3), W: normalMatrix(random, D, D, 0.3) },
      structuredParameters({ V31: normalMatrix(random, d), c: -0.8 }),
    ]) {
      const gradient = promptLossGradient(E, parameters, prompt.w);
      for (const name of ["V", "W"] as const) {
        for (let i = 0; i < D; i++) {
          for (let j = 0; j < D; j++) {
            const at = (shift: number) => {
              const moved = { V: parameters.V.clone(), W: parameters.W.clone() };
              moved[name].set(i, j, moved[name].get(i, j) + shift);
              return promptLoss(E, moved, prompt.w);
            };
            const slope = (at(h) - at(-h)) / (2 * h);
            const value = gradient[name].get(i, j);
            assert.ok(Math.abs(slope - value) < 1e-8 * (1 + Math.abs(value)), `${name}[${i}][${j}]: ${value} and ${slope}`);
          }
        }
      }
    }
  });

  test("scaling V up and W down leaves the loss, so ⟨V, ∇V⟩ = ⟨W, ∇W⟩", () => {
    const parameters = { V: normalMatrix(random, D, D, 0.3), W: normalMatrix(random, D, D, 0.3) };
    const gradient = promptLossGradient(E, parameters, prompt.w);
    const left = Matrix.mul(parameters.V, gradient.V).sum();
    const right = Matrix.mul(parameters.W, gradient.W).sum();
    assert.ok(Math.abs(left - right) < 1e-12 * Math.abs(left));
    const scaled = { V: Matrix.mul(parameters.V, 3), W: Matrix.div(parameters.W, 3) };
    const loss = promptLoss(E, parameters, prompt.w);
    assert.ok(Math.abs(promptLoss(E, scaled, prompt.w) - loss) < 1e-12 * loss);
  });

  test("W13 and the x and y columns of W get no gradient when ŵ = 0", () => {
    const parameters = { V: normalMatrix(random, D), W: normalMatrix(random, D) };
    const { W } = promptLossGradient(embed(prompt, [0, 0, 0]), parameters, prompt.w);
    assert.equal(Matrix.abs(W.subMatrix(0, D - 1, 0, 2 * d)).max(), 0);
    assert.ok(Matrix.abs(W.subMatrix(0, D - 1, 2 * d + 1, 2 * d + 1)).max() > 0);
  });

  test("rows 1, 2 and 4 of V get no gradient in the pattern of Theorem 3.1, prompt by prompt", () => {
    const { V } = promptLossGradient(E, structuredParameters({ V31: normalMatrix(random, d), c: 0.5 }), prompt.w);
    assert.equal(Matrix.abs(V.subMatrix(0, d, 0, D - 1)).max(), 0);
    assert.equal(Matrix.abs(V.subMatrix(D - 1, D - 1, 0, D - 1)).max(), 0);
    assert.ok(Matrix.abs(V.subMatrix(d + 1, 2 * d, 0, d - 1)).max() > 0);
  });

  test("bad weights and shapes are refused", () => {
    const parameters = structuredParameters({ V31: Matrix.eye(d), c: 1 });
    assert.throws(() => promptLoss(E, parameters, [1, 2]), /promptLoss: w must be an array of 3/);
    assert.throws(() => promptLoss(E, structuredParameters({ V31: Matrix.eye(2), c: 1 }), prompt.w), /promptLoss: V must be a 8x8/);
    assert.throws(() => promptLossGradient(E, parameters, [1, Number.NaN, 0]), /w\[1\] must be a finite number/);
    assert.throws(() => promptLoss(E, parameters, prompt.w, 0.5), /n must be an integer >= 1/);
  });
});

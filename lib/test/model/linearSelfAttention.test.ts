import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { embed } from "../../dist/model/embedding.js";
import { linearSelfAttention, linearSelfAttentionLastColumn, structuredParameters } from "../../dist/model/linearSelfAttention.js";
import { samplePrompt } from "../../dist/model/prompt.js";
import { maxDifference, normalMatrix, rotated } from "../support/lsa.ts";

const random = Random.seed(11).stream("linearSelfAttention");

suite("linearSelfAttention", () => {
  test("is E + V E Eᵀ W E / n entry by entry", () => {
    const [D, N, n] = [6, 5, 3];
    const E = normalMatrix(random, D, N);
    const parameters = { V: normalMatrix(random, D), W: normalMatrix(random, D) };
    const output = linearSelfAttention(E, parameters, n);
    for (let a = 0; a < D; a++) {
      for (let b = 0; b < N; b++) {
        let sum = E.get(a, b);
        for (let i = 0; i < D; i++) {
          for (let j = 0; j < N; j++) {
            for (let k = 0; k < D; k++) {
              for (let l = 0; l < D; l++) {
                sum += (parameters.V.get(a, i) * E.get(i, j) * E.get(k, j) * parameters.W.get(k, l) * E.get(l, b)) / n;
              }
            }
          }
        }
        assert.ok(Math.abs(output.get(a, b) - sum) < 1e-12 * (1 + Math.abs(sum)), `[${a}][${b}]: ${output.get(a, b)} and ${sum}`);
      }
    }
  });

  test("its last column alone is the same numbers", () => {
    const E = normalMatrix(random, 8, 13);
    const parameters = { V: normalMatrix(random, 8), W: normalMatrix(random, 8) };
    const whole = linearSelfAttention(E, parameters, 12).getColumn(12);
    assert.ok(maxDifference(linearSelfAttentionLastColumn(E, parameters, 12), whole) < 1e-12);
  });

  test("with the parameters of Theorem 3.1 moves the estimate by c V31 S (ŵ - w) and nothing else", () => {
    const [d, n, c] = [4, 9, -0.7];
    const { X, y, w } = samplePrompt({ covariance: rotated([2, 1, 0.5, 0.1], random), n }, random);
    const V31 = normalMatrix(random, d);
    const wHat = random.fillNormal(new Float64Array(d));
    const E = embed({ X, y }, wHat);
    const output = linearSelfAttention(E, structuredParameters({ V31, c }), n);
    const S = X.mmul(X.transpose()).mul(1 / n);
    const gap = Matrix.columnVector(Array.from(wHat, (value, i) => value - w[i]));
    const moved = Matrix.columnVector(Array.from(wHat)).add(V31.mmul(S).mmul(gap).mul(c));
    const expected = E.clone();
    expected.setSubMatrix(moved, d + 1, n);
    assert.ok(maxDifference(output, expected) < 5e-13);
    assert.equal(maxDifference(output.subMatrix(0, d, 0, n), E.subMatrix(0, d, 0, n)), 0);
  });

  test("structuredParameters fills V31, W13 and W24 only", () => {
    const { V, W } = structuredParameters({ V31: new Matrix([[5]]), c: 3 });
    assert.deepEqual(V.to2DArray(), [
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [5, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    assert.deepEqual(W.to2DArray(), [
      [0, 0, 3, 0],
      [0, 0, 0, -3],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  test("n counts examples, not columns", () => {
    const E = embed({ X: new Matrix([[1, 1]]), y: [2, 2] }, [0]);
    const parameters = structuredParameters({ V31: new Matrix([[-1]]), c: 1 });
    assert.equal(linearSelfAttention(E, parameters, 2).get(2, 2), 2);
    assert.equal(linearSelfAttention(E, parameters, 4).get(2, 2), 1);
  });

  test("wrong shapes, a zero scale and an overflow are refused", () => {
    const E = Matrix.ones(4, 2);
    const good = structuredParameters({ V31: new Matrix([[1]]), c: 1 });
    assert.throws(
      () => linearSelfAttention(E, { V: Matrix.eye(3, 3), W: good.W }, 1),
      /V must be a 4x4 Matrix, as E has 4 rows, got a 3x3/,
    );
    assert.throws(() => linearSelfAttention(E, good, 0), /n must be an integer >= 1, got 0/);
    assert.throws(() => linearSelfAttention(E, good, Number.POSITIVE_INFINITY), RangeError);
    assert.throws(() => structuredParameters({ V31: new Matrix([[1]]), c: 0 }), /c must be a finite number other than 0, got 0/);
    assert.throws(() => structuredParameters({ V31: Matrix.ones(2, 3), c: 1 }), /V31 must be a square/);
    assert.throws(() => structuredParameters({ V31: new Matrix([[Number.NaN]]), c: 1 }), /V31\[0\]\[0\] must be a finite number, got NaN/);
    const huge = { V: Matrix.mul(Matrix.ones(4, 4), 1e200), W: Matrix.mul(Matrix.ones(4, 4), 1e200) };
    assert.throws(() => linearSelfAttention(E, huge, 1), /the output must be finite/);
    assert.throws(() => linearSelfAttentionLastColumn(E, huge, 1), /the output must be finite/);
  });
});

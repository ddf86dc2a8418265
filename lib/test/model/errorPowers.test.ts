import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Checks } from "../../dist/core/check.js";
import { Random } from "../../dist/core/random.js";
import { logErrorCurve, matrixLogErrors, pencilLogErrors, stepPowers } from "../../dist/model/errorPowers.js";
import { inverseGamma } from "../../dist/model/gamma.js";
import { alignmentPencil } from "../../dist/model/pencil.js";
import { normalMatrix } from "../support/lsa.ts";
import { assertClose } from "../support/reference.ts";
import { Lambda, Sigma } from "../theory/paper/support.ts";

const flat = (matrix: Matrix) => Float64Array.from(matrix.to1DArray());
const random = Random.seed(5).stream("powers");

test("for any A and S the norms are those of multiplying out, in whatever order k are asked for", () => {
  const d = 4;
  const [A, S] = [normalMatrix(random, d, d, 0.4), normalMatrix(random, d, d, 0.6)];
  const step = Matrix.sub(Matrix.eye(d, d), A.mmul(S));
  const logError = matrixLogErrors(flat(A), flat(S), d);
  const power = stepPowers(flat(A), flat(S), d);
  for (const k of [7, 0, 1, 12, 3, 20]) {
    let product = Matrix.eye(d, d);
    for (let i = 0; i < k; i++) product = product.mmul(step);
    assertClose(Math.exp(logError(k)), Matrix.mul(product, product).sum(), 1e-12);
    const { matrix, log } = power(k);
    const expected = flat(product);
    matrix.forEach((value, at) => {
      assert.ok(Math.abs(value * Math.exp(log) - expected[at]) <= 1e-12 * product.norm("frobenius"));
    });
  }
});

test("by products with vectors the curve is the same, for P = I and a scale on B", () => {
  const d = 3;
  const B = normalMatrix(random, d, d, 0.5);
  const curve = logErrorCurve(
    (vectors, out) => out.set(flat(B.mmul(Matrix.from1DArray(d, d, vectors)))),
    flat(Matrix.eye(d, d)),
    d,
    2000,
    1.5,
  );
  const logError = matrixLogErrors(flat(Matrix.mul(B, 1.5)), flat(Matrix.eye(d, d)), d);
  for (const k of [0, 1, 10, 2000]) assert.ok(Math.abs(curve[k] - logError(k)) <= 1e-10 * (1 + Math.abs(curve[k])), `${k}`);
});

test("a pair taken apart, its matrices and, where all is diagonal, its diagonals agree, up to k = 1e12", () => {
  const logError = matrixLogErrors(flat(inverseGamma({ covariance: Lambda, n: 12 })), flat(Sigma.matrix), 3);
  const pencil = pencilLogErrors(alignmentPencil(new Checks("f"), "r", { covariance: Lambda, target: Sigma, n: 12 }));
  for (const k of [0, 1, 5, 100, 1e6, 1e12]) assert.ok(Math.abs(logError(k) - pencil(k)) <= 1e-9 * (1 + Math.abs(pencil(k))), `${k}`);
  const [a, s] = [Float64Array.of(0.5, 2, 0.1), Float64Array.of(1, 1.7, 3)];
  const thin = matrixLogErrors(a, s, 3);
  const full = matrixLogErrors(flat(Matrix.diag([...a])), flat(Matrix.diag([...s])), 3);
  for (const k of [0, 1, 2, 9]) assertClose(Math.exp(thin(k)), Math.exp(full(k)), 1e-13);
});

test("a power that vanishes has the logarithm -Infinity, and k = 0 the norm d", () => {
  const eye = flat(Matrix.eye(2, 2));
  const logError = matrixLogErrors(eye, eye, 2);
  assert.equal(logError(0), Math.log(2));
  assert.equal(logError(1), Number.NEGATIVE_INFINITY);
  assert.equal(logError(6), Number.NEGATIVE_INFINITY);
  assert.equal(matrixLogErrors(Float64Array.of(1, 1), Float64Array.of(1, 1), 2)(3), Number.NEGATIVE_INFINITY);
});

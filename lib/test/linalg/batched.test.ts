import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import {
  batchedCholesky,
  batchedProduct,
  batchedSolve,
  batchedSymmetricEigen,
  batchedSymmetricEigenvalues,
} from "../../dist/linalg/batched.js";
import { cholesky } from "../../dist/linalg/cholesky.js";
import { symmetricEigen, symmetricEigenvalues } from "../../dist/linalg/symmetricEigen.js";
import { BACKENDS, close, definite, member, normal, symmetric, withSpectrum } from "./support.ts";

const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 11, 16, 32, 33, 70];
const COUNT = 9;
const batch = (make: (d: number, key: number) => Matrix, d: number, count = COUNT): Float64Array =>
  Float64Array.from(Array.from({ length: count }, (_, i) => make(d, i).to1DArray()).flat());
const square = (d: number, key: number): Matrix => normal(d, d, key);

for (const backend of BACKENDS) {
  test(`each product of a batch is ml-matrix's (${backend})`, () => {
    for (const d of SIZES) {
      const [a, b] = [batch(square, d), batch((n, i) => square(n, i + 50), d)];
      const out = batchedProduct(a, b, d, { backend });
      for (let i = 0; i < COUNT; i++) close(member(out, i, d), member(a, i, d).mmul(member(b, i, d)), 1e-13 * d, `matrix ${i}, d = ${d}`);
      if (backend === "simd") assert.deepEqual(out, batchedProduct(a, b, d, { backend: "typescript" }));
    }
  });
}

test("a batch of many pieces is multiplied to its end", () => {
  const d = 4;
  const a = Float64Array.from({ length: 3000 * d * d }, (_, i) => Math.sin(i));
  assert.deepEqual(batchedProduct(a, a, d, { backend: "simd" }), batchedProduct(a, a, d, { backend: "typescript" }));
});

test("factors, solutions and eigenvalues of a batch are those of its matrices", () => {
  for (const d of SIZES) {
    const a = batch(definite, d);
    const b = Float64Array.from(normal(COUNT, d).to1DArray());
    const [L, x, values] = [batchedCholesky(a, d), batchedSolve(a, b, d), batchedSymmetricEigenvalues(a, d)];
    const eigen = batchedSymmetricEigen(a, d);
    for (let i = 0; i < COUNT; i++) {
      const one = member(a, i, d);
      close(member(L, i, d), cholesky(one), 1e-14 * d, `factor ${i}, d = ${d}`);
      const right = Array.from(b.subarray(i * d, (i + 1) * d));
      close(one.mmul(Matrix.columnVector(Array.from(x.subarray(i * d, (i + 1) * d)))), Matrix.columnVector(right), 1e-12, `solution ${i}`);
      const expected = new Matrix([symmetricEigenvalues(one)]);
      close(new Matrix([values.subarray(i * d, (i + 1) * d)]), expected, 1e-13 * d, `eigenvalues ${i}, d = ${d}`);
      close(new Matrix([eigen.values.subarray(i * d, (i + 1) * d)]), expected, 1e-13 * d, `eigenvalues with vectors ${i}, d = ${d}`);
      const rows = member(eigen.vectors, i, d);
      close(rows.mmul(rows.transpose()), Matrix.eye(d), 1e-11, `orthogonality ${i}, d = ${d}`);
      const diagonal = Matrix.diag(Array.from(eigen.values.subarray(i * d, (i + 1) * d)));
      close(rows.transpose().mmul(diagonal).mmul(rows), one, 1e-11, `reconstruction ${i}, d = ${d}`);
    }
  }
});

test("matrices with equal eigenvalues stand beside others in a batch", () => {
  const d = 12;
  const kinds = [
    symmetric(d),
    withSpectrum(Array.from({ length: d }, (_, i) => i % 3)),
    Matrix.zeros(d, d),
    symmetric(d, 1),
    Matrix.eye(d),
  ];
  const a = batch((_, i) => kinds[i], d, kinds.length);
  const { values, vectors } = batchedSymmetricEigen(a, d);
  kinds.forEach((one, i) => {
    const rows = member(vectors, i, d);
    close(rows.mmul(rows.transpose()), Matrix.eye(d), 1e-11, `orthogonality ${i}`);
    const diagonal = Matrix.diag(Array.from(values.subarray(i * d, (i + 1) * d)));
    close(rows.transpose().mmul(diagonal).mmul(rows), one, 1e-11, `reconstruction ${i}`);
  });
});

test("a matrix does not depend on its neighbours in the batch", () => {
  for (const d of [4, 7, 32]) {
    const a = batch(symmetric, d);
    const all = batchedSymmetricEigen(a, d);
    const alone = batchedSymmetricEigen(a.slice(3 * d * d, 4 * d * d), d);
    assert.deepEqual(alone.values, all.values.slice(3 * d, 4 * d));
    assert.deepEqual(alone.vectors, all.vectors.slice(3 * d * d, 4 * d * d));
  }
});

test("the eigenvectors of a batch are those of one matrix, to the bit, in pairs and in between", () => {
  for (const d of [1, 2, 3, 4, 7, 16, 33]) {
    const kinds = [symmetric(d), symmetric(d, 1), Matrix.eye(d), definite(d), symmetric(d, 2).mul(1e-200), definite(d, 3), symmetric(d, 4)];
    const { values, vectors } = batchedSymmetricEigen(
      batch((_, i) => kinds[i], d, kinds.length),
      d,
    );
    kinds.forEach((one, i) => {
      const alone = symmetricEigen(one, { backend: "typescript" });
      assert.deepEqual(values.slice(i * d, (i + 1) * d), alone.values);
      assert.deepEqual(member(vectors, i, d).transpose().to1DArray(), alone.vectors.to1DArray());
    });
  }
});

test("only the lower triangles of symmetric matrices are read", () => {
  const d = 5;
  const a = batch(definite, d);
  const spoilt = a.slice();
  for (let m = 0; m < COUNT; m++) for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) spoilt[m * d * d + i * d + j] = Number.NaN;
  assert.deepEqual(batchedCholesky(spoilt, d), batchedCholesky(a, d));
  assert.deepEqual(batchedSymmetricEigen(spoilt, d), batchedSymmetricEigen(a, d));
});

test("a result goes into the array that is given, which must fit and not overlap the input", () => {
  const d = 3;
  const a = batch(definite, d);
  const out = new Float64Array(a.length).fill(Number.NaN);
  assert.equal(batchedProduct(a, a, d, { out }), out);
  assert.deepEqual(out, batchedProduct(a, a, d));
  assert.equal(batchedCholesky(a, d, { out: out.fill(7) }), out);
  assert.deepEqual(out, batchedCholesky(a, d));
  assert.throws(() => batchedCholesky(a, d, { out: new Float64Array(4) }), /batchedCholesky: out must be a Float64Array of length 81/);
  assert.throws(() => batchedProduct(a, a.slice(), d, { out: a }), /batchedProduct: out must be an array that does not overlap the input/);
});

test("the number of a refused matrix counts from the start of the batch", () => {
  const d = 32;
  const a = batch(definite, d, 60);
  a[50 * d * d] = -1;
  assert.throws(() => batchedSolve(a, new Float64Array(60 * d), d), /batchedSolve: A\[50\] must be positive definite, got .*row 0/);
  assert.throws(() => batchedCholesky(a, d), /batchedCholesky: A\[50\] must be positive definite/);
});

test("an empty batch gives an empty batch", () => {
  const none = new Float64Array(0);
  assert.equal(batchedProduct(none, none, 3).length, 0);
  assert.equal(batchedCholesky(none, 3).length, 0);
  assert.equal(batchedSolve(none, none, 3).length, 0);
  assert.equal(batchedSymmetricEigenvalues(none, 3).length, 0);
  assert.equal(batchedSymmetricEigen(none, 3).vectors.length, 0);
});

test("wrong lengths, entries that are not finite and matrices that are not positive definite are refused by number", () => {
  const d = 3;
  const a = batch(definite, d);
  assert.throws(() => batchedProduct(a, a.slice(9), d), /batchedProduct: B must be 9 matrices, as many as A holds, got "8"/);
  assert.throws(() => batchedCholesky(a.slice(1), d), /batchedCholesky: A must be an array of 3x3 matrices, its length a multiple of 9/);
  assert.throws(() => batchedCholesky([1] as unknown as Float64Array, 1), TypeError);
  assert.throws(() => batchedCholesky(a, 0), /batchedCholesky: d must be an integer >= 1, got 0/);
  assert.throws(() => batchedSolve(a, new Float64Array(4), d), /batchedSolve: b must be an array of 9 vectors of length 3/);
  const broken = a.slice();
  broken[2 * 9 + 4] = -1;
  assert.throws(
    () => batchedCholesky(broken, d),
    /batchedCholesky: A\[2\] must be positive definite, got .*row 1, whose diagonal entry is -1/,
  );
  assert.throws(() => batchedSolve(broken, new Float64Array(27), d), /batchedSolve: A\[2\] must be positive definite/);
  broken[2 * 9 + 3] = Number.NaN;
  const name = /A\[2\]\[1\]\[0\] must be a finite number, got NaN/;
  assert.throws(() => batchedCholesky(broken, d), name);
  assert.throws(() => batchedSymmetricEigenvalues(broken, d), name);
  assert.throws(() => batchedSymmetricEigen(broken, d), name);
  for (const backend of BACKENDS) assert.throws(() => batchedProduct(broken, a, d, { backend }), name);
  const b = new Float64Array(27);
  b[5] = Number.NaN;
  assert.throws(() => batchedSolve(a, b, d), /b\[1\]\[2\] must be a finite number, got NaN/);
});

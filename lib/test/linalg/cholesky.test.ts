import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { LARGE } from "../../dist/linalg/backend.js";
import { cholesky, choleskySolve } from "../../dist/linalg/cholesky.js";
import { cholesky as denseCholesky } from "../../dist/linalg/dense.js";
import { solveLower, solveUpper } from "../../dist/linalg/triangularSolve.js";
import { BACKENDS, close, definite, normal, symmetric } from "./support.ts";

for (const backend of BACKENDS) {
  test(`L Lᵀ = A with a lower triangular L of positive diagonal (${backend})`, () => {
    for (const d of [1, 2, 3, 5, 8, 31, 32, 33, 64, 65, 100, 131]) {
      const a = definite(d);
      const L = cholesky(a, { backend });
      close(L.mmul(L.transpose()), a, 1e-14 * d, `d = ${d}`);
      for (let i = 0; i < d; i++) {
        assert.ok(L.get(i, i) > 0);
        for (let j = i + 1; j < d; j++) assert.equal(L.get(i, j), 0);
      }
      const b = normal(d, 3);
      close(a.mmul(choleskySolve(L, b)), b, 1e-12, `A X = B, d = ${d}`);
    }
  });

  test(`a hand-worked factor (${backend})`, () => {
    const a = new Matrix([
      [4, 2, -2],
      [2, 10, 2],
      [-2, 2, 6],
    ]);
    const L = cholesky(a, { backend });
    close(
      L,
      new Matrix([
        [2, 0, 0],
        [1, 3, 0],
        [-1, 1, 2],
      ]),
      1e-15,
      "L",
    );
    close(choleskySolve(L, new Matrix([[4], [14], [6]])), new Matrix([[1], [1], [1]]), 1e-15, "solution");
  });

  test(`the first pivot that is not positive is named (${backend})`, () => {
    for (const [d, row] of [
      [2, 0],
      [5, 3],
      [100, 70],
      [100, 99],
    ] as const) {
      const a = definite(d);
      a.set(row, row, -2);
      assert.throws(
        () => cholesky(a, { backend }),
        new RegExp(`^RangeError: cholesky: A must be positive definite, got "no positive pivot in row ${row}, whose diagonal entry is -2"`),
      );
    }
    assert.throws(() => cholesky(Matrix.zeros(3, 3), { backend }), /row 0/);
  });
}

test("the back ends agree to 1e-14 d, and TypeScript and WebAssembly to the bit", () => {
  for (const d of [3, 40, 100, 170]) {
    const all = BACKENDS.map((backend) => cholesky(definite(d), { backend }));
    for (const L of all) close(L, all[0], 1e-14 * d, `d = ${d}`);
    assert.deepEqual(all[1].to1DArray(), all[0].to1DArray());
  }
});

test("what is empty, not square, not symmetric or not finite is refused", () => {
  assert.throws(() => cholesky(new Matrix(0, 0)), /cholesky: A must be a matrix with at least one entry/);
  assert.throws(() => cholesky(normal(2, 3)), /cholesky: A must be square, got a 2x3 matrix/);
  assert.throws(() => cholesky(normal(3, 3)), /cholesky: A must be symmetric/);
  const a = symmetric(3);
  a.set(0, 0, Number.POSITIVE_INFINITY);
  assert.throws(() => cholesky(a), /cholesky: A\[0\]\[0\] must be a finite number, got Infinity/);
  assert.throws(() => choleskySolve(normal(3, 2), normal(3, 1)), /choleskySolve: L must be square/);
  assert.throws(() => choleskySolve(cholesky(definite(3)), normal(2, 1)), /choleskySolve: B must be a matrix of 3 rows/);
  assert.throws(() => choleskySolve(Matrix.zeros(2, 2), normal(2, 1)), /choleskySolve: L\[0\]\[0\] must be a number > 0, got 0/);
  assert.throws(() => choleskySolve(new Matrix([[1e-300]]), new Matrix([[1e300]])), /L must be far enough from singular/);
});

test("above the size from which BLAS is used, systems are solved and a variable that others determine is found, as below it", () => {
  for (const d of [LARGE - 1, LARGE + 3]) {
    const a = definite(d);
    const found = denseCholesky(Float64Array.from(a.to1DArray()), d);
    assert.ok("factor" in found);
    const b = normal(d, 9);
    const x = solveUpper(found.factor, solveLower(found.factor, Float64Array.from(b.to1DArray()), d, 9), d, 9);
    close(a.mmul(Matrix.from1DArray(d, 9, x)), b, 1e-11, `A X = B, d = ${d}`);
    // The last variable becomes the sum of the first two.
    for (let i = 0; i < d - 1; i++)
      for (const [r, c] of [
        [i, d - 1],
        [d - 1, i],
      ])
        a.set(r, c, a.get(0, i) + a.get(1, i));
    a.set(d - 1, d - 1, a.get(0, 0) + 2 * a.get(0, 1) + a.get(1, 1));
    assert.deepEqual(denseCholesky(Float64Array.from(a.to1DArray()), d), { dependent: d - 1 });
  }
});

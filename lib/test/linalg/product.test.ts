import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { matrixOver, rowMajor } from "../../dist/linalg/layout.js";
import { product, symmetricProduct } from "../../dist/linalg/product.js";
import { BACKENDS, close, normal } from "./support.ts";

for (const backend of BACKENDS) {
  test(`products of any shape, transposed or not, are ml-matrix's (${backend})`, () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), (m, n, k, transposeA, transposeB) => {
        const [a, b] = [normal(m, k), normal(k, n, 1)];
        const actual = product(transposeA ? a.transpose() : a, transposeB ? b.transpose() : b, { transposeA, transposeB, backend });
        close(actual, a.mmul(b), 1e-13 * Math.sqrt(k + 1), `${m}x${k}x${n}`);
      }),
      { numRuns: 150, seed: 2 },
    );
  });

  test(`products larger than every block of the code are ml-matrix's (${backend})`, () => {
    const [a, b] = [normal(70, 530), normal(530, 261)];
    close(product(a, b, { backend }), a.mmul(b), 1e-12, "70x530x261");
    close(symmetricProduct(b, { backend, transpose: true }), b.transpose().mmul(b), 2e-12, "261x530x261");
  });

  test(`A Aᵀ and Aᵀ A are exactly symmetric and agree with the product (${backend})`, () => {
    for (const [n, k] of [
      [1, 1],
      [5, 3],
      [66, 130],
      [130, 66],
    ] as const) {
      const a = normal(n, k);
      for (const transpose of [false, true]) {
        const actual = symmetricProduct(a, { backend, transpose });
        assert.ok(actual.isSymmetric());
        close(actual, transpose ? a.transpose().mmul(a) : a.mmul(a.transpose()), 1e-12, `${n}x${k}`);
      }
    }
  });

  test(`a hand-worked product (${backend})`, () => {
    const a = new Matrix([
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(product(a, a, { backend }).to2DArray(), [
      [7, 10],
      [15, 22],
    ]);
    assert.deepEqual(symmetricProduct(a, { backend }).to2DArray(), [
      [5, 11],
      [11, 25],
    ]);
  });

  test(`a factor that is not finite, or a product that overflows, is refused by name (${backend})`, () => {
    const [a, b] = [normal(70, 70), normal(70, 70, 1)];
    b.set(3, 69, Number.NaN);
    assert.throws(() => product(a, b, { backend }), /^RangeError: product: B\[3\]\[69\] must be a finite number, got NaN$/);
    a.set(69, 0, Number.NEGATIVE_INFINITY);
    assert.throws(() => product(a, b, { backend }), /product: A\[69\]\[0\] must be a finite number, got -Infinity/);
    assert.throws(() => symmetricProduct(a, { backend }), /symmetricProduct: A\[69\]\[0\] must be a finite number/);
    const huge = new Matrix([[1e200]]);
    assert.throws(() => product(huge, huge, { backend }), /product: A must be small enough that the product is finite/);
  });
}

test("TypeScript and WebAssembly give the same bits", () => {
  for (const [m, k, n] of [
    [1, 1, 1],
    [3, 5, 7],
    [33, 300, 65],
    [130, 257, 260],
  ] as const) {
    const [a, b] = [normal(m, k), normal(k, n, 1)];
    assert.deepEqual(product(a, b, { backend: "simd" }).to1DArray(), product(a, b, { backend: "typescript" }).to1DArray());
    assert.deepEqual(symmetricProduct(a, { backend: "simd" }).to1DArray(), symmetricProduct(a, { backend: "typescript" }).to1DArray());
  }
});

test("a product goes into a matrix that was returned before, of the same shape, and not into a factor", () => {
  const [a, b] = [normal(70, 80), normal(80, 66)];
  for (const backend of BACKENDS) {
    const into = product(normal(70, 80, 1), normal(80, 66, 1), { backend });
    assert.equal(product(a, b, { backend, into }), into);
    assert.deepEqual(into.to1DArray(), product(a, b, { backend }).to1DArray());
    const square = symmetricProduct(normal(70, 80, 1), { backend });
    assert.equal(symmetricProduct(a, { backend, into: square }), square);
    assert.deepEqual(square.to1DArray(), symmetricProduct(a, { backend }).to1DArray());
    assert.throws(() => product(square, square, { backend, into: square }), /product: into must be another matrix than the factors/);
    assert.throws(() => product(a, b, { backend, into: square }), /product: into must be a 70x66 matrix that a function of this layer/);
    assert.throws(() => product(a, b, { backend, into: normal(70, 66) }), /product: into must be a 70x66 matrix that a function/);
  }
});

test("shapes that do not fit, matrices without entries and other values are refused", () => {
  assert.throws(() => product(normal(2, 3), normal(2, 3)), /product: B must be a matrix of 3 rows .*, got a 2x3 matrix/);
  assert.throws(() => product(new Matrix(0, 0), normal(2, 2)), /product: A must be a matrix with at least one entry, got a 0x0 matrix/);
  assert.throws(() => product([[1]] as unknown as Matrix, normal(1, 1)), TypeError);
  assert.throws(
    () => product(normal(2, 2), normal(2, 2), { backend: "gpu" as "simd" }),
    /backend must be one of "typescript", "simd", "blas", got "gpu"/,
  );
});

test("a result is an ordinary Matrix whose rows share one array, until a row is replaced", () => {
  const a = symmetricProduct(normal(3, 4));
  const whole = rowMajor(a);
  assert.equal(rowMajor(a), whole);
  a.set(1, 1, 7);
  assert.equal(whole[4], 7);
  assert.deepEqual(a.clone().to2DArray(), a.to2DArray());
  a.addRow([1, 2, 3]);
  assert.equal(a.rows, 4);
  assert.deepEqual(Array.from(rowMajor(a)), a.to1DArray());
  a.removeRow(0);
  a.removeColumn(0);
  assert.deepEqual(Array.from(rowMajor(a)), a.to1DArray());
  assert.deepEqual(
    matrixOver(new Float64Array([1, 2, 3, 4, 5, 6]), 2, 3)
      .transpose()
      .to2DArray(),
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  );
});

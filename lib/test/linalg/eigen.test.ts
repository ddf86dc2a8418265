import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { symmetricEigen, symmetricEigenvalues } from "../../dist/linalg/symmetricEigen.js";
import { BACKENDS, close, normal, symmetric, withSpectrum } from "./support.ts";

/** Residual, orthogonality and order, each over the norm. Ours loses up to ε over the relative gap (1e-3) in vectors of close eigenvalues. */
const TOLERANCE = { typescript: 1e-11, simd: 1e-11, blas: 1e-12 } as const;

function checkEigen(a: Matrix, { values, vectors }: { values: Float64Array; vectors: Matrix }, tolerance: number): void {
  const d = a.rows;
  const norm = Math.max(Math.abs(values[0]), Math.abs(values[d - 1])) || 1;
  for (let i = 1; i < d; i++) assert.ok(values[i] >= values[i - 1], `eigenvalue ${i} is out of order`);
  const scaled = vectors.clone().mulRowVector(Array.from(values));
  close(a.mmul(vectors).div(norm), scaled.div(norm), tolerance, `residual, d = ${d}`);
  close(vectors.transpose().mmul(vectors), Matrix.eye(d), tolerance, `orthogonality, d = ${d}`);
}

for (const backend of BACKENDS) {
  const tolerance = TOLERANCE[backend];
  test(`random symmetric matrices: A V = V diag(values), VᵀV = I, ascending (${backend})`, () => {
    for (const d of [1, 2, 3, 4, 7, 16, 31, 64, 65, 130]) {
      const a = symmetric(d);
      checkEigen(a, symmetricEigen(a, { backend }), tolerance);
      const both = [symmetricEigen(a, { backend }).values, symmetricEigenvalues(a, { backend })];
      close(new Matrix([both[0]]), new Matrix([both[1]]), 1e-13 * d, "with and without vectors");
    }
  });

  test(`eigenvalues that are equal, close, zero or far apart (${backend})`, () => {
    const spectra = [
      Array.from({ length: 12 }, () => 1),
      Array.from({ length: 20 }, (_, i) => Math.floor(i / 4)),
      Array.from({ length: 20 }, (_, i) => (i < 3 ? 1 + i : 0)),
      Array.from({ length: 20 }, (_, i) => 1 + (i % 5) + 1e-9 * i),
      Array.from({ length: 20 }, (_, i) => 1 + 1e-4 * i),
      Array.from({ length: 30 }, (_, i) => (i + 1) ** -6),
      Array.from({ length: 15 }, (_, i) => i - 7),
      Array.from({ length: 80 }, (_, i) => (i < 40 ? 1 : 2)),
    ];
    for (const spectrum of spectra) {
      const a = withSpectrum(spectrum);
      const found = symmetricEigen(a, { backend });
      checkEigen(a, found, tolerance);
      const sorted = [...spectrum].sort((x, y) => x - y);
      close(new Matrix([found.values]), new Matrix([sorted]), 1e-13 * a.rows, "the spectrum that was put in");
    }
    for (const a of [Matrix.zeros(5, 5), Matrix.eye(5), Matrix.diag([3, -1, 2])]) checkEigen(a, symmetricEigen(a, { backend }), 0);
  });

  test(`a hand-worked case (${backend})`, () => {
    const { values, vectors } = symmetricEigen(
      new Matrix([
        [2, 1],
        [1, 2],
      ]),
      { backend },
    );
    close(new Matrix([values]), new Matrix([[1, 3]]), 1e-15, "values");
    assert.ok(Math.abs(vectors.get(0, 0) + vectors.get(1, 0)) < 1e-15 && Math.abs(vectors.get(0, 1) - vectors.get(1, 1)) < 1e-15);
  });

  test(`very small and very large entries neither vanish nor overflow (${backend})`, () => {
    for (const scale of [1e-300, 1e-160, 1e160, 1e300]) {
      const a = symmetric(9).mul(scale);
      const values = symmetricEigenvalues(a, { backend });
      const expected = symmetricEigenvalues(symmetric(9), { backend });
      close(new Matrix([values.map((value) => value / scale)]), new Matrix([expected]), 1e-13, `scale ${scale}`);
      const { vectors } = symmetricEigen(a, { backend });
      close(vectors.transpose().mmul(vectors), Matrix.eye(9), tolerance, `orthogonality at scale ${scale}`);
    }
  });
}

test("the back ends agree on eigenvalues to 1e-13 d of the norm", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 90 }), fc.nat(100), (d, key) => {
      const a = symmetric(d, key);
      const all = BACKENDS.map((backend) => symmetricEigenvalues(a, { backend }));
      for (const values of all) close(new Matrix([values]), new Matrix([all[0]]), 1e-13 * d, `d = ${d}`);
    }),
    { numRuns: 40, seed: 3 },
  );
});

test("what is empty, not square, not symmetric or not finite is refused", () => {
  for (const [name, call] of Object.entries({ symmetricEigen, symmetricEigenvalues })) {
    assert.throws(() => call(new Matrix(0, 0)), new RegExp(`${name}: A must be a matrix with at least one entry, got a 0x0 matrix`));
    assert.throws(() => call(normal(2, 3)), new RegExp(`${name}: A must be square, got a 2x3 matrix`));
    assert.throws(() => call(normal(3, 3)), new RegExp(`${name}: A must be symmetric, got "A\\[1\\]\\[0\\] = `));
    const a = symmetric(70);
    a.set(4, 2, Number.NaN);
    assert.throws(() => call(a), new RegExp(`${name}: A\\[4\\]\\[2\\] must be a finite number, got NaN`));
  }
});

test("mirrored entries may differ by rounding, and the lower ones are used", () => {
  const a = symmetric(70);
  const b = a.clone();
  b.set(2, 5, b.get(2, 5) * (1 + 1e-14));
  for (const backend of BACKENDS) assert.deepEqual(symmetricEigenvalues(b, { backend }), symmetricEigenvalues(a, { backend }));
});

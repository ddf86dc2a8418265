import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";

/** A random covariance with a given spectrum: Q diag Qᵀ with Q from Gram-Schmidt. */
function rotated(spectrum: number[], seed: number): Covariance {
  const d = spectrum.length;
  const random = Random.seed(seed);
  const columns: number[][] = [];
  while (columns.length < d) {
    const v = Array.from(random.fillNormal(new Float64Array(d)));
    for (const q of [...columns, ...columns]) {
      const dot = q.reduce((sum, x, i) => sum + x * v[i], 0);
      q.forEach((x, i) => {
        v[i] -= dot * x;
      });
    }
    const norm = Math.hypot(...v);
    columns.push(v.map((x) => x / norm));
  }
  const rows = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => columns.reduce((sum, q, l) => sum + q[i] * spectrum[l] * q[j], 0)),
  );
  return Covariance.fromMatrix(rows);
}

const spectra = fc.array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });

test("eigenvalues, eigenvectors and trace belong to the matrix", () => {
  fc.assert(
    fc.property(spectra, fc.integer({ min: 0, max: 1e6 }), (spectrum, seed) => {
      const covariance = rotated(spectrum, seed);
      const sorted = spectrum.toSorted((a, b) => b - a);
      covariance.eigenvalues.forEach((lambda, i) => {
        assert.ok(Math.abs(lambda - sorted[i]) <= 1e-12, `${lambda} against ${sorted[i]}`);
      });
      const rebuilt = covariance.apply((lambda) => lambda);
      assert.ok(Matrix.sub(rebuilt, covariance.matrix).norm("max") <= 1e-12);
      assert.ok(Math.abs(covariance.trace - spectrum.reduce((a, b) => a + b)) <= 1e-12 * spectrum.length);
    }),
    { numRuns: 100 },
  );
});

test("apply(1/λ) is the inverse", () => {
  const covariance = rotated([2, 0.5, 0.1], 4);
  assert.ok(Matrix.sub(covariance.apply((x) => 1 / x).mmul(covariance.matrix), Matrix.eye(3)).norm("max") < 1e-12);
});

test("a diagonal covariance keeps the order it was given and sorts its eigenvalues", () => {
  const covariance = Covariance.diagonal([1, 3, 2]);
  assert.deepEqual(covariance.matrix.diag(), [1, 3, 2]);
  assert.deepEqual([...covariance.eigenvalues], [3, 2, 1]);
  assert.ok(
    covariance.isDiagonal &&
      Covariance.fromMatrix([
        [1, 0],
        [0, 2],
      ]).isDiagonal,
  );
});

test("rounding in the input is taken for what it is", () => {
  const covariance = Covariance.fromMatrix([
    [1, 0.5 + 1e-13],
    [0.5, 1],
  ]);
  assert.equal(covariance.matrix.get(0, 1), covariance.matrix.get(1, 0));
  assert.equal(
    Covariance.fromMatrix([
      [1, 1],
      [1, 1],
    ]).lambdaMin,
    0,
  );
});

test("what is no covariance is refused, with the entry or the eigenvalue", () => {
  const refused: [unknown, RegExp][] = [
    [
      [
        [1, 0.5],
        [0.4, 1],
      ],
      /must be symmetric, got entries \[1\]\[0\] = 0\.4 and \[0\]\[1\] = 0\.5/,
    ],
    [
      [
        [1, 2],
        [2, 1],
      ],
      /must be positive semidefinite, got the eigenvalue -0\.99+|-1/,
    ],
    [
      [
        [1, Number.NaN],
        [Number.NaN, 1],
      ],
      /matrix\[0\]\[1\] must be a finite number, got NaN/,
    ],
    [[[1, 0]], /matrix\[0\] must be an array of 1 finite numbers/],
    [
      [
        [0, 0],
        [0, 0],
      ],
      /must be non-zero/,
    ],
    [[], /must be a Matrix or a non-empty array of rows/],
    [null, /must be a Matrix or a non-empty array of rows, got null/],
    [Matrix.zeros(2, 3), /must be square and non-empty, got a 2x3 matrix/],
  ];
  for (const [matrix, message] of refused) assert.throws(() => Covariance.fromMatrix(matrix as number[][]), { message });
  assert.throws(() => Covariance.diagonal([1, -1]), { message: "Covariance.diagonal: spectrum[1] must be an eigenvalue >= 0, got -1" });
  assert.throws(() => Covariance.diagonal([0, 0]), RangeError);
  assert.throws(() => Covariance.diagonal([]), RangeError);
  assert.throws(() => Covariance.diagonal([1]).scale(0), RangeError);
  assert.throws(() => Covariance.diagonal([1, 0]).apply((x) => 1 / x), { message: /f\(lambda\) must be finite on the spectrum/ });
});

test("of 64 dimensions and more, the decomposition is exact and its signs do not hang on rounding", () => {
  for (const d of [64, 97]) {
    const a = Matrix.from1DArray(d, d, Array.from(Random.seed(d).fillNormal(new Float64Array(d * d))));
    const matrix = a.mmul(a.transpose()).div(d);
    const { eigenvalues, eigenvectors: Q, matrix: kept } = Covariance.fromMatrix(matrix);
    for (let i = 1; i < d; i++) assert.ok(eigenvalues[i] <= eigenvalues[i - 1]);
    const again = Q.mmul(Matrix.diag(Array.from(eigenvalues))).mmul(Q.transpose());
    assert.ok(Matrix.sub(again, kept).abs().max() <= 1e-12 * eigenvalues[0]);
    assert.ok(Matrix.sub(Q.transpose().mmul(Q), Matrix.eye(d)).abs().max() <= 1e-11);
    const nudged = Covariance.fromMatrix(matrix.clone().mul(1 + 1e-13)).eigenvectors;
    assert.ok(Matrix.sub(nudged, Q).abs().max() <= 1e-9);
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { FreeSetFactor } from "../../dist/optimize/freeSetFactor.js";
import { DenseHessian, FactorHessian } from "../../dist/optimize/hessian.js";
import { curvatureTolerance, negativeCurvature, pivotedCholesky } from "../../dist/optimize/pivotedCholesky.js";

function normals(random: Random, count: number, p: number): Float64Array[] {
  return Array.from({ length: count }, () => random.fillNormal(new Float64Array(p)));
}

test("after any sequence of entries and exits the step solves the KKT system of the free set", () => {
  fc.assert(
    fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 4 }), fc.boolean(), (seed, m, dense) => {
      const random = Random.seed(seed);
      const n = 14;
      const B = normals(random, n, 16);
      const factored = new FactorHessian(B);
      const rows = B.map((x) => Float64Array.from(B, (y) => x.reduce((sum, value, i) => sum + value * y[i], 0)));
      const hessian = dense ? new DenseHessian(rows) : factored;
      const columns = random.fillNormal(new Float64Array(n * m));
      const factor = new FreeSetFactor(hessian, columns, m, n);
      const inside = new Set<number>();
      for (let step = 0; step < 60; step++) {
        const j = Math.floor(random.uniform() * n);
        if (inside.has(j)) {
          factor.remove(factor.index.indexOf(j));
          inside.delete(j);
        } else {
          assert.equal(factor.append(j), true);
          inside.add(j);
        }
        const F = Array.from(factor.index.subarray(0, factor.size));
        assert.deepEqual(
          [...F].sort((a, b) => a - b),
          [...inside].sort((a, b) => a - b),
        );
        if (F.length <= m) continue;
        const g = random.fillNormal(new Float64Array(F.length));
        const r = random.fillNormal(new Float64Array(m));
        const p = new Float64Array(n + 1);
        factor.direction(g, p, r);
        F.forEach((row, i) => {
          let sum = g[i];
          F.forEach((column, k) => {
            sum += rows[row][column] * p[k];
          });
          // K = H + ρ AᵀA adds ρ Aᵀr.
          for (let a = 0; a < m; a++) sum += columns[row * m + a] * (factor.y[a] + largestDiagonal(hessian) * r[a]);
          assert.ok(Math.abs(sum) < 1e-8, `stationarity ${sum} after ${step} steps`);
        });
        for (let a = 0; a < m; a++) {
          const sum = F.reduce((total, column, k) => total + columns[column * m + a] * p[k], 0);
          assert.ok(Math.abs(sum - r[a]) < 1e-11, `row ${a}: ${sum - r[a]}`);
        }
      }
    }),
    { numRuns: 30, seed: 3 },
  );
});

const largestDiagonal = (hessian: { diagonal: Float64Array }): number => Math.max(...hessian.diagonal);

test("a variable that adds a direction of zero curvature is refused, and the direction is reported", () => {
  const B = normals(Random.seed(5), 6, 2);
  const factor = new FreeSetFactor(new FactorHessian(B), new Float64Array(6).fill(1), 1, 6);
  // Two directions and the row Σ x = 1: three variables are independent, the fourth is not.
  assert.deepEqual(
    [0, 1, 2].map((j) => factor.append(j)),
    [true, true, true],
  );
  assert.equal(factor.append(3), false);
  assert.equal(factor.size, 3);
  const d = factor.nullDirection.subarray(0, 4);
  assert.equal(d[3], 1);
  assert.ok(Math.abs(d.reduce((sum, value) => sum + value, 0)) < 1e-12);
  for (let i = 0; i < 2; i++) assert.ok(Math.abs(d.reduce((sum, value, j) => sum + value * B[j][i], 0)) < 1e-12);
});

test("pivoted Cholesky finds the rank and reproduces the matrix", () => {
  for (const [n, p, spread] of [
    [30, 5, 0],
    [80, 40, 0],
    [50, 12, 6],
    [20, 30, 0],
  ] as const) {
    const B = normals(Random.seed(n), n, p).map((column) => column.map((value, i) => value * 10 ** ((-spread * i) / p)));
    const hessian = new FactorHessian(B);
    const members = Int32Array.from({ length: n }, (_, i) => i);
    const { rank, rows, negative } = pivotedCholesky(hessian, members, curvatureTolerance(n));
    assert.equal(rank, Math.min(n, p));
    assert.ok(negative > -1e-14);
    const R = new Matrix(rows.map((row) => Array.from(row)));
    const H = new Matrix(B.map((x) => B.map((y) => x.reduce((sum, value, i) => sum + value * y[i], 0))));
    assert.ok(Matrix.sub(R.mmul(R.transpose()), H).abs().max() < 1e-12 * H.max());
  }
});

test("negative curvature is seen on the diagonal, off it, and behind a large positive part", () => {
  const curvature = (rows: number[][]): number => negativeCurvature(new DenseHessian(rows.map((row) => Float64Array.from(row))));
  const ofPair = (diagonal: number, off: number): number =>
    curvature([
      [diagonal, off],
      [off, diagonal],
    ]);
  assert.equal(ofPair(1, 1), 0);
  assert.equal(ofPair(2, 1), 0);
  assert.equal(ofPair(0, 0), 0);
  assert.ok(ofPair(0, 1) < -0.1);
  assert.ok(ofPair(1, 2) < -0.1);
  assert.ok(
    curvature([
      [1, 1, 0],
      [1, 1, 1e-6],
      [0, 1e-6, 0],
    ]) < 0,
  );
  const n = 300;
  const B = normals(Random.seed(8), n, 20);
  const rows = B.map((x) => B.map((y) => x.reduce((sum, value, i) => sum + value * y[i], 0)));
  assert.equal(curvature(rows), 0);
  rows[17][200] += 1e-6;
  rows[200][17] += 1e-6;
  assert.ok(curvature(rows) < 0);
});

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Random } from "../../dist/core/random.js";
import { SymmetricWorkspace } from "../../dist/linalg/symmetricWorkspace.js";
import { tridiagonalEigenvalues } from "../../dist/linalg/tridiagonal.js";

/** Z Zᵀ/m for standard normal Z, row-major. */
function wishart(d: number, m: number, random: Random): Float64Array {
  const z = random.fillNormal(new Float64Array(d * m));
  const a = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) for (let l = 0; l < m; l++) a[i * d + j] += (z[i * m + l] * z[j * m + l]) / m;
  return a;
}

suite("tridiagonal", () => {
  test("decomposes a 2 x 2 matrix worked by hand", () => {
    const work = new SymmetricWorkspace(2);
    assert.deepEqual([...work.eigenvalues(Float64Array.of(2, Number.NaN, 1, 2))], [1, 3]); // the upper triangle is not read
    assert.ok(work.eigenvectors());
    assert.ok(Math.abs(Math.abs(work.vectors[0]) - Math.SQRT1_2) < 1e-15);
    assert.ok(Math.abs(work.vectors[0] + work.vectors[1]) < 1e-15);
  });

  test("rebuilds random Wishart matrices from orthonormal eigenvectors, in ascending order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(1e6), (d, seed) => {
        const a = wishart(d, d + 3, Random.seed(seed));
        const work = new SymmetricWorkspace(d);
        const values = work.eigenvalues(a.slice());
        for (let i = 1; i < d; i++) assert.ok(values[i] >= values[i - 1]);
        if (!work.eigenvectors()) return;
        const norm = values[d - 1];
        let worst = 0;
        for (let i = 0; i < d; i++) {
          for (let j = 0; j < d; j++) {
            let rebuilt = -a[i * d + j];
            let dot = i === j ? -1 : 0;
            for (let l = 0; l < d; l++) {
              rebuilt += values[l] * work.vectors[l * d + i] * work.vectors[l * d + j];
              dot += work.vectors[i * d + l] * work.vectors[j * d + l];
            }
            worst = Math.max(worst, Math.abs(rebuilt) / norm, Math.abs(dot));
          }
        }
        assert.ok(worst < 1e-8, `d = ${d}, seed = ${seed}: ${worst}`);
      }),
      { seed: 1, numRuns: 150 },
    );
  });

  test("says that it cannot separate equal eigenvalues", () => {
    const work = new SymmetricWorkspace(3);
    assert.deepEqual([...work.eigenvalues(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 2))], [1, 1, 2]);
    assert.equal(work.eigenvectors(), false);
  });

  test("finds the eigenvalues 2 - 2 cos(πj/(d+1)) of the second difference", () => {
    for (const d of [1, 2, 7, 100]) {
      const values = tridiagonalEigenvalues(new Float64Array(d).fill(2), new Float64Array(d).fill(1), d);
      values.forEach((value, i) => {
        assert.ok(Math.abs(value - (2 - 2 * Math.cos((Math.PI * (i + 1)) / (d + 1)))) < 1e-14 * d, `d = ${d}, i = ${i}: ${value}`);
      });
    }
  });

  test("throws on an entry that is not finite", () => {
    assert.throws(() => tridiagonalEigenvalues(Float64Array.of(1, Number.NaN), new Float64Array(2), 2), /not finite/);
  });
});

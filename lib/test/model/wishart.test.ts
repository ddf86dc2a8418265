import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { sampleInputs } from "../../dist/model/prompt.js";
import { sampleSecondMoment, secondMomentSampler } from "../../dist/model/wishart.js";

const full = Covariance.fromMatrix([
  [1, 0.3, 0],
  [0.3, 0.8, 0.2],
  [0, 0.2, 0.5],
]);
const diagonal = Covariance.diagonal([0.5, 2, 1]);

/** |z| <= 4 between the mean of draws and an expected value. */
function assertMean(draws: Float64Array, expected: number, what: string): void {
  const count = draws.length;
  const mean = draws.reduce((sum, x) => sum + x, 0) / count;
  const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (count - 1);
  const z = (mean - expected) / Math.sqrt(variance / count);
  assert.ok(Math.abs(z) <= 4, `${what}: mean ${mean}, expected ${expected}, z = ${z}`);
}

for (const [name, covariance] of [
  ["full", full],
  ["diagonal", diagonal],
] as const) {
  for (const m of [1, 2, 3, 7]) {
    test(`S has the mean Σ and E S² = (1 + 1/m) Σ² + tr(Σ)/m Σ for a ${name} Σ and m = ${m}`, () => {
      const count = 20_000;
      const draw = secondMomentSampler({ covariance, m });
      const random = Random.seed(11).stream(name, m);
      const first = Array.from({ length: 9 }, () => new Float64Array(count));
      const second = Array.from({ length: 9 }, () => new Float64Array(count));
      for (let c = 0; c < count; c++) {
        const S = draw(random);
        for (let i = 0; i < 3; i++) {
          for (let j = 0; j < 3; j++) {
            assert.equal(S[3 * i + j], S[3 * j + i]);
            first[3 * i + j][c] = S[3 * i + j];
            for (let l = 0; l < 3; l++) second[3 * i + j][c] += S[3 * i + l] * S[3 * l + j];
          }
        }
      }
      const sigma = covariance.matrix;
      const square = Matrix.mul(sigma.mmul(sigma), 1 + 1 / m).add(Matrix.mul(sigma, covariance.trace / m));
      for (let i = 0; i < 3; i++) {
        for (let j = i; j < 3; j++) {
          if (!(name === "diagonal" && m === 1 && i !== j)) assertMean(first[3 * i + j], sigma.get(i, j), `S[${i}][${j}]`);
          assertMean(second[3 * i + j], square.get(i, j), `S²[${i}][${j}]`);
        }
      }
    });
  }
}

test("Bartlett's draw has the law of XXᵀ/m: third and fourth moments of the trace agree with prompts drawn in full", () => {
  const count = 20_000;
  const m = 4;
  const draw = secondMomentSampler({ covariance: full, m });
  const random = Random.seed(12).stream("bartlett");
  const other = Random.seed(12).stream("columns");
  for (const power of [3, 4]) {
    const difference = new Float64Array(count);
    for (let c = 0; c < count; c++) {
      const S = Matrix.from1DArray(3, 3, Array.from(draw(random)));
      const X = sampleInputs(full, m, other);
      const T = X.mmul(X.transpose()).div(m);
      const trace = (A: Matrix) => (power === 3 ? A.mmul(A).mmul(A).trace() : A.mmul(A).mmul(A).mmul(A).trace());
      difference[c] = trace(S) - trace(T);
    }
    assertMean(difference, 0, `tr S^${power}`);
  }
});

test("the rank of S is min(d, m), an endless prompt gives Σ, and the draw depends on the stream alone", () => {
  const S = sampleSecondMoment({ covariance: full, m: 2 }, Random.seed(1));
  assert.ok(
    Math.abs(
      S.get(0, 0) * (S.get(1, 1) * S.get(2, 2) - S.get(1, 2) ** 2) -
        S.get(0, 1) * (S.get(0, 1) * S.get(2, 2) - S.get(1, 2) * S.get(0, 2)) +
        S.get(0, 2) * (S.get(0, 1) * S.get(1, 2) - S.get(1, 1) * S.get(0, 2)),
    ) < 1e-14,
  );
  assert.deepEqual(
    sampleSecondMoment({ covariance: full, m: Number.POSITIVE_INFINITY }, Random.seed(1)).to2DArray(),
    full.matrix.to2DArray(),
  );
  assert.deepEqual(
    sampleSecondMoment({ covariance: full, m: 5 }, Random.seed(2)),
    sampleSecondMoment({ covariance: full, m: 5 }, Random.seed(2)),
  );
  assert.throws(() => sampleSecondMoment({ covariance: full, m: 0 }, Random.seed(1)), /m must be an integer >= 1 or Infinity/);
});

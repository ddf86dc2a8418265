import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { estimatePreconditioner, learnedPreconditioner } from "../../dist/estimators/preconditioner.js";
import { Covariance } from "../../dist/model/covariance.js";
import { gammaMatrix, inverseGamma } from "../../dist/model/gamma.js";
import { regressionPairSampler } from "../../dist/model/regressionPair.js";
import { powerLawSpectrum } from "../../dist/model/spectrum.js";
import { sampleSecondMoment } from "../../dist/model/wishart.js";
import { maxDifference, rotated } from "../support/lsa.ts";

const covariance = Covariance.diagonal(powerLawSpectrum({ d: 10, exponent: 1, normalise: "trace-d" }));

/** Exact one-step error E‖I - A S‖_F², S of m = n = 20 examples with the covariance Λ: tr(AᵀA E S²) - 2 tr(AΛ) + d. */
function oneStepError(A: Matrix, Lambda: Covariance, m: number): number {
  const second = Matrix.mul(Lambda.matrix.mmul(Lambda.matrix), 1 + 1 / m).add(Matrix.mul(Lambda.matrix, Lambda.trace / m));
  return Lambda.d - 2 * A.mmul(Lambda.matrix).trace() + A.mmul(second).mmul(A.transpose()).trace();
}

suite("preconditioner", () => {
  test("the closed form inverts Γ", () => {
    const full = rotated([3, 1, 0.1], Random.seed(1));
    const product = inverseGamma({ covariance: full, n: 7, noise: 0.5 }).mmul(gammaMatrix({ covariance: full, n: 7, noise: 0.5 }).matrix);
    assert.ok(maxDifference(product, Matrix.eye(3, 3)) < 1e-13);
    assert.throws(
      () => inverseGamma({ covariance: Covariance.diagonal([1, 0]), n: Number.POSITIVE_INFINITY }),
      /smallest eigenvalue of Gamma must be a finite number > 0, got 0/,
    );
  });

  test("a trained block V31 = -Γ^(-1)/c gives Γ^(-1) back", () => {
    const A = inverseGamma({ covariance, n: 20 });
    assert.ok(maxDifference(learnedPreconditioner({ V31: Matrix.mul(A, -1 / 0.7), c: 0.7 }), A) < 1e-15);
    assert.throws(() => learnedPreconditioner({ V31: A, c: 0 }), RangeError);
  });

  test("one prompt of one example, worked by hand: A = w gᵀ/‖g‖²", () => {
    const one = Covariance.diagonal([4]);
    // d = 1: the averaged form is S/S² = 1/S.
    const A = estimatePreconditioner({ covariance: one, n: 1, prompts: 1, weights: "averaged" }, Random.seed(2));
    const S = sampleSecondMoment({ covariance: one, m: 1 }, Random.seed(2)).get(0, 0);
    assert.ok(Math.abs(A.get(0, 0) * S - 1) < 1e-14);
    const [w, g] = [new Float64Array(1), new Float64Array(1)];
    regressionPairSampler({ covariance: one, n: 1 })(Random.seed(2), w, g);
    assert.ok(g[0] / w[0] > 0, "without noise g = S w");
    const B = estimatePreconditioner({ covariance: one, n: 1, prompts: 1 }, Random.seed(2)).get(0, 0);
    assert.ok(Math.abs((B * g[0]) / w[0] - 1) < 1e-14);
  });

  test("tends to Γ^(-1), with noise too, and faster when the weights are averaged", () => {
    for (const noise of [0, 1]) {
      const expected = inverseGamma({ covariance, n: 20, noise });
      const gap = (prompts: number, weights: "drawn" | "averaged"): number =>
        Matrix.sub(estimatePreconditioner({ covariance, n: 20, prompts, noise, weights }, Random.seed(3)), expected).norm("frobenius");
      const drawn = gap(4000, "drawn");
      const averaged = gap(4000, "averaged");
      assert.ok(drawn < 0.3 * expected.norm("frobenius"), `drawn: ${drawn}`);
      assert.ok(averaged < 0.5 * drawn, `averaged ${averaged}, drawn ${drawn}`);
      assert.ok(gap(16_000, "averaged") < averaged);
    }
  });

  test("with B prompts the one-step error exceeds the population's by about 1.2 E_1 d/B, and 14 times less when averaged", () => {
    // d = 10, λ ∝ 1/i with trace d, n = m = 20: E_1 = 4.305. B = 100: 0.554 and 0.038; B = 1000: 0.051.
    const best = oneStepError(inverseGamma({ covariance, n: 20 }), covariance, 20);
    assert.ok(Math.abs(best - 4.305185671190836) < 1e-9);
    const excess = (prompts: number, weights: "drawn" | "averaged", fits: number): number[] =>
      Array.from({ length: fits }, (_, fit) => {
        const random = Random.seed(4).stream(weights, prompts, fit);
        return oneStepError(estimatePreconditioner({ covariance, n: 20, prompts, weights }, random), covariance, 20) - best;
      });
    for (const [prompts, weights, fits, expected] of [
      [100, "drawn", 80, 0.554],
      [1000, "drawn", 12, 0.051],
      [100, "averaged", 80, 0.038],
    ] as const) {
      const values = excess(prompts, weights, fits);
      const mean = values.reduce((a, b) => a + b, 0) / fits;
      const se = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (fits - 1) / fits);
      // The expected values are themselves of two digits, from some hundred fits: 3 % are allowed for that.
      assert.ok(
        Math.abs(mean - expected) <= 4 * se + 0.03 * expected,
        `B = ${prompts}, ${weights}: ${mean} (se ${se}), expected ${expected}`,
      );
    }
  });

  test("with B < d prompts it has rank B", () => {
    const A = estimatePreconditioner({ covariance, n: 20, prompts: 4 }, Random.seed(5));
    const product = A.transpose().mmul(A);
    assert.ok(A.norm("frobenius") > 0.1);
    // Four prompts span four directions: the fifth eigenvalue of AᵀA vanishes.
    const values = Covariance.fromMatrix(Matrix.add(product, product.transpose()).mul(0.5)).eigenvalues;
    assert.ok(values[3] > 1e-6 * values[0] && values[4] < 1e-12 * values[0], `${values}`);
  });

  test("refuses numbers outside their domain", () => {
    const random = Random.seed(6);
    assert.throws(() => estimatePreconditioner({ covariance, n: 0, prompts: 5 }, random), /n must be/);
    assert.throws(() => estimatePreconditioner({ covariance, n: 5, prompts: 0 }, random), /prompts must be/);
    assert.throws(() => estimatePreconditioner({ covariance, n: 5, prompts: 5, noise: -1 }, random), /noise/);
    assert.throws(() => estimatePreconditioner({ covariance, n: 5, prompts: 5, weights: "both" as "drawn" }, random), /weights/);
  });
});

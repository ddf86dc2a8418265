import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { HypothesisError } from "../../dist/core/check.js";
import { Random } from "../../dist/core/random.js";
import { meanAndError } from "../../dist/core/statistics.js";
import { estimatePreconditioner } from "../../dist/estimators/preconditioner.js";
import { Covariance } from "../../dist/model/covariance.js";
import { gammaMatrix } from "../../dist/model/gamma.js";
import { fourthMomentGamma, fourthMoments, inputGamma, inputMoments } from "../../dist/model/inputGamma.js";
import { type InputLaw, whiteInputs } from "../../dist/model/inputLaw.js";
import { sampleInputs, samplePrompt } from "../../dist/model/prompt.js";
import { secondMomentSampler } from "../../dist/model/wishart.js";
import { rotated } from "../theory/paper/support.ts";

const laws: readonly InputLaw[] = [
  { kind: "normal" },
  { kind: "student", degrees: 9 },
  { kind: "laplace" },
  { kind: "rademacher" },
  { kind: "uniform" },
];
const tilted = Covariance.diagonal([1, 0.5, 0.25]);
const gap = (A: Matrix, B: Matrix): number => Matrix.sub(A, B).norm("frobenius") / B.norm("frobenius");

for (const inputs of laws) {
  test(`${inputs.kind}: white inputs have unit variance, no correlation, and the fourth moments that are stated`, () => {
    const [d, n] = [2, 60_000];
    const z = whiteInputs(inputs)(Random.seed(3), new Float64Array(d * n), d, n);
    const [x, y] = [z.subarray(0, n), z.subarray(n)];
    const near = (values: Float64Array, expected: number): void => {
      const { mean, standardError } = meanAndError(values);
      assert.ok(Math.abs(mean - expected) <= 4 * standardError + 1e-12, `${mean} ± ${standardError}, expected ${expected}`);
    };
    near(x, 0);
    near(
      x.map((value) => value * value),
      1,
    );
    near(
      x.map((value, j) => value * y[j]),
      0,
    );
    const moments = inputMoments(inputs);
    const [rho, kappa] = "radialSecondMoment" in moments ? [moments.radialSecondMoment, 0] : [1, moments.excessKurtosis];
    near(
      x.map((value) => value ** 4),
      3 * rho + kappa,
    );
    near(
      x.map((value, j) => (value * y[j]) ** 2),
      rho,
    );
  });

  test(`${inputs.kind}: the closed form of Γ is that of its fourth moments, and of a regression on many prompts`, () => {
    const exact = inputGamma({ covariance: tilted, n: 5, inputs }).matrix;
    const sample = fourthMoments(sampleInputs(tilted, 100_000, Random.seed(5), inputs));
    assert.ok(gap(fourthMomentGamma({ ...sample, n: 5 }), exact) < 0.03);
    const fitted = estimatePreconditioner({ covariance: tilted, n: 5, prompts: 20_000, weights: "averaged", inputs }, Random.seed(6));
    assert.ok(gap(fitted.mmul(exact), Matrix.eye(3, 3)) < 0.03, `${fitted.mmul(exact)}`);
  });

  test(`${inputs.kind}: sampled second moments have mean Σ and the spread that Γ says, from few and from many examples`, () => {
    for (const m of [2, 6]) {
      const draw = secondMomentSampler({ covariance: tilted, m, inputs });
      const random = Random.seed(7).stream(inputs.kind, m);
      const draws = Array.from({ length: 20_000 }, () => draw(random).slice());
      const { mean, standardError } = meanAndError(draws.map((S) => S[0]));
      assert.ok(Math.abs(mean - 1) <= 4 * standardError + 1e-12);
      // E S² = ΛΓ.
      const square = meanAndError(draws.map((S) => S[0] ** 2 + S[1] ** 2 + S[2] ** 2));
      const expected = inputGamma({ covariance: tilted, n: m, inputs }).matrix.get(0, 0);
      assert.ok(
        Math.abs(square.mean - expected) <= 4 * square.standardError,
        `${square.mean} ± ${square.standardError}, expected ${expected}`,
      );
    }
  });
}

test("t inputs with 8 degrees of freedom: 1.925 where the normal formula says 1.55", () => {
  assert.deepEqual(
    Array.from(
      inputGamma({ covariance: tilted, n: 5, inputs: { kind: "student", degrees: 8 } }).eigenvalues,
      (value) => Math.round(value * 1e9) / 1e9,
    ),
    [1.925, 1.225, 0.875],
  );
  assert.ok(Math.abs(gammaMatrix({ covariance: tilted, n: 5 }).lambdaMax - 1.55) < 1e-12);
});

test("for inputs whose K does not commute with Λ the optimum is Γ⁻¹ = Λ E[S²]⁻¹, and its transpose is not", () => {
  // Half of the inputs follow one covariance, half another: a mixture has a K of its own.
  const [one, two] = [rotated([2, 0.3], 3), rotated([1.2, 0.1], 9)];
  const covariance = Covariance.fromMatrix(Matrix.add(one.matrix, two.matrix).mul(0.5));
  const second = ({ matrix, trace }: Covariance): Matrix => matrix.mmul(matrix).mul(2).add(Matrix.mul(matrix, trace));
  const fourth = Matrix.add(second(one), second(two)).mul(0.5);
  const n = 4;
  const gamma = fourthMomentGamma({ covariance, fourth, n });
  const S2 = Matrix.mul(covariance.matrix.mmul(covariance.matrix), 1 - 1 / n).add(Matrix.mul(fourth, 1 / n));
  // L(A) = ½ E ‖w - A g‖²: d/2 - tr(AΛ) + ½ tr(A E[S²] Aᵀ).
  const loss = (A: Matrix): number => 1 - A.mmul(covariance.matrix).trace() + A.mmul(S2).mmul(A.transpose()).trace() / 2;
  const inverse = new Matrix([
    [gamma.get(1, 1), -gamma.get(0, 1)],
    [-gamma.get(1, 0), gamma.get(0, 0)],
  ]).mul(1 / (gamma.get(0, 0) * gamma.get(1, 1) - gamma.get(0, 1) * gamma.get(1, 0)));
  const least = loss(inverse);
  for (const [i, j] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ]) {
    for (const step of [-1e-3, 1e-3]) {
      const other = inverse.clone();
      other.set(i, j, other.get(i, j) + step);
      assert.ok(loss(other) > least);
    }
  }
  assert.ok(loss(inverse.transpose()) > least + 1e-5);
});

test("what does not exist is refused by name", () => {
  const named =
    (hypothesis: string) =>
    (error: unknown): boolean =>
      error instanceof HypothesisError && error.hypothesis === hypothesis;
  assert.throws(() => inputGamma({ covariance: tilted, n: 5, inputs: { kind: "student", degrees: 4 } }), named("nu > 4"));
  assert.throws(() => sampleInputs(tilted, 5, Random.seed(1), { kind: "student", degrees: 2 }), named("nu > 2"));
  const full = rotated([1, 0.5], 2);
  assert.throws(() => inputGamma({ covariance: full, n: 5, inputs: { kind: "laplace" } }), named("Lambda is diagonal"));
  assert.throws(() => samplePrompt({ covariance: full, n: 5, inputs: { kind: "uniform" } }, Random.seed(1)), named("Lambda is diagonal"));
  assert.throws(() => fourthMomentGamma({ covariance: Covariance.diagonal([1, 0]), fourth: Matrix.eye(2, 2), n: 5 }), HypothesisError);
  assert.throws(() => inputMoments({ kind: "cauchy" } as never), /inputs.kind must be one of/);
});

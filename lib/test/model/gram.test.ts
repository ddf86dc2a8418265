import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { Covariance } from "../../dist/model/covariance.js";
import { covarianceFactor, covarianceGram } from "../../dist/model/gram.js";

function wishart(d: number, random: Random): Covariance {
  const X = new Matrix(Array.from({ length: d }, () => Array.from(random.fillNormal(new Float64Array(2 * d)))));
  return Covariance.fromMatrix(X.mmul(X.transpose()).div(2 * d));
}

/** tr(ΛᵢΣ⁻²Λⱼ) or tr(Σ⁻¹ΛᵢΣ⁻¹Λⱼ), by products of matrices. */
function byProducts(covariances: readonly Covariance[], target: Covariance, norm: "left" | "whitened"): Matrix {
  const inverse = target.apply((value) => 1 / value);
  const C = covariances.map(({ matrix }) => inverse.mmul(matrix));
  return new Matrix(C.map((a) => C.map((b) => (norm === "left" ? a.transpose() : a).mmul(b).trace())));
}

const worst = (a: Matrix, b: Matrix): number => Matrix.sub(a, b).abs().max() / b.max();

test("the Gram matrix is that of the products of matrices, for each kind of target and task and both norms", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 18 }),
      fc.integer({ min: 1, max: 11 }),
      fc.constantFrom("none", "diagonal", "full"),
      fc.boolean(),
      fc.constantFrom<"left" | "whitened">("left", "whitened"),
      fc.nat(1e6),
      (d, count, kind, diagonalTasks, norm, seed) => {
        const random = Random.seed(seed);
        const spectrum = (i: number): number[] => Array.from({ length: d }, () => 0.1 + random.stream("s", i).uniform());
        const covariances = Array.from({ length: count }, (_, i) =>
          diagonalTasks ? Covariance.diagonal(spectrum(i)) : wishart(d, random.stream(i)),
        );
        const target =
          kind === "full" ? wishart(d, random.stream("t")) : Covariance.diagonal(kind === "none" ? new Array(d).fill(1) : spectrum(-1));
        const params = { covariances, norm, ...(kind === "none" ? {} : { target }) };
        const gram = covarianceGram(params);
        const condition = (target.lambdaMax / target.lambdaMin) ** 2;
        assert.ok(worst(gram, byProducts(covariances, target, norm)) < 1e-13 * condition, `d = ${d}, ${count} tasks, ${kind}, ${norm}`);
        assert.equal(Matrix.sub(gram, gram.transpose()).abs().max(), 0);
        const V = covarianceFactor(params);
        assert.ok(worst(V.transpose().mmul(V), gram) < 1e-14);
        if (diagonalTasks && kind !== "full") assert.equal(V.rows, d);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

test("among 600 tasks, where BLAS computes if there is one, any few have the Gram matrix that they have alone", () => {
  const d = 32;
  const random = Random.seed(11);
  const covariances = Array.from({ length: 600 }, (_, i) => wishart(d, random.stream(i)));
  const few = [0, 255, 256, 511, 599];
  for (const target of [undefined, Covariance.diagonal(Array.from({ length: d }, (_, i) => 1 / (i + 1))), wishart(d, random.stream("t"))]) {
    for (const norm of ["left", "whitened"] as const) {
      const setting = target ? { target, norm } : { norm };
      const all = covarianceGram({ covariances, ...setting });
      const alone = covarianceGram({ covariances: few.map((i) => covariances[i]), ...setting });
      assert.ok(worst(all.selection(few, few), alone) < 1e-13);
      assert.equal(Matrix.sub(all, all.transpose()).abs().max(), 0);
    }
  }
});

test("the quadratic form is the task-selection objective", () => {
  const random = Random.seed(9);
  const covariances = Array.from({ length: 5 }, (_, i) => wishart(6, random.stream(i)));
  const target = wishart(6, random.stream("target"));
  const inverse = target.apply((value) => 1 / value);
  const pi = [0.1, 0.3, 0.2, 0.15, 0.25];
  const residual = Matrix.eye(6);
  let linear = 0;
  covariances.forEach(({ matrix }, l) => {
    const C = inverse.mmul(matrix);
    residual.sub(Matrix.mul(C, pi[l]));
    linear += pi[l] * C.trace();
  });
  const p = Matrix.columnVector(pi);
  const quadratic = p.transpose().mmul(covarianceGram({ covariances, target })).mmul(p).get(0, 0);
  const direct = Matrix.mul(residual, residual).sum();
  assert.ok(Math.abs(6 - 2 * linear + quadratic - direct) < 1e-12 * direct);
});

test("a target of condition 1e8 leaves the Gram matrix positive semidefinite to rounding", () => {
  const d = 8;
  const random = Random.seed(10);
  const q = wishart(d, random.stream("q")).eigenvectors;
  const target = Covariance.fromMatrix(
    q.mmul(Matrix.diag(Array.from({ length: d }, (_, i) => 10 ** (-8 * (i / (d - 1)))))).mmul(q.transpose()),
  );
  const covariances = Array.from({ length: 60 }, (_, i) => wishart(d, random.stream(i)));
  const gram = Covariance.fromMatrix(covarianceGram({ covariances, target })); // refuses an indefinite matrix
  assert.ok(gram.eigenvalues[36] < 1e-14 * gram.eigenvalues[0]);
});

test("bad input is refused", () => {
  const one = Covariance.diagonal([1, 2]);
  assert.throws(() => covarianceGram({ covariances: [] }), /covarianceGram: covariances must be a non-empty array/);
  assert.throws(() => covarianceGram({ covariances: [one, Covariance.diagonal([1])] }), /covariances\[1\] must have the dimension/);
  assert.throws(
    () => covarianceFactor({ covariances: [one], target: Covariance.diagonal([1, 0]) }),
    /covarianceFactor: target must be positive definite/,
  );
  assert.throws(() => covarianceGram({ covariances: [Matrix.eye(2)] as unknown as Covariance[] }), /covariances\[0\] must be a Covariance/);
  assert.throws(() => covarianceGram({ covariances: [one], norm: "other" as "left" }), /norm must be one of "left", "whitened"/);
  assert.throws(() => covarianceGram({ covariances: [one], target: Covariance.diagonal([1, 1e-200]) }), /inverse square is finite/);
});

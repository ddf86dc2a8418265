import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { HypothesisError } from "../../../dist/core/check.js";
import { Random } from "../../../dist/core/random.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { embed } from "../../../dist/model/embedding.js";
import { gammaMatrix } from "../../../dist/model/gamma.js";
import { structuredParameters } from "../../../dist/model/linearSelfAttention.js";
import { sampleInputs, samplePrompt } from "../../../dist/model/prompt.js";
import { powerLawSpectrum } from "../../../dist/model/spectrum.js";
import { promptLossGradient } from "../../../dist/model/trainingLoss.js";
import * as paper from "../../../dist/theory/paper/theorem31.js";
import { covariances, lengths, maxDifference, normalMatrix, reference, rotated, Sample, scales } from "../../support/lsa.ts";

const tilted = { covariance: Covariance.diagonal(powerLawSpectrum({ d: 4, exponent: 1 })), n: 20, c: 0.7 };
const full = { covariance: rotated([1, 0.5, 0.1], Random.seed(3)), n: 7, c: -1.3 };
const random = Random.seed(14).stream("theorem31");

function close(name: string, values: ArrayLike<number>): void {
  const { value, rel } = reference(name);
  assert.equal(values.length, value.length);
  value.forEach((expected, i) => {
    assert.ok(Math.abs(values[i] / expected - 1) <= rel, `${name}[${i}]: ${values[i]} and ${expected}`);
  });
}

suite("Theorem 3.1", () => {
  test("agrees with the reference values", () => {
    close("hessian_eigs", paper.hessianSpectrum(tilted));
    close("eta_max", [paper.largestStableStep(tilted)]);
    close("eta_opt", [paper.bestStep(tilted)]);
    close("gd_rate_opt", [paper.contractionRate({ ...tilted, step: paper.bestStep(tilted) })]);
    close("gd_rate_eta_1_over_max", [paper.contractionRate({ ...tilted, step: paper.largestStableStep(tilted) / 2 })]);
    close("L_star", [paper.minimalLoss(tilted)]);
    close("L_star", [paper.populationLoss({ ...tilted, V31: paper.optimalV(tilted) })]);
  });

  test("E S_n² = Λ Γ, by sampling", () => {
    const { covariance } = full;
    for (const n of [1, 4]) {
      const expected = paper.expectedSquaredSecondMoment({ covariance, n });
      assert.ok(maxDifference(expected, covariance.matrix.mmul(gammaMatrix({ covariance, n }).matrix)) < 1e-15 * 4);
      const samples = Array.from({ length: 9 }, () => new Sample());
      for (let draw = 0; draw < 20_000; draw++) {
        const X = sampleInputs(covariance, n, random);
        const S = X.mmul(X.transpose()).mul(1 / n);
        const square = S.mmul(S).to1DArray();
        samples.forEach((sample, i) => {
          sample.add(square[i]);
        });
      }
      samples.forEach((sample, i) => {
        const z = sample.z(expected.to1DArray()[i]);
        assert.ok(Math.abs(z) <= 4, `n = ${n}, entry ${i}: z = ${z}`);
      });
    }
  });

  test("the population loss is the mean loss of sampled prompts, on every registered case", () => {
    paper.theorem31.cases.forEach((params, index) => {
      const stream = random.stream("cases", index);
      const sample = new Sample();
      for (let draw = 0; draw < 20_000; draw++) sample.add(paper.theorem31.simulate(params, stream));
      const z = sample.z(paper.theorem31.predict(params));
      assert.ok(Math.abs(z) <= 4, `case ${index}: z = ${z}`);
    });
  });

  test("the population gradient is the mean V31 gradient of sampled prompts", () => {
    const d = 3;
    const V31 = normalMatrix(random, d);
    for (const { w0Scale, noise } of [
      { w0Scale: 0, noise: 0 },
      { w0Scale: 0.8, noise: 0.4 },
    ]) {
      const params = { ...full, w0Scale, noise, V31 };
      const expected = paper.populationGradient(params).to1DArray();
      const samples = expected.map(() => new Sample());
      for (let draw = 0; draw < 10_000; draw++) {
        const prompt = samplePrompt({ covariance: full.covariance, n: full.n, noise }, random);
        const start = random.fillNormal(new Float64Array(d)).map((value) => value * w0Scale);
        const { V } = promptLossGradient(embed(prompt, start), structuredParameters({ V31, c: full.c }), prompt.w);
        const block = V.subMatrix(d + 1, 2 * d, 0, d - 1).to1DArray();
        samples.forEach((sample, i) => {
          sample.add(block[i]);
        });
      }
      samples.forEach((sample, i) => {
        const z = sample.z(expected[i]);
        assert.ok(Math.abs(z) <= 4, `entry ${i}: z = ${z}`);
      });
    }
  });

  test("the population gradient agrees with central differences of the population loss", () => {
    // The loss is quadratic in V31, so that only rounding separates the two.
    const params = { ...full, w0Scale: 0.3, noise: 0.2, V31: normalMatrix(random, 3) };
    const gradient = paper.populationGradient(params);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const at = (shift: number) => {
          const V31 = params.V31.clone();
          V31.set(i, j, V31.get(i, j) + shift);
          return paper.populationLoss({ ...params, V31 });
        };
        assert.ok(Math.abs(at(0.5) - at(-0.5) - gradient.get(i, j)) < 1e-12);
      }
    }
  });

  test("the loss is ½[d + 2c tr(VΛ) + c² tr(VΛΓVᵀ)]", () => {
    const { covariance, n, c } = full;
    const V31 = normalMatrix(random, 3);
    const quadratic = V31.mmul(paper.expectedSquaredSecondMoment({ covariance, n })).mmul(V31.transpose()).trace();
    const expected = (3 + 2 * c * V31.mmul(covariance.matrix).trace() + c * c * quadratic) / 2;
    assert.ok(Math.abs(paper.populationLoss({ ...full, V31 }) / expected - 1) < 1e-13);
  });

  test("V_* = -Γ⁻¹/c is the minimum: the gradient vanishes, and the loss exceeds L_* by the Hessian's quadratic form", () => {
    for (const params of [tilted, full, { ...full, w0Scale: 2, noise: 0.7 }, { ...full, n: Number.POSITIVE_INFINITY }]) {
      const V = paper.optimalV(params);
      assert.ok(Matrix.abs(paper.populationGradient({ ...params, V31: V })).max() < 1e-13);
      const least = paper.minimalLoss(params);
      assert.ok(Math.abs(paper.populationLoss({ ...params, V31: V }) - least) < 1e-14);
      const D = normalMatrix(random, V.rows);
      const above =
        D.mmul(params.covariance.withEigenvalues(paper.hessianSpectrum(params)))
          .mmul(D.transpose())
          .trace() / 2;
      assert.ok(Math.abs(paper.populationLoss({ ...params, V31: Matrix.add(V, D) }) / (least + above) - 1) < 1e-12);
    }
  });

  test("V_* inverts Γ, whatever the scale of ŵ_0; label noise adds σ²/n to Γ", () => {
    const gammaTimes = (params: typeof full & { w0Scale?: number; noise?: number }) =>
      gammaMatrix(params).matrix.mmul(paper.optimalV(params)).mul(-params.c);
    assert.ok(maxDifference(gammaTimes(full), Matrix.eye(3)) < 1e-14);
    assert.ok(maxDifference(gammaTimes({ ...full, noise: 0.9 }), Matrix.eye(3)) < 1e-14);
    assert.ok(maxDifference(paper.optimalV({ ...full, w0Scale: 3 }), paper.optimalV(full)) === 0);
    assert.ok(Math.abs(paper.minimalLoss({ ...full, w0Scale: 3 }) / paper.minimalLoss(full) - 10) < 1e-13);
  });

  test("the best step has the rate (κ - 1)/(κ + 1), and no other step is better", () => {
    for (const params of [tilted, full]) {
      const h = paper.hessianSpectrum(params);
      const kappa = h[0] / h[h.length - 1];
      const best = paper.bestStep(params);
      const rate = paper.contractionRate({ ...params, step: best });
      assert.ok(Math.abs(rate - (kappa - 1) / (kappa + 1)) < 1e-14);
      for (const factor of [0.5, 0.99, 1.01, 1.2]) assert.ok(paper.contractionRate({ ...params, step: factor * best }) > rate);
      const edge = paper.largestStableStep(params);
      assert.ok(paper.contractionRate({ ...params, step: 0.999 * edge }) < 1);
      assert.ok(Math.abs(paper.contractionRate({ ...params, step: edge }) - 1) < 1e-15);
      assert.ok(paper.contractionRate({ ...params, step: 1.001 * edge }) > 1);
    }
  });

  test("a singular covariance has the optimum that training from 0 reaches; a rate of convergence from any start fails by name", () => {
    const direction = Matrix.columnVector([0.6, 0.8]);
    for (const covariance of [Covariance.diagonal([1, 0]), Covariance.fromMatrix(direction.mmul(direction.transpose()))]) {
      assert.ok(covariance.isSingular);
      const params = { covariance, n: 10, c: 1 };
      const learned = paper.nearestMinimiser({ ...params, start: Matrix.zeros(2, 2) });
      assert.ok(Matrix.sub(paper.optimalV(params), learned).norm("frobenius") < 1e-15);
      for (const call of [() => paper.bestStep(params), () => paper.contractionRate({ ...params, step: 0.1 })]) {
        assert.throws(call, (error: unknown) => {
          assert.ok(error instanceof HypothesisError);
          assert.equal(error.result, "Theorem 3.1");
          assert.equal(error.hypothesis, "lambda_min > 0");
          return /flat in directions without data/.test(error.message);
        });
      }
    }
  });

  test("without data in a direction, the loss is flat there and the nearest minimiser keeps the start", () => {
    const direction = Matrix.columnVector([0.8, -0.6]);
    const along = Matrix.columnVector([0.6, 0.8]);
    const covariance = Covariance.fromMatrix(along.mmul(along.transpose()));
    const start = new Matrix([
      [1, 2],
      [3, 4],
    ]);
    const params = { covariance, n: 10, c: 2 };
    const shifted = Matrix.add(start, normalMatrix(random, 2, 1).mmul(direction.transpose()));
    assert.ok(Math.abs(paper.populationLoss({ ...params, V31: shifted }) - paper.populationLoss({ ...params, V31: start })) < 1e-13);
    const limit = paper.nearestMinimiser({ ...params, start });
    assert.ok(Matrix.abs(paper.populationGradient({ ...params, V31: limit })).max() < 1e-14);
    assert.ok(Math.abs(paper.populationLoss({ ...params, V31: limit }) - paper.minimalLoss(params)) < 1e-14);
    assert.ok(maxDifference(limit.mmul(direction), start.mmul(direction)) < 1e-14);
    assert.ok(Matrix.abs(paper.nearestMinimiser({ ...params, start: Matrix.zeros(2, 2) }).mmul(direction)).max() < 1e-15);
  });

  test("with a positive definite covariance the nearest minimiser is V_* from any start", () => {
    assert.ok(maxDifference(paper.nearestMinimiser({ ...full, start: normalMatrix(random, 3) }), paper.optimalV(full)) === 0);
  });

  test("for any covariance, n and c: finite numbers, 0 <= L_* <= L(V), and V_* bounded by n/tr(Λ)", () => {
    fc.assert(
      fc.property(covariances(), lengths, scales, fc.nat(1000), (covariance, n, c, seed) => {
        const params = { covariance, n, c };
        const d = covariance.d;
        const least = paper.minimalLoss(params);
        assert.ok(least >= 0 && least <= d / 2);
        const V31 = normalMatrix(Random.seed(seed), d, d, 1 / (Math.abs(c) * covariance.lambdaMax));
        const loss = paper.populationLoss({ ...params, V31 });
        assert.ok(Number.isFinite(loss) && loss >= least * (1 - 1e-12), `${loss} < ${least}`);
        assert.ok(
          paper
            .populationGradient({ ...params, V31 })
            .to1DArray()
            .every(Number.isFinite),
        );
        assert.ok(paper.hessianSpectrum(params).every((h) => h > 0 && Number.isFinite(h)));
        assert.ok(paper.expectedSquaredSecondMoment({ covariance, n }).to1DArray().every(Number.isFinite));
        const V = paper.optimalV(params);
        assert.ok(V.to1DArray().every(Number.isFinite));
        const bound = Math.min(n / covariance.trace, 1 / covariance.lambdaMin) / Math.abs(c);
        assert.ok(Matrix.abs(V).max() <= bound * (1 + 1e-12));
        const rate = paper.contractionRate({ ...params, step: paper.bestStep(params) });
        assert.ok(rate >= 0 && rate <= 1);
        assert.ok(paper.largestStableStep(params) >= paper.bestStep(params));
        assert.ok(paper.populationLoss({ ...params, V31: V }) <= least + d * 1e-6);
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  test("for diagonal covariances of condition number up to 1e12, the gradient at V_* vanishes to rounding", () => {
    fc.assert(
      fc.property(covariances(), lengths, scales, (covariance, n, c) => {
        fc.pre(covariance.isDiagonal);
        const gradient = paper.populationGradient({ covariance, n, c, V31: paper.optimalV({ covariance, n, c }) });
        assert.ok(Matrix.abs(gradient).max() <= 1e-14 * Math.abs(c) * covariance.lambdaMax);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  test("bad input is refused with the argument's name", () => {
    const V31 = Matrix.eye(4);
    assert.throws(() => paper.populationLoss({ ...tilted, c: 0, V31 }), /populationLoss: c must be a finite number other than 0, got 0/);
    assert.throws(() => paper.populationLoss({ ...tilted, n: 0, V31 }), /populationLoss: n must be an integer >= 1 or Infinity, got 0/);
    assert.throws(() => paper.populationLoss({ ...tilted, V31: Matrix.eye(3) }), /V31 must be a 4x4 Matrix, got a 3x3 matrix/);
    assert.throws(() => paper.populationGradient({ ...tilted, w0Scale: -1, V31 }), /w0Scale must be a finite number >= 0/);
    assert.throws(() => paper.minimalLoss({ ...tilted, noise: Number.NaN }), /noise must be/);
    assert.throws(() => paper.contractionRate({ ...tilted, step: 0 }), /step must be a finite number > 0, got 0/);
    assert.throws(() => paper.populationLoss({ ...tilted, V31: Matrix.mul(V31, 1e200) }), /the loss must be a finite number, got Infinity/);
    assert.throws(() => paper.hessianSpectrum({ ...tilted, c: 1e-300 }), /must be representable as a number > 0/);
    assert.throws(() => paper.hessianSpectrum({ ...tilted, c: 1e200 }), /must be a finite number, got Infinity/);
    assert.throws(() => paper.nearestMinimiser({ ...tilted, start: Matrix.eye(2) }), /start must be a 4x4 Matrix/);
  });
});

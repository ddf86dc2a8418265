import assert from "node:assert/strict";
import { test } from "node:test";
import { HypothesisError } from "../../../dist/core/check.js";
import { Random } from "../../../dist/core/random.js";
import { meanAndError } from "../../../dist/core/statistics.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { inverseGamma } from "../../../dist/model/gamma.js";
import { regressionPairSampler } from "../../../dist/model/regressionPair.js";
import { powerLawSpectrum } from "../../../dist/model/spectrum.js";
import { limitError } from "../../../dist/theory/paper/overthinking.js";
import { criticalPrompts, pretrainingGrowth } from "../../../dist/theory/pretraining/criticalPrompts.js";
import {
  isotropicCriticalPrompts,
  isotropicPretrainingCurve,
  isotropicPretrainingPhase,
  logIsotropicPretrainingCurve,
} from "../../../dist/theory/pretraining/isotropicPretraining.js";
import { pretrainingErrorCurve } from "../../../dist/theory/pretraining/pretrainingError.js";
import { pretrainingNoise } from "../../../dist/theory/pretraining/pretrainingNoise.js";
import { pretrainingPhase } from "../../../dist/theory/pretraining/pretrainingPhase.js";
import { assertClose } from "../../support/reference.ts";
import { rotated } from "../paper/support.ts";

const tilted = Covariance.diagonal(powerLawSpectrum({ d: 40, exponent: 0.7 }));
const ones = (d: number): Covariance => Covariance.diagonal(new Float64Array(d).fill(1));
const skew = rotated([0.9, 0.6, 0.3, 0.2], 5);

/** tr(X Y) and products of plain matrices, for the other route. */
const chain = (...factors: number[][][]): number[][] =>
  factors.reduce((A, B) => A.map((row) => B[0].map((_, j) => row.reduce((sum, value, l) => sum + value * B[l][j], 0))));

test("one and two steps are the sums that the pairings spell out, for a pair that does not commute", () => {
  const target = Covariance.diagonal([0.8, 0.5, 0.4, 0.6]);
  const [n, prompts] = [12, 20];
  const s = 1 / (prompts - 5);
  const A = inverseGamma({ covariance: skew, n });
  const Sigma = target.matrix.to2DArray();
  const D = A.mmul(target.matrix)
    .mul(-1)
    .add(Covariance.diagonal([1, 1, 1, 1]).matrix)
    .to2DArray();
  const Dt = D[0].map((_, j) => D.map((row) => row[j]));
  const { rows: R, columns: C } = pretrainingNoise({ covariance: skew, target, n, prompts });
  const trace = (M: number[][]): number => M.reduce((sum, row, i) => sum + row[i], 0);
  // E N X Nᵀ = s tr(C X) R.
  const through = (X: number[][]): number => s * trace(chain(C.to2DArray(), Sigma, X, Sigma));
  const identity = ones(4).matrix.to2DArray();
  const tr = R.trace();
  const one = trace(chain(D, Dt)) + tr * through(identity);
  const two =
    trace(chain(D, D, Dt, Dt)) +
    trace(chain(D, R.to2DArray(), Dt)) * through(identity) +
    tr * through(chain(D, Dt)) +
    2 * trace(chain(R.to2DArray(), Dt)) * through(D) +
    tr * through(R.to2DArray()) * through(identity);
  const { errors } = pretrainingErrorCurve({ covariance: skew, target, n, prompts }, 2);
  assertClose(errors[1], one, 1e-12);
  assertClose(errors[2], two, 1e-12);
});

test("endless pretraining is the error at m = ∞, and a common rotation changes nothing", () => {
  const target = Covariance.diagonal([0.8, 0.5, 0.4, 0.6]);
  const { logErrors } = pretrainingErrorCurve({ covariance: skew, target, n: 12, prompts: Number.POSITIVE_INFINITY }, 6);
  logErrors.forEach((log, k) => {
    assertClose(Math.exp(log), limitError({ covariance: skew, target, n: 12, k }), 1e-10);
  });
  const plain = pretrainingErrorCurve(
    { covariance: Covariance.diagonal([3, 2, 1]), target: Covariance.diagonal([1, 2, 3]), n: 9, prompts: 11 },
    9,
  );
  const turned = pretrainingErrorCurve({ covariance: rotated([3, 2, 1], 8), target: rotated([1, 2, 3], 8), n: 9, prompts: 11 }, 9);
  plain.logErrors.forEach((log, k) => {
    assertClose(turned.logErrors[k], log, 1e-11);
  });
});

test("three routes to the isotropic curve agree: the closed sum, the general recursion, and drawn prompts at finite m", () => {
  const { logErrors } = pretrainingErrorCurve({ covariance: ones(60), n: 30, prompts: 150 }, 40);
  logIsotropicPretrainingCurve({ d: 60, n: 30, prompts: 150 }, 40).forEach((log, k) => {
    assertClose(logErrors[k], log, 1e-12);
  });
  // A long prompt tends to the endless one, and sampled traces tend to their means as d grows.
  assertClose(isotropicPretrainingCurve({ d: 60, n: 30, prompts: 150, m: 1e9 }, 9)[9], Math.exp(logErrors[9]), 1e-5);
  const drawn = pretrainingErrorCurve({ covariance: ones(100), n: 100, prompts: 300, m: 400, draws: 12 }, 6);
  logIsotropicPretrainingCurve({ d: 100, n: 100, prompts: 300, m: 400 }, 6).forEach((log, k) => {
    assert.ok(Math.abs(drawn.logErrors[k] - log) <= 4 * drawn.logStandardErrors[k] + 0.01, `k = ${k}: ${drawn.logErrors[k]} and ${log}`);
  });
});

test("traces at finite m by contour integrals: those of the Marchenko-Pastur law for Λ = Σ = I, those of drawn prompts for other pairs", () => {
  for (const m of [40, 150, 2000]) {
    const { logErrors } = pretrainingErrorCurve({ covariance: ones(60), n: 30, prompts: 300, m }, 30);
    logIsotropicPretrainingCurve({ d: 60, n: 30, prompts: 300, m }, 30).forEach((log, k) => {
      assertClose(Math.exp(logErrors[k]), Math.exp(log), 1e-7, `m = ${m}, k = ${k}`);
    });
  }
  const near = Covariance.fromMatrix(tilted.matrix.to2DArray().map((row, i) => row.map((_, j) => 0.1 * 0.3 ** Math.abs(i - j))));
  for (const params of [
    { covariance: tilted, n: 60, prompts: 150, m: 200 },
    { covariance: tilted, target: near, n: 60, prompts: 200, m: 150 },
    { covariance: near, target: tilted.scale(0.3), n: 60, prompts: 200, m: 150, noise: 0.3 },
  ]) {
    const limit = pretrainingErrorCurve(params, 8);
    const drawn = pretrainingErrorCurve({ ...params, draws: 60 }, 8);
    drawn.logErrors.forEach((log, k) => {
      assert.ok(Math.abs(limit.logErrors[k] - log) <= 4 * drawn.logStandardErrors[k] + 0.03, `k = ${k}: ${limit.logErrors[k]} and ${log}`);
    });
  }
  const long = pretrainingErrorCurve({ covariance: tilted, target: near, n: 60, prompts: 200, m: 1e9 }, 9);
  const endless = pretrainingErrorCurve({ covariance: tilted, target: near, n: 60, prompts: 200 }, 9);
  assertClose(long.errors[9], endless.errors[9], 1e-5);
});

test("B_c is where the growth is 1, is met at z = 1 whatever the target, and is scale-free", () => {
  for (const params of [
    { covariance: ones(10), n: 20 },
    { covariance: tilted, n: 60 },
    { covariance: skew, target: Covariance.diagonal([0.4, 0.25, 0.2, 0.3]), n: 12 },
  ]) {
    const critical = criticalPrompts(params);
    const { d, eigenvalues, trace } = params.covariance;
    const atOne = d + 1 + (d + eigenvalues.reduce((sum, lambda) => sum + trace / lambda, 0)) / params.n;
    assertClose(critical, atOne, 1e-9);
    assert.ok(pretrainingGrowth({ ...params, prompts: Math.floor(critical) }) >= 1 - 1e-9);
    assert.ok(pretrainingGrowth({ ...params, prompts: Math.ceil(critical) + 1 }) < 1);
  }
  // Steps that overshoot ask for more at z = -1, long before μ_max = 2: here μ = 1.2 and μ = 1.39.
  for (const [d, scale] of [
    [3, 2],
    [60, 2.8],
  ]) {
    const params = { covariance: ones(d), target: ones(d).scale(scale), n: d === 3 ? 6 : 60 };
    const mu = scale / (1 + (d + 1) / params.n);
    assertClose(criticalPrompts(params), d + 1 + ((d * (d + 1)) / params.n) * (mu / (2 - mu)) ** 2, 1e-12);
  }
  const steep = { covariance: Covariance.diagonal([1, 1, 1]), target: Covariance.diagonal([2.55, 1, 1]), n: 12 };
  assert.ok(criticalPrompts(steep) > 4 + (3 + 9) / 12 + 1);
  assert.equal(criticalPrompts({ ...steep, target: Covariance.diagonal([3, 1, 1]) }), Number.POSITIVE_INFINITY);
});

test("phases: exponential above B_c, 1/sqrt(k) at it, overthinking below, saturating for m < d; k* as 1/(4 ln growth)", () => {
  const phase = (prompts: number, m?: number) => isotropicPretrainingPhase({ d: 60, n: 30, prompts, m });
  assert.equal(phase(400).phase, "exponential");
  assert.equal(phase(400).bestSteps, Number.POSITIVE_INFINITY);
  assert.equal(phase(183).phase, "polynomial");
  const decay = logIsotropicPretrainingCurve({ d: 60, n: 30, prompts: 183 }, 2000);
  assertClose(Math.exp(decay[2000] - decay[500]), 1 / 2, 2e-3);
  for (const prompts of [180, 176]) {
    const { growth, bestSteps } = phase(prompts);
    assertClose(bestSteps, 1 / (4 * Math.log(growth)), 0.05);
  }
  const curve = isotropicPretrainingCurve({ d: 60, n: 30, prompts: 100 }, 50);
  assert.equal(phase(100).bestSteps, curve.indexOf(Math.min(...curve)));
  assert.equal(phase(400, 40).phase, "saturating");
  assert.equal(isotropicPretrainingPhase({ d: 60, n: 1000, prompts: 1000, m: 80 }).phase, "overthinking");
});

test("the phase of any pair is the isotropic one where that is known, and k* the least of the curve", () => {
  for (const prompts of [100, 150, 400]) {
    const [any, closed] = [
      pretrainingPhase({ covariance: ones(60), n: 30, prompts }),
      isotropicPretrainingPhase({ d: 60, n: 30, prompts }),
    ];
    assertClose(any.growth, closed.growth, 1e-9);
    assert.deepEqual([any.phase, any.bestSteps], [closed.phase, closed.bestSteps]);
  }
  const tight = pretrainingPhase({ covariance: tilted, n: 60, prompts: 75, m: 400 });
  assert.equal(tight.phase, "overthinking");
  const { logErrors } = pretrainingErrorCurve({ covariance: tilted, n: 60, prompts: 75, m: 400 }, 60);
  assert.equal(tight.bestSteps, logErrors.indexOf(Math.min(...logErrors)));
  assert.equal(pretrainingPhase({ covariance: tilted, n: 10, prompts: 2000, m: 35 }).phase, "saturating");
});

test("the isotropic growth at finite m is that of the general function", () => {
  const drawn = pretrainingGrowth({ covariance: ones(300), n: 300, prompts: 900, m: 1500, draws: 4 });
  assertClose(isotropicPretrainingPhase({ d: 300, n: 300, prompts: 900, m: 1500 }).growth, drawn, 0.01);
});

test("beyond the range of doubles there are logarithms, and no NaN", () => {
  const wild = pretrainingErrorCurve({ covariance: tilted, target: tilted.scale(1e6), n: 60, prompts: 43 }, 120);
  assert.equal(wild.errors[120], Number.POSITIVE_INFINITY);
  assert.ok(wild.logErrors.every(Number.isFinite));
  const tiny = pretrainingErrorCurve({ covariance: ones(5), n: 1e12, prompts: 1e12 }, 60);
  assert.ok(tiny.logErrors.every(Number.isFinite) && tiny.logErrors[60] < -2000);
  const none = pretrainingErrorCurve({ covariance: ones(5), n: Number.POSITIVE_INFINITY, prompts: 20 }, 3);
  assert.ok(!none.logErrors.some(Number.isNaN));
});

test("hypotheses that fail are named", () => {
  for (const prompts of [1, 40, 41]) {
    assert.throws(
      () => pretrainingErrorCurve({ covariance: tilted, n: 60, prompts }, 3),
      (error: unknown) => {
        assert.ok(error instanceof HypothesisError);
        assert.equal(error.hypothesis, "B > d + 1");
        return true;
      },
    );
  }
  assert.throws(() => isotropicPretrainingCurve({ d: 10, n: 5, prompts: 11 }, 3), HypothesisError);
  assert.throws(() => criticalPrompts({ covariance: Covariance.diagonal([1, 0]), n: 60 }), HypothesisError);
  assert.throws(() => pretrainingErrorCurve({ covariance: tilted, n: 60, prompts: 99.5 }, 3), RangeError);
});

test("the same seed gives the same bits, and another one other draws", () => {
  const params = { covariance: tilted, n: 60, prompts: 150, m: 100, draws: 4 };
  const [a, b, c] = [1, 1, 2].map((seed) => [...pretrainingErrorCurve({ ...params, seed }, 5).logErrors]);
  assert.deepEqual(a, b);
  assert.notDeepEqual(a, c);
});

test("the critical number of prompts on short test prompts is where the growth is 1, and that of endless ones until steps overshoot", () => {
  for (const m of [70, 90, 200, 1000]) {
    const critical = isotropicCriticalPrompts({ d: 30, n: 30, m });
    const growth = (prompts: number): number => isotropicPretrainingPhase({ d: 30, n: 30, m, prompts }).growth;
    assert.ok(growth(Math.floor(critical)) > 1 && growth(Math.ceil(critical) + 1) < 1, `m = ${m}: ${critical}`);
  }
  assertClose(isotropicCriticalPrompts({ d: 30, n: 30, m: 200 }), criticalPrompts({ covariance: ones(30), n: 30 }), 1e-4);
  assert.equal(isotropicCriticalPrompts({ d: 30, n: 30, m: 20 }), Number.POSITIVE_INFINITY);
});

test("a prompt's g has the same law whether its examples are drawn or not, with and without label noise", () => {
  const covariance = Covariance.diagonal([1.5, 0.7, 0.2]);
  for (const [n, noise] of [
    [1, 0],
    [4, 0],
    [4, 1.5],
    [1, 0.8],
  ]) {
    const drawn = (inputs?: { kind: "normal" }): Float64Array[] => {
      const random = Random.seed(3).stream(inputs === undefined ? "short" : "examples", n, `${noise}`);
      const draw = regressionPairSampler({ covariance, n, noise, inputs });
      const [w, g] = [new Float64Array(3), new Float64Array(3)];
      return Array.from({ length: 20000 }, () => {
        draw(random, w, g);
        const size = g.reduce((sum, value) => sum + value * value, 0);
        // Second moments, and two quantities beyond them.
        return Float64Array.of(g[0] * w[0], g[2] * w[2], g[0] * w[1] * g[1] * w[0], size, Math.log1p(size), Math.sqrt(size) * g[1] * w[1]);
      });
    };
    const [short, long] = [drawn(), drawn({ kind: "normal" })];
    for (let q = 0; q < 6; q++) {
      const [a, b] = [short, long].map((values) => meanAndError(values.map((value) => value[q])));
      const z = (a.mean - b.mean) / Math.hypot(a.standardError, b.standardError);
      assert.ok(Math.abs(z) < 4, `n = ${n}, σ = ${noise}, quantity ${q}: z = ${z}`);
    }
  }
});

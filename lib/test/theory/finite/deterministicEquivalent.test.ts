import assert from "node:assert/strict";
import { test } from "node:test";
import { HypothesisError } from "../../../dist/core/check.js";
import { Random } from "../../../dist/core/random.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { inverseGamma } from "../../../dist/model/gamma.js";
import { deterministicEquivalent, logDeterministicEquivalent } from "../../../dist/theory/finite/deterministicEquivalent.js";
import { logMarchenkoPasturError } from "../../../dist/theory/finite/marchenkoPastur.js";
import { nonCommutingError } from "../../../dist/theory/finite/nonCommutingError.js";
import { logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { momentErrorSampler } from "../../../dist/theory/simulatedErrors.js";
import { assertClose, Lambda, power, rotated, SHAPES, Sigma } from "../paper/support.ts";

test("for isotropic inputs it is the Marchenko-Pastur error", () => {
  for (const { d, m, n } of SHAPES.filter(({ d }) => d <= 50)) {
    for (const k of [0, 1, 2, 8, 30, 100]) {
      const gap = logDeterministicEquivalent({ covariance: power(d, 0), n, m, k }) - logMarchenkoPasturError({ d, m, n, k });
      assert.ok(Math.abs(gap) < 1e-9, `d ${d} m ${m} n ${n} k ${k}: ${gap}`);
    }
  }
});

test("one step is the exact mean less its terms without a second trace", () => {
  // E_1 = Σ δ² + Σ_ij α_i² σ_i σ_j (1 + 1_ij)/m exactly; the equivalent keeps the double sum without 1_ij.
  const covariance = Covariance.diagonal([1, 0.6, 0.3]);
  const target = Covariance.diagonal([0.5, 0.9, 0.4]);
  const A = inverseGamma({ covariance, n: 6, noise: 0 });
  const exact = nonCommutingError({ preconditioner: A, target, m: 8, k: 1 });
  const diagonal = [0, 1, 2].reduce((sum, i) => sum + (A.get(i, i) * target.matrix.get(i, i)) ** 2 / 8, 0);
  assertClose(deterministicEquivalent({ covariance, target, n: 6, m: 8, k: 1 }), exact - diagonal, 1e-11);
});

test("two and three steps differ from the exact mean by order 1/d, when d, m and n grow together", () => {
  for (const k of [2, 3]) {
    const gap = (s: number) => {
      const spectrum = Array.from({ length: 4 * s }, (_, i) => 1 - (0.8 * (i % 4)) / 4);
      const tilted = Array.from({ length: 4 * s }, (_, i) => 0.5 + (0.4 * (i % 4)) / 4);
      const covariance = Covariance.diagonal(spectrum);
      const target = Covariance.diagonal(tilted);
      const exact = nonCommutingError({ preconditioner: inverseGamma({ covariance, n: 12 * s, noise: 0 }), target, m: 16 * s, k });
      return exact / deterministicEquivalent({ covariance, target, n: 12 * s, m: 16 * s, k }) - 1;
    };
    const [small, large] = [gap(8), gap(16)];
    assert.ok(Math.abs(small / large - 2) < 0.2 && Math.abs(large) < 0.1, `k = ${k}: ${small} ${large}`);
  }
});

test("it is near the median of sampled prompts, below and above m = d and beyond the mean's divergence", () => {
  for (const { covariance, target, n, m, k, within } of [
    { covariance: power(40, 1), target: power(40, 1), n: 60, m: 200, k: 6, within: 0.1 },
    { covariance: power(40, 0.5), target: power(40, 1), n: 60, m: 30, k: 6, within: 0.1 },
    {
      covariance: power(40, 0),
      target: Covariance.diagonal(Array.from({ length: 40 }, (_, i) => (i % 2 ? 1 : 0.5))),
      n: 200,
      m: 60,
      k: 4,
      within: 0.2,
    },
  ]) {
    const draw = momentErrorSampler({ preconditioner: inverseGamma({ covariance, n, noise: 0 }), target, m, k });
    const draws = Float64Array.from({ length: 101 }, (_, i) => draw(Random.seed(41).stream(m, i))).sort();
    const value = deterministicEquivalent({ covariance, target, n, m, k });
    assert.ok(Math.abs(draws[50] / value - 1) < within, `m = ${m}: median ${draws[50]}, equivalent ${value}`);
  }
});

test("a rotation changes nothing, m = ∞ is the limit error, and directions without test data keep their error", () => {
  const params = { n: 9, m: 12, k: 5 };
  assertClose(
    deterministicEquivalent({ covariance: rotated([1, 0.5, 0.2], 6), ...params }),
    deterministicEquivalent({ covariance: Covariance.diagonal([1, 0.5, 0.2]), ...params }),
    1e-9,
  );
  assertClose(
    logDeterministicEquivalent({ covariance: power(4, 1), n: 20, m: Number.POSITIVE_INFINITY, k: 7 }),
    logLimitError({ covariance: power(4, 1), n: 20, k: 7 }),
    1e-12,
  );
  const blind = deterministicEquivalent({ covariance: power(4, 0), target: Covariance.diagonal([1, 1, 0, 0]), n: 50, m: 1000, k: 30 });
  assertClose(blind, 2, 1e-9);
});

test("covariances that do not commute, large k and overflow are refused", () => {
  assert.throws(() => deterministicEquivalent({ covariance: Lambda, target: Sigma, n: 12, m: 5, k: 2 }), HypothesisError);
  assert.throws(() => deterministicEquivalent({ covariance: power(3, 0), n: 12, m: 5, k: 301 }), /k must be an integer in \[0, 300\]/);
  assert.throws(() => deterministicEquivalent({ covariance: power(30, 0), n: 1000, m: 1, k: 300 }), /Use logDeterministicEquivalent/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "../../../dist/core/random.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { sampleSecondMoment } from "../../../dist/model/wishart.js";
import {
  anisotropicCriticalTestLength,
  criticalTestLength,
  criticalTrainingLength,
} from "../../../dist/theory/finite/criticalTestLength.js";
import { marchenkoPasturSupport } from "../../../dist/theory/finite/marchenkoPastur.js";
import { spectralEdges } from "../../../dist/theory/finite/spectralEdges.js";
import { largestStepEigenvalue, typicalBehaviour } from "../../../dist/theory/finite/typicalBehaviour.js";
import { overthinkingSpectrum } from "../../../dist/theory/paper/overthinking.js";
import { assertClose, Lambda, lengths, power, reference, SHAPES, Sigma, spectra } from "../paper/support.ts";

const INFINITE = Number.POSITIVE_INFINITY;

for (const [d, n] of [
  [10, 10],
  [10, 20],
  [20, 40],
  [50, 100],
  [100, 500],
] as const) {
  test(`m_c:d=${d},n=${n} has its reference value, by the closed form and by the general edge`, () => {
    assertClose(criticalTestLength({ d, n }), reference(`m_c:d=${d},n=${n}`), 1e-14);
    assertClose(anisotropicCriticalTestLength({ covariance: power(d, 0), n }), reference(`m_c:d=${d},n=${n}`), 1e-13);
  });
}

test("m_c_over_d:n=inf has its reference value 3 + 2√2", () => {
  assertClose(criticalTestLength({ d: 7, n: INFINITE }) / 7, reference("m_c_over_d:n=inf"), 1e-14);
});

for (const m of [20, 40]) {
  test(`n_c(m):d=10,m=${m} has its reference value`, () => {
    assertClose(criticalTrainingLength({ d: 10, m }), reference(`n_c(m):d=10,m=${m}`), 1e-14);
  });
}

test("for Λ ∝ diag(1/i), d = 10, the shortest converging test prompts are 9, 21, 38 and 56 at n = 10, 30, 100, 1000", () => {
  const found = [10, 30, 100, 1000].map((n) => Math.ceil(anisotropicCriticalTestLength({ covariance: power(10, 1), n })));
  assert.deepEqual(found, [9, 21, 38, 56]);
});

test("the two critical lengths are inverse to each other, and long test prompts have no critical training length", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 2000 }), (d, m) => {
      const n = criticalTrainingLength({ d, m });
      if (n === INFINITE) assert.ok(m >= (3 + 2 * Math.SQRT2) * d - 1e-9);
      // The closed form holds for real n; the checked function takes integers, so bracket.
      else if (n >= 2)
        assert.ok(
          criticalTestLength({ d, n: Math.floor(n) }) <= m * (1 + 1e-12) && criticalTestLength({ d, n: Math.ceil(n) }) >= m * (1 - 1e-12),
        );
    }),
    { seed: 15, numRuns: 300 },
  );
  assert.equal(criticalTrainingLength({ d: 10, m: INFINITE }), INFINITE);
});

test("the edges of τ = 1 are Marchenko and Pastur's", () => {
  for (const { d, m } of SHAPES.filter(({ d }) => d <= 50)) {
    const { lower, upper } = spectralEdges({ spectrum: new Float64Array(d).fill(1), m });
    const expected = marchenkoPasturSupport({ d, m });
    assertClose(upper, expected.upper, 1e-14);
    assert.ok(Math.abs(lower - (m > d ? expected.lower : 0)) < 1e-13, `${d} ${m}: ${lower}`);
  }
});

test("the edges scale with the spectrum, bracket it, and close in on it as m grows", () => {
  fc.assert(
    fc.property(spectra({ maxD: 20, decades: 6 }), lengths(), fc.double({ min: 0.01, max: 100, noNaN: true }), (spectrum, m, factor) => {
      const { lower, upper } = spectralEdges({ spectrum, m });
      const scaled = spectralEdges({ spectrum: spectrum.map((tau) => tau * factor), m });
      const largest = Math.max(...spectrum);
      const smallest = Math.min(...spectrum);
      assertClose(scaled.upper, factor * upper, 1e-12);
      assert.ok(Math.abs(scaled.lower - factor * lower) <= 1e-10 * factor * largest);
      assert.ok(upper > largest && lower < smallest && lower >= 0);
      assert.ok(upper <= largest * (1 + Math.sqrt(spectrum.length / m)) ** 2 * (1 + 1e-12));
      const far = spectralEdges({ spectrum, m: 1e14 });
      assert.ok(far.upper - largest < 1e-5 * largest);
      assert.ok(smallest - far.lower < 1e-5 * smallest);
    }),
    { seed: 16, numRuns: 300 },
  );
});

test("the edge at m_c is 2, for any Λ and Σ, and a target of twice Γ or more never converges", () => {
  fc.assert(
    fc.property(spectra({ maxD: 30, decades: 4 }), fc.integer({ min: 1, max: 2000 }), (spectrum, n) => {
      const covariance = Covariance.diagonal(spectrum);
      const m = anisotropicCriticalTestLength({ covariance, n });
      assert.ok(m > 0 && Number.isFinite(m));
      const taus = overthinkingSpectrum({ covariance, n });
      if (m > 2) {
        assert.ok(spectralEdges({ spectrum: taus, m: Math.floor(m) }).upper >= 2 - 1e-9);
        assert.ok(spectralEdges({ spectrum: taus, m: Math.ceil(m) }).upper <= 2 + 1e-9);
      }
    }),
    { seed: 17, numRuns: 300 },
  );
  const between = anisotropicCriticalTestLength({ covariance: Lambda, target: Sigma, n: 12 });
  assert.ok(typicalBehaviour({ covariance: Lambda, target: Sigma, n: 12, m: Math.ceil(between) }).converges);
  assert.ok(!typicalBehaviour({ covariance: Lambda, target: Sigma, n: 12, m: Math.floor(between) }).converges);
  assert.equal(anisotropicCriticalTestLength({ covariance: power(3, 1), target: Covariance.diagonal([9, 9, 9]), n: 50 }), INFINITE);
});

test("the largest eigenvalue of sampled prompts lies at the edge, within d^(-2/3)", () => {
  const covariance = power(60, 0.5);
  const m = 150;
  const { edge, unseen } = typicalBehaviour({ covariance, n: 200, m });
  assert.equal(unseen, 0);
  let sum = 0;
  for (let i = 0; i < 20; i++) {
    const S = sampleSecondMoment({ covariance, m }, Random.seed(31).stream(i));
    sum += largestStepEigenvalue({ covariance, n: 200, S }) / edge / 20;
  }
  assert.ok(sum > 0.9 && sum < 1, `${sum}`);
});

test("short prompts leave d - m dimensions unseen, and a target without data all of them", () => {
  assert.equal(typicalBehaviour({ covariance: power(10, 0), n: 20, m: 4 }).unseen, 6);
  assert.equal(typicalBehaviour({ covariance: power(3, 0), target: Covariance.diagonal([1, 0, 0]), n: 20, m: 40 }).unseen, 2);
});

test("arguments outside the domain throw", () => {
  assert.throws(() => criticalTestLength({ d: 0, n: 1 }), RangeError);
  assert.throws(() => criticalTrainingLength({ d: 1, m: 0 }), RangeError);
  assert.throws(() => spectralEdges({ spectrum: [0, 0], m: 1 }), /non-zero/);
  assert.throws(() => spectralEdges({ spectrum: [1, -1], m: 1 }), RangeError);
  assert.throws(() => typicalBehaviour({ covariance: Lambda, n: 3, m: 0 }), RangeError);
  assert.throws(() => largestStepEigenvalue({ covariance: Lambda, n: 3, S: power(2, 0) }), RangeError);
  assert.throws(() => largestStepEigenvalue({ covariance: Lambda, n: 3, S: 3 as unknown as Covariance }), TypeError);
});

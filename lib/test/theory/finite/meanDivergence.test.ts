import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { logGamma } from "../../../dist/core/incompleteGamma.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { inverseGamma } from "../../../dist/model/gamma.js";
import { bestSteps, logIsotropicError } from "../../../dist/theory/finite/isotropicError.js";
import { heuristicDivergenceStep, logMeanErrorLowerBound } from "../../../dist/theory/finite/meanDivergence.js";
import { nonCommutingError } from "../../../dist/theory/finite/nonCommutingError.js";
import { logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { assertClose, Lambda, lengths, power, rotated, Sigma, spectra } from "../paper/support.ts";

const INFINITE = Number.POSITIVE_INFINITY;

test("the bound is attained for d = 1", () => {
  for (const k of [0, 1, 20, 99, 500, 100_000]) {
    assertClose(logMeanErrorLowerBound({ covariance: power(1, 0), n: 20, m: 40, k }), logIsotropicError({ d: 1, m: 40, n: 20, k }), 1e-12);
  }
});

test("the bound is below the exact isotropic error for every shape and step", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 2000 }),
      lengths(true),
      fc.integer({ min: 0, max: 5 }),
      (d, m, n, decade) => {
        const k = 10 ** decade;
        const exact = logIsotropicError({ d, m, n, k });
        const bound = logMeanErrorLowerBound({ covariance: power(d, 0), n, m, k });
        assert.ok(bound <= exact + 1e-10 + 1e-13 * Math.abs(exact), `d ${d} m ${m} n ${n} k ${k}: ${bound} above ${exact}`);
      },
    ),
    { seed: 18, numRuns: 150 },
  );
});

test("the bound is below the exact error when Γ and Σ do not commute", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const covariance = rotated([1, 0.4, 0.1], seed);
    const target = rotated([2, 0.7, 0.2], seed + 100);
    for (const k of [1, 2, 3]) {
      for (const m of [1, 4, 30, 1000]) {
        const exact = nonCommutingError({ preconditioner: inverseGamma({ covariance, n: 15, noise: 0 }), target, m, k });
        assert.ok(logMeanErrorLowerBound({ covariance, target, n: 15, m, k }) <= Math.log(exact) + 1e-12);
      }
    }
  }
});

test("the bound grows as stated: its logarithm approaches -m/(2τ) + ln Γ(2k + m/2) - ln Γ(m/2) + 2k ln(2τ/m)", () => {
  // τ = 1/γ, d = 1; the next term of the expansion is of order m²/k.
  const [n, m] = [20, 6];
  const tau = 1 / (1 + 2 / n);
  const gap = (k: number) => {
    const growth = logGamma(2 * k + m / 2) - logGamma(m / 2) + 2 * k * Math.log((2 * tau) / m) - m / (2 * tau);
    return logMeanErrorLowerBound({ covariance: power(1, 0), n, m, k }) - growth;
  };
  assert.ok(Math.abs(gap(2000)) < 0.01 && Math.abs(gap(20_000)) < 0.001, `${gap(2000)} ${gap(20_000)}`);
});

test("the mean diverges however long the test prompt: the bound is large for k large enough", () => {
  for (const m of [1, 100, 10_000, 1_000_000]) {
    assert.ok(logMeanErrorLowerBound({ covariance: power(4, 1), n: 30, m, k: 10 * m + 100 }) > 10, `m = ${m}`);
  }
});

test("the bound is a number for any spectrum, and counts unseen directions in full", () => {
  fc.assert(
    fc.property(
      spectra({ maxD: 8, decades: 14, deficient: true }),
      lengths(true),
      lengths(true),
      fc.integer({ min: 0, max: 10 }),
      (spectrum, m, n, decade) => {
        const covariance = Covariance.diagonal(spectrum.map(() => 1));
        const value = logMeanErrorLowerBound({ covariance, target: Covariance.diagonal(spectrum), n, m, k: 10 ** decade });
        const unseen = spectrum.filter((tau) => tau === 0).length;
        assert.ok(
          !Number.isNaN(value) && value < INFINITE && value >= (unseen === 0 ? Number.NEGATIVE_INFINITY : Math.log(unseen) - 1e-12),
          `${spectrum} ${m} ${n} ${decade}: ${value}`,
        );
      },
    ),
    { seed: 19, numRuns: 200 },
  );
});

test("at m = ∞ the bound is the error when Γ and Σ commute, and below it otherwise", () => {
  assertClose(
    logMeanErrorLowerBound({ covariance: power(4, 1), n: 20, m: INFINITE, k: 6 }),
    logLimitError({ covariance: power(4, 1), n: 20, k: 6 }),
    1e-13,
  );
  assert.ok(
    logMeanErrorLowerBound({ covariance: Lambda, target: Sigma, n: 12, m: INFINITE, k: 5 }) <
      logLimitError({ covariance: Lambda, target: Sigma, n: 12, k: 5 }),
  );
});

test("the heuristic step is m(2γ - 1)/8 for isotropic inputs, and near the exact minimum for d = 1", () => {
  assertClose(heuristicDivergenceStep({ covariance: power(10, 0), n: 20, m: 40 }), 10.5, 1e-12);
  for (const m of [80, 160, 1000, 100_000]) {
    const exact = bestSteps({ d: 1, m, n: 1_000_000 });
    assert.ok(Math.abs(heuristicDivergenceStep({ covariance: power(1, 0), n: 1_000_000, m }) - exact) <= 1.5, `m = ${m}: ${exact}`);
  }
  assert.equal(heuristicDivergenceStep({ covariance: power(3, 1), target: Covariance.diagonal([9, 9, 9]), n: 50, m: 10 }), 0);
  assert.equal(heuristicDivergenceStep({ covariance: power(3, 1), n: 50, m: INFINITE }), INFINITE);
});

test("arguments outside the domain throw", () => {
  assert.throws(() => logMeanErrorLowerBound({ covariance: power(2, 0), n: 3, m: 0, k: 1 }), RangeError);
  assert.throws(() => logMeanErrorLowerBound({ covariance: power(2, 0), n: 3, m: 1, k: -1 }), RangeError);
  assert.throws(() => logMeanErrorLowerBound({ covariance: Covariance.diagonal([1, 0]), n: INFINITE, m: 1, k: 1 }), RangeError);
  assert.throws(() => heuristicDivergenceStep({ covariance: power(2, 0), n: 3, m: 0.5 }), RangeError);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bestSteps, isotropicError, isotropicErrorCurve, logIsotropicError } from "../../../dist/theory/finite/isotropicError.js";
import { logMeanTracePower } from "../../../dist/theory/finite/tracePower.js";
import { limitError } from "../../../dist/theory/paper/overthinking.js";
import { assertClose, lengths, power, reference, referenceParams, SHAPES } from "../paper/support.ts";

const INFINITE = Number.POSITIVE_INFINITY;

for (const [d, m, n, k] of [
  [10, 40, 20, 5],
  [10, 40, 20, 12],
  [10, 40, 20, 20],
  [10, 20, 20, 5],
  [5, 20, 10, 3],
  [20, 200, 40, 8],
  [5, 40, 20, 12],
  [1, 20, 10, 4],
] as const) {
  const name = `iso_exact:d=${d},m=${m},n=${n},k=${k}`;
  test(`${name} is the reference fraction, and its number and logarithm are the reference value`, () => {
    const exact = isotropicError({ d, m, n, k });
    assert.equal(exact.toString(), referenceParams<{ fraction: string }>(name).fraction);
    assertClose(exact.toNumber(), reference(name), 1e-14);
    assertClose(isotropicErrorCurve({ d, m, n, steps: k })[k], reference(name), 1e-14);
    assertClose(Math.exp(logIsotropicError({ d, m, n, k })), reference(name), 1e-13);
  });
}

for (const [d, m, n] of [
  [10, 40, 20],
  [10, 20, 20],
  [10, 20, 10],
  [5, 100, 20],
  [1, 160, 1_000_000],
] as const) {
  test(`argmin_k_exact:d=${d},m=${m},n=${n} is the reference step`, () => {
    assert.equal(bestSteps({ d, m, n }), reference(`argmin_k_exact:d=${d},m=${m},n=${n}`));
  });
}

test("one step has the closed form ((d+1)/(n+d+1))² d + n (n/(n+d+1))² (d+1) d/(n m)", () => {
  for (const { d, m, n } of SHAPES) {
    const expected = d * ((d + 1) / (n + d + 1)) ** 2 + (d * (d + 1) * (n / (n + d + 1)) ** 2) / m;
    assertClose(isotropicError({ d, m, n, k: 1 }).toNumber(), expected, 1e-14);
  }
});

test("at m = ∞ it is Corollary 3.5's exact sum, an endless training prompt solves it in one step, and k = 0 leaves d", () => {
  assertClose(isotropicError({ d: 10, m: INFINITE, n: 10, k: 5 }).toNumber(), limitError({ covariance: power(10, 0), n: 10, k: 5 }), 1e-13);
  assertClose(logIsotropicError({ d: 10, m: INFINITE, n: 10, k: 1e6 }), Math.log(10) - 2e6 * Math.log1p(10 / 11), 1e-14);
  assert.equal(isotropicError({ d: 3, m: INFINITE, n: INFINITE, k: 1 }).toString(), "0");
  assert.equal(logIsotropicError({ d: 3, m: INFINITE, n: INFINITE, k: 1 }), Number.NEGATIVE_INFINITY);
  assert.equal(isotropicError({ d: 7, m: 2, n: 3, k: 0 }).toString(), "7");
  assert.equal(bestSteps({ d: 3, m: INFINITE, n: 5 }), INFINITE);
  assert.equal(bestSteps({ d: 3, m: INFINITE, n: INFINITE }), 1);
});

test("the integral of the density agrees with exact fractions over forty orders of magnitude, before and after divergence", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 1_000_000 })),
      fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant(INFINITE)),
      fc.integer({ min: 1, max: 150 }),
      (d, m, n, k) => {
        const exact = isotropicError({ d, m, n, k }).log();
        const integral = logMeanTracePower({ d, m, center: m * (1 + (d + 1) / n), k });
        assert.ok(Math.abs(integral - exact) < 1e-11 + 1e-13 * Math.abs(exact), `d ${d} m ${m} n ${n} k ${k}: ${integral} vs ${exact}`);
      },
    ),
    { seed: 8, numRuns: 120 },
  );
});

test("the exact fraction and the integral agree at k = 700, where the error is 1e2800 and more", () => {
  for (const [d, m, n] of [
    [5, 5, 100],
    [10, 40, 20],
  ] as const) {
    assertClose(logIsotropicError({ d, m, n, k: 700 }), isotropicError({ d, m, n, k: 700 }).log(), 1e-14);
  }
});

test("the curve is the single errors, across the switch from fractions to integrals at k = 100", () => {
  const params = { d: 10, m: 200, n: 30 };
  for (const k of [0, 1, 7, 99, 100, 101, 103]) {
    assertClose(logIsotropicError({ ...params, k }), isotropicError({ ...params, k }).log(), 1e-12);
  }
  const curve = isotropicErrorCurve({ ...params, steps: 103 });
  assert.equal(curve.length, 104);
  for (const k of [0, 1, 50, 103]) assertClose(curve[k], isotropicError({ ...params, k }).toNumber(), 1e-11);
});

test("the logarithm is finite and convex in k for every shape, up to k = 1e9", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.oneof(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 1_000_000_000 })),
      fc.oneof(fc.integer({ min: 1, max: 500 }), fc.constant(INFINITE)),
      fc.integer({ min: 0, max: 8 }),
      (d, m, n, decade) => {
        const k = 10 ** decade + 1;
        const logs = [k - 1, k, k + 1, 2 * k, 4 * k].map((steps) => logIsotropicError({ d, m, n, k: steps }));
        for (const log of logs) assert.ok(Number.isFinite(log), `d ${d} m ${m} n ${n} k ${k}: ${logs}`);
        // Slopes over [k-1, k+1], [k+1, 2k], [2k, 4k].
        const slopes = [(logs[2] - logs[0]) / 2, (logs[3] - logs[2]) / (k - 1), (logs[4] - logs[3]) / (2 * k)];
        const rounding = 1e-10 + 1e-14 * Math.max(...logs.map(Math.abs));
        if (k > 2)
          assert.ok(slopes[0] <= slopes[1] + rounding && slopes[1] <= slopes[2] + rounding, `d ${d} m ${m} n ${n} k ${k}: ${slopes}`);
      },
    ),
    { seed: 9, numRuns: 70 },
  );
});

test("the best step is a minimum of the exact curve, on both sides of the switch", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 900 }), fc.integer({ min: 50, max: 300 }), (d, m, n) => {
      const k = bestSteps({ d, m, n });
      const here = isotropicError({ d, m, n, k });
      assert.ok(isotropicError({ d, m, n, k: k + 1 }).compare(here) >= 0, `after ${k}`);
      if (k > 0) assert.ok(isotropicError({ d, m, n, k: k - 1 }).compare(here) > 0, `before ${k}`);
    }),
    { seed: 10, numRuns: 40 },
  );
});

test("no step is best exactly where the first does no good, and then the least error is d", () => {
  assert.equal(bestSteps({ d: 30, m: 7, n: 20 }), 0);
  assert.ok(bestSteps({ d: 30, m: 7, n: 1 }) > 0);
  // E_1 = d: neither helps nor harms, and the smaller number of steps is meant.
  assert.equal(isotropicError({ d: 3, m: 2, n: 8, k: 1 }).toString(), "3");
  assert.equal(bestSteps({ d: 3, m: 2, n: 8 }), 0);
  assert.equal(bestSteps({ d: 3, m: 2, n: 7 }), 1);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 20 }), lengths(true), (d, m, n) => {
      const harms = n === INFINITE ? d + 1 >= m : n * (d + 1 - m) >= 2 * m * (d + 1);
      assert.equal(bestSteps({ d, m, n }) === 0, harms, `d ${d} m ${m} n ${n}`);
    }),
    { seed: 11, numRuns: 60 },
  );
});

test("arguments outside the domain and overflow throw, with the function to use instead", () => {
  assert.throws(() => isotropicError({ d: 1, m: 0, n: 1, k: 1 }), /isotropicError: m must be an integer >= 1 or Infinity, got 0/);
  assert.throws(() => isotropicError({ d: 1, m: 1, n: 1, k: 2001 }), /Use logIsotropicError/);
  assert.throws(() => isotropicErrorCurve({ d: 5, m: 5, n: 100, steps: 300 }), /isotropicErrorCurve: .*Use logIsotropicError/);
  assert.throws(() => logIsotropicError({ d: 1, m: 1, n: Number.NaN, k: 1 }), RangeError);
  assert.throws(() => bestSteps({ d: 1.5, m: 1, n: 1 }), RangeError);
  assert.throws(() => logMeanTracePower({ d: 1, m: 1, center: 0, k: 1 }), RangeError);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { logIntegral } from "../../../dist/core/gaussLegendre.js";
import { logEigenvalueDensity } from "../../../dist/theory/finite/eigenvalueDensity.js";
import { marchenkoPasturDensity } from "../../../dist/theory/finite/marchenkoPastur.js";
import { wishartMoments } from "../../../dist/theory/finite/wishartMoments.js";

/** ∫ x^j ρ, by panels over the bulk. */
function logMoment(d: number, m: number, j: number): number {
  const density = logEigenvalueDensity({ d, m });
  const low = Math.max(0, Math.abs(Math.sqrt(m) - Math.sqrt(d)) - 15);
  const high = Math.sqrt(d) + Math.sqrt(m) + 15;
  const count = Math.ceil((high - low) / Math.min(0.5, 3 / Math.sqrt(Math.min(d, m))));
  const panels = Array.from({ length: count }, (_, i): [number, number] => [
    low + ((high - low) * i) / count,
    low + ((high - low) * (i + 1)) / count,
  ]);
  return logIntegral((t) => density(t * t) + Math.log(2 * t) + 2 * j * Math.log(t), panels);
}

test("the density has mass min(d, m) and the exact moments, for odd and even sizes and on both sides of d = m", () => {
  const shapes = [
    [1, 1],
    [1, 9],
    [2, 2],
    [2, 3],
    [3, 2],
    [3, 7],
    [4, 4],
    [5, 40],
    [10, 20],
    [31, 30],
    [50, 50],
    [64, 200],
    [200, 1000],
    [7, 1_000_000],
  ] as const;
  for (const [d, m] of shapes) {
    const exact = wishartMoments({ d, m, order: 12 });
    for (const j of [0, 1, 2, 5, 12]) {
      const expected = j === 0 ? Math.log(Math.min(d, m)) : Math.log(Number(exact[j]));
      const gap = logMoment(d, m, j) - expected;
      assert.ok(Math.abs(gap) < 1e-12, `d = ${d}, m = ${m}, order ${j}: ${gap}`);
    }
  }
});

test("the density of d = 1 is chi-square", () => {
  const density = logEigenvalueDensity({ d: 1, m: 4 });
  for (const x of [1e-8, 0.5, 3, 40, 2000]) assert.ok(Math.abs(density(x) - (Math.log(x / 4) - x / 2)) < 1e-13 * Math.max(1, x));
});

test("the density of d = m = 2 is its closed form", () => {
  // Integrating |x - y| e^{-(x+y)/2} (xy)^{-1/2} over y, by substituting y = t².
  const density = logEigenvalueDensity({ d: 2, m: 2 });
  const unnormalised = (x: number) => {
    const r = Math.sqrt(x);
    const inner = (from: number, to: number) =>
      logIntegral(
        (t) => Math.log(Math.abs(x - t * t)) - (t * t) / 2,
        Array.from({ length: 40 }, (_, i): [number, number] => [from + ((to - from) * i) / 40, from + ((to - from) * (i + 1)) / 40]),
      );
    return -x / 2 - Math.log(x) / 2 + Math.log(Math.exp(inner(0, r)) + Math.exp(inner(r, r + 14)));
  };
  const constant = density(1) - unnormalised(1);
  for (const x of [0.01, 0.3, 2, 7, 25]) assert.ok(Math.abs(density(x) - unnormalised(x) - constant) < 1e-11, `${x}`);
});

test("it approaches the Marchenko-Pastur law", () => {
  const [d, m] = [150, 450];
  const density = logEigenvalueDensity({ d, m });
  for (const x of [0.4, 0.8, 1.3, 2]) {
    // Averaged over one ripple or so.
    let mean = 0;
    for (let i = 0; i < 40; i++) mean += (Math.exp(density(m * (x + (i - 19.5) * 0.002))) * m) / d / 40;
    assert.ok(Math.abs(mean / marchenkoPasturDensity({ d, m, x }) - 1) < 0.02, `${x}: ${mean}`);
  }
});

test("the logarithm is finite from 1e-12 to 1e9, and symmetric in d and m", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 3000 }),
      fc.double({ min: -12, max: 9, noNaN: true }),
      (d, m, e) => {
        const value = logEigenvalueDensity({ d, m })(10 ** e);
        assert.ok(Number.isFinite(value), `${d} ${m} ${e}: ${value}`);
        assert.equal(value, logEigenvalueDensity({ d: m, m: d })(10 ** e));
      },
    ),
    { seed: 7, numRuns: 400 },
  );
});

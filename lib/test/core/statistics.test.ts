import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Random } from "../../dist/core/random.js";
import { meanAndError, quantileRanks, quantiles, selectRanks } from "../../dist/core/statistics.js";

/** P(B <= k) for B ~ Bin(n, p), by summing. */
function binomialCdf(n: number, p: number, k: number): number {
  let sum = 0;
  for (let i = 0; i <= k; i++) {
    let log = i * Math.log(p) + (n - i) * Math.log1p(-p);
    for (let j = 1; j <= i; j++) log += Math.log((n - i + j) / j);
    sum += Math.exp(log);
  }
  return sum;
}

suite("statistics", () => {
  test("gives the mean and standard error of 1, 2, 3, 4 worked by hand", () => {
    const { mean, standardError, n } = meanAndError([1, 2, 3, 4]);
    assert.equal(mean, 2.5);
    assert.equal(n, 4);
    assert.ok(Math.abs(standardError - Math.sqrt(5 / 3 / 4)) < 1e-16);
  });

  test("keeps small differences on a large offset", () => {
    const { mean, standardError } = meanAndError([1e9 + 1, 1e9 + 2, 1e9 + 3]);
    assert.equal(mean, 1e9 + 2);
    assert.ok(Math.abs(standardError - Math.sqrt(1 / 3)) < 1e-15);
  });

  test("does not lose a small term between large ones", () => {
    assert.equal(meanAndError([1e16, 1, -1e16, 1]).mean, 0.5);
  });

  test("does not overflow below the largest double, and is +Infinity beyond it", () => {
    const { mean, standardError } = meanAndError([1.5e308, 1.7e308]);
    assert.ok(Math.abs(mean / 1.6e308 - 1) < 1e-15);
    assert.ok(Math.abs(standardError / 1e307 - 1) < 1e-13);
    assert.deepEqual(meanAndError([1, Number.POSITIVE_INFINITY]), { mean: Infinity, standardError: Infinity, n: 2 });
  });

  test("rejects NaN, -Infinity, and a sample of one", () => {
    assert.throws(() => meanAndError([1, Number.NaN]), /values\[1\] must be a number or \+Infinity, got NaN/);
    assert.throws(() => meanAndError([1, Number.NEGATIVE_INFINITY]), RangeError);
    assert.throws(() => meanAndError([1]), /at least 2/);
    assert.throws(() => quantiles([1, Number.NaN], [0.5]), RangeError);
    assert.throws(() => quantiles([1, 2], [1]), RangeError);
    assert.throws(() => quantiles([], [0.5]), RangeError);
  });

  test("selects the order statistics that sorting gives, ties and infinities included", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 5 })), { minLength: 1, maxLength: 400 }),
        fc.array(fc.nat(399), { maxLength: 8 }),
        (numbers, wanted) => {
          const ranks = wanted.map((r) => 1 + (r % numbers.length));
          const x = Float64Array.from(numbers);
          const sorted = x.slice().sort();
          selectRanks(x, ranks);
          for (const rank of ranks) {
            assert.equal(x[rank - 1], sorted[rank - 1]);
            for (let i = 0; i < rank - 1; i++) assert.ok(x[i] <= x[rank - 1]);
            for (let i = rank; i < x.length; i++) assert.ok(x[i] >= x[rank - 1]);
          }
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  test("takes the narrowest ranks whose binomial coverage is at least the level", () => {
    for (const n of [1, 2, 5, 6, 10, 59, 60, 300]) {
      for (const p of [0.05, 0.25, 0.5, 0.9]) {
        const { low, high } = quantileRanks(n, p, 0.95);
        if (low > 0) assert.ok(binomialCdf(n, p, low - 1) <= 0.025 + 1e-12, `n=${n} p=${p} low=${low}`);
        assert.ok(binomialCdf(n, p, low) > 0.025 - 1e-12, `n=${n} p=${p}: ${low} is not the largest`);
        if (high <= n) assert.ok(1 - binomialCdf(n, p, high - 1) <= 0.025 + 1e-12, `n=${n} p=${p} high=${high}`);
        assert.ok(1 - binomialCdf(n, p, high - 2) > 0.025 - 1e-12, `n=${n} p=${p}: ${high} is not the smallest`);
      }
    }
  });

  test("leaves the interval open where the sample is too small", () => {
    const [median] = quantiles([3, 1, 2], [0.5]);
    assert.deepEqual(median, { p: 0.5, value: 2, low: -Infinity, high: Infinity });
  });

  test("covers the quantiles of a Pareto law, whatever its tail, at least as often as it says", () => {
    const runs = 2000;
    const orders = [0.05, 0.5, 0.95];
    const hits = [0, 0, 0];
    for (let run = 0; run < runs; run++) {
      const random = Random.seed(4).stream("coverage", run);
      const sample = Float64Array.from({ length: 200 }, () => (1 - random.uniform()) ** -2);
      quantiles(sample, orders).forEach(({ p, low, high }, i) => {
        const truth = (1 - p) ** -2;
        if (low <= truth && truth <= high) hits[i]++;
      });
    }
    for (const count of hits) assert.ok(count / runs > 0.95 - 4 * Math.sqrt((0.95 * 0.05) / runs), `coverage ${count / runs}`);
  });
});

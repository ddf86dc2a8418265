import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "../../../dist/core/random.js";
import { wishartMoments } from "../../../dist/theory/finite/wishartMoments.js";
import { reference } from "../paper/support.ts";
import { wishartMomentsByLoops, wishartMomentsByPartitions } from "./wishartRoutes.ts";

for (const [name, d, m, j] of [
  ["E_tr_W^4:d=3,m=4", 3, 4, 4],
  ["E_tr_W^8:d=5,m=12", 5, 12, 8],
  ["E_tr_W^6:d=10,m=20", 10, 20, 6],
  ["E_tr_W^12:d=10,m=8", 10, 8, 12],
] as const) {
  test(`${name} has its reference value by all three routes`, () => {
    const expected = BigInt(reference<string>(name));
    for (const route of [wishartMoments, wishartMomentsByPartitions, wishartMomentsByLoops])
      assert.equal(route({ d, m, order: j })[j], expected);
  });
}

test("the first moments are d m, d m (d+m+1) and d m (d²+m²+3dm+3d+3m+4), and chi-square moments for d = 1", () => {
  assert.deepEqual(wishartMomentsByLoops({ d: 3, m: 4, order: 3 }), [3n, 12n, 96n, 1032n]);
  const moments = wishartMoments({ d: 1, m: 5, order: 30 });
  let product = 1n;
  for (let j = 0; j <= 30; j++) {
    assert.equal(moments[j], product);
    product *= BigInt(5 + 2 * j);
  }
});

test("the recurrence and the partition sum agree for all d, m <= 41 and orders <= 40, which fixes the polynomials in d and m", () => {
  // Both sides of the recurrence for M_j are symmetric polynomials of degree at most j in d and in m.
  const order = 40;
  for (let d = 1; d <= order + 1; d++) {
    for (let m = 1; m <= d; m++)
      assert.deepEqual(wishartMoments({ d, m, order }), wishartMomentsByPartitions({ d, m, order }), `d = ${d}, m = ${m}`);
  }
});

test("the recurrence and the partition sum agree exactly for random shapes up to order 110", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 41, max: 110 }),
      (d, m, order) => {
        assert.deepEqual(wishartMoments({ d, m, order }), wishartMomentsByPartitions({ d, m, order }));
      },
    ),
    { seed: 5, numRuns: 12 },
  );
});

test("the partition sum agrees exactly with the loop recursion, and both are symmetric in d and m beyond order 0", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 16 }), (d, m, order) => {
      const loops = wishartMomentsByLoops({ d, m, order });
      assert.deepEqual(wishartMomentsByPartitions({ d, m, order }), loops);
      assert.deepEqual(wishartMomentsByLoops({ d: m, m: d, order }).slice(1), loops.slice(1));
    }),
    { seed: 6, numRuns: 40 },
  );
});

test("sampled traces have these means", () => {
  const [d, m, count] = [3, 5, 100_000];
  const exact = wishartMoments({ d, m, order: 4 }).map(Number);
  const random = Random.seed(21).stream("traces");
  const x = new Float64Array(d * m);
  const sums = [0, 0, 0, 0, 0];
  const squares = [0, 0, 0, 0, 0];
  for (let c = 0; c < count; c++) {
    random.fillNormal(x);
    const w = Array.from({ length: d }, (_, i) =>
      Array.from({ length: d }, (_, j) => {
        let s = 0;
        for (let l = 0; l < m; l++) s += x[i * m + l] * x[j * m + l];
        return s;
      }),
    );
    let power = w.map((row) => [...row]);
    for (let j = 1; j <= 4; j++) {
      const trace = power.reduce((sum, row, i) => sum + row[i], 0);
      sums[j] += trace;
      squares[j] += trace * trace;
      power = power.map((row) => w[0].map((_, b) => row.reduce((sum, value, l) => sum + value * w[l][b], 0)));
    }
  }
  for (let j = 1; j <= 4; j++) {
    const mean = sums[j] / count;
    const z = (mean - exact[j]) / Math.sqrt((squares[j] / count - mean * mean) / count);
    assert.ok(Math.abs(z) <= 4, `order ${j}: ${mean} vs ${exact[j]}, z = ${z}`);
  }
});

test("arguments outside the domain throw", () => {
  assert.throws(() => wishartMoments({ d: 0, m: 1, order: 1 }), /wishartMoments: d must be an integer >= 1, got 0/);
  assert.throws(() => wishartMoments({ d: 1, m: 1.5, order: 1 }), RangeError);
});

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { simultaneousLimit } from "../../dist/core/simultaneousLimit.js";
import { assertClose } from "../support/reference.ts";

// The package's types are of its CommonJS form.
const { compiled, ndtri } = createRequire(import.meta.url)("cephes") as { compiled: Promise<void>; ndtri(p: number): number };

test("the normal tail beyond the limit is the level's share of one comparison", async () => {
  await compiled;
  // The quantile by another route: Moshier's Cephes.
  for (const count of [1, 9, 355, 100_000]) {
    for (const level of [0.05, 1e-4, 1e-8]) {
      assertClose(simultaneousLimit(count, level), -ndtri(level / (2 * count)), 1e-12);
    }
  }
});

test("the farthest of ten deviations passes the limit as often as the level says", () => {
  const [limit, runs] = [simultaneousLimit(10, 0.05), 20_000];
  const random = Random.seed(4);
  let above = 0;
  for (let run = 0; run < runs; run++) {
    let farthest = 0;
    for (let i = 0; i < 10; i++) farthest = Math.max(farthest, Math.abs(random.normal()));
    if (farthest > limit) above++;
  }
  const exact = 1 - (1 - 0.005) ** 10;
  assert.ok(Math.abs(above / runs - exact) < 4 * Math.sqrt((exact * (1 - exact)) / runs), `${above} of ${runs}`);
});

test("arguments outside the domain throw", () => {
  assert.throws(() => simultaneousLimit(0), /simultaneousLimit: count must be an integer >= 1, got 0/);
  assert.throws(() => simultaneousLimit(3, 0), RangeError);
  assert.throws(() => simultaneousLimit(3, Number.NaN), RangeError);
});

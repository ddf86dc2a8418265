import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Covariance } from "../../../dist/model/covariance.js";
import { criticalLength } from "../../../dist/theory/paper/criticalLength.js";
import { limitBestSteps } from "../../../dist/theory/paper/limitBestSteps.js";
import { limitBehaviour, logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { Lambda, power, reference, rotated, Sigma } from "./support.ts";

for (const n of [30, 66, 80, 100, 200]) {
  test(`k* has its reference value for overthink_minf:n=${n}`, () => {
    const { kstar } = reference<{ kstar: number | null }>(`overthink_minf:n=${n}`);
    assert.equal(limitBestSteps({ covariance: power(10, 1, true), target: power(10, 0), n }), kstar);
  });
}

test("1/i with d = 5 and Σ = I has k* = 1, 0, 0 at n = 10, 20, 30, and d = 10 rises at once", () => {
  const best = (d: number) => [10, 20, 30].map((n) => limitBestSteps({ covariance: power(d, 1), target: power(d, 0), n }));
  assert.deepEqual(best(5), [1, 0, 0]);
  assert.deepEqual(best(10), [0, 0, 0]);
});

test("k* is the first minimum found by trying every k, commuting or not", () => {
  let diverging = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(10_000), fc.boolean(), fc.integer({ min: 1, max: 400 }), (d, seed, turned, n) => {
      const train = Array.from({ length: d }, (_, i) => 1 / (1 + i) ** 2);
      const test = Array.from({ length: d }, (_, i) => 0.3 + ((seed + 3 * i) % 7) / 5);
      const params = {
        covariance: turned ? rotated(train, seed) : Covariance.diagonal(train),
        target: turned ? rotated(test, seed + 1) : Covariance.diagonal(test),
        n,
      };
      const best = limitBestSteps(params);
      const { behaviour, growth } = limitBehaviour(params);
      assert.equal(best === null, behaviour !== "diverges");
      if (best === null) return;
      fc.pre(growth > 1.02);
      diverging++;
      let expected = 0;
      for (let k = 1; k < 600; k++) if (logLimitError({ ...params, k }) < logLimitError({ ...params, k: expected }) - 1e-12) expected = k;
      assert.equal(best, expected);
    }),
    { seed: 91, numRuns: 200 },
  );
  assert.ok(diverging > 50, `only ${diverging} diverging pairs`);
});

test("an error that falls for a very long time before it rises is solved for without walking there", () => {
  // μ_max is 2 + 4e-9 in one direction, and slightly above 0 in the other.
  const target = Covariance.diagonal([2 * (1 + 2e-9), 1e-3]);
  const best = limitBestSteps({ covariance: power(2, 0), target: target.scale(1 + 3 / 1000), n: 1000 })!;
  const log = (k: number) => logLimitError({ covariance: power(2, 0), target: target.scale(1 + 3 / 1000), n: 1000, k });
  assert.ok(best > 1000);
  for (const factor of [0.5, 0.9, 1.1, 2]) assert.ok(log(Math.round(best * factor)) >= log(best) - 1e-12);
});

test("too many candidates are refused, not guessed", () => {
  const pair = { covariance: Lambda, target: Sigma.scale(2) };
  const params = { ...pair, n: Math.ceil(1.02 * criticalLength(pair)) };
  assert.ok(limitBestSteps(params)! > 0);
  assert.throws(() => limitBestSteps({ ...params, maxTrials: 1 }), { message: /limitBestSteps: maxTrials must be enough to try every k/ });
  assert.throws(() => limitBestSteps({ ...params, maxTrials: 0 }), { message: /limitBestSteps: maxTrials must be an integer >= 1, got 0/ });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { logGamma, logPoissonWeight, regularizedGamma, stirlingRemainder } from "../../dist/core/incompleteGamma.js";

test("logGamma has the values of the factorial and of half-integers", () => {
  let log = 0;
  for (let i = 1; i <= 200; i++) {
    assert.ok(Math.abs(logGamma(i) - log) <= 2e-15 * Math.max(1, i * Math.log(i)), `${i}`);
    log += Math.log(i);
  }
  assert.ok(Math.abs(logGamma(0.5) - Math.log(Math.PI) / 2) < 1e-15);
  assert.ok(Math.abs(logGamma(1e-10) - Math.log(1e10)) < 1e-9);
});

test("Stirling's remainder obeys the functional equation across the switch to its series", () => {
  for (const x of [0.3, 5.5, 15.9, 16, 40]) {
    const gap = stirlingRemainder(x) - stirlingRemainder(x + 1) - ((x + 0.5) * Math.log1p(1 / x) - 1);
    assert.ok(Math.abs(gap) < 3e-16 * Math.max(1, x), `${x}: ${gap}`);
  }
});

test("the Poisson weight is x^a e^-x / a!, also where the parts are huge", () => {
  for (const [a, x] of [
    [0, 3],
    [5, 2.5],
    [12, 30],
  ] as const) {
    let product = Math.exp(-x);
    for (let i = 1; i <= a; i++) product *= x / i;
    assert.ok(Math.abs(Math.exp(logPoissonWeight(a, x)) / product - 1) < 1e-14);
  }
  // At the mode the weight is (2πa)^(-1/2) (1 - 1/(12a) + ...).
  const a = 1e8;
  assert.ok(Math.abs(logPoissonWeight(a, a) + Math.log(2 * Math.PI * a) / 2 + 1 / (12 * a)) < 1e-14);
});

test("P + Q = 1, and both have their closed forms for integer s, on both sides of x = s + 1", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.double({ min: 1e-3, max: 150, noNaN: true }), (s, x) => {
      const { lower, upper } = regularizedGamma(s, x);
      assert.ok(Math.abs(lower + upper - 1) < 1e-14);
      // Q(s, x) = Σ_{i<s} x^i e^{-x}/i!.
      let sum = 0;
      for (let i = 0; i < s; i++) sum += Math.exp(logPoissonWeight(i, x));
      assert.ok(Math.abs(upper - sum) <= 2e-14 + 1e-12 * sum, `${s} ${x}: ${upper} ${sum}`);
    }),
    { seed: 4, numRuns: 500 },
  );
});

test("at large s the halves balance near x = s - 1/3", () => {
  const { lower, upper } = regularizedGamma(1e6, 1e6 - 1 / 3);
  assert.ok(Math.abs(lower - upper) < 1e-8);
});

test("where the expansion takes over from the series, P(s + 1, x) = P(s, x) - x^s e^-x / Γ(s + 1) still, and so beyond", () => {
  for (const s of [1e6 - 1, 3e6, 2e9])
    for (const z of [-8, -3, -1, -1e-3, 0, 1e-3, 0.5, 2, 7]) {
      const x = s + z * Math.sqrt(s);
      const [before, after] = [regularizedGamma(s, x), regularizedGamma(s + 1, x)];
      const weight = Math.exp(logPoissonWeight(s, x));
      assert.ok(Math.abs(before.lower - weight - after.lower) < 3e-14, `${s} ${z}: ${before.lower - weight - after.lower}`);
      assert.ok(Math.abs(after.lower + after.upper - 1) < 1e-15 && after.lower >= 0 && after.upper >= 0);
    }
  assert.deepEqual(regularizedGamma(1e12, 0.9e12), { lower: 0, upper: 1 });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { gaussLegendre, logIntegral } from "../../dist/core/gaussLegendre.js";

test("an n-point rule integrates every power up to 2n - 1, and not 2n", () => {
  for (const n of [1, 2, 5, 20, 64]) {
    const { nodes, weights } = gaussLegendre(n);
    const integral = (power: number) => nodes.reduce((sum, x, i) => sum + weights[i] * x ** power, 0);
    for (let power = 0; power < 2 * n; power++) {
      assert.ok(Math.abs(integral(power) - (power % 2 === 0 ? 2 / (power + 1) : 0)) < 1e-14, `n = ${n}, x^${power}`);
    }
    if (n <= 5) assert.ok(Math.abs(integral(2 * n) - 2 / (2 * n + 1)) > 1e-5);
  }
});

test("the logarithm of an integral is right where the integral itself overflows, underflows, or has a narrow peak", () => {
  const gaussian = Math.log(Math.sqrt(2 * Math.PI));
  for (const shift of [0, 5000, -5000]) {
    const log = logIntegral(
      (t) => shift - (t * t) / 2,
      [
        [-12, 0],
        [0, 12],
      ],
    );
    assert.ok(Math.abs(log - shift - gaussian) < 1e-13 * Math.max(1, Math.abs(shift)));
  }
  const narrow = logIntegral((t) => -0.5 * ((t - 0.3) / 1e-3) ** 2, [[0, 1]]);
  assert.ok(Math.abs(narrow - gaussian - Math.log(1e-3)) < 1e-12);
  assert.ok(Math.abs(logIntegral((t) => Math.log(t) / 2, [[0, 1]]) - Math.log(2 / 3)) < 1e-12);
  assert.equal(
    logIntegral(() => Number.NEGATIVE_INFINITY, [[0, 1]]),
    Number.NEGATIVE_INFINITY,
  );
});

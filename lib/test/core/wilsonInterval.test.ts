import assert from "node:assert/strict";
import { test } from "node:test";
import { wilsonInterval } from "../../dist/core/wilsonInterval.js";

test("the ends solve (p - q)² = z² q (1 - q)/n, the equation they come from", () => {
  const z = 1.959963984540054;
  for (const [count, total] of [
    [3, 20],
    [150, 1000],
    [19, 20],
  ] as const) {
    const { value, low, high } = wilsonInterval(count, total);
    assert.equal(value, count / total);
    for (const q of [low, high]) assert.ok(Math.abs((value - q) ** 2 - (z * z * q * (1 - q)) / total) < 1e-14);
    assert.ok(low < value && value < high);
  }
});

test("a share of 0 or 1 has one end there and the other inside", () => {
  const none = wilsonInterval(0, 100);
  const all = wilsonInterval(100, 100);
  assert.equal(none.low, 0);
  assert.equal(all.high, 1);
  assert.ok(Math.abs(none.high - 0.036994) < 1e-6); // z²/(n + z²)
  assert.ok(Math.abs(all.low - (1 - none.high)) < 1e-14);
});

test("counts outside [0, total] are refused", () => {
  assert.throws(() => wilsonInterval(5, 4), /wilsonInterval: count must be/);
  assert.throws(() => wilsonInterval(0, 0), /wilsonInterval: total must be/);
});

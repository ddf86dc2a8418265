import assert from "node:assert/strict";
import { test } from "node:test";
import type { CurveRow } from "../../lib/dist/transformer/regression/curveTable.js";
import { curveRise, seedCurve, stepsToReach } from "../dist/seedCurves.js";

const rows = (seed: number, errors: number[]): CurveRow[] =>
  errors.map((error, k) => ({ run: "r", seed, curve: "c", trainLength: 5, testLength: 5, k, error, standardError: 0 }));
const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-12 * expected, `${actual}, ${expected}`);

test("the mean over seeds is geometric and the interval is t standard errors of the logarithms", () => {
  const curve = seedCurve([...rows(1, [1, 4]), ...rows(0, [1, 1])], "r", "c", 2)!;
  assert.deepEqual(curve.seeds, [0, 1]);
  assert.deepEqual(curve.errors, [
    [1, 1],
    [1, 4],
  ]);
  near(curve.mean[1], 2);
  // Logarithms 0 and log 4: standard deviation log 4 / √2, standard error log 4 / 2.
  near(curve.upper[1], 2 * 4);
  near(curve.lower[1], 2 / 4);
  near(curve.upper[0], 1);
});

test("relative to a step every seed is 1 there, and levels drop out", () => {
  const curve = seedCurve([...rows(0, [4, 2, 1]), ...rows(1, [40, 20, 10])], "r", "c", 4.3, 1)!;
  [2, 1, 0.5].forEach((value, k) => {
    near(curve.mean[k], value);
    near(curve.upper[k], value);
  });
});

test("one seed has no interval, and a curve that was not measured is undefined", () => {
  const curve = seedCurve(rows(3, [1, 0.5]), "r", "c", 4.3)!;
  assert.deepEqual([curve.lower, curve.upper], [curve.mean, curve.mean]);
  assert.equal(seedCurve(rows(3, [1, 0.5]), "r", "other", 4.3), undefined);
  assert.equal(seedCurve([], "r", "c", 4.3), undefined);
});

test("seeds with curves of different lengths, holes, and errors that are not positive are refused", () => {
  assert.throws(() => seedCurve([...rows(0, [1, 0.5]), ...rows(1, [1])], "r", "c", 4), /one for each k/);
  assert.throws(() => seedCurve(rows(0, [1, 0.5, 0.2]).slice(1), "r", "c", 4), /one for each k/);
  assert.throws(() => seedCurve(rows(0, [1, 0]), "r", "c", 4), RangeError);
  assert.throws(() => seedCurve(rows(0, [1, 1]), "r", "c", 4, 2), /relativeTo/);
});

test("the steps to reach an error are counted from the first step", () => {
  assert.equal(stepsToReach([0.001, 0.5, 0.1, 0.2, 0.05], 0.1), 2);
  assert.equal(stepsToReach([1, 0.5, 0.1], 0.01), undefined);
  assert.throws(() => stepsToReach([1], 0), RangeError);
});

test("the rise is counted from the least error after a step, up to the last step asked for", () => {
  assert.deepEqual(curveRise([0.01, 0.4, 0.2, 0.3, 9], 3), { least: 0.2, leastAt: 2, ratio: 0.3 / 0.2 });
  assert.equal(curveRise([1, 0.4, 0.2], 2).ratio, 1);
  assert.throws(() => curveRise([1, 0.5], 2), RangeError);
});

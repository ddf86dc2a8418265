import assert from "node:assert/strict";
import { test } from "node:test";
import * as check from "../../dist/core/check.js";

test("every check names function, argument, rule and value", () => {
  const cases: [() => void, string, string][] = [
    [() => check.checkInteger("f", "n", 0, 1), "RangeError", "f: n must be an integer >= 1, got 0"],
    [() => check.checkInteger("f", "n", 1.5, 1, 9), "RangeError", "f: n must be an integer in [1, 9], got 1.5"],
    [() => check.checkInteger("f", "n", "3", 1), "TypeError", 'f: n must be an integer >= 1, got "3"'],
    [() => check.checkLength("f", "m", Number.NaN), "RangeError", "f: m must be an integer >= 1 or Infinity, got NaN"],
    [() => check.checkFinite("f", "a", Number.POSITIVE_INFINITY), "RangeError", "f: a must be a finite number, got Infinity"],
    [() => check.checkPositive("f", "a", 0), "RangeError", "f: a must be a finite number > 0, got 0"],
    [() => check.checkNonNegative("f", "a", -1), "RangeError", "f: a must be a finite number >= 0, got -1"],
    [() => check.checkInterval("f", "a", 2, 0, 1), "RangeError", "f: a must be a number in [0, 1], got 2"],
    [
      () => check.checkOneOf("f", "mode", "both", ["replace", "append"]),
      "RangeError",
      'f: mode must be one of "replace", "append", got "both"',
    ],
    [() => check.checkVector("f", "y", [1, Number.NaN]), "RangeError", "f: y[1] must be a finite number, got NaN"],
    [() => check.checkVector("f", "y", [1], 2), "RangeError", "f: y must be an array of 2 finite numbers, got [1]"],
    [() => check.checkVector("f", "y", "12"), "TypeError", 'f: y must be a non-empty array of finite numbers, got "12"'],
    [
      () => check.checkWeights("f", "pi", [0.5, 0.6], 2),
      "RangeError",
      "f: pi must be weights that sum to 1, got 1.1. Divide them by their sum",
    ],
    [() => check.checkWeights("f", "pi", [1.5, -0.5], 2), "RangeError", "f: pi[1] must be a weight >= 0, got -0.5"],
  ];
  for (const [call, name, message] of cases) assert.throws(call, { name, message });
});

test("good values pass", () => {
  check.checkInteger("f", "n", 3, 1);
  check.checkLength("f", "m", Number.POSITIVE_INFINITY);
  check.checkInterval("f", "a", 1, 0, 1);
  check.checkVector("f", "y", new Float64Array([1, 2]), 2);
  check.checkWeights("f", "pi", [0.1, 0.2, 0.7], 3);
});

test("long values are shortened in messages", () => {
  assert.equal(check.show(Array.from({ length: 100 }, (_, i) => i)), "[0, 1, 2, 3, 4, 5, ...] (length 100)");
  assert.equal(check.show({ rows: 2, columns: 3 }), "a 2x3 matrix");
  assert.equal(check.show(null), "null");
});

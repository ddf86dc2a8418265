import assert from "node:assert/strict";
import { test } from "node:test";
import { Checks, show } from "../../dist/core/check.js";

const check: Checks = new Checks("f");

test("every check names function, argument, rule and value", () => {
  const cases: [() => void, string, string][] = [
    [() => check.integer("n", 0, 1), "RangeError", "f: n must be an integer >= 1, got 0"],
    [() => check.integer("n", 1.5, 1, 9), "RangeError", "f: n must be an integer in [1, 9], got 1.5"],
    [() => check.integer("n", "3", 1), "TypeError", 'f: n must be an integer >= 1, got "3"'],
    [() => check.length("m", Number.NaN), "RangeError", "f: m must be an integer >= 1 or Infinity, got NaN"],
    [() => check.finite("a", Number.POSITIVE_INFINITY), "RangeError", "f: a must be a finite number, got Infinity"],
    [() => check.positive("a", 0), "RangeError", "f: a must be a finite number > 0, got 0"],
    [() => check.nonNegative("a", -1), "RangeError", "f: a must be a finite number >= 0, got -1"],
    [() => check.interval("a", 2, 0, 1), "RangeError", "f: a must be a number in [0, 1], got 2"],
    [() => check.oneOf("mode", "both", ["replace", "append"]), "RangeError", 'f: mode must be one of "replace", "append", got "both"'],
    [() => check.vector("y", [1, Number.NaN]), "RangeError", "f: y[1] must be a finite number, got NaN"],
    [() => check.vector("y", [1], 2), "RangeError", "f: y must be an array of 2 finite numbers, got [1]"],
    [() => check.vector("y", "12"), "TypeError", 'f: y must be a non-empty array of finite numbers, got "12"'],
    [() => check.weights("pi", [0.5, 0.6], 2), "RangeError", "f: pi must be weights that sum to 1, got 1.1. Divide them by their sum"],
    [() => check.weights("pi", [1.5, -0.5], 2), "RangeError", "f: pi[1] must be a weight >= 0, got -0.5"],
  ];
  for (const [call, name, message] of cases) assert.throws(call, { name, message });
});

test("good values pass", () => {
  check.integer("n", 3, 1);
  check.length("m", Number.POSITIVE_INFINITY);
  check.interval("a", 1, 0, 1);
  check.vector("y", new Float64Array([1, 2]), 2);
  check.weights("pi", [0.1, 0.2, 0.7], 3);
});

test("long values are shortened in messages", () => {
  assert.equal(show(Array.from({ length: 100 }, (_, i) => i)), "[0, 1, 2, 3, 4, 5, ...] (length 100)");
  assert.equal(show({ rows: 2, columns: 3 }), "a 2x3 matrix");
  assert.equal(show(null), "null");
});

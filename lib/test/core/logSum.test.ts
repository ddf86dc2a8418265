import assert from "node:assert/strict";
import { test } from "node:test";
import { Checks } from "../../dist/core/check.js";
import { fromLog, logDeviation, logSum } from "../../dist/core/logSum.js";
import { assertClose } from "../support/reference.ts";

test("logSum neither overflows nor loses a vanishing sum", () => {
  assertClose(logSum([1000, 1000]), 1000 + Math.log(2), 1e-15);
  assertClose(logSum([-2000, -2001]), -2000 + Math.log1p(Math.exp(-1)), 1e-15);
  assert.equal(logSum([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]), Number.NEGATIVE_INFINITY);
  assert.equal(logSum([]), Number.NEGATIVE_INFINITY);
});

test("fromLog names the logarithmic function when it overflows, and underflows to 0", () => {
  assert.throws(() => fromLog(new Checks("f"), 710, "logF"), {
    name: "RangeError",
    message: 'f: the result must be below 1.8e308, got "exp(710)". Use logF',
  });
  assert.equal(fromLog(new Checks("f"), -1000, "logF"), 0);
});

test("ln|1 - μ| keeps its digits near μ = 0, and takes a deviation that is known better near μ = 1", () => {
  assertClose(logDeviation(1e-20), -1e-20, 1e-15);
  assertClose(logDeviation(3), Math.log(2), 1e-15);
  assertClose(logDeviation(1 - 1e-12, 1e-12), Math.log(1e-12), 1e-15);
  assert.equal(logDeviation(1), Number.NEGATIVE_INFINITY);
});

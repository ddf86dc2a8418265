import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../dist/core/random.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { sampleSecondMoment } from "../../../dist/model/wishart.js";
import { dampingLimits, logDampedCurve, type StepMethod } from "../../../dist/theory/finite/damping.js";
import { logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { assertClose } from "../../support/reference.ts";
import { rotated } from "../paper/support.ts";

const pair = { covariance: Covariance.diagonal([1, 0.5, 0.2]), target: Covariance.diagonal([1, 2, 3]), n: 10 };
const turned = { covariance: rotated([1, 0.5, 0.2], 2), target: rotated([3, 2, 0.4], 7), n: 10 };
const methods: readonly StepMethod[] = ["damped", "momentum", "chebyshev"];

test("what diverges as learned converges with every cure, at its rate", () => {
  for (const params of [pair, turned]) {
    const { rates } = dampingLimits(params);
    assert.ok(rates.plain > 1 && rates.momentum < rates.damped && rates.damped < 1);
    const plain = logDampedCurve({ ...params, method: "plain" }, 50);
    assertClose(plain[50], logLimitError({ ...params, k: 50 }), 1e-12);
    for (const method of methods) {
      const curve = logDampedCurve({ ...params, method }, 400);
      const slope = (curve[400] - curve[200]) / 200;
      // A polynomial in k beside the power leaves momentum's slope higher by the order of ln 2/200.
      assert.ok(slope < 2 * Math.log(rates[method]) + 0.01 && slope > 2 * Math.log(rates[method]) - 0.02, `${method}: ${slope}`);
    }
  }
});

test("damping converges exactly below 2/b, and the best one is best", () => {
  const { largestDamping, bestDamping } = dampingLimits(turned);
  const end = (damping: number): number => logDampedCurve({ ...turned, method: "damped", damping }, 4000)[4000];
  assert.ok(end(0.999 * largestDamping) < 0 && end(1.001 * largestDamping) > 2);
  for (const factor of [0.97, 1.03]) assert.ok(end(factor * bestDamping) > end(bestDamping));
});

test("Chebyshev's polynomial has the least largest value on [a, b]", () => {
  const spectrum = Array.from({ length: 200 }, (_, i) => 0.2 + 0.014 * i);
  const params = {
    covariance: Covariance.diagonal(new Float64Array(200).fill(1)),
    target: Covariance.diagonal(spectrum),
    n: Number.POSITIVE_INFINITY,
  };
  const { lowest: a, highest: b } = dampingLimits(params);
  const chebyshev = (k: number): number => 1 / Math.cosh(k * Math.acosh((b + a) / (b - a)));
  for (const k of [1, 4, 9]) {
    // The mean square of T_k over the nodes is about 1/2 of its largest square.
    const mean = Math.exp(logDampedCurve({ ...params, method: "chebyshev" }, k)[k]) / 200;
    assert.ok(Math.sqrt(mean) <= chebyshev(k) * (1 + 1e-9) && Math.sqrt(mean) > 0.5 * chebyshev(k), `k = ${k}`);
  }
});

test("on a prompt's own S: short prompts leave directions unseen, whose error stays", () => {
  const covariance = Covariance.diagonal([1, 0.7, 0.5, 0.4, 0.3]);
  const S = Covariance.fromMatrix(sampleSecondMoment({ covariance, m: 3 }, Random.seed(4)));
  const limits = dampingLimits({ covariance, target: S, n: 200 });
  assert.equal(limits.unseen, 2);
  for (const method of methods) {
    const curve = logDampedCurve({ covariance, target: S, n: 200, method }, 3000);
    assert.ok(Math.exp(curve[3000]) >= 2 - 1e-9);
    assert.ok(Math.abs(curve[3000] - curve[2900]) < 1e-6, method);
  }
});

test("equal eigenvalues need one step; bad input is named", () => {
  const even = { covariance: Covariance.diagonal([1, 1]), n: 10 };
  for (const method of methods) assert.ok(logDampedCurve({ ...even, method }, 1)[1] < -60, method);
  assert.throws(() => logDampedCurve({ ...even, method: "newton" as StepMethod }, 1), /method must be one of/);
  assert.throws(() => logDampedCurve({ ...even, method: "momentum", damping: 0.5 }, 1), /damping must be given for "damped" alone/);
  assert.ok(logDampedCurve({ ...pair, method: "chebyshev" }, 5000).every((value) => !Number.isNaN(value)));
});

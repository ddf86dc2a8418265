import assert from "node:assert/strict";
import { test } from "node:test";
import { Covariance } from "../../../dist/model/covariance.js";
import { inverseGamma } from "../../../dist/model/gamma.js";
import { deterministicEquivalent } from "../../../dist/theory/finite/deterministicEquivalent.js";
import { logNonCommutingEquivalentCurve, nonCommutingEquivalent } from "../../../dist/theory/finite/nonCommutingEquivalent.js";
import { nonCommutingError } from "../../../dist/theory/finite/nonCommutingError.js";
import { logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { assertClose } from "../../support/reference.ts";
import { rotated } from "../paper/support.ts";

const pair = { covariance: rotated([1, 0.6, 0.3, 0.2], 3), target: rotated([0.7, 0.6, 0.4, 0.2], 8), n: 12 };

test("where the covariances commute it is the commuting equivalent, turned or not, for few and many examples", () => {
  const [covariance, target] = [Covariance.diagonal([1, 0.5, 0.25]), Covariance.diagonal([0.6, 0.7, 0.2])];
  const turned = { covariance: rotated([1, 0.5, 0.25], 4), target: rotated([0.6, 0.7, 0.2], 4) };
  for (const m of [2, 9, 400]) {
    const curve = logNonCommutingEquivalentCurve({ ...turned, n: 20, m }, 12);
    for (const k of [0, 1, 5, 12])
      assertClose(Math.exp(curve[k]), deterministicEquivalent({ covariance, target, n: 20, m, k }), 1e-8, `m = ${m}, k = ${k}`);
  }
});

test("long prompts tend to the endless one, and to the exact error to order 1/m", () => {
  const curve = logNonCommutingEquivalentCurve({ ...pair, m: 1e9 }, 8);
  const endless = logNonCommutingEquivalentCurve({ ...pair, m: Number.POSITIVE_INFINITY }, 8);
  curve.forEach((log, k) => {
    assertClose(Math.exp(log), Math.exp(logLimitError({ ...pair, k })), 1e-5);
    assertClose(Math.exp(endless[k]), Math.exp(logLimitError({ ...pair, k })), 1e-10);
  });
  // The trace terms of the two agree at k = 1; what is left is tr((AΣ)²)/m.
  const A = inverseGamma({ covariance: pair.covariance, n: 12 });
  const exact = nonCommutingError({ preconditioner: A, target: pair.target, m: 50, k: 1 });
  const step = A.mmul(pair.target.matrix);
  assertClose(nonCommutingEquivalent({ ...pair, m: 50, k: 1 }) + step.mmul(step.transpose()).trace() / 50, exact, 1e-9);
});

test("a curve is the single values, a diverging one stays in range as logarithms, and bad input is named", () => {
  const curve = logNonCommutingEquivalentCurve({ ...pair, m: 30 }, 20);
  for (const k of [1, 7, 20]) assertClose(Math.exp(curve[k]), nonCommutingEquivalent({ ...pair, m: 30, k }), 1e-7);
  const wild = logNonCommutingEquivalentCurve({ ...pair, target: pair.target.scale(1e4), m: 3 }, 100);
  assert.ok(wild.every(Number.isFinite) && wild[100] > 800);
  assert.throws(() => nonCommutingEquivalent({ ...pair, target: pair.target.scale(1e4), m: 3, k: 100 }), /logNonCommutingEquivalentCurve/);
  assert.throws(() => nonCommutingEquivalent({ ...pair, m: 0, k: 1 }), /m must be an integer >= 1 or Infinity/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HypothesisError } from "../../../dist/core/check.js";
import { Covariance } from "../../../dist/model/covariance.js";
import {
  bernoulliSteps,
  localExponent,
  stepsForError,
  stepsForErrorByBound,
  stepsToMatch,
  updateCost,
} from "../../../dist/theory/paper/exchange.js";
import { limitError, logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { assertClose, power, reference, rotated, spectra } from "./support.ts";

const small = fc.integer({ min: 1, max: 200 });
const targets = fc.double({ min: -12, max: 1, noNaN: true }).map((exponent) => 10 ** exponent);

test("n = 10 reaches n = 30 with the reference number of steps for I_10 and 1/i, and never needs more", () => {
  const expected = reference("bernoulli_k");
  assert.equal(bernoulliSteps({ nShort: 10, nLong: 30 }), expected);
  for (const covariance of [power(10, 0), power(10, 1)]) assert.equal(stepsToMatch({ covariance, nShort: 10, nLong: 30 }), expected);
});

test("stepsToMatch is the first k at which the short-prompt error is no larger, by direct search", () => {
  fc.assert(
    fc.property(spectra({ maxD: 6, decades: 3 }), small, small, fc.integer({ min: 0, max: 6 }), (spectrum, nShort, nLong, kLong) => {
      const covariance = Covariance.diagonal(spectrum);
      const goal = limitError({ covariance, n: nLong, k: kLong });
      let k = 0;
      while (limitError({ covariance, n: nShort, k }) > goal * (1 + 1e-13)) k++;
      assert.equal(stepsToMatch({ covariance, nShort, nLong, kLong }), k);
    }),
    { seed: 61, numRuns: 300 },
  );
});

test("Bernoulli's number of steps is enough for every spectrum, condition 1e12 and zeros included", () => {
  fc.assert(
    fc.property(spectra({ maxD: 20, deficient: true }), small, small, fc.integer({ min: 0, max: 9 }), (spectrum, a, b, kLong) => {
      const covariance = Covariance.diagonal(spectrum);
      const [nShort, nLong] = [Math.min(a, b), Math.max(a, b)];
      const enough = bernoulliSteps({ nShort, nLong, kLong });
      const k = stepsToMatch({ covariance, nShort, nLong, kLong });
      assert.ok(k <= enough);
      const gap = logLimitError({ covariance, n: nShort, k }) - logLimitError({ covariance, n: nLong, k: kLong });
      assert.ok(gap <= 1e-9, `${gap}`);
    }),
    { seed: 62, numRuns: 1000 },
  );
});

test("unseen directions do not hide the rest from stepsToMatch", () => {
  for (const unseen of [Covariance.diagonal([1, 0.25, 0, 0, 0]), rotated([1, 0.25, 0, 0, 0], 2)]) {
    assert.equal(
      stepsToMatch({ covariance: unseen, nShort: 10, nLong: 900, kLong: 30 }),
      stepsToMatch({ covariance: Covariance.diagonal([1, 0.25]), nShort: 10, nLong: 900, kLong: 30 }),
    );
  }
});

test("bernoulliSteps is the exact ceiling, also beyond 2^26", () => {
  assert.equal(bernoulliSteps({ nShort: 7, nLong: 10, kLong: 2 }), 3);
  assert.equal(bernoulliSteps({ nShort: 30, nLong: 10, kLong: 4 }), 4);
  assert.equal(bernoulliSteps({ nShort: 3, nLong: 2 ** 52 + 1 }), (2 ** 52 + 2) / 3);
  assert.throws(() => bernoulliSteps({ nShort: 2, nLong: 2 ** 40, kLong: 2 ** 20 }), { message: /kLong \* nLong must be at most/ });
});

test("stepsForError is the first k that meets the target, and the bound's k is enough", () => {
  fc.assert(
    fc.property(spectra({ maxD: 8, decades: 6 }), small, targets, (spectrum, n, error) => {
      const covariance = Covariance.diagonal(spectrum);
      const k = stepsForError({ covariance, n, error });
      const slack = 1e-9; // relative: at a tie, rounding decides
      assert.ok(limitError({ covariance, n, k }) <= error * (1 + slack));
      if (k > 0) assert.ok(limitError({ covariance, n, k: k - 1 }) >= error * (1 - slack));
      assert.ok(stepsForErrorByBound({ covariance, n, error }) >= k);
    }),
    { seed: 63, numRuns: 500 },
  );
});

test("steps to one per cent at n = 1, 10, 100: 27, 4, 1 for I_10; 51, 6, 2 for 1/i, where the bound asks for 71, 9, 2", () => {
  const at = (steps: typeof stepsForError, exponent: number) =>
    [1, 10, 100].map((n) => steps({ covariance: power(10, exponent), n, error: 0.1 }));
  assert.deepEqual(at(stepsForError, 0), [27, 4, 1]);
  assert.deepEqual(at(stepsForErrorByBound, 0), [27, 4, 1]);
  assert.deepEqual(at(stepsForError, 1), [51, 6, 2]);
  assert.deepEqual(at(stepsForErrorByBound, 1), [71, 9, 2]);
});

test("a target at or below the number of unseen directions is never met", () => {
  const covariance = Covariance.diagonal([1, 0.5, 0]);
  assert.equal(stepsForError({ covariance, n: 5, error: 1 }), Number.POSITIVE_INFINITY);
  assert.ok(Number.isFinite(stepsForError({ covariance, n: 5, error: 1 + 1e-9 })));
  assert.throws(() => stepsForErrorByBound({ covariance, n: 5, error: 1 }), HypothesisError);
});

test("the local exponent is the derivative of ln error in ln n, between -2k and 0", () => {
  fc.assert(
    fc.property(
      spectra({ maxD: 8, decades: 4, deficient: true }),
      fc.integer({ min: 1000, max: 5000 }),
      fc.integer({ min: 1, max: 5 }),
      (spectrum, n, k) => {
        const covariance = Covariance.diagonal(spectrum);
        const slope = localExponent({ covariance, n, k });
        const difference =
          (logLimitError({ covariance, n: n + 1, k }) - logLimitError({ covariance, n: n - 1, k })) / Math.log((n + 1) / (n - 1));
        assert.ok(slope <= 0 && slope >= -2 * k);
        assert.ok(Math.abs(slope - difference) <= 1e-4 * k, `${slope} against ${difference}`);
      },
    ),
    { seed: 65, numRuns: 300 },
  );
  // Isotropic: -2k n/(n + 1 + d).
  assertClose(localExponent({ covariance: power(10, 0), n: 5, k: 3 }), (-6 * 5) / 16, 1e-14);
});

test("the operation count of d = 2, m = 3, k = 4 is that of counting by hand", () => {
  assert.deepEqual(updateCost({ d: 2, m: 3, k: 4 }), { prepare: 9 + 6, iterate: 32, total: 47, withoutMoments: 4 * (12 + 4) });
});

test("bad arguments are named", () => {
  const covariance = power(3, 1);
  assert.throws(() => stepsForError({ covariance, n: 5, error: 0 }), {
    message: /stepsForError: error must be a finite number > 0, got 0/,
  });
  assert.throws(() => stepsToMatch({ covariance, nShort: 0, nLong: 3 }), {
    message: /stepsToMatch: nShort must be an integer >= 1, got 0/,
  });
  assert.throws(() => localExponent({ covariance, n: Number.POSITIVE_INFINITY, k: 1 }), {
    message: /localExponent: n must be an integer >= 1, got Infinity/,
  });
  assert.throws(() => updateCost({ d: 0, m: 1, k: 1 }), { message: /updateCost: d must be an integer >= 1, got 0/ });
  assert.throws(() => stepsForError({ covariance: Covariance.diagonal([1, 1e-30]), n: 1, error: 1e-3 }), {
    message: /the result must be at most 2\^53 - 1/,
  });
});

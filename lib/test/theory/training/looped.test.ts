import assert from "node:assert/strict";
import { test } from "node:test";
import { Covariance } from "../../../dist/model/covariance.js";
import { gammaEigenvalues } from "../../../dist/model/gamma.js";
import { criticalTestLength } from "../../../dist/theory/finite/criticalTestLength.js";
import { bestSteps, logIsotropicError } from "../../../dist/theory/finite/isotropicError.js";
import { logMeanTracePower } from "../../../dist/theory/finite/tracePower.js";
import { loopedSpectrum } from "../../../dist/theory/training/loopedSpectrum.js";
import * as looped from "../../../dist/theory/training/loopedTraining.js";
import { assertClose } from "../../support/reference.ts";

test("one loop is Theorem 3.1, and the exact error of one-step training", () => {
  const { gamma, error, oneStepTrained } = looped.loopedTraining({ d: 10, n: 20, loops: 1 });
  assert.equal(gamma, 1.55);
  assert.equal(error, oneStepTrained);
  assertClose(oneStepTrained, Math.exp(logIsotropicError({ d: 10, m: 20, n: 20, k: 1 })), 1e-11);
  assertClose(looped.logLoopedError({ d: 10, n: 20, loops: 1, m: 40 }, 7), logIsotropicError({ d: 10, m: 40, n: 20, k: 7 }), 1e-11);
  assert.equal(looped.bestLoopedSteps({ d: 10, n: 20, loops: 1, m: 40 }), bestSteps({ d: 10, m: 40, n: 20 }));
  assert.equal(looped.bestLoopedSteps({ d: 30, n: 20, loops: 1, m: 7 }), 0, "the first step does harm");
  assert.equal(looped.loopedCriticalTestLength({ d: 10, n: 20, loops: 1 }), criticalTestLength({ d: 10, n: 20 }));
});

test("two loops: the root of the cubic slope, by hand for d = 1", () => {
  // d = 1: E (1 - aS)^4 with S = chi²_n/n; slope E S(1 - aS)^3 = 0.
  const n = 6;
  const moment = (j: number): number => Array.from({ length: j }, (_, i) => (n + 2 * i) / n).reduce((product, value) => product * value, 1);
  const slope = (a: number): number => moment(1) - 3 * a * moment(2) + 3 * a * a * moment(3) - a ** 3 * moment(4);
  const { gamma } = looped.loopedTraining({ d: 1, n, loops: 2 });
  assert.ok(Math.abs(slope(1 / gamma)) < 1e-13);
});

test("nearby steps are no better, and more loops ask for smaller steps and shorter prompts", () => {
  let [before, critical, best] = [1, Number.POSITIVE_INFINITY, 0];
  for (const loops of [1, 2, 5, 12, 40]) {
    const params = { d: 10, n: 20, loops };
    const { gamma, error } = looped.loopedTraining(params);
    for (const factor of [0.999, 1.001]) {
      assert.ok(logMeanTracePower({ d: 10, m: 20, center: 20 * gamma * factor, k: loops }) > Math.log(error));
    }
    const length = looped.loopedCriticalTestLength(params);
    const steps = looped.bestLoopedSteps({ ...params, m: 20 });
    assert.ok(gamma > before && length < critical && steps >= best, `K = ${loops}`);
    [before, critical, best] = [gamma, length, steps];
  }
});

test("endless prompts need no training with thinking", () => {
  assert.deepEqual(looped.loopedTraining({ d: 4, n: Number.POSITIVE_INFINITY, loops: 5 }), { gamma: 1, error: 0, oneStepTrained: 0 });
  assert.equal(looped.bestLoopedSteps({ d: 4, n: 10, loops: 5, m: Number.POSITIVE_INFINITY }), Number.POSITIVE_INFINITY);
  assert.throws(() => looped.loopedTraining({ d: 4, n: 10, loops: 0 }), /loops must be an integer in \[1, 200\]/);
});

test("the numerical optimum is the exact one where that is known: K = 1, and λ = 1", () => {
  const spectrum = [1, 0.5, 0.25];
  const one = loopedSpectrum({ spectrum, n: 10, loops: 1, draws: 20_000 });
  gammaEigenvalues({ covariance: Covariance.diagonal(spectrum), n: 10 }).forEach((gamma, i) => {
    assertClose(one.gammas[i], gamma, 0.02);
  });
  const even = loopedSpectrum({ spectrum: [1, 1, 1, 1, 1], n: 10, loops: 3, draws: 8000 });
  const exact = looped.loopedTraining({ d: 5, n: 10, loops: 3 });
  for (const gamma of even.gammas) assertClose(gamma, exact.gamma, 0.04);
  assert.ok(Math.abs(even.error - exact.error) < 4 * even.standardError + 1e-3);
});

test("for a tilted spectrum training with thinking is better than training on one step", () => {
  const found = loopedSpectrum({ spectrum: [0.3, 1, 0.5], n: 8, loops: 3, draws: 10_000, seed: 3 });
  assert.ok(found.oneStepTrained - found.error > 4 * found.differenceError);
  assert.deepEqual(found.gammas, loopedSpectrum({ spectrum: [0.3, 1, 0.5], n: 8, loops: 3, draws: 10_000, seed: 3 }).gammas);
  assert.throws(() => loopedSpectrum({ spectrum: [1, 0], n: 8, loops: 2 }), RangeError);
});

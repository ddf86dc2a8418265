import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HypothesisError } from "../../../dist/core/check.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { criticalLength, criticalLengths, directionContributions } from "../../../dist/theory/paper/criticalLength.js";
import { limitBehaviour, logLimitError } from "../../../dist/theory/paper/overthinking.js";
import { assertClose, Lambda, power, reference, rotated, Sigma, spectra } from "./support.ts";

const tilted = power(10, 1, true);
const identity = power(10, 0);

test("overthink_n_c has its reference value, as the least over directions and in general form", () => {
  const expected = reference("overthink_n_c");
  assertClose(criticalLength({ covariance: tilted, target: identity }), expected, 1e-10);
  assertClose(Math.min(...criticalLengths({ covariance: tilted, target: identity }).map((one) => one.criticalLength)), expected, 1e-10);
  const spectrum = Array.from(tilted.matrix.diag());
  // A rotation of Λ alone; Σ = I is the same in every basis.
  assertClose(criticalLength({ covariance: rotated(spectrum, 8), target: identity }), expected, 1e-10);
});

test("the error diverges above the critical length and not below, commuting or not, with label noise", () => {
  fc.assert(
    fc.property(
      spectra({ maxD: 6, decades: 2 }),
      fc.nat(1000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.5, max: 4, noNaN: true }),
      (spectrum, seed, noise, scale) => {
        const covariance = rotated(spectrum, seed);
        const target = rotated(
          spectrum.map((_, i) => scale / (1 + i)),
          seed + 1,
        );
        const critical = criticalLength({ covariance, target, noise });
        const behaviour = (n: number) => limitBehaviour({ covariance, target, n, noise }).behaviour;
        if (critical === Number.POSITIVE_INFINITY) assert.notEqual(behaviour(1_000_000), "diverges");
        else {
          assert.ok(critical > 0);
          if (critical < 1e7) assert.equal(behaviour(Math.ceil(critical * 1.0001) + 1), "diverges");
          const below = Math.floor(critical * 0.9999);
          if (below >= 1 && below < 1e7) assert.notEqual(behaviour(below), "diverges");
        }
      },
    ),
    { seed: 81, numRuns: 400 },
  );
});

test("mu_max increases with the training length, so longer prompts are worse where the model overthinks", () => {
  fc.assert(
    fc.property(spectra({ maxD: 5, decades: 3 }), fc.nat(1000), fc.integer({ min: 1, max: 1000 }), (spectrum, seed, n) => {
      const covariance = rotated(spectrum, seed);
      const target = rotated(
        spectrum.map((_, i) => 1 + i),
        seed + 1,
      );
      const mu = (length: number) => limitBehaviour({ covariance, target, n: length }).muMax;
      assert.ok(mu(n + 1) >= mu(n) * (1 - 1e-12));
    }),
    { seed: 82, numRuns: 200 },
  );
});

test("an aligned model has no critical length; a mild undercoverage, σ <= 2λ, has none either", () => {
  assert.equal(criticalLength({ covariance: Lambda, target: Lambda }), Number.POSITIVE_INFINITY);
  assert.equal(criticalLength({ covariance: identity, target: identity.scale(2) }), Number.POSITIVE_INFINITY);
  assert.equal(criticalLength({ covariance: rotated([1, 0.5], 1), target: rotated([2, 1], 1) }), Number.POSITIVE_INFINITY);
});

test("the directions' parts add up to the error", () => {
  fc.assert(
    fc.property(spectra({ maxD: 8, deficient: true, decades: 5 }), fc.integer({ min: 1, max: 500 }), fc.nat(20), (spectrum, n, k) => {
      const covariance = Covariance.diagonal(spectrum);
      const target = Covariance.diagonal(spectrum.map((_, i) => 0.2 * (i + 1)));
      const parts = directionContributions({ covariance, target, n, k });
      const sum = parts.reduce((total, part) => total + Math.exp(part.logError), 0);
      assertClose(sum, Math.exp(logLimitError({ covariance, target, n, k })), 1e-10);
      for (const part of parts) assert.equal(part.mu > 2, n > part.criticalLength);
    }),
    { seed: 83 },
  );
});

test("directions of a commuting pair are found in any basis, degenerate eigenvalues included", () => {
  const a = [2, 1, 1, 1];
  const b = [1, 3, 3, 0.1];
  for (let seed = 0; seed < 10; seed++) {
    const directions = criticalLengths({ covariance: rotated(a, seed), target: rotated(b, seed) });
    const found = directions.map(({ lambda, sigma }) => `${lambda.toFixed(9)}/${sigma.toFixed(9)}`).sort();
    assert.deepEqual(found, a.map((lambda, i) => `${lambda.toFixed(9)}/${b[i].toFixed(9)}`).sort());
  }
});

test("directions that do not exist, and bad arguments, are refused by name", () => {
  assert.throws(
    () => criticalLengths({ covariance: Lambda, target: Sigma }),
    (error: unknown) =>
      error instanceof HypothesisError &&
      error.hypothesis === "Lambda and Sigma commute" &&
      /criticalLengths: target must commute/.test(error.message),
  );
  assert.throws(() => directionContributions({ covariance: Lambda, target: Sigma, n: 3, k: 1 }), HypothesisError);
  assert.throws(() => criticalLength({ covariance: Lambda, target: identity }), {
    message: /criticalLength: target must have the dimension/,
  });
  assert.throws(() => criticalLength({ covariance: Lambda, target: Sigma, noise: -1 }), {
    message: /criticalLength: noise must be a finite number >= 0, got -1/,
  });
});

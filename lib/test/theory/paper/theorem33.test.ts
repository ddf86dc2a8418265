import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HypothesisError } from "../../../dist/core/check.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { gammaMatrix } from "../../../dist/model/gamma.js";
import { nonCommutingError } from "../../../dist/theory/finite/nonCommutingError.js";
import { oneStepError, theorem33Bound, theorem33SharperBound, theorem33Vacuity } from "../../../dist/theory/paper/theorem33.js";
import { assertClose, Lambda, lengths, power, reference, rotated, Sigma, spectra } from "./support.ts";

const inverseGamma = (covariance: Covariance, n: number, noise = 0) => gammaMatrix({ covariance, n, noise }).apply((gamma) => 1 / gamma);

const table = [
  { name: "I10,n=10,m=10", covariance: power(10, 0), n: 10 },
  { name: "I10,n=30,m=30", covariance: power(10, 0), n: 30 },
  { name: "1/i d10 (unnormalised),n=20,m=20", covariance: power(10, 1), n: 20 },
  { name: "i^-2 d10,n=30,m=30", covariance: power(10, 2), n: 30 },
  { name: "i^-0.8 d10,n=100,m=100", covariance: power(10, 0.8), n: 100 },
  { name: "1/i d50,n=100,m=100", covariance: power(50, 1), n: 100 },
];

for (const { name, covariance, n } of table) {
  test(`one_step_exact and thm33_bound have their reference values for ${name}`, () => {
    assertClose(oneStepError({ covariance, n, m: n }), reference(`one_step_exact:${name}`), 1e-10);
    assertClose(theorem33Bound({ covariance, n, m: n }), reference(`thm33_bound:${name}`), 1e-10);
  });
}

test("label noise in training and at test gives the reference value", () => {
  const params = { covariance: power(10, 1), n: 20, m: 20, noise: 0.5 };
  assertClose(oneStepError(params), reference("one_step_noise"), 1e-10);
});

test("the non-commuting one-step error has its reference values", () => {
  for (const m of [6, 20]) {
    const expected = reference(`noncommuting_exact:m=${m},k=1`);
    assertClose(oneStepError({ covariance: Lambda, target: Sigma, n: 12, m }), expected, 1e-8);
    assertClose(nonCommutingError({ preconditioner: inverseGamma(Lambda, 12), target: Sigma, m, k: 1 }), expected, 1e-8);
  }
});

test("a hand-worked case: d = 1, n = m = 1, λ = 1 has Γ = 3, error (2/3)² + 2/9 and bound 4 + 2", () => {
  const covariance = Covariance.diagonal([1]);
  assertClose(oneStepError({ covariance, n: 1, m: 1 }), 4 / 9 + 2 / 9, 1e-15);
  assert.equal(theorem33Bound({ covariance, n: 1, m: 1 }), 6);
});

test("exact error <= sharper bound <= d(1+n/u)^-2 + (d/m) min(u, n/4) <= the paper's bound, for spectra down to 1e-12", () => {
  fc.assert(
    fc.property(spectra({ maxD: 30 }), lengths(true), lengths(true), (spectrum, n, m) => {
      const covariance = Covariance.diagonal(spectrum);
      const exact = oneStepError({ covariance, n, m });
      const sharper = theorem33SharperBound({ covariance, n, m });
      const bound = theorem33Bound({ covariance, n, m });
      const d = covariance.d;
      const u = 1 + covariance.trace / covariance.lambdaMin;
      const middle = n === Number.POSITIVE_INFINITY ? (d / m) * u : d * (1 + n / u) ** -2 + (d / m) * Math.min(u, n / 4);
      const slack = 1 + 1e-12;
      assert.ok(
        exact >= 0 && exact <= sharper * slack && sharper <= middle * slack && middle <= bound * slack,
        `${[exact, sharper, middle, bound]}`,
      );
    }),
    { seed: 33, numRuns: 2000 },
  );
});

test("the sharper bound is the exact error for an isotropic task once n >= 1 + d", () => {
  for (const [d, n, m] of [
    [3, 4, 7],
    [10, 11, 1],
    [10, 500, 20],
  ] as const) {
    assertClose(theorem33SharperBound({ covariance: power(d, 0), n, m }), oneStepError({ covariance: power(d, 0), n, m }), 1e-12);
  }
});

test("the aligned sum equals the matrix formula on rotated, noisy and rank-deficient tasks", () => {
  fc.assert(
    fc.property(
      spectra({ maxD: 8, decades: 4, deficient: true }),
      fc.integer({ min: 1, max: 1000 }),
      lengths(true),
      fc.double({ min: 0, max: 2, noNaN: true }),
      fc.nat(1000),
      (spectrum, n, m, noise, seed) => {
        const straight = oneStepError({ covariance: Covariance.diagonal(spectrum), n, m, noise });
        const covariance = rotated(spectrum, seed);
        assert.ok(Math.abs(oneStepError({ covariance, n, m, noise }) - straight) <= 1e-9 * straight);
        // The general form sees the rounding ε of Σ's small eigenvalues, which A² tr Σ amplifies by up to n².
        const general = nonCommutingError({ preconditioner: inverseGamma(covariance, n, noise), target: covariance, m, k: 1, noise });
        assert.ok(Math.abs(general - straight) <= 1e-9 * straight + 1e-14 * n * n, `${general} against ${straight}`);
      },
    ),
    { seed: 34, numRuns: 300 },
  );
});

test("the error does not change when Λ, Σ and the noise change units", () => {
  const base = oneStepError({ covariance: Lambda, target: Sigma, n: 7, m: 9, noise: 0.3 });
  for (const factor of [1e-100, 1e-3, 1e100]) {
    const scaled = { covariance: Lambda.scale(factor), target: Sigma.scale(factor), n: 7, m: 9, noise: 0.3 * Math.sqrt(factor) };
    assertClose(oneStepError(scaled), base, 1e-12, `factor ${factor}`);
  }
});

test("the bound is vacuous when n or m is at most 1 + Hard", () => {
  fc.assert(
    fc.property(spectra({ decades: 6 }), lengths(), lengths(), (spectrum, n, m) => {
      const covariance = Covariance.diagonal(spectrum);
      const u = 1 + covariance.trace / covariance.lambdaMin;
      const { ratio, vacuous } = theorem33Vacuity({ covariance, n, m });
      if (Math.min(n, m) <= u * (1 - 1e-12)) assert.ok(vacuous);
      assert.equal(vacuous, ratio >= 1);
    }),
    { seed: 35, numRuns: 500 },
  );
  assert.equal(theorem33Vacuity({ covariance: power(10, 0), n: 1000, m: 1000 }).vacuous, false);
});

test("λ_min = 0 is a failed hypothesis of the bound, and of Γ when n is infinite, and nothing else", () => {
  const flat = Covariance.diagonal([1, 0]);
  const turned = rotated([1, 0.5, 0], 3);
  for (const covariance of [flat, turned]) {
    for (const bound of [theorem33Bound, theorem33SharperBound, theorem33Vacuity]) {
      assert.throws(
        () => bound({ covariance, n: 5, m: 5 }),
        (error: unknown) =>
          error instanceof HypothesisError && error.result === "Theorem 3.3" && /covariance must be positive definite/.test(error.message),
      );
    }
    assert.throws(() => oneStepError({ covariance, n: Number.POSITIVE_INFINITY, m: 5 }), HypothesisError);
  }
  assertClose(oneStepError({ covariance: flat, n: 1, m: Number.POSITIVE_INFINITY }), 1 + 4 / 9, 1e-14);
});

test("bad arguments are named with the rule and the value", () => {
  const covariance = power(3, 1);
  assert.throws(() => oneStepError({ covariance, n: 0, m: 5 }), {
    name: "RangeError",
    message: /oneStepError: n must be an integer >= 1 or Infinity, got 0/,
  });
  assert.throws(() => oneStepError({ covariance, n: 5, m: 2.5 }), {
    message: /oneStepError: m must be an integer >= 1 or Infinity, got 2.5/,
  });
  assert.throws(() => oneStepError({ covariance, n: 5, m: 5, noise: -1 }), { message: /noise must be a finite number >= 0, got -1/ });
  assert.throws(() => oneStepError({ covariance, n: 5, m: 5, testNoise: Number.NaN }), {
    message: /testNoise must be a finite number >= 0, got NaN/,
  });
  assert.throws(() => oneStepError({ covariance, n: 5, m: 5, target: power(2, 1) }), {
    message: /target must have the dimension of covariance \(3\), got 2/,
  });
  assert.throws(() => theorem33Bound({ covariance: [1, 2] as unknown as Covariance, n: 5, m: 5 }), {
    name: "TypeError",
    message: /covariance must be a Covariance, got \[1, 2\]/,
  });
  assert.throws(() => theorem33Bound({ covariance: Covariance.diagonal([1, 1e-200]), n: 1, m: 1 }), {
    message: /the bound must be a finite number/,
  });
});

test("random n, m, spectra and targets up to d = 200 give finite, non-negative errors", () => {
  for (const [d, seed] of [
    [60, 1],
    [200, 2],
  ] as const) {
    const covariance = rotated(
      Array.from({ length: d }, (_, i) => 10 ** ((-12 * i) / d)),
      seed,
    );
    const target = power(d, 1);
    for (const n of [1, 100, 1e9]) {
      const error = oneStepError({ covariance, target, n, m: 3 });
      assert.ok(error >= 0 && Number.isFinite(error));
    }
  }
});

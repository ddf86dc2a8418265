import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { HypothesisError } from "../../../dist/core/check.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { gammaMatrix } from "../../../dist/model/gamma.js";
import {
  limitBehaviour,
  limitError,
  logLimitError,
  overthinkingSpectrum,
  overthinkingTrace,
  traceRelation,
} from "../../../dist/theory/paper/overthinking.js";
import { assertClose, Lambda, lengths, power, reference, rotated, Sigma, spectra } from "./support.ts";

test("the non-commuting error, trace and condition have their reference values", () => {
  for (const k of [1, 5]) {
    const [error, trace, condition] = reference<[number, number, number]>(`noncommuting_minf:k=${k}`);
    const params = { covariance: Lambda, target: Sigma, n: 12, k };
    assertClose(limitError(params), error, 1e-9);
    assertClose(overthinkingTrace(params), trace, 1e-9);
    assertClose(traceRelation(params).condition, condition, 1e-9);
  }
});

for (const n of [30, 66, 80, 100, 200]) {
  test(`overthink_minf:n=${n} has its reference values`, () => {
    const expected = reference<{ mu_max: number; e1: number; e10: number; e20: number }>(`overthink_minf:n=${n}`);
    const params = { covariance: power(10, 1, true), target: power(10, 0), n };
    assertClose(limitBehaviour(params).muMax, expected.mu_max, 1e-9);
    assertClose(overthinkingSpectrum(params)[0], expected.mu_max, 1e-9);
    for (const [k, value] of [
      [1, expected.e1],
      [10, expected.e10],
      [20, expected.e20],
    ] as const) {
      assertClose(limitError({ ...params, k }), value, 1e-9);
      assertClose(overthinkingTrace({ ...params, k }), value, 1e-9);
    }
  });
}

/** ‖(I - Γ^{-1}Σ)^k‖_F² by k plain products. */
function plainPower(covariance: Covariance, target: Covariance, n: number, k: number): number {
  const step = Matrix.sub(
    Matrix.eye(target.d, target.d),
    gammaMatrix({ covariance, n })
      .apply((gamma) => 1 / gamma)
      .mmul(target.matrix),
  );
  let product = Matrix.eye(target.d, target.d);
  for (let i = 0; i < k; i++) product = product.mmul(step);
  return Matrix.mul(product, product).sum();
}

const pairs = fc.record({
  train: spectra({ maxD: 6, decades: 3 }),
  scale: fc.double({ min: -1, max: 1, noNaN: true }),
  seed: fc.nat(10_000),
  n: fc.integer({ min: 1, max: 300 }),
  k: fc.integer({ min: 0, max: 12 }),
});

test("the error equals that of multiplying the steps out, and lies between the trace and cond(Γ) times it", () => {
  fc.assert(
    fc.property(pairs, ({ train, scale, seed, n, k }) => {
      const d = train.length;
      const covariance = rotated(train, seed);
      const target = rotated(
        Array.from({ length: d }, (_, i) => 10 ** scale / (i + 1)),
        seed + 1,
      );
      const { logError, logTrace, logUpper, condition } = traceRelation({ covariance, target, n, k });
      assertClose(Math.exp(logError), plainPower(covariance, target, n, k), 1e-9);
      const slack = 1e-10 * condition;
      assert.ok(logTrace <= logError + slack && logError <= logUpper + slack, `${logTrace} ${logError} ${logUpper}`);
    }),
    { seed: 71, numRuns: 500 },
  );
});

test("when the covariances commute, the trace is the error", () => {
  fc.assert(
    fc.property(spectra({ maxD: 8, deficient: true }), spectra({ maxD: 8, deficient: true }), lengths(), fc.nat(100), (a, b, n, k) => {
      const d = Math.min(a.length, b.length);
      fc.pre(a.slice(0, d).some((v) => v > 0) && b.slice(0, d).some((v) => v > 0));
      const params = { covariance: Covariance.diagonal(a.slice(0, d)), target: Covariance.diagonal(b.slice(0, d)), n, k };
      assert.equal(logLimitError(params), traceRelation(params).logTrace);
      assert.ok(!Number.isNaN(logLimitError(params)));
    }),
    { seed: 72, numRuns: 500 },
  );
});

test("commuting covariances in a rotated basis give what they give in their own", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(1000), fc.integer({ min: 1, max: 200 }), fc.nat(30), (d, seed, n, k) => {
      const a = Array.from({ length: d }, (_, i) => 1 / (i + 1));
      const b = Array.from({ length: d }, (_, i) => 0.3 + ((i * 7) % 5) / 4);
      const straight = logLimitError({ covariance: Covariance.diagonal(a), target: Covariance.diagonal(b), n, k });
      const turned = logLimitError({ covariance: rotated(a, seed), target: rotated(b, seed), n, k });
      assert.ok(Math.abs(turned - straight) <= 1e-9 * (1 + Math.abs(straight)), `${turned} against ${straight}`);
    }),
    { seed: 73 },
  );
});

test("an aligned model has the error of Corollary 3.5, and never diverges", () => {
  fc.assert(
    fc.property(spectra({ maxD: 10, deficient: true }), lengths(), fc.integer({ min: 0, max: 1e6 }), (spectrum, n, k) => {
      const covariance = Covariance.diagonal(spectrum);
      const corollary = logLimitError({ covariance, n, k });
      assert.ok(Math.abs(logLimitError({ covariance, n, k }) - corollary) <= 1e-12 * (1 + Math.abs(corollary)));
      assert.equal(limitBehaviour({ covariance, n }).behaviour, spectrum.includes(0) ? "stalls" : "converges");
    }),
    { seed: 74 },
  );
});

test("the error diverges exactly when mu_max exceeds 2; eigenvalues of the bracket never exceed 1", () => {
  fc.assert(
    fc.property(pairs, ({ train, scale, seed, n }) => {
      const covariance = rotated(train, seed);
      const target = rotated(
        train.map((_, i) => 10 ** scale * (1 + i)),
        seed + 1,
      );
      const { behaviour, muMax, growth } = limitBehaviour({ covariance, target, n });
      const spectrum = overthinkingSpectrum({ covariance, target, n });
      assert.ok(spectrum[spectrum.length - 1] > -1e-12);
      fc.pre(Math.abs(muMax - 2) > 1e-9);
      assert.equal(behaviour === "diverges", muMax > 2);
      // Far out, ten more steps change ln error by 20 ln growth.
      const params = { covariance, target, n };
      const slope = (logLimitError({ ...params, k: 100_010 }) - logLimitError({ ...params, k: 100_000 })) / 20;
      assert.ok(Math.abs(slope - Math.log(growth)) <= 1e-4, `${slope} against ${Math.log(growth)}`);
    }),
    { seed: 75, numRuns: 200 },
  );
});

test("mu = 2 exactly, or a direction without test data, stalls", () => {
  const identity = power(2, 0);
  const n = 4;
  const gamma = gammaMatrix({ covariance: identity, n }).lambdaMax;
  assert.equal(limitBehaviour({ covariance: identity, target: identity.scale(2 * gamma), n }).behaviour, "stalls");
  assert.equal(limitBehaviour({ covariance: identity, target: Covariance.diagonal([1, 0]), n }).behaviour, "stalls");
  assertClose(limitError({ covariance: identity, target: Covariance.diagonal([1, 0]), n, k: 1000 }), 1, 1e-12);
});

test("scale alone makes a model overthink: Σ = sΛ diverges for large s, without any tilt", () => {
  const covariance = power(3, 0);
  assert.equal(limitBehaviour({ covariance, target: covariance.scale(5), n: 10 }).behaviour, "diverges");
  assert.equal(limitBehaviour({ covariance, target: covariance.scale(1.5), n: 10 }).behaviour, "converges");
});

test("logarithms stay finite where the error overflows or underflows", () => {
  const params = { covariance: power(4, 1), target: power(4, 0).scale(6), n: 100, k: 1_000_000 };
  assert.ok(logLimitError(params) > 1e6 && Number.isFinite(logLimitError(params)));
  assert.throws(() => limitError(params), {
    name: "RangeError",
    message: /limitError: the result must be below 1.8e308.*Use logLimitError/,
  });
  assert.throws(() => overthinkingTrace(params), { message: /Use traceRelation/ });
  const shrinking = { covariance: Lambda, target: Sigma, n: 12, k: 1_000_000 };
  assert.ok(Number.isFinite(logLimitError(shrinking)));
  assert.equal(limitError(shrinking), 0);
});

test("the error does not change when Λ, Σ and the noise change units", () => {
  const base = logLimitError({ covariance: Lambda, target: Sigma, n: 7, k: 9, noise: 0.4 });
  for (const factor of [1e-120, 1e-3, 1e120]) {
    const scaled = { covariance: Lambda.scale(factor), target: Sigma.scale(factor), n: 7, k: 9, noise: 0.4 * Math.sqrt(factor) };
    assertClose(logLimitError(scaled), base, 1e-12);
  }
});

test("dense covariances of condition 1e12, of any dimension to 200, give finite logarithms", () => {
  for (const [d, n] of [
    [1, 1],
    [2, 1_000_000],
    [40, 10],
    [200, 1000],
  ] as const) {
    const covariance = rotated(
      Array.from({ length: d }, (_, i) => 10 ** ((-12 * i) / d)),
      d,
    );
    const target = rotated(
      Array.from({ length: d }, () => 1),
      d,
    );
    const relation = traceRelation({ covariance, target, n, k: 3 });
    assert.ok(Number.isFinite(relation.logError) && relation.logTrace <= relation.logUpper);
    assert.ok(relation.logError >= relation.logTrace - 1e-6 && relation.logError <= relation.logUpper + 1e-6);
  }
});

test("a singular Γ and bad arguments are refused by name", () => {
  const covariance = Covariance.diagonal([1, 0]);
  const target = power(2, 0);
  assert.throws(
    () => limitError({ covariance, target, n: Number.POSITIVE_INFINITY, k: 1 }),
    (error: unknown) =>
      error instanceof HypothesisError &&
      error.hypothesis === "Gamma is invertible" &&
      /limitError: covariance must be positive definite/.test(error.message),
  );
  assert.throws(() => limitError({ covariance, target, n: 4, k: 1.5 }), { message: /limitError: k must be an integer >= 0, got 1.5/ });
  assert.throws(() => limitBehaviour({ covariance, target: power(3, 0), n: 4 }), {
    message: /limitBehaviour: target must have the dimension of covariance \(2\), got 3/,
  });
  assert.throws(() => traceRelation({ covariance, target: {} as Covariance, n: 4, k: 1 }), {
    name: "TypeError",
    message: /traceRelation: target must be a Covariance/,
  });
});

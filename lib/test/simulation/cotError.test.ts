import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { meanAndError } from "../../dist/core/statistics.js";
import { Covariance } from "../../dist/model/covariance.js";
import { gammaMatrix } from "../../dist/model/gamma.js";
import { powerLawSpectrum } from "../../dist/model/spectrum.js";
import { drawBidiagonal } from "../../dist/model/wishart.js";
import { type CotErrorOptions, cotError, cotErrorKind } from "../../dist/simulation/cotError.js";
import { reference, rotated } from "../support/lsa.ts";
import { drawSecondMoment, expectedErrors, whitenedFactor } from "./bruteForce.ts";

/** Values of draws 0..draws-1 at every step, (steps + 1, draws). */
function runDraws(options: CotErrorOptions, draws: number, seed = 1): Float64Array[] {
  const prepared = cotErrorKind.prepare(cotError(options).params);
  const out = new Float64Array(options.steps + 2);
  const columns = Array.from({ length: options.steps + 1 }, () => new Float64Array(draws));
  for (let i = 0; i < draws; i++) {
    prepared.draw(Random.seed(seed).stream("cot-error", i), out);
    columns.forEach((column, k) => {
      column[i] = out[k];
    });
  }
  return columns;
}

function assertMean(values: Float64Array, expected: number, what: string): void {
  const { mean, standardError } = meanAndError(values);
  const z = (mean - expected) / standardError;
  assert.ok(Math.abs(z) <= 4, `${what}: mean ${mean}, standard error ${standardError}, expected ${expected}, z = ${z}`);
}

const tilted = Covariance.diagonal(powerLawSpectrum({ d: 5, exponent: 1 }));
/** Σ, and Γ for n = 12, of the non-commuting reference values. */
const noncommuting = {
  test: Covariance.fromMatrix([
    [1, 0.3, 0],
    [0.3, 0.8, 0.2],
    [0, 0.2, 0.5],
  ]),
  gamma: gammaMatrix({
    covariance: Covariance.fromMatrix([
      [0.9, -0.2, 0.1],
      [-0.2, 0.6, 0],
      [0.1, 0, 0.4],
    ]),
    n: 12,
  }),
};
const Sigma = rotated([2, 1, 0.6, 0.3, 0.1], Random.seed(11));
const Gamma = rotated([2.5, 1.4, 1.1, 0.9, 0.8], Random.seed(12));

suite("cot-error", () => {
  for (const m of [3, 5, 12]) {
    for (const noise of [0, 0.7]) {
      test(`equals matrix powers of the same S when Γ and Σ do not commute (m = ${m}, noise = ${noise})`, () => {
        const prepared = cotErrorKind.prepare(cotError({ gamma: Gamma, test: Sigma, m, steps: 9, noise }).params);
        const out = new Float64Array(11);
        for (let i = 0; i < 5; i++) {
          prepared.draw(Random.seed(3).stream("t", i), out);
          // The factor's columns are fixed up to signs, which the comparison must undo; Cholesky's are positive.
          const roots = whitenedFactor(Gamma, Sigma);
          const candidates = signs(5).map((s) => {
            const B = drawSecondMoment(roots.mmul(Matrix.diag(s)), m, Random.seed(3).stream("t", i));
            const half = Matrix.diag(Array.from(Gamma.eigenvalues, Math.sqrt));
            const S = half.mmul(B).mmul(half);
            return expectedErrors(Matrix.diag(Array.from(Gamma.eigenvalues, (g) => 1 / g)), S, 9, noise, m);
          });
          const best = Math.min(...candidates.map((c) => Math.max(...c.map((value, k) => Math.abs(out[k] / value - 1)))));
          assert.ok(best < 1e-9, `draw ${i}: relative difference ${best}`);
        }
      });

      test(`equals matrix powers of the same S when they commute (m = ${m}, noise = ${noise})`, () => {
        const gamma = Covariance.diagonal([1.6, 1.1, 0.9, 0.7, 0.6]);
        const prepared = cotErrorKind.prepare(cotError({ gamma, test: tilted, m, steps: 9, noise }).params);
        const general = cotErrorKind.prepare(
          cotError({ preconditioner: gamma.apply((g) => 1 / g), test: tilted, m, steps: 9, noise }).params,
        );
        const out = new Float64Array(11);
        const other = new Float64Array(11);
        for (let i = 0; i < 5; i++) {
          prepared.draw(Random.seed(3).stream("t", i), out);
          general.draw(Random.seed(3).stream("t", i), other);
          const S = drawSecondMoment(tilted.apply(Math.sqrt), m, Random.seed(3).stream("t", i));
          const expected = expectedErrors(
            gamma.apply((g) => 1 / g),
            S,
            9,
            noise,
            m,
          );
          expected.forEach((value, k) => {
            assert.ok(Math.abs(out[k] / value - 1) < 1e-10, `draw ${i}, k = ${k}: ${out[k]} and ${value}`);
            assert.ok(Math.abs(other[k] / value - 1) < 1e-10, `general, draw ${i}, k = ${k}: ${other[k]} and ${value}`);
          });
        }
      });
    }
  }

  test("draws a bidiagonal model with E tr W^4 and E tr W^6 of the reference values", () => {
    for (const [d, m, power] of [
      [3, 4, 4],
      [10, 20, 6],
    ] as const) {
      const random = Random.seed(8).stream("trace", d);
      const r = Math.min(d, m);
      const values = Float64Array.from({ length: 40_000 }, () => {
        const diagonal = new Float64Array(r);
        const off = new Float64Array(r);
        drawBidiagonal(random, d, m, diagonal, off);
        const T = Matrix.diag(Array.from(diagonal));
        for (let i = 0; i + 1 < r; i++) {
          T.set(i, i + 1, Math.sqrt(off[i]));
          T.set(i + 1, i, Math.sqrt(off[i]));
        }
        const half = power === 4 ? T.mmul(T) : T.mmul(T).mmul(T);
        return half.norm("frobenius") ** 2;
      });
      assertMean(values, reference(`E_tr_W^${power}:d=${d},m=${m}`).value.map(Number)[0], `d = ${d}, m = ${m}`);
    }
  });

  test("has the exact mean of the reference values, isotropic, averaged and drawn", () => {
    const identity = (d: number): Covariance => Covariance.diagonal(new Float64Array(d).fill(1));
    for (const [d, m, n, k, draws] of [
      [10, 40, 20, 5, 20_000],
      [5, 20, 10, 3, 20_000],
      [1, 20, 10, 4, 20_000],
      [20, 200, 40, 8, 3000],
    ] as const) {
      const expected = reference(`iso_exact:d=${d},m=${m},n=${n},k=${k}`).value[0];
      for (const weights of ["averaged", "drawn", "signs"] as const) {
        const columns = runDraws({ train: { covariance: identity(d), n }, test: identity(d), m, steps: k, weights }, draws);
        assertMean(columns[k], expected, `${weights}, d = ${d}, k = ${k}`);
      }
    }
  });

  test("has the exact mean of the reference values when Γ and Σ do not commute", () => {
    const { test, gamma } = noncommuting;
    for (const weights of ["averaged", "drawn", "signs"] as const) {
      const columns = runDraws({ gamma, test, m: 20, steps: 2, weights }, 60_000, 2);
      for (const k of [1, 2]) assertMean(columns[k], reference(`noncommuting_exact:m=20,k=${k}`).value[0], `${weights}, k = ${k}`);
    }
    const columns = runDraws({ preconditioner: gamma.apply((g) => 1 / g), test, m: 20, steps: 2 }, 30_000, 3);
    for (const k of [1, 2]) assertMean(columns[k], reference(`noncommuting_exact:m=20,k=${k}`).value[0], `general, k = ${k}`);
  });

  test("gives Σ δ_i^(2k) w_i² for m = Infinity and drawn weights, in the eigenbasis and in a rotated one", () => {
    const eigenvalues = [2, 1, 0.6, 0.3, 0.1];
    const steps = 6;
    for (const covariance of [Covariance.diagonal(eigenvalues), rotated(eigenvalues, Random.seed(11))]) {
      const columns = runDraws({ test: covariance, train: { covariance, n: 7 }, m: Infinity, steps, weights: "drawn" }, 20);
      const w = new Float64Array(5);
      for (let i = 0; i < 20; i++) {
        Random.seed(1).stream("cot-error", i).fillNormal(w);
        const coordinates = covariance.isDiagonal ? w : covariance.eigenvectors.transpose().mmul(Matrix.columnVector(w)).to1DArray();
        for (let k = 0; k <= steps; k++) {
          const trace = 4;
          const expected = covariance.eigenvalues.reduce((sum, lambda, j) => {
            const gamma = (1 + 1 / 7) * lambda + trace / 7;
            return sum + (1 - lambda / gamma) ** (2 * k) * coordinates[j] ** 2;
          }, 0);
          assert.ok(Math.abs(columns[k][i] / expected - 1) < 1e-10, `k = ${k}: ${columns[k][i]} against ${expected}`);
        }
      }
    }
  });

  test("gives ‖(I - Γ^(-1) Σ)^k‖_F² for m = Infinity", () => {
    const test = noncommuting.test;
    const columns = runDraws({ gamma: noncommuting.gamma, test, m: Number.POSITIVE_INFINITY, steps: 5 }, 2);
    for (const k of [1, 5]) {
      const expected = reference(`noncommuting_minf:k=${k}`).value[0];
      assert.ok(Math.abs(columns[k][0] / expected - 1) < 1e-9, `${columns[k][0]} and ${expected}`);
      assert.equal(columns[k][0], columns[k][1]);
    }
  });

  test("one step with label noise has the exact mean of the reference values", () => {
    const covariance = Covariance.diagonal(powerLawSpectrum({ d: 10, exponent: 1 }));
    const expected = reference("one_step_noise").value[0];
    for (const weights of ["averaged", "drawn", "signs"] as const) {
      const options = { train: { covariance, n: 20, noise: 0.5 }, test: covariance, m: 20, steps: 1, noise: 0.5, weights };
      assertMean(runDraws(options, 20_000)[1], expected, weights);
    }
  });

  test("averaged, drawn and general draws have the same mean, with noise, for m below and above d", () => {
    const A = Gamma.apply((g) => 1 / g);
    for (const m of [3, 40]) {
      const averaged = runDraws({ gamma: Gamma, test: Sigma, m, steps: 4, noise: 0.5 }, 4000);
      for (const [name, options] of [
        ["drawn", { gamma: Gamma, weights: "drawn" }],
        ["signs", { gamma: Gamma, weights: "signs" }],
        ["general", { preconditioner: A }],
        ["general, drawn", { preconditioner: A, weights: "drawn" }],
        ["general, signs", { preconditioner: A, weights: "signs" }],
      ] as const) {
        const other = runDraws({ ...options, test: Sigma, m, steps: 4, noise: 0.5 }, 8000, 5);
        for (const k of [1, 2, 4]) {
          if (m === 3 && k === 4) continue; // heavy tailed
          const a = meanAndError(averaged[k]);
          const b = meanAndError(other[k]);
          const z = (a.mean - b.mean) / Math.hypot(a.standardError, b.standardError);
          assert.ok(Math.abs(z) <= 4, `${name}, m = ${m}, k = ${k}: ${a.mean} and ${b.mean}, z = ${z}`);
        }
      }
    }
  });

  test("starts from d, is never negative, and overflows to +Infinity rather than NaN", () => {
    const small = Covariance.diagonal([0.01, 0.02, 0.05]);
    const test = Covariance.diagonal([9, 4, 1]);
    for (const weights of ["averaged", "drawn", "signs"] as const) {
      for (const m of [2, 8]) {
        const columns = runDraws({ gamma: small, test, m, steps: 300, weights, noise: 0.1 }, 4);
        for (const column of columns) for (const value of column) assert.ok(value >= 0);
        assert.equal(columns[300][0], Infinity);
        if (weights !== "drawn") assert.ok(Math.abs(columns[0][0] - 3) < 1e-12);
      }
    }
  });

  test("averaging removes most of the variance at the benchmark's point", () => {
    const covariance = Covariance.diagonal(powerLawSpectrum({ d: 20, exponent: 1 }));
    const se = (weights: "averaged" | "signs" | "drawn"): number =>
      meanAndError(runDraws({ train: { covariance, n: 20 }, test: covariance, m: 40, steps: 10, weights }, 3000)[10]).standardError;
    const drawn = se("drawn");
    assert.ok((drawn / se("averaged")) ** 2 > 10);
    assert.ok((drawn / se("signs")) ** 2 > 1.2);
  });

  test("rejects bad input with the name of the argument", () => {
    const base = { test: tilted, m: 5, steps: 3 };
    assert.throws(() => cotError({ ...base }), /exactly one of train, gamma and preconditioner/);
    assert.throws(() => cotError({ ...base, gamma: tilted, train: { covariance: tilted, n: 3 } }), RangeError);
    assert.throws(() => cotError({ ...base, gamma: tilted, m: 0 }), /m must be an integer >= 1 or Infinity, got 0/);
    assert.throws(() => cotError({ ...base, gamma: tilted, steps: 1.5 }), /steps/);
    assert.throws(() => cotError({ ...base, gamma: tilted, noise: -1 }), /noise/);
    assert.throws(() => cotError({ ...base, gamma: tilted, weights: "random" as "drawn" }), /weights/);
    assert.throws(() => cotError({ ...base, gamma: Covariance.diagonal([1, 0, 0, 0, 0]) }), /gamma must be positive definite/);
    assert.throws(() => cotError({ ...base, gamma: Covariance.diagonal([1, 2]) }), /dimension/);
    assert.throws(() => cotError({ ...base, preconditioner: Matrix.eye(4, 4) }), /5x5/);
    assert.throws(() => cotError({ ...base, gamma: tilted, test: [1, 2] as unknown as Covariance }), TypeError);
  });
});

/** All sign patterns of length d. */
function signs(d: number): number[][] {
  return Array.from({ length: 2 ** d }, (_, bits) => Array.from({ length: d }, (_, i) => ((bits >> i) & 1 ? -1 : 1)));
}

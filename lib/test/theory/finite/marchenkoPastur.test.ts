import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isotropicError } from "../../../dist/theory/finite/isotropicError.js";
import {
  logMarchenkoPasturError,
  marchenkoPasturDensity,
  marchenkoPasturError,
  marchenkoPasturSupport,
} from "../../../dist/theory/finite/marchenkoPastur.js";
import { assertClose, reference, SHAPES } from "../paper/support.ts";

for (const [d, m, n, k] of [
  [10, 40, 20, 5],
  [10, 40, 20, 20],
  [20, 200, 40, 8],
] as const) {
  const name = `MP_error:d=${d},m=${m},n=${n},k=${k}`;
  test(`${name} has its reference value`, () => {
    assertClose(marchenkoPasturError({ d, m, n, k }), reference(name), 1e-12);
  });
}

/**
 * ln d ‖(I - J/γ)^k e_1‖² with J the Jacobi matrix of the law (diagonal 1, 1+c, 1+c, ..., off-diagonal √c): an exact Gauss quadrature
 * of the polynomial, atom included.
 */
function byJacobiMatrix(d: number, m: number, n: number, k: number): number {
  const c = d / m;
  const gamma = 1 + (d + 1) / n;
  let v = new Float64Array(k + 2);
  v[0] = 1;
  let log = Math.log(d);
  for (let step = 0; step < k; step++) {
    const next = v.map((value, i) => value - ((i === 0 ? 1 : 1 + c) * value + Math.sqrt(c) * ((v[i - 1] ?? 0) + (v[i + 1] ?? 0))) / gamma);
    const norm = Math.sqrt(next.reduce((sum, value) => sum + value * value, 0));
    log += 2 * Math.log(norm);
    v = next.map((value) => value / norm);
  }
  return log;
}

test("the quadrature agrees with the law's Jacobi matrix to 1e-12, for d below, at, near and above m", () => {
  for (const { d, m, n } of SHAPES) {
    for (const k of [1, 2, 10, 100, 1000]) {
      const expected = byJacobiMatrix(d, m, n, k);
      const value = logMarchenkoPasturError({ d, m, n, k });
      assert.ok(
        Math.abs(value - expected) < 1e-12 * Math.max(1, Math.abs(expected)),
        `d ${d} m ${m} n ${n} k ${k}: ${value} vs ${expected}`,
      );
    }
  }
});

test("one step is below the exact mean by the term of order 1/(m d) only", () => {
  // d ∫ (1-x/γ)² dμ = d [(1-1/γ)² + c/γ²], the mean has (d+1)/m in place of c = d/m.
  const [d, m, n] = [10, 40, 20];
  const gamma = 1 + (d + 1) / n;
  assertClose(isotropicError({ d, m, n, k: 1 }).toNumber() - marchenkoPasturError({ d, m, n, k: 1 }), d / (m * gamma * gamma), 1e-12);
});

test("the mean approaches it as d and m grow in proportion", () => {
  const gap = (s: number) =>
    isotropicError({ d: 2 * s, m: 10 * s, n: 6 * s, k: 4 }).toNumber() / marchenkoPasturError({ d: 2 * s, m: 10 * s, n: 6 * s, k: 4 }) - 1;
  const ratio = gap(20) / gap(40);
  assert.ok(gap(40) < 0.05 && Math.abs(ratio - 2) < 0.3, `${gap(20)} ${gap(40)}`);
});

test("the density has mass min(1, m/d), mean 1 with its atom, and the stated edges", () => {
  for (const [d, m] of [
    [10, 40],
    [30, 20],
    [7, 7],
  ] as const) {
    const { lower, upper, atom } = marchenkoPasturSupport({ d, m });
    let mass = 0;
    let mean = 0;
    // x = lower + (upper - lower) sin²(φ/2) removes the square roots.
    const count = 2000;
    for (let i = 0; i < count; i++) {
      const phi = (Math.PI * (i + 0.5)) / count;
      const x = lower + (upper - lower) * Math.sin(phi / 2) ** 2;
      const weight = ((marchenkoPasturDensity({ d, m, x }) * (upper - lower)) / 2) * Math.sin(phi) * (Math.PI / count);
      mass += weight;
      mean += weight * x;
    }
    assert.ok(Math.abs(mass + atom - 1) < 1e-9 && Math.abs(mean - 1) < 1e-9, `${d} ${m}: ${mass} ${mean}`);
    assert.equal(marchenkoPasturDensity({ d, m, x: upper * 1.001 }), 0);
  }
  assert.equal(marchenkoPasturSupport({ d: 5, m: 5 }).lower, 0);
});

test("the logarithm is a number for every shape and k up to 1e12", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.integer({ min: 0, max: 12 }),
      (d, m, n, decade) => {
        const value = logMarchenkoPasturError({ d, m, n, k: 10 ** decade });
        assert.ok(Number.isFinite(value), `d ${d} m ${m} n ${n} k 1e${decade}: ${value}`);
        if (d > m) assert.ok(value >= Math.log(d - m) - 1e-12);
      },
    ),
    { seed: 11, numRuns: 200 },
  );
});

test("at k → ∞ the logarithm grows by the edge's 2 ln|1 - b/γ| a step, and m = ∞ is Corollary 3.5", () => {
  const [d, m, n] = [10, 20, 50];
  const { upper } = marchenkoPasturSupport({ d, m });
  const rate = (logMarchenkoPasturError({ d, m, n, k: 2e6 }) - logMarchenkoPasturError({ d, m, n, k: 1e6 })) / 1e6;
  // The edge's square root adds -1.5 ln k, that is -1.5 ln(2)/1e6 here.
  assert.ok(Math.abs(rate - 2 * Math.log(upper / (1 + 11 / 50) - 1) + (1.5 * Math.LN2) / 1e6) < 1e-9);
  assertClose(logMarchenkoPasturError({ d, m: Number.POSITIVE_INFINITY, n, k: 9 }), Math.log(10) - 18 * Math.log1p(50 / 11), 1e-14);
  assert.equal(logMarchenkoPasturError({ d, m: Number.POSITIVE_INFINITY, n: Number.POSITIVE_INFINITY, k: 9 }), Number.NEGATIVE_INFINITY);
});

test("arguments outside the domain and overflow throw", () => {
  assert.throws(() => marchenkoPasturDensity({ d: 1, m: 1, x: 0 }), /x must be a finite number > 0/);
  assert.throws(() => marchenkoPasturError({ d: 50, m: 1, n: 1000, k: 1e4 }), /Use logMarchenkoPasturError/);
  assert.throws(() => marchenkoPasturSupport({ d: 1, m: Number.POSITIVE_INFINITY }), RangeError);
});

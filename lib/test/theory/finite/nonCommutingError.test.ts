import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../../dist/core/random.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { gammaMatrix } from "../../../dist/model/gamma.js";
import { isotropicError } from "../../../dist/theory/finite/isotropicError.js";
import { nonCommutingError } from "../../../dist/theory/finite/nonCommutingError.js";
import { limitError } from "../../../dist/theory/paper/overthinking.js";
import { assertClose, Lambda, power, reference, rotated, Sigma, spectra } from "../paper/support.ts";

const INFINITE = Number.POSITIVE_INFINITY;
const A = gammaMatrix({ covariance: Lambda, n: 12 }).apply((gamma) => 1 / gamma);

for (const m of [6, 20]) {
  for (const k of [1, 2, 3]) {
    test(`noncommuting_exact:m=${m},k=${k} has its reference value`, () => {
      assertClose(nonCommutingError({ preconditioner: A, target: Sigma, m, k }), reference(`noncommuting_exact:m=${m},k=${k}`), 1e-11);
    });
  }
}

test("for isotropic inputs it is the exact fraction, also where the error is 1e-17", () => {
  for (const [d, m, n] of [
    [3, 7, 5],
    [4, 2, 10],
    [12, 50, 1000],
    [2, 1_000_000_000, 1_000_000_000],
  ] as const) {
    const target = Covariance.diagonal(new Float64Array(d).fill(1));
    const preconditioner = Matrix.eye(d, d, 1 / (1 + (d + 1) / n));
    for (const k of [0, 1, 2, 3])
      assertClose(
        nonCommutingError({ preconditioner, target, m, k }),
        isotropicError({ d, m, n, k }).toNumber(),
        2e-13,
        `${d} ${m} ${n} ${k}`,
      );
  }
});

test("k = 1 is the closed form, for any A and with noise", () => {
  fc.assert(
    fc.property(
      spectra({ maxD: 5, decades: 2 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 0, max: 1000 }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (spectrum, m, seed, noise) => {
        const target = rotated(spectrum, seed);
        const { d, matrix: S, trace } = target;
        const a = Matrix.from1DArray(
          d,
          d,
          Array.from(
            Random.seed(seed)
              .stream("A")
              .fillNormal(new Float64Array(d * d)),
          ),
        );
        const second = Matrix.mul(S.mmul(S), 1 + 1 / m).add(Matrix.mul(S, (trace + noise * noise) / m));
        const expected = d - 2 * a.mmul(S).trace() + a.mmul(second).mmul(a.transpose()).trace();
        const value = nonCommutingError({ preconditioner: a, target, m, k: 1, noise });
        assert.ok(Math.abs(value - expected) <= 1e-12 * (d + Math.abs(expected)), `${value} ${expected}`);
      },
    ),
    { seed: 12, numRuns: 60 },
  );
});

test("k = 2 is the sum of the traces T_2, T_3, T_4 written out, for symmetric A", () => {
  // E tr(S B_1 ... S B_q) from the definition, by brute force over Gaussian pairings of the 2q legs with self-contractions.
  const m = 5;
  const d = 3;
  const T = (...b: Matrix[]): number => {
    const q = b.length;
    let total = 0;
    const pairings = (legs: number[]): [number, number][][] => {
      if (legs.length === 0) return [[]];
      const [first, ...rest] = legs as [number, ...number[]];
      return rest.flatMap((other) =>
        pairings(rest.filter((leg) => leg !== other)).map((tail): [number, number][] => [[first, other], ...tail]),
      );
    };
    for (const pairing of pairings(Array.from({ length: 2 * q }, (_, i) => i))) {
      // Column indices: union of the factors that a pair joins.
      const parent = Array.from({ length: q }, (_, i) => i);
      const find = (i: number): number => (parent[i] === i ? i : find(parent[i]));
      for (const [x, y] of pairing) parent[find(x >> 1)] = find(y >> 1);
      const cycles = new Set(parent.map((_, i) => find(i))).size;
      // Row indices by direct summation over all values of the 2q indices.
      let rows = 0;
      const index = new Array<number>(2 * q).fill(0);
      const visit = (leg: number): void => {
        if (leg === 2 * q) {
          let product = 1;
          for (const [x, y] of pairing) product *= Sigma.matrix.get(index[x], index[y]);
          for (let r = 0; r < q && product !== 0; r++) product *= b[r].get(index[2 * r + 1], index[(2 * r + 2) % (2 * q)]);
          rows += product;
          return;
        }
        for (let value = 0; value < d; value++) {
          index[leg] = value;
          visit(leg + 1);
        }
      };
      visit(0);
      total += rows * m ** (cycles - q);
    }
    return total;
  };
  const I = Matrix.eye(d, d);
  const A2 = A.mmul(A);
  const expected = d - 4 * A.mmul(Sigma.matrix).trace() + 2 * T(A, A) + 4 * T(I, A2) - 4 * T(A, I, A2) + T(A, I, A, A2);
  assertClose(nonCommutingError({ preconditioner: A, target: Sigma, m, k: 2 }), expected, 1e-12);
});

test("at m = ∞ it is the limit error, and 1/m is the order of the difference", () => {
  for (const k of [1, 2, 3]) {
    const limit = limitError({ covariance: Lambda, target: Sigma, n: 12, k });
    assertClose(nonCommutingError({ preconditioner: A, target: Sigma, m: INFINITE, k }), limit, 1e-12);
    const gap = (m: number) => (nonCommutingError({ preconditioner: A, target: Sigma, m, k }) - limit) * m;
    assertClose(gap(2e6), gap(1e6), 1e-4);
  }
});

test("noise adds nothing at m = ∞, and grows with its square", () => {
  const at = (noise: number, m = 9, k = 3) => nonCommutingError({ preconditioner: A, target: Sigma, m, k, noise });
  assertClose((at(2) - at(0)) / (at(1) - at(0)), 4, 1e-10);
  assert.equal(at(3, INFINITE), at(0, INFINITE));
});

test("a rotation of all matrices changes nothing, and d = 40 stays within reach", () => {
  const target = rotated([1, 0.5, 0.2, 0.1], 3);
  const straight = Covariance.diagonal([1, 0.5, 0.2, 0.1]);
  const learned = (covariance: Covariance) => gammaMatrix({ covariance, n: 9 }).apply((gamma) => 1 / gamma);
  for (const k of [1, 2, 3]) {
    assertClose(
      nonCommutingError({ preconditioner: learned(target), target, m: 8, k }),
      nonCommutingError({ preconditioner: learned(straight), target: straight, m: 8, k }),
      1e-12,
    );
  }
  assert.ok(Number.isFinite(nonCommutingError({ preconditioner: learned(power(40, 1)), target: power(40, 0.5), m: 8, k: 3 })));
});

test("arguments outside the domain throw", () => {
  const good = { preconditioner: A, target: Sigma, m: 5, k: 1 };
  assert.throws(() => nonCommutingError({ ...good, k: 4 }), /k must be an integer in \[0, 3\], got 4/);
  assert.throws(() => nonCommutingError({ ...good, preconditioner: Matrix.eye(2, 2) }), /preconditioner must be a 3x3 Matrix/);
  assert.throws(() => nonCommutingError({ ...good, preconditioner: [[1]] as unknown as Matrix }), TypeError);
  assert.throws(() => nonCommutingError({ ...good, target: Matrix.eye(3, 3) as unknown as Covariance }), TypeError);
  assert.throws(() => nonCommutingError({ ...good, noise: -1 }), RangeError);
  assert.throws(() => nonCommutingError({ ...good, preconditioner: Matrix.eye(3, 3, 1e200), k: 3 }), /finite/);
});

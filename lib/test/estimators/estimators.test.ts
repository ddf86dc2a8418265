import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../dist/core/random.js";
import { attentionRollout } from "../../dist/estimators/attentionRollout.js";
import { type Estimator, squaredErrors } from "../../dist/estimators/estimator.js";
import { estimatorFromSpec, estimatorNames, estimatorOptions } from "../../dist/estimators/estimators.js";
import { gradientDescent, newton } from "../../dist/estimators/gradientDescent.js";
import { chebyshev, conjugateGradient } from "../../dist/estimators/krylov.js";
import { bayesRidge, crossValidatedRidge, leastSquares, ridge } from "../../dist/estimators/leastSquares.js";
import { chainOfThought, directIcl, populationNewton } from "../../dist/estimators/preconditionedIteration.js";
import { inverseGamma } from "../../dist/model/gamma.js";
import { type Prompt, samplePrompt } from "../../dist/model/prompt.js";
import { maxDifference, rotated } from "../support/lsa.ts";

const d = 4;
const covariance = rotated([2, 1, 0.5, 0.2], Random.seed(1));
const A = inverseGamma({ covariance, n: 12 });
const V31 = Matrix.mul(A, -1 / 0.7);
/** Every estimator, for one list of properties. */
const all: readonly Estimator[] = [
  directIcl({ preconditioner: A }),
  chainOfThought({ preconditioner: A }),
  attentionRollout({ V31, c: 0.7 }),
  populationNewton({ covariance }),
  leastSquares(),
  ridge({ lambda: 0.5 }),
  bayesRidge({ noise: 0.3 }),
  crossValidatedRidge(),
  gradientDescent({ step: 0.1 }),
  gradientDescent({ step: "1/L" }),
  newton(),
  conjugateGradient(),
  conjugateGradient({ preconditioner: A }),
  chebyshev({ preconditioner: A, interval: [0.1, 1.5] }),
];
/** Those that reach the least-squares solution when they are given enough steps. */
const solvers: readonly (readonly [Estimator, number])[] = [
  [leastSquares(), 1],
  [ridge({ lambda: 0 }), 1],
  [bayesRidge({ noise: 0 }), 1],
  [newton(), 1],
  [conjugateGradient(), 8],
  [conjugateGradient({ preconditioner: A }), 8],
];

function prompt(seed: number, m: number, noise = 0): Prompt {
  return samplePrompt({ covariance, n: m, noise }, Random.seed(seed));
}

function last(estimator: Estimator, p: Prompt, steps: number): Float64Array {
  return estimator.estimate(p, steps).at(-1)!;
}

suite("every estimator", () => {
  for (const estimator of all) {
    test(`${estimator.name}: starts at 0, returns steps + 1 finite vectors, and its first steps do not depend on how many follow`, () => {
      const p = prompt(1, 9, 0.2);
      const long = estimator.estimate(p, 6);
      assert.equal(long.length, 7);
      assert.deepEqual([...long[0]], [0, 0, 0, 0]);
      for (const w of long) assert.ok(w.length === d && w.every(Number.isFinite));
      assert.deepEqual(estimator.estimate(p, 3), long.slice(0, 4));
      assert.deepEqual(estimator.estimate(p, 0), long.slice(0, 1));
    });

    test(`${estimator.name}: does not read the hidden weights, and leaves the prompt as it was`, () => {
      const p = prompt(2, 9, 0.2);
      const before = JSON.stringify(p);
      const expected = estimator.estimate(p, 4);
      const hidden = { X: p.X, y: p.y, w: undefined as unknown as Float64Array };
      Object.defineProperty(hidden, "w", { get: () => assert.fail("the hidden weights were read") });
      assert.deepEqual(estimator.estimate(hidden, 4), expected);
      assert.equal(JSON.stringify(p), before);
    });

    test(`${estimator.name}: does not depend on the order of the examples`, () => {
      const p = prompt(3, 7, 0.2);
      const order = [3, 0, 6, 1, 5, 2, 4];
      const shuffled = { X: p.X.subMatrixColumn(order), y: Float64Array.from(order, (i) => p.y[i]), w: p.w };
      estimator.estimate(p, 5).forEach((w, k) => {
        assert.ok(maxDifference(w, estimator.estimate(shuffled, 5)[k]) < 1e-10);
      });
    });

    test(`${estimator.name}: is linear in the labels up to a common factor`, () => {
      const p = prompt(4, 9, 0.2);
      const doubled = { X: p.X, y: p.y.map((y) => 2 * y), w: p.w };
      estimator.estimate(p, 5).forEach((w, k) => {
        assert.ok(
          maxDifference(
            w.map((value) => 2 * value),
            estimator.estimate(doubled, 5)[k],
          ) < 1e-10,
        );
      });
    });

    test(`${estimator.name}: is made again from its plain description`, () => {
      assert.ok(estimator.spec && estimatorNames.includes(estimator.spec.estimator));
      const again = estimatorFromSpec(JSON.parse(JSON.stringify(estimator.spec)));
      assert.equal(again.name, estimator.name);
      const p = prompt(5, 6, 0.2);
      assert.deepEqual(again.estimate(p, 4), estimator.estimate(p, 4));
    });

    test(`${estimator.name}: rejects steps and labels outside their domain`, () => {
      const p = prompt(6, 5);
      assert.throws(() => estimator.estimate(p, -1), /steps must be an integer >= 0, got -1/);
      assert.throws(() => estimator.estimate({ X: p.X, y: p.y.subarray(1) }, 1), /prompt.y/);
      assert.throws(() => estimator.estimate({ X: Matrix.mul(p.X, Number.NaN), y: p.y }, 1), /prompt.X\[0\]\[0\] must be a finite number/);
    });
  }

  test("an unknown name is refused", () => {
    assert.throws(() => estimatorFromSpec({ estimator: "oracle", options: {} }), /spec.estimator must be one of "direct-icl"/);
    assert.throws(() => estimatorFromSpec({ estimator: "toString", options: {} }), RangeError);
    // A misspelt option would otherwise give another method's numbers; neither may options be of another kind.
    for (const [estimator, options, message] of [
      [
        "conjugate-gradient",
        { precondtioner: [[1]] },
        /spec.options must be an object with keys among preconditioner, got "precondtioner"/,
      ],
      ["least-squares", { lambda: 3 }, /spec.options must be left out or {}, as least-squares has none, got "lambda"/],
      ["least-squares", "x", /spec.options must be left out or {}.*got "x"/],
      ["ridge", [1], /spec.options must be an object with keys among lambda, got \[1\]/],
      ["chebyshev", null, /keys among preconditioner, interval, got null/],
      ["chebyshev", { preconditioner: [[1]] }, /interval must be an array of 2 finite numbers, got undefined/],
      ["chebyshev", { preconditioner: [[1]], interval: [1] }, /interval must be an array of 2 finite numbers, got \[1\]/],
    ] as const)
      assert.throws(() => estimatorFromSpec({ estimator, options: options as never }), message, estimator);
    assert.deepEqual(Object.keys(estimatorOptions), estimatorNames);
    assert.deepEqual(Object.keys(estimatorOptions.chebyshev!), ["preconditioner", "interval"]);
  });
});

suite("estimators that solve least squares", () => {
  for (const [estimator, steps] of solvers) {
    test(`${estimator.name} finds noise-free weights when m >= d, and the solution of least norm when m < d`, () => {
      fc.assert(
        fc.property(fc.nat(1e6), fc.integer({ min: 1, max: 12 }), (seed, m) => {
          // With a preconditioner and m < d, the norm that is least is another.
          if (m < d && estimator.name.includes("preconditioned")) return;
          const p = prompt(seed, m);
          const w = last(estimator, p, steps);
          const reference = last(leastSquares(), p, 1);
          assert.ok(maxDifference(w, reference) < 1e-4 * Math.hypot(...p.w), `seed ${seed}, m = ${m}: ${w} and ${reference}`);
          assert.ok(Math.hypot(...reference) <= Math.hypot(...p.w) * (1 + 1e-9));
          if (m >= 2 * d) assert.ok(maxDifference(w, p.w) < 1e-6 * Math.hypot(...p.w));
        }),
        { seed: 1, numRuns: 60 },
      );
    });
  }

  test("least squares of (1, 2), (2, 3), (3, 5) through the origin is 23/14", () => {
    const p = { X: new Matrix([[1, 2, 3]]), y: [2, 3, 5], w: [0] };
    assert.ok(Math.abs(leastSquares().estimate(p, 1)[1][0] - 23 / 14) < 1e-14);
    assert.ok(Math.abs(ridge({ lambda: 9 }).estimate(p, 1)[1][0] - 1) < 1e-14);
    assert.ok(Math.abs(bayesRidge({ noise: 3 }).estimate(p, 1)[1][0] - 1) < 1e-14);
    assert.ok(Math.abs(newton().estimate(p, 1)[1][0] - 23 / 14) < 1e-14);
    assert.ok(Math.abs(conjugateGradient().estimate(p, 1)[1][0] - 23 / 14) < 1e-14);
  });

  test("the solution of least norm of one equation w_1 + 2 w_2 = 5 is (1, 2)", () => {
    const p = { X: new Matrix([[1], [2]]), y: [5] };
    for (const [estimator, steps] of solvers.filter(([e]) => !e.name.includes("preconditioned"))) {
      assert.ok(maxDifference(last(estimator, p as never, steps), [1, 2]) < 1e-12, estimator.name);
    }
  });

  test("the cross-validated λ has the smallest leave-one-out error, computed by leaving one out", () => {
    const p = prompt(7, 8, 1);
    const grid = [0.01, 0.1, 1, 10, 100];
    const errors = grid.map((lambda) => {
      let sum = 0;
      for (let j = 0; j < 8; j++) {
        const rest = [0, 1, 2, 3, 4, 5, 6, 7].filter((i) => i !== j);
        const w = ridge({ lambda }).estimate({ X: p.X.subMatrixColumn(rest), y: rest.map((i) => p.y[i]) }, 1)[1];
        const x = p.X.getColumn(j);
        sum += (p.y[j] - x.reduce((s, value, i) => s + value * w[i], 0)) ** 2;
      }
      return sum;
    });
    const best = grid[errors.indexOf(Math.min(...errors))];
    assert.ok(maxDifference(last(crossValidatedRidge({ grid }), p, 1), last(ridge({ lambda: best }), p, 1)) < 1e-13);
    assert.ok(best > 0.01 && best < 100, `the minimum lies at an end of the grid: ${best}`);
  });

  test("refuse bad options", () => {
    assert.throws(() => ridge({ lambda: -1 }), /lambda must be a finite number >= 0, got -1/);
    assert.throws(() => bayesRidge({ noise: Number.NaN }), RangeError);
    assert.throws(() => crossValidatedRidge({ grid: [] }), RangeError);
    assert.throws(() => crossValidatedRidge({ grid: [1, 0] }), /numbers > 0, got 0/);
    assert.throws(() => crossValidatedRidge().estimate(prompt(1, 1), 1), /at least 2 examples/);
    assert.throws(() => gradientDescent({ step: 0 }), RangeError);
  });
});

suite("iterative estimators", () => {
  test("chain of thought by its recursion and by f_LSA agree to rounding, with and without noise", () => {
    for (const noise of [0, 0.5]) {
      const p = prompt(8, 6, noise);
      const byLayer = attentionRollout({ V31, c: 0.7 }).estimate(p, 12);
      chainOfThought({ preconditioner: A })
        .estimate(p, 12)
        .forEach((w, k) => {
          assert.ok(maxDifference(w, byLayer[k]) < 1e-12, `noise ${noise}, k = ${k}`);
        });
    }
  });

  test("chain of thought is (I - (I - AS)^k) w without noise, and its first step is direct ICL", () => {
    const p = prompt(9, 6);
    const S = p.X.mmul(p.X.transpose()).div(6);
    const C = Matrix.eye(d, d).sub(A.mmul(S));
    let P = Matrix.eye(d, d);
    const estimates = chainOfThought({ preconditioner: A }).estimate(p, 8);
    for (const w of estimates) {
      const expected = Matrix.eye(d, d)
        .sub(P)
        .mmul(Matrix.columnVector(Array.from(p.w)));
      assert.ok(maxDifference(w, expected) < 1e-12);
      P = C.mmul(P);
    }
    assert.deepEqual(last(directIcl({ preconditioner: A }), p, 5), estimates[1]);
  });

  test("one step on one example, worked by hand: A x y", () => {
    const p = { X: new Matrix([[2], [1]]), y: [3] };
    const preconditioner = new Matrix([
      [0.5, 0],
      [0.1, 0.2],
    ]);
    const [, first, second] = chainOfThought({ preconditioner }).estimate(p, 2);
    assert.ok(maxDifference(first!, [3, 1.2]) < 1e-15); // A x y = (0.5·6, 0.1·6 + 0.2·3)
    assert.ok(maxDifference(second!, [-1.2, -0.48]) < 1e-14); // residual 3 - 7.2 = -4.2; x·(-4.2) = (-8.4, -4.2)
  });

  test("gradient descent is chain of thought with A = ηI, and 1/L makes the loss fall at every step", () => {
    const p = prompt(10, 9, 0.5);
    const eta = 0.3;
    const expected = chainOfThought({ preconditioner: Matrix.eye(d, d, eta) }).estimate(p, 6);
    gradientDescent({ step: eta })
      .estimate(p, 6)
      .forEach((w, k) => {
        assert.ok(maxDifference(w, expected[k]) < 1e-13);
      });
    const losses = gradientDescent({ step: "1/L" })
      .estimate(p, 30)
      .map((w) => loss(p, w));
    losses.forEach((value, k) => {
      assert.ok(k === 0 || value <= losses[k - 1], `k = ${k}: ${value} after ${losses[k - 1]}`);
    });
  });

  test("conjugate gradients are never behind the iterations over the same Krylov space, and end after d steps", () => {
    fc.assert(
      fc.property(fc.nat(1e6), (seed) => {
        const p = prompt(seed, 9, 0.5);
        const rivals = [
          [conjugateGradient(), gradientDescent({ step: "1/L" })],
          [conjugateGradient({ preconditioner: A }), chainOfThought({ preconditioner: A })],
          [conjugateGradient({ preconditioner: A }), chebyshev({ preconditioner: A, interval: [0.2, 1.8] })],
        ] as const;
        for (const [cg, rival] of rivals) {
          const slow = rival.estimate(p, d);
          cg.estimate(p, d).forEach((w, k) => {
            assert.ok(loss(p, w) <= loss(p, slow[k]) * (1 + 1e-9) + 1e-12, `${rival.name}, seed ${seed}, k = ${k}`);
          });
        }
        assert.ok(maxDifference(last(conjugateGradient(), p, d), last(leastSquares(), p, 1)) < 1e-5 * Math.hypot(...p.w));
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test("Chebyshev's error is its polynomial of A S, and beats chain of thought on the interval it was given", () => {
    const [low, high] = [0.3, 1.7];
    const preconditioner = Matrix.eye(1, 1, 1);
    const T = (k: number, x: number): number => (Math.abs(x) <= 1 ? Math.cos(k * Math.acos(x)) : Math.cosh(k * Math.acosh(x)));
    for (const s of [0.3, 0.5, 1, 1.3, 1.7]) {
      const p = { X: new Matrix([[Math.sqrt(s)]]), y: [Math.sqrt(s)] }; // d = 1, S = s, w = 1
      const fast = chebyshev({ preconditioner, interval: [low, high] }).estimate(p, 9);
      fast.forEach((w, k) => {
        const expected = T(k, (high + low - 2 * s) / (high - low)) / T(k, (high + low) / (high - low));
        assert.ok(Math.abs(1 - w[0] - expected) < 1e-13, `s = ${s}, k = ${k}: ${1 - w[0]} and ${expected}`);
      });
    }
    const worst = (estimator: Estimator): number =>
      Math.max(...[0.3, 1.7].map((s) => Math.abs(1 - estimator.estimate({ X: new Matrix([[Math.sqrt(s)]]), y: [Math.sqrt(s)] }, 9)[9][0])));
    assert.ok(worst(chebyshev({ preconditioner, interval: [low, high] })) < 0.2 * worst(chainOfThought({ preconditioner })));
    const point = chebyshev({ preconditioner, interval: [1, 1] }).estimate({ X: new Matrix([[1]]), y: [1] }, 2);
    assert.equal(point[1][0], 1);
  });

  test("a diverging iteration overflows to vectors of +Infinity, of error +Infinity, never NaN", () => {
    const p = prompt(11, 9);
    for (const estimator of [gradientDescent({ step: 50 }), chainOfThought({ preconditioner: Matrix.eye(d, d, 50) })]) {
      const errors = squaredErrors(estimator.estimate(p, 400), p.w);
      assert.equal(errors.at(-1), Infinity);
      assert.ok(errors.every((value) => value >= 0));
    }
    assert.throws(() => attentionRollout({ V31: Matrix.eye(d, d, -50), c: 1 }).estimate(p, 400), /overflows/);
  });

  test("refuse preconditioners that do not fit", () => {
    const p = prompt(12, 5);
    assert.throws(() => chainOfThought({ preconditioner: Matrix.eye(3, 3) }).estimate(p, 1), /4x4/);
    assert.throws(() => directIcl({ preconditioner: new Matrix([[1, 2]]) }), RangeError);
    assert.throws(
      () =>
        conjugateGradient({
          preconditioner: new Matrix([
            [1, 2],
            [0, 1],
          ]),
        }),
      /symmetric/,
    );
    assert.throws(() => conjugateGradient({ preconditioner: Matrix.eye(2, 2, -1) }), /positive definite/);
    assert.throws(() => chebyshev({ preconditioner: A, interval: [0, 1] }), RangeError);
    assert.throws(() => chebyshev({ preconditioner: A, interval: [2, 1] }), />= interval\[0\] = 2, got 1/);
  });
});

function loss(p: Prompt, w: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < p.y.length; j++) sum += (p.y[j] - p.X.getColumn(j).reduce((s, x, i) => s + x * w[i], 0)) ** 2;
  return sum / (2 * p.y.length);
}

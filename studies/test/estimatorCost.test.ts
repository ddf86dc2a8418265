import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import { Random } from "../../lib/dist/core/random.js";
import { attentionRollout } from "../../lib/dist/estimators/attentionRollout.js";
import { gradientDescent, newton } from "../../lib/dist/estimators/gradientDescent.js";
import { chebyshev, conjugateGradient } from "../../lib/dist/estimators/krylov.js";
import { bayesRidge, crossValidatedRidge, leastSquares, ridge } from "../../lib/dist/estimators/leastSquares.js";
import { chainOfThought, directIcl } from "../../lib/dist/estimators/preconditionedIteration.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { samplePrompt } from "../../lib/dist/model/prompt.js";
import { estimatorCost } from "../dist/estimatorCost.js";
import { peerMethods } from "../dist/peerMethods.js";

const cost = (estimator: Parameters<typeof estimatorCost>[0], d: number, m: number, k: number) =>
  estimatorCost(estimator, { d, m, k }).multiplications;

/** Numbers whose multiplications, divisions and roots are counted. */
class Counter {
  count = 0;
  mul(a: number, b: number): number {
    this.count++;
    return a * b;
  }
  div(a: number, b: number): number {
    this.count++;
    return a / b;
  }
  sqrt(a: number): number {
    this.count++;
    return Math.sqrt(a);
  }
  dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
    return Array.from(a).reduce((sum, value, i) => sum + this.mul(value, b[i]), 0);
  }
  times(rows: readonly ArrayLike<number>[], v: ArrayLike<number>): number[] {
    return rows.map((row) => this.dot(row, v));
  }
  scaleAdd(a: number, x: readonly number[], y: readonly number[]): number[] {
    return x.map((value, i) => this.mul(a, value) + y[i]);
  }
}

const [d, m] = [4, 9];
const covariance = Covariance.diagonal([2, 1, 0.5, 0.2]);
const A = covariance.apply((lambda) => 1 / (lambda + 0.3));
const { X, y } = samplePrompt({ covariance, n: m, noise: 0.1 }, Random.seed(4));
// The division by m is put into the inputs' scale beforehand, as the cost model puts it into A.
const rows = X.to2DArray().map((row) => row.map((value) => value / Math.sqrt(m)));
const columns = Matrix.columnVector(y)
  .to1DArray()
  .map((_, j) => rows.map((row) => row[j]));
const labels = Array.from(y, (value) => value / Math.sqrt(m));

function secondMoment(counter: Counter): number[][] {
  const S = rows.map(() => new Array<number>(d).fill(0));
  for (let i = 0; i < d; i++) for (let j = 0; j <= i; j++) S[i][j] = S[j][i] = counter.dot(rows[i], rows[j]);
  return S;
}

suite("the count is that of the method written out, multiplication by multiplication", () => {
  const operators = {
    examples: (counter: Counter) => (v: number[]) => counter.times(rows, counter.times(columns, v)),
    moments: (counter: Counter) => {
      const S = secondMoment(counter);
      return (v: number[]) => counter.times(S, v);
    },
  };

  test("chain of thought, by examples for few steps and by moments for many", () => {
    const estimator = chainOfThought({ preconditioner: A });
    for (const k of [1, 2, 3, 5, 12]) {
      const counts = (["examples", "moments"] as const).map((way) => {
        const counter = new Counter();
        const b = counter.times(rows, labels);
        const S = k === 1 ? undefined : operators[way](counter);
        let w = new Array<number>(d).fill(0);
        for (let step = 0; step < k; step++) {
          const Sw = step === 0 ? undefined : S!(w);
          const r = b.map((value, i) => value - (Sw?.[i] ?? 0));
          w = counter.times(A.to2DArray(), r).map((value, i) => value + w[i]);
        }
        const expected = estimator.estimate({ X, y }, k).at(-1)!;
        w.forEach((value, i) => {
          assert.ok(Math.abs(value - expected[i]) < 1e-12);
        });
        return counter.count;
      });
      assert.equal(cost(estimator, d, m, k), Math.min(...counts));
    }
    assert.equal(estimatorCost(estimator, { d, m, k: 2 }).way, "examples");
    assert.equal(estimatorCost(estimator, { d, m, k: 12 }).way, "moments");
  });

  test("conjugate gradients, with and without a preconditioner", () => {
    for (const preconditioner of [undefined, A]) {
      const estimator = conjugateGradient(preconditioner ? { preconditioner } : {});
      for (const k of [1, 2, 4]) {
        const counts = (["examples", "moments"] as const).map((way) => {
          const counter = new Counter();
          const apply = (v: number[]) => (preconditioner ? counter.times(preconditioner.to2DArray(), v) : v);
          let r = counter.times(rows, labels);
          const S = operators[way](counter);
          let w = new Array<number>(d).fill(0);
          let z = apply(r);
          let p = z;
          let rz = counter.dot(r, z);
          for (let step = 0; step < k; step++) {
            const Sp = S(p);
            const alpha = counter.div(rz, counter.dot(p, Sp));
            w = counter.scaleAdd(alpha, p, w);
            if (step === k - 1) break;
            r = counter.scaleAdd(-alpha, Sp, r);
            z = apply(r);
            const next = counter.dot(r, z);
            p = counter.scaleAdd(counter.div(next, rz), p, z);
            rz = next;
          }
          const expected = estimator.estimate({ X, y }, k).at(-1)!;
          w.forEach((value, i) => {
            assert.ok(Math.abs(value - expected[i]) < 1e-9);
          });
          return counter.count;
        });
        assert.equal(cost(estimator, d, m, k), Math.min(...counts));
      }
    }
  });

  test("least squares and ridge by Cholesky's factorisation", () => {
    const counter = new Counter();
    const S = secondMoment(counter);
    const b = counter.times(rows, labels);
    const L = S.map((row) => row.slice());
    for (let j = 0; j < d; j++) {
      for (let l = 0; l < j; l++) for (let i = j; i < d; i++) L[i][j] -= counter.mul(L[i][l], L[j][l]);
      L[j][j] = counter.sqrt(L[j][j]);
      for (let i = j + 1; i < d; i++) L[i][j] = counter.div(L[i][j], L[j][j]);
    }
    const w = b.slice();
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < i; j++) w[i] -= counter.mul(L[i][j], w[j]);
      w[i] = counter.div(w[i], L[i][i]);
    }
    for (let i = d - 1; i >= 0; i--) {
      for (let j = i + 1; j < d; j++) w[i] -= counter.mul(L[j][i], w[j]);
      w[i] = counter.div(w[i], L[i][i]);
    }
    const expected = leastSquares().estimate({ X, y }, 1)[1];
    w.forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]) < 1e-10);
    });
    for (const estimator of [leastSquares(), newton(), ridge({ lambda: 0.1 }), bayesRidge({ noise: 1 })]) {
      assert.equal(cost(estimator, d, m, 1), counter.count);
      assert.equal(cost(estimator, d, m, 30), counter.count);
    }
  });
});

test("no steps cost nothing, and further steps never make a method cheaper", () => {
  const methods = [
    ...peerMethods({ covariance, n: 10, interval: [0.1, 2] }),
    directIcl({ preconditioner: A }),
    newton(),
    gradientDescent({ step: 0.1 }),
    chebyshev({ preconditioner: A, interval: [0.1, 1] }),
  ];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 40 }), (dim, length, k) => {
      for (const method of methods) {
        assert.equal(cost(method, dim, length, 0), 0);
        const [now, later] = [cost(method, dim, length, k), cost(method, dim, length, k + 1)];
        assert.ok(now >= length * dim && later >= now, `${method.name} ${now} ${later}`);
      }
    }),
    { seed: 1 },
  );
});

test("a single step is dearer than direct prediction for no method but those that must form S", () => {
  assert.equal(cost(chainOfThought({ preconditioner: A }), 10, 40, 1), cost(directIcl({ preconditioner: A }), 10, 40, 7));
  assert.equal(estimatorCost(gradientDescent({ step: "1/L" }), { d: 10, m: 40, k: 1 }).way, "moments");
  // Four steps of chain of thought already cost more than solving a problem of ten unknowns; at 50 unknowns it is 13.
  assert.ok(cost(chainOfThought({ preconditioner: A }), 10, 40, 4) > cost(leastSquares(), 10, 40, 1));
  assert.ok(cost(chainOfThought({ preconditioner: A }), 50, 200, 12) < cost(leastSquares(), 50, 200, 1));
});

test("short prompts are solved through the smaller of the two Gram matrices", () => {
  assert.equal(cost(leastSquares(), 50, 3, 1), (50 * 3 * 4) / 2 + 150 + (3 * 4 * 5) / 6 + 12);
  assert.ok(cost(crossValidatedRidge(), 50, 3, 1) < cost(leastSquares(), 50, 50, 1));
});

test("an estimator whose multiplications are not counted is refused", () => {
  assert.throws(() => cost(attentionRollout({ V31: Matrix.eye(d, d), c: 1 }), d, m, 1), /estimatorCost: estimator must be/);
  assert.throws(() => cost({ name: "mine", estimate: () => [] }, d, m, 1), /estimatorCost: estimator must be/);
  assert.throws(() => cost(leastSquares(), 0, m, 1), /estimatorCost: d must be/);
});

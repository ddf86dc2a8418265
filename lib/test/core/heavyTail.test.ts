import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { fitExponentialTail, type HeavyTail, tailDiagnosis } from "../../dist/core/heavyTail.js";
import { Random } from "../../dist/core/random.js";

/** Verdicts on `runs` samples of n draws. */
function verdicts(n: number, runs: number, draw: (random: Random) => number): HeavyTail[] {
  return Array.from({ length: runs }, (_, run) => {
    const random = Random.seed(6).stream("tails", n, run);
    return tailDiagnosis(Float64Array.from({ length: n }, () => draw(random))).heavyTail;
  });
}

function share(of: readonly HeavyTail[], test: (verdict: HeavyTail) => boolean): number {
  return of.filter(test).length / of.length;
}

/** A Pareto draw of the given tail index. */
function pareto(index: number): (random: Random) => number {
  return (random) => (1 - random.uniform()) ** (-1 / index);
}

suite("heavyTail", () => {
  test("lets light tails pass", () => {
    for (const draw of [
      (r: Random) => r.uniform(),
      (r: Random) => -Math.log(1 - r.uniform()),
      (r: Random) => r.normal() ** 2,
      (r: Random) => r.chiSquare(20),
      (r: Random) => Math.exp(0.5 * r.normal()),
    ]) {
      assert.ok(share(verdicts(1000, 60, draw), (v) => v !== "none") <= 0.05, draw.toString());
    }
  });

  test("finds an infinite variance (Pareto, tail index 1.5) and an infinite mean (0.8)", () => {
    assert.ok(share(verdicts(2000, 60, pareto(1.5)), (v) => v !== "none") >= 0.75);
    assert.ok(share(verdicts(2000, 60, pareto(0.8)), (v) => v === "mean") >= 0.8);
    assert.ok(share(verdicts(2000, 60, pareto(0.8)), (v) => v !== "none") >= 0.95);
  });

  test("estimates the shape of a Pareto tail", () => {
    for (const index of [0.8, 1.5, 4]) {
      const random = Random.seed(7).stream("shape", index);
      const { shape } = tailDiagnosis(Float64Array.from({ length: 100_000 }, () => pareto(index)(random)));
      assert.ok(Math.abs(shape! - 1 / index) < 0.15, `index ${index}: ${shape}`);
    }
  });

  test("reports the largest draw's shares", () => {
    const values = new Float64Array(100).fill(1);
    values[17] = 101;
    const { maxShare, maxSquareShare, heavyTail } = tailDiagnosis(values);
    assert.ok(Math.abs(maxShare - 101 / 200) < 1e-15);
    assert.ok(Math.abs(maxSquareShare - 99 ** 2 / (99 ** 2 + 99)) < 1e-14);
    assert.equal(heavyTail, "mean");
  });

  test("does not depend on the scale of the values", () => {
    const random = Random.seed(8);
    const values = Float64Array.from({ length: 500 }, () => pareto(2)(random));
    const one = tailDiagnosis(values);
    const other = tailDiagnosis(values.map((v) => v * 2 ** 900));
    assert.equal(one.heavyTail, other.heavyTail);
    assert.ok(Math.abs(one.shape! - other.shape!) < 1e-9);
  });

  test("says mean for a value of +Infinity, none for constants, unknown for small samples", () => {
    const values = new Float64Array(60).fill(2);
    assert.equal(tailDiagnosis(values).heavyTail, "none");
    assert.equal(tailDiagnosis(new Float64Array(60)).heavyTail, "none");
    values[3] = Number.POSITIVE_INFINITY;
    assert.equal(tailDiagnosis(values).heavyTail, "mean");
    assert.equal(tailDiagnosis([1, 2, 3]).heavyTail, "unknown");
  });

  test("values that do not grow with the driver miss nothing beyond it", () => {
    const tail = fitExponentialTail(Float64Array.from({ length: 400 }, (_, i) => i / 400));
    const { heavyTail, unseen } = tailDiagnosis(new Float64Array(400).fill(10), { tail, exponent: 0 });
    assert.deepEqual([heavyTail, unseen], ["none", undefined]);
  });

  test("computes the unseen moment of an exponential driver, checked against a numerical integral", () => {
    const random = Random.seed(9);
    const tail = fitExponentialTail(Float64Array.from({ length: 400 }, () => -Math.log(1 - random.uniform())));
    const { unseen } = tailDiagnosis(new Float64Array(400).fill(1), { tail, exponent: 6 });
    let integral = 0;
    const step = 1e-4;
    for (let x = tail.largest + step / 2; x < tail.largest + 60; x += step) {
      integral += x ** 6 * (tail.share / tail.excess) * Math.exp(-(x - tail.threshold) / tail.excess) * step;
    }
    assert.ok(Math.abs(unseen! / integral - 1) < 1e-6, `${unseen} and ${integral}`);
  });

  test("rejects negative values, NaN and empty samples", () => {
    assert.throws(() => tailDiagnosis([1, -1]), /values\[1\] must be a number >= 0, got -1/);
    assert.throws(() => tailDiagnosis([Number.NaN]), RangeError);
    assert.throws(() => tailDiagnosis([]), RangeError);
    assert.throws(() => fitExponentialTail([1, 2]), RangeError);
  });
});

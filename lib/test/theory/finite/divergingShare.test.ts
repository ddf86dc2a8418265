import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../dist/core/random.js";
import { quantiles } from "../../../dist/core/statistics.js";
import { tracyWidom, tracyWidomQuantile } from "../../../dist/core/tracyWidom.js";
import { Covariance } from "../../../dist/model/covariance.js";
import { anisotropicCriticalTestLength } from "../../../dist/theory/finite/criticalTestLength.js";
import * as share from "../../../dist/theory/finite/divergingShare.js";
import { spectralEdges } from "../../../dist/theory/finite/spectralEdges.js";
import { learnedUpdates, momentCurveSampler } from "../../../dist/theory/simulatedErrors.js";
import { assertClose } from "../../support/reference.ts";

const ones = (d: number): Covariance => Covariance.diagonal(new Float64Array(d).fill(1));

test("the Tracy-Widom law has the mean, the median and the tails of the tables (Bornemann 2010)", () => {
  assert.ok(Math.abs(tracyWidomQuantile(0.5) + 1.2686) < 2e-3);
  assert.ok(Math.abs(tracyWidomQuantile(0.95) - 0.9793) < 3e-3);
  assert.ok(Math.abs(tracyWidom(0).lower - 0.8319) < 1e-3);
  assert.deepEqual([tracyWidom(-1e9).lower, tracyWidom(Number.POSITIVE_INFINITY).upper], [0, 0]);
});

test("for τ = 1 the law is Johnstone's with Ma's halves, and its edge tends to that of the spectrum", () => {
  for (const [d, m] of [
    [10, 11],
    [30, 200],
    [50, 20],
  ]) {
    const { edge, scale } = share.largestEigenvalueLaw({ spectrum: new Float64Array(d).fill(1), m });
    const [a, b] = [Math.sqrt(m - 0.5), Math.sqrt(d - 0.5)];
    assertClose(edge, (a + b) ** 2 / m, 1e-12);
    assertClose(scale, ((a + b) * (1 / a + 1 / b) ** (1 / 3)) / m, 1e-10);
  }
  const spectrum = Array.from({ length: 2000 }, (_, i) => 1 / Math.sqrt(1 + (i % 10)));
  assertClose(share.largestEigenvalueLaw({ spectrum, m: 4000 }).edge, spectralEdges({ spectrum, m: 4000 }).upper, 1e-3);
});

test("the share falls with m from 1 to 0, is about 0.17 at m_c, and its inverse inverts it", () => {
  const params = { covariance: ones(300), n: 600 };
  const critical = anisotropicCriticalTestLength(params);
  const at = (m: number): number => share.divergingShare({ ...params, m });
  assert.ok(Math.abs(at(Math.round(critical)) - 0.168) < 0.02);
  assert.ok(at(Math.round(0.7 * critical)) > 0.999 && at(Math.round(1.3 * critical)) < 1e-3);
  for (const goal of [0.9, 0.5, 1e-4]) {
    const m = share.testLengthForShare(params, goal);
    assert.ok(at(m) <= goal && at(m - 1) > goal);
  }
  assert.equal(at(Number.POSITIVE_INFINITY), 0);
  assert.equal(share.testLengthForShare({ ...params, target: ones(300).scale(4) }, 0.1), Number.POSITIVE_INFINITY);
  assert.throws(() => share.testLengthForShare(params, 0), /share must be a number in/);
});

test("the median's best number of steps is that of sampled chains, and Infinity where the median converges", () => {
  for (const [d, n, m] of [
    [30, 60, 25],
    [20, 200, 40],
    [30, 60, 15],
  ]) {
    const draw = momentCurveSampler({ ...learnedUpdates({ covariance: ones(d), n, k: 30 }), m });
    const random = Random.seed(8).stream(d, m);
    const curves = Array.from({ length: 1500 }, () => draw(random));
    const medians = Array.from(
      { length: 31 },
      (_, k) =>
        quantiles(
          curves.map((curve) => curve[k]),
          [0.5],
        )[0].value,
    );
    const simulated = medians.indexOf(Math.min(...medians));
    const predicted = share.medianBestSteps({ d, n, m });
    assert.ok(Math.abs(predicted - simulated) <= 1, `d = ${d}, m = ${m}: ${predicted}, simulated ${simulated}`);
  }
  assert.equal(share.medianBestSteps({ d: 30, n: 60, m: 120 }), Number.POSITIVE_INFINITY);
});

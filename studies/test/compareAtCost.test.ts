import assert from "node:assert/strict";
import { test } from "node:test";
import { gradientDescent } from "../../lib/dist/estimators/gradientDescent.js";
import { conjugateGradient } from "../../lib/dist/estimators/krylov.js";
import { Covariance } from "../../lib/dist/model/covariance.js";
import { estimatorErrors } from "../../lib/dist/simulation/estimatorErrors.js";
import { simulate } from "../../lib/dist/simulation/simulate.js";
import { compareAtCost } from "../dist/compareAtCost.js";

const covariance = Covariance.diagonal([1, 0.5, 0.2]);
const experiment = (name: string) =>
  estimatorErrors({ test: covariance, m: 12, steps: 6, estimators: [gradientDescent({ step: 0.5 }), conjugateGradient()], name });
const { curves } = await simulate(experiment("a"), { draws: 200, seed: 3, workers: 1 });
const [descent, conjugate] = curves as [(typeof curves)[0], (typeof curves)[0]];
const byStep = (factor: number) => descent.x.map((k) => factor * k);

test("each curve is read at the last point that the budget pays for", () => {
  const rows = compareAtCost(
    [
      { curve: descent, costs: byStep(1) },
      { curve: conjugate, costs: byStep(2) },
    ],
    [1.9, 4, 100],
  );
  assert.deepEqual(
    rows.map(({ budget, method, k, cost }) => [budget, method === descent.name, k, cost]),
    [
      [1.9, true, 1, 1],
      [1.9, false, 0, 0],
      [4, true, 4, 4],
      [4, false, 2, 4],
      [100, true, 6, 6],
      [100, false, 6, 12],
    ],
  );
  assert.equal(rows[3].mean, conjugate.mean[2]);
  assert.equal(rows[3].median.value, conjugate.points[2].median.value);
});

test("the share of draws on which the first is better is counted draw by draw", () => {
  const [first, second] = compareAtCost(
    [
      { curve: descent, costs: byStep(1) },
      { curve: conjugate, costs: byStep(3) },
    ],
    [3],
  );
  const [a, b] = [descent.values(3), conjugate.values(1)];
  const share = a.reduce((count, value, i) => count + (value < b[i] ? 1 : 0), 0) / a.length;
  assert.equal(first!.firstBetter, undefined);
  assert.equal(second!.firstBetter!.value, share);
  assert.ok(share > 0 && share < 1);
});

test("curves of other draws, descending costs and budgets below every cost are refused", async () => {
  const other = await simulate(experiment("b"), { draws: 200, seed: 3, workers: 1 });
  const paired = { curve: descent, costs: byStep(1) };
  assert.throws(() => compareAtCost([paired, { curve: other.curves[0], costs: byStep(1) }], [1]), /of the same draws/);
  assert.throws(() => compareAtCost([{ curve: descent, costs: byStep(-1) }], [1]), /costs\[1\] must be >= 0/);
  assert.throws(() => compareAtCost([{ curve: descent, costs: byStep(1).map((c) => c + 5) }], [1]), /budgets\[0\] must be at least 5/);
});

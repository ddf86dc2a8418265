import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../lib/dist/core/random.js";
import { meanAndError } from "../../lib/dist/core/statistics.js";
import { mixturePreconditioner } from "../../lib/dist/model/mixture.js";
import { sampleInputs } from "../../lib/dist/model/prompt.js";
import { selectTasks } from "../../lib/dist/selection/selectTasks.js";
import { nonCommutingError } from "../../lib/dist/theory/finite/nonCommutingError.js";
import { bootstrapSelection } from "../dist/bootstrapSelection.js";
import { estimateTasks, estimationTrial } from "../dist/estimationTrial.js";
import { mixtureScatter, rankCorrelation } from "../dist/mixtureScatter.js";
import { ruleWeights } from "../dist/selectionRules.js";
import { selectionTrial, trialContrast, trialSummary } from "../dist/selectionTrial.js";
import { nthTaskPool } from "../dist/taskPool.js";

const pool = { reading: "length", d: 10, perType: 5, targetExponent: 0, targetScale: 0.5 } as const;
const rules = ["selected", "uniform", "hard-only"] as const;

test("mean errors agree with an independent implementation within 4 standard errors", () => {
  const trial = selectionTrial({ pool, pools: 100, steps: [1, 2], rules });
  // Selected .749 ± .004 and .0773 ± .001, uniform 1.92 and .375 (300 draws, 95 % half widths; the last digit rounded).
  const expected = { selected: [0.749, 0.0773, 0.004, 0.001], uniform: [1.92, 0.375, 0.01, 0.002] } as const;
  for (const rule of ["selected", "uniform"] as const) {
    trialSummary(trial, rule).forEach((row, i) => {
      const spread = Math.hypot(row.meanHalfWidth, expected[rule][i + 2]) / 1.96;
      assert.ok(Math.abs(row.mean - expected[rule][i]) <= 4 * spread, `${rule} k = ${row.k}: ${row.mean}`);
    });
  }
  const [first] = trialContrast(trial, "selected", "uniform");
  assert.ok(first!.high < 1 && first!.better === 1);
  assert.equal(trialContrast(trial, "selected", "selected")[0].better, 0);
});

test("at finite m the error approaches the limit as the prompt grows", () => {
  const finite = selectionTrial({ pool, pools: 6, steps: [1, 3], rules, m: 200_000, prompts: 5 });
  const limit = selectionTrial({ pool, pools: 6, steps: [1, 3], rules });
  const gaps = finite.logErrors.flatMap((rows, c) =>
    rows.flatMap((row, s) => Array.from(row, (value, p) => value - limit.logErrors[c][s][p])),
  );
  assert.ok(Math.max(...gaps.map(Math.abs)) < 0.05, `${Math.max(...gaps.map(Math.abs))}`);
});

test("an estimate from very many examples leaves the choice where it was; from few it moves", () => {
  const rows = estimationTrial({ pool, pools: 3, ratios: [3, 20_000], k: 5 });
  const of = (ratio: number) => rows.find((row) => row.ratio === ratio && row.rule === "selected")!;
  assert.ok(of(20_000).distance < 0.05, `${of(20_000).distance}`);
  assert.ok(of(3).distance > 0.2, `${of(3).distance}`);
  const estimated = estimateTasks(nthTaskPool(pool, 0), 50, Random.seed(1));
  assert.equal(estimated.target.d, 10);
  assert.throws(() => estimateTasks(nthTaskPool(pool, 0), 5, Random.seed(1)), /samples must be an integer >= 10/);
});

test("the bootstrap surrounds the choice, and narrows with more examples", () => {
  const { tasks, target, lengths } = nthTaskPool({ ...pool, d: 4, perType: 1 }, 0);
  const width = (N: number) => {
    const random = Random.seed(4).stream("bootstrap", N);
    const samples = tasks.map((task, l) => sampleInputs(task, N, random.stream("task", l)));
    const result = bootstrapSelection({
      samples,
      targetSamples: sampleInputs(target, N, random.stream("target")),
      lengths,
      form: "gamma",
      replicates: 40,
      random: random.stream("again"),
    });
    assert.ok(result.low.every((low, l) => low <= result.high[l]));
    assert.equal(result.replicates.length, 40);
    return result.high.reduce((sum, high, l) => sum + high - result.low[l], 0);
  };
  assert.ok(width(4000) < 0.6 * width(100));
});

test("rank correlation is 1 for rising, -1 for falling and 0.5 for a hand-worked case with ties", () => {
  assert.equal(rankCorrelation([1, 2, 3], [10, 20, 500]), 1);
  assert.equal(rankCorrelation([1, 2, 3], [3, 2, -9]), -1);
  // ranks (1.5, 1.5, 3) against (1, 2, 3): 1.5 / sqrt(1.5 · 2)
  assert.ok(Math.abs(rankCorrelation([1, 1, 2], [1, 2, 3]) - 1.5 / Math.sqrt(3)) < 1e-14);
});

test("a scatter holds as many mixtures as asked for, the same for the same seed", () => {
  const params = { pool: nthTaskPool(pool, 1), form: "gamma", k: 3, mixtures: 50 } as const;
  const a = mixtureScatter(params);
  assert.equal(a.objectives.length, 50);
  assert.deepEqual(a, mixtureScatter(params));
  assert.ok(Matrix.rowVector(Array.from(a.growths)).min() > 0);
});

test("with the true covariances the choice is the true one; the table ends there", () => {
  const pool = { reading: "length", d: 6, perType: 2 } as const;
  for (const row of estimationTrial({ pool, pools: 3, ratios: [Number.POSITIVE_INFINITY], k: 3 }))
    assert.deepEqual([row.distance, row.ratioToTrue, row.samples], [0, 1, Number.POSITIVE_INFINITY]);
});

test("the printed program is that on the covariances, whatever the prompt lengths", () => {
  const pool = nthTaskPool({ reading: "length", d: 6, perType: 2 }, 0);
  const options = { form: "gamma" as const, margin: 0.3, k: 5, random: Random.seed(2) };
  assert.deepEqual(ruleWeights(pool, "printed", options), ruleWeights({ ...pool, lengths: pool.lengths.map(() => 3) }, "printed", options));
  const expected = selectTasks({ tasks: pool.tasks, target: pool.target }).weights;
  ruleWeights(pool, "printed", options).forEach((weight, l) => {
    assert.ok(Math.abs(weight - expected[l]) < 1e-9);
  });
});

test("the mean over prompts is the exact one-step error, within 4 standard errors of the pools' mean", () => {
  const m = 60;
  const trial = selectionTrial({ pool, pools: 8, steps: [1], m, prompts: 400, rules: ["uniform"], overPrompts: "mean" });
  const gaps = Array.from(trial.logErrors[0][0], (logError, p) => {
    const { tasks, target, lengths } = nthTaskPool(pool, p);
    const preconditioner = mixturePreconditioner({ tasks, lengths, weights: tasks.map(() => 1 / tasks.length) });
    return logError - Math.log(nonCommutingError({ preconditioner, target, m, k: 1 }));
  });
  const { mean, standardError } = meanAndError(gaps);
  assert.ok(Math.abs(mean) <= 4 * standardError, `${mean} ± ${standardError}`);
  assert.ok(standardError < 0.02);
});

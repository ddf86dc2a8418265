import assert from "node:assert/strict";
import { test } from "node:test";
import { Covariance, Random, selection } from "cotlab";
import { readResults } from "../../lib/dist/data/resultTable.js";
import { alphaBTable } from "../dist/alphaBTable.js";
import { mixtureScatter, scatterSummary } from "../dist/mixtureScatter.js";
import * as charts from "../dist/selectionCharts.js";
import { selectionTrial, trialContrast, trialSummary } from "../dist/selectionTrial.js";
import * as storedCharts from "../dist/storedCharts.js";
import * as stored from "../dist/storedSelection.js";
import { nthTaskPool } from "../dist/taskPool.js";
import { againstErrorOptimum, comparePool, movedMass, resampledWeights, stableWithin, whitenedPitfall } from "../dist/taskSelection.js";

const pool = { reading: "length", d: 10, perType: 5 } as const;

test("a margin in reach is asked for as it is, one out of reach becomes 0.9 of the largest, and where there is none nothing is selected", () => {
  const { tasks, target, lengths } = nthTaskPool(pool, 0);
  const setting = { tasks, target, lengths };
  assert.equal(stableWithin(setting, 0.3)!.asked, 0.3);
  const most = selection.largestMargin(setting);
  assert.ok(most < 10);
  const found = stableWithin(setting, 10)!;
  assert.equal(found.asked, 0.9 * most);
  assert.ok(Math.abs(found.coverage - 0.5 - found.asked) < 1e-6);
  const far = { ...setting, target: Covariance.diagonal(new Float64Array(10).fill(1000)) };
  assert.equal(stableWithin(far, 0), undefined);
  assert.equal(comparePool(far, 0).stable, undefined);
});

test("the search for the least error finds none above the program's or the stable one's", () => {
  const first = nthTaskPool(pool, 0);
  const compared = comparePool(first, 0.3);
  const { plain, stable, found } = againstErrorOptimum(first, compared, 5, 1);
  assert.ok(found.logError <= Math.min(plain, stable!));
});

test("moving mass from an easy task lowers the objective at the rate of the proof", () => {
  for (const [d, beta] of [
    [2, 1.01],
    [3, 2],
    [8, 100],
  ]) {
    const moved = movedMass({ d, beta, random: Random.seed(3) });
    assert.ok(moved.slope < 0 && Math.abs(moved.quotient / moved.slope - 1) < 1e-6, `${d} ${beta}`);
    assert.ok(moved.leastEigenvalue >= moved.floor * (1 - 1e-12) && moved.floor > 0);
    assert.ok(moved.report.h1 && moved.report.h2 === "holds" && moved.hardShare >= 1 - 1 / beta - 1e-9);
  }
});

test("a whitened objective of 0.02 stands beside an error of 102, above what a printed one would allow", () => {
  const { whitened, printed, misused, bound, error } = whitenedPitfall();
  assert.ok(Math.abs(whitened - 0.02) < 1e-9 && printed > 100);
  assert.ok(error > 101 && misused < 0.03 && error <= bound);
});

test("weights of a bootstrap lie where their resamples do, and more examples bring them together", () => {
  const small = nthTaskPool({ ...pool, d: 4, perType: 1 }, 3);
  const [few, many] = [40, 4000].map((examples) => resampledWeights(small, examples, 40, Random.seed(1)));
  assert.deepEqual(
    few.map(({ task }) => task),
    small.types,
  );
  for (const { low, high, support } of [...few, ...many]) assert.ok(low <= high && support >= 0 && support <= 1);
  const width = (rows: typeof few) => rows.reduce((sum, { low, high }) => sum + high - low, 0);
  assert.ok(width(many) < width(few) / 2);
});

test("a summary of scatters counts what they hold", () => {
  const scatters = [0, 1].map((i) => mixtureScatter({ pool: nthTaskPool(pool, i), form: "gamma", k: 5, mixtures: 40 }));
  const { pools, mean, least, largest, diverging } = scatterSummary(scatters);
  assert.deepEqual([pools, mean], [2, (least + largest) / 2]);
  const count = scatters.reduce((sum, { growths }) => sum + growths.filter((growth) => growth > 1).length, 0);
  assert.equal(diverging, count / 80);
});

test("without the best single task the other curves are the same", () => {
  const params = { pool: { ...pool, d: 4 }, pools: 2, steps: [1, 3], rules: ["uniform", "printed"], m: 20, prompts: 3 } as const;
  const [whole, part] = [selectionTrial(params), selectionTrial({ ...params, bestSingle: false })];
  assert.deepEqual(part.curves, ["uniform", "printed"]);
  assert.deepEqual(part.logErrors, whole.logErrors.slice(0, 2));
});

test("an error of 0 is given as that of rounding, so that its ratio to another is a number", () => {
  // Endless prompts of the task Λ = I, and Σ = I: one step removes everything.
  const exact = { reading: "directions", d: 4, exponents: [0, 0.5], sizes: [3, 4], targetExponent: 0 } as const;
  const { logErrors } = selectionTrial({ pool: exact, pools: 2, steps: [50], rules: ["selected"], bestSingle: false });
  for (const value of logErrors[0][0]) assert.equal(value, Math.log(4) - 2 * 50 * 53 * Math.LN2);
});

test("rows of the stored runs say what their tables hold", () => {
  const demo = readResults("data/selection/demonstration.csv");
  const { medians, means } = stored.demonstrationSettings(demo);
  assert.equal(stored.contrastRows(demo, "selected", 5).length, medians.length + means.length);
  assert.equal(stored.meanRows(demo).length, 2 * means.length);
  const text = stored.contrastRows(demo, "stable", 5)[3]["/ uniform"];
  const row = demo.find(({ setting, curve, k }) => setting === medians[3] && curve === "uniform" && k === 5)!;
  assert.equal(text, stored.ratioText(Number(row.stableOverThis), Number(row.stableLow), Number(row.stableHigh)));
  assert.ok(stored.lossRows(demo, "selected").length > stored.lossRows(demo, "stable").length);
  const steady = stored.steadySettings(demo);
  assert.ok(steady.length > 0 && steady.length < medians.length);
  assert.ok(stored.worstOverUniform(demo, "selected", steady) < 1 && stored.worstOverUniform(demo, "selected", medians) > 1);
  const curve = stored.storedCurve(demo, medians[0], "uniform", ["median"]);
  assert.deepEqual([curve.x[0], curve.y.length], [1, curve.x.length]);
  const scan = readResults("data/selection/scan.csv");
  const counts = stored.orderCounts(scan);
  const total = counts
    .flatMap((counted) => Object.values(counted))
    .reduce<number>((sum, cell) => sum + (Number.parseInt(String(cell), 10) || 0), 0);
  assert.equal(total, scan.filter(({ inOrder }) => inOrder === "yes").length);
  assert.ok(stored.marginLines(readResults("data/selection/margins.csv")).every(({ x, y }) => x.length === 8 && y.length === 8));
  assert.equal(stored.robustnessLines(readResults("data/selection/robustness.csv")).length, 4);
  assert.equal(stored.alphaBTableRows(readResults("data/selection/table.csv"))[0].setting, "A; target i^-0.5");
});

test("figures hold the numbers of their trial and of the stored runs", () => {
  const trial = selectionTrial({ pool, pools: 4, steps: [1, 3, 100], rules: ["selected", "stable", "uniform"], bestSingle: false });
  const named = (figure: { data: readonly unknown[] }, name: string) =>
    figure.data.find((trace) => (trace as { name?: string }).name === name) as { y: readonly (number | null)[] };
  const [first, , last] = trialContrast(trial, "stable", "uniform");
  const { y } = named(charts.gainChart(trial, ["selected", "stable"], "Ratios."), "stable");
  assert.deepEqual([y[0], y[2]], [first.ratio, last.ratio]);
  assert.equal(named(charts.medianChart(trial, ["uniform"], "Medians."), "uniform").y[1], trialSummary(trial, "uniform")[1].median);
  assert.equal(
    named(charts.worseChart(trial, ["uniform"], "Shares."), "uniform").y[0],
    100 * trialSummary(trial, "uniform")[0].worseThanNothing,
  );
  const table = alphaBTable({ ...pool, draws: 3 });
  assert.deepEqual(Array.from(named(charts.alphaBChart([{ ...table, label: "B" }], "Table."), "B").y), Array.from(table.means));
  const scatter = mixtureScatter({ pool: nthTaskPool(pool, 0), form: "gamma", k: 5, mixtures: 10 });
  const points = charts.scatterChart([{ ...scatter, name: "one" }], { d: 10, k: 5, caption: "Points." });
  assert.deepEqual(
    Array.from(named(points, `one, rank correlation ${scatter.rankCorrelation.toFixed(2)}`).y),
    Array.from(scatter.logErrors, Math.exp),
  );
  const demo = readResults("data/selection/demonstration.csv");
  const over = stored.storedOverUniform(demo, "B; target i^-0.5; m = 50", "stable");
  assert.deepEqual(named(storedCharts.overUniformChart(demo), "stable, m = 50").y, over.y);
  assert.ok(named(storedCharts.mediansChart(demo), "best-single").y.every((value) => value! > 0));
  assert.equal(named(storedCharts.marginChart(readResults("data/selection/margins.csv")), "m = ∞").y.length, 8);
  assert.equal(named(storedCharts.robustnessChart(readResults("data/selection/robustness.csv")), "stable, target I/2").y.length, 7);
});

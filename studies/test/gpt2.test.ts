import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readResults } from "../../lib/dist/data/resultTable.js";
import { root } from "../../tools/workspace.mjs";
import { confirmation } from "../dist/confirmation.js";
import { errorChart, lengthCurves, trainingChart } from "../dist/gpt2Charts.js";
import { contextChecks, liveChecks, paperSizeChecks, tiltChecks, updateChecks } from "../dist/gpt2Checks.js";
import { liveBatch, liveConfig } from "../dist/gpt2Live.js";
import {
  CONTEXTS,
  catchUpSteps,
  gpt2Runs,
  lengthRows,
  lengthSpread,
  overlaidRuns,
  peerRows,
  scaleRows,
  shownSteps,
  storedCurve,
} from "../dist/gpt2Runs.js";
import { type RunStore, readRunStore } from "../dist/runStore.js";

const folder = join(root, "data/gpt2");
const store = readRunStore(folder);
const confirmed = confirmation(join(folder, "confirmation"));
const peers = peerRows(store, readResults(join(folder, "pytorch-table-a.csv")) as Record<string, number>[]);

test("nothing is trained unless it is asked for, and no more than there is", async () => {
  const params = { folder, into: join(root, "out/gpt2-never"), threads: 1 };
  assert.deepEqual(await gpt2Runs({ ...params, retrain: 0 }), store);
  await assert.rejects(gpt2Runs({ ...params, retrain: 20 }), /gpt2Runs: retrain must be an integer in \[0, 19\], got 20/);
});

test("runs of another store take the place of stored ones, with all that was measured of them; the others stay", () => {
  const [run, seed] = ["context-d5-n15", 1];
  const own = (row: { run: string; seed: number }): boolean => row.run === run && row.seed === seed;
  const other: RunStore = {
    ...store,
    runs: store.runs.filter(own).map((row) => ({ ...row, steps: 7 })),
    curves: store.curves.filter(own).map((row) => ({ ...row, error: 2 * row.error })),
    // Of a run that the other store does not have nothing is taken.
    losses: [{ run: "context-d5-n10", seed: 0, step: 0, loss: 99 }],
    updates: [],
  };
  const merged = overlaidRuns(store, other);
  assert.equal(merged.curves.length, store.curves.length);
  assert.deepEqual(
    merged.runs.filter(own).map(({ steps }) => steps),
    [7],
  );
  const [before, after] = [store, merged].map((each) => storedCurve(each, run, "own length").errors);
  assert.deepEqual(after[0], before[0]);
  assert.deepEqual(
    after[1],
    before[1].map((error) => 2 * error),
  );
  assert.equal(
    merged.losses.some(({ loss }) => loss === 99),
    false,
  );
  assert.equal(merged.losses.some(own), false);
});

test("one seed has the interval of its prompts, three have that of Student's t; what was not measured is named", () => {
  const paper = storedCurve(store, "paper-d10-n20", "own length");
  const row = store.curves.find(({ run, curve, k }) => run === "paper-d10-n20" && curve === "own length" && k === 5)!;
  assert.ok(Math.abs(paper.upper[5] - paper.mean[5] - 1.96 * row.standardError) < 1e-12);
  const three = storedCurve(store, "context-d10-n20", "own length");
  assert.ok(Math.abs(Math.log(three.upper[5] / three.mean[5]) + Math.log(three.lower[5] / three.mean[5])) < 1e-12);
  assert.throws(() => storedCurve(store, "context-d10-n20", "no such"), /storedCurve: run, curve must be a curve that was measured/);
});

test("tables show the steps up to the last one, and figures those that are stored", () => {
  assert.deepEqual(shownSteps(7), [1, 2, 3, 5, 7]);
  assert.deepEqual(Object.keys(lengthRows(store, CONTEXTS.tens, "own length", shownSteps(3))[0]), ["n", "k = 1", "k = 2", "k = 3"]);
  const last = (k: number): unknown => {
    const { data } = errorChart(store, lengthCurves(CONTEXTS.tens, "own length"), { k, caption: "c" });
    return Array.from((data.at(-1) as { x: ArrayLike<number> }).x).at(-1);
  };
  assert.equal(last(2), 2);
  assert.equal(last(100), 40);
});

test("the spread of training lengths is large at n = m and small at one test length; the reduced configurations are 14", () => {
  assert.ok(lengthSpread(store, CONTEXTS.tens, "own length", 10) > 10);
  assert.ok(lengthSpread(store, CONTEXTS.tens, "fixed length", 10) < 2);
  assert.equal(catchUpSteps(store, CONTEXTS.tens).length, 3);
  assert.deepEqual(
    scaleRows(store).map((row) => row.stored),
    [42, 5],
  );
  assert.equal([...store.configs.keys()].filter((name) => !name.startsWith("paper")).length, 14);
});

test("a step of a live training has about as many tokens at every length, in equal shards", () => {
  for (const n of [1, 15, 30, 31, 60, 200]) {
    const batch = liveBatch(n);
    assert.equal(batch % 4, 0);
    assert.ok(batch >= 4 && batch <= 64);
    assert.ok(batch * (n + 10) <= 1.1 * 64 * 40, `n = ${n}: ${batch}`);
  }
  assert.equal(liveBatch(30), 64);
  const setting = { d: 2, n: 60, steps: 5, trainSteps: 3, zeroTrainSteps: 3, prompts: 8, threads: 1, seed: 0 };
  assert.equal(liveConfig(setting, "live").recipe.batch, liveBatch(60));
});

test("a growing loss curve is drawn over all steps of the training", () => {
  const range = trainingChart([3, 2], 400).layout.xaxis!.range as number[];
  assert.deepEqual(
    range.map((end) => Math.abs(Math.round(end))),
    [0, 400],
  );
});

const failing = (checks: readonly { name: string; passed: boolean; assumes?: readonly { holds: boolean }[] }[]): string[] =>
  checks.filter(({ passed, assumes = [] }) => !passed && assumes.every(({ holds }) => holds)).map(({ name }) => name);

test("every check of the stored runs holds, and fails where they say something else", () => {
  const all = (runs: RunStore) => [
    ...contextChecks(runs, peers),
    ...tiltChecks(runs, confirmed),
    ...updateChecks(runs),
    ...paperSizeChecks(runs, confirmed),
  ];
  assert.deepEqual(failing(all(store)), []);
  // Errors that grow with k: no run catches up, everything rises.
  const curves = store.curves.map((row) => ({ ...row, error: 1 + 0.05 * row.k + 10 / row.trainLength }));
  const updates = store.updates.map((row) => ({ ...row, entry: 2 * row.gammaInverse }));
  const failed = failing(all({ ...store, curves, updates, runs: store.runs.map((row) => ({ ...row, stepsWanted: row.steps + 1 })) }));
  for (const name of [
    "n = m = 20 reaches n = m = 40 at k = 2",
    "the controls do not",
    "λ = 1/i: fewer seeds rise",
    "4000 steps: the rise at even k is gone",
    "near w the step is Γ⁻¹'s",
    "far from w it is shorter",
    "weak directions are learned last",
    "9.5 M, λ = i⁻²: the paper's rise is NOT seen",
    "9.5 M: the controls do not rise",
    "9.5 M, λ = i⁻²: the weakest direction is hardly learned",
    "9.5 M: every run finished its schedule",
  ])
    assert.ok(failed.includes(name), `${name} holds of other data`);
  assert.deepEqual(failing(contextChecks(store, [{ ...peers[0], t: 9 }])), ["not distinguishable from PyTorch"]);
});

test("the jump of training from w_0 = 0 alone is judged only where its first thought was learned", () => {
  const gradients = [
    { x: 1, y: 1, w: 1, flag: 1 },
    { x: 1, y: 1, w: 0, flag: 1 },
  ];
  const setting = { d: 2, n: 5, steps: 2, trainSteps: 200, zeroTrainSteps: 200, prompts: 8, threads: 1, seed: 0 };
  const made = (error: number[], zeroTrainSteps = 200) =>
    liveChecks(
      { ...setting, zeroTrainSteps },
      { gradients, fromZero: { error: Float64Array.from(error), standardError: new Float64Array(3), median: new Float64Array(3) } },
    );
  assert.deepEqual(failing(made([1, 0.05, 0.15])), []);
  assert.deepEqual(failing(made([1, 0.05, 0.08])), ["its error jumps at k = 2"]);
  assert.equal(made([1, 0.2, 0.3])[1].found, "not checked");
  assert.equal(made([1, 0.05, 0.08], 50)[1].found, "not checked");
  assert.deepEqual(
    failing(
      liveChecks(setting, {
        gradients: [...gradients].reverse(),
        fromZero: { error: Float64Array.of(1, 0.05, 1), standardError: new Float64Array(3), median: new Float64Array(3) },
      }),
    ),
    ["W_w is not trained from w_0 = 0"],
  );
});

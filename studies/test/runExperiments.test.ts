import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readCheckpoint } from "../../lib/dist/transformer/checkpoint.js";
import { runConfig } from "../../lib/dist/transformer/regression/recipe.js";
import { recipeStep, regressionTrainer } from "../../lib/dist/transformer/regression/regressionTrainer.js";
import { trainModel } from "../../lib/dist/transformer/regression/trainModel.js";
import { readInGradient } from "../dist/readInGradient.js";
import { measureUpdates, retrainExperiments, runExperiments } from "../dist/runExperiments.js";
import { readRunStore } from "../dist/runStore.js";

const folder = mkdtempSync(join(tmpdir(), "cotlab-runs-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const json = {
  name: "tiny",
  model: { d: 2, width: 16, heads: 2 },
  train: { n: 5 },
  recipe: { steps: 30, batch: 16, shards: 2, warmUp: 5, onPolicy: 3, noisy: 2 },
  curves: [{ name: "own", test: { n: 5 }, k: 6, prompts: 50 }],
  seeds: [0, 1],
};
const data = join(folder, "data");
mkdirSync(join(data, "configs"), { recursive: true });
writeFileSync(join(data, "configs", "tiny.json"), JSON.stringify(json));
const params = { folder: data, work: join(folder, "work"), threads: 1 };

test("a folder without results lists all its runs as missing, one without configurations is refused", () => {
  const store = readRunStore(data);
  assert.deepEqual(
    store.missing,
    [0, 1].map((seed) => ({ run: "tiny", seed })),
  );
  assert.deepEqual([store.runs, store.curves, store.losses, store.updates], [[], [], [], []]);
  assert.throws(() => readRunStore(join(folder, "nowhere")), /configs/);
});

test("a stopped sitting stores how far it came; the next one ends it, and a third keeps what is there", async () => {
  assert.equal(await runExperiments({ ...params, pause: 0, stopped: () => true }), false);
  const partial = readRunStore(data);
  assert.equal(partial.runs.length, 1);
  assert.ok(partial.runs[0].steps < partial.runs[0].stepsWanted);
  assert.equal(partial.curves.length, 7);

  assert.equal(await runExperiments(params), true);
  const store = readRunStore(data);
  assert.deepEqual(
    store.runs.map(({ run, seed, steps }) => [run, seed, steps]),
    [
      ["tiny", 0, 30],
      ["tiny", 1, 30],
    ],
  );
  assert.equal(store.curves.length, 14);
  assert.deepEqual(store.missing, []);
  assert.deepEqual(readdirSync(params.work), []);
  for (const { run, seed } of store.losses) assert.ok(run === "tiny" && seed < 2);

  const before = readFileSync(join(data, "curves.csv"), "utf8");
  const kept: string[] = [];
  await runExperiments({ ...params, onRun: (run, seed, what) => kept.push(`${run} ${seed} ${what}`) });
  assert.deepEqual(kept, ["tiny 0 kept", "tiny 1 kept"]);
  assert.equal(readFileSync(join(data, "curves.csv"), "utf8"), before);
});

test("every run's updates are stored, and can be had again from its stored model", () => {
  const { configs, updates } = readRunStore(data);
  const again = [0, 1].flatMap((seed) => {
    const { arrays } = readCheckpoint(join(data, "models", `tiny-seed${seed}.bin`));
    return measureUpdates(configs.get("tiny")!, seed, arrays.parameters!);
  });
  assert.equal(updates.length, 2 * 4 * 2);
  updates.forEach((row, i) => {
    assert.deepEqual([row.run, row.seed, row.distance, row.i], [again[i].run, again[i].seed, again[i].distance, again[i].i]);
    assert.ok(Math.abs(row.entry - again[i].entry) <= 1e-5 * Math.abs(row.entry));
  });
});

test("training the folder again goes to another folder and gives the same curves", async () => {
  const into = join(folder, "again");
  assert.equal(await retrainExperiments({ from: data, into, threads: 2 }), true);
  assert.equal(readFileSync(join(into, "curves.csv"), "utf8"), readFileSync(join(data, "curves.csv"), "utf8"));
  await assert.rejects(retrainExperiments({ from: data, into: data, threads: 1 }), /another folder/);
});

test("a curve that is added is measured on the stored models, a seed that is added is trained, and nothing else changes", async () => {
  const grown = join(folder, "grown");
  cpSync(data, grown, { recursive: true });
  const before = readRunStore(grown);
  const configured = { ...json, seeds: [0, 1, 2], curves: [{ name: "longer", test: { n: 9 }, k: 3, prompts: 20 }, ...json.curves] };
  const write = (config: object) => writeFileSync(join(grown, "configs", "tiny.json"), JSON.stringify(config));
  const told: string[] = [];
  const run = () => runExperiments({ ...params, folder: grown, onRun: (_, seed, what) => told.push(`${seed} ${what}`) });
  write(configured);
  await run();
  assert.deepEqual(told.splice(0), ["0 measured", "1 measured", "2 done"]);
  const after = readRunStore(grown);
  assert.deepEqual(
    after.curves.filter(({ curve, seed }) => curve === "own" && seed < 2),
    before.curves,
  );
  assert.equal(after.curves.filter(({ curve }) => curve === "longer").length, 3 * 4);
  for (const seed of [0, 1])
    for (const key of ["updates", "losses"] as const)
      assert.deepEqual(
        after[key].filter((row) => row.seed === seed),
        before[key].filter((row) => row.seed === seed),
      );
  write({ ...configured, recipe: { ...json.recipe, steps: 31 } });
  await run();
  assert.deepEqual(told.splice(0), ["0 done", "1 done", "2 done"]);
});

test("an unknown name, and a table that is not ours, are refused", async () => {
  await assert.rejects(runExperiments({ ...params, names: ["absent"] }), /names must be among/);
  const broken = join(folder, "broken");
  cpSync(data, broken, { recursive: true });
  writeFileSync(join(broken, "runs.csv"), "run,seed\n");
  assert.throws(() => readRunStore(broken), /first line/);
  cpSync(join(data, "losses.csv"), join(broken, "runs.csv"));
  assert.throws(() => readRunStore(broken), /first line/);
  cpSync(join(data, "runs.csv"), join(broken, "runs.csv"));
  writeFileSync(join(broken, "losses.csv"), "run,seed,step,loss\ntiny,0,many,1\n");
  assert.throws(() => readRunStore(broken), /step in line 2/);
  assert.ok(existsSync(join(broken, "curves.csv")));
});

test("training in worker threads gives the losses and parameters of a trainer in this thread", async () => {
  const config = runConfig(json);
  let seen = 0;
  const options = { threads: 2, backend: "simd" as const };
  const model = await trainModel(config, 4, {
    ...options,
    onProgress: ({ done }) => {
      seen = done;
    },
  });
  const trainer = regressionTrainer(config, 4, { backend: "simd" });
  const losses = Array.from({ length: 30 }, () => recipeStep(trainer, config).loss);
  assert.deepEqual(model.losses, losses);
  assert.deepEqual(model.parameters, trainer.parameters);
  assert.equal(seen, 30);
});

test("an interruption ends the training, and an error in its thread reaches the caller", async () => {
  const config = runConfig({ ...json, recipe: { ...json.recipe, steps: 1_000_000 } });
  const running = trainModel(config, 4, { backend: "simd", onProgress: () => process.emit("SIGINT") });
  await assert.rejects(running, /interrupted after \d+ of 1000000 steps/);
  assert.equal(process.listenerCount("SIGINT"), 0);
  await assert.rejects(trainModel({ ...config, train: { ...config.train, spectrum: null as never } }, 1));
});

test("from w_0 = 0 alone the read-in of w has a gradient of exactly zero, its other parts and other starts have not", () => {
  const zero = readInGradient(runConfig({ ...json, recipe: { ...json.recipe, onPolicy: 1, noisy: 0 } }), 0);
  assert.equal(zero.w, 0);
  for (const part of [zero.x, zero.y, zero.flag]) assert.ok(part > 0);
  assert.ok(readInGradient(runConfig(json), 0).w > 0);
});

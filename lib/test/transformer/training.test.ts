import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { CheckpointError, checkpointPath, readCheckpoint, writeCheckpoint } from "../../dist/transformer/checkpoint.js";
import { measureCurves } from "../../dist/transformer/regression/curveTable.js";
import { type RunConfig, runConfig } from "../../dist/transformer/regression/recipe.js";
import { recipeStep, regressionTrainer } from "../../dist/transformer/regression/regressionTrainer.js";
import { readRun, trainingRun } from "../../dist/transformer/regression/trainingRun.js";
import { Trainer, type TrainingProgram } from "../../dist/transformer/trainer.js";

const folder = mkdtempSync(join(tmpdir(), "cotlab-gpt2-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const json = (recipe: object, model: object = {}): object => ({
  name: "tiny",
  model: { d: 2, width: 16, heads: 2, ...model },
  train: { n: 5 },
  recipe: { steps: 60, batch: 16, shards: 4, warmUp: 5, onPolicy: 3, noisy: 2, ...recipe },
  curves: [{ name: "own", test: { n: 5 }, k: 6, prompts: 100 }],
});
const tiny = (recipe: object = {}, model: object = {}): RunConfig => runConfig(json(recipe, model));

function losses(config: RunConfig, threads: number, steps = 12): number[] {
  const trainer = regressionTrainer(config, 7, { threads });
  const result = Array.from({ length: steps }, () => recipeStep(trainer, config).loss);
  trainer.close();
  return result;
}

test("the same seed gives the same losses for any number of threads, another seed others", () => {
  const one = losses(tiny(), 1);
  for (const threads of [2, 3, 4, 9]) assert.deepEqual(losses(tiny(), threads), one);
  const trainer = regressionTrainer(tiny(), 8);
  assert.notEqual(recipeStep(trainer, tiny()).loss, one[0]);
});

test("the number of shards changes losses by rounding only", () => {
  const [one, four] = [losses(tiny({ shards: 1 }), 1), losses(tiny({ shards: 4 }), 2)];
  one.forEach((value, i) => {
    assert.ok(Math.abs(value - four[i]) < 1e-4 * value);
  });
});

test("training brings the loss down, in both modes, with positions, plain loss, without skip, with a curriculum", () => {
  const cases = [
    tiny(),
    tiny({ mode: "append" }),
    tiny({ mode: "append" }, { positions: 20 }),
    tiny({ loss: "plain" }),
    tiny({}, { skip: false }),
    tiny({}, { initial: "gpt2" }),
    tiny({ curriculum: { d: 1, n: 2, steps: 30 } }),
  ];
  for (const config of cases) {
    const found = losses({ ...config, recipe: { ...config.recipe, learningRate: 3e-3, steps: 200 } }, 1, 120);
    const mean = (values: number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
    assert.ok(found.every(Number.isFinite));
    assert.ok(mean(found.slice(-20)) < 0.9 * mean(found.slice(0, 10)), JSON.stringify(config));
  }
});

test("an error in a thread reaches the caller, whichever thread it is", async () => {
  const config = tiny();
  // The settings that threads get are not checked again; this one breaks every shard.
  const broken = { ...config, train: { ...config.train, spectrum: null as never } };
  assert.throws(() => regressionTrainer(broken, 1, { threads: 2 }).train(1e-3), TypeError);
  const module = join(folder, "broken.cjs");
  const dist = join(import.meta.dirname, "../../dist/transformer");
  writeFileSync(
    module,
    `const { ParameterLayout } = require(${JSON.stringify(join(dist, "parameters.js"))});
    const layout = new ParameterLayout();
    layout.vector("p", 4, 0);
    const shard = ({ place }, index) => {
      const fail = (now) => { if (now === place && index === 1 && !require("node:worker_threads").isMainThread) throw new Error("shard 1 is broken " + now); };
      fail("at the start");
      return () => { fail("in a step"); return 0; };
    };
    exports.program = { module: __filename, parameters: () => layout, shards: () => 2, largestProduct: () => 1, shard };`,
  );
  const { program } = (await import(module)) as { program: TrainingProgram<{ place: string }> };
  const optimizer = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clip: 1 };
  for (const place of ["at the start", "in a step"]) {
    const trainer = new Trainer(program, { place }, optimizer, Random.seed(1), { threads: 2 });
    assert.throws(() => trainer.train(1e-3), new RegExp(`^Error: worker thread: shard 1 is broken ${place}`));
    assert.throws(() => trainer.train(1e-3), /the threads are closed/);
  }
});

test("a run stopped in the middle and resumed has the losses, parameters and curves of an uninterrupted one", async () => {
  const config = tiny();
  const [whole, parts] = [join(folder, "whole"), join(folder, "parts")];
  const one = await trainingRun(config, 3, whole, { checkpointEvery: 7, logEvery: 1 });
  let sittings = 0;
  for (;;) {
    let pauses = 0;
    const run = await trainingRun(config, 3, parts, {
      resume: true,
      checkpointEvery: 7,
      logEvery: 1,
      threads: 1 + (sittings % 2),
      pause: 0,
      stopped: () => ++pauses >= 25,
    });
    sittings++;
    if (!run.finished) continue;
    assert.deepEqual(run.parameters, one.parameters);
    break;
  }
  assert.ok(sittings >= 3);
  assert.equal(readFileSync(join(parts, "metrics.csv"), "utf8"), readFileSync(join(whole, "metrics.csv"), "utf8"));
  assert.deepEqual(measureCurves(config, 3, one.parameters), measureCurves(config, 3, one.parameters));
  await assert.rejects(trainingRun(config, 3, whole), /already holds a run at step 60 of 60: --resume/);
  await assert.rejects(trainingRun(config, 4, whole, { resume: true }), /belongs to another run/);
  await assert.rejects(trainingRun(tiny({ clip: 2 }), 3, whole, { resume: true }), /belongs to another run/);
});

const cli = join(import.meta.dirname, "../../bin/cotlab.cjs");

test("a run killed with SIGKILL and resumed from the command line has the same losses", { timeout: 60_000 }, async () => {
  const file = join(folder, "tiny.json");
  writeFileSync(file, JSON.stringify(json({ steps: 400 })));
  const args = (out: string) => [
    cli,
    "gpt2",
    "train",
    file,
    "--seed",
    "1",
    "--out",
    join(folder, out),
    "--threads",
    "2",
    "--checkpoint-every",
    "5",
  ];
  const killed = join(folder, "killed-seed1");
  const child = spawn(process.execPath, args("killed"), { stdio: "ignore" });
  while (!existsSync(checkpointPath(killed))) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill("SIGKILL");
  await new Promise((resolve) => child.on("exit", resolve));
  const { about } = readCheckpoint<{ step: number }>(checkpointPath(killed));
  assert.ok(about.step > 0 && about.step < 400);
  const again = spawnSync(process.execPath, args("killed"), { encoding: "utf8" });
  assert.equal(again.status, 1);
  assert.match(again.stderr, /already holds a run/);
  assert.equal(spawnSync(process.execPath, [...args("killed"), "--resume"]).status, 0);
  assert.equal(spawnSync(process.execPath, args("whole-cli")).status, 0);
  for (const name of ["metrics.csv", "model.bin"]) {
    const [a, b] = [readFileSync(join(killed, name)), readFileSync(join(folder, "whole-cli-seed1", name))];
    if (name === "metrics.csv") assert.equal(a.toString(), b.toString());
    // The first line holds the seconds, which differ.
    else assert.deepEqual(a.subarray(a.indexOf(10)), b.subarray(b.indexOf(10)));
  }
  const evaluated = spawnSync(process.execPath, [cli, "gpt2", "evaluate", killed], { encoding: "utf8" });
  assert.equal(evaluated.status, 0, evaluated.stderr);
  const table = spawnSync(process.execPath, [cli, "gpt2", "curves", killed, "--at", "0,6"], { encoding: "utf8" });
  assert.match(table.stdout, /tiny own \(1 seed\)/);
});

test("a run that gets a seed or a curve keeps what is trained and trains the rest", { timeout: 60_000 }, async () => {
  const file = join(folder, "grows.json");
  const settings = json({ steps: 6 }) as { curves: object[] };
  const train = (seeds: number[], curves: object[]) => {
    writeFileSync(file, JSON.stringify({ ...settings, seeds, curves }));
    return spawnSync(process.execPath, [cli, "gpt2", "train", file, "--out", join(folder, "grows"), "--resume"], { encoding: "utf8" });
  };
  assert.equal(train([0, 1], settings.curves).status, 0);
  const losses = (seed: number) => readFileSync(join(folder, `grows-seed${seed}`, "metrics.csv"), "utf8");
  const before = [0, 1].map(losses);
  const parameters = readRun(join(folder, "grows-seed0")).parameters;
  const more = [...settings.curves, { name: "further", test: { n: 3 }, k: 2, prompts: 8 }];
  const grown = train([0, 1, 2], more);
  assert.equal(grown.status, 0, grown.stderr);
  assert.deepEqual([0, 1].map(losses), before);
  assert.equal(losses(2).split("\n").length, before[0].split("\n").length);
  const run = readRun(join(folder, "grows-seed0"));
  assert.deepEqual([run.parameters, run.config.curves.length], [parameters, more.length]);
  assert.ok(measureCurves(run.config, 0, run.parameters).some(({ curve }) => curve === "further"));
  const other = spawnSync(process.execPath, [cli, "gpt2", "train", file, "--out", join(folder, "grows")], { encoding: "utf8" });
  assert.match(other.stderr, /already holds a run/);
});

test("a damaged, cut or foreign checkpoint is refused with its reason and stays as it is", async () => {
  const good = join(folder, "good");
  await trainingRun(tiny({ steps: 5 }), 1, good);
  const bytes = readFileSync(checkpointPath(good));
  const damage: [RegExp, (path: string) => void][] = [
    [/it was cut short/, (path) => truncateSync(path, bytes.length - 100)],
    [
      /does? not have the checksum|do not have the checksum/,
      (path) => writeFileSync(path, bytes.with(bytes.length - 5, bytes.at(-5)! ^ 1)),
    ],
    [/first line is not JSON/, (path) => writeFileSync(path, "garbage")],
    [/first line is not JSON/, (path) => writeFileSync(path, "")],
    [/the format must be/, (path) => writeFileSync(path, '{"format":"other"}\n')],
  ];
  for (const [i, [message, spoil]] of damage.entries()) {
    const bad = join(folder, `bad${i}`);
    cpSync(good, bad, { recursive: true });
    spoil(checkpointPath(bad));
    const before = readFileSync(checkpointPath(bad));
    await assert.rejects(trainingRun(tiny({ steps: 5 }), 1, bad, { resume: true }), (error: Error) => {
      assert.ok(error instanceof CheckpointError);
      assert.match(error.message, message);
      return true;
    });
    assert.deepEqual(readFileSync(checkpointPath(bad)), before);
  }
});

test("a full disk is an error that says so, and the checkpoint before stays", { skip: !existsSync("/dev/full") }, () => {
  const path = join(folder, "full.bin");
  const arrays = { x: new Float32Array(10) };
  writeCheckpoint(path, { about: 1, arrays });
  const before = readFileSync(path);
  // The temporary file is a device that has no room.
  symlinkSync("/dev/full", `${path}.${process.pid}.tmp`);
  assert.throws(() => writeCheckpoint(path, { about: 2, arrays }), /could not be written \(ENOSPC.*version before is untouched/);
  assert.deepEqual(readFileSync(path), before);
  assert.ok(!existsSync(`${path}.${process.pid}.tmp`));
  writeCheckpoint(path, { about: 2, arrays });
  assert.equal(readCheckpoint<number>(path).about, 2);
});

test("half-precision parameters come back within their rounding", () => {
  const path = join(folder, "half.bin");
  const x = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
  writeCheckpoint(path, { about: null, arrays: { x } }, true);
  const back = readCheckpoint(path).arrays.x!;
  x.forEach((value, i) => {
    assert.ok(Math.abs(value - back[i]) <= 2 ** -12 && Math.abs(value - back[i]) <= 2 ** -11 * Math.abs(value));
  });
});

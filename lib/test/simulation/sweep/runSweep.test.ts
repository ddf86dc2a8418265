import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Covariance } from "../../../dist/model/covariance.js";
import { cotError } from "../../../dist/simulation/cotError.js";
import { closeWorkers } from "../../../dist/simulation/pool.js";
import { simulate } from "../../../dist/simulation/simulate.js";
import { CellStore } from "../../../dist/simulation/sweep/cellStore.js";
import { libraryBuild } from "../../../dist/simulation/sweep/libraryBuild.js";
import { type FinishedCell, gatherCells } from "../../../dist/simulation/sweep/mergeSweep.js";
import { readSweep } from "../../../dist/simulation/sweep/readSweep.js";
import { runSweep, type SweepRunOptions } from "../../../dist/simulation/sweep/runSweep.js";
import { sweepables } from "../../../dist/simulation/sweep/sweepable.js";
import { type SweepSpec, sweepCells, sweepSpec } from "../../../dist/simulation/sweep/sweepSpec.js";
import { sweepCsv, sweepParquet, sweepTable, writeSweepTable } from "../../../dist/simulation/sweep/sweepTable.js";

const folder = mkdtempSync(join(tmpdir(), "cotlab-sweep-"));
after(async () => {
  await closeWorkers();
  rmSync(folder, { recursive: true });
});
let made = 0;
const place = (): string => join(folder, `run${made++}`);

const json = {
  name: "small",
  experiment: "cot-error",
  seed: 7,
  draws: 60,
  fixed: { d: 3, steps: 4, "test.spectrum": "identity" },
  grid: { "train.n": [5, 20], "train.spectrum": ["identity", { exponent: 1 }], m: [6, "infinity"] },
};
const small = sweepSpec(json, folder);
const csvOf = (spec: SweepSpec, ...folders: string[]) => sweepCsv(sweepTable(spec, gatherCells(spec, folders).finished));
async function filled(spec: SweepSpec, options: Partial<Parameters<typeof runSweep>[1]> = {}): Promise<string> {
  const dir = place();
  await runSweep(spec, { store: new CellStore(dir), ...options });
  return dir;
}

test("a cell's numbers are those of the simulation it names", async () => {
  const dir = await filled(small, { workers: 1 });
  const [, , , cell] = gatherCells(small, [dir]).finished; // n = 5, exponent 1, m = infinity
  assert.deepEqual(cell!.cell.values, [5, { exponent: 1 }, "infinity"]);
  const covariance = Covariance.diagonal([1, 1 / 2, 1 / 3]);
  const test = Covariance.diagonal([1, 1, 1]);
  const experiment = cotError({ train: { covariance, n: 5 }, test, m: Number.POSITIVE_INFINITY, steps: 4 });
  const [curve] = (await simulate(experiment, { draws: 60, seed: 7, workers: 1 })).curves;
  assert.deepEqual(
    cell!.rows.map(({ x, mean, standardError, median }) => [x, mean, standardError, median]),
    curve!.points.map(({ x, mean, standardError, median }) => [x, mean, standardError, median.value]),
  );
});

test("any number of threads, and shards in any order, give the same bytes", async () => {
  const single = await filled(small, { workers: 1 });
  const whole = csvOf(small, single);
  for (const workers of [2, 3]) assert.equal(csvOf(small, await filled(small, { workers })), whole);
  const shards = [];
  for (const index of [2, 0, 1]) shards.push(await filled(small, { workers: 2, shard: { index, count: 3 } }));
  assert.ok(shards.every((dir) => readdirSync(join(dir, "cells")).length < 8));
  assert.equal(csvOf(small, ...shards), whole);
  const parquet = await sweepParquet(small, sweepTable(small, gatherCells(small, shards).finished));
  assert.deepEqual(parquet, await sweepParquet(small, sweepTable(small, gatherCells(small, [single]).finished)));
  // A cell that two folders hold counts once; a missing one is found.
  assert.equal(csvOf(small, ...shards, single), whole);
  const { missing } = gatherCells(small, shards.slice(1));
  assert.deepEqual(
    missing.map(({ cell }) => cell.index),
    [2, 5],
  );
});

test("finished cells are kept, and a larger grid computes only what is new", async () => {
  const dir = await filled(small);
  assert.deepEqual(await runSweep(small, { store: new CellStore(dir) }), { kept: 8, computed: 0, failed: [] });
  const larger = sweepSpec({ ...json, grid: { ...json.grid, "train.n": [3, 5, 20] } }, folder);
  assert.deepEqual(await runSweep(larger, { store: new CellStore(dir) }), { kept: 8, computed: 4, failed: [] });
  assert.equal(csvOf(larger, dir), csvOf(larger, await filled(larger)));
});

test("a file that is damaged or of another cell is told of, and its cell computed again", async () => {
  const dir = await filled(small);
  const whole = csvOf(small, dir);
  const store = new CellStore(dir);
  const [a, b, c] = sweepCells(small).map((cell) => store.path(cell));
  const text = readFileSync(a!, "utf8");
  writeFileSync(a!, text.slice(0, -20));
  writeFileSync(b!, "nonsense");
  writeFileSync(c!, text);
  const broken: string[] = [];
  const { missing } = gatherCells(small, [dir]);
  assert.deepEqual(missing[0].problems, [`${a}: its checksum is wrong`]);
  const onUnusable: NonNullable<SweepRunOptions["onUnusable"]> = (cells) => {
    for (const { path, reason } of cells) broken.push(`${path === a ? "a" : path === b ? "b" : "c"}: ${reason}`);
  };
  assert.deepEqual(await runSweep(small, { store, onUnusable }), { kept: 5, computed: 3, failed: [] });
  assert.deepEqual(broken, ["a: its checksum is wrong", "b: its first line is not JSON", "c: it is of another cell"]);
  assert.equal(csvOf(small, dir), whole);
});

test("a cancelled run keeps what is finished, and the next one ends it", async () => {
  const dir = place();
  const abort = new AbortController();
  const run = runSweep(small, {
    store: new CellStore(dir),
    signal: abort.signal,
    onProgress: ({ finished, part }) => {
      if (finished === 3 && part === 0) abort.abort();
    },
  });
  await assert.rejects(run, { name: "AbortError" });
  assert.equal(readdirSync(join(dir, "cells")).length, 3);
  assert.deepEqual(await runSweep(small, { store: new CellStore(dir) }), { kept: 3, computed: 5, failed: [] });
  assert.equal(csvOf(small, dir), csvOf(small, await filled(small)));
});

test("folders that disagree, or hold nothing of the sweep, are refused", async () => {
  const [dir, other] = [await filled(small), place()];
  cpSync(dir, other, { recursive: true });
  const cell = sweepCells(small)[4];
  new CellStore(other).write(
    cell,
    new CellStore(dir).read(cell)!.map((row) => ({ ...row, mean: row.mean + 1 })),
  );
  assert.throws(() => gatherCells(small, [dir, other]), /cell 4 \(train.n = 20, train.spectrum = "identity", m = 6\) must be the same in/);
  const reseeded = sweepSpec({ ...json, seed: 8 }, folder);
  assert.throws(() => gatherCells(reseeded, [dir]), /folder must be one with cells of the sweep small/);
  assert.throws(() => gatherCells(small, [join(folder, "nowhere")]), /folder must be one that a sweep has filled/);
});

test("common streams pair the cells, independent ones do not", async () => {
  // The same cell but for a parameter that the draws do not depend on: with common streams every draw of S is the same.
  const pair = (streams: string) =>
    sweepSpec(
      {
        ...json,
        streams,
        fixed: { d: 3, steps: 1, m: 6, "test.spectrum": "identity" },
        grid: { "train.noise": [0, 1e-9], "train.n": [5] },
      },
      folder,
    );
  const means = async (streams: string) => {
    const spec = pair(streams);
    return gatherCells(spec, [await filled(spec)]).finished.map(({ rows }) => rows[1].mean);
  };
  const [common, independent] = [await means("common"), await means("independent")];
  assert.ok(Math.abs(common[0] - common[1]) < 1e-7);
  assert.ok(Math.abs(independent[0] - independent[1]) > 1e-4);
});

test("a cell that fails is named, and the others are computed and kept", async () => {
  writeFileSync(
    join(folder, "picky.cjs"),
    `exports.experiment = { prepare: ({ a }) => {
      if (a === 2) throw new RangeError("mine: a must be odd, got 2");
      if (a === 4) return [];
      return { curves: ["v"], x: [0], draw: (random, out) => { out[0] = random.uniform(); } };
    } };`,
  );
  const spec = sweepSpec({ name: "picky", module: "./picky.cjs", seed: 1, draws: 5, grid: { a: [1, 2, 3, 4, 5] } }, folder);
  const dir = place();
  const { failed, ...counts } = await runSweep(spec, { store: new CellStore(dir) });
  assert.deepEqual(counts, { kept: 0, computed: 3 });
  assert.deepEqual(
    failed.map(({ error }) => (error as Error).message),
    [
      "mine: a must be odd, got 2 (cell 1: a = 2)",
      "simulate: what experiment.prepare returns must be an object with curves (names), x (numbers) and draw (a function), got [] (cell 3: a = 4)",
    ],
  );
  assert.deepEqual(
    gatherCells(spec, [dir]).missing.map(({ cell }) => cell.index),
    [1, 3],
  );
  const rerun = await runSweep(spec, { store: new CellStore(dir) });
  assert.deepEqual([rerun.kept, rerun.computed, rerun.failed.length], [3, 0, 2]);
});

test("a module that cannot be loaded, or lacks the export, is found before anything runs", () => {
  writeFileSync(join(folder, "broken.cjs"), "exports.experiment = {");
  writeFileSync(join(folder, "empty.cjs"), "exports.mine = 1;");
  const own = (module: string) => () => sweepSpec({ name: "own", module, seed: 1, draws: 5, grid: { a: [1] } }, folder);
  assert.throws(own("./broken.cjs"), /experiment.module must be a file that can be loaded, got .*broken.cjs:1\n(?:.*\n)*SyntaxError/);
  assert.throws(own("./empty.cjs"), /experiment.export must be the name of an ExperimentKind .*got "experiment". It exports mine/);
});

test("a value too large for a double is Infinity, in every prediction", async () => {
  const isotropic = sweepSpec({ name: "iso", experiment: "isotropic-error", fixed: { d: 10, steps: 200, n: 10, m: 5 } }, folder);
  const [{ rows }] = gatherCells(isotropic, [await filled(isotropic)]).finished as readonly [FinishedCell];
  assert.equal(rows[0].mean, 10);
  assert.ok(rows[100].mean < Number.POSITIVE_INFINITY);
  assert.equal(rows[200].mean, Number.POSITIVE_INFINITY);
  const steep = { d: 2, m: 5, "train.n": 4, "train.spectrum": [1, 1e-200] };
  const bound = sweepSpec({ name: "bound", experiment: "one-step-error", fixed: steep }, folder);
  const [{ rows: curves }] = gatherCells(bound, [await filled(bound)]).finished as readonly [FinishedCell];
  assert.deepEqual(
    curves.map(({ mean }) => Number.isFinite(mean)),
    [true, false, true],
  );
});

test("cells of another build of the library are not used: a run computes them again, a merge refuses them", async () => {
  const [dir, other] = [await filled(small), place()];
  await runSweep(small, { store: new CellStore(other, "0123456789abcdef"), shard: { index: 0, count: 2 } });
  const store = new CellStore(other);
  assert.deepEqual(store.look(sweepCells(small)[0]), {
    state: "of another build",
    reason: `it was computed by build 0123456789abcdef of the library, this is ${libraryBuild()}`,
  });
  assert.throws(
    () => gatherCells(small, [dir, other]),
    /cell 0 .* in .* must be of this build of the library, but .*by build 0123456789abcdef of the library, this is .*npm run build/,
  );
  const told: string[] = [];
  const onUnusable: SweepRunOptions["onUnusable"] = (cells) => told.push(...cells.map(({ state }) => state));
  assert.deepEqual(await runSweep(small, { store, onUnusable }), { kept: 0, computed: 8, failed: [] });
  assert.deepEqual(told, new Array(4).fill("of another build"));
  assert.equal(csvOf(small, dir, other), csvOf(small, dir));
});

test("again computes what is finished anew, of its own shard alone", async () => {
  const dir = await filled(small);
  const store = new CellStore(dir);
  const [first, second] = sweepCells(small);
  const wrong = [{ ...store.read(first!)![0], mean: -1 }];
  for (const cell of [first!, second!]) store.write(cell, wrong);
  assert.deepEqual(await runSweep(small, { store, again: true, shard: { index: 0, count: 2 } }), { kept: 0, computed: 4, failed: [] });
  assert.notEqual(store.read(first!)![0].mean, -1);
  assert.equal(store.read(second!)![0].mean, -1);
});

test("that a cell is done is told once, when it is stored", async () => {
  const dir = place();
  const store = new CellStore(dir);
  const done: string[] = [];
  const onProgress: SweepRunOptions["onProgress"] = ({ cell, part }) => {
    if (part === 1) done.push(store.look(cell).state);
  };
  await runSweep(small, { store, workers: 1, onProgress });
  assert.deepEqual(done, new Array(8).fill("finished"));
});

test("a user's own experiment is swept, and a change of its file makes its cells new", async () => {
  const file = join(folder, "mine.cjs");
  const write = (scale: number): void =>
    writeFileSync(
      file,
      `exports.experiment = { kind: "mine", prepare: ({ a }) => ({ curves: ["v"], x: [0], draw: (random, out) => { out[0] = ${scale} * a * random.uniform(); } }) };`,
    );
  write(1);
  const read = () => sweepSpec({ name: "own", module: "./mine.cjs", seed: 1, draws: 50, grid: { a: [1, 2] } }, folder);
  const dir = await filled(read());
  const rows = gatherCells(read(), [dir]).finished.map((cell) => cell.rows[0].mean);
  assert.equal(rows[1], 2 * rows[0]);
  write(3);
  assert.throws(() => gatherCells(read(), [dir]), /this one has none/);
});

test("predictions have no standard error; a diverging one ends in Infinity", async () => {
  const spec = sweepSpec(
    {
      name: "limit",
      experiment: "limit-error",
      fixed: { d: 2, steps: 800, "train.n": "infinity" },
      grid: { "test.spectrum": ["train", { exponent: 0, factor: 5 }] },
    },
    folder,
  );
  const [aligned, tilted] = gatherCells(spec, [await filled(spec)]).finished;
  assert.ok(aligned!.rows[1].mean < 1e-20);
  assert.equal(tilted!.rows[1].mean, 2 * 16);
  assert.equal(tilted!.rows[800].mean, Number.POSITIVE_INFINITY);
  assert.equal(tilted!.rows[1].standardError, null);
});

test("the table is read back as it was written, from CSV and from Parquet, its specification with it", async () => {
  const dir = await filled(small);
  const { finished } = gatherCells(small, [dir]);
  const files = await writeSweepTable(join(dir, "t.csv"), small, finished);
  assert.deepEqual(
    files.map((file) => file.slice(dir.length + 1)),
    ["t.csv", "t.spec.json"],
  );
  assert.deepEqual(JSON.parse(readFileSync(files[1], "utf8")), json);
  await writeSweepTable(join(dir, "t.parquet"), small, finished);
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const file = await asyncBufferFromFile(join(dir, "t.parquet"));
  const { key_value_metadata: about } = await parquetMetadataAsync(file);
  assert.deepEqual(JSON.parse(about!.find(({ key }) => key === "cotlab.sweep")!.value!), json);
  const metadata = await parquetMetadataAsync(file);
  const types = Object.fromEntries(metadata.schema.slice(1).map(({ name, type }) => [name, type]));
  // As a CSV is read: whole numbers whole, a length with "infinity" among the numbers.
  for (const name of ["cell", "train.n", "x", "draws", "seed"]) assert.equal(types[name], "INT64", name);
  for (const name of ["m", "mean", "standardError", "diverged"]) assert.equal(types[name], "DOUBLE", name);
  for (const name of ["train.spectrum", "curve", "heavyTail"]) assert.equal(types[name], "BYTE_ARRAY", name);
  const objects = await parquetReadObjects({ file });
  const columns = sweepTable(small, finished);
  assert.equal(objects.length, 8 * 5);
  for (const { name, kind, values } of columns)
    assert.deepEqual(
      objects.map((row) => row[name] ?? null),
      values.map((value) => (value === "infinity" ? Number.POSITIVE_INFINITY : kind === "integer" ? BigInt(value!) : value)),
      name,
    );
  const [header, first] = readFileSync(files[0], "utf8").split("\n");
  assert.match(header!, /^cell,train.n,train.spectrum,m,curve,x,mean,standardError,median,/);
  assert.match(first!, /^0,5,identity,6,error,0,3,0,3,3,3,none,0,60,7$/);
  await assert.rejects(writeSweepTable(join(dir, "t.txt"), small, finished), /ends in .csv or .parquet/);
});

test("the page about sweeps names every experiment, parameter and column, and its examples run", async () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "..", "..", "data", "sweeps", "README.md"), "utf8");
  for (const { name, parameters } of sweepables)
    for (const word of [name, ...parameters.map((parameter) => parameter.name)]) assert.ok(page.includes(`\`${word}\``), word);
  for (const { name } of sweepTable(sweepSpec({ ...json, grid: {}, fixed: { ...json.fixed, "train.n": 5, m: 6 } }, folder), []))
    assert.ok(page.includes(`\`${name}\``), name);
  const blocks = [...page.matchAll(/```(\w+)\n(.*?)```/gs)].map(([, language, text]) => ({ language, text: text! }));
  const [module] = blocks.filter(({ language }) => language === "js");
  writeFileSync(join(folder, "page.cjs"), module!.text);
  const [lengths, list, own] = blocks.filter(({ language }) => language === "json").map(({ text }) => text);
  assert.equal(sweepCells(sweepSpec(JSON.parse(lengths!), folder)).length, 9);
  const fixed = { ...json.fixed, "train.n": 5, m: 6, ...JSON.parse(`{${list}}`) };
  assert.equal(sweepCells(sweepSpec({ ...json, experiment: "estimators", grid: {}, fixed }, folder)).length, 1);
  const spec = sweepSpec({ ...JSON.parse(own!), module: "./page.cjs" }, folder);
  const { finished } = gatherCells(spec, [await filled(spec)]);
  const { mean, standardError } = finished[2].rows[1];
  assert.ok(Math.abs(mean - 4) <= 4 * standardError!);
});

test("readSweep gives the same rows from CSV and from Parquet, as objects", async () => {
  const dir = await filled(small);
  const { finished } = gatherCells(small, [dir]);
  for (const file of ["t.csv", "t.parquet"]) await writeSweepTable(join(dir, file), small, finished);
  const rows = await readSweep(join(dir, "t.csv"));
  assert.deepEqual(await readSweep(join(dir, "t.parquet")), rows);
  assert.equal(rows.length, 8 * 5);
  const row = rows.find(({ cell, x }) => cell === 3 && x === 2)!;
  const { mean, standardError } = finished[3].rows[2];
  assert.deepEqual(
    [row["train.n"], row["train.spectrum"], row.m, row.mean, row.standardError],
    [5, '{"exponent":1}', Number.POSITIVE_INFINITY, mean, standardError],
  );
  // A prediction has no standard error, and may have overflowed.
  const limit = sweepSpec(
    { name: "limit", experiment: "limit-error", fixed: { d: 1, steps: 900, "train.n": "infinity", "test.spectrum": [9] } },
    folder,
  );
  const made = gatherCells(limit, [await filled(limit)]).finished;
  for (const file of ["l.csv", "l.parquet"]) {
    await writeSweepTable(join(dir, file), limit, made);
    const last = (await readSweep(join(dir, file)))[900];
    assert.deepEqual([last.x, last.mean, last.standardError, last.heavyTail], [900, Number.POSITIVE_INFINITY, null, null]);
  }
  await assert.rejects(readSweep(join(dir, "none.csv")), /readSweep: path must be a file that is there/);
  await assert.rejects(readSweep(join(dir, "t.txt")), /readSweep: path must be a file name that ends in .csv or .parquet/);
  writeFileSync(join(dir, "bad.parquet"), "no");
  await assert.rejects(readSweep(join(dir, "bad.parquet")), /bad.parquet must be a table of a sweep, got one that cannot be read/);
});

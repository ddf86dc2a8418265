import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { cotErrorGrid } from "../support/cotErrorGrid.ts";
import { type Ended, started } from "../support/started.ts";

const folder = mkdtempSync(join(tmpdir(), "cotlab-sweep-cli-"));
after(() => rmSync(folder, { recursive: true }));
const COMMAND = fileURLToPath(new URL("../../bin/cotlab.cjs", import.meta.url));

const start = (args: string) => started(process.execPath, [COMMAND, "sweep", ...args.split(" ")], folder);
const run = (args: string): Promise<Ended> => start(args).ended;

const CELLS = 24;
const spec = cotErrorGrid("grid", 3, 800, 8, { "train.n": Array.from({ length: CELLS / 2 }, (_, i) => i + 3), m: [10, 20] });
writeFileSync(join(folder, "grid.json"), JSON.stringify(spec));
const cellFiles = (dir: string): string[] =>
  existsSync(join(folder, dir, "cells")) ? readdirSync(join(folder, dir, "cells")).filter((name) => name.endsWith(".json")) : [];
const text = (file: string): string => readFileSync(join(folder, file), "utf8");

test("killed in the middle, a sweep goes on where it was, computes no cell twice, and ends in the same bytes", async () => {
  const whole = await run("grid.json --dir whole --workers 1");
  assert.equal(whole.code, 0, whole.err);
  assert.equal(whole.out, "whole/grid.csv\nwhole/grid.spec.json\n");
  assert.match(whole.err, /24 cells computed, 0 kept/);

  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    const dir = signal.toLowerCase();
    const { child, ended } = start(`grid.json --dir ${dir} --workers 2`);
    while (cellFiles(dir).length < 5) await new Promise((wait) => setTimeout(wait, 2));
    child.kill(signal);
    const { code, err } = await ended;
    if (signal === "SIGINT") {
      assert.equal(code, 130);
      assert.match(err, /finished cells are kept in .*cells, and the same command goes on/);
    }
    const finished = cellFiles(dir);
    assert.ok(finished.length >= 5 && finished.length < CELLS, `${finished.length} cells before the end`);
    const times = finished.map((name) => statSync(join(folder, dir, "cells", name)).mtimeMs);
    const again = await run(`grid.json --dir ${dir} --workers 2`);
    assert.equal(again.code, 0, again.err);
    assert.match(again.err, new RegExp(`${CELLS - finished.length} cells computed, ${finished.length} kept`));
    assert.deepEqual(
      finished.map((name) => statSync(join(folder, dir, "cells", name)).mtimeMs),
      times,
    );
    assert.equal(text(`${dir}/grid.csv`), text("whole/grid.csv"));
  }
});

test("shards merged are the single run, byte for byte, in CSV and in Parquet", async () => {
  for (const index of [0, 1, 2]) {
    const { code, out, err } = await run(`grid.json --dir shard${index} --shard ${index}/3`);
    assert.deepEqual([code, out], [0, ""], err);
  }
  const early = await run("merge grid.json shard0 shard2 --out early.csv");
  assert.equal(early.code, 1);
  assert.match(early.err, /8 of 24 cells are missing, and no table is written .*:\n {2}1 {2}train.n = 3, m = 20/);
  assert.ok(!existsSync(join(folder, "early.csv")));
  const merged = await run("merge grid.json shard0 shard1 shard2 --out merged.csv");
  assert.equal(merged.code, 0, merged.err);
  assert.equal(text("merged.csv"), text("whole/grid.csv"));
  await run("merge grid.json shard2 shard1 shard0 --out merged.parquet");
  const single = await run("grid.json --dir whole --out single.parquet");
  assert.match(single.err, /0 cells computed, 24 kept/);
  assert.deepEqual(readFileSync(join(folder, "merged.parquet")), readFileSync(join(folder, "single.parquet")));
});

test("one cell at a time, as an engine asks for them, gives the files of the single run", async () => {
  const { out } = await run("cells grid.json --dir whole");
  const cells = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(cells.length, CELLS);
  assert.ok(cells.every(({ finished }) => finished));
  const one = await run("cell grid.json 7 --workers 1");
  assert.equal(one.out, text(`whole/cells/${cells[7].fingerprint}.json`));
  assert.match((await run("grid.json --dir whole --dry-run")).out, /^0 {2}finished {2}train.n = 3, m = 10\n/);
  assert.match((await run("grid.json --dir none --dry-run --shard 1/24")).out, /^1 {2}to do {5}train.n = 3, m = 20\n$/);
});

test("--out is made sure of before anything is computed, in CSV and Parquet alike", async () => {
  mkdirSync(join(folder, "taken.csv"));
  writeFileSync(join(folder, "own.spec.json"), JSON.stringify(spec));
  for (const [call, message] of [
    ["grid.json --dir early --out grid.json/x.csv", /^grid.json\/x.csv could not be written/],
    ["grid.json --dir early --out grid.json/x.parquet", /^grid.json\/x.parquet could not be written/],
    ["grid.json --dir early --out taken.csv", /^taken.csv could not be written \(it is a folder\)/],
    ["merge grid.json early --out taken.csv", /^taken.csv could not be written \(it is a folder\)/],
    ["own.spec.json --dir early --out own.csv", /out must be another file: own.spec.json is the specification, and would be written over/],
    ["grid.json --dir grid.json", /^grid.json\/grid.csv could not be written/],
  ] as const) {
    const ended = await run(call);
    assert.equal(ended.code, 1, call);
    assert.match(ended.err, message, call);
    assert.doesNotMatch(ended.err, /\n {4}at /, call);
    assert.ok(!existsSync(join(folder, "early")), call);
  }
  assert.deepEqual(JSON.parse(text("own.spec.json")), spec);
  for (const file of ["new/folder/t.csv", "other/folder/t.parquet"]) {
    const made = await run(`grid.json --dir whole --out ${file}`);
    assert.equal(made.code, 0, made.err);
    assert.ok(existsSync(join(folder, file)));
  }
});

test("a merge leaves out an empty folder, and names a damaged cell as missing", async () => {
  mkdirSync(join(folder, "empty"));
  writeFileSync(join(folder, "job.log"), "a log that lies beside the shards");
  const merged = await run("merge grid.json shard0 empty job.log shard1 shard2 --out with-empty.csv");
  assert.equal(merged.code, 0, merged.err);
  assert.equal(merged.err, "empty holds no cells and is left out\njob.log holds no cells and is left out\n");
  assert.equal(text("with-empty.csv"), text("whole/grid.csv"));

  const [file] = cellFiles("shard0");
  const path = join("shard0", "cells", file!);
  const whole = text(path);
  writeFileSync(join(folder, path), whole.slice(0, -9));
  const { code, err } = await run("merge grid.json shard0 shard1 shard2 --out damaged.csv");
  assert.equal(code, 1);
  assert.match(err, new RegExp(`1 of 24 cells are missing, and no table is written .*:\n.*\n    ${path}: its checksum is wrong\n$`));
  const dry = await run("grid.json --dir shard0 --dry-run");
  assert.match(dry.out, new RegExp(`^\\d+ {2}to do {5}train.n = \\d+, m = \\d+ {2}\\(${path}: its checksum is wrong\\)$`, "m"));
  assert.equal(dry.err, "");
  const partial = await run("merge grid.json shard0 shard1 shard2 --out partial.csv --partial");
  assert.equal(partial.code, 1);
  assert.match(partial.err, /1 of 24 cells are missing from the table:/);
  assert.equal(text("partial.csv").split("\n").length, 23 * 21 + 2);
  writeFileSync(join(folder, path), whole);
});

test("cells that fail are named at the end, the others are kept, and --partial writes their table", async () => {
  writeFileSync(
    join(folder, "picky.cjs"),
    `exports.experiment = { prepare: ({ a }) => {
      if (a === 2) throw new RangeError("mine: a must be odd, got 2");
      return { curves: ["v"], x: [0], draw: (random, out) => { out[0] = random.uniform(); } };
    } };`,
  );
  writeFileSync(
    join(folder, "picky.json"),
    JSON.stringify({ name: "picky", module: "./picky.cjs", seed: 1, draws: 5, grid: { a: [1, 2, 3] } }),
  );
  const failed = "  mine: a must be odd, got 2 (cell 1: a = 2)\n";
  const first = await run("picky.json --dir picky");
  assert.equal(first.code, 1);
  assert.ok(
    first.err.endsWith(`1 of 3 cells are missing, and no table is written (--partial writes it without them):\n${failed}`),
    first.err,
  );
  assert.equal(cellFiles("picky").length, 2);
  assert.ok(!existsSync(join(folder, "picky", "picky.csv")));
  const partial = await run("picky.json --dir picky --partial");
  assert.equal(partial.code, 1);
  assert.ok(
    partial.err.endsWith(`0 cells computed, 2 kept in picky/cells\n1 of 3 cells are missing from the table:\n${failed}`),
    partial.err,
  );
  assert.equal(text("picky/picky.csv").split("\n").length, 4);
  const shard = await run("picky.json --dir pickyShard --shard 1/3");
  assert.equal(shard.code, 1);
  assert.ok(shard.err.endsWith(`1 of 1 cells have no result:\n${failed}`), shard.err);
  // None has a result, in a folder that holds cells of another sweep.
  writeFileSync(join(folder, "none.json"), JSON.stringify({ name: "none", module: "./picky.cjs", seed: 2, draws: 5, grid: { a: [2] } }));
  const none = await run("none.json --dir picky");
  assert.deepEqual([none.code, none.out], [1, ""]);
  assert.ok(none.err.endsWith("1 of 1 cells have no result:\n  mine: a must be odd, got 2 (cell 0: a = 2)\n"), none.err);
  const one = await run("cell picky.json 1");
  assert.deepEqual([one.code, one.err], [1, "mine: a must be odd, got 2 (cell 1: a = 2)\n"]);
});

test("after a change of the library's code the finished cells are computed again; --again does so at will", async () => {
  const lib = fileURLToPath(new URL("../..", import.meta.url));
  const copy = join(folder, "library");
  for (const part of ["dist", "bin", "package.json"])
    cpSync(join(lib, part), join(copy, "lib", part), { recursive: true, filter: (file) => !/\.(?:map|d\.ts)$/.test(file) });
  symlinkSync(join(lib, "..", "node_modules"), join(copy, "node_modules"));
  const few = { ...spec, name: "few", draws: 10, grid: { "train.n": [3, 4], m: [10] } };
  writeFileSync(join(folder, "few.json"), JSON.stringify(few));
  const other = (args: string) =>
    started(process.execPath, [join(copy, "lib", "bin", "cotlab.cjs"), "sweep", ...args.split(" ")], folder).ended;
  assert.match((await run("few.json --dir few")).err, /2 cells computed, 0 kept/);
  assert.match((await other("few.json --dir few")).err, /0 cells computed, 2 kept/);
  appendFileSync(join(copy, "lib", "dist", "simulation", "cotError.js"), "\n// changed\n");
  assert.match(
    (await other("few.json --dir few")).err,
    /^2 finished cells are of another build .* computed again\n(?:.*\n)*2 cells computed, 0 kept/,
  );
  assert.match((await other("few.json --dir few")).err, /0 cells computed, 2 kept/);
  assert.match((await run("merge few.json few --out few.csv")).err, /must be of this build of the library, but it was computed by build/);
  assert.match((await other("few.json --dir few --again")).err, /2 cells computed, 0 kept/);
  assert.match((await other("few.json --dir few --again --dry-run")).out, /^0 {2}to do/);
  assert.match((await other("few.json --dir few --dry-run")).out, /^0 {2}finished/);
});

test("wrong calls end with status 2, wrong input with 1, and nothing is left behind", async () => {
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(join(folder, "twice.json"), '{"name": "a", "grid": {"m": [1], "m": [2]}}');
  writeFileSync(join(folder, "unknown.json"), JSON.stringify({ ...spec, task: 3 }));
  for (const [call, code, message] of [
    ["nowhere.json", 2, /nowhere.json is not there. Give a specification's file .* or one of merge, cells, cell, list/],
    ["grid.json other.json", 2, /one specification must be given, got 2/],
    ["grid.json --shard 3/3", 1, /shard must be i\/N/],
    ["grid.json --shard 0/3 --out x.csv", 2, /--out and --partial must be left out with --shard/],
    ["grid.json --workers 0", 2, /--workers must be an integer >= 1/],
    ["grid.json --out x.txt", 1, /ends in .csv or .parquet/],
    ["merge grid.json --out x.csv", 2, /at least one folder/],
    ["merge grid.json whole", 2, /--out must be given/],
    ["merge grid.json nowhere --out x.csv", 1, /folder must be one that a sweep has filled/],
    ["cell grid.json 24", 2, /index must be an integer in \[0, 23\], got 24/],
    ["broken.json", 1, /broken.json must be JSON/],
    ["twice.json", 1, /twice.json must hold each key of an object once, got "m" twice/],
    ["lists", 2, /lists is not there. Give .* one of merge, cells, cell, list\n/],
    ["whole", 2, /the specification must be a file, got the folder whole/],
    ["unknown.json", 1, /keys among .*got "task"/],
    ["grid.json --dir grid.json", 1, /could not be written/],
  ] as const) {
    const ended = await run(call);
    assert.equal(ended.code, code, `${call}: ${ended.err}`);
    assert.match(ended.err, message, call);
    assert.doesNotMatch(ended.err, /\n {4}at /, call);
    // The message and one line: the help would push it off the screen.
    if (code === 2) assert.match(ended.err, /^.+\nnpx cotlab sweep --help shows the options\n$/, call);
  }
  const { out: listed } = await run("list");
  assert.match(listed, /^cot-error: .*\n {2}d {16}d: dimension/);
  assert.match(listed, /\n {2}chebyshev\n {4}preconditioner {3}A: d rows of d numbers\n {4}interval {9}\[a, b\]/);
  const { out: help } = await run("--help");
  assert.ok(help.split("\n").every((line) => line.length <= 100));
  assert.ok(!existsSync(join(folder, "x.csv")) && !existsSync(join(folder, "out")));
});

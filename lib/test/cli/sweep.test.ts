import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const folder = mkdtempSync(join(tmpdir(), "cotlab-sweep-cli-"));
after(() => rmSync(folder, { recursive: true }));
const COMMAND = fileURLToPath(new URL("../../bin/cotlab.cjs", import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}
function start(args: string): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [COMMAND, "sweep", ...args.split(" ")], { cwd: folder });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  return { child, ended: new Promise((end) => child.on("close", (code) => end({ code, out, err }))) };
}
const run = (args: string): Promise<Ended> => start(args).ended;

const CELLS = 24;
const spec = {
  name: "grid",
  experiment: "cot-error",
  seed: 3,
  tasks: 800,
  fixed: { d: 8, steps: 20, "train.spectrum": { exponent: 1 } },
  grid: { "train.n": Array.from({ length: CELLS / 2 }, (_, i) => i + 3), m: [10, 20] },
};
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
  assert.match(early.err, /8 of 24 cells are missing, and no table is written:\n {2}1 {2}train.n = 3, m = 20/);
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

test("wrong calls end with status 2, wrong input with 1, and nothing is left behind", async () => {
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(join(folder, "unknown.json"), JSON.stringify({ ...spec, task: 3 }));
  for (const [call, code, message] of [
    ["nowhere.json", 2, /nowhere.json is not there/],
    ["grid.json other.json", 2, /one specification must be given, got 2/],
    ["grid.json --shard 3/3", 1, /shard must be i\/N/],
    ["grid.json --shard 0/3 --out x.csv", 2, /--out must be left out with --shard/],
    ["grid.json --workers 0", 2, /--workers must be an integer >= 1/],
    ["grid.json --out x.txt", 1, /ends in .csv or .parquet/],
    ["merge grid.json --out x.csv", 2, /at least one folder/],
    ["merge grid.json whole", 2, /--out must be given/],
    ["merge grid.json nowhere --out x.csv", 1, /folder must be one that a sweep has filled/],
    ["cell grid.json 24", 2, /index must be an integer in \[0, 23\], got 24/],
    ["broken.json", 1, /broken.json must be JSON/],
    ["unknown.json", 1, /keys among .*got "task"/],
    ["grid.json --dir grid.json", 1, /could not be written/],
  ] as const) {
    const ended = await run(call);
    assert.equal(ended.code, code, `${call}: ${ended.err}`);
    assert.match(ended.err, message, call);
    assert.doesNotMatch(ended.err, /\n {4}at /, call);
  }
  assert.match((await run("list")).out, /^cot-error: .*\n {2}d {16}d: dimension/);
  assert.ok(!existsSync(join(folder, "x.csv")) && !existsSync(join(folder, "out")));
});

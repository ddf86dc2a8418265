import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { cotErrorGrid } from "../../lib/test/support/cotErrorGrid.ts";
import { started } from "../../lib/test/support/started.ts";
import { pinnedNode, rayPython, root, venvPython } from "../../tools/workspace.mjs";

const folder = mkdtempSync(join(tmpdir(), "cotlab-ray-"));
after(() => rmSync(folder, { recursive: true }));

// The extra is optional; where COTLAB_REQUIRE_RAY is set a missing Ray is a failure.
const skip = !existsSync(rayPython) && !process.env.COTLAB_REQUIRE_RAY && "Ray is not installed: npm run setup -- --with ray";

const spec = cotErrorGrid("cluster", 11, 12_000, 10, { "train.n": [5, 10, 20, 40], m: [12, 24] });
const file = join(folder, "cluster.json");
writeFileSync(file, JSON.stringify(spec));

const start = (dir: string, ...more: string[]) =>
  started(rayPython, [join(root, "tools/ray/sweep.py"), file, "--dir", dir, "--cpus", "2", ...more]);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Node workers that compute a cell of our specification, each with the Ray worker that started it. */
function cellWorkers(): { pid: number; parent: number }[] {
  const { stdout } = spawnSync("ps", ["-eo", "pid=,ppid=,args="], { encoding: "utf8" });
  return stdout
    .split("\n")
    .filter((line) => line.includes("cotlab.cjs sweep cell ") && line.includes(file))
    .map((line) => line.trim().split(/\s+/))
    .map(([pid, parent]) => ({ pid: Number(pid), parent: Number(parent) }));
}
async function oneWorker(): Promise<{ pid: number; parent: number }> {
  for (let i = 0; i < 3000; i++) {
    const [found] = cellWorkers();
    if (found) return found;
    await wait(20);
  }
  throw new Error("no cell is computed within a minute");
}
const cells = (dir: string): string[] =>
  existsSync(join(dir, "cells")) ? readdirSync(join(dir, "cells")).filter((name) => name.endsWith(".json")) : [];

test("on a local Ray cluster, with workers killed in the middle, a sweep ends in the bytes of the single run", { skip }, async () => {
  const single = spawnSync(pinnedNode, [join(root, "lib/bin/cotlab.cjs"), "sweep", file, "--dir", join(folder, "single")], {
    encoding: "utf8",
  });
  assert.equal(single.status, 0, single.stderr);

  const dir = join(folder, "ray");
  const { ended } = start(dir);
  // The Node worker of one cell, then the Ray worker of another, as a machine that runs out of memory would.
  const first = await oneWorker();
  process.kill(first.pid, "SIGKILL");
  await wait(300);
  const second = await oneWorker();
  process.kill(second.parent, "SIGKILL");
  process.kill(second.pid, "SIGKILL");
  const { code, err } = await ended;
  assert.equal(code, 0, err);
  assert.match(err, /8\/8 cells \(0 kept\)/);
  assert.equal(cells(dir).length, 8);
  assert.deepEqual(readFileSync(join(dir, "cluster.csv")), readFileSync(join(folder, "single", "cluster.csv")));
});

test("a driver that is killed loses no finished cell, and the next one ends the sweep, as Parquet too", { skip }, async () => {
  const dir = join(folder, "driver");
  const { child, ended } = start(dir);
  while (cells(dir).length < 2 && child.exitCode === null) await wait(20);
  child.kill("SIGKILL");
  await ended;
  const finished = cells(dir);
  assert.ok(finished.length >= 2 && finished.length < 8, `${finished.length} cells`);
  const times = finished.map((name) => statSync(join(dir, "cells", name)).mtimeMs);
  const out = join(dir, "table.parquet");
  const { code, err } = await start(dir, "--out", out).ended;
  assert.equal(code, 0, err);
  assert.match(err, new RegExp(`8/8 cells \\(${finished.length} kept\\)`));
  assert.deepEqual(
    finished.map((name) => statSync(join(dir, "cells", name)).mtimeMs),
    times,
  );
  const parquet = join(folder, "single", "table.parquet");
  spawnSync(pinnedNode, [join(root, "lib/bin/cotlab.cjs"), "sweep", file, "--dir", join(folder, "single"), "--out", parquet]);
  assert.deepEqual(readFileSync(out), readFileSync(parquet));
});

test("a cell that fails for a reason of its own is named, and the others are kept", { skip }, () => {
  const bad = join(folder, "bad.json");
  writeFileSync(
    join(folder, "bad.cjs"),
    `exports.experiment = { prepare: ({ a }) => {
      if (a === 3) throw new RangeError("mine: a must be even, got 3");
      return { curves: ["v"], x: [0], draw: (random, out) => { out[0] = random.uniform(); } };
    } };`,
  );
  writeFileSync(bad, JSON.stringify({ name: "bad", module: "./bad.cjs", seed: 1, draws: 5, grid: { a: [3, 4] } }));
  const sweep = (...more: string[]) =>
    spawnSync(rayPython, [join(root, "tools/ray/sweep.py"), bad, "--dir", join(folder, "bad"), "--cpus", "1", ...more], {
      encoding: "utf8",
    });
  const done = sweep();
  assert.equal(done.status, 1);
  assert.match(
    done.stderr,
    /1 of 2 cells have no result, and no table is written:\n {2}cell 0: mine: a must be even, got 3 \(cell 0: a = 3\)/,
  );
  assert.equal(cells(join(folder, "bad")).length, 1);
  // --again computes anew what is finished.
  const [file] = cells(join(folder, "bad"));
  const time = (): number => statSync(join(folder, "bad", "cells", file!)).mtimeMs;
  const before = time();
  assert.equal(sweep("--again").status, 1);
  assert.ok(time() > before);
  // The table's place is tried before anything is computed.
  const early = sweep("--out", join(bad, "t.csv"));
  assert.equal(early.status, 1);
  assert.match(early.stderr, /t.csv could not be written/);
});

/** Runs Python with the driver loaded as `sweep`; Ray is not needed for that. */
function python(code: string): string {
  const load = `import importlib.util, sys
spec = importlib.util.spec_from_file_location("sweep", ${JSON.stringify(join(root, "tools/ray/sweep.py"))})
sweep = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sweep)
`;
  const done = spawnSync(venvPython, ["-c", load + code], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout;
}

test("a machine that has neither the specification nor its module computes the same cell from copies", () => {
  const own = join(folder, "own");
  for (const name of ["specs", "code"]) mkdirSync(join(own, name), { recursive: true });
  writeFileSync(
    join(own, "code", "mine.cjs"),
    `const { Random } = require("cotlab");
exports.experiment = { prepare: ({ a }) => ({ curves: ["v"], x: [0], draw: (random, out) => { out[0] = a * Random.seed(1).stream("s", 0).uniform(); } }) };`,
  );
  const spec = join(own, "specs", "own.json");
  writeFileSync(spec, JSON.stringify({ name: "own", module: "../code/mine.cjs", seed: 1, draws: 5, grid: { a: [3, 4] } }));
  const out = python(`
from pathlib import Path
files = sweep.files_of(Path(${JSON.stringify(spec)}))
away = {path.replace(${JSON.stringify(own)}, "/nowhere"): content for path, content in files.items()}
assert len(away) == 2
sys.stdout.write(sweep.compute(away, 1)[1])
`);
  const [about, rows] = out.split("\n").map((line) => (line === "" ? undefined : JSON.parse(line)));
  assert.deepEqual(about.params, { a: 4 });
  assert.ok(rows[0].mean > 0);
  assert.deepEqual(
    readdirSync(join(root, "out")).filter((name) => name.startsWith("ray-")),
    [],
  );
});

test("a machine with another build of the library is named", () => {
  const said = python(`
cell = {"fingerprint": "f", "build": "here"}
for build, fingerprint in (("here", "f"), ("there", "f"), ("here", "g")):
    print(sweep.mismatch(cell, "node7", sweep.json.dumps({"cell": fingerprint, "build": build}) + "\\n[]"))
`).split("\n");
  assert.equal(said[0], "None");
  assert.match(said[1], /^node7 has build there of the library and this machine here: set up the same sources on every machine/);
  assert.match(said[2], /^node7 computed another cell/);
});

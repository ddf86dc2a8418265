/** @file `npx cotlab sweep`: an experiment over a grid of parameters, on this machine or in shards on several. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { availableThreads, closeWorkers } from "../montecarlo/pool";
import { CellStore, cellText } from "../sweep/cellStore";
import { gatherCells } from "../sweep/mergeSweep";
import { runCell, runSweep, type SweepProgress, shardCells } from "../sweep/runSweep";
import { sweepables } from "../sweep/sweepable";
import { cellLabel, type SweepSpec, shardOf, sweepCells, sweepSpec } from "../sweep/sweepSpec";
import { checkTableName, writeSweepTable } from "../sweep/sweepTable";
import { type Command, UsageError } from "./command";
import { duration } from "./duration";
import { numberOption, readOptions, required } from "./options";

const USAGE = `usage: npx cotlab sweep SPEC.json [--out FILE] [--dir DIR] [--workers N] [--shard I/N] [--dry-run]
       npx cotlab sweep merge SPEC.json DIR ... --out FILE
       npx cotlab sweep cells SPEC.json [--dir DIR]
       npx cotlab sweep cell SPEC.json INDEX [--workers N]
       npx cotlab sweep list

Runs an experiment at every point of a grid: simulated cells one after another, each on all threads; computed ones on one. Finished cells are kept in DIR/cells (default out/sweeps/NAME): the same
command goes on after an interruption, and a larger grid computes only what is new. At the end FILE (default DIR/NAME.csv) is written:
NAME.csv with NAME.spec.json beside it, or NAME.parquet with the specification inside.

--shard I/N  does the cells with index = I modulo N (I from 0) and writes no table: one machine, or one task of an array job, each
--dry-run    lists the cells and what is finished
merge        gathers the cells of several folders into one table
cells        a line of JSON for each cell: index, fingerprint, values, whether it is finished in DIR
cell         computes one cell and prints its file, for engines that hand out cells (tools/ray/sweep.py)
list         what can be swept, with its parameters

A specification:
{
  "name": "lengths",
  "experiment": "cot-error",
  "seed": 3605,
  "tasks": 4000,
  "fixed": { "d": 10, "steps": 20, "train.spectrum": { "exponent": 1 } },
  "grid": { "train.n": [10, 20, 40], "m": [20, 40, 80] }
}
"streams": "common" (the default) draws the same prompts in all cells that draw alike, so that their differences are sharp and their
errors are not independent; "independent" draws anew in each cell. An experiment of your own: "module": "./mine.cjs" (relative to the
specification; its export, "experiment" or the name in "export", is an ExperimentKind that gets fixed and grid values as parameters).`;

const NAME = "sweep";

function readSpec(path: string, everyCell = true): SweepSpec {
  if (!existsSync(path)) throw new UsageError(`${NAME}: ${path} is not there; data/sweeps holds examples`);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new RangeError(`${path} must be JSON: ${(error as Error).message}`);
  }
  return sweepSpec(json, dirname(path), everyCell);
}

function onlyOne(positionals: readonly string[]): string {
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) throw new UsageError(`${NAME}: one specification must be given, got ${positionals.length}`);
  return path;
}

function workersOption(value: string | undefined): number | undefined {
  const workers = numberOption(NAME, "workers", value);
  if (workers !== undefined && !(Number.isInteger(workers) && workers >= 1))
    throw new UsageError(`${NAME}: --workers must be an integer >= 1, got ${value}`);
  return workers;
}

const warn = (path: string, reason: string): void => {
  process.stderr.write(`${path} is not used (${reason}); its cell is computed again\n`);
};

/** One line that changes on a terminal; a line now and then in a log. */
function progressLine(spec: SweepSpec): (progress: SweepProgress) => void {
  const began = performance.now();
  let shown = Number.NEGATIVE_INFINITY;
  return ({ cells, finished, kept, cell, part }) => {
    const terminal = process.stderr.isTTY === true;
    const now = performance.now();
    if (part < 1 && now - shown < (terminal ? 100 : 10_000)) return;
    if (part === 1 && !terminal && finished + 1 < cells && now - shown < 10_000) return;
    shown = now;
    const done = finished - kept + part;
    const left = done > 0 ? ((now - began) / 1000 / done) * (cells - kept - done) : Number.NaN;
    const line = `${finished + (part === 1 ? 1 : 0)}/${cells} cells (${kept} kept), ${duration(left)} left; ${cellLabel(spec, cell)}`;
    process.stderr.write(terminal ? `\r\x1b[K${line}${part === 1 && finished + 1 === cells ? "\n" : ""}` : `${line}\n`);
  };
}

async function run(args: string[]): Promise<number> {
  const options = readOptions(NAME, args, { values: ["out", "dir", "workers", "shard"], flags: ["dry-run"], positionals: true });
  const spec = readSpec(onlyOne(options.positionals));
  const { dir = join("out", "sweeps", spec.name), shard: shardText } = options.values;
  const workers = workersOption(options.values.workers);
  if (shardText !== undefined && options.values.out !== undefined)
    throw new UsageError(`${NAME}: --out must be left out with --shard; npx cotlab sweep merge writes the table`);
  const out = options.values.out ?? join(dir, `${spec.name}.csv`);
  checkTableName(out);
  const shard = shardText === undefined ? { index: 0, count: 1 } : shardOf(shardText);
  const store = new CellStore(dir, warn);
  if (options.flags.has("dry-run")) {
    for (const cell of shardCells(spec, shard))
      process.stdout.write(`${cell.index}  ${store.read(cell) ? "finished" : "to do   "}  ${cellLabel(spec, cell)}\n`);
    return 0;
  }
  const abort = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => abort.abort());
  try {
    const { kept, computed } = await runSweep(spec, {
      store,
      shard,
      workers: workers ?? availableThreads(),
      signal: abort.signal,
      onProgress: progressLine(spec),
    });
    process.stderr.write(`${computed} cells computed, ${kept} kept in ${join(dir, "cells")}\n`);
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    process.stderr.write(`\nstopped; finished cells are kept in ${join(dir, "cells")}, and the same command goes on\n`);
    return 130;
  } finally {
    await closeWorkers();
  }
  if (shardText !== undefined) return 0;
  const { finished } = gatherCells(spec, [dir], warn);
  for (const file of await writeSweepTable(out, spec, finished)) process.stdout.write(`${file}\n`);
  return 0;
}

async function merge(args: string[]): Promise<number> {
  const options = readOptions(`${NAME} merge`, args, { values: ["out"], positionals: true });
  const [path, ...folders] = options.positionals;
  if (path === undefined || folders.length === 0)
    throw new UsageError(`${NAME} merge: a specification and at least one folder must be given`);
  const out = required(`${NAME} merge`, "out", options.values.out);
  checkTableName(out);
  const spec = readSpec(path);
  const { finished, missing } = gatherCells(spec, folders, warn);
  if (missing.length > 0) {
    process.stderr.write(`${missing.length} of ${missing.length + finished.length} cells are missing, and no table is written:\n`);
    for (const cell of missing.slice(0, 20)) process.stderr.write(`  ${cell.index}  ${cellLabel(spec, cell)}\n`);
    if (missing.length > 20) process.stderr.write(`  and ${missing.length - 20} more\n`);
    return 1;
  }
  for (const file of await writeSweepTable(out, spec, finished)) process.stdout.write(`${file}\n`);
  return 0;
}

function cells(args: string[]): number {
  const options = readOptions(`${NAME} cells`, args, { values: ["dir"], positionals: true });
  const spec = readSpec(onlyOne(options.positionals));
  const store = new CellStore(options.values.dir ?? join("out", "sweeps", spec.name), warn);
  for (const cell of sweepCells(spec)) {
    const { index, fingerprint, values } = cell;
    process.stdout.write(`${JSON.stringify({ index, fingerprint, values, finished: store.read(cell) !== undefined })}\n`);
  }
  return 0;
}

async function oneCell(args: string[]): Promise<number> {
  const options = readOptions(`${NAME} cell`, args, { values: ["workers"], positionals: true });
  const [path, text, ...more] = options.positionals;
  if (path === undefined || text === undefined || more.length > 0)
    throw new UsageError(`${NAME} cell: a specification and an index must be given`);
  const spec = readSpec(path, false);
  const all = sweepCells(spec);
  const cell = /^\d+$/.test(text) ? all[Number(text)] : undefined;
  if (!cell) throw new UsageError(`${NAME} cell: the index must be an integer in [0, ${all.length - 1}], got ${text}`);
  const rows = await runCell(spec, cell, { workers: workersOption(options.values.workers) ?? availableThreads() });
  await closeWorkers();
  process.stdout.write(cellText(cell, rows));
  return 0;
}

function list(): number {
  for (const { name, about, simulated, parameters } of sweepables) {
    process.stdout.write(`${name}: ${about}${simulated ? "" : "; computed, not simulated"}\n`);
    for (const parameter of parameters) {
      const standard = parameter.default === undefined ? "" : ` (default ${JSON.stringify(parameter.default)})`;
      process.stdout.write(`  ${parameter.name.padEnd(16)} ${parameter.about}${standard}\n`);
    }
  }
  return 0;
}

export const command: Command = {
  usage: USAGE,
  run: ([first, ...rest]) => {
    if (first === undefined) throw new UsageError(`${NAME}: a specification must be given`);
    if (first === "merge") return merge(rest);
    if (first === "cells") return cells(rest);
    if (first === "cell") return oneCell(rest);
    if (first === "list") return list();
    return run([first, ...rest]);
  },
};

/** @file `npx cotlab sweep`: an experiment over a grid of parameters, on this machine or in shards on several. */

import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Checks } from "../core/check";
import { estimatorOptions } from "../estimators/estimators";
import { availableThreads, closeWorkers } from "../simulation/pool";
import { CellStore, cellText } from "../simulation/sweep/cellStore";
import { duplicateKey } from "../simulation/sweep/duplicateKey";
import { libraryBuild } from "../simulation/sweep/libraryBuild";
import { gatherCells } from "../simulation/sweep/mergeSweep";
import { type FailedCell, runCell, runSweep, shardCells, type UnusableCell } from "../simulation/sweep/runSweep";
import { sweepables } from "../simulation/sweep/sweepable";
import { cellLabel, type SweepSpec, shardOf, sweepCells, sweepSpec } from "../simulation/sweep/sweepSpec";
import { checkTable, writeSweepTable } from "../simulation/sweep/sweepTable";
import { type Command, errorText, interruption, UsageError } from "./command";
import { Options, parseJson } from "./options";
import { StatusLine } from "./statusLine";
import { sweepProgress } from "./sweepProgress";

const USAGE = `usage: npx cotlab sweep SPEC.json [--out FILE] [--dir DIR] [--workers N] [--shard I/N]
                        [--again] [--partial] [--dry-run]
       npx cotlab sweep merge SPEC.json DIR ... --out FILE [--partial]
       npx cotlab sweep cells SPEC.json [--dir DIR] [--out FILE]
       npx cotlab sweep cell SPEC.json INDEX [--workers N]
       npx cotlab sweep list

Runs an experiment at every point of a grid: simulated cells one after another, each on all
threads; computed ones on one. Finished cells are kept in DIR/cells (default out/sweeps/NAME):
the same command goes on after an interruption, and a larger grid computes only what is new.
Cells of another build of the library are computed again. At the end FILE (default
DIR/NAME.csv) is written: NAME.csv with NAME.spec.json beside it, or NAME.parquet with the
specification inside.

--shard I/N  does the cells with index = I modulo N (I from 0) and writes no table: one
             machine, or one task of an array job, each
--again      forgets the finished cells first and computes them again
--partial    writes the table even where cells have no result, without them
--dry-run    lists the cells and what is finished
merge        gathers the cells of several folders into one table
cells        a line of JSON for each cell: index, fingerprint, build, values, whether it is
             finished in DIR; with --out it makes sure that FILE can be written
cell         computes one cell and prints its file, for engines that hand out cells
             (tools/ray/sweep.py)
list         what can be swept, with its parameters

A specification:
{
  "name": "lengths",
  "experiment": "cot-error",
  "seed": 3605,
  "draws": 4000,
  "fixed": { "d": 10, "steps": 20, "train.spectrum": { "exponent": 1 } },
  "grid": { "train.n": [10, 20, 40], "m": [20, 40, 80] }
}
data/sweeps/README.md explains all of it: keys, experiments, an experiment of your own, the
table's columns, reading it, clusters.`;

const NAME = "sweep";

function readSpec(path: string, everyCell = true): SweepSpec {
  const about = statSync(path, { throwIfNoEntry: false });
  if (about === undefined)
    throw new UsageError(
      `${NAME}: ${path} is not there. Give a specification's file (data/sweeps holds examples) or one of ${Object.keys(WORDS).join(", ")}`,
    );
  if (about.isDirectory()) throw new UsageError(`${NAME}: the specification must be a file, got the folder ${path}`);
  const text = readFileSync(path, "utf8");
  const json = parseJson(path, text);
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new RangeError(`${path} must hold each key of an object once, got "${twice}" twice`);
  return sweepSpec(json, dirname(path), everyCell);
}

function tellUnusable(cells: readonly UnusableCell[]): void {
  const damaged = cells.filter(({ state }) => state === "damaged");
  for (const { path, reason } of damaged) process.stderr.write(`${path}: ${reason}; its cell is computed again\n`);
  const others = cells.length - damaged.length;
  if (others > 0) process.stderr.write(`${others} finished cells are of another build of the library and are computed again\n`);
}

/** Cells of a sweep that have no result, each with the reasons, and what becomes of the table. */
function tellMissing(count: number, cells: readonly string[], table: string): void {
  process.stderr.write(`${cells.length} of ${count} cells ${table}:\n`);
  for (const cell of cells.slice(0, MOST_LINES)) process.stderr.write(`  ${cell}\n`);
  if (cells.length > MOST_LINES) process.stderr.write(`  and ${cells.length - MOST_LINES} more\n`);
}
const MOST_LINES = 20;

const failedText = ({ error }: FailedCell): string => errorText(error).replaceAll("\n", "\n    ");

/** Gathers the folders' cells and writes the table. @returns the exit status: 1 when cells are missing, with --partial too */
async function table(spec: SweepSpec, folders: readonly string[], out: string, partial: boolean, failed: readonly FailedCell[] = []) {
  const { finished, missing, empty } = gatherCells(spec, folders);
  if (folders.length > 1) for (const folder of empty) process.stderr.write(`${folder} holds no cells and is left out\n`);
  if (missing.length > 0) {
    const reasons = new Map(failed.map((failure) => [failure.cell.index, failedText(failure)]));
    const cells = missing.map(
      ({ cell, problems }) => reasons.get(cell.index) ?? [`${cell.index}  ${cellLabel(spec, cell)}`, ...problems].join("\n    "),
    );
    const fate = partial ? "are missing from the table" : "are missing, and no table is written (--partial writes it without them)";
    tellMissing(missing.length + finished.length, cells, fate);
  }
  if (missing.length === 0 || (partial && finished.length > 0))
    for (const file of await writeSweepTable(out, spec, finished)) process.stdout.write(`${file}\n`);
  return missing.length === 0 ? 0 : 1;
}

async function run(args: string[]): Promise<number> {
  const flags = ["dry-run", "again", "partial"];
  const options = new Options(NAME, args, { values: ["out", "dir", "workers", "shard"], flags, positionals: true });
  const path = options.only("specification");
  const spec = readSpec(path);
  const { dir = join("out", "sweeps", spec.name), shard: shardText, out = join(dir, `${spec.name}.csv`) } = options.values;
  const again = options.flags.has("again");
  const workers = options.whole("workers", 1);
  if (shardText !== undefined && (options.values.out !== undefined || options.flags.has("partial")))
    options.fail(`--out and --partial must be left out with --shard; npx cotlab sweep merge writes the table`);
  const shard = shardText === undefined ? { index: 0, count: 1 } : shardOf(shardText);
  const store = new CellStore(dir);
  if (options.flags.has("dry-run")) {
    for (const cell of shardCells(new Checks(NAME), spec, shard)) {
      const found = again ? ({ state: "absent" } as const) : store.look(cell);
      const why = "reason" in found ? `  (${store.path(cell)}: ${found.reason})` : "";
      process.stdout.write(`${cell.index}  ${found.state === "finished" ? "finished" : "to do   "}  ${cellLabel(spec, cell)}${why}\n`);
    }
    return 0;
  }
  if (shardText === undefined) checkTable(out, path);
  const signal = interruption();
  const line = new StatusLine();
  let failed: readonly FailedCell[];
  try {
    const run = await runSweep(spec, {
      store,
      shard,
      again,
      workers: workers ?? availableThreads(),
      signal,
      onProgress: sweepProgress(spec, line),
      onUnusable: tellUnusable,
    });
    line.end();
    process.stderr.write(`${run.computed} cells computed, ${run.kept} kept in ${join(dir, "cells")}\n`);
    failed = run.failed;
  } catch (error) {
    line.end();
    if (!signal.aborted) throw error;
    const next = again ? "the same command without --again goes on" : "the same command goes on";
    process.stderr.write(`stopped; finished cells are kept in ${join(dir, "cells")}, and ${next}\n`);
    return 130;
  } finally {
    await closeWorkers();
  }
  const count = shardCells(new Checks(NAME), spec, shard).length;
  if (shardText === undefined && failed.length < count) return table(spec, [dir], out, options.flags.has("partial"), failed);
  if (failed.length > 0) tellMissing(count, failed.map(failedText), "have no result");
  return failed.length > 0 ? 1 : 0;
}

async function merge(args: string[]): Promise<number> {
  const options: Options = new Options(`${NAME} merge`, args, { values: ["out"], flags: ["partial"], positionals: true });
  const [path, ...folders] = options.positionals;
  if (path === undefined || folders.length === 0) options.fail("a specification and at least one folder must be given");
  const out = options.required("out");
  const spec = readSpec(path);
  checkTable(out, path);
  return table(spec, folders, out, options.flags.has("partial"));
}

function cells(args: string[]): number {
  const options = new Options(`${NAME} cells`, args, { values: ["dir", "out"], positionals: true });
  const path = options.only("specification");
  const spec = readSpec(path);
  if (options.values.out !== undefined) checkTable(options.values.out, path);
  const store = new CellStore(options.values.dir ?? join("out", "sweeps", spec.name));
  for (const cell of sweepCells(spec)) {
    const { index, fingerprint, values } = cell;
    const finished = store.look(cell).state === "finished";
    process.stdout.write(`${JSON.stringify({ index, fingerprint, build: libraryBuild(), values, finished })}\n`);
  }
  return 0;
}

async function oneCell(args: string[]): Promise<number> {
  const options: Options = new Options(`${NAME} cell`, args, { values: ["workers"], positionals: true });
  const [path, text, ...more] = options.positionals;
  if (path === undefined || text === undefined || more.length > 0) options.fail("a specification and an index must be given");
  const spec = readSpec(path, false);
  const all = sweepCells(spec);
  const cell = /^\d+$/.test(text) ? all[Number(text)] : undefined;
  if (!cell) options.fail(`the index must be an integer in [0, ${all.length - 1}], got ${text}`);
  const rows = await runCell(spec, cell, { workers: options.whole("workers", 1) ?? availableThreads() });
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
  process.stdout.write('the list "estimators" may name, with their options:\n');
  for (const [name, known] of Object.entries(estimatorOptions)) {
    process.stdout.write(`  ${name}\n`);
    for (const [option, about] of Object.entries(known)) process.stdout.write(`    ${option.padEnd(16)} ${about}\n`);
  }
  return 0;
}

/** What may stand in a specification's place. */
const WORDS: Readonly<Record<string, Command["run"]>> = { merge, cells, cell: oneCell, list };

export const command: Command = {
  usage: USAGE,
  run: ([first, ...rest]) => {
    if (first === undefined) throw new UsageError(`${NAME}: a specification must be given`);
    const word = Object.hasOwn(WORDS, first) ? WORDS[first] : undefined;
    return word === undefined ? run([first, ...rest]) : word(rest);
  },
};

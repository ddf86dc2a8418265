/**
 * @file `npm run bench`: runs the benchmarks, each suite in a process of its own, and stores what they find: rows, figures and a page with
 * tables, in out/benchmarks/, or with --store in the place of the committed ones. The peers live in a Python of their own
 * (COTLAB_BENCH_PYTHON, with benchmarks/requirements.txt installed); without it each suite says so and times only ours.
 */
import { spawn } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseRow, type Row, rowLine } from "../benchmarks/rows.ts";
import { writeFileAtomic } from "../lib/dist/data/writeFileAtomic.js";
import { exportFigure } from "../lib/dist/figures/exportFigure.js";
import type { PresetName } from "../lib/dist/figures/presets.js";
import { type DotPlot, growthFigure, ratioFigure } from "./bench/figures.ts";
import { type Machine, peersOf, thisMachine } from "./bench/machine.ts";
import { OWN_PAGE, resultTables, withTables } from "./bench/page.ts";
import { Results } from "./bench/results.ts";
import { parseOptions, UsageError } from "./options.ts";
import { pinnedNode, root } from "./workspace.mjs";

const USAGE = `usage: npm run bench -- [SUITE ...] [--store] [--quick] [--rounds N]
  SUITE         suites by name; all of them when none is given
  --store       replaces the committed results, figures and tables; without it they go to out/benchmarks/
  --quick       small sizes and two rounds, to see that everything runs; stored in out/benchmarks-quick/
  --rounds N    rounds that are counted, instead of each suite's own number
  --tables      runs nothing: figures and tables again from what is stored
  --help        this text`;

/** Where results go. */
interface Place {
  /** The folder of the CSV files. */
  readonly data: string;
  readonly figures: string;
  readonly page: string;
}
const COMMITTED: Place = {
  data: join(root, "data", "benchmarks"),
  figures: join(root, "figures", "benchmarks"),
  page: join(root, "benchmarks", "README.md"),
};
const own = (data: string): Place => ({ data, figures: join(data, "figures"), page: join(data, "README.md") });

/** The suites of a folder, by name. Whole notebooks come last: they take longest. */
export function findSuites(folder: string): Map<string, string> {
  const last = (name: string): number => (name === "notebooks" ? 1 : 0);
  const found = globSync("*.bench.ts", { cwd: folder }).map((file) => [file.replace(/\.bench\.ts$/, ""), join(folder, file)] as const);
  return new Map(found.sort(([a], [b]) => last(a) - last(b) || (a < b ? -1 : 1)));
}

/** Takes the rows of a suite that has run to its end. */
export type Store = (suite: string, rows: readonly Row[]) => void;

/**
 * Runs suites one after the other. The rows of a suite are stored together when it has run to its end; one that fails, or that is
 * interrupted, changes nothing that is stored, and the others run.
 * @returns the names of the suites that failed
 */
export async function runSuites(suites: ReadonlyMap<string, string>, options: readonly string[], store: Store): Promise<string[]> {
  const failed: string[] = [];
  for (const [name, file] of suites) {
    process.stdout.write(`\n# ${name}\n`);
    const child = spawn(pinnedNode, [file, "--json", ...options], { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise<number | null>((resolve, reject) => child.once("error", reject).once("close", resolve));
    const rows: Row[] = [];
    let sound = true;
    for await (const line of createInterface({ input: child.stdout })) {
      // Anything else that a suite says is for the person who watches.
      if (!line.startsWith("{")) {
        process.stdout.write(`${line}\n`);
        continue;
      }
      let row: Row;
      try {
        row = parseRow(line);
        if (row.suite !== name) throw new RangeError(`runSuites: suite must be ${name} in its rows, got ${row.suite}`);
      } catch (error) {
        process.stdout.write(`${(error as Error).message}\n`);
        sound = false;
        continue;
      }
      process.stdout.write(`${rowLine(row)}\n`);
      rows.push(row);
    }
    if ((await ended) === 0 && sound) store(name, rows);
    else {
      failed.push(name);
      process.stdout.write(`${name} failed; what was stored of it stays as it was\n`);
    }
  }
  return failed;
}

/**
 * Before anything is measured: rows beside a peer are not replaced by rows without it.
 * @throws UsageError when a suite's stored rows have a peer that this machine lacks
 */
export function checkPeers(results: Results, suites: Iterable<string>, { peers }: Machine): void {
  const rows = [...suites].flatMap((suite) => results.ratios.filter((row) => row.suite === suite));
  const lost = peersOf(rows).filter((name) => !(name in peers));
  if (lost.length === 0) return;
  const concerned = [...new Set(rows.filter((row) => peersOf([row]).some((name) => lost.includes(name))).map(({ suite }) => suite))];
  const folder = relative(root, results.folder);
  throw new UsageError(
    `bench: the rows of ${concerned.join(", ")} in ${folder} stand beside ${lost.join(", ")}, not installed here: nothing was measured.
Set COTLAB_BENCH_PYTHON to a Python with benchmarks/requirements.txt, or keep those rows: ${folder.startsWith("out") ? `move ${folder} away` : "leave out --store"}.`,
  );
}

/** Writes the figures of what is stored. */
async function writeFigures(results: Results, directory: string): Promise<void> {
  const plots: [string, DotPlot | undefined][] = [
    // A figure each, so that both fit a page: linear algebra has as many cases as everything else.
    ["ratios", ratioFigure(results.ratios.filter(({ suite }) => suite !== "linalg"))],
    ["linear-algebra", ratioFigure(results.ratios.filter(({ suite }) => suite === "linalg"))],
    ["growth", growthFigure(results.growths)],
  ];
  const metadata = { stored: ["results.csv", "growth.csv", "machine.json"].map((name) => relative(root, join(results.folder, name))) };
  const preset: PresetName = "iclr";
  for (const [name, plot] of plots) if (plot) await exportFigure(plot.figure, { name, directory, preset, height: plot.height, metadata });
}

/** Writes the tables of what is stored into the page. */
function writePage(results: Results, file: string): void {
  writeFileAtomic(file, [withTables(existsSync(file) ? readFileSync(file, "utf8") : OWN_PAGE, resultTables(results))]);
}

interface Options {
  readonly suites: ReadonlyMap<string, string>;
  readonly passed: readonly string[];
  readonly place: Place;
  /** Whether rows beside a peer are kept from being replaced by rows without it. */
  readonly careful: boolean;
  readonly tables: boolean;
}

/** The options, or null when only the usage is asked for. */
function readOptions(args: string[]): Options | null {
  const parsed = parseOptions(USAGE, args, {
    store: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    tables: { type: "boolean", default: false },
  });
  if (parsed === null) return null;
  const { store, quick, rounds, tables } = parsed.values;
  if (rounds !== undefined && !/^[1-9]\d*$/.test(rounds)) throw new UsageError(`bench: --rounds must be an integer >= 1, got ${rounds}`);
  if (store && quick) throw new UsageError("bench: --store must stand without --quick: small sizes are not stored");
  const known = findSuites(join(root, "benchmarks"));
  const unknown = parsed.positionals.find((name) => !known.has(name));
  if (unknown !== undefined) throw new UsageError(`bench: SUITE must be one of ${[...known.keys()].join(", ")}, got ${unknown}`);
  const all = parsed.positionals.length === 0;
  const suites = all ? known : new Map([...known].filter(([name]) => parsed.positionals.includes(name)));
  const passed = [...(quick ? ["--quick"] : []), ...(rounds === undefined ? [] : ["--rounds", rounds])];
  const place = store ? COMMITTED : own(join(root, "out", quick ? "benchmarks-quick" : "benchmarks"));
  return { suites, passed, place, careful: !quick, tables };
}

async function main(args: string[]): Promise<boolean> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(`${USAGE}\n`);
    return true;
  }
  const { suites, passed, place, careful, tables } = options;
  const results = new Results(place.data);
  let failed: string[] = [];
  if (!tables) {
    const machine = thisMachine();
    if (careful) checkPeers(results, suites.keys(), machine);
    failed = await runSuites(suites, passed, (suite, rows) => {
      results.replace(suite, rows, machine);
      writePage(results, place.page);
    });
  } else writePage(results, place.page);
  await writeFigures(results, place.figures);
  process.stdout.write(
    `\nstored in ${[...new Set([place.data, place.figures, place.page])].map((path) => relative(root, path)).join(", ")}\n`,
  );
  if (failed.length > 0) process.stderr.write(`failed: ${failed.join(", ")}\n`);
  return failed.length === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    if (!(await main(process.argv.slice(2)))) process.exitCode = 1;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}

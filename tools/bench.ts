/**
 * @file `npm run bench`: runs the benchmarks, each suite in a process of its own, and stores what they find in data/benchmarks/, a figure in
 * figures/benchmarks/ and the tables in benchmarks/README.md. The peers live in a Python of their own (COTLAB_BENCH_PYTHON, with
 * benchmarks/requirements.txt installed); without it each suite says so and times only ours.
 */
import { spawn } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { parseRow, type Row, rowLine } from "../benchmarks/rows.ts";
import { writeFileAtomic } from "../lib/dist/core/writeFileAtomic.js";
import { exportFigure, type PresetName } from "../lib/dist/figures/exportFigure.js";
import { type DotPlot, growthFigure, ratioFigure } from "./bench/figures.ts";
import { sameMachine, thisMachine } from "./bench/machine.ts";
import { resultTables, withTables } from "./bench/page.ts";
import { Results } from "./bench/results.ts";
import { pinnedNode, root } from "./workspace.mjs";

const USAGE = `usage: npm run bench -- [SUITE ...] [--quick] [--rounds N]
  SUITE         suites by name; all of them when none is given
  --quick       small sizes and two rounds, to see that everything runs; stored in out/benchmarks/
  --rounds N    rounds that are counted, instead of each suite's own number
  --tables      runs nothing: figures and tables again from what is stored
  --help        this text`;

/** A wrong call: shown without a stack. */
class UsageError extends Error {}

/** The suites of a folder, by name. Whole notebooks come last: they take longest. */
export function findSuites(folder: string): Map<string, string> {
  const last = (name: string): number => (name === "notebooks" ? 1 : 0);
  const found = globSync("*.bench.ts", { cwd: folder }).map((file) => [file.replace(/\.bench\.ts$/, ""), join(folder, file)] as const);
  return new Map(found.sort(([a], [b]) => last(a) - last(b) || (a < b ? -1 : 1)));
}

/**
 * Runs suites one after the other, and stores every row as it comes. A suite that fails keeps what it had stored before, and the others run.
 * @returns the names of the suites that failed
 */
export async function runSuites(suites: ReadonlyMap<string, string>, options: readonly string[], results: Results): Promise<string[]> {
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
      } catch (error) {
        process.stdout.write(`${(error as Error).message}\n`);
        sound = false;
        continue;
      }
      process.stdout.write(`${rowLine(row)}\n`);
      rows.push(row);
      results.put(row);
    }
    if ((await ended) === 0 && sound) results.keepOnly(name, rows);
    else {
      failed.push(name);
      process.stdout.write(`${name} failed; rows that it did not reach are as they were\n`);
    }
  }
  return failed;
}

/** Writes the figures of what is stored. */
async function writeFigures(results: Results, directory: string): Promise<void> {
  const plots: [string, DotPlot | undefined][] = [
    // A figure each, so that both fit a page: linear algebra has as many cases as everything else.
    ["ratios", ratioFigure(results.ratios.filter(({ suite }) => suite !== "linalg"))],
    ["linear-algebra", ratioFigure(results.ratios.filter(({ suite }) => suite === "linalg"))],
    ["growth", growthFigure(results.growths)],
  ];
  const metadata = { stored: ["data/benchmarks/results.csv", "data/benchmarks/growth.csv", "data/benchmarks/machine.json"] };
  const preset: PresetName = "iclr";
  for (const [name, plot] of plots) if (plot) await exportFigure(plot.figure, { name, directory, preset, height: plot.height, metadata });
}

interface Options {
  readonly suites: ReadonlyMap<string, string>;
  readonly passed: readonly string[];
  readonly quick: boolean;
  readonly all: boolean;
  readonly tables: boolean;
}

/** The options, or null when only the usage is asked for. */
function readOptions(args: string[]): Options | null {
  let parsed: ReturnType<typeof parse>;
  function parse() {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        rounds: { type: "string" },
        tables: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    });
  }
  try {
    parsed = parse();
  } catch (error) {
    throw new UsageError(`${(error as Error).message}\n${USAGE}`);
  }
  const { quick, rounds, tables, help } = parsed.values;
  if (help) return null;
  if (rounds !== undefined && !/^[1-9]\d*$/.test(rounds)) throw new UsageError(`bench: --rounds must be an integer >= 1, got ${rounds}`);
  const known = findSuites(join(root, "benchmarks"));
  const unknown = parsed.positionals.find((name) => !known.has(name));
  if (unknown !== undefined) throw new UsageError(`bench: SUITE must be one of ${[...known.keys()].join(", ")}, got ${unknown}`);
  const all = parsed.positionals.length === 0;
  const suites = all ? known : new Map([...known].filter(([name]) => parsed.positionals.includes(name)));
  const passed = [...(quick ? ["--quick"] : []), ...(rounds === undefined ? [] : ["--rounds", rounds])];
  return { suites, passed, quick, all, tables };
}

async function main(args: string[]): Promise<boolean> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(`${USAGE}\n`);
    return true;
  }
  const { suites, passed, quick, all, tables } = options;
  const results = new Results(quick ? join(root, "out", "benchmarks") : join(root, "data", "benchmarks"));
  let failed: string[] = [];
  if (!tables) {
    const machine = thisMachine();
    const stored = results.machine;
    if (stored && !sameMachine(stored, machine)) {
      if (!all)
        throw new UsageError(
          `bench: the stored results come from another machine (${stored.processor}, ${stored.cores} cores); run all suites: npm run bench`,
        );
      results.clear();
    }
    results.machine = machine;
    failed = await runSuites(suites, passed, results);
  }
  const page = join(root, "benchmarks", "README.md");
  await writeFigures(results, quick ? join(results.folder, "figures") : join(root, "figures", "benchmarks"));
  if (!quick) writeFileAtomic(page, [withTables(readFileSync(page, "utf8"), resultTables(results))]);
  process.stdout.write(`\nstored in ${quick ? "out/benchmarks" : "data/benchmarks, figures/benchmarks and benchmarks/README.md"}\n`);
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

/**
 * @file The process that makes the calls: whoever started it kills it when a call does not end. Before each call its number is written to a
 * file, since a process that hangs says nothing.
 */
import { mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../workspace.mjs";
import { damagedFiles } from "./files.ts";
import { functionCalls } from "./functions.ts";
import { type Fault, noCalls, type Order, type Report, type Tally } from "./tally.ts";

/** A call takes this much processor time at most (a damaged Parquet file is given up after ten seconds), and the process this much more memory than before the first call (files: 300 MB). */
const LONGEST = { functions: 2, files: 30 } as const;
const MOST_MEMORY = 300e6;
const BATCH = 200;

const send = (report: Report): Promise<void> => new Promise((resolve) => process.send?.(report, undefined, {}, () => resolve()));

async function work({ kind, seed, from, to, only, skip, position }: Order): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-fuzz-"));
  process.chdir(folder);
  process.on("exit", () => {
    process.chdir(root);
    rmSync(folder, { recursive: true, force: true });
  });
  const file = openSync(position, "w");
  const source = kind === "files" ? damagedFiles(seed, only) : await functionCalls(seed, only);
  await send({ kind: "ready", names: source.names, without: source.without });
  const atFirst = process.memoryUsage.rss();
  let tallies: Record<string, Tally> = {};
  let faults: Fault[] = [];
  const report = async (upTo: number): Promise<void> => {
    const memory = Math.max(0, process.resourceUsage().maxRSS * 1024 - atFirst);
    await send({ kind: "done", upTo, tallies, faults, memory });
    [tallies, faults] = [{}, []];
  };
  let late: unknown;
  process.on("unhandledRejection", (error) => {
    late = error;
  });
  process.on("uncaughtException", (error) => {
    late = error;
  });
  const number = new Float64Array(1);
  let heavy = false;
  for (let call = from; call < to; call++) {
    number[0] = call;
    const { name, described, make } = source.call(call);
    const ended = skip.find((known) => known.call === call);
    if (ended !== undefined) {
      faults.push({ name, ...ended, args: described() });
      continue;
    }
    writeSync(file, number, 0, 8, 0);
    const cpu = process.cpuUsage();
    const outcome = await make();
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (user + system) / 1e6;
    let { problem } = outcome;
    if (problem === undefined && late !== undefined) problem = `afterwards: ${String(late)}`;
    late = undefined;
    if (problem === undefined && seconds > LONGEST[kind]) problem = `takes ${seconds.toFixed(1)} s`;
    if (kind === "files" && !heavy && process.memoryUsage.rss() - atFirst > MOST_MEMORY) {
      heavy = true;
      problem ??= `needs ${Math.round((process.memoryUsage.rss() - atFirst) / 1e6)} MB`;
    }
    if (problem !== undefined) faults.push({ name, call, problem, args: described() });
    const tally = tallies[name] ?? noCalls();
    tallies[name] = tally;
    tally.calls++;
    if (outcome.refused) tally.refused++;
    else tally.answered++;
    tally.seconds += seconds;
    tally.slowest = Math.max(tally.slowest, seconds);
    if ((call + 1) % BATCH === 0) await report(call + 1);
  }
  await report(to);
  process.exit(0);
}

process.on("message", (order: Order) => void work(order));
// Whoever started it is gone.
process.on("disconnect", () => process.exit(1));

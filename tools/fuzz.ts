/** @file `npm run fuzz`: public functions with arguments of all kinds, damaged files, and random quadratic programs; with a stored report. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FuzzState, fuzz, nothingDone } from "./fuzz/drive.ts";
import { killAndResume, longCommands } from "./fuzz/kills.ts";
import { tryPrograms } from "./fuzz/programs.ts";
import type { Fault } from "./fuzz/tally.ts";
import { parseOptions, UsageError } from "./options.ts";
import { root } from "./workspace.mjs";

const USAGE = `usage: npm run fuzz -- functions|files|programs|kills [--count 10000] [--seed 1] [--only NAME] [--store] [--again]
  functions      calls public functions with arguments from inside, at the edge of and outside their domains
  files          reads feature files of all kinds with bytes changed or cut off
  programs       solves random quadratic programs and judges them by certificates in exact fractions
  kills          kills long commands with -9 at random moments, goes on, and compares what they end with
  --count 10000  how many; of kills, of each command (10)
  --seed 1       a seed gives the same calls
  --only NAME    only what has this in its name; nothing is stored
  --store        keeps the report in data/fuzz; a run that was stopped goes on
  --again        begins anew where a report is stored
  --help         this text`;

const KINDS = ["functions", "files", "programs", "kills"] as const;

function writeWhole(file: string, value: unknown): void {
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(`${file}.${process.pid}.tmp`, `${JSON.stringify(value, null, 1)}\n`);
  renameSync(`${file}.${process.pid}.tmp`, file);
}

const rounded = (seconds: number): number => Number(seconds.toPrecision(3));

/** The report: what was asked, what came of it, and the time of every name. */
function reportOf({ kind, seed, upTo, names, without, tallies, faults, memory }: FuzzState) {
  const sorted = Object.entries(tallies).sort(([a], [b]) => (a < b ? -1 : 1));
  const times = sorted.map(([name, tally]) => [name, { ...tally, seconds: rounded(tally.seconds), slowest: rounded(tally.slowest) }]);
  const megabytes = Math.round(memory / 1e6);
  return { kind, seed, calls: upTo, names: names.length, without, faults, megabytes, tallies: Object.fromEntries(times) };
}

async function run(args: string[]): Promise<boolean> {
  const parsed = parseOptions(USAGE, args, {
    count: { type: "string", default: "10000" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    store: { type: "boolean", default: false },
    again: { type: "boolean", default: false },
  });
  if (parsed === null) {
    process.stdout.write(`${USAGE}\n`);
    return true;
  }
  const { only, store, again } = parsed.values;
  const [count, seed] = [Number(parsed.values.count), Number(parsed.values.seed)];
  const kind = KINDS.find((known) => known === parsed.positionals[0]);
  if (kind === undefined || parsed.positionals.length !== 1)
    throw new UsageError(`fuzz: one of ${KINDS.join(", ")} must be named\n${USAGE}`);
  if (!(Number.isInteger(count) && count >= 1 && Number.isInteger(seed) && seed >= 0))
    throw new UsageError(`fuzz: --count and --seed must be whole numbers, got ${parsed.values.count} and ${parsed.values.seed}\n${USAGE}`);
  if (store && only !== "") throw new UsageError(`fuzz: what has been chosen by --only is not stored\n${USAGE}`);
  const file = join(root, "data", "fuzz", `${kind}.json`);
  if (kind === "programs") {
    const report = tryPrograms(seed, 0, count);
    if (store) writeWhole(file, report);
    process.stdout.write(`${JSON.stringify(report, null, 1)}\n`);
    return report.faults.length === 0;
  }
  if (kind === "kills") {
    const commands = [];
    for (const command of longCommands.filter(({ name }) => name.includes(only)))
      commands.push(await killAndResume(command, Math.min(count, 1000), seed));
    if (store) writeWhole(file, { seed, commands });
    process.stdout.write(`${JSON.stringify(commands, null, 1)}\n`);
    return commands.every(({ same }) => same);
  }
  // What is left to do stands beside the report until all is done.
  const begun = join(root, "out", "fuzz", `${kind}-${seed}.json`);
  const before = store && !again && existsSync(begun) ? (JSON.parse(readFileSync(begun, "utf8")) as FuzzState) : nothingDone(kind, seed);
  const from = Date.now();
  const start = before.upTo;
  let said = 0;
  const state = await fuzz(before, count, only, (now) => {
    if (Date.now() - said < 5000) return;
    said = Date.now();
    if (store) writeWhole(begun, now);
    const left = ((now.upTo < count ? count - now.upTo : 0) * (said - from)) / Math.max(1, now.upTo - start) / 60_000;
    process.stderr.write(`${now.upTo} of ${count}, ${now.faults.length} faults, ${left.toFixed(0)} min left\n`);
  });
  if (store) {
    writeWhole(begun, state);
    writeWhole(file, reportOf(state));
  }
  // Of one kind, the first.
  const kindOf = ({ name, problem }: Fault): string => `${name} ${problem.slice(0, 40)}`;
  const alike = new Map<string, number>();
  for (const fault of state.faults) alike.set(kindOf(fault), (alike.get(kindOf(fault)) ?? 0) + 1);
  for (const fault of state.faults) {
    const { name, call, problem, args: given } = fault;
    const count = alike.get(kindOf(fault));
    if (count !== undefined) process.stdout.write(`${name}, call ${call}, ${count} alike: ${problem}\n    ${given}\n`);
    alike.delete(kindOf(fault));
  }
  process.stdout.write(`${state.upTo} calls of ${state.names.length} names with seed ${seed}: ${state.faults.length} faults\n`);
  return state.faults.length === 0;
}

try {
  process.exitCode = (await run(process.argv.slice(2))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

/**
 * @file The process that makes the calls: whoever started it kills it when a call does not end. Before each call its number is written to a
 * file, since a process that hangs says nothing.
 */
import { mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { root } from "../workspace.mjs";
import { drawCall, poolOf } from "./arguments.ts";
import { docOf, isHidden, readDeclarations, wrongNumber, wrongRefusal } from "./judge.ts";
import { planOf } from "./plan.ts";
import { recordSeeds } from "./seeds.ts";
import { type Fault, noCalls, type Order, type Report, type Tally } from "./tally.ts";

/** A call takes this much processor time at most. */
const LONGEST = 2;
const BATCH = 500;

const send = (report: Report): Promise<void> => new Promise((resolve) => process.send?.(report, () => resolve()));

function described(args: readonly unknown[]): string {
  const text = inspect(args, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 8, maxStringLength: 60 });
  return text.length > 700 ? `${text.slice(0, 700)} ...` : text;
}

async function work({ seed, from, to, only, skip, position }: Order): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-fuzz-"));
  process.chdir(folder);
  process.on("exit", () => {
    process.chdir(root);
    rmSync(folder, { recursive: true, force: true });
  });
  const file = openSync(position, "w");
  const declared = readDeclarations();
  const targets = [...(await recordSeeds()).values()].filter((target) => !isHidden(target, declared));
  const pool = poolOf(targets);
  const chosen = targets.filter(({ name }) => name.includes(only)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const plan = planOf(chosen.map(({ name }) => name));
  const docs = new Map(targets.map((target) => [target, docOf(target, declared)]));
  await send({
    kind: "ready",
    names: chosen.map(({ name }) => name),
    without: chosen.filter(({ seeds }) => seeds.length === 0).map(({ name }) => name),
  });
  let tallies: Record<string, Tally> = {};
  let faults: Fault[] = [];
  const report = async (upTo: number): Promise<void> => {
    await send({ kind: "done", upTo, tallies, faults });
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
  for (let call = from; call < to; call++) {
    const target = chosen[plan(call)];
    const { self, args } = drawCall(target, seed, call, pool);
    const known = skip.find((ended) => ended.call === call);
    if (known !== undefined) {
      faults.push({ name: target.name, ...known, args: described(args) });
      continue;
    }
    number[0] = call;
    writeSync(file, number, 0, 8, 0);
    const cpu = process.cpuUsage();
    let problem: string | undefined;
    let refused = false;
    try {
      let result = target.call(self, args);
      if (result instanceof Promise) result = await result;
      problem = wrongNumber(result, target.name, docs.get(target) ?? "");
      await closed(result);
    } catch (error) {
      refused = true;
      problem = wrongRefusal(error, target);
    }
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (user + system) / 1e6;
    if (problem === undefined && late !== undefined) problem = `afterwards: ${String(late)}`;
    late = undefined;
    if (problem === undefined && seconds > LONGEST) problem = `takes ${seconds.toFixed(1)} s`;
    if (problem !== undefined) faults.push({ name: target.name, call, problem, args: described(args) });
    const tally = tallies[target.name] ?? noCalls();
    tallies[target.name] = tally;
    tally.calls++;
    if (refused) tally.refused++;
    else tally.answered++;
    tally.seconds += seconds;
    tally.slowest = Math.max(tally.slowest, seconds);
    if ((call + 1) % BATCH === 0) await report(call + 1);
  }
  await report(to);
  process.exit(0);
}

/** Servers that a call started are stopped. */
async function closed(result: unknown): Promise<void> {
  const close = (result as { close?: unknown } | null | undefined)?.close;
  if (typeof close === "function") await close.call(result);
}

process.on("message", (order: Order) => void work(order));

/** @file Calls of the public functions with arguments from inside, at the edge of and outside their domains. */
import { inspect } from "node:util";
import { drawCall, LARGEST_SIZE, poolOf } from "./arguments.ts";
import { docOf, isHidden, readDeclarations, wrongNumber, wrongRefusal } from "./judge.ts";
import { planOf } from "./plan.ts";
import { recordSeeds, type Target } from "./seeds.ts";
import type { Outcome, Source } from "./tally.ts";

function described(args: readonly unknown[]): string {
  const text = inspect(args, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: 8, maxStringLength: 60 });
  return text.length > 700 ? `${text.slice(0, 700)} ...` : text;
}

/** Servers that a call started are stopped. */
async function closed(result: unknown): Promise<void> {
  const close = (result as { close?: unknown } | null | undefined)?.close;
  if (typeof close === "function") await close.call(result);
}

/** The largest dimension in arguments: calls that are to end within seconds have at most 20. */
function largestDimension(value: unknown, depth = 0): number {
  if (typeof value !== "object" || value === null || depth > 4) return 0;
  const own = (value as { d?: unknown }).d;
  const inside = ArrayBuffer.isView(value) ? [] : Object.values(value).map((part) => largestDimension(part, depth + 1));
  return inside.reduce((most, d) => Math.max(most, d), typeof own === "number" ? own : 0);
}

/** The public functions, in the present folder, where they may leave files. */
export async function functionCalls(seed: number, only: string): Promise<Source> {
  const declared = readDeclarations();
  const targets = [...(await recordSeeds()).values()].filter((target) => !isHidden(target, declared));
  const pool = poolOf(targets);
  const chosen = targets.filter(({ name }) => name.includes(only)).sort((a, b) => (a.name < b.name ? -1 : 1));
  // Of theorems with large cases alone: what predicts is a function that is called by itself.
  const large = ({ name, seeds }: Target) => name.endsWith(".predict") && seeds.every(({ args }) => largestDimension(args) > LARGEST_SIZE);
  for (const { seeds } of chosen) {
    const small = seeds.filter(({ args }) => largestDimension(args) <= LARGEST_SIZE);
    if (small.length > 0) seeds.splice(0, seeds.length, ...small);
  }
  const callable = chosen.filter((target) => target.seeds.length > 0 && !large(target));
  const docs = new Map(chosen.map((target) => [target, docOf(target, declared)]));
  const plan = planOf(callable.map(({ name }) => name));
  return {
    names: callable.map(({ name }) => name),
    without: chosen.filter(({ seeds }) => seeds.length === 0).map(({ name }) => name),
    call(number) {
      const target = callable[plan(number)];
      const { self, args } = drawCall(target, seed, number, pool);
      const make = async (): Promise<Outcome> => {
        try {
          let result = target.call(self, args);
          if (result instanceof Promise) result = await result;
          const problem = wrongNumber(result, target.name, docs.get(target) ?? "", declared);
          await closed(result);
          return { refused: false, problem };
        } catch (error) {
          return { refused: true, problem: wrongRefusal(error, target) };
        }
      };
      return { name: target.name, described: () => described(args), make };
    },
  };
}

/**
 * @file Arguments for one call: those of a call that works, changed in one to three places. A change stays in the domain (another size, sign or
 * entry; a field that the function reads and the call left out), goes to its edge, or leaves it (another kind, NaN, huge, tiny, nothing).
 */
import { Matrix } from "ml-matrix";
import { Random } from "../../lib/dist/core/random.js";
import type { Seed, Target } from "./seeds.ts";

/** Sizes of what is made or gone through: the promise of an end within seconds is for dimensions up to 20. */
const SIZES = /^(?:d|dimension|rows|columns|size|width|height|dpi|fontSize)$/;
export const LARGEST_SIZE = 20;

const EDGES = [0, -0, 1, -1, 2, 0.5, 5e-324, 1e-300, 1e-17, 1e-9, 1e9, 1e12, 2 ** 31, 2 ** 53 - 1, 2 ** 53, 1e100, 1e300, Number.MAX_VALUE];
const INFINITE = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const WORDS = ["", "x", "0", "NaN", "é 𝔼", "a\u0000b", "w".repeat(300), "constructor", "__proto__"];

/** Arguments that the library makes and hands on: they are replaced, or lose or change a field of their own, and nothing deeper. */
const MADE =
  /^(?:settings|spectra|coverage|prediction|recommendation|reduction|layout|data|sweepable|source|grid|steps|rows|cells|answers)$/;

/** Values of other kinds than numbers. */
const OTHERS: readonly (() => unknown)[] = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => "3",
  () => "x",
  () => true,
  () => 3n,
  () => ({}),
  () => [],
  () => [Number.NaN],
  () => [[1, 2], [3]],
  () => () => Number.NaN,
  () => Symbol("s"),
  () => new Date(0),
  () => new Map(),
  () => new Float64Array(0),
  () => new DataView(new ArrayBuffer(8)),
  () => new Matrix(0, 0),
  () => new Matrix([[Number.NaN]]),
  () => Object.create(null),
  () => Promise.resolve(1),
];

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** What the calls that work hold, by the names of fields: a field that is left out can take another call's value. */
export type Pool = ReadonlyMap<string, readonly unknown[]>;

/** The values of every field in the calls that work. */
export function poolOf(targets: Iterable<Target>): Pool {
  const pool = new Map<string, unknown[]>();
  const gather = (value: unknown, depth: number): void => {
    if (!isPlain(value) || depth > 2) return;
    for (const [key, field] of Object.entries(value)) {
      const known = pool.get(key) ?? [];
      if (known.length < 40) known.push(field);
      pool.set(key, known);
      gather(field, depth + 1);
    }
  };
  for (const { seeds } of targets) for (const { args } of seeds) for (const arg of args) gather(arg, 0);
  return pool;
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)];

function otherNumber(random: Random, value: number, key: string): number {
  const kind = random.integer(10);
  if (SIZES.test(key)) return kind < 7 ? random.integer(LARGEST_SIZE + 1) : pick(random, [...INFINITE, 0.5, -1, -0, 1e-300]);
  if (kind < 2) return random.integer(21);
  if (kind < 3) return random.uniform();
  if (kind < 5) return value * 10 ** (6 * random.uniform() - 3);
  if (kind < 6) return Number.isInteger(value) ? value + random.integer(5) - 2 : -value;
  if (kind < 9) return pick(random, EDGES);
  return pick(random, INFINITE);
}

/** A value changed somewhere. */
function changed(random: Random, value: unknown, key: string, pool: Pool, fields: ReadonlySet<string> | undefined): unknown {
  if (random.integer(8) === 0) return pick(random, OTHERS)();
  if (typeof value === "number") return otherNumber(random, value, key);
  if (typeof value === "string") return pick(random, [...WORDS, ...(pool.get(key) ?? [])]);
  if (typeof value === "boolean") return !value;
  if (typeof value === "bigint") return pick(random, [0n, 1n, -value, value * 2n, 10n ** 30n]);
  if (Matrix.isMatrix(value)) return changedMatrix(random, value as Matrix);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return changedNumbers(random, value as Float64Array);
  if (Array.isArray(value)) return changedList(random, value, key, pool);
  if (isPlain(value)) return changedFields(random, value, pool, fields);
  return pick(random, [...(pool.get(key) ?? []), ...OTHERS.map((other) => other())]);
}

function changedFields(random: Random, value: Record<string, unknown>, pool: Pool, fields: ReadonlySet<string> | undefined): unknown {
  const own = Object.keys(value);
  const kind = random.integer(12);
  if (kind === 0) return { ...value, [pick(random, ["surplus", "K", "Noise"])]: 1 };
  if (own.length > 0 && kind === 1) {
    const { [pick(random, own)]: _, ...rest } = value;
    return rest;
  }
  const absent = [...(fields ?? [])].filter((key) => !(key in value) && key !== "then" && key !== "toJSON");
  if (absent.length > 0 && kind < 6) {
    const key = pick(random, absent);
    const known = pool.get(key);
    const field = known && random.integer(3) > 0 ? pick(random, known) : changed(random, 1, key, pool, undefined);
    return { ...value, [key]: random.integer(3) === 0 ? changed(random, field, key, pool, undefined) : field };
  }
  if (own.length === 0) return value;
  const key = pick(random, own);
  if (MADE.test(key) && isPlain(value[key])) return { ...value, [key]: pick(random, OTHERS)() };
  return { ...value, [key]: changed(random, value[key], key, pool, undefined) };
}

function changedList(random: Random, value: readonly unknown[], key: string, pool: Pool): unknown {
  const kind = random.integer(8);
  if (kind === 0) return value.slice(0, random.integer(value.length + 1));
  if (value.length === 0) return [pick(random, OTHERS)()];
  if (kind === 1) return [...value, pick(random, value)];
  if (kind === 2 && value.every((entry) => typeof entry === "number")) return Float64Array.from(value as number[]);
  if (kind === 3) return value.map(() => value[0]);
  const at = random.integer(value.length);
  return value.map((entry, i) => (i === at ? changed(random, entry, key, pool, undefined) : entry));
}

function changedNumbers(random: Random, value: Float64Array): unknown {
  if (random.integer(4) === 0) return value.slice(0, random.integer(value.length + 1));
  if (value.length === 0) return new Float64Array([1]);
  const copy = value.slice();
  const at = random.integer(value.length);
  copy[at] = random.integer(5) === 0 ? Number.NaN : otherNumber(random, Number(value[at]), "");
  return copy;
}

function changedMatrix(random: Random, value: Matrix): unknown {
  const kind = random.integer(8);
  if (kind === 0) return Matrix.zeros(value.rows, value.columns);
  if (kind === 1) return value.transpose();
  if (kind === 2) return value.clone().mul(pick(random, [1e-300, 1e-9, -1, 1e9, 1e200]));
  if (kind === 3 && value.rows > 1) return value.clone().removeRow(random.integer(value.rows));
  if (kind === 4) return Matrix.ones(value.rows, value.columns);
  const copy = value.clone();
  if (copy.rows * copy.columns === 0) return new Matrix([[1]]);
  const [i, j] = [random.integer(copy.rows), random.integer(copy.columns)];
  const entry = random.integer(5) === 0 ? Number.NaN : otherNumber(random, copy.get(i, j), "");
  copy.set(i, j, entry);
  if (random.integer(2) === 0 && j < copy.rows && i < copy.columns) copy.set(j, i, entry);
  return copy;
}

/** A copy that the call may change: streams begin anew. */
function fresh(value: unknown): unknown {
  if (value instanceof Random) return Random.seed(value.name);
  if (Matrix.isMatrix(value)) return (value as Matrix).clone();
  if (ArrayBuffer.isView(value) && "slice" in value) return (value as Float64Array).slice();
  if (Array.isArray(value)) return value.map(fresh);
  if (isPlain(value)) return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, fresh(field)]));
  return value;
}

/** The call of a target that a number stands for. */
export function drawCall(target: Target, seed: number, round: number, pool: Pool): { self: unknown; args: unknown[] } {
  const random = Random.seed(seed).stream(target.name, round);
  const base: Seed = target.seeds.length > 0 ? pick(random, target.seeds) : { self: undefined, args: [], fields: new Map() };
  let args = base.args.map(fresh);
  const changes = 1 + random.integer(3);
  for (let i = 0; i < changes; i++) {
    const kind = random.integer(12);
    if (args.length > 0 && kind === 0) args = args.slice(0, random.integer(args.length));
    else if (kind === 1) args = [...args, pick(random, OTHERS)()];
    else if (args.length > 0) {
      const at = random.integer(args.length);
      args[at] = changed(random, args[at], "", pool, base.fields.get(at));
    }
  }
  return { self: fresh(base.self), args };
}

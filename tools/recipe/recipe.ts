/** @file What a recipe is: a base model, the problems, and how it is trained and asked. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statfsSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { root } from "../workspace.mjs";

/** Something that the person at the terminal can mend. */
export class RecipeError extends Error {}

/** The content of recipes/NAME/recipe.json. */
export interface Recipe {
  readonly name: string;
  /** A GGUF file inside a wheel of the Python package index, or a model of the hub. */
  readonly base:
    | { readonly wheel: string; readonly wheelSha256: string; readonly file: string; readonly sha256: string }
    | { readonly hub: string };
  /** The specification of each task's problems. */
  readonly problems: Readonly<Record<string, string>>;
  /** Which tasks' problems each training has, in turn. */
  readonly trainings: Readonly<Record<string, readonly string[]>>;
  /** Problems to train on. */
  readonly count: number;
  readonly methods: Readonly<Record<string, { readonly rate: number; readonly rank?: number }>>;
  readonly steps: number;
  /** Tokens of a step. */
  readonly tokens: number;
  /** Tokens that are worked on at once. */
  readonly part: number;
  readonly seeds: readonly number[];
  /** Most tokens of a reply. */
  readonly budget: number;
  /** Chain lengths of the table. */
  readonly buckets: string;
  /** Replies that are written at once. */
  readonly batch: number;
  /** Budgets that chains are forced to, for the base model and the trainings of these methods, on the problems of one detail; absent: none. */
  readonly forced?: {
    readonly methods: readonly string[];
    readonly detail: number;
    readonly budgets: readonly number[];
    /** How often a model that ends is told to go on. */
    readonly waits: number;
    readonly answerTokens: number;
  };
  readonly needs: { readonly diskGiB: number; readonly memoryGiB: number; readonly gpu?: boolean };
}

/** One fine-tuning. */
export interface Training {
  readonly task: string;
  readonly method: string;
  readonly seed: number;
  /** gcd-lora-1 */
  readonly label: string;
}

const folder = join(root, "recipes");

/** The recipes that there are. */
export const recipeNames = (): string[] => readdirSync(folder).filter((name) => existsSync(join(folder, name, "recipe.json")));

export const readRecipe = (name: string): Recipe => ({ name, ...JSON.parse(readFileSync(join(folder, name, "recipe.json"), "utf8")) });

/** Every fine-tuning of a recipe, seed after seed, so that a run that is broken off holds whole comparisons. */
export function trainingsOf({ seeds, methods, trainings }: Recipe): Training[] {
  return seeds.flatMap((seed) =>
    Object.keys(methods).flatMap((method) =>
      Object.keys(trainings).map((task) => ({ task, method, seed, label: `${task}-${method}-${seed}` })),
    ),
  );
}

/** A place in the recipe's folder of results, whose parent is made. */
export function place({ name }: Recipe, ...path: string[]): string {
  const whole = join(root, "out", name, ...path);
  mkdirSync(join(whole, ".."), { recursive: true });
  return whole;
}

/** What the base model is loaded from. */
export const baseOf = (recipe: Recipe): string => ("hub" in recipe.base ? recipe.base.hub : place(recipe, "base"));

/** The test problems of a task, those of them whose chains are forced, and those that a training has. */
export const testFile = (recipe: Recipe, task: string): string => place(recipe, "problems", `${task}-test.jsonl`);
export const forcedFile = (recipe: Recipe, task: string): string => place(recipe, "problems", `${task}-forced.jsonl`);
export const trainFile = (recipe: Recipe, task: string): string => place(recipe, "problems", `${task}-train.jsonl`);

/** SHA-256 of a file of any size. */
export async function fileHash(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

export const say = (text: string): void => void process.stderr.write(`recipe: ${text}\n`);

/** Says before a long work what would end it in the middle. */
export function checkRoom(recipe: Recipe): void {
  const gib = 2 ** 30;
  mkdirSync(place(recipe), { recursive: true });
  const { bavail, bsize } = statfsSync(place(recipe));
  const { diskGiB, memoryGiB } = recipe.needs;
  const [disk, memory] = [(bavail * bsize) / gib, freemem() / gib];
  if (disk < diskGiB) throw new RecipeError(`${diskGiB} GiB of disk are needed in ${place(recipe)}, got ${disk.toFixed(1)}`);
  if (memory < memoryGiB) say(`${memoryGiB} GiB of free memory are needed, got ${memory.toFixed(1)}: it may not suffice`);
}

/** Runs a program with its output shown. @throws RecipeError with the remedy when it fails */
export function mustRun(command: string, args: readonly string[], remedy: string): void {
  const env = { ...process.env, HF_HUB_DISABLE_PROGRESS_BARS: "1", TQDM_DISABLE: "1", TOKENIZERS_PARALLELISM: "false" };
  const { status, error, signal } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], env });
  if (status === 0) return;
  throw new RecipeError(`${error?.message ?? (signal ? `stopped by ${signal}` : "it failed; its message stands above")}. ${remedy}`);
}

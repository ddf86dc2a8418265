/** @file The settings of a small model that solves problems in symbols: plain data, read from a small JSON file and checked as a whole. */
import { checkInteger, checkInterval, checkPositive, fail, show } from "../core/check";
import type { TokenModelShape } from "../transformer/tokenModel";
import { DETAILS, type Detail } from "./problem";
import type { ProblemSpec } from "./problemSet";
import { SYMBOL_VOCABULARY } from "./symbolTokens";

/** What a model learns from. */
export interface SymbolData {
  /** Tasks with their knobs, taken in turn: a task named twice makes twice the share. */
  readonly specs: readonly ProblemSpec[];
  /** Problems, all of the train split. */
  readonly count: number;
  readonly seed: number;
  readonly detail: Detail;
  /** Shares of chains that are cut and that are gone through twice; see `symbolCorpus`. */
  readonly cut: number;
  readonly twice: number;
}

/** How it learns: Adam, linear warm-up, then a cosine down to `floor` times the largest rate. */
export interface SymbolTraining {
  readonly steps: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly warmUp: number;
  readonly floor: number;
}

export interface SymbolModelConfig {
  readonly name: string;
  /** Name of the configuration whose model this one starts from, seed by seed; null for first values at random. */
  readonly start: string | null;
  readonly model: Omit<TokenModelShape, "vocabulary">;
  readonly data: SymbolData;
  readonly training: SymbolTraining;
  readonly seeds: readonly number[];
}

/** The model's shape with its vocabulary. */
export function symbolModelShape({ model }: Pick<SymbolModelConfig, "model">): TokenModelShape {
  return { ...model, vocabulary: SYMBOL_VOCABULARY };
}

/** An object that has exactly these keys. */
function section<const Key extends string>(place: string, value: unknown, keys: readonly Key[]): Record<Key, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`symbolModelConfig: ${place} must be an object, got ${show(value)}`);
  const wrong = [...Object.keys(value).filter((key) => !keys.includes(key as Key)), ...keys.filter((key) => !Object.hasOwn(value, key))];
  if (wrong.length > 0) fail("symbolModelConfig", place, `an object of ${keys.join(", ")} and nothing else`, Object.keys(value).join(", "));
  return value as Record<Key, unknown>;
}

/**
 * Checks settings from parsed JSON.
 * @throws RangeError or TypeError naming what is unknown, missing or out of range
 */
export function symbolModelConfig(value: unknown): SymbolModelConfig {
  const fn = "symbolModelConfig";
  const c = section("the file", value, ["name", "start", "model", "data", "training", "seeds"]);
  const isName = (name: unknown): boolean => typeof name === "string" && /^[a-z0-9][a-z0-9._-]*$/i.test(name);
  if (!isName(c.name)) fail(fn, "name", "a name of letters, digits, dots, hyphens and underscores", c.name);
  if (c.start !== null && !isName(c.start)) fail(fn, "start", "null or another configuration's name", c.start);
  const model = section("model", c.model, ["layers", "heads", "width", "context"]) as Record<string, number>;
  checkInteger(fn, "model.layers", model.layers!, 1, 24);
  checkInteger(fn, "model.heads", model.heads!, 1, 64);
  checkInteger(fn, "model.width", model.width!, 4, 1024);
  if (model.width! % (4 * model.heads!) !== 0) fail(fn, "model.width", `a multiple of 4 times the ${model.heads} heads`, model.width);
  checkInteger(fn, "model.context", model.context!, 16, 2048);
  const data = section("data", c.data, ["specs", "count", "seed", "detail", "cut", "twice"]);
  if (!Array.isArray(data.specs) || data.specs.length === 0) fail(fn, "data.specs", "a non-empty list", data.specs);
  checkInteger(fn, "data.count", data.count as number, 1, 1e6);
  checkInteger(fn, "data.seed", data.seed as number, 0);
  if (!DETAILS.includes(data.detail as Detail)) fail(fn, "data.detail", "1, 2 or 3", data.detail);
  checkInterval(fn, "data.cut", data.cut as number, 0, 1);
  checkInterval(fn, "data.twice", data.twice as number, 0, 1 - (data.cut as number));
  const training = section("training", c.training, ["steps", "batch", "learningRate", "warmUp", "floor"]) as Record<string, number>;
  checkInteger(fn, "training.steps", training.steps!, 1);
  checkInteger(fn, "training.batch", training.batch!, 1, 4096);
  checkPositive(fn, "training.learningRate", training.learningRate!);
  checkInteger(fn, "training.warmUp", training.warmUp!, 0);
  checkInterval(fn, "training.floor", training.floor!, 0, 1);
  if (!Array.isArray(c.seeds) || c.seeds.length === 0) fail(fn, "seeds", "a non-empty list of integers >= 0", c.seeds);
  (c.seeds as number[]).forEach((seed, i) => {
    checkInteger(fn, `seeds[${i}]`, seed, 0);
  });
  return value as SymbolModelConfig;
}

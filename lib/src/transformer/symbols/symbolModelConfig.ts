/** @file The settings of a small model that solves problems in symbols: plain data, read from a small JSON file and checked as a whole. */
import { Checks } from "../../core/check";
import { DETAILS, type Detail } from "../../reasoning/problem";
import { type ProblemSpec, problemSpec } from "../../reasoning/problemSet";
import type { TokenModelShape } from "../parameters";
import { checkShares } from "./symbolCorpus";
import { SYMBOL_VOCABULARY } from "./symbolTokens";

/** What a model learns from. */
export interface SymbolData {
  /** Kinds of problems with their knobs, taken in turn: one named twice makes twice the share. */
  readonly specs: readonly ProblemSpec[];
  /** Problems, all of the train split; integer in [1, 1e6]. */
  readonly count: number;
  /** Seed of the problems and of how chains are turned; integer >= 0. */
  readonly seed: number;
  /** How much of a solution is written. */
  readonly detail: Detail;
  /** Share of chains that stop anywhere and go straight to the answer, as at the end of a budget; in [0, 1]. */
  readonly cut: number;
  /** Share of chains that, where there is room, solve the problem once more, as after being told to wait; in [0, 1 - cut]. */
  readonly twice: number;
}

/** How it learns: Adam, linear warm-up, then a cosine down to `floor` times the largest rate. */
export interface SymbolTraining {
  /** Steps; integer >= 1. */
  readonly steps: number;
  /** Sequences a step; integer in [1, 4096]. */
  readonly batch: number;
  /** Largest learning rate; > 0. */
  readonly learningRate: number;
  /** Steps over which the rate rises; integer >= 0. */
  readonly warmUp: number;
  /** The last step's rate as a part of the largest; in [0, 1]. */
  readonly floor: number;
}

/** A whole training of a small model but for its seed. */
export interface SymbolModelConfig {
  /** Name: letters, digits, dots, hyphens and underscores. */
  readonly name: string;
  /** Name of the configuration whose model this one starts from, seed by seed; null for first values at random. */
  readonly start: string | null;
  /** Its shape; at most 24 layers, 64 heads, width 1024 and a context of 16 to 2048 tokens. */
  readonly model: Omit<TokenModelShape, "vocabulary">;
  /** What it learns from. */
  readonly data: SymbolData;
  /** How it learns. */
  readonly training: SymbolTraining;
  /** Seeds to train with; integers >= 0. */
  readonly seeds: readonly number[];
}

/** The model's shape with its vocabulary. */
export function symbolModelShape({ model }: Pick<SymbolModelConfig, "model">): TokenModelShape {
  return { ...model, vocabulary: SYMBOL_VOCABULARY };
}

/** An object that has exactly these keys. */
function section<const Key extends string>(place: string, value: unknown, keys: readonly Key[]): Readonly<Record<Key, unknown>> {
  const check: Checks = new Checks("symbolModelConfig");
  check.record(place, value, keys);
  const missing = keys.filter((key) => !Object.hasOwn(value, key));
  if (missing.length > 0) check.fail(place, `an object of ${keys.join(", ")}`, Object.keys(value).join(", "));
  return value as Readonly<Record<Key, unknown>>;
}

/**
 * A small model's settings from parsed JSON, checked; there are no defaults.
 * @param value an object with every field of {@link SymbolModelConfig}
 * @throws RangeError or TypeError naming what is unknown, missing or out of range
 * @origin ours
 * @example
 * const model = { layers: 1, heads: 1, width: 4, context: 32 };
 * const data = { specs: [{ kind: "arithmetic", digits: 1 }], count: 60, seed: 1, detail: 1, cut: 0.1, twice: 0.1 };
 * const training = { steps: 300, batch: 32, learningRate: 0.01, warmUp: 10, floor: 0.1 };
 * cot.transformer.symbolModelConfig({ name: "tiny", start: null, model, data, training, seeds: [0] }).name; // => "tiny"
 */
export function symbolModelConfig(value: unknown): SymbolModelConfig {
  const check: Checks = new Checks("symbolModelConfig");
  const c = section("the file", value, ["name", "start", "model", "data", "training", "seeds"]);
  check.name("name", c.name);
  if (c.start !== null) check.name("start", c.start);
  const model = section("model", c.model, ["layers", "heads", "width", "context"]);
  check.integer("model.layers", model.layers, 1, 24);
  check.integer("model.heads", model.heads, 1, 64);
  check.integer("model.width", model.width, 4, 1024);
  if (model.width % (4 * model.heads) !== 0) check.fail("model.width", `a multiple of 4 times the ${model.heads} heads`, model.width);
  check.integer("model.context", model.context, 16, 2048);
  const data = section("data", c.data, ["specs", "count", "seed", "detail", "cut", "twice"]);
  if (!Array.isArray(data.specs) || data.specs.length === 0) check.fail("data.specs", "a non-empty list", data.specs);
  check.integer("data.count", data.count, 1, 1e6);
  check.integer("data.seed", data.seed, 0);
  if (!DETAILS.includes(data.detail as Detail)) check.fail("data.detail", "1, 2 or 3", data.detail);
  checkShares(check, "data.", data.cut as number, data.twice as number);
  const training = section("training", c.training, ["steps", "batch", "learningRate", "warmUp", "floor"]);
  check.integer("training.steps", training.steps, 1);
  check.integer("training.batch", training.batch, 1, 4096);
  check.positive("training.learningRate", training.learningRate);
  check.integer("training.warmUp", training.warmUp, 0);
  check.interval("training.floor", training.floor, 0, 1);
  check.seeds("seeds", c.seeds);
  return { ...c, data: { ...data, specs: data.specs.map(problemSpec) } } as unknown as SymbolModelConfig;
}

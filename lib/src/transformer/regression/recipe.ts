/** @file A training run's settings: model, task, recipe. Plain data, read from a small JSON file and checked as a whole. */
import { Checks, show } from "../../core/check";
import type { VectorModelShape } from "../parameters";

/** Λ as a diagonal: all ones, i^-exponent, or given eigenvalues (d of them, > 0). */
export type Spectrum = "identity" | { readonly exponent: number } | readonly number[];

/** Where prompts come from: x ~ N(0, Λ), w ~ N(0, I_d), y = <w, x>. */
export interface PromptDistribution {
  /** n: examples a prompt. */
  readonly n: number;
  readonly spectrum: Spectrum;
}

/** How a step trains. */
export interface TrainingRecipe {
  readonly steps: number;
  /** Prompts a step. */
  readonly batch: number;
  /** Parts of the batch whose gradients are summed in order: the result depends on them, and not on the number of threads. */
  readonly shards: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Largest norm of the whole gradient. */
  readonly clip: number;
  readonly warmUp: number;
  /** The last step's rate as a part of the largest; the rate falls along a cosine. */
  readonly floor: number;
  /** Thought tokens from w_0 = 0 and the model's own (detached) estimates. */
  readonly onPolicy: number;
  /** Thought tokens that start at w* + s ε, s log-uniform in `noise`, ε ~ N(0, I). */
  readonly noisy: number;
  readonly noise: readonly [number, number];
  /** Whether a thought takes the place of the one before, or is appended to the chain. */
  readonly mode: "replace" | "append";
  /** "relative": mse(out) / (mse(in) + 1e-3); "plain": mse(out). The mean over thoughts and prompts. */
  readonly loss: "relative" | "plain";
  /** From few dimensions and examples to all of them, in equal increments over the first `steps` steps. */
  readonly curriculum: { readonly d: number; readonly n: number; readonly steps: number } | null;
}

/** One curve to be measured after training. */
export interface CurveSettings {
  readonly name: string;
  readonly test: PromptDistribution;
  /** Largest number of steps k. */
  readonly k: number;
  readonly prompts: number;
}

/** A whole run but for its seed. */
export interface RunConfig {
  readonly name: string;
  readonly model: VectorModelShape;
  readonly train: PromptDistribution;
  readonly recipe: TrainingRecipe;
  readonly curves: readonly CurveSettings[];
  readonly seeds: readonly number[];
}

/** The eigenvalues that a spectrum stands for. */
export function spectrumValues(spectrum: Spectrum, d: number): Float64Array {
  if (spectrum === "identity") return new Float64Array(d).fill(1);
  if ("exponent" in spectrum) return Float64Array.from({ length: d }, (_, i) => (i + 1) ** -spectrum.exponent);
  return Float64Array.from(spectrum);
}

const MODEL_DEFAULTS = { layers: 2, heads: 4, width: 64, positions: 0, skip: true, initial: "fan-in" } as const;
const RECIPE_DEFAULTS: TrainingRecipe = {
  steps: 1500,
  batch: 64,
  shards: 4,
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.99,
  epsilon: 1e-8,
  clip: 1,
  warmUp: 100,
  floor: 0.02,
  onPolicy: 5,
  noisy: 5,
  noise: [0.01, 1],
  mode: "replace",
  loss: "relative",
  curriculum: null,
};

type Json = Readonly<Record<string, unknown>>;

/** The object itself, after making sure that it has no keys but the known ones: a misspelt key must not be ignored. */
function section(place: string, value: unknown, known: readonly string[]): Json {
  const check: Checks = new Checks("config");
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new TypeError(`config: ${place} must be an object, got ${show(value)}`);
  for (const key of Object.keys(value)) if (!known.includes(key)) check.fail(place, `an object with keys among ${known.join(", ")}`, key);
  return value as Json;
}

function promptDistribution(place: string, value: unknown, d: number): PromptDistribution {
  const check: Checks = new Checks("config");
  const { n, spectrum = "identity" } = section(place, value, ["n", "spectrum"]);
  check.integer(`${place}.n`, n, 1, 4096);
  if (Array.isArray(spectrum)) {
    check.vector(`${place}.spectrum`, spectrum, d);
    spectrum.forEach((value, i) => {
      check.positive(`${place}.spectrum[${i}]`, value);
    });
    return { n, spectrum: Array.from(spectrum) };
  }
  if (typeof spectrum === "object" && spectrum !== null) {
    const { exponent } = section(`${place}.spectrum`, spectrum, ["exponent"]);
    check.finite(`${place}.spectrum.exponent`, exponent);
    return { n, spectrum: { exponent } };
  }
  check.oneOf(`${place}.spectrum`, spectrum, ["identity"]);
  return { n, spectrum };
}

function modelShape(value: unknown): VectorModelShape {
  const check: Checks = new Checks("config");
  const m = { ...MODEL_DEFAULTS, ...section("model", value, [...Object.keys(MODEL_DEFAULTS), "d"]) } as Record<string, unknown>;
  const { layers, heads, width, d, positions, skip, initial } = m;
  check.integer("model.d", d, 1, 1024);
  check.integer("model.layers", layers, 1, 64);
  check.integer("model.heads", heads, 1, 64);
  check.integer("model.width", width, 4, 4096);
  check.integer("model.positions", positions, 0, 65536);
  if (width % (4 * heads) !== 0) check.fail("model.width", `a multiple of 4 times the ${heads} heads`, width);
  if (typeof skip !== "boolean") throw new TypeError(`config: model.skip must be true or false, got ${show(skip)}`);
  check.oneOf("model.initial", initial, ["fan-in", "gpt2"]);
  return { layers, heads, width, d, positions, skip, initial };
}

function trainingRecipe(value: unknown, d: number, n: number): TrainingRecipe {
  const check: Checks = new Checks("config");
  const r = { ...RECIPE_DEFAULTS, ...section("recipe", value, Object.keys(RECIPE_DEFAULTS)) };
  const place = (name: string): string => `recipe.${name}`;
  for (const [name, least] of [
    ["steps", 1],
    ["batch", 1],
    ["shards", 1],
    ["warmUp", 0],
    ["onPolicy", 0],
    ["noisy", 0],
  ] as const)
    check.integer(place(name), r[name], least);
  if (r.batch % r.shards !== 0) check.fail(place("shards"), `a divisor of the batch, ${r.batch}`, r.shards);
  if (r.onPolicy + r.noisy === 0) check.fail(place("onPolicy"), "at least 1 where noisy is 0", r.onPolicy);
  for (const name of ["learningRate", "epsilon", "clip"] as const) check.positive(place(name), r[name]);
  for (const name of ["beta1", "beta2"] as const) check.interval(place(name), r[name], 0, 0.999999);
  check.interval(place("floor"), r.floor, 0, 1);
  check.vector(place("noise"), r.noise, 2);
  check.positive(place("noise[0]"), r.noise[0]);
  if (!(r.noise[1] >= r.noise[0])) check.fail(place("noise[1]"), `>= noise[0] = ${r.noise[0]}`, r.noise[1]);
  check.oneOf(place("mode"), r.mode, ["replace", "append"]);
  check.oneOf(place("loss"), r.loss, ["relative", "plain"]);
  if (r.curriculum === null) return r;
  const curriculum = section(place("curriculum"), r.curriculum, ["d", "n", "steps"]);
  check.integer(place("curriculum.d"), curriculum.d, 1, d);
  check.integer(place("curriculum.n"), curriculum.n, 1, n);
  check.integer(place("curriculum.steps"), curriculum.steps, 1);
  return r;
}

/**
 * A run's settings from parsed JSON, with defaults filled in: `model` (d is needed; 2 layers, 4 heads, width 64), `train` (n; Λ = I),
 * `recipe`, `curves` (name, test, k, prompts), `seeds`, `name`.
 * @throws RangeError or TypeError naming the key that is unknown, missing or out of range
 */
export function runConfig(value: unknown): RunConfig {
  const check: Checks = new Checks("config");
  const c = section("the file", value, ["name", "about", "model", "train", "recipe", "curves", "seeds"]);
  if (typeof c.name !== "string" || !/^[a-z0-9][a-z0-9._-]*$/i.test(c.name))
    check.fail("name", "a name of letters, digits, dots, hyphens and underscores", c.name);
  const model = modelShape(c.model);
  const train = promptDistribution("train", c.train, model.d);
  const recipe = trainingRecipe(c.recipe ?? {}, model.d, train.n);
  const { curves = [], seeds = [0] } = c;
  if (!Array.isArray(curves)) throw new TypeError(`config: curves must be a list, got ${show(curves)}`);
  if (!Array.isArray(seeds) || seeds.length === 0) throw new TypeError(`config: seeds must be a list of integers >= 0, got ${show(seeds)}`);
  seeds.forEach((seed, i) => {
    check.integer(`seeds[${i}]`, seed, 0);
  });
  const longest = Math.max(train.n, ...curves.map((curve) => Number((curve as { test?: { n?: number } })?.test?.n ?? 0)));
  const chain = recipe.mode === "append" ? recipe.onPolicy : 1;
  if (model.positions > 0 && model.positions < longest + chain)
    check.fail("model.positions", `0 or at least ${longest + chain}, one for each token`, model.positions);
  return {
    name: c.name,
    model,
    train,
    recipe,
    curves: curves.map((curve, i) => {
      const place = `curves[${i}]`;
      const { name, test, k = 40, prompts = 1024 } = section(place, curve, ["name", "test", "k", "prompts"]);
      if (typeof name !== "string" || name.length === 0) check.fail(`${place}.name`, "a name", name);
      check.integer(`${place}.k`, k, 1, 10_000);
      check.integer(`${place}.prompts`, prompts, 2);
      return { name, test: promptDistribution(`${place}.test`, test, model.d), k, prompts };
    }),
    seeds: Array.from(seeds),
  };
}

/** The learning rate of a step (from 0): linear warm-up, then a cosine from the largest rate to `floor` times it. */
export function learningRateAt(recipe: Pick<TrainingRecipe, "learningRate" | "warmUp" | "steps" | "floor">, step: number): number {
  const check: Checks = new Checks("learningRateAt");
  const { learningRate, warmUp, steps, floor } = recipe;
  check.nonNegative("step", step);
  if (step < warmUp) return (learningRate * (step + 1)) / warmUp;
  const progress = Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));
  return learningRate * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}

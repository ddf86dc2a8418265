/** @file A training run's settings: model, task, recipe. Plain data, read from a small JSON file and checked as a whole. */
import { argumentsOf, Checks } from "../../core/check";
import type { VectorModelShape } from "../parameters";

/** The diagonal of Λ: all ones, i^-exponent, or given eigenvalues, (d,), > 0. */
export type Spectrum = "identity" | { readonly exponent: number } | readonly number[];

/** Where prompts come from: x ~ N(0, Λ), w ~ N(0, I_d), y = <w, x>. */
export interface PromptDistribution {
  /** n: examples in a prompt; integer in [1, 4096]. */
  readonly n: number;
  /** Λ, a diagonal; "identity" where a configuration names none. */
  readonly spectrum: Spectrum;
}

/** How a model is trained, by Adam; the defaults are those of {@link runConfig}. */
export interface TrainingRecipe {
  /** Steps; integer >= 1; default 1500. */
  readonly steps: number;
  /** Prompts a step; integer >= 1; default 64. */
  readonly batch: number;
  /** Parts of the batch whose gradients are summed in order: the result depends on them, and not on the threads; a divisor of the batch; default 4. */
  readonly shards: number;
  /** Largest learning rate; > 0; default 1e-3. */
  readonly learningRate: number;
  /** β₁: decay of Adam's first moment; in [0, 0.999999]; default 0.9. */
  readonly beta1: number;
  /** β₂: decay of Adam's second moment; in [0, 0.999999]; default 0.99. */
  readonly beta2: number;
  /** ε of Adam; > 0; default 1e-8. */
  readonly epsilon: number;
  /** Largest norm of the whole gradient; > 0; default 1. */
  readonly clip: number;
  /** Steps over which the rate rises; integer >= 0; default 100. */
  readonly warmUp: number;
  /** The last step's rate as a part of the largest; in [0, 1]; default 0.02. */
  readonly floor: number;
  /** Thoughts of a prompt from w_0 = 0 and the model's own (detached) estimates; integer >= 0; default 5. */
  readonly onPolicy: number;
  /** Thoughts of a prompt that start at w + s ε, s log-uniform in `noise`, ε ~ N(0, I); integer >= 0, >= 1 without on-policy ones; default 5. */
  readonly noisy: number;
  /** Least and largest s; > 0, in this order; default [0.01, 1]. */
  readonly noise: readonly [number, number];
  /** Whether a thought takes the place of the one before (the default), or is appended to the chain. */
  readonly mode: "replace" | "append";
  /** "relative" (the default): mse(out) / (mse(in) + 1e-3); "plain": mse(out). The mean over thoughts and prompts. */
  readonly loss: "relative" | "plain";
  /** From few dimensions and examples to all of them, in equal increments over the first `steps` steps; default null, all from the first on. */
  readonly curriculum: { readonly d: number; readonly n: number; readonly steps: number } | null;
}

/** One curve to be measured after training. */
export interface CurveSettings {
  /** Name of the curve. */
  readonly name: string;
  /** Where test prompts come from. */
  readonly test: PromptDistribution;
  /** Largest number of thoughts; integer in [1, 10000]; default 40. */
  readonly k: number;
  /** Test prompts; integer >= 2; default 1024. */
  readonly prompts: number;
}

/** A whole run but for its seed. */
export interface RunConfig {
  /** Name: letters, digits, dots, hyphens and underscores. */
  readonly name: string;
  /** Shape of the model; default: 2 layers, 4 heads, width 64, no positions, skip, "fan-in". */
  readonly model: VectorModelShape;
  /** Where training prompts come from. */
  readonly train: PromptDistribution;
  /** How it is trained. */
  readonly recipe: TrainingRecipe;
  /** Curves to measure; default none. */
  readonly curves: readonly CurveSettings[];
  /** Seeds to train with; integers >= 0; default [0]. */
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

const check: Checks = new Checks("runConfig");

/** A distribution of prompts, checked in the name of `runConfig`, with its defaults. */
export function promptDistribution(place: string, value: unknown, d: number): PromptDistribution {
  check.record(place, value, ["n", "spectrum"]);
  const { n, spectrum = "identity" } = value;
  check.integer(`${place}.n`, n, 1, 4096);
  if (Array.isArray(spectrum)) {
    check.vector(`${place}.spectrum`, spectrum, d);
    for (const [i, value] of spectrum.entries()) check.positive(`${place}.spectrum[${i}]`, value);
    return { n, spectrum: Array.from(spectrum) };
  }
  if (typeof spectrum === "object" && spectrum !== null) {
    check.record(`${place}.spectrum`, spectrum, ["exponent"]);
    const { exponent } = spectrum;
    check.finite(`${place}.spectrum.exponent`, exponent);
    return { n, spectrum: { exponent } };
  }
  check.oneOf(`${place}.spectrum`, spectrum, ["identity"]);
  return { n, spectrum };
}

function modelShape(value: unknown): VectorModelShape {
  check.record("model", value, ["layers", "heads", "width", "d", "positions", "skip", "initial"]);
  const { layers, heads, width, d, positions, skip, initial } = { ...MODEL_DEFAULTS, ...value };
  check.integer("model.d", d, 1, 1024);
  check.integer("model.layers", layers, 1, 64);
  check.integer("model.heads", heads, 1, 64);
  check.integer("model.width", width, 4, 4096);
  check.integer("model.positions", positions, 0, 65536);
  if (width % (4 * heads) !== 0) check.fail("model.width", `a multiple of 4 times the ${heads} heads`, width);
  if (typeof skip !== "boolean") check.wrongKind("model.skip", "true or false", skip);
  check.oneOf("model.initial", initial, ["fan-in", "gpt2"]);
  return { layers, heads, width, d, positions, skip, initial };
}

function trainingRecipe(value: unknown, d: number, n: number): TrainingRecipe {
  check.record("recipe", value, Object.keys(RECIPE_DEFAULTS));
  const r = { ...RECIPE_DEFAULTS, ...value };
  const place = (name: string): string => `recipe.${name}`;
  for (const name of ["steps", "batch", "shards"] as const) check.integer(place(name), r[name], 1);
  for (const name of ["warmUp", "onPolicy", "noisy"] as const) check.integer(place(name), r[name], 0);
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
  check.record(place("curriculum"), r.curriculum, ["d", "n", "steps"]);
  check.integer(place("curriculum.d"), r.curriculum.d, 1, d);
  check.integer(place("curriculum.n"), r.curriculum.n, 1, n);
  check.integer(place("curriculum.steps"), r.curriculum.steps, 1);
  return r;
}

/**
 * A run's settings from parsed JSON, checked, with defaults filled in.
 * @param value an object like {@link RunConfig}; name, model.d and train.n are needed
 * @throws RangeError or TypeError naming the key that is unknown, missing or out of range
 * @origin ours
 * @example
 * const { recipe, seeds } = cot.transformer.runConfig({ name: "tiny", model: { d: 2 }, train: { n: 5 } });
 * [recipe.steps, recipe.learningRate, seeds]; // => [1500, 0.001, [0]]
 */
export function runConfig(value: unknown): RunConfig {
  check.record("the file", value, ["name", "about", "model", "train", "recipe", "curves", "seeds"]);
  const { name, curves = [], seeds = [0] } = value;
  check.name("name", name);
  const model = modelShape(value.model);
  const train = promptDistribution("train", value.train, model.d);
  const recipe = trainingRecipe(value.recipe ?? {}, model.d, train.n);
  if (!Array.isArray(curves)) check.wrongKind("curves", "a list", curves);
  check.seeds("seeds", seeds);
  const longest = Math.max(train.n, ...curves.map((curve) => Number((curve as { test?: { n?: number } })?.test?.n ?? 0)));
  const chain = recipe.mode === "append" ? recipe.onPolicy : 1;
  if (model.positions > 0 && model.positions < longest + chain)
    check.fail("model.positions", `0 or at least ${longest + chain}, one for each token`, model.positions);
  return {
    name,
    model,
    train,
    recipe,
    curves: curves.map((curve, i) => {
      const place = `curves[${i}]`;
      check.record(place, curve, ["name", "test", "k", "prompts"]);
      const { name, test, k = 40, prompts = 1024 } = curve;
      if (typeof name !== "string" || name.length === 0) check.fail(`${place}.name`, "a name", name);
      check.integer(`${place}.k`, k, 1, 10_000);
      check.integer(`${place}.prompts`, prompts, 2);
      return { name, test: promptDistribution(`${place}.test`, test, model.d), k, prompts };
    }),
    seeds: Array.from(seeds),
  };
}

/**
 * The learning rate of a step: linear warm-up, then a cosine from the largest rate η to a part f of it.
 * η_t = η (t + 1)/w for t < w, else η (f + (1 - f)(1 + cos π p)/2),  p = min(1, (t - w)/max(1, T - w))
 * $$ \eta_t = \eta \tfrac{t + 1}{w} \; (t < w), \quad \eta_t = \eta \bigl( f + \tfrac{1 - f}{2} (1 + \cos \pi p) \bigr), \quad p = \min \bigl( 1, \tfrac{t - w}{\max(1, T - w)} \bigr) $$
 * @param recipe learningRate η; warmUp w; steps T; floor f
 * @param step t, from 0
 * @throws RangeError for a step < 0
 * @origin standard, Loshchilov and Hutter 2017; the warm-up is Vaswani and others' 2017
 * @example
 * const recipe = { learningRate: 1e-3, warmUp: 10, steps: 110, floor: 0 };
 * [0, 10, 60, 110].map((step) => cot.transformer.learningRateAt(recipe, step)); // => [0.0001, 0.001, 0.0005, 0]
 */
export function learningRateAt(recipe: Pick<TrainingRecipe, "learningRate" | "warmUp" | "steps" | "floor">, step: number): number {
  argumentsOf("learningRateAt", recipe, "recipe");
  const check: Checks = new Checks("learningRateAt");
  const { learningRate, warmUp, steps, floor } = recipe;
  check.positive("learningRate", learningRate);
  if (learningRate > 1e6) check.fail("learningRate", "at most 1e6", learningRate);
  check.integer("warmUp", warmUp, 0);
  check.nonNegative("steps", steps);
  check.interval("floor", floor, 0, 1);
  check.nonNegative("step", step);
  if (step < warmUp) return (learningRate * (step + 1)) / warmUp;
  const progress = Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));
  return learningRate * (floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress)));
}

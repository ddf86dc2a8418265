/** @file A trained model's thought near the answer as an affine map, prompt by prompt: where its chain goes, and what makes it rise. */
import { Checks } from "cotlab/dist/core/check";
import { integers } from "cotlab/dist/core/grids";
import { Random } from "cotlab/dist/core/random";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart } from "cotlab/dist/figures/lineChart";
import { progress } from "cotlab/dist/notebook/progress";
import type { CellValue } from "cotlab/dist/notebook/table";
import { type Check, checkTrue } from "cotlab/dist/notebook/verdict";
import { PromptSampler } from "cotlab/dist/transformer/regression/promptSampler";
import type { PromptDistribution, RunConfig } from "cotlab/dist/transformer/regression/recipe";
import { Thinker } from "cotlab/dist/transformer/regression/thinker";
import { type TrainedModel, trainModel } from "cotlab/dist/transformer/regression/trainModel";
import { EigenvalueDecomposition, Matrix, solve } from "ml-matrix";
import { readRunStore } from "./runStore";
import { curveRise } from "./seedCurves";

/** Half the distance of the two points between which a slope is taken; errors are of order 1. */
const STEP = 0.02;

/** Chains that start at 0 on the same prompts. */
const CHAINS = ["the model", "affine map", "own f(w) subtracted", "another prompt's f(w) subtracted"] as const;
type Chain = (typeof CHAINS)[number];

/** What a model's thoughts do on prompts of one distribution. */
export interface ThoughtMap {
  /** Median over prompts of ‖w_k - w‖²/d for k = 0..K, of each chain. */
  readonly median: Readonly<Record<Chain, readonly number[]>>;
  /** Root mean square over prompts and coordinates of b = f(w): what the model adds where nothing is to be added. */
  readonly bias: number;
  /** Quartiles over prompts of the spectral radius of I - J, and of the error ‖J⁻¹b‖²/d at the affine map's fixed point. */
  readonly radius: readonly number[];
  readonly fixedPoint: readonly number[];
  /** The share of prompts on which the radius is 1 or more. */
  readonly outside: number;
  readonly prompts: number;
}

/**
 * Fits f(w') ≈ J (w - w') + b to a model's thought w' -> w' + f(w') at w' = w, for each prompt by itself, and follows four chains from 0:
 * the model's; the affine map's; and the model's with f(w) subtracted from every thought, the prompt's own or another's.
 * With e_k = w_k - w the affine chain is e_{k+1} = (I - J) e_k + b, which goes to J⁻¹b where the spectral radius of I - J is below 1.
 *
 * Ours. The error falls while e_k shrinks along the fast modes of J; a slow one brings b's part along it in late, and the error rises to ‖J⁻¹b‖².
 * @param k K, the last step
 */
export function thoughtMap(
  { config, parameters }: TrainedModel,
  test: PromptDistribution,
  k: number,
  prompts: number,
  random: Random,
): ThoughtMap {
  const check: Checks = new Checks("thoughtMap");
  check.integer("k", k, 1, 1000);
  check.integer("prompts", prompts, 2, 100_000);
  const { d } = config.model;
  const sequences = Math.min(64, prompts);
  const thinker = new Thinker(config.model, parameters, test.n, 1, "replace", sequences, "simd");
  const sampler = new PromptSampler(test, d);
  const errors = Object.fromEntries(CHAINS.map((chain) => [chain, integers(0, k).map((): number[] => [])])) as Record<Chain, number[][]>;
  const [radii, fixed]: number[][] = [[], []];
  let squares = 0;
  const targets = new Float64Array(sequences * d);
  /** What the model adds at these points, one a prompt. */
  const added = (points: Float64Array): Float64Array => {
    const next = Float64Array.from(points);
    thinker.think(0, next);
    return next.map((value, i) => value - points[i]);
  };
  for (let first = 0; first < prompts; first += sequences) {
    const count = Math.min(sequences, prompts - first);
    for (let b = 0; b < count; b++) {
      sampler.draw(random.stream(first + b));
      for (let t = 0; t < test.n; t++) thinker.model.setExample(b, t, sampler.x, t * d, sampler.y[t]);
      targets.set(sampler.w, b * d);
    }
    thinker.read();
    const bias = added(targets);
    const other = bias.map((_, i) => bias[(i + d) % (count * d)]);
    const slopes = integers(0, d - 1).map((j) => {
      const [above, below] = [1, -1].map((side) => added(targets.map((value, i) => (i % d === j ? value + side * STEP : value))));
      return above.map((value, i) => (value - below[i]) / (2 * STEP));
    });
    const maps = integers(0, count - 1).map((b) => {
      const shrink = new Matrix(d, d);
      for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) shrink.set(i, j, (i === j ? 1 : 0) + slopes[j][b * d + i]);
      const own = Matrix.columnVector(Array.from(bias.subarray(b * d, (b + 1) * d)));
      const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(shrink);
      radii.push(Math.max(...realEigenvalues.map((real, i) => Math.hypot(real, imaginaryEigenvalues[i]))));
      const limit = solve(Matrix.sub(Matrix.eye(d), shrink), own);
      fixed.push(limit.dot(limit) / d);
      squares += own.dot(own) / d;
      return { shrink, own };
    });
    const chain = (name: Chain, subtract: Float64Array | undefined): void => {
      const points = new Float64Array(sequences * d);
      for (let step = 0; step <= k; step++) {
        for (let b = 0; b < count; b++) errors[name][step].push(squaredDistance(points, targets, b * d, d));
        const change = added(points);
        for (let i = 0; i < count * d; i++) points[i] += change[i] - (subtract?.[i] ?? 0);
      }
    };
    chain("the model", undefined);
    chain("own f(w) subtracted", bias);
    chain("another prompt's f(w) subtracted", other);
    for (const [b, { shrink, own }] of maps.entries()) {
      let error = Matrix.columnVector(Array.from(targets.subarray(b * d, (b + 1) * d), (value) => -value));
      for (let step = 0; step <= k; step++) {
        errors["affine map"][step].push(error.dot(error) / d);
        error = Matrix.add(shrink.mmul(error), own);
      }
    }
  }
  const median = Object.fromEntries(CHAINS.map((name) => [name, errors[name].map((each) => quartiles(each)[1])])) as unknown;
  return {
    median: median as ThoughtMap["median"],
    bias: Math.sqrt(squares / prompts),
    radius: quartiles(radii),
    fixedPoint: quartiles(fixed),
    outside: radii.filter((radius) => radius >= 1).length / prompts,
    prompts,
  };
}

function squaredDistance(points: Float64Array, targets: Float64Array, from: number, d: number): number {
  let sum = 0;
  for (let j = from; j < from + d; j++) sum += (points[j] - targets[j]) ** 2;
  return sum / d;
}

/** Lower quartile, median, upper quartile: the values at those places of the sorted list. */
function quartiles(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return [0.25, 0.5, 0.75].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
}

/** One model of the confirmation, trained now, and its thoughts on Σ = I and on its own covariance. */
export interface Mechanism {
  readonly config: RunConfig;
  readonly seed: number;
  readonly identity: ThoughtMap;
  readonly own: ThoughtMap;
}

/** Trains a model of data/gpt2/confirmation again, under a progress bar, and takes its thoughts apart. */
export async function mechanism(
  folder: string,
  run: string,
  { seed, threads, k, prompts }: { readonly seed: number; readonly threads: number; readonly k: number; readonly prompts: number },
): Promise<Mechanism> {
  const config = readRunStore(folder).configs.get(run)!;
  const bar = progress(`${run}, seed ${seed}`);
  bar(0, config.recipe.steps);
  const model = await trainModel(config, seed, { threads, backend: "simd", onProgress: ({ done, steps }) => bar(done, steps) });
  const random = Random.seed(seed).stream("thoughtMap");
  const of = (test: PromptDistribution): ThoughtMap => thoughtMap(model, test, k, prompts, random);
  return { config, seed, identity: of({ n: config.train.n, spectrum: "identity" }), own: of(config.train) };
}

const last = (values: readonly number[]): number => values.at(-1)!;
const riseOf = (values: readonly number[]): number => curveRise(values, values.length - 1).ratio;
const three = (values: readonly number[]): string => values.map((value) => value.toPrecision(3)).join(" / ");

/** What the map is, on either covariance. */
export function mechanismRows({ identity, own }: Mechanism): Record<string, CellValue>[] {
  return Object.entries({ "Σ = I": identity, "own Σ": own }).map(([tested, map]) => ({
    tested,
    "rms of f(w)": map.bias,
    "radius of I − J, quartiles": three(map.radius),
    "prompts with radius ≥ 1, %": 100 * map.outside,
    "‖J⁻¹b‖²/d, quartiles": three(map.fixedPoint),
    "error of the model at K": last(map.median["the model"]),
    "of the affine map": last(map.median["affine map"]),
    "rise of the model": riseOf(map.median["the model"]),
    "own f(w) subtracted": riseOf(map.median["own f(w) subtracted"]),
    "another's": riseOf(map.median["another prompt's f(w) subtracted"]),
  }));
}

/** The four chains on Σ = I. */
export function mechanismChart({ identity, config, seed }: Mechanism): Figure {
  const x = integers(0, identity.median["the model"].length - 1);
  return lineChart({
    x: { label: "steps of thought k" },
    y: { label: "median error, ‖w_{k} − w‖^{2} / d", log: true },
    series: CHAINS.map((name) => ({ name, x, y: identity.median[name] })),
    caption:
      `${config.name}, seed ${seed}, trained now, tested on Σ = I with m = n = ${config.train.n}: medians over ${identity.prompts} prompts. ` +
      "Affine map: from each prompt's own J and b at w, nothing fitted to the chain.",
  });
}

/** What the mechanism says, each on the medians over prompts. */
export function mechanismChecks({ identity, own }: Mechanism): Check[] {
  const [model, affine] = [identity.median["the model"], identity.median["affine map"]];
  const without = riseOf(identity.median["own f(w) subtracted"]);
  const other = riseOf(identity.median["another prompt's f(w) subtracted"]);
  return [
    checkTrue(
      "the chain ends away from w because of f(w)",
      last(model) > 2 * last(identity.median["own f(w) subtracted"]),
      `error ${last(model).toPrecision(3)}, with f(w) subtracted ${last(identity.median["own f(w) subtracted"]).toPrecision(3)}`,
      "more than twice the error without f(w), at the last step",
    ),
    checkTrue(
      "subtracting the prompt's own f(w) takes the rise away",
      riseOf(model) >= 1.1 && without < 1.05,
      `rise ${riseOf(model).toFixed(2)}, without f(w) ${without.toFixed(2)}`,
      "at least 1.10, below 1.05",
    ),
    checkTrue("another prompt's f(w) does not", other >= 1.1, `rise ${other.toFixed(2)}`, "at least 1.10"),
    checkTrue(
      "J and b at w predict the error that the chain ends with",
      Math.abs(Math.log(last(affine) / last(model))) < Math.log(2),
      `${last(affine).toPrecision(3)} against ${last(model).toPrecision(3)}`,
      "within a factor of 2",
    ),
    checkTrue(
      "on the own covariance f(w) is small",
      own.bias < identity.bias / 3,
      `rms ${own.bias.toPrecision(2)} against ${identity.bias.toPrecision(2)}`,
      "less than a third",
    ),
  ];
}

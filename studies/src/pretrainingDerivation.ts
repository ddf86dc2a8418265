/** @file The derivation of notebook 12, put to numbers: the regression, its noise, the pairings that survive, the circle, the critical number. */

import { integers } from "cotlab/dist/core/grids";
import type { Random } from "cotlab/dist/core/random";
import { type Mean, meanAndError } from "cotlab/dist/core/statistics";
import { contourLines } from "cotlab/dist/figures/contourLines";
import { multiply } from "cotlab/dist/linalg/dense";
import { rowMajor } from "cotlab/dist/linalg/layout";
import { Covariance, toMatrix } from "cotlab/dist/model/covariance";
import { gammaEigenvalues, inverseGamma } from "cotlab/dist/model/gamma";
import type { AlignmentParams } from "cotlab/dist/model/pencil";
import { regressionPairSampler } from "cotlab/dist/model/regressionPair";
import { sampleSecondMoment } from "cotlab/dist/model/wishart";
import { overthinkingSpectrum } from "cotlab/dist/theory/paper/overthinking";
import { endlessMoments } from "cotlab/dist/theory/pretraining/chainMoments";
import { criticalPrompts, pretrainingGrowth } from "cotlab/dist/theory/pretraining/criticalPrompts";
import { fittedLayerSampler } from "cotlab/dist/theory/pretraining/fittedLayer";
import { logIsotropicPretrainingCurve } from "cotlab/dist/theory/pretraining/isotropicPretraining";
import { returned } from "cotlab/dist/theory/pretraining/nestedPairings";
import { pretrainingErrorCurve } from "cotlab/dist/theory/pretraining/pretrainingError";
import { pretrainingNoise } from "cotlab/dist/theory/pretraining/pretrainingNoise";
import { EigenvalueDecomposition } from "ml-matrix";
import { affordable, identityCovariance } from "./overthinking";
import { fitChains, fitsWithin, fittedPoints, type PretrainedSetting } from "./pretraining";

/** Some directions spread over the spectrum, from the first to the last. */
const spread = (d: number, count: number): number[] => [
  ...new Set(integers(0, count - 1).map((i) => Math.round((i * (d - 1)) / (count - 1)))),
];

/** What sampled prompts say of w = Γ⁻¹g + r. */
export interface RegressionMoments {
  readonly pairs: number;
  /** The largest |z| among the entries of E ggᵀ - ΛΓ, E rrᵀ - R and E rgᵀ in some directions, and how many entries these are. */
  readonly largest: number;
  readonly entries: number;
  /** Mean over the directions of the excess kurtosis of g; 0 for normal g. */
  readonly kurtosis: number;
}

/** Draws prompts of normal examples, one by one, and compares second moments of g = S_n w and r = w - Γ⁻¹g, Λ diagonal. */
export function regressionMoments(
  { covariance, n }: { readonly covariance: Covariance; readonly n: number },
  random: Random,
): RegressionMoments {
  const { d } = covariance;
  const pairs = affordable(4000, { operations: d * n, budget: 1e7, least: 200 });
  const draw = regressionPairSampler({ covariance, n, inputs: { kind: "normal" } });
  const chosen = spread(d, 6);
  const lambdas = covariance.eigenvalues;
  const gammas = gammaEigenvalues({ covariance, n });
  const [w, g] = [new Float64Array(d), new Float64Array(d)];
  const samples = Array.from({ length: pairs }, () => {
    draw(random, w, g);
    return { g: chosen.map((i) => g[i]), r: chosen.map((i) => w[i] - g[i] / gammas[i]) };
  });
  const zOf = (value: (sample: { g: number[]; r: number[] }) => number, expected: number): number => {
    const { mean, standardError } = meanAndError(samples.map(value));
    return Math.abs(mean - expected) / standardError;
  };
  const zs = chosen.flatMap((i, a) =>
    chosen.flatMap((_, b) => [
      ...(b < a ? [] : [zOf(({ g }) => g[a] * g[b], a === b ? lambdas[i] * gammas[i] : 0)]),
      ...(b < a ? [] : [zOf(({ r }) => r[a] * r[b], a === b ? 1 - lambdas[i] / gammas[i] : 0)]),
      zOf(({ r, g }) => r[a] * g[b], 0),
    ]),
  );
  const kurtoses = chosen.map((i, a) => meanAndError(samples.map(({ g }) => g[a] ** 4)).mean / (lambdas[i] * gammas[i]) ** 2 - 3);
  return { pairs, largest: Math.max(...zs), entries: zs.length, kurtosis: kurtoses.reduce((a, b) => a + b, 0) / kurtoses.length };
}

/** The noise of fitted layers by direction. */
export interface NoiseShares {
  readonly fits: number;
  /** E ‖N‖_F² over its prediction. */
  readonly total: Mean;
  /** Directions, and the share of row i, of column i, in the predicted ‖N‖_F²: predicted and measured. */
  readonly directions: readonly number[];
  readonly rows: readonly { readonly predicted: number; readonly measured: Mean }[];
  readonly columns: readonly { readonly predicted: number; readonly measured: Mean }[];
}

/** N = Â - Γ⁻¹ of fitted layers, Λ diagonal. */
export function noiseShares(setting: PretrainedSetting, wish: number, random: Random): NoiseShares {
  const { covariance, n, prompts } = setting;
  const { d } = covariance;
  const fits = fitsWithin(wish, setting, 0);
  const fit = fittedLayerSampler({ covariance, n, prompts });
  const mean = inverseGamma({ covariance, n }).to1DArray();
  const { rows: R, columns: C, scale } = pretrainingNoise({ covariance, n, prompts });
  const all = scale * R.trace() * C.trace();
  const directions = spread(d, 14);
  const layers = Array.from({ length: fits }, (_, f) => {
    const squares = fit(random.stream("noise", f)).map((value, at) => (value - mean[at]) ** 2 / all);
    const sum = (at: (j: number) => number): number => Array.from({ length: d }, (_, j) => squares[at(j)]).reduce((a, b) => a + b, 0);
    return {
      total: squares.reduce((a, b) => a + b, 0),
      rows: directions.map((i) => sum((j) => i * d + j)),
      columns: directions.map((j) => sum((i) => i * d + j)),
    };
  });
  const part = (which: "rows" | "columns", diagonal: number[], trace: number) =>
    directions.map((i, a) => ({ predicted: diagonal[i] / trace, measured: meanAndError(layers.map((layer) => layer[which][a])) }));
  return {
    fits,
    total: meanAndError(layers.map(({ total }) => total)),
    directions: directions.map((i) => i + 1),
    rows: part("rows", R.diag(), R.trace()),
    columns: part("columns", C.diag(), C.trace()),
  };
}

/** How near fitted layers of a dimension are to the limit. */
export type LimitRow = {
  readonly d: number;
  readonly n: number;
  readonly B: number;
  readonly fits: number;
  /** E ‖N³‖_F² over that of nested pairings, dρ⁶, and its standard error. */
  readonly "‖N³‖² / nested": number;
  readonly se: number;
  /** E ‖(I - Â)³‖_F² over the formula. */
  readonly "𝓔₃ / formula": number;
  readonly "se ": number;
};

/** Fitted layers at fixed n/d = 3/2 and B/d = 3 in rising dimension, Λ = Σ = I. */
export function limitRows(dimensions: readonly number[], wish: number, random: Random): LimitRow[] {
  return dimensions.map((d) => {
    const [n, prompts] = [Math.round(1.5 * d), 3 * d];
    const covariance = identityCovariance(d);
    const setting = { covariance, target: covariance, n, prompts };
    const fits = fitsWithin(wish, setting, 4, 0.5);
    const { rows: R, columns: C, scale } = pretrainingNoise({ covariance, n, prompts });
    const rho2 = (scale * R.trace() * C.trace()) / d;
    const fit = fittedLayerSampler({ covariance, n, prompts });
    const gamma = gammaEigenvalues({ covariance, n })[0];
    const cubes = Array.from({ length: fits }, (_, f) => {
      const N = fit(random.stream("limit", d, f)).map((value, at) => value - (at % (d + 1) === 0 ? 1 / gamma : 0));
      const cube = multiply(multiply(N, N, d, d, d), N, d, d, d);
      return cube.reduce((sum, value) => sum + value * value, 0) / (d * rho2 ** 3);
    });
    const { errors } = pretrainingErrorCurve({ covariance, n, prompts }, 3);
    const third = fittedPoints(fitChains(setting, { steps: 3, fits }, random.stream("limit-chains", d)))[3].mean;
    const { mean, standardError } = meanAndError(cubes);
    return {
      d,
      n,
      B: prompts,
      fits,
      "‖N³‖² / nested": mean,
      se: standardError,
      "𝓔₃ / formula": third.mean / errors[3],
      "se ": third.standardError / errors[3],
    };
  });
}

/** Largest relative gap among the closed sum, its mean over a circle, and the general recursion, over the B, k <= steps, Λ = Σ = I. */
export function circleGap(
  { d, n, steps }: { readonly d: number; readonly n: number; readonly steps: number },
  prompts: readonly number[],
): number {
  const covariance = identityCovariance(d);
  const delta = (d + 1) / (n + d + 1);
  const points = 8 * (steps + 1);
  const gaps = prompts.flatMap((B) => {
    const rho = Math.sqrt((delta * (1 - delta) * d) / (B - d - 1));
    const closed = logIsotropicPretrainingCurve({ d, n, prompts: B }, steps);
    const { logErrors } = pretrainingErrorCurve({ covariance, n, prompts: B }, steps);
    return integers(1, steps).flatMap((k) => {
      // |δ + ρ e^{iθ}|² = δ² + ρ² + 2δρ cos θ: the trapezoidal rule is exact for a polynomial of degree k.
      const circle = integers(0, points - 1).reduce(
        (sum, j) => sum + ((delta - rho) ** 2 + 4 * delta * rho * Math.cos((Math.PI * j) / points) ** 2) ** k,
        0,
      );
      return [logErrors[k], Math.log((d * circle) / points)].map((log) => Math.abs(Math.expm1(log - closed[k])));
    });
  });
  return Math.max(...gaps);
}

/** What random pairs say of the critical number of prompts. */
export interface CriticalPairs {
  readonly pairs: number;
  readonly d: number;
  /** Pairs whose growth is not above 1 just below B_c, or not below 1 just above. */
  readonly wrong: number;
  /** Pairs whose B_c is below the value at z = 1, d + 1 + (d + Σh)/n. */
  readonly below: number;
  /** Pairs whose B_c is larger than that: another z asks for more. */
  readonly larger: number;
  /** Pairs for which no number of prompts is enough, μ_max >= 2. */
  readonly never: number;
  /** The largest relative gap between B_c and its closed form over the commuting half. */
  readonly commutingGap: number;
}

/** The value at z = 1, where the target drops out. */
export const necessaryPrompts = ({ covariance, n }: Pick<AlignmentParams, "covariance" | "n">): number =>
  covariance.d + 1 + covariance.eigenvalues.reduce((sum, lambda) => sum + 1 + covariance.trace / lambda, 0) / n;

/** Random pairs, every second one commuting. */
export function criticalPairs({ d, pairs }: { readonly d: number; readonly pairs: number }, random: Random): CriticalPairs {
  const identity = identityCovariance(d);
  const rows = Array.from({ length: pairs }, (_, i) => {
    const stream = random.stream("critical", i);
    const draw = () => Covariance.fromMatrix(sampleSecondMoment({ covariance: identity, m: 2 * d + 2 }, stream));
    const covariance = draw();
    const commutes = i % 2 === 0;
    const scale = 0.3 + 2 * stream.uniform();
    const spectrum = covariance.eigenvalues.map((lambda) => lambda * scale * (0.3 + stream.uniform()));
    const target = commutes ? Covariance.fromMatrix(covariance.withEigenvalues(spectrum)) : draw().scale(scale);
    const pair = { covariance, target, n: 1 + stream.integer(4 * d) };
    const critical = criticalPrompts(pair);
    const least = necessaryPrompts(pair);
    const [under, over] = [Math.ceil(critical) - 1, Math.floor(critical) + 1];
    const finite = Number.isFinite(critical);
    const rightBelow = !finite || under <= d + 1 || pretrainingGrowth({ ...pair, prompts: under }) >= 1 - 1e-9;
    const rightAbove = finite ? pretrainingGrowth({ ...pair, prompts: over }) <= 1 + 1e-9 : overthinkingSpectrum(pair)[0] >= 2 - 1e-9;
    const gammas = gammaEigenvalues(pair);
    const weighted = covariance.eigenvalues.reduce((sum, lambda, j) => {
      const mu = spectrum[j] / gammas[j];
      return sum + (1 + covariance.trace / lambda) * (mu / (2 - mu)) ** 2;
    }, 0);
    const closed = Math.max(least, d + 1 + weighted / pair.n);
    return {
      finite,
      wrong: !(rightBelow && rightAbove),
      below: critical < least * (1 - 1e-9),
      larger: critical > least * (1 + 1e-9),
      gap: commutes && finite ? Math.abs(critical / closed - 1) : 0,
    };
  });
  const count = (holds: (row: (typeof rows)[number]) => boolean): number => rows.filter(holds).length;
  return {
    pairs,
    d,
    wrong: count(({ wrong }) => wrong),
    below: count(({ below }) => below),
    larger: count(({ finite, larger }) => finite && larger),
    never: count(({ finite }) => !finite),
    commutingGap: Math.max(...rows.map(({ gap }) => gap)),
  };
}

/** The eigenvalues of I - ÂΣ of one fitted layer, and the border of the set that they fill in the limit. */
export interface LayerDisc {
  readonly prompts: number;
  readonly growth: number;
  readonly points: readonly (readonly [re: number, im: number])[];
  /** Closed or open lines, in pieces. */
  readonly border: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[];
}

/** Nodes along each side of the grid on which the border is found. */
const NODES = 141;

/** One layer fitted to B prompts, at m = ∞. */
export function layerDisc(setting: PretrainedSetting, random: Random): LayerDisc {
  const { covariance, target, n, prompts } = setting;
  const { d } = target;
  const step = multiply(fittedLayerSampler(setting)(random), rowMajor(target.matrix), d, d, d);
  const { realEigenvalues, imaginaryEigenvalues } = new EigenvalueDecomposition(
    toMatrix(
      step.map((value, at) => (at % (d + 1) === 0 ? 1 : 0) - value),
      d,
    ),
  );
  const growth = pretrainingGrowth({ covariance, target, n, prompts });
  const moments = [endlessMoments({ covariance, target, n })];
  const grid = integers(0, NODES - 1).map((i) => 1.15 * growth * ((2 * i) / (NODES - 1) - 1));
  const level = (re: number, im: number): number =>
    Math.log(Math.max(returned(moments, Math.hypot(re, im), Math.atan2(im, re)), 1e-300) / (prompts - d - 1));
  const values = grid.map((im) => grid.map((re) => Math.min(level(re, im), 50)));
  return {
    prompts,
    growth,
    points: realEigenvalues.map((re, i) => [re, imaginaryEigenvalues[i]] as const),
    border: contourLines(grid, grid, values, 0),
  };
}

/** @file The experiments behind the reviewers' questions (notebook 09): trained layers, fits of Γ, methods at equal cost, small n, samples. */
import { distinct } from "cotlab/dist/core/grids";
import { Random } from "cotlab/dist/core/random";
import { simultaneousLimit } from "cotlab/dist/core/simultaneousLimit";
import { type Mean, meanAndError, type Quantile, quantiles } from "cotlab/dist/core/statistics";
import { wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import type { Estimator } from "cotlab/dist/estimators/estimator";
import { leastSquares } from "cotlab/dist/estimators/leastSquares";
import { chainOfThought } from "cotlab/dist/estimators/preconditionedIteration";
import { learnedPreconditioner } from "cotlab/dist/estimators/preconditioner";
import { Covariance } from "cotlab/dist/model/covariance";
import { inverseGamma } from "cotlab/dist/model/gamma";
import { powerLawSpectrum } from "cotlab/dist/model/spectrum";
import { formatNumber } from "cotlab/dist/notebook/table";
import { listed } from "cotlab/dist/notebook/words";
import { cotError } from "cotlab/dist/simulation/cotError";
import { estimatorErrors } from "cotlab/dist/simulation/estimatorErrors";
import { simulate } from "cotlab/dist/simulation/simulate";
import type { Curve } from "cotlab/dist/simulation/simulationResult";
import { bestSteps, isotropicErrorCurve, logIsotropicError } from "cotlab/dist/theory/finite/isotropicError";
import { spectralEdges } from "cotlab/dist/theory/finite/spectralEdges";
import { stepsForError } from "cotlab/dist/theory/paper/exchange";
import { overthinkingSpectrum } from "cotlab/dist/theory/paper/overthinking";
import { largestStableStep } from "cotlab/dist/theory/paper/theorem31";
import { oneStepError } from "cotlab/dist/theory/paper/theorem33";
import { criticalPrompts as pretrainingCriticalPrompts } from "cotlab/dist/theory/pretraining/criticalPrompts";
import { gradientDescent } from "cotlab/dist/theory/training/gradientDescent";
import { stochasticGradientDescent } from "cotlab/dist/theory/training/stochasticGradientDescent";
import { logTrainedChainError, trainingForSteps } from "cotlab/dist/theory/training/trainingForSteps";
import { Matrix } from "ml-matrix";
import { estimatorCost } from "./estimatorCost";
import { type OverthinkingBootstrap, overthinkingBootstrap } from "./overthinkingBootstrap";
import { peerMethods } from "./peerMethods";
import { excessConstant, type PreconditionerFits, preconditionerFits } from "./preconditionerFits";
import { affordable, powerLaw, threeExponents } from "./scalingLaw";

type OnProgress = (done: number, total: number) => void;
type Row = Record<string, number | string | null>;

/** What the notebook's parameters are; their meaning and domains stand in its declaration. */
export interface QuestionsSetting {
  readonly d: number;
  readonly exponent: number;
  readonly n: number;
  readonly m: number;
  readonly lengths: readonly number[];
  readonly noise: number;
  readonly c: number;
  readonly steps: number;
  readonly B: readonly number[];
  readonly testLengths: readonly number[];
  readonly mu: number;
  readonly samples: number;
  readonly training: number;
  readonly batch: number;
  readonly draws: number;
  readonly fits: number;
  readonly seed: number;
}

/** A spectrum's short name: "I" for α = 0, "1/i" for α = 1. */
export const spectrumName = (exponent: number): string => ["I", "1/i"][exponent] ?? `i^(-${exponent})`;

const rootOf = ({ seed }: Pick<QuestionsSetting, "seed">): Random => Random.seed(seed).stream("reviewers");

// 1. Trained layers.

/** Training along the setting's spectrum with a quarter of the largest stable step. */
export function quarterStep({ d, exponent, n }: Pick<QuestionsSetting, "d" | "exponent" | "n">) {
  const training = { covariance: powerLaw(d, exponent), n, c: 1 };
  return { ...training, step: largestStableStep(training) / 4 };
}

/** Where the closed form stands in for a trained layer in other notebooks. */
interface LayerSetting {
  readonly name: string;
  readonly train: Covariance;
  readonly test: Covariance;
  readonly n: number;
  readonly m: number;
  readonly noise: number;
}

/** A trained layer beside the closed form, on the same test prompts. */
export interface TrainedLayer extends LayerSetting {
  /** T of gradient descent that gives 1 % at the last step in the aligned case, at m = ∞. */
  readonly enough: number;
  /** Whether gradient descent took these steps; where they are too many, the layer is that of its closed form after T steps. */
  readonly iterated: boolean;
  /** Steps of training on sampled prompts. */
  readonly trained: number;
  /** Relative distance of the averaged iterate to the optimum after them. */
  readonly distance: number;
  /** Errors with the closed form and with the layer trained on sampled prompts. */
  readonly closed: Curve;
  readonly sampled: Curve;
  /** Median over prompts of the error of a trained layer over that of the closed form, by k; null beyond what numbers can hold. */
  readonly descentRatios: readonly (Quantile | null)[];
  readonly sampledRatios: readonly (Quantile | null)[];
  /** The aligned chain at m = ∞: largest relative gap between the layer's error and its closed form in k and T; null elsewhere. */
  readonly formulaGap: number | null;
}

/** The covariance turned in the plane of its first and last direction. */
function turned(covariance: Covariance, degrees: number): Covariance {
  const { d } = covariance;
  const [cos, sin] = [Math.cos((Math.PI * degrees) / 180), Math.sin((Math.PI * degrees) / 180)];
  const R = Matrix.eye(d, d);
  R.set(0, 0, cos);
  R.set(d - 1, d - 1, cos);
  R.set(0, d - 1, -sin);
  R.set(d - 1, 0, sin);
  return Covariance.fromMatrix(R.mmul(covariance.matrix).mmul(R.transpose()));
}

/** Aligned, noisy, misaligned, and the setting of the overthinking notebook: training along 3 i^(-α), tests along I, m = n. */
function layerSettings({ d, exponent, n, m, noise, lengths }: QuestionsSetting): LayerSetting[] {
  const [isotropic, tilted] = [powerLaw(d, 0), powerLaw(d, exponent)];
  const raw = Covariance.diagonal(powerLawSpectrum({ d, exponent })).scale(3);
  const own = spectrumName(exponent);
  const aligned = { train: tilted, test: tilted, n, m, noise: 0 };
  return [
    { ...aligned, name: "isotropic, aligned", train: isotropic, test: isotropic },
    { ...aligned, name: `${own}, aligned` },
    { ...aligned, name: `${own}, aligned, noisy`, noise },
    { ...aligned, name: `${own}, test turned by 30°`, test: turned(tilted, 30) },
    { ...aligned, name: `${own}, test turned by 60°`, test: turned(tilted, 60) },
    ...lengths.map((length) => ({
      ...aligned,
      name: `3 × ${own}, test I, m = n = ${length}`,
      train: raw,
      test: isotropic,
      n: length,
      m: length,
    })),
  ];
}

/** Multiplications that a run of training may take: less than a second. */
const TRAINING_WORK = 2e8;
const DESCENT_WORK = 1e8;

/** Trains a layer in every setting, by gradient descent and on sampled prompts, and thinks with it. */
export async function trainedLayers(setting: QuestionsSetting, onProgress?: OnProgress): Promise<TrainedLayer[]> {
  const settings = layerSettings(setting);
  const layers: TrainedLayer[] = [];
  onProgress?.(0, settings.length);
  for (const [at, layer] of settings.entries()) {
    layers.push(await trainedLayer(setting, layer, at));
    onProgress?.(layers.length, settings.length);
  }
  return layers;
}

async function trainedLayer(setting: QuestionsSetting, layer: LayerSetting, at: number): Promise<TrainedLayer> {
  const { d, c, steps, seed } = setting;
  const training = { covariance: layer.train, n: layer.n, noise: layer.noise, c };
  const step = largestStableStep(training) / 2;
  const enough = trainingForSteps({ ...training, step, k: steps, tolerance: 0.01 });
  const iterated = enough * d * d <= DESCENT_WORK;
  const descent = iterated
    ? learnedPreconditioner({ V31: gradientDescent({ ...training, step, steps: enough }).V31, c })
    : descended(layer, step * c * c, enough);
  const work = setting.batch * d * (4 * layer.n + 3 * d);
  const trained = Math.max(20, Math.min(setting.training, Math.floor(TRAINING_WORK / work)));
  const sampling = { steps: trained, batch: setting.batch, random: rootOf(setting).stream("training", at) };
  const { averaged, averagedDistances } = await stochasticGradientDescent({ ...training, ...sampling, step: step / 2 });
  const curveOf = async (A: Matrix, m: number, draws: number) => {
    const options = { test: layer.test, m, steps, preconditioner: A, noise: layer.noise, name: "learned" };
    return (await simulate(cotError(options), { draws, seed })).curves[0];
  };
  const draws = affordable(setting.draws, 2 * d);
  const closed = await curveOf(inverseGamma(training), layer.m, draws);
  const sampled = await curveOf(learnedPreconditioner({ V31: averaged, c }), layer.m, draws);
  const byDescent = await curveOf(descent, layer.m, draws);
  const exact = layer.train === layer.test && layer.noise === 0 ? await curveOf(descent, Number.POSITIVE_INFINITY, 2) : undefined;
  const byFormula = (k: number) => logTrainedChainError({ ...training, step, k }, enough);
  const measurable = exact ? distinct([1, Math.ceil(steps / 4), steps]).filter((k) => exact.mean[k] > 1e-200) : [];
  return {
    ...layer,
    enough,
    iterated,
    trained,
    distance: averagedDistances[averagedDistances.length - 1] / averagedDistances[0],
    closed,
    sampled,
    descentRatios: medianRatios(byDescent, closed),
    sampledRatios: medianRatios(sampled, closed),
    formulaGap: exact && iterated ? Math.max(0, ...measurable.map((k) => Math.abs(exact.mean[k] * Math.exp(-byFormula(k)) - 1))) : null,
  };
}

/** Γ⁻¹(I - (I - η c² ΛΓ)^T): the step after T steps of gradient descent from 0; `rate` is η c². */
function descended({ train, n, noise }: LayerSetting, rate: number, steps: number): Matrix {
  return train.apply((lambda) => {
    const gamma = (1 + 1 / n) * lambda + (train.trace + noise * noise) / n;
    return (1 - (1 - rate * lambda * gamma) ** steps) / gamma;
  });
}

function medianRatios(learned: Curve, closed: Curve): (Quantile | null)[] {
  return closed.x.map((_, k) => {
    const below = closed.values(k);
    const ratios = learned.values(k).map((value, i) => value / below[i]);
    return ratios.every(Number.isFinite) ? quantiles(ratios, [0.5])[0] : null;
  });
}

/** The largest |median ratio - 1| over some layers up to k steps; ratios that no number can hold are left out. */
export function worstRatio(layers: readonly TrainedLayer[], which: "descentRatios" | "sampledRatios", steps: number): number {
  const ratios = layers.flatMap((layer) => layer[which].slice(0, steps + 1));
  return Math.max(...ratios.map((ratio) => (ratio === null ? 0 : Math.abs(ratio.value - 1))));
}

/** A median ratio with its interval, in a table. */
function ratioText(ratio: Quantile | null): string {
  if (ratio === null) return "beyond numbers";
  const texts = [ratio.value, ratio.low, ratio.high].map((value) =>
    Number.isFinite(value) ? (value < 1000 ? value.toFixed(3) : value.toExponential(1)) : "?",
  );
  return `${texts[0]} [${texts[1]}, ${texts[2]}]`;
}

/** The layers as rows of a table. */
export function layerRows(layers: readonly TrainedLayer[], { steps }: Pick<QuestionsSetting, "steps">): Row[] {
  const few = Math.min(5, steps);
  return layers.map(({ name, enough, trained, distance, closed, descentRatios, sampledRatios }) => ({
    setting: name,
    [`error, k = ${steps}`]: closed.points[steps].median.value,
    "T by (3)": enough,
    [`descent, k = ${few}`]: ratioText(descentRatios[few]),
    ...(few < steps ? { [`k = ${steps}`]: ratioText(descentRatios[steps]) } : {}),
    "T, sampled": trained,
    "‖V − V*‖/‖V*‖": distance,
    [`sampled, k = ${few}`]: ratioText(sampledRatios[few]),
    ...(few < steps ? { [`k = ${steps} `]: ratioText(sampledRatios[steps]) } : {}),
  }));
}

// 2. Γ from B prompts.

/** The two ways to fit a preconditioner. */
export const FIT_KINDS = [
  { weights: "drawn", label: "fitted to w, (4)" },
  { weights: "averaged", label: "averaged over w" },
] as const;

/** B_c of notebook 12, aligned: above this number of training prompts chains with the fitted step converge at m = ∞, for large B, n and d. */
export const criticalPrompts = (covariance: Covariance, n: number): number => pretrainingCriticalPrompts({ covariance, n });

/** The excess constants C of both fits, over E_1 d, for one covariance. */
export interface ExcessConstants {
  readonly d: number;
  /** E_1 at m = n. */
  readonly oneStep: number;
  /** C of each of {@link FIT_KINDS}. */
  readonly constants: readonly Mean[];
  /** C/(E_1 d) of the first. */
  readonly ratio: Mean;
}

/** Multiplications that a constant may take: about a second. */
const CONSTANT_WORK = 3e8;

/** C of both kinds of fit, from prompts. */
export function excessConstants({ d, exponent, n, seed }: Pick<QuestionsSetting, "d" | "exponent" | "n" | "seed">): ExcessConstants {
  const covariance = powerLaw(d, exponent);
  const oneStep = oneStepError({ covariance, n, m: n });
  const draws = Math.max(100, Math.min(affordable(10000, d), Math.floor(CONSTANT_WORK / (d * d * (n + 3 * d)))));
  const constants = FIT_KINDS.map(({ weights }) => excessConstant({ covariance, n, weights, draws }, rootOf({ seed }).stream("constant")));
  const { mean, standardError, ...rest } = constants[0];
  return { d, oneStep, constants, ratio: { ...rest, mean: mean / (oneStep * d), standardError: standardError / (oneStep * d) } };
}

/** The constants as rows of a table, with what they predict for B prompts. */
export function constantRows(constants: readonly ExcessConstants[], B: number): Row[] {
  return constants.flatMap((each) =>
    FIT_KINDS.map(({ label }, kind) => ({
      d: each.d,
      fit: label,
      C: each.constants[kind].mean,
      se: each.constants[kind].standardError,
      "C/(E₁ d)": each.constants[kind].mean / (each.oneStep * each.d),
      [`excess at B = ${B}`]: predictedEntry(each, kind, B),
    })),
  );
}

/** The mean excess that the constants predict; null where they predict none: for the fit to w, where B ≤ d + 1. */
export function predictedExcess({ d, constants }: ExcessConstants, kind: number, B: number): number | null {
  const freedom = kind === 0 ? B - d - 1 : B;
  return freedom > 0 ? constants[kind].mean / freedom : null;
}

/** The same in a table: the mean is infinite for d ≤ B ≤ d + 1, and nothing is predicted below. */
export function predictedEntry(constants: ExcessConstants, kind: number, B: number): number | string {
  return predictedExcess(constants, kind, B) ?? (B < constants.d ? "no prediction" : "∞");
}

/** Fits from B prompts. */
export interface Fits extends PreconditionerFits {
  readonly kind: number;
  readonly B: number;
  readonly fits: number;
}

/** Multiplications that the fits of one size may take: a few seconds. */
const FIT_WORK = 2e9;

/** Fits of both kinds from each number of prompts; fewer where d is large. */
export async function fitPreconditioners(setting: QuestionsSetting, onProgress?: OnProgress): Promise<Fits[]> {
  const { d, exponent, n, B, fits } = setting;
  const cases = FIT_KINDS.flatMap(({ weights }, kind) => B.map((prompts) => ({ weights, kind, prompts })));
  const found: Fits[] = [];
  onProgress?.(0, cases.length);
  for (const { weights, kind, prompts } of cases) {
    const most = Math.floor(FIT_WORK / ((prompts + 40) * d * (d * (d + Math.min(n, d)) + 50 * n)));
    const draws = Math.max(4, Math.min(fits, most));
    const params = { covariance: powerLaw(d, exponent), n, prompts, draws, weights };
    found.push({ kind, B: prompts, fits: draws, ...preconditionerFits(params, rootOf(setting).stream(`fits-${weights}`, prompts)) });
    onProgress?.(found.length, cases.length);
    await new Promise(setImmediate);
  }
  return found;
}

/** The fits as rows of a table, with what the constants predict. */
export function fitRows(fits: readonly Fits[], constants: ExcessConstants): Row[] {
  return fits.map(({ kind, B, fits: draws, excess, excessMedian, diverging }) => ({
    fit: FIT_KINDS[kind].label,
    B,
    fits: draws,
    "mean excess": excess.mean,
    se: excess.standardError,
    predicted: predictedEntry(constants, kind, B),
    "median excess": excessMedian.value,
    "diverging, %": 100 * diverging.value,
    "95 % interval": `${(100 * diverging.low).toFixed(1)} to ${(100 * diverging.high).toFixed(1)}`,
  }));
}

// 3. Methods at equal cost.

/** All methods on the prompts of one spectrum and noise. */
export interface MethodRun {
  readonly exponent: number;
  readonly noise: number;
  readonly curves: readonly Curve[];
}

/** The methods of the comparison, chain of thought first; without cross-validation on prompts of a single example. */
export function methodsOf(covariance: Covariance, { n, m, noise }: Pick<QuestionsSetting, "n" | "m" | "noise">): Estimator[] {
  const spectrum = overthinkingSpectrum({ covariance, n, noise });
  const { lower, upper } = spectralEdges({ spectrum, m });
  // Short prompts leave eigenvalues at 0, which Chebyshev's interval must not reach.
  const methods = peerMethods({ covariance, n, noise, interval: [Math.max(lower, upper / 20), upper] });
  // A single example cannot be held out.
  return m > 1 ? methods : methods.filter(({ name }) => name !== "ridge (cross-validated)");
}

/** Isotropic and tilted, without and with noise; four times the prompts for the last, on which methods are compared in pairs. */
export async function runMethods(setting: QuestionsSetting, onProgress?: OnProgress): Promise<MethodRun[]> {
  const { d, m, exponent, noise, draws, seed } = setting;
  const cases = distinct([0, exponent]).flatMap((alpha) => distinct([0, noise]).map((sigma) => ({ exponent: alpha, noise: sigma })));
  const runs: MethodRun[] = [];
  onProgress?.(0, cases.length);
  for (const [i, at] of cases.entries()) {
    const covariance = powerLaw(d, at.exponent);
    const options = { test: covariance, m, steps: 30, noise: at.noise, estimators: methodsOf(covariance, { ...setting, noise: at.noise }) };
    const prompts = affordable(i === cases.length - 1 ? 4 * draws : draws, Math.max(d, Math.sqrt(d * m) / 2));
    runs.push({ ...at, curves: (await simulate(estimatorErrors(options), { draws: prompts, seed })).curves });
    onProgress?.(runs.length, cases.length);
  }
  return runs;
}

/** The multiplications of every method, at two sizes. */
export function costRows({ d, m, n }: Pick<QuestionsSetting, "d" | "m" | "n">): Row[] {
  const methods = methodsOf(powerLaw(d, 0), { n, m, noise: 0 });
  const cost = (method: Estimator, size: number, length: number, k: number) =>
    Math.round(estimatorCost(method, { d: size, m: length, k }).multiplications);
  return methods.map((method) => ({
    method: method.name,
    ...Object.fromEntries([1, 2, 3, 5, 10].map((k) => [`k = ${k}`, cost(method, d, m, k)])),
    ...Object.fromEntries([1, 2, 5, 10, 20].map((k) => [`d = ${5 * d}: k = ${k}`, cost(method, 5 * d, 5 * m, k)])),
  }));
}

/** How many steps of thought one least-squares solution buys. */
export function stepsForOneSolution({ d, m }: { readonly d: number; readonly m: number }): number {
  const solve = estimatorCost(leastSquares(), { d, m, k: 1 }).multiplications;
  const chain = chainOfThought({ preconditioner: Matrix.eye(1, 1) });
  let k = 0;
  while (estimatorCost(chain, { d, m, k: k + 1 }).multiplications <= solve) k++;
  return k;
}

/** Chain of thought against another method on the same prompts, each at its best step. */
export interface PairedMethods {
  readonly other: string;
  readonly k: number;
  readonly otherK: number;
  readonly tail: string;
  readonly own: number;
  readonly theirs: number;
  readonly difference: Mean;
  readonly won: string;
}

const leastStep = ({ mean }: Curve): number => Array.from(mean).indexOf(Math.min(...mean));

/** The paired comparison of a run's first method with all others. */
export function pairedMethods({ curves: [chain, ...others] }: MethodRun): PairedMethods[] {
  const k = Math.max(1, leastStep(chain));
  const left = chain.values(k);
  return others.map((other) => {
    const otherK = Math.max(1, leastStep(other));
    const right = other.values(otherK);
    const won = wilsonInterval(left.filter((value, i) => value < right[i]).length, left.length);
    const [value, low, high] = [won.value, won.low, won.high].map((share) => (100 * share).toFixed(0));
    return {
      other: other.name,
      k,
      otherK,
      tail: other.points[otherK].heavyTail,
      own: chain.mean[k],
      theirs: other.mean[otherK],
      difference: meanAndError(left.map((error, i) => error - right[i])),
      won: `${value} [${low}, ${high}]`,
    };
  });
}

/** Which methods chain of thought beats and loses to, in a sentence. */
export function pairedWords(pairs: readonly PairedMethods[]): string {
  const limit = simultaneousLimit(pairs.length);
  const names = (sign: number) => pairs.filter(({ difference }) => sign * zOf(difference) > limit).map(({ other }) => other);
  const [better, worse] = [names(-1), names(1)];
  return (
    `Stopped at its best step, CoT has here a smaller mean than ${better.length > 0 ? listed(better) : "none of the others"}, and a larger ` +
    `one than ${worse.length > 0 ? listed(worse) : "none of them"}, by more than ${formatNumber(limit, 3)} standard errors; no mean is ` +
    "certain where the tail is marked."
  );
}

/** The paired comparison as rows of a table. */
export function pairedRows(pairs: readonly PairedMethods[]): Row[] {
  return pairs.map(({ other, k, otherK, tail, own, theirs, difference, won }) => ({
    other,
    "k of CoT": k,
    "k of the other": otherK,
    "its tail": tail,
    CoT: own,
    theirs,
    difference: difference.mean,
    se: difference.standardError,
    z: zOf(difference),
    "CoT better, %": won,
  }));
}

/** Mean over standard error; 0 for a difference that is always 0. */
export const zOf = ({ mean, standardError }: Mean): number => (standardError > 0 ? mean / standardError : 0);

// 4. Small n.

const SMALL = [1, 2, 3, 5, 10, 20, 50, 100, 1000];
/** The number of steps considered at finite m. */
export const MOST_STEPS = 60;

/** Best number of steps and least error at small and large n. */
export interface SmallTraining {
  readonly rows: readonly Row[];
  /** The least exact mean error over 0 ≤ k ≤ 60, isotropic. */
  readonly least: (m: number, n: number) => number;
  /** Whether the best k never rises with n, for every test length. */
  readonly falls: boolean;
  /** Whether the first step helps, for cases with n ≤ 2m. */
  readonly firstHelps: readonly boolean[];
}

/** Exact tables over n: steps to 1 % at m = ∞; best k and least mean error at finite m. */
export function smallTraining(setting: QuestionsSetting): SmallTraining {
  const { d, exponent, testLengths } = setting;
  const capped = (m: number, n: number) => Math.min(bestSteps({ d, m, n }), MOST_STEPS);
  const known = new Map<string, number>();
  const least = (m: number, n: number) => {
    const value = known.get(`${m}/${n}`) ?? Math.exp(logIsotropicError({ d, m, n, k: capped(m, n) }));
    known.set(`${m}/${n}`, value);
    return value;
  };
  const best = testLengths.map((m) => SMALL.map((n) => capped(m, n)));
  const toOnePercent = (alpha: number, n: number) => stepsForError({ covariance: powerLaw(d, alpha), n, error: d / 100 });
  return {
    rows: SMALL.map((n, i) => ({
      n,
      "m = ∞, I: steps to 1 %": toOnePercent(0, n),
      ...(exponent === 0 ? {} : { [`m = ∞, ${spectrumName(exponent)}`]: toOnePercent(exponent, n) }),
      ...Object.fromEntries(
        testLengths.flatMap((m, j) => [
          [`m = ${m}: best k`, best[j][i] === MOST_STEPS ? `≥ ${MOST_STEPS}` : best[j][i]],
          [`least error, m = ${m}`, least(m, n)],
        ]),
      ),
    })),
    least,
    falls: best.every((row) => row.every((k, i) => i === 0 || k <= row[i - 1])),
    firstHelps: SMALL.flatMap((n) =>
      threeExponents(setting).flatMap((alpha) =>
        distinct([1, 2, 5, 10, 20, 50, ...testLengths])
          .filter((m) => n <= 2 * m)
          .map((m) => oneStepError({ covariance: powerLaw(d, alpha), n, m }) < d),
      ),
    ),
  };
}

/** A simulated mean beside the exact one. */
export interface SmallPoint extends Pick<Mean, "mean" | "standardError"> {
  readonly k: number;
  readonly n: number;
  readonly expected: number;
}

/** n = 1 and 3 by simulation on prompts of 2d examples, at steps well before the best, where a mean can be trusted. */
export async function simulateSmall({ d, draws, seed }: QuestionsSetting): Promise<SmallPoint[]> {
  const [covariance, m, steps] = [powerLaw(d, 0), 2 * d, 20];
  const points: SmallPoint[] = [];
  for (const n of [1, 3]) {
    const options = { test: covariance, m, steps, train: { covariance, n }, weights: "drawn" as const, name: `tiny-${n}` };
    const curve = (await simulate(cotError(options), { draws: affordable(4 * draws, d), seed })).curves[0];
    const tame = [1, 5, 20].filter((k) => 2 * k <= bestSteps({ d, m, n }));
    const exact = isotropicErrorCurve({ d, m, n, steps: Math.max(...tame, 1) });
    points.push(...tame.map((k) => ({ n, k, mean: curve.mean[k], standardError: curve.standardError[k], expected: exact[k] })));
  }
  return points;
}

// 5. Overthinking from samples.

/** Data sets drawn here: fewer where d or N is large. */
export function sampleOverthinking(setting: QuestionsSetting): OverthinkingBootstrap & { readonly trials: number } {
  const { d, exponent, n, mu, samples } = setting;
  const covariance = powerLaw(d, exponent);
  const isotropic = powerLaw(d, 0);
  const target = isotropic.scale(mu / overthinkingSpectrum({ covariance, target: isotropic, n })[0]);
  const trials = Math.max(3, Math.round(40 * Math.min(1, (15 / d) ** 2)));
  return { trials, ...overthinkingBootstrap({ covariance, target, n, samples, trials }, rootOf(setting).stream("samples")) };
}

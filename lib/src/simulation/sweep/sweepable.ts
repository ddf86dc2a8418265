/** @file What a sweep can run: experiments and predictions by name, each with parameters that a specification can write. */
import { Matrix } from "ml-matrix";
import { Checks } from "../../core/check";
import type { Estimator } from "../../estimators/estimator";
import { namedEstimator } from "../../estimators/estimators";
import { Covariance } from "../../model/covariance";
import { inverseGamma } from "../../model/gamma";
import { powerLawSpectrum } from "../../model/spectrum";
import { isotropicErrorsOrInfinity } from "../../theory/finite/isotropicError";
import { hardness } from "../../theory/paper/hardness";
import { logLimitError } from "../../theory/paper/overthinking";
import { oneStepError, theorem33BoundOrInfinity, theorem33SharperBound } from "../../theory/paper/theorem33";
import { cotError } from "../cotError";
import type { WeightMode } from "../cotKernel";
import { estimatorErrors } from "../estimatorErrors";
import type { Experiment } from "../experiment";

/** A value as a specification writes it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One parameter of a sweepable. */
export interface SweepParameter {
  /** Its name, with dots: "train.n". */
  readonly name: string;
  /** Meaning, symbol and domain. */
  readonly about: string;
  /** The value when a specification gives none; without it the parameter is needed. */
  readonly default?: Json;
}

/** A curve that is computed and not simulated: it has no standard error. */
export interface PredictedCurve {
  /** Its name. */
  readonly curve: string;
  /** Its points' places. */
  readonly x: readonly number[];
  /** Its values there. */
  readonly values: ArrayLike<number>;
}

/** What the parameters of a cell stand for: an experiment, with the numbers that a draw stores where they are known, or predictions. */
export type CellWork =
  | { readonly experiment: Experiment; readonly width?: number }
  | {
      /** Computes the predictions. */
      readonly curves: () => readonly PredictedCurve[];
    };

/** The values of a cell's parameters, defaults included. */
export type CellParams = Readonly<Record<string, Json>>;

/** Something a sweep can run. */
export interface Sweepable {
  /** The name that a specification's "experiment" gives. */
  readonly name: string;
  /** What it computes, for readers. */
  readonly about: string;
  /** Whether it is simulated: then it needs `draws` and a seed, and its rows have standard errors. */
  readonly simulated: boolean;
  /** What a specification can set; empty for an experiment of the user's own, which takes anything. */
  readonly parameters: readonly SweepParameter[];
  /** Checks the values and makes what is to be run. @throws RangeError or TypeError naming the parameter */
  make(params: CellParams): CellWork;
}

const check: Checks = new Checks("sweepSpec");
/** The word that stands for the trained preconditioner. */
const GAMMA = "gamma";
/** The word that stands for Infinity, which JSON has not. */
export const INFINITY = "infinity";
const LENGTH = `integer >= 1, or "${INFINITY}"`;
const SPECTRUM =
  '"identity", {"exponent": a} for i^-a, with "normalise": "none", "trace-d", "trace-1" or "max-1" and "factor" if wanted, or a list of d numbers';
const D: SweepParameter = { name: "d", about: "d: dimension; integer >= 1" };
const TRAIN: readonly SweepParameter[] = [
  { name: "train.n", about: `n: examples in a training prompt; ${LENGTH}` },
  { name: "train.spectrum", about: `eigenvalues of Λ: ${SPECTRUM}`, default: "identity" },
  { name: "train.noise", about: "σ of the training labels; >= 0", default: 0 },
];
const TEST: SweepParameter = { name: "test.spectrum", about: 'eigenvalues of Σ, or "train" for those of Λ', default: "train" };
const M: SweepParameter = { name: "m", about: `m: examples in a test prompt; ${LENGTH}` };
const STEPS: SweepParameter = { name: "steps", about: "K: the curve runs over k = 0..K; integer >= 0" };
const NOISE: SweepParameter = { name: "noise", about: "σ of the test labels; >= 0", default: 0 };
const WEIGHTS: SweepParameter = {
  name: "weights",
  about: '"averaged": the mean over w taken exactly; "drawn": one w a prompt; "signs": one w of signs',
  default: "averaged",
};
const ESTIMATORS: SweepParameter = {
  name: "estimators",
  about: 'list of {"estimator": NAME, "options": {...}, "name": LABEL}; "preconditioner": "gamma" stands for the trained Γ^-1',
  default: [{ estimator: "chain-of-thought", options: { preconditioner: "gamma" } }, { estimator: "least-squares" }],
};

/** Bytes that one cell may take; beyond, the system would end the process without a word. */
const MOST_BYTES = 4e9;
/** Covariances, their eigenvectors, Γ, and copies as rows. */
const MATRICES = 8;
/** Bytes of a row of the result. */
const ROW_BYTES = 250;

function checkMemory(name: string, value: number, what: string, bytes: number): void {
  const gigabytes = (amount: number): string => `${Number((amount / 1e9).toPrecision(2))} GB`;
  if (bytes > MOST_BYTES)
    check.fail(name, `such that ${what} take at most ${gigabytes(MOST_BYTES)}`, value, `They would take ${gigabytes(bytes)}`);
}

/** A prompt's length; JSON has no Infinity, so a word stands for it. */
function lengthOf(params: CellParams, name: string): number {
  const value = params[name];
  if (value === INFINITY) return Number.POSITIVE_INFINITY;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 1) check.fail(name, `an ${LENGTH}`, value);
  return value;
}

/** K, and with it the number of rows a curve has. */
function stepsOf({ steps }: CellParams): number {
  check.integer("steps", steps, 0);
  checkMemory("steps", steps, "the rows of a curve", ROW_BYTES * (steps + 1));
  return steps;
}

/** The eigenvalues that a parameter stands for. */
function spectrumOf(value: Json, name: string, d: number, rule: string): ArrayLike<number> {
  if (value === "identity") return new Array<number>(d).fill(1);
  if (Array.isArray(value)) {
    check.vector(name, value, d);
    return value;
  }
  if (typeof value !== "object" || value === null) check.fail(name, rule, value);
  check.record(name, value, ["exponent", "normalise", "factor"]);
  const { exponent, normalise = "none", factor = 1 } = value;
  check.finite(`${name}.exponent`, exponent);
  check.oneOf(`${name}.normalise`, normalise, ["none", "trace-d", "trace-1", "max-1"]);
  check.positive(`${name}.factor`, factor);
  return powerLawSpectrum({ d, exponent, normalise, factor });
}

function covarianceOf(params: CellParams, name: string, d: number, rule = SPECTRUM): Covariance {
  const spectrum = Array.from(spectrumOf(params[name], name, d, rule));
  const bad = spectrum.findIndex((value) => !(value >= 0 && Number.isFinite(value)));
  if (bad >= 0) check.fail(`${name}[${bad}]`, "an eigenvalue >= 0 and finite", spectrum[bad]);
  if (!spectrum.some((value) => value > 0)) check.fail(name, "a spectrum with an eigenvalue > 0", spectrum);
  return Covariance.diagonal(spectrum);
}

/** Training, and the covariance at test, as most entries have them. @param invertible whether Γ^-1 is needed: for endless prompts Γ = Λ */
function settingOf(params: CellParams, invertible = true) {
  const { d, "train.noise": noise } = params;
  check.integer("d", d, 1);
  checkMemory("d", d, "a cell's d x d matrices", MATRICES * 8 * d * d);
  const covariance = covarianceOf(params, "train.spectrum", d);
  const target = params["test.spectrum"] === "train" ? covariance : covarianceOf(params, "test.spectrum", d, `"train", ${SPECTRUM}`);
  const n = lengthOf(params, "train.n");
  check.nonNegative("train.noise", noise);
  if (invertible && n === Number.POSITIVE_INFINITY && covariance.isSingular)
    check.fail("train.spectrum", `without an eigenvalue 0 where train.n is "${INFINITY}"`, params["train.spectrum"]);
  return { d, train: { covariance, n, noise }, target };
}

const upTo = (steps: number): number[] => Array.from({ length: steps + 1 }, (_, k) => k);

const cotErrorSweep: Sweepable = {
  name: "cot-error",
  about: "squared weight error of the trained linear model after k steps of thought, on simulated prompts (Proposition 3.2)",
  simulated: true,
  parameters: [D, ...TRAIN, TEST, M, STEPS, NOISE, WEIGHTS],
  make(params) {
    const { train, target } = settingOf(params);
    const [m, steps] = [lengthOf(params, "m"), stepsOf(params)];
    const { noise, weights } = params as { readonly noise: number; readonly weights: WeightMode };
    return { experiment: cotError({ test: target, m, steps, noise, weights, train }), width: steps + 1 };
  },
};

const estimatorsSweep: Sweepable = {
  name: "estimators",
  about: "squared weight errors of several estimators on the same simulated prompts",
  simulated: true,
  parameters: [D, ...TRAIN, TEST, { name: "m", about: "m: examples in a test prompt; integer >= 1" }, STEPS, NOISE, ESTIMATORS],
  make(params) {
    const { d, target } = settingOf(params, false);
    const { m, estimators: list } = params;
    const [steps, noise] = [stepsOf(params), params.noise as number];
    check.integer("m", m, 1);
    checkMemory("m", m, "a prompt's inputs", 3 * 8 * d * m);
    if (!Array.isArray(list) || list.length === 0) check.fail("estimators", "a non-empty list", list);
    const estimators = (list as readonly Json[]).map((entry, i) => estimatorOf(params, `estimators[${i}]`, entry));
    // On a prompt without content, so that what does not fit the dimension or the length is found before anything runs.
    const prompt = { X: Matrix.zeros(d, Math.min(m, 2)), y: new Float64Array(Math.min(m, 2)) };
    for (const { estimate } of estimators) estimate(prompt, 0);
    return { experiment: estimatorErrors({ test: target, m, steps, noise, estimators }), width: estimators.length * (steps + 1) };
  },
};

/** One estimator of the list; "gamma" as a preconditioner stands for the trained one. */
function estimatorOf(params: CellParams, argument: string, entry: Json): Estimator {
  check.record(argument, entry, ["estimator", "options", "name"]);
  const { estimator, options, name } = entry;
  if (name !== undefined && (typeof name !== "string" || name === "")) check.fail(`${argument}.name`, "a text", name);
  const given = options as Record<string, Json> | undefined;
  const preconditioner = given?.preconditioner;
  if (typeof preconditioner === "string" && preconditioner !== GAMMA)
    check.fail(`${argument}.options.preconditioner`, `"${GAMMA}" or d rows of d numbers`, preconditioner);
  const filled = preconditioner === GAMMA ? { ...given, preconditioner: inverseGamma(settingOf(params).train).to2DArray() } : given;
  const made = namedEstimator(check, argument, { estimator: estimator as string, options: filled as Record<string, Json> });
  return name === undefined ? made : { ...made, name };
}

const isotropicSweep: Sweepable = {
  name: "isotropic-error",
  about: "the exact mean error after k steps, Σ = Λ = I, any m and n (ours, notebook 05)",
  simulated: false,
  parameters: [D, { name: "n", about: `n: examples in a training prompt; ${LENGTH}` }, M, STEPS],
  make(params) {
    const [n, m, steps, d] = [lengthOf(params, "n"), lengthOf(params, "m"), stepsOf(params), params.d];
    check.integer("d", d, 1);
    return { curves: () => [{ curve: "exact", x: upTo(steps), values: isotropicErrorsOrInfinity(check, { d, n, m, steps }) }] };
  },
};

const limitSweep: Sweepable = {
  name: "limit-error",
  about: "the error after k steps for m = ∞: ‖(I - Γ^-1 Σ)^k‖_F² (the paper's overthinking section, exact form ours, notebook 06)",
  simulated: false,
  parameters: [D, ...TRAIN, TEST, STEPS],
  make(params) {
    const { train, target } = settingOf(params);
    const x = upTo(stepsOf(params));
    // A curve that diverges ends in Infinity, as a simulated one does.
    return { curves: () => [{ curve: "limit", x, values: x.map((k) => Math.exp(logLimitError({ ...train, target, k }))) }] };
  },
};

const oneStepSweep: Sweepable = {
  name: "one-step-error",
  about: "the error of a direct answer (k = 1), Σ = Λ: exact, the bound of Theorem 3.3, and a sharper one (notebook 03)",
  simulated: false,
  parameters: [D, TRAIN[0], TRAIN[1], M],
  make(params) {
    const { covariance, n } = settingOf({ ...params, "test.spectrum": "train", "train.noise": 0 }, false).train;
    // Both bounds are made of tr(Λ)/λ_min.
    if (covariance.isSingular)
      check.fail("train.spectrum", "without an eigenvalue 0, as the bounds divide by it", params["train.spectrum"]);
    hardness(covariance);
    const point = { covariance, n, m: lengthOf(params, "m") };
    const curve = (name: string, value: number): PredictedCurve => ({ curve: name, x: [1], values: [value] });
    return {
      curves: () => [
        curve("exact", oneStepError(point)),
        curve("bound of Theorem 3.3", theorem33BoundOrInfinity(check, point)),
        curve("sharper bound", theorem33SharperBound(point)),
      ],
    };
  },
};

/** Everything that a specification's "experiment" can name. */
export const sweepables: readonly Sweepable[] = [cotErrorSweep, estimatorsSweep, isotropicSweep, limitSweep, oneStepSweep];

/** An experiment of the user's own, in a module: its parameters are whatever the specification gives, dots and all. */
export function moduleSweep(module: string, exported: string): Sweepable {
  return {
    name: "module",
    about: `the export ${exported} of a module`,
    simulated: true,
    parameters: [],
    make: (params) => ({ experiment: { module, export: exported, params } }),
  };
}

/** Finds a sweepable by name. */
export function findSweepable(name: unknown): Sweepable {
  const found = sweepables.find((candidate) => candidate.name === name);
  if (!found) check.fail("experiment", `one of ${sweepables.map((each) => `"${each.name}"`).join(", ")}`, name);
  return found;
}

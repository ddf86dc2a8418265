/** @file What a sweep can run: experiments and predictions by name, each with parameters that a specification can write. */
import {
  checkFinite,
  checkInteger,
  checkLength,
  checkNonNegative,
  checkOneOf,
  checkPositive,
  checkVector,
  fail,
  show,
} from "../core/check";
import { estimatorFromSpec } from "../estimators/estimators";
import { isotropicErrorCurve } from "../finite/isotropicError";
import { gammaMatrix } from "../model/gamma";
import { cotError } from "../montecarlo/cotError";
import type { WeightMode } from "../montecarlo/cotKernel";
import { estimatorErrors } from "../montecarlo/estimatorsExperiment";
import type { Experiment } from "../montecarlo/experiment";
import { Covariance } from "../tasks/covariance";
import { powerLawSpectrum } from "../tasks/spectrum";
import { logLimitError } from "../theorems/overthinking";
import { oneStepError, theorem33Bound, theorem33SharperBound } from "../theorems/theorem33";

/** A value as a specification writes it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** One parameter of a sweepable, by its name with dots: "train.n". */
export interface SweepParameter {
  readonly name: string;
  /** Meaning, symbol and domain. */
  readonly about: string;
  /** The value when a specification gives none; without it the parameter is needed. */
  readonly default?: Json;
}

/** A curve that is computed and not simulated: it has no standard error. */
export interface PredictedCurve {
  readonly curve: string;
  readonly x: readonly number[];
  readonly values: ArrayLike<number>;
}

/** What the parameters of a cell stand for. */
export type CellWork = { readonly experiment: Experiment } | { readonly curves: () => readonly PredictedCurve[] };

/** The values of a cell's parameters, defaults included. */
export type CellParams = Readonly<Record<string, Json>>;

/** Something a sweep can run. */
export interface Sweepable {
  readonly name: string;
  readonly about: string;
  /** Whether it is simulated: then it needs `tasks` and a seed, and its rows have standard errors. */
  readonly simulated: boolean;
  readonly parameters: readonly SweepParameter[];
  /** Checks the values and makes what is to be run. @throws RangeError or TypeError naming the parameter */
  make(params: CellParams): CellWork;
}

const fn = "sweep";
const LENGTH = 'integer >= 1, or "infinity"';
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

/** A prompt's length; JSON has no Infinity, so a word stands for it. */
function lengthOf(params: CellParams, name: string): number {
  const value = params[name] === "infinity" ? Number.POSITIVE_INFINITY : params[name];
  checkLength(fn, name, value);
  return value;
}

function integerOf(params: CellParams, name: string, least: number): number {
  const value = params[name];
  checkInteger(fn, name, value, least);
  return value;
}

function noiseOf(params: CellParams, name: string): number {
  const value = params[name];
  checkNonNegative(fn, name, value);
  return value;
}

function covarianceOf(params: CellParams, name: string, d: number): Covariance {
  const value = params[name] as Json;
  if (value === "identity") return Covariance.diagonal(new Array<number>(d).fill(1));
  if (Array.isArray(value)) {
    checkVector(fn, name, value, d);
    return Covariance.diagonal(value as number[]);
  }
  if (typeof value !== "object" || value === null) fail(fn, name, SPECTRUM, value);
  const { exponent, normalise = "none", factor = 1, ...unknown } = value as { readonly [key: string]: Json };
  for (const key of Object.keys(unknown)) fail(fn, name, "an object with keys among exponent, normalise, factor", key);
  checkFinite(fn, `${name}.exponent`, exponent);
  checkOneOf(fn, `${name}.normalise`, normalise, ["none", "trace-d", "trace-1", "max-1"]);
  checkPositive(fn, `${name}.factor`, factor);
  return Covariance.diagonal(powerLawSpectrum({ d, exponent, normalise, factor }));
}

/** Training and test as most entries have them. */
function setting(params: CellParams) {
  const d = integerOf(params, "d", 1);
  const covariance = covarianceOf(params, "train.spectrum", d);
  const target = params["test.spectrum"] === "train" ? covariance : covarianceOf(params, "test.spectrum", d);
  return { d, covariance, target, n: lengthOf(params, "train.n"), noise: noiseOf(params, "train.noise") };
}

const steps = (params: CellParams): number[] => Array.from({ length: integerOf(params, "steps", 0) + 1 }, (_, k) => k);

const cotErrorSweep: Sweepable = {
  name: "cot-error",
  about: "squared weight error of the trained linear model after k steps of thought, on simulated prompts (Proposition 3.2)",
  simulated: true,
  parameters: [
    D,
    ...TRAIN,
    TEST,
    M,
    STEPS,
    NOISE,
    {
      name: "weights",
      about: '"averaged": the mean over w taken exactly; "drawn": one w a prompt; "signs": one w of signs',
      default: "averaged",
    },
  ],
  make(params) {
    const { covariance, target, n, noise } = setting(params);
    const m = lengthOf(params, "m");
    const options = { test: target, m, steps: integerOf(params, "steps", 0), noise: noiseOf(params, "noise") };
    return { experiment: cotError({ ...options, train: { covariance, n, noise }, weights: params.weights as WeightMode }) };
  },
};

const estimatorsSweep: Sweepable = {
  name: "estimators",
  about: "squared weight errors of several estimators on the same simulated prompts",
  simulated: true,
  parameters: [
    D,
    ...TRAIN,
    TEST,
    { name: "m", about: "m: examples in a test prompt; integer >= 1" },
    STEPS,
    NOISE,
    {
      name: "estimators",
      about:
        'list of {"estimator": NAME, "options": {...}, "name": LABEL}; an option "preconditioner": "gamma" stands for the trained Γ^-1',
      default: [{ estimator: "chain-of-thought", options: { preconditioner: "gamma" } }, { estimator: "least-squares" }],
    },
  ],
  make(params) {
    const { covariance, target, n, noise } = setting(params);
    const trained = (): number[][] =>
      gammaMatrix({ covariance, n, noise })
        .apply((g) => 1 / g)
        .to2DArray();
    const list = params.estimators;
    if (!Array.isArray(list) || list.length === 0) fail(fn, "estimators", "a non-empty list", list);
    const estimators = (list as readonly Json[]).map((entry, i) => {
      if (typeof entry !== "object" || entry === null || Array.isArray(entry)) fail(fn, `estimators[${i}]`, "an object", entry);
      const { estimator, options = {}, name, ...unknown } = entry as { readonly [key: string]: Json };
      for (const key of Object.keys(unknown)) fail(fn, `estimators[${i}]`, "an object with keys among estimator, options, name", key);
      const given = options as { readonly [key: string]: Json };
      const preconditioned = given.preconditioner === "gamma" ? { ...given, preconditioner: trained() } : given;
      const made = estimatorFromSpec({ estimator: estimator as string, options: preconditioned });
      return name === undefined ? made : { ...made, name: String(name) };
    });
    const options = { test: target, m: integerOf(params, "m", 1), steps: integerOf(params, "steps", 0), noise: noiseOf(params, "noise") };
    return { experiment: estimatorErrors({ ...options, estimators }) };
  },
};

const isotropicSweep: Sweepable = {
  name: "isotropic-error",
  about: "the exact mean error after k steps, Σ = Λ = I, any m and n (ours, notebook 05)",
  simulated: false,
  parameters: [D, { name: "n", about: `n: examples in a training prompt; ${LENGTH}` }, M, STEPS],
  make(params) {
    const [d, n, m, x] = [integerOf(params, "d", 1), lengthOf(params, "n"), lengthOf(params, "m"), steps(params)];
    return { curves: () => [{ curve: "exact", x, values: isotropicErrorCurve({ d, n, m, steps: x.length - 1 }) }] };
  },
};

const limitSweep: Sweepable = {
  name: "limit-error",
  about: "the error after k steps for m = ∞: ‖(I - Γ^-1 Σ)^k‖_F² (the paper's overthinking section, exact form ours, notebook 06)",
  simulated: false,
  parameters: [D, ...TRAIN, TEST, STEPS],
  make(params) {
    const { covariance, target, n, noise } = setting(params);
    const x = steps(params);
    // A curve that diverges ends in Infinity, as a simulated one does.
    const value = (k: number): number => Math.exp(logLimitError({ covariance, n, noise, target, k }));
    return { curves: () => [{ curve: "limit", x, values: x.map(value) }] };
  },
};

const oneStepSweep: Sweepable = {
  name: "one-step-error",
  about: "the error of a direct answer (k = 1), Σ = Λ: exact, the bound of Theorem 3.3, and a sharper one (notebook 03)",
  simulated: false,
  parameters: [D, TRAIN[0]!, TRAIN[1]!, M],
  make(params) {
    const { covariance, n } = setting({ ...params, "test.spectrum": "train", "train.noise": 0 });
    const point = { covariance, n, m: lengthOf(params, "m") };
    const curve = (name: string, value: number): PredictedCurve => ({ curve: name, x: [1], values: [value] });
    return {
      curves: () => [
        curve("exact", oneStepError(point)),
        curve("bound of Theorem 3.3", theorem33Bound(point)),
        curve("sharper bound", theorem33SharperBound(point)),
      ],
    };
  },
};

/** Everything that a specification can name. */
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
  if (!found)
    throw new RangeError(`${fn}: experiment must be one of ${sweepables.map((s) => `"${s.name}"`).join(", ")}, got ${show(name)}`);
  return found;
}

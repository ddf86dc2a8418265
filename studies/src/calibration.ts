/** @file Can the verdict be trusted? Many random settings whose truth is known, data drawn from them, and the verdicts. Ours. */
import { Random } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import { type Moments, SecondMoments } from "cotlab/dist/data/moments";
import type { ResultRow } from "cotlab/dist/data/resultTable";
import { drawTestPrompts, errorCurves, typicalLog } from "cotlab/dist/diagnostic/errorCurve";
import { learnedStep, taskMoments } from "cotlab/dist/diagnostic/learnedStep";
import { predict } from "cotlab/dist/diagnostic/prediction";
import { Sample } from "cotlab/dist/diagnostic/sample";
import { cholesky, multiply, trace, transpose } from "cotlab/dist/linalg/dense";
import { againstTruth, trueMargin } from "./knownTruth";

/** The law of a row, given its covariance: normal, or normal times an independent factor with E f² = 1 and tails of Student's t with 5 degrees. */
export type RowLaw = "normal" | "heavy";

/** A family of random trials. */
export interface CalibrationParams {
  /** What the truth is like: the margin ln s_{K-1} is uniform in a range above, below or around 0. */
  readonly regime: "helps" | "hurts" | "boundary";
  /** m: examples in a test prompt; integer >= 1 as a multiple of d, or Infinity. */
  readonly promptFactor: number;
  /** N: rows of every file, as a multiple of d. */
  readonly rowFactor: number;
  readonly law: RowLaw;
  /** Trials; integer >= 1. */
  readonly trials: number;
  /** K; default 20. */
  readonly steps?: number;
  /** Default 0.95. */
  readonly confidence?: number;
  /** Default 7. */
  readonly seed?: number;
}

/** A trial's outcome. */
export interface CalibrationTrial extends ReturnType<typeof againstTruth> {
  readonly d: number;
  readonly rows: number;
  /** ln s_{K-1} of the truth was aimed at this. */
  readonly aim: number;
  /** Whether the interval of the error holds the true one, k = 1, 2, half of K, and K. */
  readonly errorCovered: readonly boolean[];
}

/** The trials of one family. */
export interface CalibrationResult {
  readonly trials: readonly CalibrationTrial[];
  readonly wrong: number;
  readonly abstained: number;
  /** Shares. */
  readonly bestCovered: number;
  readonly errorCovered: readonly number[];
}

/** Ranges of the true margin. */
const AIMS: Readonly<Record<CalibrationParams["regime"], readonly [number, number]>> = {
  helps: [0.1, 1],
  hurts: [-1, -0.1],
  boundary: [-0.1, 0.1],
};
/** Prompts of a prediction in a trial, and of the truth. */
const PROMPTS = 24;
const TRUE_PROMPTS = 200;

/** Runs the trials of a family. */
export function calibrate(params: CalibrationParams): CalibrationResult {
  const check: Checks = new Checks("calibrate");
  check.integer("trials", params.trials, 1);
  check.oneOf("regime", params.regime, ["helps", "hurts", "boundary"]);
  check.oneOf("law", params.law, ["normal", "heavy"]);
  const root = Random.seed(params.seed ?? 7).stream("calibration");
  const trials = Array.from({ length: params.trials }, (_, i) => calibrationTrial(params, root.stream(i)));
  const share = (p: (trial: CalibrationTrial) => boolean) => trials.filter(p).length / trials.length;
  return {
    trials,
    wrong: trials.filter(({ wrong }) => wrong).length,
    abstained: trials.filter(({ call }) => call === "unclear").length,
    bestCovered: share(({ bestCovered }) => bestCovered),
    errorCovered: trials[0].errorCovered.map((_, j) => share(({ errorCovered }) => errorCovered[j])),
  };
}

/**
 * One trial: d in 3..12; one or two tasks and a target with random bases, the spectra of power laws with exponents in [0, 1.5], so that
 * flat spectra, the worst case for the bias of the largest eigenvalue, occur; n in 5..50; Σ scaled so that the true margin is the one aimed at.
 */
export function calibrationTrial(params: CalibrationParams, random: Random): CalibrationTrial {
  const { regime, promptFactor, rowFactor, law, steps = 20, confidence = 0.95 } = params;
  const setting = random.stream("setting");
  const d = 3 + setting.integer(10);
  const L = 1 + setting.integer(2);
  const m = promptFactor === Number.POSITIVE_INFINITY ? promptFactor : promptFactor * d;
  const rows = rowFactor * d;
  const n = 5 + setting.integer(46);
  const mixing = setting.uniform();
  const weights = L === 1 ? [1] : [mixing, 1 - mixing];
  const lengths = weights.map(() => n);
  const shared = setting.uniform() < 0.5 ? randomBasis(d, setting) : undefined;
  const covariances = Array.from({ length: L + 1 }, () => randomCovariance(d, shared ?? randomBasis(d, setting), setting));
  const [low, high] = AIMS[regime];
  const aim = low + (high - low) * setting.uniform();
  const step = learnedStep(
    covariances.slice(0, L).map((covariance) => taskMoments({ covariance, excess: excessOf(law, covariance, d) }, d, n)),
    weights,
    d,
  );
  const curves = errorCurves(step, covariances[L], drawTestPrompts({ d, m, prompts: TRUE_PROMPTS }, random.stream("truth")), steps);
  const truth = (scale: number): number[] => {
    const logs = curves(scale, steps);
    return Array.from({ length: steps + 1 }, (_, k) => typicalLog(logs, k));
  };
  const scale = Math.exp(trueMargin(truth) - aim);
  const sigma = covariances[L].map((value) => value * scale);
  const trueCurve = truth(scale);
  const samples = [...covariances.slice(0, L), sigma].map(
    (covariance, l) =>
      new Sample(l < L ? `task ${l + 1}` : "target", drawMoments(covariance, d, rows, law, random.stream("data", l)), "none"),
  );
  const tests = drawTestPrompts({ d, m, prompts: PROMPTS }, random.stream("prompts"));
  const { verdict, curve } = predict({ tasks: samples.slice(0, L), target: samples[L], weights, lengths, steps, confidence, tests });
  return {
    d,
    rows,
    aim,
    ...againstTruth(verdict, trueCurve),
    errorCovered: [1, 2, Math.floor(steps / 2), steps].map((k) => {
      const { low: from, high: to } = curve[k].error;
      return Math.log(from) <= trueCurve[k] && trueCurve[k] <= Math.log(to);
    }),
  };
}

/** E r² of x = √r Λ^(1/2) g: 1 for normal rows, (ν - 2)/(ν - 4) = 3 for Student's t with ν = 5. */
const FOURTH_FACTOR: Readonly<Record<RowLaw, number>> = { normal: 1, heavy: 3 };

/** What a law's fourth moments add to the normal ones: K - 2Λ² - tr(Λ)Λ with K = ρ (2Λ² + tr(Λ)Λ). */
function excessOf(law: RowLaw, covariance: Float64Array, d: number): Float64Array {
  const [square, total] = [multiply(covariance, covariance, d, d, d), trace(covariance, d)];
  return square.map((value, at) => (FOURTH_FACTOR[law] - 1) * (2 * value + total * covariance[at]));
}

/** Rows of random orthonormal vectors: the eigenvectors' frame by Gram and Schmidt. */
function randomBasis(d: number, random: Random): Float64Array {
  const rows = random.fillNormal(new Float64Array(d * d));
  const gram = multiply(rows, transpose(rows, d), d, d, d);
  const factored = cholesky(gram, d);
  if ("dependent" in factored) return randomBasis(d, random);
  const L = factored.factor;
  for (let i = 0; i < d; i++) {
    for (let p = 0; p < i; p++) for (let j = 0; j < d; j++) rows[i * d + j] -= L[i * d + p] * rows[p * d + j];
    for (let j = 0; j < d; j++) rows[i * d + j] /= L[i * d + i];
  }
  return rows;
}

function randomCovariance(d: number, basis: Float64Array, random: Random): Float64Array {
  const exponent = 1.5 * random.uniform();
  const order = random.permutation(d);
  const scaled = basis.slice();
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) scaled[i * d + j] *= (order[i] + 1) ** -exponent;
  return multiply(transpose(basis, d), scaled, d, d, d);
}

/** Moments of random rows with a covariance, fourth ones too, as a diagnosis collects them. */
export function drawMoments(covariance: Float64Array, d: number, rows: number, law: RowLaw, random: Random, fourth = true): Moments {
  const factored = cholesky(covariance, d);
  if ("dependent" in factored) throw new RangeError("drawMoments: covariance must be positive definite");
  const L = factored.factor;
  const moments = new SecondMoments(d, { fourth });
  const white = new Float64Array(d);
  const row = new Float64Array(d);
  for (let i = 0; i < rows; i++) {
    random.fillNormal(white);
    // Student's t with 5 degrees has the variance 5/3: (5/χ²_5)·(3/5) = 3/χ²_5.
    const factor = law === "heavy" ? Math.sqrt(3 / random.chiSquare(5)) : 1;
    for (let a = 0; a < d; a++) {
      let sum = 0;
      for (let b = 0; b <= a; b++) sum += L[a * d + b] * white[b];
      row[a] = factor * sum;
    }
    moments.add(row, 1);
  }
  return moments.finish();
}

const LAWS: readonly CalibrationParams["law"][] = ["normal", "heavy"];
const REGIMES: readonly CalibrationParams["regime"][] = ["helps", "hurts", "boundary"];
const PROMPT_FACTORS = [Number.POSITIVE_INFINITY, 6, 2];
const ROW_FACTORS = [5, 20, 100];

/** 54 families, of 40 trials at m = ∞ and 24 at finite m, by name. */
export const calibrationSettings: Readonly<Record<string, CalibrationParams>> = Object.fromEntries(
  PROMPT_FACTORS.flatMap((promptFactor) =>
    LAWS.flatMap((law) =>
      ROW_FACTORS.flatMap((rowFactor) =>
        REGIMES.map((regime) => {
          const prompt = promptFactor === Number.POSITIVE_INFINITY ? "m inf" : `m ${promptFactor}d`;
          return [
            `${regime}; ${law} rows; ${prompt}; N ${rowFactor}d`,
            { regime, law, promptFactor, rowFactor, trials: promptFactor === Number.POSITIVE_INFINITY ? 40 : 24 },
          ] as const;
        }),
      ),
    ),
  ),
);

const flag = (value: boolean): number => (value ? 1 : 0);

/** Rows of one family: one a trial; truths are written 1 and 0. */
export function calibrationRows(params: CalibrationParams): ResultRow[] {
  return calibrate(params).trials.map((trial, i) => ({
    regime: params.regime,
    law: params.law,
    mOverD: params.promptFactor,
    rowsOverD: params.rowFactor,
    trial: i,
    d: trial.d,
    rows: trial.rows,
    logMargin: trial.aim,
    helps: flag(trial.helps),
    call: trial.call,
    wrong: flag(trial.wrong),
    bestCovered: flag(trial.bestCovered),
    ...errorColumns(trial),
    logRegret: trial.logRegret,
  }));
}

function errorColumns({ errorCovered }: CalibrationTrial): Record<string, number> {
  return Object.fromEntries(["1", "2", "half", "K"].map((k, i) => [`errorCovered ${k}`, flag(errorCovered[i])]));
}

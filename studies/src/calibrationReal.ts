/** @file Can the verdict be trusted on real rows? Random small samples of stored features, judged by what all rows say. Ours. */
import type { Random } from "cotlab";
import { Checks } from "cotlab/dist/core/check";
import { type Moments, SecondMoments } from "cotlab/dist/data/moments";
import { projectRows, reduceMoments } from "cotlab/dist/diagnostic/components";
import { drawTestPrompts, errorCurves, typicalLog } from "cotlab/dist/diagnostic/errorCurve";
import { learnedStep, taskMoments } from "cotlab/dist/diagnostic/learnedStep";
import { predict } from "cotlab/dist/diagnostic/prediction";
import { Sample } from "cotlab/dist/diagnostic/sample";
import { identity, multiply } from "cotlab/dist/linalg/dense";
import { againstTruth, trueMargin } from "./knownTruth";

/** All rows of one file. */
export interface Population {
  readonly name: string;
  /** Row-major (N, d). */
  readonly values: Float64Array;
  readonly moments: Moments;
}

/** A family of trials. */
export interface RealCalibrationParams {
  /** "natural": the features as they are; "near": the target multiplied so that the true ln s_{K-1} is uniform in [-½, ½]. */
  readonly regime: "natural" | "near";
  /** m over R, or Infinity. */
  readonly promptFactor: number;
  readonly trials: number;
}

/** A trial's outcome, one row of a table. */
export interface RealTrial {
  readonly components: number;
  readonly sources: string;
  readonly target: string;
  readonly n: number;
  readonly rows: number;
  /** ln s_{K-1} of the truth. */
  readonly logMargin: number;
  readonly helps: number;
  readonly call: "helps" | "hurts" | "unclear";
  readonly wrong: number;
  readonly bestCovered: number;
  readonly logRegret: number;
}

const STEPS = 20;
const PROMPTS = 24;
const TRUE_PROMPTS = 200;

/** Moments of rows, for `reduceMoments` and `measureOnRows`. */
export function momentsOfRows(values: Float64Array, d: number, seed = 7, fourth = false): Moments {
  const moments = new SecondMoments(d, { seed, fourth });
  moments.add(values);
  return moments.finish();
}

/**
 * One trial: a target and one or two sources among the files; R is 8 or 16; n log-uniform in 10..1000; 5R to 60R rows of every file, drawn
 * with replacement, so that the file itself is the law they come from. The components are those of the sample, as in a diagnosis, and
 * the truth is that of all rows in the same components, what
 * training learns of their fourth moments included. At finite m the true error is over prompts of real rows of the target, while
 * the prediction simulates normal ones.
 */
export function realTrial(populations: readonly Population[], { regime, promptFactor }: RealCalibrationParams, random: Random): RealTrial {
  const check: Checks = new Checks("realTrial");
  if (populations.length < 3) check.fail("populations", "at least 3", populations.length);
  const setting = random.stream("setting");
  const { d } = populations[0].moments;
  const R = setting.integer(2) === 0 ? 8 : 16;
  const order = setting.permutation(populations.length);
  const L = 1 + setting.integer(2);
  const chosen = Array.from({ length: L + 1 }, (_, l) => populations[order[l]]);
  const n = Math.round(10 ** (1 + 2 * setting.uniform()));
  const rows = Math.round(R * 5 * 12 ** setting.uniform());
  const mixing = 0.1 + 0.8 * setting.uniform();
  const weights = L === 1 ? [1] : [mixing, 1 - mixing];
  const lengths = weights.map(() => n);
  const m = promptFactor === Number.POSITIVE_INFINITY ? promptFactor : promptFactor * R;
  const drawn = chosen.map(({ values }, l) => drawRows(values, d, rows, random.stream("rows", l)));
  const collected = drawn.map((values, l) => momentsOfRows(values, d, l));
  const reduction = reduceMoments(collected.slice(0, L), collected[L], R);
  const projected = (values: Float64Array, seed?: number): Moments => momentsOfRows(projectRows(values, reduction), R, seed, true);
  const step = learnedStep(
    chosen.slice(0, L).map(({ name, values }) => taskMoments(new Sample(name, projected(values), "none"), R, n)),
    weights,
    R,
  );
  const target = chosen[L].moments.project(reduction.loadings).covariance();
  const prompts = random.stream("truth");
  const operators =
    m === Number.POSITIVE_INFINITY
      ? [multiply(step, target, R, R, R)]
      : Array.from({ length: TRUE_PROMPTS }, (_, p) =>
          multiply(step, promptMoment(chosen[L], reduction.loadings, R, m, prompts.stream(p)), R, R, R),
        );
  // A prompt's S stands in place of Σ, at m = ∞.
  const tests = drawTestPrompts({ d: R, m: Number.POSITIVE_INFINITY }, prompts);
  const unit = identity(R);
  const each = operators.map((operator) => errorCurves(operator, unit, tests, STEPS));
  const truth = (scale: number) => {
    const curves = each.flatMap((curve) => curve(scale, STEPS));
    return Array.from({ length: STEPS + 1 }, (_, k) => typicalLog(curves, k));
  };
  const root = trueMargin(truth);
  const aim = regime === "natural" ? root : setting.uniform() - 0.5;
  const scale = regime === "natural" ? 1 : Math.exp(root - aim);
  const trueCurve = truth(scale);
  const scaled = regime === "natural" ? reduction.moments[L] : reduction.moments[L].project(unit.map((value) => Math.sqrt(scale) * value));
  const samples = [...drawn.slice(0, L).map((values, l) => projected(values, l)), scaled].map(
    (moments, l) => new Sample(l < L ? `source ${l + 1}` : "target", moments, "none"),
  );
  const { verdict } = predict({
    tasks: samples.slice(0, L),
    target: samples[L],
    weights,
    lengths,
    steps: STEPS,
    confidence: 0.95,
    tests: drawTestPrompts({ d: R, m, prompts: PROMPTS }, random.stream("prompts")),
  });
  const { helps, call, wrong, bestCovered, logRegret } = againstTruth(verdict, trueCurve);
  return {
    components: R,
    sources: chosen
      .slice(0, L)
      .map(({ name }) => name)
      .join("+"),
    target: chosen[L].name,
    n,
    rows,
    logMargin: aim,
    helps: Number(helps),
    call,
    wrong: Number(wrong),
    bestCovered: Number(bestCovered),
    logRegret,
  };
}

/** Rows with replacement. */
function drawRows(values: Float64Array, d: number, rows: number, random: Random): Float64Array {
  const out = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) {
    const at = random.integer(values.length / d);
    out.set(values.subarray(at * d, (at + 1) * d), i * d);
  }
  return out;
}

/** S of one prompt of m real rows about the mean of all rows, projected. */
function promptMoment({ values, moments }: Population, loadings: Float64Array, R: number, m: number, random: Random): Float64Array {
  const { d, mean } = moments;
  const rows = drawRows(values, d, m, random);
  for (let at = 0; at < rows.length; at++) rows[at] -= mean[at % d];
  const Z = multiply(rows, transposed(loadings, R, d), m, d, R);
  const S = multiply(transposed(Z, m, R), Z, R, m, R);
  return S.map((value) => value / m);
}

function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j];
  return out;
}

/** The stored families: 250 trials each at m = ∞, 90 at finite m. */
export const realCalibrationSettings: Readonly<Record<string, RealCalibrationParams>> = Object.fromEntries(
  [Number.POSITIVE_INFINITY, 6, 2].flatMap((promptFactor) =>
    (["natural", "near"] as const).map((regime) => {
      const endless = promptFactor === Number.POSITIVE_INFINITY;
      return [`${regime}; m ${endless ? "inf" : `${promptFactor}R`}`, { regime, promptFactor, trials: endless ? 250 : 90 }] as const;
    }),
  ),
);

/** @file The direct answer's experiments: one step on sampled prompts, label noise, test inputs turned against the training inputs. */
import { Checks } from "cotlab/dist/core/check";
import { geometricIntegers } from "cotlab/dist/core/grids";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart } from "cotlab/dist/figures/lineChart";
import { Covariance } from "cotlab/dist/model/covariance";
import { formatNumber } from "cotlab/dist/notebook/table";
import { cotError } from "cotlab/dist/simulation/cotError";
import { simulate } from "cotlab/dist/simulation/simulate";
import { type OneStepParams, oneStepError, type Theorem33Params, theorem33Bound } from "cotlab/dist/theory/paper/theorem33";
import { Matrix } from "ml-matrix";

/** How large a sample is, and which. */
export interface SampleOptions {
  /** Test prompts; integer >= 2. */
  readonly draws: number;
  readonly seed: number;
}

/** One step of a trained model on sampled prompts. */
export interface DirectErrorParams extends OneStepParams, SampleOptions {
  /** Name of the random stream; points of one name face the same prompts. */
  readonly name: string;
}

/** A simulated error beside its expectation. */
export interface DirectError {
  readonly mean: number;
  readonly standardError: number;
  /** The exact error. */
  readonly expected: number;
  /** Whether the sample shows that its mean and variance can be trusted. */
  readonly tame: boolean;
}

/**
 * The mean error of a direct answer on sampled prompts, w a vector of random signs (which has the mean of w ~ N(0, I) and less spread),
 * beside the exact one.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function directError({ draws, seed, name, ...point }: DirectErrorParams): Promise<DirectError> {
  const { covariance, n, m, target = covariance, noise = 0, testNoise = noise } = point;
  const train = { covariance, n, noise };
  const experiment = cotError({ test: target, m, steps: 1, train, noise: testNoise, weights: "signs", name });
  const { mean, standardError, heavyTail } = (await simulate(experiment, { draws, seed })).curves[0].points[1];
  return { mean, standardError, expected: oneStepError(point), tame: heavyTail === "none" };
}

/**
 * Λ turned by an angle in the plane of the first and the last coordinate; in one dimension there is no plane, and Λ stays as it is.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function turnedInputs(covariance: Covariance, degrees: number): Covariance {
  const check: Checks = new Checks("turnedInputs");
  check.finite("degrees", degrees);
  const { d, matrix } = covariance;
  if (d === 1) return covariance;
  const sine = (angle: number) => Math.sin((Math.PI * angle) / 180);
  const [cos, sin] = [sine(90 - degrees), sine(degrees)]; // exact at 0 and 90 degrees
  const R = Matrix.eye(d, d);
  R.set(0, 0, cos);
  R.set(d - 1, d - 1, cos);
  R.set(0, d - 1, -sin);
  R.set(d - 1, 0, sin);
  return Covariance.fromMatrix(R.mmul(matrix).mmul(R.transpose()));
}

/** A model trained at a length and tested at it on inputs turned by an angle. */
export interface TurnedError extends DirectError {
  readonly length: number;
  readonly degrees: number;
  /** The error at this angle, from those at 0 and 90 degrees. */
  readonly linear: number;
}

/**
 * The mean error of a direct answer at an angle between training and test inputs, from the exact ones at 0 and 90 degrees:
 * 𝓔_1(θ) = cos²θ 𝓔_1(0) + sin²θ 𝓔_1(90°)
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function turnedError({ covariance, n, m }: Theorem33Params): (degrees: number) => number {
  const [aligned, across] = [0, 90].map((degrees) => oneStepError({ covariance, target: turnedInputs(covariance, degrees), n, m }));
  return (degrees) => aligned + (across - aligned) * Math.sin((Math.PI * degrees) / 180) ** 2;
}

/** A model trained at a length and tested at it, on inputs turned by any angle. */
export interface TurnedCase {
  readonly length: number;
  /** The exact error at an angle in degrees. */
  readonly error: (degrees: number) => number;
  /** The paper's bound, the same at every angle. */
  readonly bound: number;
}

/**
 * The error of a direct answer at every angle between training and test inputs, n = m, beside the paper's bound.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function turnedCase(covariance: Covariance, length: number): TurnedCase {
  const point = { covariance, n: length, m: length };
  return { length, error: turnedError(point), bound: theorem33Bound(point) };
}

/**
 * A row of a table: at which angles an error linear in sin²θ is above the paper's bound and above d.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function turnedRow({ length, error, bound }: TurnedCase, d: number) {
  const beyond = (level: number) => {
    const angle = angleAbove(error, level);
    return angle === null ? "at no angle" : angle === 0 ? "at every angle" : `beyond ${formatNumber(angle, 3)}°`;
  };
  const at = { "n = m": length, "error at 0°": error(0), "error at 90°": error(90), "bound (1)": bound };
  return { ...at, "above the bound": beyond(bound), "above d": beyond(d) };
}

/**
 * Simulated means as the ordinates of points with 95 % intervals; on a logarithmic axis one that reaches 0 has no lower end, and ends at a
 * thousandth of the mean.
 * @throws nothing
 * @origin ours
 */
export function withIntervals(points: readonly Pick<DirectError, "mean" | "standardError">[]) {
  const edge = (sign: number) => points.map(({ mean, standardError }) => mean + sign * 1.96 * standardError);
  const lower = edge(-1).map((value, i) => Math.max(value, points[i].mean / 1000));
  return { y: edge(0), lower, upper: edge(1), style: "points" as const };
}

/**
 * The first angle in degrees at which an error linear in sin²θ exceeds a level; 0 when it does throughout, null when it never does.
 * @throws RangeError for a level that is not finite
 * @origin ours
 */
export function angleAbove(error: (degrees: number) => number, level: number): number | null {
  const check: Checks = new Checks("angleAbove");
  check.finite("level", level);
  const [aligned, across] = [error(0), error(90)];
  if (aligned > level) return 0;
  return across > level ? (Math.asin(Math.sqrt((level - aligned) / (across - aligned))) * 180) / Math.PI : null;
}

/**
 * The mean error at some angles between training and test inputs, simulated, exact by matrices, and from the angles 0 and 90.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function turnedErrors({
  covariance,
  length,
  degrees,
  ...sample
}: SampleOptions & { covariance: Covariance; length: number; degrees: readonly number[] }): Promise<TurnedError[]> {
  const linear = turnedError({ covariance, n: length, m: length });
  const rows: TurnedError[] = [];
  for (const angle of degrees) {
    const point = { covariance, target: turnedInputs(covariance, angle), n: length, m: length };
    const run = await directError({ ...point, ...sample, name: `turned-${length}-${angle}` });
    rows.push({ ...run, length, degrees: angle, linear: linear(angle) });
  }
  return rows;
}

/** A direct answer with or without label noise. */
export interface NoisyError extends DirectError {
  readonly labels: string;
  /** The paper's bound, which knows of no noise. */
  readonly bound: number;
  /** The bound with tr Λ + σ² in the place of tr Λ. */
  readonly repaired: number;
}

/**
 * The mean error of a direct answer without label noise, with noise at test only, and in training and at test; n = m.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function noisyErrors({
  covariance,
  length,
  noise,
  ...sample
}: SampleOptions & { covariance: Covariance; length: number; noise: number }): Promise<NoisyError[]> {
  const cases = [
    { labels: "no noise", noise: 0, testNoise: 0 },
    { labels: "noise at test only", noise: 0, testNoise: noise },
    { labels: "noise in training and at test", noise, testNoise: noise },
  ];
  const { d, trace, lambdaMin } = covariance;
  const rows: NoisyError[] = [];
  for (const [i, { labels, ...noises }] of cases.entries()) {
    const point = { covariance, n: length, m: length };
    const run = await directError({ ...point, ...noises, ...sample, name: `noise-${i}` });
    const u = (1 + (trace + noises.testNoise ** 2) / lambdaMin) / length;
    rows.push({ ...run, labels, bound: theorem33Bound(point), repaired: d * (u * u + u) });
  }
  return rows;
}

/** What {@link lengthChart} draws. */
export interface LengthChartParams {
  readonly spectra: readonly { readonly name: string; readonly covariance: Covariance }[];
  /** The length of the abscissa; the other one is held fixed. */
  readonly against: "n" | "m";
  readonly n: number;
  readonly m: number;
  /** The longest length that is drawn. */
  readonly reach: number;
  /** Simulated points, by the index of their spectrum. */
  readonly simulated?: readonly LengthPoint[];
  /** What is simulated, for the caption. */
  readonly sample?: string;
}

/** A simulated error at one length. */
export interface LengthPoint extends Pick<DirectError, "mean" | "standardError"> {
  readonly spectrum: number;
  readonly length: number;
}

/**
 * Errors of direct answers against a prompt length, a colour for each spectrum: exact errors as lines, the paper's bounds dotted as far as
 * they are below 100 d, simulated means as points with 95 % intervals.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function lengthChart({ spectra, against, n, m, reach, simulated = [], sample }: LengthChartParams): Figure {
  const lengths = geometricIntegers(1, reach, 60);
  const { d } = spectra[0].covariance;
  const valuesOf = (of: (point: Theorem33Params) => number, covariance: Covariance) =>
    lengths.map((length) => of({ covariance, n, m, [against]: length }));
  const lines = spectra.map(({ name, covariance }, color) => {
    return { name, x: lengths, y: valuesOf(oneStepError, covariance), color, dash: "solid" };
  });
  const points = spectra.map((_, color) => {
    const own = simulated.filter(({ spectrum }) => spectrum === color);
    return { x: own.map(({ length }) => length), ...withIntervals(own), color };
  });
  const bounds = spectra
    .map(({ covariance }, color) => {
      const y = valuesOf(theorem33Bound, covariance).map((value) => (value < 100 * d ? value : null));
      return { x: lengths, y, color, dash: "2px,4px" };
    })
    .filter(({ y }) => y.some((value) => value !== null));
  const held = against === "n" ? { value: m, label: "n = m" } : { value: n, label: "m = n" };
  return lineChart({
    x: { label: against === "n" ? "examples in a training prompt n" : "examples in the test prompt m", log: true },
    y: { label: "mean error E‖ŵ − w‖^{2}", log: true },
    series: [
      ...lines,
      ...points.filter(({ x }) => x.length > 0),
      ...bounds.map((series, i) => (i === 0 ? { name: "the paper's bounds", ...series } : series)),
    ],
    marks: [
      { axis: "x", ...held },
      { axis: "y", value: d, label: "d: answer 0", at: against === "n" ? "start" : "end" },
    ],
    caption:
      `One step at ${against === "n" ? `m = ${m}` : `n = ${n}`}, d = ${d}, λ_i = i^(-α)${d === 1 ? ", which is 1 for all α" : ""}: exact error (5), ` +
      `${sample === undefined ? "" : "simulated means with 95 % intervals "}and the paper's bound (1) where it is below 100 d. ` +
      `${sample ?? "No sampling"}.`,
  });
}

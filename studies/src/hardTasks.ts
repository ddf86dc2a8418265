/** @file Tasks of one hardness, easy and hard ones: the extreme spectra, random tasks, the steps they take, and what the number misses. */
import { smallestInteger } from "cotlab/dist/core/bisection";
import { Checks } from "cotlab/dist/core/check";
import { distinct, geometricIntegers, integers } from "cotlab/dist/core/grids";
import { logSum } from "cotlab/dist/core/logSum";
import { Random } from "cotlab/dist/core/random";
import type { Figure } from "cotlab/dist/figures/figure";
import { lineChart, type Series } from "cotlab/dist/figures/lineChart";
import { Covariance } from "cotlab/dist/model/covariance";
import { powerLawSpectrum } from "cotlab/dist/model/spectrum";
import { formatNumber } from "cotlab/dist/notebook/table";
import { outcome, type Readings } from "cotlab/dist/notebook/verdict";
import { cotError } from "cotlab/dist/simulation/cotError";
import { simulate } from "cotlab/dist/simulation/simulate";
import { inverseLengthExpansion } from "cotlab/dist/theory/finite/inverseLengthExpansion";
import { logCorollary35Bound } from "cotlab/dist/theory/paper/corollary35";
import { stepsForError, stepsForErrorByBound } from "cotlab/dist/theory/paper/exchange";
import { hardness, hardnessMaximum, skillHardness } from "cotlab/dist/theory/paper/hardness";
import { limitError, logLimitError } from "cotlab/dist/theory/paper/overthinking";
import { withIntervals } from "./directError";

/**
 * The easiest task of its hardness: d - 1 skills of strength 1 and a weak one of strength (d - 1)/(H - 1).
 * @param d >= 2
 * @param hard H >= d
 * @throws RangeError outside the domain
 * @origin ours
 */
export function oneWeakSkill(d: number, hard: number): Covariance {
  checkHardness(new Checks("oneWeakSkill"), d, hard);
  return Covariance.diagonal(Float64Array.from({ length: d }, (_, i) => (i < d - 1 ? 1 : (d - 1) / (hard - 1))));
}

/**
 * The hardest task of its hardness: one strong skill of strength H - d + 1 and d - 1 skills of strength 1.
 * @param d >= 2
 * @param hard H >= d
 * @throws RangeError outside the domain
 * @origin ours
 */
export function oneStrongSkill(d: number, hard: number): Covariance {
  checkHardness(new Checks("oneStrongSkill"), d, hard);
  return Covariance.diagonal(Float64Array.from({ length: d }, (_, i) => (i === 0 ? hard - d + 1 : 1)));
}

function checkHardness(check: Checks, d: number, hard: number): void {
  check.integer("d", d, 2);
  check.finite("hard", hard);
  if (hard < d) check.fail("hard", `>= d (${d})`, hard);
}

/**
 * The hardness of the hardest of some random directions, as a share of Hard(Λ).
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function hardestDirection(params: {
  readonly covariance: Covariance;
  readonly directions: number;
  readonly random: Random;
}): number {
  const { covariance, directions, random } = params;
  const draw = hardnessMaximum.sampler!({ covariance });
  return Math.max(...Array.from({ length: directions }, () => draw(random))) / hardness(covariance);
}

/**
 * Random tasks λ_i = i^(-α) e^(σ z_i) with α uniform on [0, 2.5], σ on [0, 0.5], z_i normal.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function randomTasks({ d, count, seed }: { readonly d: number; readonly count: number; readonly seed: number }): Covariance[] {
  const check: Checks = new Checks("randomTasks");
  check.integer("d", d, 1);
  check.integer("count", count, 1);
  const root = Random.seed(seed).stream("hardness");
  return Array.from({ length: count }, (_, task) => {
    const random = root.stream("task", task);
    const [alpha, sigma] = [2.5 * random.uniform(), 0.5 * random.uniform()];
    return Covariance.diagonal(Array.from({ length: d }, (__, i) => (i + 1) ** -alpha * Math.exp(sigma * random.normal())));
  });
}

/** The trained model of a task, and the error it is to reach. */
export interface ReachParams {
  /** n: training length; integer >= 1. */
  readonly n: number;
  /** ε: the error to reach; > 0. */
  readonly error: number;
}

/** Steps to an error at one hardness, m = ∞. */
export interface BandSteps {
  /** Of the easiest task, one weak skill. */
  readonly weak: number;
  /** Of the hardest task, one strong skill. */
  readonly strong: number;
  /** That are enough by the paper's bound. */
  readonly bound: number;
}

/**
 * The steps that the two extreme tasks of one hardness take, and those that the paper's bound allows, m = ∞. All but one of the skills of
 * either task have the same share of the trace, so that the error is a sum of two terms, whatever d.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function bandSteps({ d, hard, n, error }: ReachParams & { readonly d: number; readonly hard: number }): BandSteps {
  checkHardness(new Checks("bandSteps"), d, hard);
  const rate = (h: number) => Math.log1p(n / (1 + h));
  const fewest = (terms: readonly (readonly [count: number, hard: number])[]) => {
    const scaled = terms.map(([count, h]) => [Math.log(count), 2 * rate(h)] as const);
    return smallestInteger((k) => logSum(scaled.map(([log, decay]) => log - k * decay)) <= Math.log(error), 0);
  };
  return {
    weak: fewest([
      [d - 1, (d - 1) / (1 - 1 / hard)],
      [1, hard],
    ]),
    strong: fewest([
      [1, hard / (hard - d + 1)],
      [d - 1, hard],
    ]),
    bound: fewest([[d, hard]]),
  };
}

/** A harder task that takes fewer steps. */
export interface Reversal {
  /** H of the task with one strong skill. */
  readonly hard: number;
  readonly steps: number;
  /** 2H, of the task with one weak skill. */
  readonly harder: number;
  readonly fewer: number;
}

/**
 * Pairs of tasks of which one is twice as hard as the other and takes fewer steps at m = ∞: one weak skill at 2H against one strong skill
 * at H, for some 200 hardnesses from d to 1000 d.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function harderWithFewerSteps({ d, n, error }: ReachParams & { readonly d: number }): Reversal[] {
  const steps = (hard: number) => bandSteps({ d, hard, n, error });
  const pairs = geometricIntegers(d, 1000 * d, 200).map((hard) => {
    return { hard, steps: steps(hard).strong, harder: 2 * hard, fewer: steps(2 * hard).weak };
  });
  return pairs.filter(({ steps, fewer }) => fewer < steps);
}

/** What is simulated of a task. */
export interface TaskStepsParams extends ReachParams {
  readonly covariance: Covariance;
  /** m: test length; integer >= 1. */
  readonly m: number;
  /** The most steps that are simulated; integer >= 1. */
  readonly most: number;
  /** Test prompts; integer >= 2. */
  readonly draws: number;
  readonly seed: number;
  readonly name: string;
}

/** Steps that a task takes. */
export interface TaskSteps {
  /** Hard(Λ). */
  readonly hard: number;
  /** Steps at m = ∞. */
  readonly exact: number;
  /** The first step at which the simulated mean is at or below the target; null when it is not reached, or not simulated. */
  readonly found: number | null;
  /** Whether, by the first correction in 1/m, a step or 5 % more than `exact` should be enough at this m. */
  readonly inReach: boolean;
  /** Whether the mean is then still above the target, by five standard errors. */
  readonly late: boolean;
}

/** w averaged out costs d³ a prompt, w of random signs d² a step. */
const weightsAt = (d: number) => (d <= 30 ? "averaged" : "signs");

/** A step or 5 %, whichever is more. */
const withAllowance = (k: number) => k + Math.max(1, Math.floor(0.05 * k));

/**
 * The steps that a task takes to an error, exactly at m = ∞ and on sampled prompts where no more than `most` are needed.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export async function taskSteps({ covariance, n, m, error, most, draws, seed, name }: TaskStepsParams): Promise<TaskSteps> {
  const exact = stepsForError({ covariance, n, error });
  const hard = hardness(covariance);
  const last = withAllowance(exact);
  if (last > most) return { hard, exact, found: null, inReach: false, late: false };
  const { limit, correction } = inverseLengthExpansion({ covariance, n, k: last });
  const inReach = correction / m <= 0.6 * limit && limit + (1.5 * correction) / m <= error;
  const steps = Math.min(most, 2 * last);
  const experiment = cotError({ test: covariance, m, steps, train: { covariance, n }, weights: weightsAt(covariance.d), name });
  const { mean, standardError } = (await simulate(experiment, { draws, seed })).curves[0];
  const first = mean.findIndex((value) => value <= error);
  return { hard, exact, found: first < 0 ? null : first, inReach, late: mean[last] - 5 * standardError[last] > error };
}

/** A reading of the undefined u in Hard(Λ) = u/λ_min. */
export interface Reading {
  readonly u: string;
  /** Whether it makes the bound true for every task: u ≥ tr Λ does. */
  readonly bounds: boolean;
  readonly cases: number;
  /** In how many of them the exact error exceeds the bound. */
  readonly violated: number;
  /** The largest ln(error/bound). */
  readonly largest: number;
}

/**
 * Four readings of u, each put into the bound d (1 + n/(1 + u/λ_min))^(-2k): how often is the exact error at m = ∞ above it?
 * @param tasks of one dimension d
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function readingsOfHardness(params: {
  readonly tasks: readonly Covariance[];
  readonly n: number;
  readonly steps: readonly number[];
}): Reading[] {
  const { tasks, n, steps } = params;
  const readings: readonly (readonly [u: string, bounds: boolean, value: (covariance: Covariance) => number])[] = [
    ["1", false, () => 1],
    ["λ_max", false, ({ lambdaMax }) => lambdaMax],
    ["tr Λ", true, ({ trace }) => trace],
    ["d λ_max", true, ({ d, lambdaMax }) => d * lambdaMax],
  ];
  return readings.map(([u, bounds, value]) => {
    const over = tasks.flatMap((covariance) => {
      const rate = Math.log1p(n / (1 + value(covariance) / covariance.lambdaMin));
      return steps.map((k) => logLimitError({ covariance, n, k }) - Math.log(covariance.d) + 2 * k * rate);
    });
    return {
      u,
      bounds,
      cases: over.length,
      violated: over.filter((log) => log > 1e-9).length,
      largest: Math.max(...over),
    };
  });
}

/** Hard(Λ) = u/λ_min is confirmed in a reading of u when Corollary 3.5 is a bound with it. */
export function judgedReadings(readings: readonly Reading[]): Readings {
  return Object.fromEntries(readings.map(({ u, violated }) => [`u = ${u}`, outcome(violated === 0)]));
}

/** Ratios of errors at m = ∞, as natural logarithms. */
export interface BandRatios {
  /** The paper's bound over the error, in [0, ln d]. */
  readonly bound: number;
  /** The error over that of one weak skill; >= 0. */
  readonly above: number;
  /** The error of one strong skill over it; >= 0. */
  readonly below: number;
}

/**
 * Where the error of a task lies between those of the extreme tasks of its hardness, and below the paper's bound.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function bandRatios(params: { readonly covariance: Covariance; readonly n: number; readonly k: number }): BandRatios {
  const { covariance, n, k } = params;
  const hard = Math.max(covariance.d, hardness(covariance));
  const log = (task: Covariance) => logLimitError({ covariance: task, n, k });
  return {
    bound: logCorollary35Bound(params) - log(covariance),
    above: log(covariance) - log(oneWeakSkill(covariance.d, hard)),
    below: log(oneStrongSkill(covariance.d, hard)) - log(covariance),
  };
}

/**
 * The share of the prediction error E⟨w_k - w, x⟩² that is left after k steps at m = ∞: Σ_i (λ_i/tr Λ)(1 + n/(1 + h_i))^(-2k).
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function predictionShare({ covariance, n, k }: { readonly covariance: Covariance; readonly n: number; readonly k: number }): number {
  return skillHardness(covariance).reduce((sum, h) => sum + (h === Number.POSITIVE_INFINITY ? 0 : (1 + n / (1 + h)) ** (-2 * k) / h), 0);
}

/**
 * The fewest steps to a share of the first prediction error at m = ∞.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function predictionSteps({
  covariance,
  n,
  share,
}: {
  readonly covariance: Covariance;
  readonly n: number;
  readonly share: number;
}): number {
  return smallestInteger((k) => predictionShare({ covariance, n, k }) <= share, 0);
}

/** A task and its name. */
export interface NamedTask {
  readonly task: string;
  readonly covariance: Covariance;
}

/**
 * Five tasks of d skills: power laws λ_i ∝ i^(-α) with exponents 0, α and 2α, of trace d, and the two extreme ones of the last one's hardness.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function namedTasks({ d, exponent }: { readonly d: number; readonly exponent: number }): NamedTask[] {
  const names = ["balanced", "tilted", "long tail"];
  const powers = names.map((name, i) => ({
    task: `${name}, α = ${formatNumber(i * exponent)}`,
    covariance: Covariance.diagonal(powerLawSpectrum({ d, exponent: i * exponent, normalise: "trace-d" })),
  }));
  const hard = hardness(powers[2].covariance);
  const extremes = [
    { task: "one weak skill", covariance: oneWeakSkill(d, hard) },
    { task: "one strong skill", covariance: oneStrongSkill(d, hard) },
  ];
  return [...powers, ...extremes];
}

/**
 * A row of a table: a task's hardness, that of its strongest and of a middle skill, and its steps at m = ∞, exactly and by the paper's bound.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function taskRow({ task, covariance }: NamedTask, { n, error }: ReachParams) {
  const skills = skillHardness(covariance);
  return {
    task,
    "Hard(Λ)": hardness(covariance),
    "strongest h_i": skills[0],
    "a middle h_i": skills[Math.floor(covariance.d / 2)],
    "steps, exact": stepsForError({ covariance, n, error }),
    "steps by the bound": stepsForErrorByBound({ covariance, n, error }),
  };
}

/**
 * A row of a table: what is left of a task's prediction error after one step, and the steps to a share of either error, m = ∞.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function predictionRow({ task, covariance }: NamedTask, { n, share }: { readonly n: number; readonly share: number }) {
  return {
    task,
    "Hard(Λ)": hardness(covariance),
    "prediction error left after 1 step": predictionShare({ covariance, n, k: 1 }),
    "steps, prediction to the target share": predictionSteps({ covariance, n, share }),
    "steps, weights to the target share": stepsForError({ covariance, n, error: share * covariance.d }),
  };
}

/**
 * Rows of a table: one of d skills fades from strength 1 to 0; the steps to errors of 2, 1.2 and 0.1, and the error after 20, m = ∞.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function fadingRows({ d, n }: { readonly d: number; readonly n: number }) {
  return [1, 0.1, 0.01, 1e-4, 0].map((weakest) => {
    const covariance = Covariance.diagonal(Float64Array.from({ length: d }, (_, i) => (i < d - 1 ? 1 : weakest)));
    const steps = (error: number) => stepsForError({ covariance, n, error });
    return {
      "weakest λ": weakest,
      "Hard(Λ)": weakest > 0 ? hardness(covariance) : "none",
      "steps to an error of 2.1": steps(2.1),
      "steps to 1.2": steps(1.2),
      "steps to 0.1": steps(0.1),
      "error at k = 20": limitError({ covariance, n, k: 20 }),
    };
  });
}

/** The two extreme tasks of one hardness. */
export interface PairParams {
  readonly d: number;
  /** H >= d. */
  readonly hard: number;
  readonly n: number;
}

/**
 * Rows of a table: the steps of the two extreme tasks of one hardness to errors from half the first down to 1e-7, and the largest ratio.
 * @throws RangeError outside the domain
 * @origin ours
 */
export function pairRows({ d, hard, n }: PairParams) {
  const errors = distinct([d / 2, 2, 1.2, 0.5, 0.1, 1e-3, 1e-7].filter((error) => error < d)).reverse();
  return errors.map((error) => {
    const [strong, weak] = [oneStrongSkill, oneWeakSkill].map((task) => stepsForError({ covariance: task(d, hard), n, error }));
    return {
      error,
      "of the first": `${Number(((100 * error) / d).toPrecision(3))} %`,
      "one strong skill": strong,
      "one weak skill": weak,
      ratio: strong / weak,
      "largest ratio by (6)": error < 1 ? Math.log(d / error) / -Math.log(error) : Number.POSITIVE_INFINITY,
    };
  });
}

/** What `pairChart` draws. */
export interface PairChartParams extends PairParams {
  readonly m: number;
  /** The error that the paper's bound is to reach at the last step that is drawn. */
  readonly error: number;
  /** The most steps; integer >= 3. */
  readonly most: number;
  readonly draws: number;
  readonly seed: number;
}

/**
 * Errors of the two extreme tasks of one hardness against steps: exact at m = ∞, the paper's bound, and simulated means with 95 %
 * intervals as far as they are below 10 d.
 * @throws RangeError outside the domain
 * @origin ours
 */
export async function pairChart({ d, hard, n, m, error, most, draws, seed }: PairChartParams): Promise<Figure> {
  const pair = [
    { name: "one strong skill", covariance: oneStrongSkill(d, hard), color: 1 },
    { name: "one weak skill", covariance: oneWeakSkill(d, hard), color: 3 },
  ];
  const last = Math.max(3, Math.min(most, stepsForErrorByBound({ covariance: pair[0].covariance, n, error })));
  const ks = integers(0, last);
  const drawable = (log: number) => (log > -690 ? Math.exp(log) : null);
  const lines = pair.map(({ covariance, ...style }) => ({
    ...style,
    x: ks,
    y: ks.map((k) => drawable(logLimitError({ covariance, n, k }))),
  }));
  const points: Series[] = [];
  for (const { name, covariance, color } of pair) {
    const experiment = cotError({ test: covariance, m, steps: last, train: { covariance, n }, weights: weightsAt(d), name });
    const { mean, standardError } = (await simulate(experiment, { draws, seed })).curves[0];
    const x = ks.filter((k) => k % Math.ceil(last / 10) === 0 && mean[k] <= 10 * d && mean[k] > 0);
    const rows = x.map((k) => ({ mean: mean[k], standardError: standardError[k] }));
    points.push({ x, ...withIntervals(rows), color });
  }
  const bound = ks.map((k) => drawable(logCorollary35Bound({ covariance: pair[0].covariance, n, k })));
  return lineChart({
    x: { label: "steps of thought k" },
    y: { label: "error E‖w_{k} − w‖^{2}", log: true },
    series: [{ name: "the paper's bound", x: ks, y: bound, color: 0 }, ...lines, ...points],
    marks: [{ axis: "y", value: 1, label: "one skill unlearned" }],
    caption:
      `Two tasks of hardness ${formatNumber(hard)}: lines at m = ∞, points simulated means up to 10 d with 95 % intervals, ` +
      `m = ${m}, ${draws} prompts; d = ${d}, n = ${n}, seed ${seed}.`,
  });
}

/**
 * The strengths of tasks' skills as shares of the trace, strongest first.
 * @throws RangeError for an empty list
 * @origin ours
 */
export function skillChart(tasks: readonly NamedTask[]): Figure {
  const { d } = tasks[0].covariance;
  return lineChart({
    x: { label: "skill i, strongest first" },
    y: { label: "share of the trace, λ_{i} / tr Λ = 1/h_{i}", log: true },
    series: tasks.map(({ task, covariance }) => ({
      name: task,
      x: integers(1, d),
      y: Array.from(skillHardness(covariance), (h) => 1 / h),
      style: d > 40 ? "line" : "both",
    })),
    marks: [{ axis: "y", value: 1 / d, label: "1/d" }],
    caption: `Five spectra, d = ${d}. Hardness is one over the lowest point of a line: three of the tasks share it. No sampling.`,
  });
}

/** What `bandChart` draws. */
export interface BandChartParams extends ReachParams {
  readonly d: number;
  /** The largest hardness; > d. */
  readonly hardest: number;
  /** Simulated steps, where reached. */
  readonly tasks?: readonly TaskSteps[];
  readonly caption: string;
}

/**
 * Steps against hardness at m = ∞: the paper's bound, the two extreme tasks, and below ε = 1 the lower bound of all tasks.
 * @throws RangeError or TypeError outside the domain
 * @origin ours
 */
export function bandChart({ d, n, error, hardest, tasks = [], caption }: BandChartParams): Figure {
  const check: Checks = new Checks("bandChart");
  if (!(hardest > d)) check.fail("hardest", `> d (${d})`, hardest);
  const x = Array.from({ length: 321 }, (_, i) => d * (hardest / d) ** (i / 320));
  const steps = x.map((hard) => bandSteps({ d, hard: Math.max(d, hard), n, error }));
  const lowest = x.map((hard) => Math.max(1, Math.ceil(-Math.log(error) / (2 * Math.log1p(n / (1 + hard))))));
  const reached = tasks.filter(({ found }) => found !== null && found > 0);
  const points = { name: "random tasks, simulated", x: reached.map(({ hard }) => hard), y: reached.map(({ found }) => found) };
  return lineChart({
    x: { label: "task hardness, Hard(Λ)", log: true },
    y: { label: `steps k to ${Number(((100 * error) / d).toPrecision(3))} % of the first error`, log: true },
    series: [
      { name: "the paper's bound", x, y: steps.map(({ bound }) => bound), color: 0 },
      { name: "one strong skill", x, y: steps.map(({ strong }) => strong), color: 1 },
      { name: "one weak skill", x, y: steps.map(({ weak }) => weak), color: 3 },
      ...(error < 1 ? [{ name: "lower bound", x, y: lowest, color: 4 }] : []),
      ...(reached.length > 0 ? [{ ...points, style: "points" as const, color: 2 }] : []),
    ],
    caption,
  });
}

/** @file What notebook 13 runs: a base layer, its fine-tunes on the test's task and on another, and chains whose length the layer chooses. */
import type { Random } from "cotlab/dist/core/random";
import { meanAndError, quantiles } from "cotlab/dist/core/statistics";
import { wilsonInterval } from "cotlab/dist/core/wilsonInterval";
import type { Series } from "cotlab/dist/figures/lineChart";
import { rowMajor } from "cotlab/dist/linalg/layout";
import { Covariance } from "cotlab/dist/model/covariance";
import { gammaEigenvalues, inverseGamma } from "cotlab/dist/model/gamma";
import { regressionPairSampler } from "cotlab/dist/model/regressionPair";
import { powerLawSpectrum } from "cotlab/dist/model/spectrum";
import { secondMomentSampler } from "cotlab/dist/model/wishart";
import type { OnProgress } from "cotlab/dist/notebook/progress";
import { formatNumber } from "cotlab/dist/notebook/table";
import { listed } from "cotlab/dist/notebook/words";
import { productNorm } from "cotlab/dist/theory/simulatedErrors";
import {
  type FineTuningParams,
  fineTunedGrowth,
  fineTunedPreconditioner,
  firstHelpfulUpdate,
  logFineTunedCurve,
  logFineTunedError,
} from "cotlab/dist/theory/training/fineTuning";
import { Matrix } from "ml-matrix";
import { affordable } from "./overthinking";

/** The three rows of the paper's table. */
export const ROLES = ["base", "aligned", "misaligned"] as const;
export type Role = (typeof ROLES)[number];

/** The tasks of the three rows, all with tr = d. */
export interface TaskParams {
  readonly d: number;
  /** Pretraining: λ_i ∝ i^(-tilt). */
  readonly tilt: number;
  /** The target: σ_i ∝ (d + 1 - i)^(-targetTilt), strong where pretraining is weak. */
  readonly targetTilt: number;
  /** The other fine-tuning task: λ_i ∝ i^(-otherTilt). */
  readonly otherTilt: number;
  readonly n: number;
  /** n₁: examples in a prompt of fine-tuning. */
  readonly fineTuningLength: number;
  /** η as a share of the largest stable step of both fine-tuning tasks; in (0, 1). */
  readonly share: number;
}

/** What fine-tunes from one base: the tasks, and one step η for both. */
export interface Setting {
  readonly pretraining: Covariance;
  readonly target: Covariance;
  readonly other: Covariance;
  readonly step: number;
  /** The parameters of the library's functions, by row; those of the base model are of its aligned fine-tune, at update 0. */
  readonly rows: Readonly<Record<Role, FineTuningParams>>;
}

function ofTrace(d: number, exponent: number, reversed: boolean): Covariance {
  const spectrum = powerLawSpectrum({ d, exponent });
  const total = spectrum.reduce((sum, value) => sum + value, 0);
  const scaled = Array.from(spectrum, (value) => (value * d) / total);
  return Covariance.diagonal(reversed ? scaled.reverse() : scaled);
}

/** The setting; its covariances are diagonal. */
export function settingOf({ d, tilt, targetTilt, otherTilt, n, fineTuningLength, share }: TaskParams): Setting {
  const [pretraining, target, other] = [ofTrace(d, tilt, false), ofTrace(d, targetTilt, true), ofTrace(d, otherTilt, false)];
  const sharpest = [target, other].map((task) => task.lambdaMax * gammaEigenvalues({ covariance: task, n: fineTuningLength })[0]);
  const step = (share * 2) / Math.max(...sharpest);
  const about = { pretraining, target, n, fineTuningLength, step };
  const aligned = { ...about, fineTuning: target };
  return { pretraining, target, other, step, rows: { base: aligned, aligned, misaligned: { ...about, fineTuning: other } } };
}

/** The updates behind a row after t of them: none for the base model. */
export const updatesOf = (role: Role, updates: number): number => (role === "base" ? 0 : updates);

/** ln of the error after k = 0..K steps, (K+1,), of a row after t updates, m = ∞. */
export function logCurve({ rows }: Setting, role: Role, updates: number, steps: number): Float64Array {
  return logFineTunedCurve({ ...rows[role], updates: updatesOf(role, updates), prompts: Number.POSITIVE_INFINITY }, steps);
}

/** A number of updates, spread over 0..T on a logarithmic scale. */
export function updateGrid(most: number, count = 40): number[] {
  const grid = Array.from({ length: count + 1 }, (_, i) => Math.round((most + 1) ** (i / count)) - 1);
  return [...new Set(grid)];
}

/** A direction of the target on its way through a fine-tuning. */
export interface DirectionUpdates {
  readonly i: number;
  readonly sigma: number;
  readonly lambda: number;
  /** a_i σ_i before and after all updates; above 2 the direction diverges. */
  readonly before: number;
  readonly after: number;
  /** The updates after which a_iσ_i < 2 for good: ln(gap to 2/σ_i over gap at the start)/ln(1 - ηλγ), rounded up; Infinity for never. */
  readonly helpful: number;
}

/** The directions, by the closed form of each; the rate 1 - ηλγ must be positive (`share` up to 1/2) for a direction to come from one side. */
export function directionUpdates({ rows }: Setting, role: "aligned" | "misaligned"): DirectionUpdates[] {
  const { pretraining, fineTuning, target, n, fineTuningLength = n, step } = rows[role];
  const from = inverseGamma({ covariance: pretraining, n }).diag();
  const to = inverseGamma({ covariance: fineTuning, n: fineTuningLength }).diag();
  const [lambdas, sigmas] = [fineTuning.matrix.diag(), target!.matrix.diag()];
  return from.map((start, i) => {
    const limit = 2 / sigmas[i];
    const rate = 1 - (step * lambdas[i]) / to[i];
    const needed = Math.log((limit - to[i]) / (start - to[i])) / Math.log(rate);
    const helpful = start < limit ? 0 : to[i] >= limit ? Number.POSITIVE_INFINITY : Math.floor(needed) + 1;
    return { i: i + 1, sigma: sigmas[i], lambda: lambdas[i], before: start * sigmas[i], after: to[i] * sigmas[i], helpful };
  });
}

/** A matrix's path by the gradient A ← A - η(A M₁ - Λ₁), M₁ = E S², one update after the other: the farthest that the closed form is off, relative. */
export function pathGap(params: FineTuningParams, updates: number): number {
  const { pretraining, fineTuning, n, fineTuningLength = n, step } = params;
  const lambda = fineTuning.matrix;
  const second = Matrix.mul(lambda.mmul(lambda), 1 + 1 / fineTuningLength).add(Matrix.mul(lambda, fineTuning.trace / fineTuningLength));
  const A = inverseGamma({ covariance: pretraining, n });
  for (let t = 0; t < updates; t++) A.sub(Matrix.sub(A.mmul(second), lambda).mul(step));
  const closed = fineTunedPreconditioner({ ...params, updates });
  return Matrix.sub(A, closed).abs().max() / closed.clone().abs().max();
}

/** What is really run: layers fitted to sampled prompts, then fine-tuned by gradients of other sampled prompts. */
export interface SampledParams {
  /** Layers. */
  readonly layers: number;
  /** Prompts to which a base layer is fitted. */
  readonly prompts: number;
  /** Prompts behind one update. */
  readonly batch: number;
  /** Updates at which layers are looked at, ascending. */
  readonly at: readonly number[];
}

/** A sampled layer after some updates. */
export interface SampledLayer {
  readonly updates: number;
  /** Row-major (d, d). */
  readonly A: Float64Array;
}

/** Prompts as pairs (w, g = Xy/n), which is all that a gradient sees of them; from the Bartlett factor of S where a prompt is long. */
function pairSampler(covariance: Covariance, n: number): (random: Random, w: Float64Array, g: Float64Array) => void {
  const { d } = covariance;
  if (n < d) return regressionPairSampler({ covariance, n });
  const draw = secondMomentSampler({ covariance, m: n });
  return (random, w, g) => {
    random.fillNormal(w);
    const S = draw(random);
    for (let i = 0; i < d; i++) {
      g[i] = 0;
      for (let j = 0; j < d; j++) g[i] += S[i * d + j] * w[j];
    }
  };
}

/** Layers of a row, `[layer][place in at]`: fitted by least squares to prompts of pretraining, then moved by sampled gradients. No formula is asked. */
export function sampledLayers(
  setting: Setting,
  role: Role,
  { layers, prompts, batch, at }: SampledParams,
  random: Random,
  onProgress?: OnProgress,
): SampledLayer[][] {
  const { pretraining, fineTuning, n, fineTuningLength = n, step } = setting.rows[role];
  const { d } = pretraining;
  const [before, during] = [pairSampler(pretraining, n), pairSampler(fineTuning, fineTuningLength)];
  const [w, g] = [new Float64Array(d), new Float64Array(d)];
  return Array.from({ length: layers }, (_, layer) => {
    // All rows have the same base layers.
    const first = random.stream("base", layer);
    const [G, W] = [Matrix.zeros(d, d), Matrix.zeros(d, d)];
    for (let b = 0; b < prompts; b++) {
      before(first, w, g);
      for (let i = 0; i < d; i++) {
        for (let j = 0; j < d; j++) {
          G.set(i, j, G.get(i, j) + g[i] * g[j]);
          W.set(i, j, W.get(i, j) + w[i] * g[j]);
        }
      }
    }
    const A = rowMajor(W.mmul(Covariance.fromMatrix(G).inverse())).slice();
    const own = random.stream(role, layer);
    const seen: SampledLayer[] = [];
    const gradient = new Float64Array(d * d);
    for (let t = 0; ; t++) {
      if (at.includes(t)) seen.push({ updates: t, A: A.slice() });
      if (t >= at[at.length - 1]) break;
      gradient.fill(0);
      for (let b = 0; b < batch; b++) {
        during(own, w, g);
        for (let i = 0; i < d; i++) {
          let residual = -w[i];
          for (let j = 0; j < d; j++) residual += A[i * d + j] * g[j];
          for (let j = 0; j < d; j++) gradient[i * d + j] += (residual * g[j]) / batch;
        }
      }
      for (let place = 0; place < d * d; place++) A[place] -= step * gradient[place];
    }
    onProgress?.(layer + 1, layers);
    return seen;
  });
}

/** The mean over layers of the entries of A after some updates, against the closed form: those on the diagonal, whose mean it is up to 1/B. */
export function entryPoints(setting: Setting, role: Role, layers: readonly (readonly SampledLayer[])[], place: number) {
  const { updates } = layers[0][place];
  const d = setting.pretraining.d;
  const expected = fineTunedPreconditioner({ ...setting.rows[role], updates }).diag();
  return expected.map((value, i) => {
    const { mean, standardError } = meanAndError(layers.map((path) => path[place].A[i * (d + 1)]));
    return { mean, standardError, expected: value };
  });
}

/** The median over layers of the error after k steps on an endless prompt, step by step, with the least and the largest layer. */
export function sampledErrors(setting: Setting, layers: readonly (readonly SampledLayer[])[], k: number) {
  const { d } = setting.target;
  const sigma = rowMajor(setting.target.matrix);
  return layers[0].map(({ updates }, place) => {
    const errors = layers.map((path) => productNorm(Matrix.from1DArray(d, d, Array.from(path[place].A)), k)(sigma)).sort((a, b) => a - b);
    return { updates, median: quantiles(errors, [0.5])[0].value, low: errors[0], high: errors[errors.length - 1] };
  });
}

/** How chains are run whose length the layer chooses: it stops when its misfit has fallen to a share of what it was, or at the longest chain. */
export interface ChosenParams {
  readonly m: number;
  readonly draws: number;
  /** A chain up to `short` steps is short. */
  readonly short: number;
  readonly long: number;
  /** The chain ends at the first step after which (1/m)‖Xᵀw_k - y‖² is at most so much of its value at the start. */
  readonly stopAt: number;
  /** An answer is right when ‖w_k - w‖² is at most so much of ‖w‖². */
  readonly right: number;
}

/** Right answers of some, with a Wilson interval at 95 %. */
export interface Rights {
  readonly right: number;
  readonly of: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Right answers where the layer chose a short chain, where it chose a longer one, and where all prompts get the same length. */
export interface ChosenLengths {
  readonly shortChains: Rights;
  readonly longChains: Rights;
  readonly allShort: Rights;
  readonly allLong: Rights;
  /** The same two at k = short and long on the prompts of the long chains alone. */
  readonly longAtShort: Rights;
}

function rights(answers: readonly boolean[]): Rights {
  const right = answers.filter(Boolean).length;
  const of = answers.length;
  if (of === 0) return { right, of, share: Number.NaN, low: 0, high: 1 };
  const { low, high } = wilsonInterval(right, of);
  return { right, of, share: right / of, low, high };
}

/** Chains on prompts of m pairs of the target, the same prompts for every layer of one seed. */
export function chosenLengths(layer: Matrix, target: Covariance, params: ChosenParams, random: Random): ChosenLengths {
  const { m, draws, short, long, stopAt, right } = params;
  const { d } = target;
  const A = rowMajor(layer);
  const draw = secondMomentSampler({ covariance: target, m });
  const product = (M: Float64Array, v: Float64Array): Float64Array =>
    Float64Array.from({ length: d }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < d; j++) sum += M[i * d + j] * v[j];
      return sum;
    });
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const prompts = Array.from({ length: draws }, (_, p) => {
    const stream = random.stream("chosen", p);
    const S = draw(stream);
    let e = stream.fillNormal(new Float64Array(d));
    const size = dot(e, e);
    const misfit = dot(e, product(S, e));
    let stopped = false;
    const out = { chose: long, own: false, short: false, long: false };
    for (let k = 1; k <= long; k++) {
      const change = product(A, product(S, e));
      e = e.map((value, i) => value - change[i]);
      const ok = dot(e, e) <= right * size;
      if (k === short) out.short = ok;
      if (k === long) out.long = ok;
      if (!stopped && (k === long || dot(e, product(S, e)) <= stopAt * misfit)) {
        stopped = true;
        out.chose = k;
        out.own = ok;
      }
    }
    return out;
  });
  const chose = (long: boolean) => prompts.filter((prompt) => prompt.chose > short === long);
  return {
    shortChains: rights(chose(false).map(({ own }) => own)),
    longChains: rights(chose(true).map(({ own }) => own)),
    allShort: rights(prompts.map((prompt) => prompt.short)),
    allLong: rights(prompts.map((prompt) => prompt.long)),
    longAtShort: rights(chose(true).map((prompt) => prompt.short)),
  };
}

/** What notebook 13 finds by closed forms. */
export interface FineTunedFindings {
  readonly setting: Setting;
  readonly updates: number;
  readonly short: number;
  readonly long: number;
}

const errorText = (log: number): string =>
  log < 690 && log > -690 ? formatNumber(Number(Math.exp(log).toPrecision(3)), 3) : `10^${Math.round(log / Math.LN10)}`;
const growthText = (growth: number): string => (growth < 1 ? "thinking helps" : "thinking hurts in the end");

/** The findings, a sentence each. */
export function findings({ setting, updates, short, long }: FineTunedFindings): string[] {
  const { rows } = setting;
  const curves = Object.fromEntries(ROLES.map((role) => [role, logCurve(setting, role, updates, long)])) as Record<Role, Float64Array>;
  const first = firstHelpfulUpdate(rows.aligned);
  const says = (role: Role): string => {
    const growth = fineTunedGrowth({ ...rows[role], updates: updatesOf(role, updates) });
    const [early, late] = [curves[role][short], curves[role][long]].map(errorText);
    return `${role}: ${early} at k = ${short}, ${late} at k = ${long} (${growthText(growth)})`;
  };
  const when =
    first === 0
      ? "the base model is good enough: thinking helps before the first update."
      : first === Number.POSITIVE_INFINITY
        ? "no number of updates makes thinking help."
        : `after ${first} ${first === 1 ? "update" : "updates"} of the aligned fine-tune.`;
  const never = firstHelpfulUpdate(rows.misaligned);
  const spoilt = fineTunedGrowth({ ...rows.misaligned, updates: updatesOf("misaligned", updates) }) >= 1;
  const other =
    never === Number.POSITIVE_INFINITY
      ? "The misaligned fine-tune never gets there."
      : never === 0
        ? `The misaligned one starts there too; after ${updates} updates thinking ${spoilt ? "no longer helps" : "still helps"}.`
        : `The misaligned one gets there after ${never}.`;
  return [
    `- **The three rows, in closed form** (m = ∞, after ${updates} updates; the error starts at d = ${setting.target.d}): ${ROLES.map(says).join("; ")}.`,
    `- **When does thinking begin to help?** ${when.charAt(0).toUpperCase()}${when.slice(1)} ${other}`,
    `- **What of the paper's table is this?** ${ofThePapersTable(curves, short, long)}`,
  ];
}

/** The paper's rows by accuracy, best first, for short and for long chains. */
const PAPERS_ORDER: readonly Role[] = ["aligned", "base", "misaligned"];

/** Which features of the paper's table these curves have: the order of its rows, and what longer chains do to each. */
function ofThePapersTable(curves: Readonly<Record<Role, Float64Array>>, short: number, long: number): string {
  const orderAt = (k: number) =>
    [...PAPERS_ORDER].sort((a, b) => Number(curves[a][k] > curves[b][k]) - Number(curves[a][k] < curves[b][k]));
  const isPapers = (order: readonly Role[]) => order.every((role, i) => role === PAPERS_ORDER[i]);
  const [early, late] = [short, long].map(orderAt);
  const same = isPapers(early) && isPapers(late);
  const order = same
    ? `The order of its rows, ${listed(PAPERS_ORDER)}, at k = ${short} and at k = ${long}.`
    : `The order of its rows is ${listed(PAPERS_ORDER)}; here it is ${listed(early)} at k = ${short}, ${listed(late)} at k = ${long}.`;
  const behind = (k: number) => curves.misaligned[k] - curves.base[k];
  const falls =
    behind(long) > behind(short)
      ? "In error, the misaligned row falls further behind the base as chains get longer, as in the paper."
      : "The paper's misaligned row falls further behind the base as chains get longer; in error, this one does not.";
  const worse = curves.aligned[long] > curves.aligned[short];
  const aligned = worse
    ? `The aligned row is worse at k = ${long} than at k = ${short}, as the paper's is.`
    : `Not that its aligned row is worse on long chains than on short ones: here it is ${curves.aligned[long] < curves.aligned[short] ? "better" : "the same"}, ` +
      "and the fall needs chains that are long *because* the problem is hard, which the last section shows.";
  return `${order} ${falls} ${aligned}`;
}

/** ln of the forgetting in base 10: the error on the old task over what it was. */
export function logOldError({ rows, pretraining }: Setting, role: Role, updates: number, k: number): number {
  return logFineTunedError({ ...rows[role], target: pretraining, updates: updatesOf(role, updates), k });
}

/** What training for real costs, as far as a budget of operations pays for it. */
export function samplingCosts(params: {
  readonly d: number;
  readonly n: number;
  readonly tuningLength: number;
  readonly layers: number;
  readonly batch: number;
  readonly updates: number;
  readonly draws: number;
  readonly long: number;
  readonly budget: number;
}) {
  const { d, n, tuningLength, layers, batch, updates, draws, long, budget } = params;
  const pair = 12 * d * d + 40 * d * Math.min(d, Math.max(n, tuningLength));
  const prompts = affordable(8000, { operations: layers * 3 * pair, budget, least: 6 * d });
  const most = affordable(updates, { operations: 2 * layers * batch * pair, budget, least: 1 });
  return {
    prompts,
    at: updateGrid(most, 8),
    draws: affordable(draws, { operations: 3 * long * 3 * d * d, budget, least: 50 }),
  };
}

/** Medians as points with the range of the layers, where they are within a factor of 10^6 of d; none where none is. */
export function pointsOf(errors: ReturnType<typeof sampledErrors>, d: number, color: number): Series[] {
  const shown = errors.filter(({ median }) => median > d * 1e-6 && median < d * 1e6);
  if (shown.length === 0) return [];
  const bound = (value: number): number => Math.min(d * 1e6, Math.max(d * 1e-6, value));
  return [
    {
      x: shown.map(({ updates }) => updates + 1),
      y: shown.map(({ median }) => median),
      lower: shown.map(({ low, median }) => Math.min(bound(low), median)),
      upper: shown.map(({ high, median }) => Math.max(bound(high), median)),
      style: "points",
      color,
    },
  ];
}

const shareText = ({ share, low, high, of }: Rights): string => {
  const percent = (value: number) => (100 * value).toFixed(0);
  return of === 0 ? "none" : `${percent(share)} [${percent(low)}, ${percent(high)}] of ${of}`;
};

/** A table's row: right answers by the length that was chosen, and at one length for all. */
export function chosenRow({ shortChains, longChains, allShort, allLong }: ChosenLengths, short: number, long: number) {
  return {
    [`chose k ≤ ${short}`]: shareText(shortChains),
    [`chose k > ${short}`]: shareText(longChains),
    [`all k = ${short}`]: shareText(allShort),
    [`all k = ${long}`]: shareText(allLong),
  };
}

/** What the two comparisons say of a row: whether it falls along chosen lengths, and whether thinking helps. */
export function chosenText(
  { shortChains, longChains, allShort, allLong, longAtShort }: ChosenLengths,
  short: number,
  long: number,
): string[] {
  const percent = ({ share }: Rights) => `${(100 * share).toFixed(0)} %`;
  const compare = (a: Rights, b: Rights) => (b.low > a.high ? "more" : b.high < a.low ? "fewer" : "not clearly more or fewer");
  const byChoice =
    shortChains.of === 0 || longChains.of === 0
      ? `Here ${shortChains.of === 0 ? "no chain is short" : "every chain is short"}, and the lengths that were chosen compare nothing.`
      : `By chosen length, ${percent(shortChains)} of the short chains and ${percent(longChains)} of the long ones are right: long chains are right ` +
        `on ${compare(shortChains, longChains)} of their prompts.`;
  const forced = `With the same length for all, ${percent(allShort)} are right at k = ${short} and ${percent(allLong)} at k = ${long}: ${compare(allShort, allLong)}.`;
  const same =
    longChains.of === 0
      ? ""
      : ` The prompts of the long chains, stopped at k = ${short}, would have ${percent(longAtShort)} right: they are the hard ones.`;
  return [`**The aligned row.** ${byChoice} ${forced}${same}`];
}

/** The covariance turned by an angle in the plane of its first and last direction. */
export function turned({ matrix, d }: Covariance, degrees: number): Covariance {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const Q = Matrix.eye(d, d);
  Q.set(0, 0, c);
  Q.set(0, d - 1, -s);
  Q.set(d - 1, 0, s);
  Q.set(d - 1, d - 1, c);
  return Covariance.fromMatrix(Q.mmul(matrix).mmul(Q.transpose()));
}

/** Rows for targets turned against the tasks; the aligned fine-tune is turned with its target. */
export function turnedRows({ rows, target }: Setting, updates: number, angles: readonly number[]) {
  return angles.map((degrees) => {
    const own = turned(target, degrees);
    const aligned = { ...rows.aligned, fineTuning: own, target: own };
    const first = firstHelpfulUpdate(aligned);
    return {
      "angle, degrees": degrees,
      "growth of a step, base": fineTunedGrowth({ ...aligned, updates: 0 }),
      "t*, aligned": first === Number.POSITIVE_INFINITY ? "none" : first,
      [`growth, misaligned, T = ${updates}`]: fineTunedGrowth({ ...rows.misaligned, target: own, updates }),
    };
  });
}

/** A line given by the logarithms of its values. */
export interface LogLine extends Omit<Series, "x" | "y"> {
  readonly x: readonly number[];
  readonly logs: ArrayLike<number>;
}

/** Half of the window that figures show around d, in ln. */
const WINDOW = 6 * Math.LN10;

/**
 * Lines within a factor of 10^6 of d, each ending at the window's border where it leaves it; where no line enters the window, as far as numbers
 * reach.
 */
export function logLines(lines: readonly LogLine[], d: number): Series[] {
  const level = Math.log(d);
  const inside = lines.some(({ logs }) => Array.from(logs).some((log) => Math.abs(log - level) <= WINDOW));
  const [low, high] = inside ? [level - WINDOW, level + WINDOW] : [-690, 690];
  return lines.flatMap(({ x, logs, ...style }): Series[] => {
    const places: { x: number; y: number }[] = [];
    x.forEach((at, i) => {
      const log = logs[i];
      if (i > 0) {
        for (const border of log > logs[i - 1] ? [low, high] : [high, low]) {
          const share = (border - logs[i - 1]) / (log - logs[i - 1]);
          if (share > 0 && share < 1) places.push({ x: x[i - 1] + share * (at - x[i - 1]), y: Math.exp(border) });
        }
      }
      if (log >= low && log <= high) places.push({ x: at, y: Math.exp(log) });
    });
    return places.length === 0 ? [] : [{ ...style, x: places.map((place) => place.x), y: places.map((place) => place.y) }];
  });
}

/** The names of the lines that {@link logLines} leaves out, as a sentence for a caption; empty where it leaves out none. */
export function outOfSight(lines: readonly LogLine[], d: number): string {
  const drawn = new Set(logLines(lines, d).map(({ name }) => name));
  const names = lines.flatMap(({ name }) => (name === undefined || drawn.has(name) ? [] : [name]));
  return names.length === 0 ? "" : ` Beyond that: ${names.join("; ")}.`;
}

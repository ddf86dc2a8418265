/** @file What a trained chain of thought really does on rows that were kept back, beside ridge regression. Ours. */
import { Checks } from "cotlab/dist/core/check";
import { Random } from "cotlab/dist/core/random";
import { meanAndError } from "cotlab/dist/core/statistics";
import type { Moments } from "cotlab/dist/data/moments";
import { projectRows, reducedMoments } from "cotlab/dist/diagnostic/components";
import type { DiagnoseParams } from "cotlab/dist/diagnostic/diagnose";
import { errorCurves, type LogCurves, typicalLog } from "cotlab/dist/diagnostic/errorCurve";
import { learnedStep, taskMoments } from "cotlab/dist/diagnostic/learnedStep";
import { studentQuantile } from "cotlab/dist/diagnostic/studentQuantile";
import { trainingLengths } from "cotlab/dist/diagnostic/trainingLengths";
import { eigen, identity, multiply, transpose } from "cotlab/dist/linalg/dense";

/** What is measured. */
export interface MeasureParams extends Pick<DiagnoseParams, "n" | "components" | "seed" | "confidence"> {
  /** Moments of the training sources, as they were diagnosed. */
  readonly train: readonly Moments[];
  /** Moments of the target's other rows: its mean is taken from every held-out row, and it takes part in the choice of components. */
  readonly target: Moments;
  /** π, (L,). */
  readonly weights: ArrayLike<number>;
  /** m: examples in a prompt; integer >= 2, at most three quarters of the held-out rows. */
  readonly m: number;
  /** K; integer in [2, 300]. */
  readonly steps: number;
  /** Held-out rows of the target, row-major (N, d), original features. */
  readonly rows: Float64Array;
  /** A real label of every held-out row, (N,); default: none. */
  readonly labels?: ArrayLike<number>;
  /** Prompts; integer >= 10; default 200. */
  readonly prompts?: number;
}

/** A measured quantity with the interval of its mean over prompts. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The error against k, and what it says. */
export interface MeasuredCurve {
  /** The typical (geometric mean) error after k = 0..K steps. */
  readonly points: readonly Measured[];
  /** The k of the least typical error. */
  readonly bestSteps: number;
  /** Typical e_K/e_{K-1}: above 1 the last step hurts. Its interval is that of paired prompts. */
  readonly lastStep: Measured;
  /** "helps" or "hurts" when that interval leaves 1 out, else "unclear". */
  readonly call: "helps" | "hurts" | "unclear";
}

/** What was measured. */
export interface Measurement {
  readonly prompts: number;
  readonly heldOut: number;
  /** E_w ‖ŵ_k - w‖² for labels ⟨w, x⟩, w ~ N(0, I): what the diagnostic predicts. */
  readonly weightError: MeasuredCurve;
  /** Share of the label's variance left unexplained on other held-out rows: a random linear label, and the real one. */
  readonly linearLabel: { readonly thinking: MeasuredCurve; readonly ridge: Measured };
  readonly realLabel?: { readonly thinking: MeasuredCurve; readonly ridge: Measured };
}

/** Rows of a query at most. */
const QUERIES = 100;
/** Ridge penalties, as multiples of the mean eigenvalue of S. */
const PENALTIES = Array.from({ length: 13 }, (_, i) => 10 ** (i / 2 - 4));

/**
 * Thinks on prompts of held-out rows with the step A that the training rows teach.
 *
 * Every prompt takes m rows without replacement, less the mean of the target's other rows, S = XᵀX/m, and
 * $$ \hat w_k = \hat w_{k-1} + A\,(\tfrac1m X^\top y - S \hat w_{k-1}), \quad \hat w_0 = 0 $$
 * Real labels are taken about the prompt's own mean, which costs every method about 1/m of their variance. Ridge regression has the penalty of least leave-one-out error in its prompt. Errors
 * are geometric means over prompts; intervals are those of Student's t for the mean logarithm and hold for prompts of these held-out rows,
 * not for the choice of the rows.
 * @throws RangeError outside the domain
 */
export function measureOnRows(params: MeasureParams): Measurement {
  const check: Checks = new Checks("measureOnRows");
  const { train, target, components, m, steps, labels, prompts = 200, seed = 7, confidence = 0.95 } = params;
  const lengths = trainingLengths(check, params.n, train.length);
  check.weights("weights", params.weights, train.length);
  check.integer("steps", steps, 2, 300);
  check.integer("prompts", prompts, 10);
  const count = params.rows.length / target.d;
  check.integer("rows / d", count, 4);
  check.integer("m", m, 2, Math.floor(0.75 * count));
  if (labels && labels.length !== count) check.fail("labels", `${count} numbers, one a row`, labels.length);
  const reduction = components === undefined ? undefined : reducedMoments(check, train, target, components);
  const [tasks, goal] = reduction ? [reduction.moments.slice(0, -1), reduction.moments[train.length]] : [train, target];
  const { d } = goal;
  const rows = reduction ? projectRows(params.rows, reduction) : params.rows.slice();
  for (let at = 0; at < rows.length; at++) rows[at] -= goal.centred ? goal.mean[at % d] : 0;
  const A = learnedStep(
    tasks.map((moments, l) => taskMoments({ covariance: moments.covariance() }, d, lengths[l])),
    params.weights,
    d,
  );
  const unit = { d, m: Number.POSITIVE_INFINITY, whites: [], starts: [identity(d)], probes: d, factor: 1 };
  const random = Random.seed(seed).stream("measure-on-rows");
  const weightLogs: Float64Array[] = [];
  const linear: Judged = { thinking: [], ridge: [] };
  const real: Judged = { thinking: [], ridge: [] };
  for (let p = 0; p < prompts; p++) {
    const stream = random.stream(p);
    const order = stream.permutation(count);
    const take = (from: number, to: number) => {
      const out = new Float64Array((to - from) * d);
      for (let i = from; i < to; i++) out.set(rows.subarray(order[i] * d, (order[i] + 1) * d), (i - from) * d);
      return out;
    };
    const X = take(0, m);
    const queries = take(m, Math.min(count, m + QUERIES));
    const S = multiply(transpose(X, m, d), X, d, m, d).map((value) => value / m);
    weightLogs.push(errorCurves(multiply(A, S, d, d, d), identity(d), unit, steps)(1, steps)[0]);
    const prompt = { X, S, A, d, m, queries, steps, decomposition: eigen(S, d) };
    const w = stream.fillNormal(new Float64Array(d));
    judge(linear, prompt, multiply(X, w, m, d, 1), multiply(queries, w, queries.length / d, d, 1));
    if (labels) {
      const pick = (from: number, size: number) => Float64Array.from({ length: size }, (_, i) => labels[order[from + i]]);
      const y = pick(0, m);
      const mean = y.reduce((sum, value) => sum + value, 0) / m;
      judge(
        real,
        prompt,
        y.map((value) => value - mean),
        pick(m, queries.length / d).map((value) => value - mean),
      );
    }
  }
  const judged = ({ thinking, ridge }: Judged) => ({ thinking: curveOf(thinking, confidence), ridge: spread(ridge, confidence) });
  return {
    prompts,
    heldOut: count,
    weightError: curveOf(weightLogs, confidence),
    linearLabel: judged(linear),
    ...(labels && { realLabel: judged(real) }),
  };
}

/** Logarithms of errors, one entry a prompt. */
interface Judged {
  readonly thinking: Float64Array[];
  readonly ridge: number[];
}

interface RowPrompt {
  readonly X: Float64Array;
  readonly S: Float64Array;
  readonly A: Float64Array;
  readonly d: number;
  readonly m: number;
  readonly queries: Float64Array;
  readonly steps: number;
  readonly decomposition: { readonly values: Float64Array; readonly vectors: Float64Array };
}

/** Adds the unexplained shares of one prompt and one label. A label without variance among the queries is passed over. */
function judge({ thinking, ridge }: Judged, prompt: RowPrompt, y: Float64Array, wanted: Float64Array): void {
  const { X, S, A, d, m, queries, steps } = prompt;
  const size = wanted.length;
  const mean = wanted.reduce((sum, value) => sum + value, 0) / size;
  const total = wanted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  if (!(total > 0)) return;
  const share = (w: Float64Array) => {
    const found = multiply(queries, w, size, d, 1);
    const left = found.reduce((sum, value, i) => sum + (value - wanted[i]) ** 2, 0) / total;
    return Math.log(Math.max(left, Number.MIN_VALUE));
  };
  const moment = multiply(y, X, 1, m, d).map((value) => value / m);
  const w = new Float64Array(d);
  const logs = new Float64Array(steps + 1);
  for (let k = 0; k <= steps; k++) {
    logs[k] = share(w);
    const pull = multiply(S, w, d, d, 1).map((value, i) => moment[i] - value);
    const change = multiply(A, pull, d, d, 1);
    for (let i = 0; i < d; i++) w[i] += change[i];
  }
  thinking.push(logs);
  ridge.push(share(ridgeWeights(prompt, y, moment)));
}

/** Ridge weights with the penalty of least leave-one-out error. */
function ridgeWeights({ X, d, m, decomposition: { values, vectors } }: RowPrompt, y: Float64Array, moment: Float64Array): Float64Array {
  const Z = multiply(X, transpose(vectors, d), m, d, d);
  const level = values.reduce((sum, value) => sum + value, 0) / d;
  const b = multiply(vectors, moment, d, d, 1);
  let best = { loss: Number.POSITIVE_INFINITY, inverse: values };
  for (const penalty of PENALTIES) {
    const inverse = values.map((value) => 1 / (Math.max(0, value) + penalty * level));
    let loss = 0;
    for (let i = 0; i < m; i++) {
      let fitted = 0;
      let lever = 0;
      for (let j = 0; j < d; j++) {
        const z = Z[i * d + j];
        fitted += z * inverse[j] * b[j];
        lever += (z * z * inverse[j]) / m;
      }
      loss += ((y[i] - fitted) / Math.max(1e-9, 1 - lever)) ** 2;
    }
    if (loss < best.loss) best = { loss, inverse };
  }
  // V diag(1/(λ + penalty)) Vᵀ moment; eigenvectors are the rows of Vᵀ.
  const turned = b.map((value, j) => value * best.inverse[j]);
  return multiply(turned, vectors, 1, d, d);
}

/** exp of the mean of logarithms, with its interval. */
function spread(logs: readonly number[], confidence: number): Measured {
  const { mean, standardError } = meanAndError(logs);
  const half = standardError * studentQuantile((1 + confidence) / 2, logs.length - 1);
  return { value: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half) };
}

function curveOf(curves: LogCurves, confidence: number): MeasuredCurve {
  const last = curves[0].length - 1;
  const over = (of: (logs: Float64Array) => number) => spread(curves.map(of), confidence);
  const points = Array.from({ length: last + 1 }, (_, k) => over((logs) => logs[k]));
  const typical = points.map((_, k) => typicalLog(curves, k));
  const lastStep = over((logs) => logs[last] - logs[last - 1]);
  return {
    points,
    bestSteps: typical.indexOf(Math.min(...typical)),
    lastStep,
    call: lastStep.high < 1 ? "helps" : lastStep.low > 1 ? "hurts" : "unclear",
  };
}

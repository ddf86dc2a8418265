/** @file Euclidean projection onto a polyhedron given by orthonormal equality rows, a few inequality rows, and bounds. */
import { dot } from "../linalg/vectors";
import { addRows } from "./hessian";

/** {x in R^k : Q x = q, G x <= h, lower <= x <= upper}, Q with orthonormal rows. */
export interface Face {
  readonly equalities: readonly Float64Array[];
  readonly equalityValues: Float64Array;
  readonly inequalities: readonly Float64Array[];
  readonly inequalityBounds: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** x = clip(t), and the dual function with its gradient there. */
type DualPoint = { x: Float64Array; t: Float64Array; gradient: Float64Array; value: number };

const MAX_STEPS = 200;
/** Smallest pivot of the Newton matrix, whose entries are of order 1: it keeps the step along dependent rows large but finite. */
const SMALLEST_PIVOT = 1e-10;
/** Residuals of rows of unit size, x at most of order one: not worth another step; worth one only if it halves them; too large. */
const RESIDUAL = 1e-15;
const SMALL_RESIDUAL = 1e-11;
const UNACCEPTABLE_RESIDUAL = 1e-10;

/**
 * The point of the face nearest to v, or undefined when the method does not reach it.
 *
 * The dual of min ½ ||x - v||² is a concave, once differentiable, piecewise quadratic function of the multipliers alone,
 * x = clip(v + Qᵀα - Gᵀβ), β >= 0. It is maximised by Newton steps on the current piece, slightly regularised, with a
 * backtracking line search; on the last piece a step is exact, so that the method ends, and its cost depends on the number
 * of rows and not on how many variables are positive.
 */
export function projectOntoFace(face: Face, v: Float64Array): Float64Array | undefined {
  const rows = [...face.equalities, ...face.inequalities.map((row) => row.map((value) => -value))];
  const p = rows.length;
  const free = face.equalities.length;
  const k = v.length;
  const target = Float64Array.from([...face.equalityValues, ...face.inequalityBounds.map((value) => -value)]);
  const all = Int32Array.from({ length: p }, (_, i) => i);

  const evaluate = (mu: Float64Array): DualPoint => {
    const t = Float64Array.from(v);
    addRows(rows, all, mu, p, t);
    const x = t.map((value, j) => Math.min(Math.max(value, face.lower[j]), face.upper[j]));
    const gradient = Float64Array.from(rows, (row, i) => target[i] - dot(row, x, k));
    let value = dot(gradient, mu, p);
    for (let j = 0; j < k; j++) value += 0.5 * (x[j] - v[j]) ** 2;
    return { x, t, gradient, value };
  };
  /** The gradient without the entries that press a β at 0 downwards. */
  const residual = (mu: Float64Array, gradient: Float64Array): number => {
    let largest = 0;
    for (let i = 0; i < p; i++) if (i < free || mu[i] > 0 || gradient[i] > 0) largest = Math.max(largest, Math.abs(gradient[i]));
    return largest;
  };

  let mu = new Float64Array(p);
  for (let i = 0; i < free; i++) mu[i] = target[i] - dot(rows[i], v, k);
  let current = evaluate(mu);
  let size = residual(mu, current.gradient);
  /** Takes the longest acceptable step along a direction, multipliers β stopping at 0; false when there is none. */
  const advance = (direction: Float64Array): boolean => {
    // Close to the end the values agree to rounding: only the full step is tried, and the gradient says whether it is better.
    const close = size <= SMALL_RESIDUAL;
    for (let length = 1; length > (close ? 0.5 : 1e-14); length /= 2) {
      const next = mu.map((value, i) => (i < free ? value + length * direction[i] : Math.max(0, value + length * direction[i])));
      let slope = 0;
      for (let i = 0; i < p; i++) slope += current.gradient[i] * (next[i] - mu[i]);
      const trial = evaluate(next);
      const trialSize = residual(next, trial.gradient);
      const better = trialSize < 0.5 * size && size < 1e-6;
      const higher = slope > 0 && trial.value >= current.value + 1e-4 * slope;
      if (!better && (close || !higher)) continue;
      mu = next;
      current = trial;
      size = trialSize;
      return true;
    }
    return false;
  };

  for (let step = 0; step < MAX_STEPS && size > RESIDUAL; step++) {
    const pressed = (i: number): boolean => i >= free && mu[i] <= 0 && current.gradient[i] <= 0;
    const active = all.filter((i) => !pressed(i));
    // A Newton step whose β are cut off at 0 need not ascend; the gradient does.
    if (!advance(newtonStep(rows, active, current, face)) && !advance(current.gradient.map((value, i) => (pressed(i) ? 0 : value)))) break;
  }
  return size <= UNACCEPTABLE_RESIDUAL ? current.x : undefined;
}

/** M Mᵀ δ = gradient over the active rows, M their columns strictly inside the bounds; δ = 0 for the others. */
function newtonStep(rows: readonly Float64Array[], active: Int32Array, { t, gradient }: DualPoint, face: Face): Float64Array {
  const inside: number[] = [];
  for (let j = 0; j < t.length; j++) if (t[j] > face.lower[j] && t[j] < face.upper[j]) inside.push(j);
  const size = active.length;
  const packed = Array.from(active, (i) => Float64Array.from(inside, (j) => rows[i][j]));
  const lower = packed.map((_, a) => new Float64Array(a + 1));
  const out = new Float64Array(size);
  for (let a = 0; a < size; a++) {
    const la = lower[a];
    for (let b = 0; b < a; b++) la[b] = (dot(packed[a], packed[b], inside.length) - dot(la, lower[b], b)) / lower[b][b];
    la[a] = Math.sqrt(Math.max(dot(packed[a], packed[a], inside.length) - dot(la, la, a), SMALLEST_PIVOT));
    out[a] = (gradient[active[a]] - dot(la, out, a)) / la[a];
  }
  for (let a = size - 1; a >= 0; a--) {
    out[a] /= lower[a][a];
    for (let b = 0; b < a; b++) out[b] -= lower[a][b] * out[a];
  }
  const step = new Float64Array(rows.length);
  for (let a = 0; a < size; a++) step[active[a]] = out[a];
  return step;
}

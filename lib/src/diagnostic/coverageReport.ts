/** @file Which directions of the target the training data do not cover, what they are, and which source covers them. Ours. */

import { cholesky, eigen, eigenvalues, whiten } from "../linalg/dense";
import { solveUpper } from "../linalg/triangularSolve";
import { dot } from "../linalg/vectors";
import { spectralEdges } from "../theory/finite/spectralEdges";
import { combine, descending, type Estimate, leaveOut, mapEstimate } from "./jackknife";
import { learnedPivot, type TaskMoments, taskMoments } from "./learnedStep";
import type { Sample } from "./sample";

/** A direction of the target. */
export interface TargetDirection {
  /** μ: the target's variance along it over what the training has learned to expect. */
  readonly mu: Estimate;
  /** "covered" or "under-covered" when the interval of μ lies on one side of the limit, else "unclear". */
  readonly state: "covered" | "under-covered" | "unclear";
  /** The features that go most with it: correlation of feature and direction in the target, largest first. */
  readonly features: readonly { readonly feature: string; readonly correlation: number }[];
  /** For every source: what a model trained on it alone expects along the direction, as a multiple of the target's variance. Above ½ it covers. */
  readonly sources: Readonly<Record<string, number>>;
  /** The source with the largest of these, if it covers. */
  readonly fill?: string;
}

/** Coverage of the target. */
export interface CoverageReport {
  /** All μ_j, descending: the eigenvalues of ½(Γ_mix + Γ_mixᵀ)^{-1} Σ. */
  readonly mu: readonly Estimate[];
  /**
   * "learned": G is the symmetric part of what the mixture learns. Where that is not positive definite, since the sources differ too much,
   * "mean": G = Σ π_l Γ_l, and the μ_j describe without deciding anything.
   */
  readonly pivot: "learned" | "mean";
  /** Where divergence begins: 2 at m = ∞; less for finite prompts. */
  readonly limit: number;
  /** The directions of largest μ. */
  readonly directions: readonly TargetDirection[];
  /**
   * m_c: from this prompt length on a typical run of many steps converges; Infinity when none is long enough. From the plug-in μ; with
   * several sources a cautious value, as μ < 2 is then sufficient but not necessary.
   */
  readonly criticalTestLength: number;
}

/** What coverage is computed from. */
export interface CoverageReportParams {
  readonly tasks: readonly Sample[];
  readonly target: Sample;
  readonly weights: ArrayLike<number>;
  readonly lengths: ArrayLike<number>;
  /** m. */
  readonly m: number;
  readonly confidence: number;
  readonly names: readonly string[];
  /** After a reduction: its loadings, (R, d), and the target's covariance of the original features, (d, d), which `names` name. */
  readonly original?: { readonly loadings: Float64Array; readonly covariance: Float64Array };
  /** Directions that are described; default 5. */
  readonly directions?: number;
}

/** Features named for a direction. */
const FEATURES = 5;

/**
 * The pencil of target and learned pivot.
 * $$ \Sigma v = \mu\, G v, \quad G = \tfrac12(\Gamma_{mix} + \Gamma_{mix}^\top) $$
 * With one task G = Γ, and a direction with μ > 2 diverges at m = ∞. With several, every μ < 2 suffices for convergence (see
 * `mixtureCoverage`), and μ > 2 says that a step can enlarge the error; the prediction decides. At finite m the limit is 2 μ_max/edge with
 * the edge of the spectrum of a prompt's S in these units: the μ at which prompts diverge if all grow by one factor.
 */
export function coverageReport(params: CoverageReportParams): CoverageReport {
  const { tasks, target, weights, lengths, m, confidence, names, original, directions: described = 5 } = params;
  const { d } = target;
  const moments = tasks.map((task, l) => taskMoments(task.covariance, d, lengths[l]));
  const pivot = "dependent" in cholesky(learnedPivot(moments, weights, d), d) ? "mean" : "learned";
  const pivotOf = (parts: readonly TaskMoments[]): Float64Array => {
    if (pivot === "learned") {
      // A block can be what kept the symmetric part definite: then all rows stand in.
      const whole = cholesky(learnedPivot(parts, weights, d), d);
      return "factor" in whole ? whole.factor : pivotFactor(learnedPivot(moments, weights, d), d);
    }
    const mean = new Float64Array(d * d);
    parts.forEach((part, l) => {
      const own = learnedPivot([part], [1], d);
      for (let at = 0; at < d * d; at++) mean[at] += weights[l] * own[at];
    });
    return pivotFactor(mean, d);
  };
  const factor = pivotOf(moments);
  const { values, vectors } = eigen(whiten(factor, target.covariance, d), d);
  const logs = (spectrum: Float64Array) => spectrum.map((mu) => Math.log(Math.max(mu, Number.MIN_VALUE)));
  const spread = [
    ...tasks.map((task, l) => ({
      sample: task,
      without: Array.from({ length: weights[l] === 0 ? 0 : task.blocks }, (_, b) => {
        const changed = [...moments];
        changed[l] = taskMoments(task.without(b), d, lengths[l]);
        return logs(eigenvalues(whiten(pivotOf(changed), target.covariance, d), d));
      }),
    })),
    {
      sample: target,
      without: Array.from({ length: target.blocks }, (_, b) => logs(eigenvalues(whiten(factor, target.without(b), d), d))),
    },
  ].filter(({ without }) => without.length > 0);
  const whole = logs(values);
  const each = Array.from(whole, (log, j) =>
    mapEstimate(
      combine(
        log,
        spread.map(({ sample, without }) =>
          leaveOut(
            sample.name,
            log,
            without.map((row) => row[j]),
            sample.blockRows,
          ),
        ),
        confidence,
      ),
      Math.exp,
    ),
  );
  const mu = descending(each);
  const edgeAt = (length: number) =>
    length === Number.POSITIVE_INFINITY ? values[0] : spectralEdges({ spectrum: values, m: length }).upper;
  const limit = (2 * values[0]) / edgeAt(m);
  const pivots = tasks.map((_, l) => learnedPivot([moments[l]], [1], d));
  // Rows of vectors are u = Lᵀv; the direction itself is v = L^{-T}u.
  const directions = Array.from({ length: Math.min(described, d) }, (_, j): TargetDirection => {
    const v = solveUpper(factor, vectors.slice(j * d, (j + 1) * d), d, 1);
    const pattern = product(target.covariance, v, d);
    const variance = dot(v, pattern);
    const wide = original?.covariance ?? target.covariance;
    const effects = original ? product(wide, lift(original.loadings, v, names.length), names.length) : pattern;
    const features = names
      .map((feature, i) => {
        const scale = Math.sqrt(variance * wide[i * (names.length + 1)]);
        return { feature, correlation: scale > 0 ? effects[i] / scale : 0 };
      })
      .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation))
      .slice(0, FEATURES);
    // The sign of an eigenvector is arbitrary: the first feature's is made positive.
    const sign = features[0].correlation < 0 ? -1 : 1;
    const expected = pivots.map((pivot) => dot(v, product(pivot, v, d)) / variance);
    const best = expected.reduce((most, value, l) => (value > expected[most] ? l : most), 0);
    const { low, high } = mu[j];
    return {
      mu: mu[j],
      state: high < limit ? "covered" : low > limit ? "under-covered" : "unclear",
      features: features.map(({ feature, correlation }) => ({ feature, correlation: sign * correlation })),
      sources: Object.fromEntries(tasks.map(({ name }, l) => [name, expected[l]])),
      ...(expected[best] > 0.5 && { fill: tasks[best].name }),
    };
  });
  return { mu, pivot, limit, directions, criticalTestLength: leastLength(edgeAt) };
}

/** The least m with edge < 2. */
function leastLength(edgeAt: (m: number) => number): number {
  if (!(edgeAt(Number.POSITIVE_INFINITY) < 2)) return Number.POSITIVE_INFINITY;
  let high = 1;
  while (!(edgeAt(high) < 2) && high < 2 ** 40) high *= 2;
  let low = Math.floor(high / 2);
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (edgeAt(middle) < 2) high = middle;
    else low = middle;
  }
  return high;
}

function pivotFactor(pivot: Float64Array, d: number): Float64Array {
  const factored = cholesky(pivot, d);
  if ("dependent" in factored) {
    throw new RangeError(
      "diagnose: the symmetric part of the learned pivot must be positive definite, got one that is not: the training tasks differ too much. " +
        "Weight them differently, or use fewer",
    );
  }
  return factored.factor;
}

function product(a: Float64Array, v: Float64Array, d: number): Float64Array {
  return Float64Array.from({ length: d }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += a[i * d + j] * v[j];
    return sum;
  });
}

/** Pᵀv: a direction among the components as one among the original features. */
function lift(loadings: Float64Array, v: Float64Array, d: number): Float64Array {
  return Float64Array.from({ length: d }, (_, j) => v.reduce((sum, value, r) => sum + value * loadings[r * d + j], 0));
}

/** @file Which directions of the target the training data do not cover, what they are, and which source covers them. Ours. */

import { firstWhere } from "../core/bisection";
import { Checks } from "../core/check";
import { cholesky, eigen, eigenvalues, multiply, whiten } from "../linalg/dense";
import { solveUpper } from "../linalg/triangularSolve";
import { spectralEdges } from "../theory/finite/spectralEdges";
import { descending, type Estimate } from "./jackknife";
import { changedMoments, learnedPivot, type TaskMoments, taskMoments } from "./learnedStep";
import { leaveBlocksOut, logEstimates } from "./leaveBlocksOut";
import type { PredictionParams } from "./prediction";

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
interface CoverageReportParams extends Pick<PredictionParams, "tasks" | "target" | "weights" | "lengths" | "confidence"> {
  /** m. */
  readonly m: number;
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
  const moments = tasks.map((task, l) => taskMoments(task, d, lengths[l]));
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
  const leftOut = leaveBlocksOut([...tasks, target], weights, (without) => {
    const changed = changedMoments(moments, without, d, lengths);
    const sigma = (without(tasks.length) ?? target).covariance;
    return logs(eigenvalues(whiten(changed === moments ? factor : pivotOf(changed), sigma, d), d));
  });
  const mu = descending(logEstimates(logs(values), leftOut, confidence));
  const edgeAt = (length: number) =>
    length === Number.POSITIVE_INFINITY ? values[0] : spectralEdges({ spectrum: values, m: length }).upper;
  const limit = (2 * values[0]) / edgeAt(m);
  const pivots = tasks.map((_, l) => learnedPivot([moments[l]], [1], d));
  // Rows of vectors are u = Lᵀv; the direction itself is v = L^{-T}u.
  const directions = Array.from({ length: Math.min(described, d) }, (_, j): TargetDirection => {
    const v = solveUpper(factor, vectors.slice(j * d, (j + 1) * d), d, 1);
    const form = (A: Float64Array) => multiply(v, multiply(A, v, d, d, 1), 1, d, 1)[0];
    const variance = form(target.covariance);
    // Pᵀv: a direction among the components is one among the original features.
    const size = names.length;
    const [wide, along] = original ? [original.covariance, multiply(v, original.loadings, 1, d, size)] : [target.covariance, v];
    const effects = multiply(wide, along, size, size, 1);
    const features = names
      .map((feature, i) => {
        const scale = Math.sqrt(variance * wide[i * (size + 1)]);
        return { feature, correlation: scale > 0 ? effects[i] / scale : 0 };
      })
      .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation))
      .slice(0, FEATURES);
    // The sign of an eigenvector is arbitrary: the first feature's is made positive.
    const sign = features[0].correlation < 0 ? -1 : 1;
    const expected = pivots.map((pivot) => form(pivot) / variance);
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

/** The least m with edge < 2, which falls as m grows. */
function leastLength(edgeAt: (m: number) => number): number {
  if (!(edgeAt(Number.POSITIVE_INFINITY) < 2)) return Number.POSITIVE_INFINITY;
  let high = 1;
  while (!(edgeAt(high) < 2) && high < 2 ** 40) high *= 2;
  return firstWhere(Math.floor(high / 2), high, (m) => edgeAt(m) < 2);
}

function pivotFactor(pivot: Float64Array, d: number): Float64Array {
  const check: Checks = new Checks("diagnose");
  const factored = cholesky(pivot, d);
  const remedy = "The training tasks differ too much: weight them differently, or use fewer";
  if ("dependent" in factored) check.fail("the symmetric part of the learned pivot", "positive definite", "one that is not", remedy);
  return factored.factor;
}

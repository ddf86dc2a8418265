/** @file Fewer features before the diagnosis: leading principal components of the block moments that have been collected. Ours. */
import { argumentsOf, Checks, inNameOf } from "../core/check";
import { constantFeatures, Moments } from "../data/moments";
import { eigen, multiply, trace, transpose } from "../linalg/dense";
import { allFinite } from "../linalg/layout";

/** A reduction to R components. */
export interface Reduction {
  /** R. */
  readonly components: number;
  /** P: loadings, an orthonormal row a component, row-major (R, d), by the original features. */
  readonly loadings: Float64Array;
  /** The moments of every data set in the new coordinates, in the order they were given. */
  readonly moments: readonly Moments[];
  /** Share of every data set's variance that lies in the components, in the same order. */
  readonly kept: readonly number[];
  /** Numbers, from 0, of features that are constant in every data set: they have loading 0. */
  readonly constant: readonly number[];
}

/**
 * The block moments of sources and target projected on their R leading principal components, the eigenvectors of C.
 * C = Σ/(2 tr Σ) + (1/(2L)) Σ_l Λ_l/tr Λ_l
 * $$ C = \tfrac12 \frac{\Sigma}{\operatorname{tr}\Sigma} + \tfrac1{2L} \sum_l \frac{\Lambda_l}{\operatorname{tr}\Lambda_l} $$
 * Target and sources both take part. With the target alone a direction in which only the sources vary would be lost, though their
 * variance there changes what is learned (it enters tr Λ/n, and the step); with the sources alone the directions that they do not cover, the
 * ones that are looked for, would be lost first. Neither labels nor the mixture π take part, so that different mixtures of the same
 * sources are compared in the same coordinates. The components are held fixed when blocks are left out: the intervals are those of the
 * projected problem. Loadings are orthonormal, so that weights w ~ N(0, I_d) stay N(0, I_R).
 * @param sources moments of the training sources, about the mean or 0
 * @param target moments of the target, of as many features
 * @param components R; integer in [1, number of features that vary somewhere]
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * const rows = new cot.data.SecondMoments(2);
 * rows.add(Float64Array.of(3, 4, 6, 8, 9, 12));
 * cot.diagnostic.reduceMoments([], rows.finish(), 1).loadings.map(Math.abs); // => [0.6, 0.8]
 */
export function reduceMoments(sources: readonly Moments[], target: Moments, components: number): Reduction {
  const check: Checks = new Checks("reduceMoments");
  check.list("sources", sources);
  return inNameOf(check.fn, () => reducedMoments(check, sources, target, components));
}

/** `reduceMoments`, whose messages are from the function that was called. */
export function reducedMoments(check: Checks, sources: readonly Moments[], target: Moments, components: number): Reduction {
  for (const [i, moments] of sources.entries())
    if (!(moments instanceof Moments)) check.wrongKind(`sources[${i}]`, "moments (readMoments)", moments);
  if (!(target instanceof Moments)) check.wrongKind("target", "moments (readMoments)", target);
  const { d } = target;
  check.integer("components", components, 1, d);
  const all = [...sources, target];
  const covariances = all.map((moments) => moments.covariance());
  const varying = new Set<number>();
  all.forEach((moments, s) => {
    const still = new Set(constantFeatures(moments.mean, covariances[s]));
    for (let j = 0; j < d; j++) if (!still.has(j)) varying.add(j);
  });
  const kept = [...varying].sort((a, b) => a - b);
  if (components > kept.length) check.fail("components", `at most ${kept.length}, the number of features that vary`, components);
  const size = kept.length;
  const pooled = new Float64Array(size * size);
  covariances.forEach((covariance, s) => {
    const total = trace(covariance, d);
    if (!(total > 0)) return;
    const share = (s === sources.length ? 0.5 : 0.5 / sources.length) / total;
    for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) pooled[i * size + j] += share * covariance[kept[i] * d + kept[j]];
  });
  const { vectors } = eigen(pooled, size);
  const loadings = new Float64Array(components * d);
  for (let r = 0; r < components; r++) for (let i = 0; i < size; i++) loadings[r * d + kept[i]] = vectors[r * size + i];
  // The same moments stay the same object: that is how data sets of the same rows are known.
  const projected = new Map(all.map((each) => [each, each.project(loadings)]));
  const moments = all.map((each) => projected.get(each)!);
  return {
    components,
    loadings,
    moments,
    kept: moments.map((each, s) => trace(each.covariance(), components) / trace(covariances[s], d)),
    constant: Array.from({ length: d }, (_, j) => j).filter((j) => !varying.has(j)),
  };
}

/**
 * Rows in the coordinates of the components: Px for every row x, row-major (N, R). Not centred.
 * @param rows row-major (N, d), N >= 1
 * @param options loadings P, row-major (R, d); components R
 * @throws RangeError when the rows have not d features each
 * @origin standard
 * @example
 * cot.diagnostic.projectRows(Float64Array.of(1, 2, 3, 4), { loadings: Float64Array.of(0, 1), components: 1 }); // => [2, 4]
 */
export function projectRows(rows: Float64Array, options: Pick<Reduction, "loadings" | "components">): Float64Array {
  const { loadings, components } = argumentsOf("projectRows", options);
  const check: Checks = new Checks("projectRows");
  check.indexed("rows", rows);
  check.vector("loadings", loadings);
  check.vector("rows", rows);
  check.integer("components", components, 1);
  const d = loadings.length / components;
  const count = rows.length / d;
  check.integer("loadings.length / components", d, 1);
  check.integer("rows / d", count, 1);
  const projected = multiply(rows, transpose(loadings, components, d), count, d, components);
  if (!allFinite(projected)) check.fail("loadings", "such that the projected rows are finite", loadings);
  return projected;
}

/** @file The second moments of problems' skill features: what the theory of coverage takes in place of a covariance. */
import { Checks } from "cotlab/dist/core/check";
import { type Moments, SecondMoments } from "cotlab/dist/data/moments";
import { type Detail, type Problem, SKILLS, skillCounts } from "cotlab/dist/reasoning/problem";

/**
 * Second moments of {@link skillCounts}, a problem a row: a reading of skills as the theory's features.
 * S = 1/N Σ_i c_i c_iᵀ,  c_i the counts of problem i
 * The theory's features are the inputs of a linear regression in context; no theorem says that its coverage condition holds for counts of operations.
 * @param problems at least 40, for intervals from blocks
 * @param options detail = 3; centred = false (about 0, since a skill that all take equally often is asked for too); seed = 7 (of blocks);
 * shares = false (true: counts over their sum, so that long solutions do not weigh more)
 * @throws RangeError for fewer problems or another detail
 * @origin ours
 */
export function skillMoments(
  problems: readonly Problem[],
  options: { readonly detail?: Detail; readonly centred?: boolean; readonly seed?: number; readonly shares?: boolean } = {},
): Moments {
  const check: Checks = new Checks("skillMoments");
  const { detail = 3, centred = false, seed = 7, shares = false } = options;
  if (problems.length < 40) check.fail("problems", "at least 40, for intervals from blocks", problems.length);
  const moments = new SecondMoments(SKILLS.length, { centred, seed });
  moments.add(
    Float64Array.from(
      problems.flatMap((problem) => {
        const counts = skillCounts(problem, detail);
        const taken = counts.reduce((sum, count) => sum + count, 0);
        return shares && taken > 1 ? counts.map((count) => count / taken) : counts;
      }),
    ),
  );
  return moments.finish();
}

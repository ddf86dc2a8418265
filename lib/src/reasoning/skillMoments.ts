/** @file The second moments of problems' skill features: what the theory of coverage takes in place of a covariance. */
import { Checks } from "../core/check";
import { type Moments, SecondMoments } from "../data/moments";
import { type Detail, type Problem, SKILLS, skillCounts } from "./problem";

/**
 * Second moments of the counts of each skill (`skillCounts`), a problem a row, about 0 by default: a skill that every problem takes
 * equally often is asked for all the same. With `shares`, counts over the problem's total of counts, so that long solutions do not weigh more.
 * A reading, not a result: the theory's features are the inputs of a linear regression in context; counts of operations of problems
 * that a model solves in words are none, and no theorem says that its coverage condition holds for them.
 * Source: ours.
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
        const scale = shares
          ? Math.max(
              1,
              counts.reduce((sum, count) => sum + count, 0),
            )
          : 1;
        return counts.map((count) => count / scale);
      }),
    ),
  );
  return moments.finish();
}

/** @file How hard a set of problems is. */
import { argumentsOf, Checks } from "../core/check";
import type { Problem } from "./problem";

/** How a measure of difficulty is distributed over problems. */
export interface MeasureProfile {
  /** Its least value. */
  readonly least: number;
  /** Its lower median. */
  readonly median: number;
  /** Its largest value. */
  readonly most: number;
  /** Its mean. */
  readonly mean: number;
  /** How many problems have each value, in increasing order of the values. */
  readonly counts: readonly (readonly [value: number, problems: number])[];
}

/**
 * How each measure of difficulty that problems have is distributed.
 * @param problems any problems; a measure is taken over those that have it
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const problems = cot.reasoning.drawProblemSet({ specs: [{ kind: "gcd", digits: 2 }], count: 20, split: "test", seed: 1 });
 * cot.reasoning.difficultyProfile(problems).euclidSteps.counts; // => [[2, 5], [3, 2], [4, 6], [5, 6], [6, 1]]
 */
export function difficultyProfile(problems: readonly Problem[]): Record<string, MeasureProfile> {
  const check: Checks = new Checks("difficultyProfile");
  check.objects("problems", problems);
  problems.forEach(({ difficulty }, i) => {
    for (const [name, value] of Object.entries(argumentsOf("difficultyProfile", difficulty, `problems[${i}].difficulty`)))
      check.finite(`problems[${i}].difficulty.${name}`, value);
  });
  const names = [...new Set(problems.flatMap(({ difficulty }) => Object.keys(difficulty)))].sort();
  return Object.fromEntries(
    names.map((name) => {
      const values = problems.flatMap(({ difficulty }) => (name in difficulty ? [difficulty[name]] : [])).sort((a, b) => a - b);
      const profile: MeasureProfile = {
        least: values[0],
        median: values[(values.length - 1) >> 1],
        most: values.at(-1)!,
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
        counts: tally(values),
      };
      return [name, profile];
    }),
  );
}

/**
 * The answer that most problems have, and their share: the accuracy of a model that always gives it.
 * @param problems at least 1
 * @throws RangeError without problems
 * @origin ours
 * @example
 * const problems = cot.reasoning.drawProblemSet({ specs: [{ kind: "gcd", digits: 2 }], count: 20, split: "test", seed: 1 });
 * cot.reasoning.commonestAnswer(problems); // => { answer: "1", share: 0.6 }
 */
export function commonestAnswer(problems: readonly Problem[]): { readonly answer: string; readonly share: number } {
  const check: Checks = new Checks("commonestAnswer");
  check.objects("problems", problems);
  if (problems.length === 0) check.fail("problems", "a non-empty list", problems);
  problems.forEach(({ answer }, i) => {
    check.texts(`problems[${i}].answer`, answer);
  });
  const counts = tally(problems.map((problem) => problem.answer.join(", ")));
  const [answer, most] = counts.reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  return { answer, share: most / problems.length };
}

/** How often each value occurs, in the order of first occurrence. */
function tally<T>(values: readonly T[]): [value: T, times: number][] {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts];
}

/** @file How hard a set of problems is. */
import { Checks } from "../core/check";
import type { Problem } from "./problem";

export interface MeasureProfile {
  readonly least: number;
  readonly median: number;
  readonly most: number;
  readonly mean: number;
  /** How many problems have each value, in increasing order of the values. */
  readonly counts: readonly (readonly [value: number, problems: number])[];
}

/** For each measure of difficulty that the problems have, how it is distributed; the lower median. Source: ours. */
export function difficultyProfile(problems: readonly Problem[]): Record<string, MeasureProfile> {
  const names = [...new Set(problems.flatMap(({ difficulty }) => Object.keys(difficulty)))].sort();
  return Object.fromEntries(
    names.map((name) => {
      const values = problems.flatMap(({ difficulty }) => (name in difficulty ? [difficulty[name]] : [])).sort((a, b) => a - b);
      const counts = new Map<number, number>();
      for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
      const profile: MeasureProfile = {
        least: values[0],
        median: values[(values.length - 1) >> 1],
        most: values.at(-1)!,
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
        counts: [...counts],
      };
      return [name, profile];
    }),
  );
}

/** The answer that most problems have, and their share: the accuracy of a model that always gives it. Source: ours. */
export function commonestAnswer(problems: readonly Problem[]): { readonly answer: string; readonly share: number } {
  const check: Checks = new Checks("commonestAnswer");
  if (problems.length === 0) check.fail("problems", "a non-empty list", problems);
  const counts = new Map<string, number>();
  for (const { answer } of problems) counts.set(answer.join(", "), (counts.get(answer.join(", ")) ?? 0) + 1);
  const [answer, most] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best));
  return { answer, share: most / problems.length };
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { SKILLS, skillCounts } from "../../lib/dist/reasoning/problem.js";
import { drawProblemSet } from "../../lib/dist/reasoning/problemSet.js";
import { skillMoments } from "../dist/skillMoments.js";

test("second moments of skills are those of the counts", () => {
  const problems = drawProblemSet({ specs: [{ kind: "gcd", digits: 3 }], count: 50, split: "train", seed: 1 });
  const counts = problems.map((problem) => skillCounts(problem, 3));
  const found = skillMoments(problems).covariance();
  for (let i = 0; i < SKILLS.length; i++)
    for (let j = 0; j < SKILLS.length; j++) {
      const expected = counts.reduce((sum, row) => sum + (row[i] * row[j]) / counts.length, 0);
      assert.ok(Math.abs(found[i * SKILLS.length + j] - expected) < 1e-9 * (1 + expected));
    }
  assert.ok(
    skillMoments(problems, { shares: true })
      .covariance()
      .every((value) => value <= 1),
  );
  assert.throws(() => skillMoments(problems.slice(0, 10)), /at least 40/);
});

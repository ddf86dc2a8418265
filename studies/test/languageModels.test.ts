import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  accuracyChange,
  chosen,
  type LanguageModels,
  languageModelResults,
  OWN_BUCKETS,
  readLanguageModels,
} from "../dist/languageModels.js";

const folder = join(import.meta.dirname, "../../data/smollm2");

test("the stored replies, judged anew, come to the stored results exactly", async () => {
  const models = await readLanguageModels(folder);
  const { buckets } = JSON.parse(readFileSync(join(folder, "../../recipes/smollm2/recipe.json"), "utf8"));
  assert.equal(OWN_BUCKETS, buckets);
  const stored = JSON.parse(readFileSync(join(folder, "results.json"), "utf8"));
  assert.deepEqual(JSON.parse(JSON.stringify(languageModelResults(models))), stored);
  for (const { evaluation, forcing } of models.asked) {
    assert.deepEqual([evaluation.missing, evaluation.unreadable], [0, 0]);
    assert.ok(evaluation.answers.every(({ key }) => models.problems.has(key)));
    if (forcing === "free") assert.ok(evaluation.settings.problems >= 500);
  }
});

test("every stored model was trained with the same steps and about as many tokens, each method at one rate", () => {
  const trainings = Object.entries(JSON.parse(readFileSync(join(folder, "trainings.json"), "utf8"))) as [string, Training][];
  assert.ok(trainings.length > 0);
  const tokens = trainings.map(([, training]) => training.tokens);
  assert.ok(Math.max(...tokens) < 1.05 * Math.min(...tokens), String(tokens));
  for (const method of ["full", "lora"]) {
    const own = trainings.filter(([label]) => label.includes(`-${method}-`)).map(([, training]) => training);
    assert.ok(new Set(own.map(({ settings: { rate, steps, rank, base } }) => JSON.stringify([rate, steps, rank, base]))).size <= 1);
    for (const { losses, settings } of own) assert.equal(losses.length, settings.steps);
  }
  for (const [label, { settings }] of trainings) assert.ok(label.endsWith(`-${settings.method}-${settings.seed}`));
});

interface Training {
  readonly tokens: number;
  readonly losses: readonly number[];
  readonly settings: Readonly<Record<"rate" | "steps" | "rank" | "base" | "method" | "seed", unknown>>;
}

/** Two seeds of one model on six problems, in details 1 and 3; right where `right` says so. */
function madeUp(right: (seed: number, problem: number, detail: number) => boolean): LanguageModels {
  const keys = Array.from({ length: 6 }, (_, i) => `gcd:${i}`);
  const problems = new Map(keys.map((key, i) => [key, { detail: i < 3 ? 1 : 3, euclidSteps: i % 3, answer: "2" } as const]));
  const asked = [1, 2].map((seed) => {
    const answers = keys.map((key, i) => ({ key, judgement: right(seed, i, i < 3 ? 1 : 3) ? "right" : "wrong", budget: 9, tokens: 5 }));
    return { training: "gcd", method: "full", seed, task: "gcd", forcing: "free", evaluation: { answers } };
  });
  return { asked, problems } as unknown as LanguageModels;
}

test("a change with the detail is that of the shares, seed by seed and pooled, and is called only when the interval says so", () => {
  const of = (models: LanguageModels) => {
    const all = chosen(models, { training: "gcd", method: "full", task: "gcd", forcing: "free" });
    assert.equal(all.length, 2);
    const side = (detail: number) => ({ of: all, counts: (_: unknown, problem: { detail: number }) => problem.detail === detail });
    return accuracyChange(models, side(1), side(3));
  };
  const mixed = of(madeUp((seed, problem, detail) => detail === 3 && problem >= 3 + seed - 1));
  assert.deepEqual(
    mixed.seeds.map((value) => Number(value.toFixed(6))),
    [1, 0.666667],
  );
  assert.equal(mixed.difference.toFixed(6), (5 / 6).toFixed(6));
  assert.equal(mixed.call, "rises");
  assert.equal(of(madeUp((_, problem) => problem % 3 === 0)).call, "cannot be told");
  assert.equal(of(madeUp((_seed, _problem, detail) => detail === 1)).call, "falls");
});

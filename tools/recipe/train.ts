/** @file Second stage: every fine-tuning, and its adapter as a GGUF file that needs no PyTorch. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Stage } from "../recipe.ts";
import { root } from "../workspace.mjs";
import { ggufOf } from "./prepare.ts";
import { baseOf, checkRoom, mustRun, place, type Recipe, RecipeError, say, testFile, trainFile } from "./recipe.ts";

/** Where a training lies. */
export const runFolder = (recipe: Recipe, label: string): string => place(recipe, "runs", label);
/** Its adapter without PyTorch. */
export const adapterFile = (recipe: Recipe, label: string): string => place(recipe, "adapters", `${label}.gguf`);

export async function train({ recipe, trainings, python }: Stage): Promise<void> {
  checkRoom(recipe);
  const heldOut = Object.keys(recipe.problems).map((task) => testFile(recipe, task));
  if (!heldOut.every(existsSync)) throw new RecipeError(`npm run recipe -- ${recipe.name} prepare must be run first`);
  for (const [i, { task, method, seed, label }] of trainings.entries()) {
    say(`${label}, ${i + 1} of ${trainings.length}`);
    const { rate, rank } = recipe.methods[method];
    const numbers = { rate, steps: recipe.steps, tokens: recipe.tokens, part: recipe.part, seed, ...(rank !== undefined && { rank }) };
    const options = Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const files = [
      "--base",
      baseOf(recipe),
      "--train",
      trainFile(recipe, task),
      "--held-out",
      ...heldOut,
      "--out",
      runFolder(recipe, label),
    ];
    mustRun(
      python,
      [join(root, "recipes/train.py"), ...files, "--method", method, ...options],
      "The same command goes on from the last checkpoint",
    );
    if (method === "lora" && "wheel" in recipe.base && !existsSync(adapterFile(recipe, label))) {
      const adapter = join(runFolder(recipe, label), "adapter");
      const args = [join(root, "recipes/gguf_weights.py"), "adapter", ggufOf(recipe), adapter, adapterFile(recipe, label)];
      mustRun(python, args, "The same command tries again");
    }
  }
}

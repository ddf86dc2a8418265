/** @file `npm run recipe -- NAME prepare|train|table`: fine-tunes a language model on one task or another, and sets its accuracy beside the paper's table. */
import { existsSync } from "node:fs";
import { parseOptions, UsageError } from "./options.ts";
import { prepare } from "./recipe/prepare.ts";
import { type Recipe, RecipeError, readRecipe, recipeNames, type Training, trainingsOf } from "./recipe/recipe.ts";
import { table } from "./recipe/table.ts";
import { train } from "./recipe/train.ts";
import { finetunePython } from "./workspace.mjs";

const USAGE = `usage: npm run recipe -- NAME STAGE [--method lora|full] [--task NAME] [--seed N]
  NAME       ${recipeNames().join(" or ")}: the folder of recipes/ with its recipe.json
  STAGE      prepare   gets the base model and draws the problems
             train     fine-tunes it: every task, method and seed of the recipe, or those of the options
             table     asks every trained model, and the base model, all problems of the test
  --method, --task, --seed   only these
  --help     this text
Every stage goes on where it was stopped, by Ctrl-C or a kill. All files lie in out/NAME. The Python that is used is .venv-finetune
(npm run setup -- --with finetune), or the one that COTLAB_FINETUNE_PYTHON names.`;

const STAGES = { prepare, train, table };

/** What a stage works with. */
export interface Stage {
  readonly recipe: Recipe;
  /** Its trainings, or those that the options leave. */
  readonly trainings: readonly Training[];
  /** The interpreter with PyTorch. */
  readonly python: string;
}

async function main(args: string[]): Promise<void> {
  const parsed = parseOptions(USAGE, args, { method: { type: "string" }, task: { type: "string" }, seed: { type: "string" } });
  if (parsed === null) return void process.stdout.write(`${USAGE}\n`);
  const [name, stage, ...more] = parsed.positionals;
  if (name === undefined || !recipeNames().includes(name))
    throw new UsageError(`recipe: NAME must be ${recipeNames().join(" or ")}\n${USAGE}`);
  if (stage === undefined || !Object.hasOwn(STAGES, stage) || more.length > 0)
    throw new UsageError(`recipe: STAGE must be one of ${Object.keys(STAGES).join(", ")}\n${USAGE}`);
  const recipe = readRecipe(name);
  const { method, task, seed } = parsed.values;
  const trainings = trainingsOf(recipe).filter(
    (each) =>
      each.method === (method ?? each.method) && each.task === (task ?? each.task) && String(each.seed) === (seed ?? String(each.seed)),
  );
  if (trainings.length === 0) throw new RecipeError("no training of the recipe has that method, task and seed");
  const python = process.env.COTLAB_FINETUNE_PYTHON ?? finetunePython;
  if (!existsSync(python)) throw new RecipeError("PyTorch is not installed: npm run setup -- --with finetune (about 6 GB)");
  await STAGES[stage as keyof typeof STAGES]({ recipe, trainings, python });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof RecipeError || error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});

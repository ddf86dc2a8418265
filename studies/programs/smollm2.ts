/**
 * @file Stores what `npm run recipe -- smollm2 prepare|train|table` made: `node studies/programs/smollm2.ts`, pinned node, a minute.
 * Writes into data/smollm2 every complete journal of raw replies (replies/*.jsonl.gz), what every training was and cost
 * (trainings.json), and what the replies come to, judged anew (results.json).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeTogether } from "../../lib/dist/data/writeTogether.js";
import { fileHash } from "../../tools/recipe/recipe.ts";
import { root } from "../../tools/workspace.mjs";
import { languageModelResults, readLanguageModels } from "../dist/languageModels.js";

const [from, to] = [join(root, "out", "smollm2"), join(root, "data", "smollm2")];

const complete = (folder: string): boolean => {
  const summary = join(from, "replies", folder, "summary.json");
  return existsSync(summary) && JSON.parse(readFileSync(summary, "utf8")).missing === 0;
};
const names = readdirSync(join(from, "replies")).filter(complete).sort();
mkdirSync(join(to, "replies"), { recursive: true });
await writeTogether(
  Object.fromEntries(
    names.map((name) => [
      join(to, "replies", `${name}.jsonl.gz`),
      gzipSync(readFileSync(join(from, "replies", name, "journal.jsonl")), { level: 9 }),
    ]),
  ),
);

const trainings: Record<string, unknown> = {};
for (const label of readdirSync(join(from, "runs")).sort()) {
  const folder = join(from, "runs", label);
  if (!existsSync(join(folder, "run.json"))) continue;
  const { losses, ...run } = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  const weights = ["model/model.safetensors", "adapter/adapter_model.safetensors"].find((file) => existsSync(join(folder, file)))!;
  trainings[label] = { ...run, weights_sha256: await fileHash(join(folder, weights)), losses };
}

const results = languageModelResults(await readLanguageModels(to));
await writeTogether({
  // Losses of a training stand on one line.
  [join(to, "trainings.json")]: `${JSON.stringify(trainings, null, 1).replace(/\[[\d.,\s]+\]/g, (list) => list.replace(/\s+/g, ""))}\n`,
  [join(to, "results.json")]: `${JSON.stringify(results, null, 1)}\n`,
});
process.stderr.write(`${names.length} journals and ${Object.keys(trainings).length} trainings in ${to}\n`);

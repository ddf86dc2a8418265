/**
 * @file The questions whose embeddings lie in data/embeddings: `node studies/programs/embeddings.ts`, pinned node.
 * Writes out/embeddings/NAME.txt (a question a line) and data/embeddings/NAME.csv (what is known of each question);
 * `data/embeddings/embed.py` then turns the texts into features.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawProblemSet, type ProblemSpec } from "../../lib/dist/reasoning/problemSet.js";
import { root } from "../../tools/workspace.mjs";

interface Source {
  readonly count: number;
  readonly specs: readonly ProblemSpec[];
}

const folder = join(root, "data", "embeddings");
const texts = join(root, "out", "embeddings");
const { seed, ...splits } = JSON.parse(readFileSync(join(folder, "sources.json"), "utf8")) as {
  seed: number;
  train: Record<string, Source>;
  test: Record<string, Source>;
};
mkdirSync(texts, { recursive: true });

function write(path: string, lines: readonly string[]): void {
  writeFileSync(`${path}.tmp`, `${lines.join("\n")}\n`);
  renameSync(`${path}.tmp`, path);
}

for (const split of ["train", "test"] as const) {
  for (const [name, { count, specs }] of Object.entries(splits[split])) {
    const problems = drawProblemSet({ specs, count, split, seed });
    const measures = [...new Set(problems.flatMap(({ difficulty }) => Object.keys(difficulty)))];
    write(
      join(texts, `${name}.txt`),
      problems.map(({ question }) => question),
    );
    write(join(folder, `${name}.csv`), [
      ["key", "answer", ...measures].join(","),
      ...problems.map(({ key, answer, difficulty }) =>
        [`"${key}"`, `"${answer.join(" ")}"`, ...measures.map((measure) => difficulty[measure] ?? "")].join(","),
      ),
    ]);
    process.stdout.write(`${name}: ${count} ${split} problems\n`);
  }
}

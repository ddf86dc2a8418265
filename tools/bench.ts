/**
 * @file `npm run bench`: runs the benchmarks, each against a peer in the same run.
 * `npm run bench -- qp` runs those whose file name contains the word. The peers live in a Python of their own
 * (COTLAB_BENCH_PYTHON, with benchmarks/requirements.txt installed); without it each benchmark says so and times only ours.
 */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { pinnedNode, root } from "./workspace.mjs";

const words = process.argv.slice(2);
const files = globSync("benchmarks/*.bench.ts", { cwd: root })
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  process.stderr.write(`bench: no benchmark ${words.length > 0 ? `matches ${words.join(" ")}` : "was found"}\n`);
  process.exitCode = 2;
}
for (const file of files) {
  process.stdout.write(`\n# ${file}\n`);
  const { status } = spawnSync(pinnedNode, [join(root, file)], { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}

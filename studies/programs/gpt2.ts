/**
 * @file The transformer runs: `node studies/programs/gpt2.ts [--threads N] [--data DIR] [--work DIR] [--without-models] [CONFIG ...]`, pinned node.
 * Trains every seed of the named configurations of data/gpt2/configs (all of them, by default), measures their curves and their
 * effective preconditioners, and keeps the results in data/gpt2: curves.csv, runs.csv, losses.csv, updates.csv, models/. Interrupted at
 * any point, the same command goes on: a run whose configuration is unchanged is kept, a run in the middle continues from its
 * checkpoint in out/gpt2. Ctrl-C stores the curves of what is trained so far, and says how many steps.
 */
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "../../tools/workspace.mjs";
import { runExperiments } from "../dist/runExperiments.js";

const { values, positionals } = parseArgs({
  options: { threads: { type: "string" }, data: { type: "string" }, work: { type: "string" }, "without-models": { type: "boolean" } },
  allowPositionals: true,
});
const threads = values.threads === undefined ? availableParallelism() : Number(values.threads);
if (!Number.isInteger(threads) || threads < 1) throw new RangeError(`gpt2: --threads must be an integer >= 1, got ${values.threads}`);
const folder = values.data ?? join(root, "data", "gpt2");
let stopped = false;
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    stopped = true;
  });
const log = (line: string): boolean => process.stderr.write(`${line}\n`);
let shown = 0;
const finished = await runExperiments({
  folder,
  work: values.work ?? join(root, "out", "gpt2"),
  threads,
  keepModels: !values["without-models"],
  ...(positionals.length > 0 ? { names: positionals.map((file) => basename(file, ".json")) } : {}),
  stopped: () => stopped,
  onProgress: (run, seed, { step, steps, loss, tokensPerSecond, secondsLeft }) => {
    if (performance.now() - shown < 15_000) return;
    shown = performance.now();
    log(
      `${run}, seed ${seed}: ${step}/${steps}, loss ${loss.toPrecision(4)}, ${Math.round(tokensPerSecond)} tokens/s, ${Math.round(secondsLeft)} s left`,
    );
  },
  onRun: (run, seed, what) => log(`${run}, seed ${seed}: ${what}`),
});
if (!finished) {
  log("stopped; what was trained is stored, and the same command goes on");
  process.exitCode = 130;
}

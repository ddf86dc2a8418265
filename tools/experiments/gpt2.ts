/**
 * @file The transformer runs: `node tools/experiments/gpt2.ts [--threads N] [--data DIR] [--work DIR] [CONFIG ...]`, pinned node.
 * Trains every seed of the named configurations of data/gpt2/configs (all of them, by default), measures their curves, and keeps the
 * results in data/gpt2: curves.csv, runs.csv, losses.csv, models/, and, at the end, updates.csv: the models' effective preconditioners. Interrupted at any point, the same command goes on: a run whose
 * configuration is unchanged is kept, a run in the middle continues from its checkpoint in out/gpt2.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { Matrix } from "ml-matrix";
import { Random } from "../../lib/dist/core/random.js";
import { findBlas } from "../../lib/dist/linalg/blas.js";
import { defaultBackend } from "../../lib/dist/linalg/sgemm.js";
import { gammaEigenvalues } from "../../lib/dist/model/gamma.js";
import { Covariance } from "../../lib/dist/tasks/covariance.js";
import { readCheckpoint, writeCheckpoint, writeFileAtomic } from "../../lib/dist/transformer/checkpoint.js";
import { type CurveRow, curvesCsv, measureCurves, readCurves } from "../../lib/dist/transformer/curveTable.js";
import { learnedUpdate } from "../../lib/dist/transformer/learnedUpdate.js";
import { type RunConfig, runConfig, spectrumValues } from "../../lib/dist/transformer/recipe.js";
import { trainingRun } from "../../lib/dist/transformer/trainingRun.js";
import { tokensPerStep } from "../../lib/dist/transformer/trainRegression.js";
import { root } from "../workspace.mjs";

const { values, positionals } = parseArgs({
  options: { threads: { type: "string" }, data: { type: "string" }, work: { type: "string" } },
  allowPositionals: true,
});
const threads = values.threads === undefined ? availableParallelism() : Number(values.threads);
if (!Number.isInteger(threads) || threads < 1) throw new RangeError(`gpt2: --threads must be an integer >= 1, got ${values.threads}`);
const data = values.data ?? join(root, "data", "gpt2");
const work = values.work ?? join(root, "out", "gpt2");
const configs = join(root, "data", "gpt2", "configs");
const names =
  positionals.length > 0
    ? positionals
    : readdirSync(configs)
        .filter((file) => file.endsWith(".json"))
        .sort();

/** Larger models are not kept in the repository. */
const LARGEST_MODEL = 1e6;
const RUN_COLUMNS = ["run", "seed", "steps", "stepsWanted", "seconds", "tokensPerSecond", "threads", "backend", "config"] as const;
type RunRow = Record<(typeof RUN_COLUMNS)[number], string>;

/** A table of strings without commas, read from the data folder; empty where there is none. */
function table<Row>(file: string, columns: readonly string[]): Row[] {
  const path = join(data, file);
  if (!existsSync(path)) return [];
  const [, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [columns[i], cell])) as Row);
}

function writeTable(file: string, columns: readonly string[], rows: readonly Readonly<Record<string, string>>[]): void {
  const lines = [columns.join(","), ...rows.map((row) => columns.map((column) => row[column]).join(","))];
  writeFileAtomic(join(data, file), [`${lines.join("\n")}\n`]);
}

const UPDATE_COLUMNS = ["run", "seed", "distance", "explained", "explainedByGamma", "offDiagonal", "i", "entry", "gammaInverse"] as const;

/** What every stored model does in one thought, from several distances: its effective preconditioner beside Γ^-1. */
function writeUpdates(): void {
  const rows: Record<(typeof UPDATE_COLUMNS)[number], string>[] = [];
  for (const file of readdirSync(join(data, "models"))
    .filter((name) => name.endsWith(".bin"))
    .sort()) {
    const { about, arrays } = readCheckpoint<{ config: RunConfig; seed: number }>(join(data, "models", file));
    const { model: shape, train, name } = about.config;
    const covariance = Covariance.diagonal(Array.from(spectrumValues(train.spectrum, shape.d)));
    // Every spectrum in use is descending, as the eigenvalues of a Covariance are.
    const inverse = Array.from(gammaEigenvalues({ covariance, n: train.n }), (value) => 1 / value);
    for (const distance of [0.03, 0.1, 0.3, 1]) {
      const random = Random.seed(3605).stream("gpt2", "update");
      const update = learnedUpdate({ shape, parameters: arrays.parameters!, test: train, distance, prompts: 4096, random });
      const P = update.preconditioner;
      const off = Matrix.sub(P, Matrix.diag(P.diag()));
      const numbers = [
        update.explained,
        update.explainedBy(Matrix.diag(inverse)),
        Math.sqrt(off.dot(off) / Math.max(1, shape.d * (shape.d - 1))),
      ];
      P.diag().forEach((entry, i) => {
        const [explained, byGamma, offDiagonal, value, gamma] = [...numbers, entry, inverse[i]!].map((x) => x.toPrecision(6));
        rows.push({
          run: name,
          seed: String(about.seed),
          distance: String(distance),
          explained: explained!,
          explainedByGamma: byGamma!,
          offDiagonal: offDiagonal!,
          i: String(i + 1),
          entry: value!,
          gammaInverse: gamma!,
        });
      });
    }
  }
  writeTable("updates.csv", UPDATE_COLUMNS, rows);
}

/** A short fingerprint of a configuration, so that a changed one is run again. */
function fingerprint(value: unknown): string {
  let hash = 0;
  for (const char of JSON.stringify(value)) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return (hash >>> 0).toString(16);
}

const LOSS_COLUMNS = ["run", "seed", "step", "loss"] as const;
type LossRow = Record<(typeof LOSS_COLUMNS)[number], string>;

mkdirSync(join(data, "models"), { recursive: true });
for (const file of names) {
  const name = basename(file, ".json");
  const config = runConfig(JSON.parse(readFileSync(join(configs, `${name}.json`), "utf8")));
  const { seeds, ...described } = config;
  const mark = fingerprint(described);
  for (const seed of seeds) {
    const runs = table<RunRow>("runs.csv", RUN_COLUMNS);
    const same = (row: { run: string; seed: string | number }): boolean => row.run === name && Number(row.seed) === seed;
    if (runs.some((row) => same(row) && row.config === mark)) {
      process.stderr.write(`${name}, seed ${seed}: kept\n`);
      continue;
    }
    const folder = join(work, `${name}-seed${seed}-${mark}`);
    let shown = 0;
    const run = await trainingRun(config, seed, folder, {
      resume: true,
      threads,
      onProgress: ({ step, steps, loss, tokensPerSecond, secondsLeft }) => {
        if (performance.now() - shown < 15_000) return;
        shown = performance.now();
        process.stderr.write(
          `${name}, seed ${seed}: ${step}/${steps}, loss ${loss.toPrecision(4)}, ${Math.round(tokensPerSecond)} tokens/s, ${Math.round(secondsLeft)} s left\n`,
        );
      },
    });
    const rows = measureCurves(config, seed, run.parameters);
    const before: CurveRow[] = existsSync(join(data, "curves.csv")) ? readCurves(readFileSync(join(data, "curves.csv"), "utf8")) : [];
    writeFileAtomic(join(data, "curves.csv"), [curvesCsv([...before.filter((row) => !same(row)), ...rows])]);
    const losses: LossRow[] = readFileSync(join(folder, "metrics.csv"), "utf8")
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split(","))
      .map(([step, loss]) => ({ run: name, seed: String(seed), step: step!, loss: Number(loss).toPrecision(6) }));
    writeTable("losses.csv", LOSS_COLUMNS, [...table<LossRow>("losses.csv", LOSS_COLUMNS).filter((row) => !same(row)), ...losses]);
    if (run.parameters.length <= LARGEST_MODEL) {
      const { parameters, ...about } = run;
      writeCheckpoint(join(data, "models", `${name}-seed${seed}.bin`), { about, arrays: { parameters } }, true);
    }
    const row: RunRow = {
      run: name,
      seed: String(seed),
      steps: String(run.step),
      stepsWanted: String(config.recipe.steps),
      seconds: String(run.seconds),
      tokensPerSecond: String(Math.round((run.step * tokensPerStep(config)) / run.seconds)),
      threads: String(threads),
      backend: defaultBackend() === "blas" ? (findBlas()?.description ?? "blas").replaceAll(",", " ") : "simd",
      config: mark,
    };
    writeTable("runs.csv", RUN_COLUMNS, [...runs.filter((old) => !same(old)), row]);
    rmSync(folder, { recursive: true, force: true });
    process.stderr.write(`${name}, seed ${seed}: done in ${run.seconds} s\n`);
  }
}
writeUpdates();

/** @file `npx cotlab gpt2 train | evaluate | curves`: the transformer experiment from the command line. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { alignedLines } from "../core/alignedText";
import { type ResultRow, readResults } from "../data/resultTable";
import { writeFileAtomic } from "../data/writeFileAtomic";
import { defaultBackend, type Precision, type ProductBackend } from "../linalg/backend";
import { availablePrecision } from "../linalg/oneDnn";
import { slowerProducts } from "../linalg/slowerProducts";
import { availableThreads } from "../simulation/pool";
import { checkpointPath, writeCheckpoint } from "../transformer/checkpoint";
import { curvesCsv, measureCurves, readCurves, summarizeCurves } from "../transformer/regression/curveTable";
import { runConfig } from "../transformer/regression/recipe";
import { readRun, trainingRun } from "../transformer/regression/trainingRun";
import { byVerb, type Command, interruption } from "./command";
import { duration } from "./duration";
import { Options } from "./options";
import { StatusLine } from "./statusLine";

const USAGE = `usage: npx cotlab gpt2 train CONFIG.json [--seed S] [--out DIR] [--resume] [--threads N] [--backend blas|simd] [--precision float32|bfloat16]
                              [--checkpoint-every STEPS]
       npx cotlab gpt2 evaluate DIR ... [--backend blas|simd]
       npx cotlab gpt2 curves DIR_OR_CSV ... [--at 1,2,3,5,10,20,40]

train     trains every seed of a configuration (or one), each in its folder (out/gpt2/NAME-seedS, or DIR-seedS):
          metrics.csv, checkpoint.bin and, at the end, model.bin (half precision). --resume goes on after an interruption.
          --precision bfloat16 multiplies by the weights in it, where there is oneDNN and a processor that can; sums, weights and
          the optimiser stay in float32.
evaluate  measures the configuration's curves for trained runs: curves.csv in each folder.
curves    prints the means over seeds of measured curves, with standard errors over seeds, and the steps of training where a
          runs.csv lies beside; data/gpt2 holds the stored ones.`;

function chosenBackend(options: Options): ProductBackend {
  const { backend = defaultBackend() } = options.values;
  return backend === "blas" || backend === "simd" ? backend : options.fail(`--backend must be blas or simd, got ${backend}`);
}

function chosenPrecision(options: Options): Precision {
  const { precision = "float32" } = options.values;
  return precision === "float32" || precision === "bfloat16"
    ? precision
    : options.fail(`--precision must be float32 or bfloat16, got ${precision}`);
}

async function train(args: string[]): Promise<number> {
  const values = ["seed", "out", "threads", "backend", "precision", "checkpoint-every"];
  const options = new Options("gpt2 train", args, { values, flags: ["resume"], positionals: true });
  const config = runConfig(options.configuration("data/gpt2/configs"));
  const seed = options.whole("seed", 0);
  const threads = options.whole("threads", 1) ?? availableThreads();
  const products = { backend: chosenBackend(options), precision: chosenPrecision(options) };
  const checkpointEvery = options.whole("checkpoint-every", 1);
  const signal = interruption();
  for (const reason of slowerProducts(products)) process.stderr.write(`slower than it could be: ${reason}\n`);
  for (const s of seed === undefined ? config.seeds : [seed]) {
    const folder = `${options.values.out ?? join("out", "gpt2", config.name)}-seed${s}`;
    process.stderr.write(
      `${config.name}, seed ${s}: ${folder} (${products.backend}, ${availablePrecision(products.precision)}, ${threads} threads)\n`,
    );
    const line = new StatusLine();
    const run = await trainingRun(config, s, folder, {
      resume: options.flags.has("resume"),
      threads,
      ...products,
      ...(checkpointEvery && { checkpointEvery }),
      stopped: () => signal.aborted,
      onProgress: ({ step, steps, loss, tokensPerSecond, secondsLeft }) => {
        const text = `step ${step}/${steps}  loss ${loss.toPrecision(4)}  ${Math.round(tokensPerSecond)} tokens/s  ${duration(secondsLeft)} left`;
        line.show(text, step === steps);
      },
    });
    line.end();
    if (!run.finished) {
      process.stderr.write(`stopped at step ${run.step}; the same command with --resume goes on\n`);
      return 130;
    }
    const { parameters, ...about } = run;
    writeCheckpoint(join(folder, "model.bin"), { about, arrays: { parameters } }, true);
    process.stderr.write(`done: ${run.step} steps in ${duration(run.seconds)}\n`);
  }
  return 0;
}

function evaluate(args: string[]): number {
  const options = new Options("gpt2 evaluate", args, { values: ["backend"], positionals: true });
  if (options.positionals.length === 0) options.fail("at least one run's folder must be given");
  for (const folder of options.positionals)
    if (!existsSync(checkpointPath(folder)))
      options.fail(`${folder} must be the folder of a run that npx cotlab gpt2 train made; it has no checkpoint.bin`);
  const backend = chosenBackend(options);
  for (const folder of options.positionals) {
    const { config, seed, step, parameters } = readRun(folder);
    process.stderr.write(`${config.name}, seed ${seed}, step ${step} of ${config.recipe.steps}\n`);
    const rows = measureCurves(config, seed, parameters, backend);
    writeFileAtomic(join(folder, "curves.csv"), [curvesCsv(rows)]);
  }
  return 0;
}

/** What stands after a curve's name: its seeds, and how far they were trained, where that is known. */
function trainedSteps(stored: readonly ResultRow[], run: string, seeds: number): string {
  const rows = stored.filter((row) => String(row.run) === run);
  const steps = [...new Set(rows.map((row) => (row.steps < row.stepsWanted ? `${row.steps} of ${row.stepsWanted}` : `${row.steps}`)))];
  return `(${seeds} seed${seeds > 1 ? "s" : ""}${steps.length > 0 ? `, ${steps.join(" or ")} steps` : ""})`;
}

function curves(args: string[]): number {
  const options = new Options("gpt2 curves", args, { values: ["at"], positionals: true });
  if (options.positionals.length === 0) options.fail("at least one run's folder or CSV file must be given");
  const at = options.numbers("at") ?? [1, 2, 3, 5, 10, 20, 40];
  if (!at.every((k) => Number.isInteger(k) && k >= 0)) options.fail(`--at must list integers >= 0, got ${options.values.at}`);
  const files = options.positionals.map((place) => {
    const file = place.endsWith(".csv") ? place : join(place, "curves.csv");
    if (existsSync(file)) return file;
    const trained = existsSync(checkpointPath(place));
    return options.fail(`${file} is not there${trained ? `; npx cotlab gpt2 evaluate ${place} makes it` : ""}`);
  });
  const summary = summarizeCurves(files.flatMap((file) => readCurves(readFileSync(file, "utf8"))));
  const beside = [...new Set(files.map((file) => join(dirname(file), "runs.csv")))];
  const stored = beside.flatMap((file) => (existsSync(file) ? readResults(file) : []));
  const lines = new Map<string, Map<number, string>>();
  for (const { run, curve, k, seeds, mean, standardError } of summary) {
    const key = `${run} ${curve} ${trainedSteps(stored, run, seeds)}`;
    const cells = lines.get(key) ?? new Map<number, string>();
    cells.set(k, standardError !== null ? `${mean.toPrecision(3)}±${standardError.toPrecision(1)}` : mean.toPrecision(3));
    lines.set(key, cells);
  }
  const longest = Math.max(...summary.map(({ k }) => k));
  if (!at.some((k) => k <= longest)) options.fail(`--at must hold a k up to ${longest}, got ${at.join(",")}`);
  const table = [["", ...at.map((k) => `k=${k}`)], ...[...lines].map(([key, cells]) => [key, ...at.map((k) => cells.get(k) ?? "-")])];
  process.stdout.write(`${alignedLines(table).join("\n")}\n`);
  return 0;
}

export const command: Command = { usage: USAGE, run: byVerb("gpt2", { train, evaluate, curves }) };

/** @file `npx cotlab lm train`: trains a small model that solves reasoning problems in symbols. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { sameSettings } from "../transformer/folderRun";
import { readSymbolModel } from "../transformer/symbols/symbolModel";
import { symbolModelConfig } from "../transformer/symbols/symbolModelConfig";
import { trainSymbolModel, writeSymbolModel } from "../transformer/symbols/trainSymbolModel";
import { byVerb, type Command, interruption } from "./command";
import { Options } from "./options";

const USAGE = `usage: npx cotlab lm train CONFIG.json [--seed S] [--out DIR] [--models DIR] [--resume] [--threads N]

Trains every seed of a configuration (or one), each in DIR/NAME-seedS (default out/lm), and writes the model in half precision to
MODELS/NAME-seedS.bin (default: DIR). A configuration with a start takes MODELS/START-seedS.bin. npx cotlab serve --checkpoint serves
a model. --resume goes on after an interruption, at the same bits; a finished model is kept.`;

async function train(args: string[]): Promise<number> {
  const options = new Options("lm train", args, { values: ["seed", "out", "models", "threads"], flags: ["resume"], positionals: true });
  const { values, flags } = options;
  const config = symbolModelConfig(options.configuration("data/reasoning/models"));
  const only = options.number("seed");
  const threads = options.number("threads") ?? 1;
  const out = values.out ?? join("out", "lm");
  const models = values.models ?? out;
  const signal = interruption();
  for (const seed of only === undefined ? config.seeds : [only]) {
    const label = `${config.name}-seed${seed}`;
    const file = join(models, `${label}.bin`);
    if (flags.has("resume") && existsSync(file)) {
      const known = readSymbolModel(file);
      if (sameSettings(known.config, config) && known.seed === seed) {
        process.stderr.write(`${label}: ${file} is there already\n`);
        continue;
      }
    }
    const from = config.start === null ? undefined : readSymbolModel(join(models, `${config.start}-seed${seed}.bin`));
    const run = await trainSymbolModel(config, seed, join(out, label), {
      resume: flags.has("resume"),
      threads,
      stopped: () => signal.aborted,
      onProgress: ({ step, loss, seconds }) =>
        process.stderr.write(`${label}: step ${step}/${config.training.steps}, loss ${loss.toPrecision(4)}, ${Math.round(seconds)} s\n`),
      ...(from && { start: from.parameters }),
    });
    const { finished, ...state } = run;
    if (!finished) {
      process.stderr.write(`stopped at step ${run.step}; the same command with --resume goes on\n`);
      return 130;
    }
    writeSymbolModel(file, state);
  }
  return 0;
}

export const command: Command = { usage: USAGE, run: byVerb("lm", { train }) };

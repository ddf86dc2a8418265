/** @file `npx cotlab diagnose`: the diagnostic on files of features. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { DiagnoseParams } from "../diagnostic/diagnose";
import type { Shrinkage } from "../diagnostic/shrinkage";
import { type Command, UsageError } from "./command";

const usage = `usage: npx cotlab diagnose --train FILE [FILE ...] --target FILE --n N --m M [OPTIONS]

Will more chain-of-thought steps help on the target, how much, and what should be trained on?
FILE holds features, one example a row: NPY, NPZ (file.npz:array), CSV, Parquet, Arrow or Feather.

  --train FILE ...     one file a training source
  --target FILE        the target's features
  --n N[,N ...]        examples in a training prompt, one number or one a source (or Infinity)
  --m M                examples in a test prompt (or Infinity)
  --weights P[,P ...]  share of the training prompts from each source; default: equal
  --steps K            the most steps considered; default 40
  --names NAME ...     names of the sources, the target's last; default: the files' names
  --components R       reduces the features to their R leading principal components first; needed
                       where features are constant, or rows few
  --confidence C       coverage of the intervals; default 0.95
  --shrinkage S        none, ledoit-wolf or oas; default none
  --not-centred        second moments about 0, not about the mean
  --prompts P          test prompts simulated for a finite M; default 400
  --delimiter D        what separates the cells of a CSV file; default: found
  --seed SEED          default 7
  --out DIR            writes diagnosis.json and diagnosis.csv there
  --figures            with --out: also the figures spectra, coverage and prediction, each as PDF, SVG,
                       PNG, CSV and JSON

The summary goes to standard output, progress to standard error.
Exit status: 0 a verdict, 3 not enough samples to tell, 1 something is wrong with the data, 2 with the call.`;

/** Options that take all arguments up to the next option. */
const LISTS = ["--train", "--names"];

/** Repeats the option before every further argument of a list, which is how `parseArgs` takes lists. */
function spread(args: readonly string[]): string[] {
  const out: string[] = [];
  let list: string | undefined;
  let taken = 0;
  for (const arg of args) {
    if (arg.startsWith("--")) {
      list = LISTS.includes(arg) ? arg : undefined;
      taken = 0;
      out.push(arg);
    } else {
      if (list !== undefined && taken++ > 0) out.push(list);
      out.push(arg);
    }
  }
  return out;
}

function numbers(option: string, text: string | undefined): number[] {
  if (text === undefined) throw new UsageError(`cotlab diagnose: --${option} must be given`);
  return text.split(",").map((part) => {
    const value = part.trim() === "" ? Number.NaN : Number(part);
    if (Number.isNaN(value)) throw new UsageError(`cotlab diagnose: --${option} must be a number, got ${part === "" ? "nothing" : part}`);
    return value;
  });
}

function number(option: string, text: string | undefined): number {
  const all = numbers(option, text);
  if (all.length !== 1) throw new UsageError(`cotlab diagnose: --${option} must be one number, got ${text}`);
  return all[0];
}

function parse(args: readonly string[]): { params: DiagnoseParams; out: string | undefined; figures: boolean } {
  const text = { type: "string" } as const;
  const list = { type: "string", multiple: true } as const;
  const read = () => {
    try {
      const options = {
        train: list,
        target: text,
        n: text,
        m: text,
        weights: text,
        steps: text,
        prompts: text,
        names: list,
        confidence: text,
        components: text,
        figures: { type: "boolean" },
        shrinkage: text,
        "not-centred": { type: "boolean" },
        delimiter: text,
        seed: text,
        out: text,
      } as const;
      return parseArgs({ args: spread(args), options, strict: true, allowPositionals: false }).values;
    } catch (error) {
      throw new UsageError(`cotlab diagnose: ${error instanceof Error ? error.message : error}`);
    }
  };
  const found = read();
  if (!found.train) throw new UsageError("cotlab diagnose: --train must be given");
  if (found.target === undefined) throw new UsageError("cotlab diagnose: --target must be given");
  const n = numbers("n", found.n);
  const params: DiagnoseParams = {
    train: found.train,
    target: found.target,
    n: n.length === 1 ? n[0] : n,
    m: number("m", found.m),
    ...(found.weights !== undefined && { weights: numbers("weights", found.weights) }),
    ...(found.steps !== undefined && { steps: number("steps", found.steps) }),
    ...(found.prompts !== undefined && { prompts: number("prompts", found.prompts) }),
    ...(found.names && { names: found.names }),
    ...(found.components !== undefined && { components: number("components", found.components) }),
    ...(found.confidence !== undefined && { confidence: number("confidence", found.confidence) }),
    ...(found.shrinkage !== undefined && { shrinkage: found.shrinkage as Shrinkage }),
    ...(found.seed !== undefined && { seed: number("seed", found.seed) }),
    centred: !found["not-centred"],
    read: found.delimiter === undefined ? {} : { delimiter: found.delimiter },
  };
  if (found.figures && found.out === undefined) throw new UsageError("cotlab diagnose: --figures needs --out");
  return { params, out: found.out, figures: found.figures ?? false };
}

/** Progress on one line of a terminal, or on lines of their own, without repetition, elsewhere. */
function progress(): { show: (message: string) => void; end: () => void } {
  const { stderr } = process;
  let last = "";
  return {
    show(message) {
      const stage = message.replace(/: .*$/, "");
      if (stderr.isTTY) stderr.write(`\r\x1b[K${message}`);
      else if (stage !== last) stderr.write(`${stage}\n`);
      last = stage;
    },
    end: () => {
      if (stderr.isTTY) stderr.write("\r\x1b[K");
    },
  };
}

async function run(args: string[]): Promise<number> {
  const { params, out, figures } = parse(args);
  // Found out now, not after an hour of computing.
  if (out !== undefined && existsSync(out) && !statSync(out).isDirectory()) {
    throw new UsageError(`cotlab diagnose: --out must be a folder, got the file ${out}`);
  }
  const { diagnose } = await import("../diagnostic/diagnose.js");
  const { diagnosisText, writeDiagnosis } = await import("../diagnostic/report.js");
  const { show, end } = progress();
  const diagnosis = await diagnose({ ...params, onProgress: show })
    .catch((error: unknown) => {
      // What is wrong with a parameter is wrong with the call; what is wrong with a file has a class of its own.
      const wrongCall = (error instanceof RangeError || error instanceof TypeError) && error.message.startsWith("diagnose:");
      throw wrongCall ? new UsageError(error.message.replace("diagnose:", "cotlab diagnose:")) : error;
    })
    .finally(end);
  process.stdout.write(diagnosisText(diagnosis));
  if (out !== undefined) for (const path of await writeDiagnosis(diagnosis, resolve(out))) process.stdout.write(`wrote ${path}\n`);
  if (out !== undefined && figures) {
    const { writeDiagnosisFigures } = await import("../diagnostic/writeDiagnosisFigures.js");
    for (const path of await writeDiagnosisFigures(diagnosis, resolve(out))) process.stdout.write(`wrote ${path}\n`);
  }
  return diagnosis.prediction.verdict.call === "unclear" ? 3 : 0;
}

export const command: Command = { usage, run };

/** @file `npx cotlab diagnose`: the diagnostic on files of features. */
import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { DiagnoseParams } from "../diagnostic/diagnose";
import { type Command, UsageError } from "./command";
import { Options } from "./options";
import { StatusLine } from "./statusLine";

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
  --standardise        divides every feature by its standard deviation, one for all files
  --not-centred        second moments about 0, not about the mean
  --prompts P          test prompts simulated for a finite M; default 400
  --columns C ...      the columns that are features, by name or number; default: all but row indexes
  --drop-columns C ... columns to leave out
  --drop-missing       leaves out rows with missing or infinite numbers
  --header             the first line of a CSV file holds names; --no-header: it does not; default: found
  --delimiter D        what separates the cells of a CSV file; default: found
  --seed SEED          default 7
  --out DIR            writes diagnosis.json and diagnosis.csv there
  --figures            with --out: also the figures spectra, coverage and prediction, each as PDF, SVG,
                       PNG, CSV and JSON

The summary goes to standard output, progress to standard error.
Exit status: 0 a verdict, 3 not enough samples to tell, 1 something is wrong with the data, 2 with the call.`;

const NAME = "cotlab diagnose";

function parse(args: string[]): { params: DiagnoseParams; out: string | undefined; figures: boolean } {
  const options = new Options(NAME, args, {
    values: ["target", "n", "m", "weights", "steps", "prompts", "confidence", "components", "shrinkage", "delimiter", "seed", "out"],
    infinite: ["n", "m"],
    lists: ["train", "names", "columns", "drop-columns"],
    flags: ["figures", "not-centred", "standardise", "drop-missing", "header", "no-header"],
  });
  const { lists, flags } = options;
  const { out } = options.values;
  if (!lists.train) options.fail("--train must be given");
  const [target] = ["target", "n", "m"].map((name) => options.required(name));
  const n = options.numbers("n")!;
  const weights = options.numbers("weights");
  if (flags.has("header") && flags.has("no-header")) options.fail("--header and --no-header exclude each other");
  if (flags.has("figures") && out === undefined) options.fail("--figures needs --out");
  const params = {
    ...{ train: lists.train, target, n: n.length === 1 ? n[0] : n },
    ...options.given(["m", "steps", "prompts", "components", "confidence", "seed"], ["shrinkage"]),
    ...(lists.names && { names: lists.names }),
    ...(weights && { weights }),
    centred: !flags.has("not-centred"),
    standardise: flags.has("standardise"),
    read: {
      ...options.given([], ["delimiter"]),
      ...(lists.columns && { columns: lists.columns }),
      ...(lists["drop-columns"] && { dropColumns: lists["drop-columns"] }),
      ...((flags.has("header") || flags.has("no-header")) && { header: flags.has("header") }),
      dropMissing: flags.has("drop-missing"),
    },
  } as unknown as DiagnoseParams;
  return { params, out, figures: flags.has("figures") };
}

async function run(args: string[]): Promise<number> {
  const { params, out, figures } = parse(args);
  // Found out now, not after an hour of computing.
  if (out !== undefined && existsSync(out) && !statSync(out).isDirectory()) {
    throw new UsageError(`${NAME}: --out must be a folder, got the file ${out}`);
  }
  const { diagnose } = await import("../diagnostic/diagnose.js");
  const { diagnosisText, writeDiagnosis } = await import("../diagnostic/report.js");
  const line = new StatusLine();
  let stage = "";
  const onProgress = (message: string) => {
    const before = stage;
    stage = message.replace(/: .*$/, "");
    line.show(message, stage !== before);
  };
  const diagnosis = await diagnose({ ...params, onProgress })
    .catch((error: unknown) => {
      // What is wrong with a parameter is wrong with the call; what is wrong with a file has a class of its own.
      const wrongCall = (error instanceof RangeError || error instanceof TypeError) && error.message.startsWith("diagnose:");
      throw wrongCall ? new UsageError(error.message.replace("diagnose:", `${NAME}:`)) : error;
    })
    .finally(() => line.end());
  process.stdout.write(diagnosisText(diagnosis));
  if (out !== undefined) for (const path of await writeDiagnosis(diagnosis, resolve(out))) process.stdout.write(`wrote ${path}\n`);
  if (out !== undefined && figures) {
    const { writeDiagnosisFigures } = await import("../diagnostic/writeDiagnosisFigures.js");
    for (const path of await writeDiagnosisFigures(diagnosis, resolve(out))) process.stdout.write(`wrote ${path}\n`);
  }
  return diagnosis.prediction.verdict.call === "unclear" ? 3 : 0;
}

export const command: Command = { usage, run };

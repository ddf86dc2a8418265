/** @file `npm run reproduce`: executes notebooks headless, in the workspace's own kernel. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { verdictLine, writeEvidence } from "./evidence.ts";
import { exportNotebook, writeGallery } from "./figures.ts";
import { differences } from "./jupyter/compare.ts";
import { CELL_LIMIT, CellError, executeNotebook } from "./jupyter/execute.ts";
import { NotExecutedError } from "./jupyter/figures.ts";
import { forThisKernel, type Notebook, NotebookError, readNotebook, writeNotebook } from "./jupyter/notebook.ts";
import { setParameters } from "./jupyter/parameters.ts";
import { startServer } from "./jupyter/server.ts";
import { namedNotebooks, namedValues, notebookFiles, parseOptions, readSeconds, SET_OPTION, UsageError } from "./options.ts";
import { root } from "./workspace.mjs";

const USAGE = `usage: npm run reproduce -- [NUMBER ...] [--set NAME=VALUE ...] [--check] [--cell-limit SECONDS]
  NUMBER        notebooks by the start of their file name (01 05); all of them when none is given
  --set n=30    run with another value in the parameters cell, into out/; the committed notebook stays as it is
  --check       run into memory and compare with the committed outputs
  --cell-limit  seconds after which a cell that has not ended is stopped; default ${CELL_LIMIT}
  --help        this text`;

interface Options {
  readonly files: string[];
  readonly settings: Map<string, string>;
  readonly check: boolean;
  readonly cellLimit: number;
}

/** All notebooks in reading order, except that 00, which shows what the others found, runs last. */
function runningOrder(): string[] {
  const files = notebookFiles();
  return [...files.filter((file) => !file.startsWith("00")), ...files.filter((file) => file.startsWith("00"))];
}

/** The options, or null when only the usage is asked for. */
function readOptions(args: string[]): Options | null {
  const parsed = parseOptions(USAGE, args, {
    ...SET_OPTION,
    check: { type: "boolean", default: false },
    "cell-limit": { type: "string", default: `${CELL_LIMIT}` },
  });
  if (parsed === null) return null;
  const cellLimit = readSeconds("--cell-limit", parsed.values["cell-limit"], USAGE);
  const all = runningOrder();
  const chosen = namedNotebooks("reproduce", parsed.positionals);
  const settings = namedValues(USAGE, parsed.values.set);
  const { check } = parsed.values;
  // 00 shows what the others found, so it follows every run that may have changed that.
  const inPlace = settings.size === 0 && !check;
  const files = parsed.positionals.length === 0 ? all : all.filter((file) => chosen.includes(file) || (inPlace && file.startsWith("00")));
  return { files, settings, check, cellLimit };
}

/** In a terminal one line that is rewritten; elsewhere nothing, since every call would be a line of its own. */
function progressLine(label: string): (done: number, total: number) => void {
  return (done, total) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${label}  cell ${done}/${total}`);
  };
}

/** Ends a notebook's line: over its progress in a terminal, as the only line elsewhere. */
function say(text: string): void {
  process.stderr.write(`${process.stderr.isTTY ? "\r\u001b[K" : ""}${text}\n`);
}

function writeOut(file: string, notebook: Notebook): void {
  mkdirSync(join(root, "out"), { recursive: true });
  writeNotebook(join(root, "out", file), notebook);
}

async function reproduce({ files, settings, check, cellLimit }: Options): Promise<boolean> {
  const read = (file: string) => readNotebook(join(root, "notebooks", file));
  // All names and types are checked before the first kernel starts.
  const failures: string[] = [];
  const prepared = new Map<string, Notebook>();
  for (const file of files) {
    try {
      prepared.set(file, setParameters(forThisKernel(read(file), file), file, settings));
    } catch (error) {
      if (!(error instanceof NotebookError)) throw error;
      failures.push(error.message);
      say(`${file}  REFUSED`);
    }
  }
  const server = await startServer();
  try {
    for (const [i, [file, given]] of [...prepared].entries()) {
      const label = `${i + 1}/${prepared.size} ${file}`;
      try {
        const { notebook, seconds, failedVerdicts } = await executeNotebook(server, given, {
          name: file,
          folder: "notebooks",
          onCell: progressLine(label),
          cellLimit,
        });
        say(`${label}  ${seconds.toFixed(1)} s; ${verdictLine(notebook)}`);
        failures.push(...failedVerdicts.map((line) => `${file}, ${line}`));
        if (check) {
          const found = differences(read(file), notebook);
          failures.push(...found.map((line) => `${file}, ${line}`));
        } else if (settings.size > 0) {
          writeOut(file, notebook);
          say(`  wrote out/${file}`);
        } else if (failedVerdicts.length > 0) {
          writeOut(file, notebook);
          say(`  wrote out/${file}; notebooks/${file} stays as it was`);
        } else {
          writeNotebook(join(root, "notebooks", file), notebook);
          writeEvidence(file, notebook, seconds);
          await exportNotebook(file, notebook);
        }
      } catch (error) {
        if (!(error instanceof CellError)) throw error;
        failures.push(error.message);
        say(`${label}  FAILED`);
        if (settings.size > 0 && error.partial) {
          writeOut(file, error.partial);
          say(`  wrote out/${file}, up to the cell that failed`);
        }
      }
    }
  } finally {
    await server.stop();
  }
  if (settings.size === 0 && !check) {
    try {
      writeGallery();
    } catch (error) {
      if (!(error instanceof NotExecutedError)) throw error;
      // This run is good; another notebook is not, and the page shows all.
      process.stderr.write(`figures/README.md is as it was: ${error.message}\n`);
    }
  }
  if (failures.length > 0) process.stderr.write(`\n${failures.length} problem(s):\n${failures.map((line) => `- ${line}`).join("\n")}\n`);
  return failures.length === 0;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === null) process.stdout.write(`${USAGE}\n`);
  const ok = options === null || (await reproduce(options));
  // The Jupyter client keeps timers of its own; the work is done.
  process.exit(ok ? 0 : 1);
} catch (error) {
  if (!(error instanceof UsageError || error instanceof RangeError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(2);
}

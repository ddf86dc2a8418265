/** @file `npm run figures`: writes every figure of the executed notebooks as the files that a paper needs, and the gallery page. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { exportFigure } from "../lib/dist/figures/exportFigure.js";
import { PRESET_NAMES, type PresetName } from "../lib/dist/figures/presets.js";
import { figureFolder, galleryPage } from "./gallery.ts";
import { CellError, executeNotebook } from "./jupyter/execute.ts";
import { figuresOf, NotExecutedError, type NotebookFigure } from "./jupyter/figures.ts";
import { type Notebook, readNotebook } from "./jupyter/notebook.ts";
import { setParameters } from "./jupyter/parameters.ts";
import { startServer } from "./jupyter/server.ts";
import { namedNotebooks, namedValues, notebookFiles, parseOptions, SET_OPTION, UsageError } from "./options.ts";
import { root } from "./workspace.mjs";

const USAGE = `usage: npm run figures -- [NUMBER ...] [--preset NAME] [--set NAME=VALUE ...] [--out FOLDER]
  NUMBER        notebooks by the start of their file name (01 05); all of them when none is given
  --preset      ${PRESET_NAMES.join(", ")}; into out/figures/NAME, the committed figures stay as they are
  --set n=3     runs the notebooks with another value in the parameters cell; their figures go into out/figures/n=3
  --out         another folder
  --help        this text`;

/** Where the committed figures lie. */
const FOLDER = join(root, "figures");

export interface FigureTarget {
  /** The folder that holds one folder a notebook. */
  readonly folder: string;
  readonly preset: PresetName;
}

const COMMITTED: FigureTarget = { folder: FOLDER, preset: "iclr" };

/**
 * Writes a notebook's figures, each with all its files or not at all, and removes what no figure of the notebook owns.
 * The notebook is not run: its outputs hold the figures.
 * @throws NotExecutedError when a cell has not run
 */
export async function exportNotebook(file: string, notebook: Notebook, target: FigureTarget = COMMITTED): Promise<NotebookFigure[]> {
  const figures = figuresOf(file, notebook);
  const directory = join(target.folder, figureFolder(file));
  const owned = new Set<string>();
  for (const { name, cell, figure, stretch, provenance } of figures) {
    const metadata = { cell, ...provenance };
    const files = await exportFigure(figure, { name, directory, preset: target.preset, stretch, metadata });
    for (const path of Object.values(files)) owned.add(basename(path));
  }
  if (existsSync(directory)) {
    for (const name of readdirSync(directory)) if (!owned.has(name)) rmSync(join(directory, name), { recursive: true });
    if (owned.size === 0) rmSync(directory, { recursive: true });
  }
  return figures;
}

/** Writes the gallery page of all notebooks, and removes folders of notebooks that are gone. */
export function writeGallery(folder: string = FOLDER, notebooks: string = join(root, "notebooks")): void {
  const files = notebookFiles(notebooks);
  const sections = files.map((file) => {
    const notebook = readNotebook(join(notebooks, file));
    return { file, notebook, figures: figuresOf(file, notebook) };
  });
  const known = new Set(files.map(figureFolder));
  mkdirSync(folder, { recursive: true });
  // What is not named like a notebook is somebody's own.
  for (const name of readdirSync(folder)) if (/^\d\d-/.test(name) && !known.has(name)) rmSync(join(folder, name), { recursive: true });
  const page = join(folder, "README.md");
  writeFileSync(`${page}.tmp`, galleryPage(sections));
  renameSync(`${page}.tmp`, page);
}

interface Options {
  readonly files: string[];
  readonly target: FigureTarget;
  readonly settings: ReadonlyMap<string, string>;
}

/** A folder's name that says at which values its figures were made. */
function settingFolder(settings: ReadonlyMap<string, string>): string {
  const name = [...settings].map(([key, value]) => `${key}=${value.replace(/[[\]\s]/g, "")}`).join(" ");
  const plain = name.replace(/[^\w.=,+ -]/g, "_").replaceAll(" ", "_");
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return plain.length <= 80 && plain.replaceAll("_", " ") === name.replaceAll("_", " ") ? plain : `${plain.slice(0, 70)}-${digest}`;
}

/** The options, or null when only the usage is asked for. */
function readOptions(args: string[]): Options | null {
  const parsed = parseOptions(USAGE, args, { preset: { type: "string" }, out: { type: "string" }, ...SET_OPTION });
  if (parsed === null) return null;
  const { preset, out } = parsed.values;
  const known = PRESET_NAMES.find((name) => name === (preset ?? "iclr"));
  if (known === undefined) throw new UsageError(`figures: --preset must be one of ${PRESET_NAMES.join(", ")}, got ${preset}\n${USAGE}`);
  const settings = namedValues(USAGE, parsed.values.set);
  const chosen = namedNotebooks("figures", parsed.positionals);
  const parts = [...(preset === undefined ? [] : [known]), ...(settings.size === 0 ? [] : [settingFolder(settings)])];
  const folder = resolve(out ?? (parts.length === 0 ? FOLDER : join(root, "out", "figures", ...parts)));
  if (settings.size > 0 && within(folder, FOLDER))
    throw new UsageError(`figures: --out must be another folder than figures/, whose files are those of the committed runs, got ${out}`);
  return { files: chosen.length > 0 ? chosen : notebookFiles(), target: { folder, preset: known }, settings };
}

/** Whether a folder is another one or lies in it. */
function within(folder: string, other: string): boolean {
  const real = (path: string): string => (existsSync(path) ? realpathSync(path) : join(real(dirname(path)), basename(path)));
  const path = relative(real(other), real(folder));
  return path === "" || !(path.startsWith("..") || isAbsolute(path));
}

/** Exports one notebook, and says what was written; the number of figures. */
async function write(file: string, notebook: Notebook, target: FigureTarget): Promise<number> {
  const figures = await exportNotebook(file, notebook, target);
  process.stderr.write(`  ${file}: ${figures.map(({ name }) => name).join(", ") || "no figures"}\n`);
  return figures.length;
}

/** Runs notebooks with other values and exports their figures; what went wrong is told, and false returned. */
async function exportAt({ files, target, settings }: Options): Promise<{ count: number; ok: boolean }> {
  // All names and values are checked before the kernel starts.
  const prepared = files.map((file) => ({ file, notebook: setParameters(readNotebook(join(root, "notebooks", file)), file, settings) }));
  const server = await startServer();
  let [count, ok] = [0, true];
  const fault = (line: string): void => {
    ok = false;
    process.stderr.write(`  ${line}\n`);
  };
  try {
    for (const { file, notebook } of prepared) {
      try {
        const run = await executeNotebook(server, notebook, { name: file, folder: "notebooks" });
        for (const line of run.failedVerdicts) fault(`${file}, ${line}`);
        count += await write(file, run.notebook, target);
      } catch (error) {
        if (!(error instanceof CellError)) throw error;
        fault(`${error.message}; none of its figures was written`);
      }
    }
  } finally {
    await server.stop();
  }
  return { count, ok };
}

/** Exports from the notebooks' saved outputs. */
async function exportSaved({ files, target }: Options): Promise<number> {
  // All notebooks are looked through before the first file is written.
  const notebooks = files.map((file) => ({ file, notebook: readNotebook(join(root, "notebooks", file)) }));
  for (const { file, notebook } of notebooks) figuresOf(file, notebook);
  let count = 0;
  for (const { file, notebook } of notebooks) count += await write(file, notebook, target);
  if (target.folder === FOLDER) writeGallery();
  return count;
}

async function main(args: string[]): Promise<boolean> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(`${USAGE}\n`);
    return true;
  }
  const started = performance.now();
  const { count, ok } = options.settings.size > 0 ? await exportAt(options) : { count: await exportSaved(options), ok: true };
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`${count} figures in ${seconds} s, in ${options.target.folder}\n`);
  return ok;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    // The Jupyter client keeps timers of its own; the work is done.
    process.exit((await main(process.argv.slice(2))) ? 0 : 1);
  } catch (error) {
    // What a person can mend is said in one line; anything else is a fault of ours and keeps its stack.
    if (error instanceof UsageError || error instanceof NotExecutedError || error instanceof RangeError)
      process.stderr.write(`${error.message}\n`);
    else throw error;
    process.exitCode = 2;
  }
}

/** @file `npm run figures`: writes every figure of the executed notebooks as the files that a paper needs, and the gallery page. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exportFigure } from "../lib/dist/figures/exportFigure.js";
import { PRESET_NAMES, type PresetName } from "../lib/dist/figures/presets.js";
import { figureFolder, galleryPage } from "./gallery.ts";
import { figuresOf, NotExecutedError, type NotebookFigure } from "./jupyter/figures.ts";
import { type Notebook, readNotebook } from "./jupyter/notebook.ts";
import { namedNotebooks, notebookFiles, parseOptions, UsageError } from "./options.ts";
import { root } from "./workspace.mjs";

const USAGE = `usage: npm run figures -- [NUMBER ...] [--preset NAME] [--out FOLDER]
  NUMBER        notebooks by the start of their file name (01 05); all of them when none is given
  --preset      ${PRESET_NAMES.join(", ")}; into out/figures/NAME, the committed figures stay as they are
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
}

/** The options, or null when only the usage is asked for. */
function readOptions(args: string[]): Options | null {
  const parsed = parseOptions(USAGE, args, { preset: { type: "string" }, out: { type: "string" } });
  if (parsed === null) return null;
  const { preset, out } = parsed.values;
  const known = PRESET_NAMES.find((name) => name === (preset ?? "iclr"));
  if (known === undefined) throw new UsageError(`figures: --preset must be one of ${PRESET_NAMES.join(", ")}, got ${preset}\n${USAGE}`);
  const chosen = namedNotebooks("figures", parsed.positionals);
  const folder = out ?? (preset === undefined ? FOLDER : join(root, "out", "figures", known));
  return { files: chosen.length > 0 ? chosen : notebookFiles(), target: { folder, preset: known } };
}

async function main(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (options === null) {
    process.stdout.write(`${USAGE}\n`);
    return;
  }
  const { files, target } = options;
  // All notebooks are looked through before the first file is written.
  const notebooks = files.map((file) => ({ file, notebook: readNotebook(join(root, "notebooks", file)) }));
  for (const { file, notebook } of notebooks) figuresOf(file, notebook);
  let count = 0;
  const started = performance.now();
  for (const { file, notebook } of notebooks) {
    const figures = await exportNotebook(file, notebook, target);
    count += figures.length;
    process.stderr.write(`  ${file}: ${figures.map(({ name }) => name).join(", ") || "no figures"}\n`);
  }
  if (target.folder === FOLDER) writeGallery();
  process.stderr.write(`${count} figures in ${((performance.now() - started) / 1000).toFixed(1)} s, in ${target.folder}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    // What a person can mend is said in one line; anything else is a fault of ours and keeps its stack.
    if (error instanceof UsageError || error instanceof NotExecutedError) process.stderr.write(`${error.message}\n`);
    else throw error;
    process.exitCode = 2;
  }
}

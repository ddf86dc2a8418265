/** @file Notebook documents (nbformat 4): reading, writing, and the outputs a kernel's messages become. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";

export type Bundle = Record<string, unknown>;

export type Output =
  | { output_type: "stream"; name: "stdout" | "stderr"; text: string[] }
  | { output_type: "display_data"; data: Bundle; metadata: Bundle }
  | { output_type: "execute_result"; data: Bundle; metadata: Bundle; execution_count: number | null }
  | { output_type: "error"; ename: string; evalue: string; traceback: string[] };

export interface Cell {
  cell_type: "code" | "markdown" | "raw";
  id: string;
  metadata: { tags?: string[]; [key: string]: unknown };
  source: string | string[];
  execution_count?: number | null;
  outputs?: Output[];
}

export interface Notebook {
  cells: Cell[];
  metadata: Bundle;
  nbformat: number;
  nbformat_minor: number;
}

/** A cell's source as one string. */
export function sourceOf(cell: Cell): string {
  return Array.isArray(cell.source) ? cell.source.join("") : cell.source;
}

/** Text as nbformat stores it: a list of lines, each with its line break, so that diffs are by line. */
export function toLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A text value of a bundle or stream, however it is stored. */
export function textOf(value: unknown): string {
  return Array.isArray(value) ? value.join("") : String(value);
}

/** A file that is no notebook of this workspace; it is left as it is, and others go on. */
export class NotebookError extends Error {
  override readonly name = "NotebookError";
}

/**
 * Reads a notebook's file; a byte-order mark before the text is set aside.
 * @throws NotebookError for a file that is not UTF-8, no JSON, or not of nbformat 4
 */
export function readNotebook(file: string): Notebook {
  const refuse = (what: string): NotebookError => new NotebookError(`${file}: ${what}; the file was left as it is`);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw refuse("its text must be UTF-8; save it again in that encoding, as Jupyter does, or restore it with `git checkout`");
  }
  let document: Notebook;
  try {
    document = JSON.parse(text) as Notebook;
  } catch (error) {
    throw refuse(`not a readable notebook (${(error as Error).message}); restore it with \`git checkout -- ${file}\``);
  }
  if (document?.nbformat !== 4)
    throw refuse(`must be an nbformat 4 notebook, got nbformat ${document?.nbformat}; open and save it in JupyterLab, which converts it`);
  if (!Array.isArray(document.cells)) throw refuse("must be a notebook with a list of cells");
  return document;
}

/**
 * Returns a notebook that the workspace's kernel can run; one that names no kernel is taken for TypeScript.
 * @throws NotebookError for another kernel's notebook
 */
export function forThisKernel(notebook: Notebook, file: string): Notebook {
  const { kernelspec, language_info } = (notebook.metadata ?? {}) as {
    kernelspec?: { name?: unknown };
    language_info?: { name?: unknown };
  };
  const [kernel, language] = [kernelspec?.name ?? "tslab", language_info?.name ?? "typescript"];
  if (kernel === "tslab" && language === "typescript") return notebook;
  throw new NotebookError(
    `${file}: must be a TypeScript notebook (kernel "tslab"), got one of the kernel "${kernel}", whose language is ${language}; it was not run`,
  );
}

/** Whether a cell may fail, by the tag that nbclient and JupyterLab know, or by the same name among its metadata. */
export function raisesException({ metadata }: Cell): boolean {
  return metadata?.tags?.includes("raises-exception") === true || metadata?.["raises-exception"] === true;
}

/** Writes a notebook whole or not at all, in the form Jupyter itself writes (one-space indent, sorted metadata of ours, final newline). */
export function writeNotebook(file: string, notebook: Notebook): void {
  const cells = notebook.cells.map((cell) => ({ ...cell, source: toLines(sourceOf(cell)) }));
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, `${JSON.stringify({ ...notebook, cells }, null, 1)}\n`);
  renameSync(temporary, file);
}

/** The code cells that hold code, with their place among all cells. */
export function codeCells(notebook: Notebook): { cell: Cell; index: number }[] {
  return notebook.cells
    .map((cell, index) => ({ cell, index }))
    .filter(({ cell }) => cell.cell_type === "code" && sourceOf(cell).trim() !== "");
}

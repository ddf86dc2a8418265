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

export function readNotebook(file: string): Notebook {
  let document: Notebook;
  try {
    document = JSON.parse(readFileSync(file, "utf8")) as Notebook;
  } catch (error) {
    throw new Error(`${file}: not a readable notebook (${(error as Error).message}); restore it with \`git checkout -- ${file}\``);
  }
  if (document.nbformat !== 4 || !Array.isArray(document.cells)) throw new Error(`${file}: must be an nbformat 4 notebook`);
  return document;
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

/** @file A notebook as a chapter: its page, and what the gallery shows of it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { figuresOf, type NotebookFigure } from "../tools/jupyter/figures.ts";
import { readNotebook } from "../tools/jupyter/notebook.ts";
import { root } from "../tools/workspace.mjs";
import type { Draft } from "./draft.ts";
import { isLive, writeNotebookPage } from "./notebookPage.ts";

export interface Chapter {
  readonly draft: Draft;
  /** Where its exported figures lie in figures/. */
  readonly folder: string;
  readonly figures: readonly NotebookFigure[];
  /** Whether it has a figure that moves, where the script for it is there. */
  readonly live: boolean;
}

/** The page of a chapter's figures. */
export const galleryPage = (folder: string): string => `figures-${folder}.html`;

/** Writes a notebook, by its file name, into its page. */
export function writeChapter(draft: Draft, file: string): Chapter {
  const notebook = readNotebook(join(root, "notebooks", file));
  const folder = file.replace(/\.ipynb$/, "");
  const figures = figuresOf(file, notebook).filter(({ name }) => existsSync(join(root, "figures", folder, `${name}.svg`)));
  const exported = new Set(figures.map(({ name }) => name));
  writeNotebookPage(draft, notebook, (name) => (exported.has(name) ? `${galleryPage(folder)}#${name}` : undefined));
  return { draft, folder, figures, live: isLive(notebook) };
}

/** @file The page that shows every exported figure: figures/README.md. */
import type { NotebookFigure } from "./jupyter/figures.ts";
import { type Notebook, sourceOf } from "./jupyter/notebook.ts";

/** A notebook with its figures. */
export interface GallerySection {
  /** The notebook's file name. */
  readonly file: string;
  readonly notebook: Notebook;
  readonly figures: readonly NotebookFigure[];
}

/** The folder of a notebook's figures, inside figures/. */
export const figureFolder = (file: string): string => file.replace(/\.ipynb$/, "");

/** Width in px at which the page shows a figure: its printed width at 120 dots per inch. */
const SHOWN_WIDTH = 660;

const ENDINGS = ["pdf", "svg", "png", "csv", "json"] as const;

/** The page's text. */
export function galleryPage(sections: readonly GallerySection[]): string {
  const shown = sections.filter(({ figures }) => figures.length > 0);
  const total = shown.reduce((sum, { figures }) => sum + figures.length, 0);
  const head = [
    "# Figures",
    "",
    `All ${total} figures of the notebooks, at the text width of ICLR and NeurIPS (5.5 in): PDF with vectors and embedded fonts, SVG, PNG at 300 dpi, the plotted numbers as CSV, and a JSON file that says what made it (notebook, cell, parameters and seed, or the stored run it is drawn from, library version). The same record is in the metadata of the PDF, SVG and PNG; \`cot.figures.readFigureRecord(file)\` reads it.`,
    "",
    "This page and all files in this folder are written by a program; do not edit them.",
    "",
    "| | |",
    "| --- | --- |",
    "| `npm run figures` | writes them again from the notebooks' saved outputs, in seconds |",
    "| `npm run figures -- 05 --preset icml` | those of one notebook at another size (`iclr-half`, `icml`, `jmlr`, `slides` and others), into `out/figures/` |",
    "| `npm run figures -- 05 --set n=3` | runs the notebook at other parameters and writes its figures into `out/figures/n=3/` |",
    "| `npm run reproduce -- 05` | runs the notebook again, then writes its figures |",
    "",
    ...shown.map(({ file, notebook, figures }) => `- [${titleOf(file, notebook)}](#${anchor(titleOf(file, notebook))}): ${figures.length}`),
    "",
  ];
  return [...head, ...shown.flatMap(section)].join("\n");
}

function section({ file, notebook, figures }: GallerySection): string[] {
  return [
    `## ${titleOf(file, notebook)}`,
    "",
    `Notebook: [${file}](../notebooks/${file}). Remade by \`npm run reproduce -- ${file.slice(0, 2)}\`.`,
    "",
    ...figures.flatMap((figure) => entry(figureFolder(file), figure)),
  ];
}

function entry(folder: string, { name, cell, figure }: NotebookFigure): string[] {
  const caption = figure.caption ?? "";
  const links = ENDINGS.map((ending) => `[${ending.toUpperCase()}](${folder}/${name}.${ending})`).join(" · ");
  return [
    `### ${folder.slice(0, 2)} ${name}`,
    "",
    `<img src="${folder}/${name}.png" width="${SHOWN_WIDTH}" alt="${escapeHtml(caption || name)}">`,
    "",
    ...(caption === "" ? [] : [escapeMarkdown(caption), ""]),
    `${links} (cell \`${cell}\`)`,
    "",
  ];
}

/** The notebook's own title: its first heading. */
function titleOf(file: string, notebook: Notebook): string {
  const first = notebook.cells.find(({ cell_type }) => cell_type === "markdown");
  return (first && /^# (.+)$/m.exec(sourceOf(first))?.[1]?.trim()) || figureFolder(file);
}

/** The address that GitHub gives a heading. */
export const anchor = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Captions are plain text: what Markdown would read as a sign of its own is shown as itself. */
const escapeMarkdown = (text: string): string => text.replace(/[\\`*_<>[\]|$~]/g, "\\$&");

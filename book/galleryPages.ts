/** @file The gallery: a page that shows one figure of each notebook, and for each notebook a page with all of them and their files. */
import { counted } from "../lib/dist/notebook/words.js";
import type { NotebookFigure } from "../tools/jupyter/figures.ts";
import { type Chapter, galleryPage } from "./chapter.ts";
import type { Draft } from "./draft.ts";
import { escapeHtml } from "./markdown.ts";

const ENDINGS = ["pdf", "svg", "png", "csv", "json"] as const;

const picture = (folder: string, { name, figure }: NotebookFigure): string =>
  `<img src="figures/${folder}/${name}.svg" alt="${escapeHtml(figure.caption ?? name)}" loading="lazy">`;

/** Writes the page of one notebook's figures. */
export function writeGalleryPage(draft: Draft, { draft: notebook, folder, figures }: Chapter): void {
  const title = draft.addHeading(1, `Figures: ${notebook.title.text}`);
  draft.addHtml(`<h1 id="${title}">Figures: ${notebook.title.html}</h1>`);
  draft.addHtml(
    `<p>As they are printed, with the numbers behind them; <a href="${notebook.file}">the notebook</a> shows them in their place.</p>`,
  );
  for (const shown of figures) {
    const { name, figure } = shown;
    const files = ENDINGS.map((ending) => `<a href="figures/${folder}/${name}.${ending}">${ending.toUpperCase()}</a>`);
    const id = draft.addHeading(2, name);
    draft.addText(figure.caption ?? "");
    draft.addHtml(
      `<h2 id="${id}">${escapeHtml(name)}</h2>
<figure><div class="still">${picture(folder, shown)}</div>
<figcaption><p>${escapeHtml(figure.caption ?? "")}</p><span class="files">${files.join(" ")}</span></figcaption></figure>`,
    );
  }
}

/** Writes the page that leads to the others. */
export function writeGallery(draft: Draft, chapters: readonly Chapter[]): void {
  const title = draft.addHeading(1, "Figures");
  const cards = chapters.map(
    ({ draft: notebook, folder, figures }) =>
      `<li><a href="${galleryPage(folder)}"><span class="still">${picture(folder, figures[0]).replace(/ alt="[^"]*"/, ' alt=""')}</span>` +
      `${notebook.title.html}, <small>${counted(figures.length, "figure")}</small></a></li>`,
  );
  draft.addHtml(`<h1 id="${title}">Figures</h1>
<p>All figures of the notebooks, as PDF, SVG and PNG for a paper, with the plotted numbers and a record of what made them.</p>
<ul class="cards">${cards.join("\n")}</ul>`);
}

/** @file The frame of a page: head, search, contents, and the way to the pages before and after. */
import type { Draft } from "./draft.ts";
import { escapeHtml } from "./markdown.ts";
import { THEME_KEY } from "./theme.ts";

/** A line of the contents. */
export interface Entry {
  readonly file: string;
  /** Of a notebook; "" where there is none. */
  readonly number: string;
  readonly html: string;
}

export interface ContentsGroup {
  readonly name: string;
  readonly entries: readonly Entry[];
}

export interface Surroundings {
  readonly contents: readonly ContentsGroup[];
  readonly previous?: Entry;
  readonly next?: Entry;
  /** Scripts beside the book's own, from the book's folder. */
  readonly scripts: readonly string[];
}

/** Before the first paint, so that a dark page does not flash. */
const THEME_SCRIPT = `try{document.documentElement.dataset.theme=localStorage.getItem("${THEME_KEY}")||"os"}catch{}`;

/** The whole page. */
export function pageHtml(draft: Draft, { contents, previous, next, scripts }: Surroundings): string {
  const step = (entry: Entry | undefined, rel: string, word: string) =>
    entry ? `<a rel="${rel}" href="${entry.file}"><small>${word}</small> ${titleHtml(entry)}</a>` : "<span></span>";
  const steps =
    previous || next
      ? `<nav class="steps" aria-label="Previous and next page">${step(previous, "prev", "Previous")}${step(next, "next", "Next")}</nav>`
      : "";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(draft.title.text)} · cotlab</title>
<script>${THEME_SCRIPT}</script>
<link rel="stylesheet" href="assets/katex/katex.css">
<link rel="stylesheet" href="assets/book.css">
${[...scripts, "assets/book.js"].map((script) => `<script src="${script}" defer></script>`).join("\n")}
</head>
<body>
<a class="skip" href="#main">To the text</a>
<header>
<button class="contents-button" popovertarget="contents">Contents</button>
<a class="brand" href="index.html">cotlab</a>
<search hidden>
<input id="query" type="search" placeholder="Search: Theorem 3.1, Γ, k*" aria-label="Search the book" autocomplete="off" spellcheck="false">
<div id="found" hidden><p role="status"></p><ul></ul></div>
</search>
<button id="theme" hidden></button>
</header>
<nav id="contents" popover aria-label="Contents">
${contents.map((group) => groupHtml(group, draft)).join("\n")}
</nav>
<main id="main" tabindex="-1">
<article>
${draft.html}
</article>
${steps}
</main>
</body>
</html>
`;
}

const titleHtml = ({ number, html }: Entry): string => (number ? `<span class="number">${number}</span>${html}` : html);

function groupHtml({ name, entries }: ContentsGroup, draft: Draft): string {
  const lines = entries.map((entry) =>
    entry.file === draft.file
      ? `<li><a href="${entry.file}" aria-current="page">${titleHtml(entry)}</a>${sectionsHtml(draft)}</li>`
      : `<li><a href="${entry.file}">${titleHtml(entry)}</a></li>`,
  );
  return `<h2>${name}</h2>\n<ul>${lines.join("\n")}</ul>`;
}

function sectionsHtml({ headings }: Draft): string {
  const sections = headings.filter(({ level }) => level === 2);
  return sections.length === 0 ? "" : `<ul>${sections.map(({ id, html }) => `<li><a href="#${id}">${html}</a></li>`).join("")}</ul>`;
}

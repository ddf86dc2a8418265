/** @file A notebook as a page: its texts, its code with the plumbing folded, and what the committed run has shown. */

import { counted } from "../lib/dist/notebook/words.js";
import { type Cell, type Notebook, type Output, sourceOf, textOf } from "../tools/jupyter/notebook.ts";
import type { Draft } from "./draft.ts";
import { escapeHtml, highlighted, scrolled } from "./markdown.ts";

type Bundle = Record<string, unknown>;

const SVG = "image/svg+xml";
/** What a live figure draws; `cotlabLive.mount` takes it. */
const LIVE = "application/vnd.cotlab.live+json";
const FIGURE = "application/vnd.cotlab.figure+json";
const VERDICT = "application/vnd.cotlab.verdict+json";

/** True where a notebook holds a figure that moves, if the script for it is there. */
export const isLive = (notebook: Notebook): boolean =>
  notebook.cells.some(({ outputs }) => outputs?.some((output) => "data" in output && LIVE in output.data));

/**
 * Writes a notebook into its page.
 * @param gallery the address of a figure's files, by the figure's name
 */
export function writeNotebookPage(draft: Draft, { cells }: Notebook, gallery: (figure: string) => string | undefined): void {
  // Folded cells that show nothing become one fold with the next.
  let before: string[] = [];
  for (const [i, cell] of cells.entries()) {
    const source = sourceOf(cell);
    if (cell.cell_type === "code" && source.trim() !== "") {
      const role = roleOf(cell);
      if (role === "Preparation" && !cell.outputs?.length && cells[i + 1]?.cell_type === "code") before.push(source);
      else {
        if (role === "Code" && before.length > 0) draft.addHtml(codeHtml("Preparation", before.join("\n\n")));
        draft.addHtml(codeHtml(role, role === "Code" ? source : [...before, source].join("\n\n")));
        before = [];
        writeOutputs(draft, cell.outputs ?? [], gallery);
      }
    }
    // The page has its own links to the neighbours and to the reference.
    else if (cell.cell_type === "markdown") draft.addMarkdown(i === 0 ? source.replace(/^.*\]\(\.\.\/out\/reference\/.*$/m, "") : source);
  }
}

type Role = "Parameters" | "Preparation" | "Code";

function roleOf({ metadata }: Cell): Role {
  if (metadata.tags?.includes("parameters")) return "Parameters";
  return (metadata.jupyter as { source_hidden?: boolean } | undefined)?.source_hidden === true ? "Preparation" : "Code";
}

/** Longer code is folded; what it finds stands below it. */
const LONG = 12;

function codeHtml(role: Role, source: string): string {
  const code = `<pre class="code"><code>${highlighted(source, "typescript")}</code></pre>`;
  const lines = source.split("\n").length;
  return role === "Code" && lines <= LONG
    ? code
    : `<details class="folded"><summary>${role}, ${counted(lines, "line")}</summary>${code}</details>`;
}

function writeOutputs(draft: Draft, outputs: readonly Output[], gallery: (figure: string) => string | undefined): void {
  const bundles = outputs.map((output) => bundleOf(draft, output));
  for (let i = 0; i < bundles.length; i++) {
    const bundle = bundles[i];
    if (SVG in bundle) {
      // `show` writes a figure's caption below it once more, as a text.
      const caption = textOf(bundle["text/plain"] ?? "");
      const below = bundles[i + 1];
      const captioned = below !== undefined && "text/markdown" in below && textOf(below["text/plain"] ?? "") === caption;
      draft.addHtml(figureHtml(bundle, captioned ? draft.markdown(textOf(below["text/markdown"])) : "", gallery));
      if (captioned) i++;
    } else if ("text/html" in bundle) draft.addHtml(tableHtml(draft, bundle));
    else if ("text/markdown" in bundle) draft.addMarkdown(textOf(bundle["text/markdown"]));
    else draft.addHtml(plainHtml(textOf(bundle["text/plain"] ?? "")));
  }
}

/** What an output holds, by MIME type. */
function bundleOf(draft: Draft, output: Output): Bundle {
  if (output.output_type === "error")
    throw new Error(`book: ${draft.source} must be a run without errors, got ${output.ename}: ${output.evalue}`);
  return output.output_type === "stream" ? { "text/plain": output.text } : output.data;
}

function figureHtml(bundle: Bundle, caption: string, gallery: (figure: string) => string | undefined): string {
  const label = escapeHtml(textOf(bundle["text/plain"] ?? "figure"));
  const svg = textOf(bundle[SVG]).replace("<svg ", `<svg role="img" aria-label="${label}" `);
  const files = gallery((bundle[FIGURE] as { name?: string } | undefined)?.name ?? "");
  const links = files === undefined ? "" : `<a class="files" href="${files}">PDF, PNG, numbers</a>`;
  const below = caption === "" && links === "" ? "" : `<figcaption>${caption}${links}</figcaption>`;
  const live = bundle[LIVE] === undefined ? "" : liveHtml(bundle[LIVE]);
  return `<figure${live && ' class="live"'}><div class="still">${svg}</div>${live}${below}</figure>`;
}

/** What the figure draws, as data; nothing in it can end the element. */
const liveHtml = (spec: unknown): string => `<script type="application/json">${JSON.stringify(spec).replaceAll("<", "\\u003c")}</script>`;

function tableHtml(draft: Draft, bundle: Bundle): string {
  const html = textOf(bundle["text/html"]);
  if (/<script|\son\w+=/i.test(html)) throw new Error(`book: ${draft.source} must have tables without scripts`);
  const tables = html.replace(/<table>[\s\S]*?<\/table>/g, scrolled);
  const verdict = bundle[VERDICT] as { claim?: string } | undefined;
  if (verdict === undefined) return tables;
  draft.addText(verdict.claim ?? "");
  const holds = html.startsWith("<p>Holds: ");
  return `<section class="verdict${holds ? " holds" : ""}" aria-label="Verdict">${tables}</section>`;
}

/** A line of text; a progress bar says nothing once the run is over. */
const plainHtml = (text: string): string =>
  text.trim() === "" || /\[#+\]/.test(text) ? "" : `<pre class="said">${escapeHtml(text.trimEnd())}</pre>`;

/** @file Formulas of the docstrings in the reference: LaTeX is set by KaTeX while the pages are made, so that no page needs a script for it. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import katex from "katex";
import type MarkdownIt from "markdown-it";
import { formulasOf, isPlainFormula } from "../tools/formulas.ts";

/**
 * Teaches a Markdown renderer the form of our docstrings. They say a formula in Unicode for the kernel, and often in LaTeX after it; a page
 * shows the second where there is one.
 */
export function typeset(markdown: MarkdownIt, report: (problem: string) => void): void {
  markdown.core.ruler.before("block", "formula-once", (state) => {
    state.src = formulasOnce(state.src);
  });
  typesetFormulas(markdown, report);
}

/** Teaches a Markdown renderer `$...$` and `$$...$$`. A formula that KaTeX cannot read is reported and stays as it is written. */
export function typesetFormulas(markdown: MarkdownIt, report: (problem: string) => void): void {
  markdown.inline.ruler.before("escape", "formula", (state, silent) => {
    const found = /^(\$\$?)(?!\s*\$)([\s\S]+?)\1/.exec(state.src.slice(state.pos, state.posMax));
    if (found === null) return false;
    if (!silent) Object.assign(state.push("formula", "", 0), { content: found[2], meta: found[1] === "$$" });
    state.pos += found[0].length;
    return true;
  });
  markdown.renderer.rules.formula = (tokens, i) => {
    const { content, meta } = tokens[i];
    try {
      return katex.renderToString(content, { displayMode: meta, strict: "error", throwOnError: true });
    } catch (error) {
      report(`the formula ${content.trim()}: ${error instanceof Error ? error.message : error}`);
      return markdown.utils.escapeHtml(content);
    }
  };
}

/** A text without the lines in front of each `$$` that say the same in Unicode, and with every other formula in a paragraph of its own. */
export function formulasOnce(text: string): string {
  const lines = text.split("\n");
  const formulas = formulasOf(lines);
  const repeated = (i: number) => formulas.some(({ unicode, latex }) => unicode !== undefined && unicode <= i && i < latex);
  return lines.flatMap((line, i) => (repeated(i) ? [] : isPlainFormula(line, lines[i - 1]) ? ["", line, ""] : [line])).join("\n");
}

/** A formula that is wider than the page is scrolled by itself. */
const WIDE = ".katex-display{overflow-x:auto;overflow-y:hidden}";

/** Copies KaTeX's style sheet and its fonts, each in the one format that every browser of today reads. */
export function copyFonts(folder: string): void {
  const dist = dirname(fileURLToPath(import.meta.resolve("katex")));
  const style = readFileSync(join(dist, "katex.min.css"), "utf8").replace(/,url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)/g, "");
  mkdirSync(join(folder, "fonts"), { recursive: true });
  writeFileSync(join(folder, "katex.css"), style + WIDE);
  for (const [, file] of style.matchAll(/url\(([^)]+)\)/g)) cpSync(join(dist, file), join(folder, "fonts", basename(file)));
}

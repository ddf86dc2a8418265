/** @file Markdown as HTML: formulas set by KaTeX, code coloured, both while the book is made. */
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import typescript from "highlight.js/lib/languages/typescript";
import yaml from "highlight.js/lib/languages/yaml";
import MarkdownIt from "markdown-it";
import { typesetFormulas } from "../reference/typeset.ts";
import type { Draft } from "./draft.ts";

const LANGUAGES = { bash, json, python, typescript, yaml };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);
hljs.registerAliases(["ts", "mjs", "js"], { languageName: "typescript" });

export const escapeHtml = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Code with its words marked; plain where the language is unknown. */
export const highlighted = (code: string, language: string): string =>
  hljs.getLanguage(language) ? hljs.highlight(code, { language }).value : escapeHtml(code);

/** Everything that is wider than a phone scrolls by itself. */
export const scrolled = (table: string): string => `<div class="wide">${table}</div>`;

/** A renderer that tells the draft of a page, its environment, of every heading, text and link. */
export function bookMarkdown(report: (problem: string) => void): MarkdownIt {
  const markdown = new MarkdownIt({ html: false, highlight: highlighted });
  typesetFormulas(markdown, report);
  markdown.core.ruler.push("draft", ({ tokens, env }) => {
    const draft = env as Draft;
    tokens.forEach((token, i) => {
      const before = tokens[i - 1];
      if (token.type !== "inline" || before === undefined) return;
      if (before.type === "heading_open") before.attrSet("id", draft.addHeading(Number(before.tag.slice(1)), token.content));
      else draft.addText(token.content);
      for (const child of token.children ?? [])
        if (child.type === "link_open") child.attrSet("href", draft.link(child.attrGet("href") ?? ""));
    });
  });
  // "notebook 05" in a sentence leads there.
  markdown.renderer.rules.text = (tokens, i, _options, env) => {
    const text = escapeHtml(tokens[i].content);
    if (tokens.slice(0, i).reduce((depth, { nesting, type }) => (type.startsWith("link_") ? depth + nesting : depth), 0) > 0) return text;
    return text.replace(/\bnotebook (\d\d)\b/gi, (words, number: string) => {
      const page = (env as Draft).notebook(number);
      return page ? `<a href="${page}">${words}</a>` : words;
    });
  };
  markdown.renderer.rules.table_open = () => '<div class="wide"><table>\n';
  markdown.renderer.rules.table_close = () => "</table></div>\n";
  return markdown;
}

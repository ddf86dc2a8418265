/** @file The page of all registered results: what each says, what of it is the paper's, and which kind of claim is tested. */
import { theorems } from "../lib/dist/theory/registry.js";
import type { Draft } from "./draft.ts";
import { escapeHtml } from "./markdown.ts";

/** "theorem-3.3-sharper" is "Theorem 3.3 sharper". */
const nameOf = (id: string): string => `${id[0].toUpperCase()}${id.slice(1)}`.replaceAll("-", " ");

/** Writes the page. */
export function writeTheoremsPage(draft: Draft): void {
  draft.addMarkdown(
    `# All results\n\nThe ${theorems.length} results that the library states, each held to a simulation of its own by the tests, in many settings. ` +
      "In a notebook they are `cot.theory.theorems`.",
  );
  for (const { id, source, statement, paper, ours, kind } of theorems) {
    draft.addMarkdown(`## ${nameOf(id)}\n\n${statement.includes("$") ? statement : `$$${statement}$$`}`);
    const facts = { Source: source, "The paper": paper, "Added here": ours, "Tested as": kind.replace("-", " "), Name: id };
    draft.addText(`${source} ${paper} ${ours}`);
    const rows = Object.entries(facts).map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`);
    draft.addHtml(`<dl>${rows.join("")}</dl>`);
  }
}

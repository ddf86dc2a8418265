/** @file What the search looks through: every section of the book and every page of the reference. */
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import MiniSearch from "minisearch";
import type { Draft } from "./draft.ts";
import { SEARCH_OPTIONS, type SearchEntry } from "./searchOptions.ts";
import { plainText } from "./words.ts";

/** Characters of a section that a result shows, and below which a text, the cell of a table say, does not tell what the section is about. */
const LEAD = 140;
const TELLING = 20;

const lead = (text: string): string => (text.length <= LEAD ? text : `${text.slice(0, LEAD).replace(/\s+\S*$/, "")} …`);

type Found = Omit<SearchEntry, "id">;

function sectionsOf(draft: Draft): Found[] {
  return draft.headings.map(({ id, text, below }) => ({
    href: `${draft.file}#${id}`,
    heading: text,
    page: draft.title.text,
    text: below.join("\n"),
    lead: lead(plainText(below.find((words) => words.length >= TELLING) ?? below[0] ?? "")),
  }));
}

/** The public names, from the pages that TypeDoc has written: the name and the first paragraph. */
function namesOf(folder: string): Found[] {
  const files = globSync("{functions,classes,interfaces,types,variables,modules}/*.html", { cwd: folder }).sort();
  return files.map((file) => {
    const html = readFileSync(join(folder, file), "utf8");
    const [, words = ""] = /tsd-comment tsd-typography"><p>([\s\S]*?)<\/p>/.exec(html) ?? [];
    const text = words
      .replace(/<annotation[\s\S]*?<\/annotation>|<[^>]+>/g, "")
      .replace(/&lt;/g, "<")
      .replace(/&gt;/g, ">")
      .replace(/&quot;/g, '"')
      .replace(/&#39;/g, "'")
      .replace(/&amp;/g, "&");
    // The name first without its group, as one types it.
    const name = basename(file, ".html").split(".");
    return { href: `reference/${file}`, heading: name.at(-1)!, page: `Reference: ${name.join(".")}`, text, lead: lead(text) };
  });
}

/** The index, as MiniSearch stores it. */
export function searchIndex(drafts: readonly Draft[], reference: string): string {
  const index = new MiniSearch<SearchEntry>(SEARCH_OPTIONS);
  index.addAll([...drafts.flatMap(sectionsOf), ...namesOf(reference)].map((entry, id) => ({ id, ...entry })));
  return JSON.stringify(index);
}

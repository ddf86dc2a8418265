/** @file How the book is searched; the page that searches reads the index with the options it was made with. */
import type { Options } from "minisearch";
import { wordsOfQuery, wordsOfText } from "./words.ts";

/** A heading with the text below it. */
export interface SearchEntry {
  readonly id: number;
  /** Where it stands, from the book's folder. */
  readonly href: string;
  readonly heading: string;
  /** The title of its page. */
  readonly page: string;
  readonly text: string;
  /** How its text begins. */
  readonly lead: string;
}

export const SEARCH_OPTIONS: Options<SearchEntry> = {
  fields: ["heading", "page", "text"],
  storeFields: ["href", "heading", "page", "lead"],
  tokenize: wordsOfText,
  processTerm: (term) => term,
  searchOptions: {
    tokenize: wordsOfQuery,
    processTerm: (term) => term,
    combineWith: "AND",
    boost: { heading: 5, page: 2 },
    // A page as a whole before its sections.
    boostDocument: (_id, _term, stored) => (stored?.heading === stored?.page ? 2 : 1),
    prefix: (term, i, terms) => i === terms.length - 1 && /^[a-z]{3}/.test(term),
    fuzzy: (term) => (/^[a-z]{6}/.test(term) ? 0.15 : false),
  },
};

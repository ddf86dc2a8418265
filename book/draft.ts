/** @file A page while it is written: its parts are rendered one after the other, and it gathers what its contents and the search need. */
import type MarkdownIt from "markdown-it";
import { anchor } from "../tools/gallery.ts";
import type { Addresses } from "./addresses.ts";
import { escapeHtml } from "./markdown.ts";
import { plainText } from "./words.ts";

export interface Heading {
  readonly level: number;
  readonly id: string;
  readonly html: string;
  /** Plain text, for the search. */
  readonly text: string;
  /** What stands below it, as it is written. */
  readonly below: string[];
}

/** A page without its frame. */
export class Draft {
  /** What it is made from, a path from the repository's root. */
  readonly source: string;
  /** Its own file, in the book's folder. */
  readonly file: string;
  readonly headings: Heading[] = [];
  readonly #addresses: Addresses;
  readonly #renderer: MarkdownIt;
  readonly #html: string[] = [];

  constructor(source: string, file: string, addresses: Addresses, renderer: MarkdownIt) {
    this.source = source;
    this.file = file;
    this.#addresses = addresses;
    this.#renderer = renderer;
  }

  get html(): string {
    return this.#html.join("\n");
  }

  /** The page's title: its first heading. */
  get title(): Heading {
    const [first] = this.headings;
    if (first === undefined) throw new Error(`book: ${this.source} must have a heading, which is the title of its page`);
    return first;
  }

  addHtml(html: string): void {
    this.#html.push(html);
  }

  addMarkdown(text: string): void {
    this.#html.push(this.markdown(text));
  }

  markdown(text: string): string {
    return this.#renderer.render(text, this);
  }

  /** Begins a section; returns the heading's address on the page, the one that GitHub gives it. */
  addHeading(level: number, content: string): string {
    const text = plainText(content);
    const base = anchor(text);
    const same = this.headings.filter((heading) => anchor(heading.text) === base).length;
    const id = same === 0 ? base : `${base}-${same}`;
    // A heading is itself a link in the contents, where no other may stand.
    const html = this.#renderer.renderInline(content, this).replace(/<\/?a\b[^>]*>/g, "");
    this.headings.push({ level, id, html: html || escapeHtml(text), text, below: [] });
    return id;
  }

  /** Text that the search finds the section by. */
  addText(content: string): void {
    this.headings.at(-1)?.below.push(content);
  }

  /** The page of another notebook. */
  notebook(number: string): string | undefined {
    const page = this.#addresses.notebook(number);
    return page === this.file ? undefined : page;
  }

  /** Where a link of this page leads in the book. */
  link(href: string): string {
    return this.#addresses.from(this.source, href);
  }
}

/** @file The search field: the index is loaded when a reader first goes there, and results are links below it. */
import MiniSearch, { type SearchResult } from "minisearch";
import { SEARCH_OPTIONS, type SearchEntry } from "../searchOptions.ts";

/** Results that are listed. */
const SHOWN = 20;

let index: Promise<MiniSearch<SearchEntry>> | undefined;

function loadIndex(): Promise<MiniSearch<SearchEntry>> {
  index ??= new Promise((done, fail) => {
    const script = document.createElement("script");
    script.src = "assets/search-index.js";
    script.onload = () =>
      done(MiniSearch.loadJSON<SearchEntry>((globalThis as { cotlabSearchIndex?: string }).cotlabSearchIndex!, SEARCH_OPTIONS));
    script.onerror = () => fail(new Error("the search index is missing from the book's folder"));
    document.head.append(script);
  });
  return index;
}

function line(tag: string, text: string): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
}

function resultItem({ href, heading, page, lead }: SearchResult): HTMLLIElement {
  const link = document.createElement("a");
  link.href = href;
  link.append(line("b", heading), ...(page === heading ? [] : [line("span", page)]), line("small", lead));
  const item = document.createElement("li");
  item.append(link);
  return item;
}

/** Shows the field. `/` leads to it, the arrow keys through the results, Escape out of them. */
export function startSearch(): void {
  const field = document.getElementById("query") as HTMLInputElement;
  const found = document.getElementById("found")!;
  const status = found.querySelector("p")!;
  const list = found.querySelector("ul")!;

  const search = async (): Promise<void> => {
    const query = field.value;
    if (query.trim() === "") {
      found.hidden = true;
      return;
    }
    try {
      const results = (await loadIndex()).search(query);
      // A later key may have been pressed while the index came.
      if (query !== field.value) return;
      list.replaceChildren(...results.slice(0, SHOWN).map(resultItem));
      status.textContent =
        results.length === 0 ? "Nothing found" : `${results.length} found${results.length > SHOWN ? `, the first ${SHOWN}` : ""}`;
    } catch (error) {
      status.textContent = `No search: ${error instanceof Error ? error.message : error}`;
    }
    found.hidden = false;
  };
  const close = (): void => {
    found.hidden = true;
  };

  field.addEventListener("focus", () => void loadIndex().catch(() => {}), { once: true });
  field.addEventListener("input", () => void search());
  field.addEventListener("focus", () => void search());
  field.parentElement!.addEventListener("keydown", (event) => {
    const stops = [field, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement as HTMLAnchorElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (event.key === "Escape") {
      field.focus();
      close();
    } else if (event.key === "Enter" && at === 0) list.querySelector("a")?.click();
    else if (to !== undefined && stops[to]) stops[to].focus();
    else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !field.parentElement!.contains(event.target)) close();
  });
  list.addEventListener("click", close);
  field.parentElement!.hidden = false;
}

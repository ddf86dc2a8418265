/** @file Where a file of the repository is in the book: all pages lie in one folder, so that links between them are names. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** The first page; a static host shows it when it is asked for the folder. */
export const FIRST = "notebooks/00-start-here.ipynb";

/** Addresses in the book, and what was asked for. */
export class Addresses {
  /** The files of the repository that pages link to, in the order of the first link. */
  readonly asked = new Set<string>();
  readonly problems: string[] = [];

  readonly #root: string;
  readonly #notebooks: readonly string[];

  constructor(root: string) {
    this.#root = root;
    this.#notebooks = readdirSync(join(root, "notebooks"));
  }

  /** The page of a notebook by its number, which is how texts name it. */
  notebook(number: string): string | undefined {
    const file = this.#notebooks.find((name) => name.startsWith(`${number}-`) && name.endsWith(".ipynb"));
    return file && pageOf(`notebooks/${file}`);
  }

  /** What a link of a file leads to. */
  from(source: string, href: string): string {
    if (/^(?:[a-z]+:|#)/.test(href)) return href;
    const [path, anchor] = href.split("#");
    const target = normalize(join(dirname(source), decodeURI(path))).replace(/\/$/, "");
    const address = this.#address(target);
    if (address === undefined) {
      this.problems.push(`${source}: links to ${href}, which is not in the repository`);
      return "#";
    }
    return anchor === undefined ? address : `${address}#${anchor}`;
  }

  #address(target: string): string | undefined {
    // What is made and not committed: the book itself and its reference.
    const made = /^out\/(?:book\/)?(reference\/.+|[^/]+\.html)$/.exec(target);
    if (made) return made[1];
    const full = join(this.#root, target);
    if (target.startsWith("..") || !existsSync(full)) return undefined;
    const readme = join(target, "README.md");
    const file = statSync(full).isDirectory() && existsSync(join(this.#root, readme)) ? readme : target;
    this.asked.add(file);
    return pageOf(file);
  }
}

/** The page of a file: `index.html` is the first, `data-sweeps.html` a folder's README, `file-CITATION.cff.html` shows a file as it is. */
export function pageOf(file: string): string {
  if (file === FIRST) return "index.html";
  const flat = file.replaceAll("/", "-");
  if (file.endsWith(".ipynb")) return flat.replace(/^notebooks-(.*)\.ipynb$/, "$1.html");
  if (file.endsWith(".md")) return `${flat.replace(/-README\.md$|\.md$/, "").toLowerCase()}.html`;
  return `file-${flat}.html`;
}

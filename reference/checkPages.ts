/** @file What can be wrong with a folder of pages that is to be read from a disk, offline. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/** Links to a page or a heading that is not there, and whatever a browser would ask another host for, as `page: problem`. */
export function pageProblems(folder: string): string[] {
  const files = globSync("**/*.{html,css,svg}", { cwd: folder });
  const texts = new Map(files.map((file) => [file, readFileSync(join(folder, file), "utf8")]));
  const anchors = new Map([...texts].map(([file, text]) => [file, new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id))]));
  const problems: string[] = [];
  for (const [file, text] of texts) {
    const loads = [...text.matchAll(/<(?:link|script|img|iframe)\b[^>]*?(?:href|src)="([^"]+)"|\burl\(["']?([^"')]+)/g)];
    for (const [, tag, style] of loads)
      if (/^(?:https?:)?\/\//.test(tag ?? style)) problems.push(`${file}: asks another host for ${tag ?? style}`);
    const links = [...text.matchAll(/<[^>]*?\s(?:href|src)="([^"]+)"/g)].map(([, link]) => decodeURI(link.replaceAll("&amp;", "&")));
    for (const link of new Set(links)) {
      if (/^(?:[a-z]+:|\/\/)/.test(link)) continue;
      const [path, anchor] = link.split("#");
      const target = path === "" ? file : normalize(join(dirname(file), path));
      if (!existsSync(join(folder, target))) problems.push(`${file}: no page ${link}`);
      else if (anchor && !anchors.get(target)?.has(anchor)) problems.push(`${file}: no heading ${link}`);
    }
  }
  return problems;
}

/** @file A file or a folder of the repository as it is, for links that lead to neither a notebook nor a text. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import type { Draft } from "./draft.ts";
import { escapeHtml, highlighted } from "./markdown.ts";

/** Characters of a file that are shown. */
const SHOWN = 100_000;

/** Writes the page of a file that is no Markdown, or of a folder without a README. */
export function writeFilePage(draft: Draft, root: string): void {
  const file = join(root, draft.source);
  const title = draft.addHeading(1, `\`${draft.source}\``);
  draft.addHtml(`<h1 id="${title}">${escapeHtml(draft.source)}</h1>`);
  if (statSync(file).isDirectory()) {
    const names = readdirSync(file).map((name) => `<li><code>${escapeHtml(name)}</code></li>`);
    draft.addHtml(`<p>A folder of the repository.</p><ul>${names.join("")}</ul>`);
    return;
  }
  const bytes = readFileSync(file);
  if (bytes.includes(0)) {
    draft.addHtml(`<p>A file of the repository that is not text, ${bytes.length} bytes.</p>`);
    return;
  }
  const text = bytes.toString("utf8");
  const cut = text.length > SHOWN ? `<p>The first ${SHOWN} characters of ${text.length}.</p>` : "";
  draft.addHtml(`${cut}<pre class="code"><code>${highlighted(text.slice(0, SHOWN), extname(file).slice(1))}</code></pre>`);
}

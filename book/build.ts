/**
 * @file `npm run book`: the executed notebooks, the verdicts, the figures and the API reference as a static site, out/book/index.html,
 * to be read from the disk, offline, or from any static host. It ends with an error where a link leads nowhere or a formula cannot be read.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build as bundle } from "esbuild";
import { pageProblems } from "../reference/checkPages.ts";
import { copyFonts } from "../reference/typeset.ts";
import { pinnedNode, root } from "../tools/workspace.mjs";
import { Addresses, pageOf } from "./addresses.ts";
import { galleryPage, writeChapter } from "./chapter.ts";
import { Draft } from "./draft.ts";
import { writeFilePage } from "./filePage.ts";
import { writeGallery, writeGalleryPage } from "./galleryPages.ts";
import { type ContentsGroup, type Entry, pageHtml } from "./layout.ts";
import { bookMarkdown } from "./markdown.ts";
import { searchIndex } from "./searchIndex.ts";
import { writeTheoremsPage } from "./theoremsPage.ts";

/** The script of the live figures, compiled with the library; without it the pages show the figures as they stand. */
const LIVE_SCRIPT = join(root, "lib/dist/live/live.js");

const started = performance.now();
const out = resolve(process.argv[2] ?? join(root, "out/book"));
const style = join(out, "assets/book.css");
if (existsSync(out) && readdirSync(out).length > 0 && !existsSync(style)) {
  console.error(`book: the folder must be new, empty or a book, which is made anew, got ${out}`);
  process.exit(2);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(dirname(style), { recursive: true });
cpSync(join(root, "book/page/book.css"), style);
const reference = makeReference();

const addresses = new Addresses(root);
const renderer = bookMarkdown((problem) => addresses.problems.push(problem));
const draftOf = (source: string, file = pageOf(source)): Draft => new Draft(source, file, addresses, renderer);
/** The texts call a notebook by its number. */
const numberOf = (source: string): string => /^notebooks\/(\d+)-/.exec(source)?.[1] ?? "";
const entryOf = ({ source, file, title }: Draft): Entry => ({ file, number: numberOf(source), html: title.html });

const chapters = readdirSync(join(root, "notebooks"))
  .filter((file) => file.endsWith(".ipynb"))
  .sort()
  .map((file) => writeChapter(draftOf(`notebooks/${file}`), file));

function textPage(source: string): Draft {
  const draft = draftOf(source);
  if (source.endsWith(".md")) draft.addMarkdown(readFileSync(join(root, source), "utf8"));
  else writeFilePage(draft, root);
  return draft;
}

const illustrated = chapters.filter(({ figures }) => figures.length > 0);
const gallery = draftOf("figures/README.md");
writeGallery(gallery, illustrated);
const galleries = illustrated.map((chapter) => {
  const page = draftOf(chapter.draft.source, galleryPage(chapter.folder));
  writeGalleryPage(page, chapter);
  return page;
});
const theorems = draftOf("lib/src/theory/registry.ts", "theorems.html");
writeTheoremsPage(theorems);
const [verdicts, notation, readme] = ["REPRODUCIBILITY.md", "NOTATION.md", "README.md"].map(textPage);

const inOrder = [...chapters.map(({ draft }) => draft), verdicts, theorems, gallery, notation, readme];
const contents: ContentsGroup[] = [
  { name: "Notebooks", entries: chapters.map(({ draft }) => entryOf(draft)) },
  { name: "Results", entries: [{ ...entryOf(verdicts), html: "Claims and verdicts" }, entryOf(theorems), entryOf(gallery)] },
  {
    name: "To look up",
    entries: [
      entryOf(notation),
      { file: "reference/index.html", number: "", html: "API reference" },
      { ...entryOf(readme), html: "The workspace" },
    ],
  },
];

const drafts = [...inOrder, ...galleries];
// Pages of files that others link to, which may link to more.
const there = new Set(drafts.map(({ file }) => file));
for (const source of addresses.asked) {
  if (there.has(pageOf(source))) continue;
  there.add(pageOf(source));
  drafts.push(textPage(source));
}

const live = new Set(existsSync(LIVE_SCRIPT) ? chapters.filter((chapter) => chapter.live).map(({ draft }) => draft) : []);
if (live.size > 0) cpSync(LIVE_SCRIPT, join(out, "assets/live.js"));
for (const draft of drafts) {
  const place = inOrder.indexOf(draft);
  const html = pageHtml(draft, {
    contents,
    scripts: live.has(draft) ? ["assets/live.js"] : [],
    ...(place > 0 && { previous: entryOf(inOrder[place - 1]) }),
    ...(place >= 0 && place + 1 < inOrder.length && { next: entryOf(inOrder[place + 1]) }),
  });
  writeFileSync(join(out, draft.file), html);
}

for (const { folder } of illustrated) cpSync(join(root, "figures", folder), join(out, "figures", folder), { recursive: true });
copyFonts(join(out, "assets/katex"));
await bundle({
  entryPoints: [join(root, "book/page/book.ts")],
  outfile: join(out, "assets/book.js"),
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  logLevel: "warning",
});
await reference;
const index = searchIndex(drafts, join(out, "reference"));
// A script and not a file of data: a page that lies on a disk may load only the former.
writeFileSync(join(out, "assets/search-index.js"), `globalThis.cotlabSearchIndex=${JSON.stringify(index)}`);

const problems = [...addresses.problems, ...pageProblems(out)];
for (const problem of problems) console.error(problem);
const sizes = globSync("**/*.*", { cwd: out }).map((file) => ({ file, bytes: statSync(join(out, file)).size }));
const largest = sizes.filter(({ file }) => /^[^/\\]+\.html$/.test(file)).sort((a, b) => b.bytes - a.bytes)[0];
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
console.log(
  `${join(out, "index.html")}: ${drafts.length} pages and the reference, ${megabytes(sizes.reduce((sum, { bytes }) => sum + bytes, 0))}, ` +
    `the largest page ${megabytes(largest.bytes)} (${largest.file}), ${((performance.now() - started) / 1000).toFixed(1)} s; ${problems.length} errors`,
);
if (problems.length > 0) process.exitCode = 1;

/** Runs while the pages are made; it takes most of the time. */
function makeReference(): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(pinnedNode, [join(root, "reference/build.ts"), out], { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", fail);
    child.on("exit", (code) =>
      code === 0 ? done() : fail(new Error(`book: the reference could not be made (exit code ${code}); see \`npm run reference\``)),
    );
  });
}

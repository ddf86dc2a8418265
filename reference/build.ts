/**
 * @file `npm run reference`: the library's reference from its docstrings, into out/reference/index.html, to be read offline; with the
 * folder of a book as argument, into that book.
 * It ends with an error where a link leads nowhere, a formula cannot be read, or something public has no docs or is not exported.
 */
import { globSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  Application,
  Comment,
  type CommentDisplayPart,
  type Context,
  Converter,
  type DeclarationReflection,
  JSX,
  ReflectionKind,
  TSConfigReader,
} from "typedoc";
import { root } from "../tools/workspace.mjs";
import { pageProblems } from "./checkPages.ts";
import { copyFonts, typeset } from "./typeset.ts";

const source = join(root, "lib/src");
/** The folder of a book, whose pages lie beside the reference. */
const book = process.argv[2];
const out = book === undefined ? join(root, "out/reference") : join(resolve(book), "reference");

/** The first docstring of a file, which says what the file holds. */
function fileComment(file: string): string {
  const found = /\/\*\*\s*(?:\* )?@file([\s\S]*?)\*\//.exec(readFileSync(file, "utf8"));
  if (found === null) throw new Error(`reference: ${file} must begin with a docstring that has @file`);
  return found[1].replace(/^\s*\* ?/gm, "").trim();
}

/** Gives each group the words of its index, and the first page a list of the groups and the table of symbols. */
function introduce({ project }: Context): void {
  const groups = project.getChildrenByKind(ReflectionKind.Namespace);
  const list = groups.flatMap((group: DeclarationReflection): CommentDisplayPart[] => {
    const [words] = fileComment(join(source, group.name, "index.ts")).split("\n\n");
    group.comment = new Comment([{ kind: "text", text: words }]);
    return [
      { kind: "text", text: "\n* " },
      { kind: "inline-tag", tag: "@link", text: group.name, target: group },
      { kind: "text", text: `: ${words}` },
    ];
  });
  const notation = readFileSync(join(root, "NOTATION.md"), "utf8").replace(/^(#+) /gm, "#$1 ");
  project.readme = [
    { kind: "text", text: `${fileComment(join(source, "index.ts"))}\n` },
    ...list,
    { kind: "text", text: `\n\n${notation}` },
  ];
}

/** Leaves the file and line of a declaration as text: the pages do not hold the sources. */
function nameFiles({ project }: Context): void {
  for (const reflection of Object.values(project.reflections))
    if ("sources" in reflection) for (const place of (reflection as DeclarationReflection).sources ?? []) delete place.url;
}

const started = performance.now();
rmSync(out, { recursive: true, force: true });
const app = await Application.bootstrap(
  {
    name: "cotlab",
    entryPoints: [join(source, "index.ts")],
    tsconfig: join(root, "lib/tsconfig.json"),
    basePath: source,
    readme: "none",
    // The build checks types already.
    skipErrorChecking: true,
    disableGit: true,
    sourceLinkTemplate: "{path}", // without one TypeDoc names no files
    excludeExternals: true,
    excludeInternal: true,
    excludePrivate: true,
    hideGenerator: true,
    includeHierarchySummary: false,
    searchInComments: true,
    displayBasePath: root,
    blockTags: ["@param", "@returns", "@throws", "@origin", "@example", "@file"],
    excludeTags: ["@file"],
    markdownItOptions: { html: false, linkify: false },
    markdownItLoader: (markdown) => typeset(markdown, (problem) => app.logger.error(problem)),
    // The fields of types are looked at by tests/tools/docstrings.test.ts.
    requiredToBeDocumented: ["Namespace", "Variable", "Function", "Class", "Interface", "TypeAlias", "Method", "Accessor"],
    validation: {
      notExported: true,
      invalidLink: true,
      invalidPath: true,
      notDocumented: true,
      rewrittenLink: true,
      unusedMergeModuleWith: true,
    },
    out,
  },
  [new TSConfigReader()],
);
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, introduce);
app.converter.on(Converter.EVENT_RESOLVE_END, nameFiles);
app.renderer.hooks.on("head.end", ({ relativeURL }) =>
  JSX.createElement("link", { rel: "stylesheet", href: relativeURL("assets/katex/katex.css", true) ?? "" }),
);
if (book !== undefined)
  app.renderer.hooks.on("pageSidebar.begin", ({ relativeURL }) =>
    JSX.createElement("a", { href: relativeURL("../index.html") ?? "" }, "← The book"),
  );
const project = await app.convert();
if (project) {
  app.validate(project);
  await app.generateDocs(project, out);
  copyFonts(join(out, "assets/katex"));
  // A book checks its links as a whole, when all its pages are there.
  if (book === undefined) for (const problem of pageProblems(out)) app.logger.error(problem);
}
const files = globSync("**/*.*", { cwd: out });
const megabytes = files.reduce((sum, file) => sum + statSync(join(out, file)).size, 0) / 1e6;
const { errorCount, warningCount } = app.logger;
console.log(
  `${join(out, "index.html")}: ${files.filter((file) => file.endsWith(".html")).length} pages, ${megabytes.toFixed(1)} MB, ` +
    `${((performance.now() - started) / 1000).toFixed(1)} s; ${errorCount} errors, ${warningCount} warnings`,
);
if (!project || errorCount + warningCount > 0) process.exitCode = 1;

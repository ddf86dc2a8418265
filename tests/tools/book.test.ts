import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import vm from "node:vm";
import MiniSearch from "minisearch";
import { Addresses } from "../../book/addresses.ts";
import { Draft } from "../../book/draft.ts";
import { bookMarkdown } from "../../book/markdown.ts";
import { writeNotebookPage } from "../../book/notebookPage.ts";
import { SEARCH_OPTIONS, type SearchEntry } from "../../book/searchOptions.ts";
import { plainText, wordsOfQuery, wordsOfText } from "../../book/words.ts";
import { pageProblems } from "../../reference/checkPages.ts";
import type { Notebook, Output } from "../../tools/jupyter/notebook.ts";
import { pinnedNode, root } from "../../tools/workspace.mjs";

describe("the built book", () => {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-book-"));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  const pages = (): string[] => globSync("*.html", { cwd: folder });

  before(() => {
    const { status, stdout, stderr } = spawnSync(pinnedNode, [join(root, "book/build.ts"), folder], { encoding: "utf8" });
    assert.equal(status, 0, stdout + stderr);
    assert.match(stdout, /: \d\d pages and the reference, [\d.]+ MB, the largest page [\d.]+ MB .*, [\d.]+ s; 0 errors/);
  });

  test("has a page for every notebook, and the verdicts, results, figures, notation and reference", () => {
    const notebooks = globSync("*.ipynb", { cwd: join(root, "notebooks") }).filter((file) => !file.startsWith("00-"));
    for (const file of [
      "index",
      ...notebooks.map((name) => name.replace(".ipynb", "")),
      "reproducibility",
      "theorems",
      "figures",
      "notation",
    ])
      assert.ok(existsSync(join(folder, `${file}.html`)), file);
    assert.ok(existsSync(join(folder, "reference/functions/theory.oneStepError.html")));
  });

  test("has no dead link and asks no other host", () => {
    assert.deepEqual(pageProblems(folder), []);
    for (const file of globSync("assets/**/*.{js,css}", { cwd: folder }))
      for (const [, host] of read(file).matchAll(/(?:src|href|import|fetch|url)\W{0,3}(https?:\/\/[^"'\s)]+)/g))
        assert.fail(`${file}: ${host}`);
    for (const page of pages()) assert.doesNotMatch(read(page), /<(?:link|script|img|iframe|image|use)\b[^>]*(?:https?:)?\/\/[a-z]/, page);
  });

  test("has pages below 1.5 MB, with the figures and scripts that they load", () => {
    for (const page of pages()) {
      const loaded = [...read(page).matchAll(/<(?:img|script|link)\b[^>]*?(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
      const bytes = [page, ...new Set(loaded)].reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
      assert.ok(bytes < 1.5e6, `${page}: ${bytes} bytes`);
    }
  });

  test("sets every formula, and shows no LaTeX outside code", () => {
    for (const page of pages()) {
      const text = read(page).replace(/<(annotation|code|pre|title|script)\b[\s\S]*?<\/\1>/g, "");
      assert.doesNotMatch(text, /\\(?:frac|Gamma|lambda|mathrm|operatorname)\b|\$[^$<>]{1,80}\$/, page);
    }
  });

  test("is searched by name and by symbol", () => {
    const page: { cotlabSearchIndex?: string } = {};
    vm.runInNewContext(read("assets/search-index.js"), page);
    const index = MiniSearch.loadJSON<SearchEntry>(page.cotlabSearchIndex!, SEARCH_OPTIONS);
    const found = (query: string) =>
      index
        .search(query)
        .slice(0, 5)
        .map(({ href }) => String(href));
    assert.match(found("Theorem 3.1").join(), /01-trained-optimum\.html/);
    assert.match(found("corollary 3.5 scaling").join(), /05-scaling-law\.html/);
    assert.match(found("limitError").join(), /^reference\/functions\/theory\.limitError\.html/);
    for (const query of ["Γ", "\\Gamma", "k*", "k^\\star", "kappa", "λ_min", "m_c"]) assert.ok(found(query).length > 0, query);
    assert.deepEqual(found("Γ"), found("\\Gamma"));
    assert.deepEqual(found("qqqqzz"), []);
    for (const { href } of index.search(MiniSearch.wildcard)) {
      const [file, anchor] = String(href).split("#");
      assert.ok(anchor === undefined ? existsSync(join(folder, file)) : read(file).includes(`id="${anchor}"`), `a result leads to ${href}`);
    }
  });
});

test("a folder that is no book is left as it is", () => {
  const { status, stderr } = spawnSync(pinnedNode, [join(root, "book/build.ts"), join(root, "data")], { encoding: "utf8" });
  assert.equal(status, 2);
  assert.match(stderr, /^book: the folder must be new, empty or a book/);
  assert.ok(existsSync(join(root, "data/README.md")));
});

test("a symbol is one word, however it is written", () => {
  assert.equal(plainText("the **best** $k_\\star$, of *all* [steps](a.ipynb)"), "the best k*, of all steps");
  assert.equal(plainText("$\\Gamma$ is $\\;\\le\\; d\\frac{n}{2}\\tag{1}$"), "Γ is ≤ dn/2");
  for (const written of ["k*", "k^*", "$k_\\star$", "k\\*", "$k^{\\ast}$"]) assert.deepEqual(wordsOfQuery(written), ["k*"], written);
  assert.deepEqual(wordsOfText("$\\lambda_{\\min}$"), ["λ_min", "λ", "lambda"]);
  assert.deepEqual(wordsOfText("λᵢ Γ⁻¹ γ"), ["λ_i", "λ", "lambda", "Γ", "gamma", "γ", "gamma"]);
  assert.deepEqual(wordsOfQuery("Theorem 3.1: Training"), ["theorem", "3.1", "training"]);
});

test("links lead to pages of the book, to files as they are, or are reported", () => {
  const addresses = new Addresses(root);
  const from = (href: string) => addresses.from("notebooks/05-scaling-law.ipynb", href);
  assert.equal(from("00-start-here.ipynb"), "index.html");
  assert.equal(from("06-overthinking.ipynb#verdict"), "06-overthinking.html#verdict");
  assert.equal(from("../out/reference/modules/theory.html"), "reference/modules/theory.html");
  assert.equal(from("../out/book/index.html"), "index.html");
  assert.equal(from("../REPRODUCIBILITY.md#claims"), "reproducibility.html#claims");
  assert.equal(from("../data/sweeps"), "data-sweeps.html");
  assert.equal(from("../CITATION.cff"), "file-CITATION.cff.html");
  assert.equal(from("https://arxiv.org/abs/2510.03605"), "https://arxiv.org/abs/2510.03605");
  assert.deepEqual(addresses.problems, []);
  from("../no-such-file.md");
  from("../../outside.md");
  assert.equal(addresses.problems.length, 2);
});

/** The page of a notebook with one code cell. */
function pageWith(outputs: Output[], metadata: Notebook["cells"][number]["metadata"] = {}): Draft {
  const draft = new Draft("notebooks/70-mine.ipynb", "70-mine.html", new Addresses(root), bookMarkdown(assert.fail));
  const cells: Notebook["cells"] = [
    {
      cell_type: "markdown",
      id: "title",
      metadata: {},
      source: "# Mine\n\n[Reference](../out/reference/index.html), made by `npm run reference`",
    },
    { cell_type: "code", id: "code", metadata, source: "const a = 1;", outputs, execution_count: 1 },
  ];
  writeNotebookPage(draft, { cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, () => undefined);
  return draft;
}
const display = (data: Record<string, unknown>): Output => ({ output_type: "display_data", data, metadata: {} });

test("a figure has its caption as its description, and brings what a live figure draws", () => {
  const figure = { "image/svg+xml": "<svg viewBox='0 0 1 1'></svg>", "text/plain": 'error "a"' };
  const caption = display({ "text/markdown": '*error "a"*', "text/plain": 'error "a"' });
  const still = pageWith([display(figure), caption]).html;
  assert.match(still, /<svg role="img" aria-label="error &quot;a&quot;"/);
  assert.equal(still.match(/<em>error/g)?.length, 1);
  assert.doesNotMatch(still, /application\/json|npm run reference/);
  const live = pageWith([display({ ...figure, "application/vnd.cotlab.live+json": { text: "</script>" } })]).html;
  assert.match(live, /<figure class="live">.*<script type="application\/json">\{"text":"\\u003c\/script>"\}<\/script>/);
});

test("plumbing is folded, progress is left out, a failed run and a table with a script are refused", () => {
  assert.match(pageWith([], { tags: ["parameters"] }).html, /<details class="folded"><summary>Parameters, 1 line/);
  assert.doesNotMatch(pageWith([display({ "text/plain": "draws [####] 3/3" })]).html, /draws/);
  assert.throws(() => pageWith([{ output_type: "error", ename: "RangeError", evalue: "n", traceback: [] }]), /RangeError/);
  assert.throws(() => pageWith([display({ "text/html": "<table><script>1</script></table>" })]), /without scripts/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import { gzipSync } from "node:zlib";
import * as cot from "cotlab";
import { build } from "esbuild";
import { root } from "../../tools/workspace.mjs";

/** The rooms that run anywhere; of `figures` the charts as plain data, which are in no index of their own. */
const ROOMS = ["core", "linalg", "model", "theory", "estimators", "optimize", "selection"] as const;
const CHARTS = ["lineChart", "barChart", "heatmap"] as const;
/** What these rooms may load of others' code. */
const PACKAGES = ["ml-matrix", "seedrandom"];

const room = (name: string): string => `export * as ${name} from "./lib/dist/${name}/index.js";`;
const everything = [...ROOMS.map(room), ...CHARTS.map((name) => `export { ${name} } from "./lib/dist/figures/${name}.js";`)];
/** What a page about one curve needs, taken from the files that define it. */
const onePage = [
  'export { Random } from "./lib/dist/core/random.js";',
  'export { Covariance } from "./lib/dist/model/covariance.js";',
  'export { gammaMatrix } from "./lib/dist/model/gamma.js";',
  'export { samplePrompt } from "./lib/dist/model/prompt.js";',
  'export { limitError } from "./lib/dist/theory/paper/overthinking.js";',
  'export { isotropicError } from "./lib/dist/theory/finite/isotropicError.js";',
  'export { chainOfThought } from "./lib/dist/estimators/preconditionedIteration.js";',
];

interface Bundle {
  readonly code: string;
  readonly bytes: number;
  /** Files outside the library, and what a package asked not to be looked for in a browser. */
  readonly others: readonly string[];
}

/** For the browser; a module of Node that is imported anywhere is an error of the bundler, and its message names the file. */
async function bundle(lines: readonly string[]): Promise<Bundle> {
  const result = await build({
    stdin: { contents: lines.join("\n"), resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    logLevel: "silent",
    platform: "browser",
    format: "iife",
    globalName: "cot",
  });
  const file = result.outputFiles[0]!;
  const others = Object.keys(result.metafile.inputs).filter((input) => !input.startsWith("lib/dist/") && input !== "<stdin>");
  return { code: file.text, bytes: file.contents.length, others };
}

const kilobytes = ({ code, bytes }: Bundle): string =>
  `${Math.round(bytes / 1000)} kB minified, ${Math.round(gzipSync(code).length / 1000)} kB gzipped`;

/** A few numbers of every room; `library` is the whole of it, here or in the bundle. Text, so that no object crosses the border. */
function numbers(library: typeof cot): string {
  const { core, linalg, model, theory, estimators, optimize, selection } = library;
  const covariance = model.Covariance.diagonal([1, 0.5, 0.25, 0.1]);
  const stream = core.Random.seed(3).stream("browser");
  const rows = Array.from({ length: 70 }, () => Array.from(stream.fillNormal(new Float64Array(70))));
  const mixed = model.Covariance.fromMatrix(
    rows.map((a, i) => rows.map((b, j) => (i === j ? 1 : 0) + a.reduce((sum, x, k) => sum + x * b[k]!, 0) / 70)),
  );
  const prompt = model.samplePrompt({ covariance, n: 12 }, stream);
  const preconditioner = model.inverseGamma({ covariance, n: 20 });
  const tasks = [model.Covariance.diagonal([1, 0.2]), model.Covariance.diagonal([0.3, 1]), model.Covariance.diagonal([0.1, 0.1])];
  return JSON.stringify([
    Array.from(model.gammaMatrix({ covariance, n: 20 }).eigenvalues),
    Array.from(mixed.eigenvalues),
    mixed.apply(Math.sqrt).to1DArray(),
    theory.limitError({ covariance, n: 20, k: 3 }),
    String(theory.isotropicError({ d: 4, n: 10, m: 12, k: 3 })),
    Array.from(estimators.chainOfThought({ preconditioner }).estimate(prompt, 5)[5]!),
    Array.from(optimize.simplexQp({ H: model.covarianceGram({ covariances: tasks }), c: [-1.2, -1.3, -0.2] }).x),
    linalg.product(mixed.matrix, mixed.eigenvectors).to1DArray(),
    linalg.cholesky(mixed.matrix).to1DArray(),
    Object.keys(selection).length,
  ]);
}

test("the core runs where there is no Node: one bundle without a module of Node, and the numbers of the library to the last bit", async (context) => {
  const whole = await bundle(everything);
  context.diagnostic(`${ROOMS.join(", ")} and the charts: ${kilobytes(whole)}`);
  const names = new Set(whole.others.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file));
  assert.deepEqual([...names].sort(), PACKAGES);

  // A bare engine: no process, no Buffer, no require, no timers; nor the shared memory that many pages have not.
  const page = vm.createContext({});
  vm.runInContext("delete globalThis.SharedArrayBuffer", page);
  vm.runInContext(whole.code, page);
  assert.equal(vm.runInContext(`(${numbers})(cot)`, page), numbers(cot));

  const chart = { x: { label: "k" }, y: { label: "error" }, series: [{ name: "AVATAR", x: [0, 1, 2], y: [1, 0.5, 0.25] }] };
  const inPage = vm.runInContext(`JSON.stringify(cot.lineChart(${JSON.stringify(chart)}).data)`, page) as string;
  assert.deepEqual(JSON.parse(inPage), JSON.parse(JSON.stringify(cot.figures.lineChart(chart).data)));
});

test("a page that takes what it needs stays below 150 kB", async (context) => {
  const rooms = await bundle(["theory", "model", "estimators"].map(room));
  const page = await bundle(onePage);
  context.diagnostic(`theory, model, estimators as a whole: ${kilobytes(rooms)}; one page's functions: ${kilobytes(page)}`);
  assert.ok(page.bytes < 150_000, `${page.bytes} bytes`);
});

test("a module of Node in the core is an error that names it", async () => {
  await assert.rejects(bundle([...onePage, 'export { findBlas } from "./lib/dist/linalg/blas.js";']), /Could not resolve "node:fs"/);
});

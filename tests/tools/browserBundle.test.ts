import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import * as cot from "cotlab";
import { type BrowserBundle, browserBundle } from "../../tools/browserBundle.ts";

/** The rooms that run anywhere; of `figures` the charts as plain data, which are in no index of their own. */
const ROOMS = ["core", "linalg", "model", "theory", "estimators", "optimize", "selection"] as const;
const CHARTS = ["lineChart", "barChart", "heatmap"] as const;
/** What these rooms may load of others' code: two packages, and what ml-matrix stands on. */
const PACKAGES = ["is-any-array", "ml-array-max", "ml-array-min", "ml-array-rescale", "ml-matrix", "seedrandom"];

const room = (name: string, from = "."): string => `export * as ${name} from "${from}/${name}/index";`;
/** Of the sources, or of what is published. */
const everything = (from: string): string[] => [
  ...ROOMS.map((name) => room(name, from)),
  ...CHARTS.map((name) => `export { ${name} } from "${from}/figures/${name}";`),
];
/** What a page about one curve needs, taken from the files that define it. */
const onePage = [
  'export { Random } from "./core/random";',
  'export { Covariance } from "./model/covariance";',
  'export { gammaMatrix } from "./model/gamma";',
  'export { samplePrompt } from "./model/prompt";',
  'export { limitError } from "./theory/paper/overthinking";',
  'export { isotropicError } from "./theory/finite/isotropicError";',
  'export { chainOfThought } from "./estimators/preconditionedIteration";',
];

const bundle = (lines: readonly string[]): Promise<BrowserBundle> => browserBundle(lines.join("\n"));

const kilobytes = ({ bytes, gzipped }: BrowserBundle): string =>
  `${Math.round(bytes / 1000)} kB minified, ${Math.round(gzipped / 1000)} kB gzipped`;

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

for (const [what, from] of [
  ["the sources", "."],
  ["the published files", "../dist"],
]) {
  test(`the core runs where there is no Node, from ${what}: no module of Node, and the numbers of the library to the last bit`, async (context) => {
    const whole = await bundle(everything(from));
    context.diagnostic(`${ROOMS.join(", ")} and the charts: ${kilobytes(whole)}`);
    const others = Object.keys(whole.files).filter((file) => !/^lib\/|^<stdin>$/.test(file));
    const names = new Set(others.map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file));
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
}

test("a page gets what it uses: its functions alone below 95 kB, by a room's index or by the file, whole rooms below 280 kB", async (context) => {
  const rooms = await bundle(["theory", "model", "estimators"].map((name) => room(name)));
  const page = await bundle(onePage);
  context.diagnostic(`theory, model, estimators as a whole: ${kilobytes(rooms)}; one page's functions: ${kilobytes(page)}`);
  // Of the rooms, 45 kB are the results after the paper: pretraining, fine-tuning, looped training, damping, laws of inputs.
  assert.ok(rooms.bytes < 280_000, `${rooms.bytes} bytes`);
  assert.ok(page.bytes < 95_000, `${page.bytes} bytes`);
  // What theorems are tested with is not for a page that computes.
  assert.ok("lib/src/theory/simulatedErrors.ts" in rooms.files && !("lib/src/theory/simulatedErrors.ts" in page.files));

  // An index brings in nothing besides: no registry of theorems, and no quadratic programs that some of them need.
  const byRoom = await bundle(['export { limitError } from "./theory/index";']);
  const byFile = await bundle(['export { limitError } from "./theory/paper/overthinking";']);
  context.diagnostic(`limitError alone, by its room's index: ${kilobytes(byRoom)}`);
  assert.ok(Math.abs(byRoom.bytes - byFile.bytes) < 500, `${byRoom.bytes} and ${byFile.bytes} bytes`);
});

test("a module of Node in the core is an error that names it", async () => {
  await assert.rejects(bundle([...onePage, 'export { findBlas } from "./linalg/blas";']), /Could not resolve "node:fs"/);
});

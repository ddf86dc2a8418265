import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { Checks } from "../../dist/core/check.js";
import { chooseBackend, LARGE, linearAlgebra } from "../../dist/linalg/backend.js";
import { findLapack } from "../../dist/linalg/blas.js";

const dist = join(import.meta.dirname, "../../dist");

/** Runs a script with another COTLAB_BLAS; what it prints. */
function run(script: string, blas?: string): string {
  const { COTLAB_BLAS: _, ...rest } = process.env;
  const env = blas === undefined ? rest : { ...rest, COTLAB_BLAS: blas };
  const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", env });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("BLAS is chosen unasked from its threshold on, where there is one", () => {
  assert.equal(chooseBackend(new Checks("f"), LARGE - 1), "simd");
  assert.equal(chooseBackend(new Checks("f"), LARGE), findLapack() ? "blas" : "simd");
  assert.equal(chooseBackend(new Checks("f"), 1000, { backend: "typescript" }), "typescript");
});

test("the summary names the active back end and, with BLAS, the library", () => {
  const { active, name, library, summary } = linearAlgebra();
  assert.ok(name.startsWith(active));
  assert.equal(active === "blas", findLapack() !== null);
  if (library) assert.ok(library.path.length > 0 && library.description.length > 0);
  assert.ok(summary.length > 0);
});

test("without BLAS our own code does the same, and asking for BLAS is an error that says what to do", () => {
  const script = `
    const { linearAlgebra } = require(${JSON.stringify(join(dist, "linalg/backend.js"))});
    const { product } = require(${JSON.stringify(join(dist, "linalg/product.js"))});
    const { Matrix } = require("ml-matrix");
    const a = Matrix.eye(70).mul(2);
    let message = "";
    try { product(a, a, { backend: "blas" }); } catch (error) { message = error.message; }
    console.log(JSON.stringify([linearAlgebra(), product(a, a).trace(), message]));`;
  const [state, trace, message] = JSON.parse(run(script, "none")) as [ReturnType<typeof linearAlgebra>, number, string];
  assert.equal(state.active, "simd");
  assert.equal(state.library, null);
  assert.match(state.summary, /COTLAB_BLAS=none/);
  assert.equal(trace, 280);
  assert.match(
    message,
    /^product: backend must be "typescript" or "simd" here, got "blas": no BLAS with LAPACK was found \(see COTLAB_BLAS\)$/,
  );
});

test("below the threshold results have the same bits with BLAS and without", () => {
  const script = `
    const { Random } = require(${JSON.stringify(join(dist, "core/random.js"))});
    const { product, symmetricProduct } = require(${JSON.stringify(join(dist, "linalg/product.js"))});
    const { symmetricEigen } = require(${JSON.stringify(join(dist, "linalg/symmetricEigen.js"))});
    const { cholesky } = require(${JSON.stringify(join(dist, "linalg/cholesky.js"))});
    const { Matrix } = require("ml-matrix");
    const stream = Random.seed(1);
    const a = new Matrix(Array.from({ length: 130 }, () => stream.fillNormal(new Float64Array(130))));
    const s = symmetricProduct(a);
    const results = [product(a, a), s, symmetricEigen(s).vectors, cholesky(s)].map((m) => m.to1DArray());
    const bytes = Buffer.from(Float64Array.from(results.flat()).buffer);
    console.log(require("node:crypto").createHash("sha256").update(bytes).digest("hex"));`;
  assert.equal(run(script, "none"), run(script));
});

test("a worker thread finds the library that the main thread finds", async () => {
  const script = `
    const { linearAlgebra } = require(${JSON.stringify(join(dist, "linalg/backend.js"))});
    require("node:worker_threads").parentPort.postMessage(linearAlgebra());`;
  const worker = new Worker(script, { eval: true });
  const [found] = (await once(worker, "message")) as [ReturnType<typeof linearAlgebra>];
  assert.deepEqual(found, linearAlgebra());
});

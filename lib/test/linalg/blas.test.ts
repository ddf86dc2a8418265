import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const blas = join(import.meta.dirname, "../../dist/linalg/blas.js");
function ask(value: string): { stdout: string; stderr: string; status: number | null } {
  const script = `const { findBlas } = require(${JSON.stringify(blas)}); const b = findBlas(); console.log(b ? b.path : "none")`;
  return spawnSync(process.execPath, ["-e", script], { encoding: "utf8", env: { ...process.env, COTLAB_BLAS: value } });
}

test("COTLAB_BLAS=none turns BLAS off", () => {
  for (const word of ["none", "None"]) {
    const { stdout, status } = ask(word);
    assert.equal(status, 0);
    assert.equal(stdout.trim(), "none");
  }
});

test("a COTLAB_BLAS that is no library is an error that names it", () => {
  const { stderr, status } = ask("/no/such/libblas.so");
  assert.notEqual(status, 0);
  assert.match(stderr, /COTLAB_BLAS: \/no\/such\/libblas\.so cannot be used as a BLAS/);
});

test("importing the module loads no native code", () => {
  const script = `require(${JSON.stringify(blas)}); process.exit(Object.keys(require.cache).some((f) => f.includes("koffi")) ? 1 : 0)`;
  assert.equal(spawnSync(process.execPath, ["-e", script]).status, 0);
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";

const program = join(import.meta.dirname, "../../bin/cotlab.cjs");

/** `npx cotlab doctor` with another COTLAB_BLAS and COTLAB_ONEDNN. */
function doctor(blas: string, oneDnn = ""): { status: number | null; out: string; err: string } {
  const env = { ...process.env, COTLAB_BLAS: blas, COTLAB_ONEDNN: oneDnn };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "doctor"], { encoding: "utf8", env });
  return { status, out: stdout, err: stderr };
}

test("doctor names versions, the back end and how to change it", () => {
  const { status, out, err } = doctor("none");
  assert.equal(status, 0, err);
  for (const name of ["cotlab", "Node", "ml-matrix", "linear algebra", "used", "to change it", "threads"])
    assert.match(out, new RegExp(`^ *${name} `, "m"));
  assert.match(out, /BLAS is turned off by COTLAB_BLAS=none/);
});

test("doctor says what is wrong with a library that cannot be used, after everything else", () => {
  const { status, out, err } = doctor("/no/such/library.so");
  assert.equal(status, 1);
  assert.match(out, /^linear algebra none$/m);
  assert.match(out, /^memory +[\d.]+ GiB$/m);
  assert.match(
    err,
    /^COTLAB_BLAS: \/no\/such\/library\.so cannot be used as a BLAS: .*Set it to another library or to none, or unset it\n$/,
  );
});

test("doctor says what is slower than it could be, and why there is no bfloat16", () => {
  const { status, out, err } = doctor("none", "none");
  assert.equal(status, 0, err);
  assert.match(out, /^bfloat16 +none: oneDNN is turned off by COTLAB_ONEDNN=none$/m);
  assert.match(out, /^ +slower +WebAssembly multiplies, 128 bits at a time/m);
  const wrong = doctor("none", "/no/such/libdnnl.so");
  assert.equal(wrong.status, 1);
  assert.match(wrong.out, /^linear algebra simd/m);
  assert.match(wrong.err, /^COTLAB_ONEDNN: \/no\/such\/libdnnl\.so cannot be used as oneDNN 3 on OpenMP: .*\n$/);
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { findBlas } from "../../dist/linalg/blas.js";
import { processorFeatures, slowerKernel } from "../../dist/linalg/slowerProducts.js";

const [wide, narrow] = [new Set(["avx2", "avx512vl"]), new Set(["avx2"])];

test("an OpenBLAS kernel for shorter vectors than the processor's is named, others are not", () => {
  const { OPENBLAS_CORETYPE } = process.env;
  delete process.env.OPENBLAS_CORETYPE;
  try {
    const text = "OpenBLAS computes with its kernels for Haswell, 256 bits at a time, where the processor has 512";
    assert.equal(slowerKernel("Haswell", wide), text);
    process.env.OPENBLAS_CORETYPE = "Haswell";
    assert.equal(slowerKernel("Haswell", wide), `${text}; OPENBLAS_CORETYPE, which is set, decides that`);
  } finally {
    if (OPENBLAS_CORETYPE === undefined) delete process.env.OPENBLAS_CORETYPE;
    else process.env.OPENBLAS_CORETYPE = OPENBLAS_CORETYPE;
  }
  assert.match(slowerKernel("Nehalem", narrow)!, /128 bits at a time, where the processor has 256/);
  for (const [kernel, features] of [
    ["SkylakeX", wide],
    ["Haswell", narrow],
    ["Zen", narrow],
    ["neoversen1", new Set<string>()],
  ] as const)
    assert.equal(slowerKernel(kernel, features), undefined);
});

/** What is slow in a process with other environment variables. */
function slower(products: object, env: Record<string, string>): string[] {
  const module = join(import.meta.dirname, "../../dist/linalg/slowerProducts.js");
  const script = `console.log(JSON.stringify(require(${JSON.stringify(module)}).slowerProducts(${JSON.stringify(products)})))`;
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", env: { ...process.env, ...env } });
  assert.equal(stderr, "");
  return JSON.parse(stdout) as string[];
}

test("what stands in for what was asked for is said", () => {
  const found = slower({ precision: "bfloat16" }, { COTLAB_ONEDNN: "none", COTLAB_BLAS: "none" });
  assert.deepEqual(found, [
    "WebAssembly multiplies, 128 bits at a time; BLAS (environment.md) is faster",
    "float32 stands in for bfloat16: oneDNN is turned off by COTLAB_ONEDNN=none",
  ]);
});

const skip =
  findBlas()?.find("openblas_get_corename", "const char *", []) && processorFeatures().has("avx512vl")
    ? false
    : "needs OpenBLAS and AVX-512";
test("an OpenBLAS that was told to compute as an older processor is found out", { skip }, () => {
  const env = { COTLAB_ONEDNN: "none", OPENBLAS_CORETYPE: "Haswell" };
  assert.match(slower({ backend: "blas" }, env)[0]!, /^OpenBLAS computes with its kernels for Haswell, .*OPENBLAS_CORETYPE/);
  assert.ok(!slower({ backend: "blas" }, { ...env, OPENBLAS_CORETYPE: "" }).some((text) => text.startsWith("OpenBLAS")));
});

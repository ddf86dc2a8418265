import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "../../dist/core/random.js";
import { findBlas } from "../../dist/linalg/blas.js";
import { bfloat16Products } from "../../dist/linalg/oneDnn.js";
import { bfloat16Sgemm, blasSgemm, type Sgemm, sgemmScratchBytes, simdSgemm } from "../../dist/linalg/sgemm.js";
import { sharedMemory } from "../../dist/linalg/simdModule.js";

const SCRATCH = 4 << 20;
const memory = sharedMemory(SCRATCH + sgemmScratchBytes(400, 400));
const f32 = new Float32Array(memory.buffer);
const backends: Record<string, Sgemm> = { simd: simdSgemm(memory, SCRATCH), ...(findBlas() ? { blas: blasSgemm(memory) } : {}) };
const bfloat16 = bfloat16Products();
const missing = "missing" in bfloat16 && bfloat16.missing;
const all = { ...backends, ...(missing === false ? { bfloat16: bfloat16Sgemm(memory) } : {}) };

/** Rounding both factors to 8 significant bits changes a term by 2^-8 of itself. */
const tolerance = (name: string): number => (name === "bfloat16" ? 2 ** -8 : 2e-6);

for (const [name, sgemm] of Object.entries(all)) {
  test(`products of any shape, transposed or not, inside larger matrices, are the f64 products (${name})`, () => {
    const size = fc.integer({ min: 1, max: 23 });
    fc.assert(
      fc.property(size, size, size, fc.boolean(), fc.boolean(), fc.nat(3), (m, n, k, tA, tB, extra) => {
        const random = Random.seed(m * 1000 + n).stream(k);
        const [lda, ldb, ldc] = [(tA ? m : k) + extra, (tB ? k : n) + extra, n + extra];
        const [a, b] = [16, 16 + (tA ? k : m) * lda];
        const c = b + (tB ? n : k) * ldb;
        const end = c + m * ldc;
        for (let i = a; i < end; i++) f32[i] = random.normal();
        const before = f32.slice(0, end + 8);
        sgemm(tA, tB, m, n, k, 4 * a, lda, 4 * b, ldb, 4 * c, ldc);
        for (let i = 0; i < m; i++)
          for (let j = 0; j < n; j++) {
            let [sum, size] = [0, 0];
            for (let q = 0; q < k; q++) {
              const term = before[a + (tA ? q * lda + i : i * lda + q)] * before[b + (tB ? j * ldb + q : q * ldb + j)];
              sum += term;
              size += Math.abs(term);
            }
            before[c + i * ldc + j] = sum;
            assert.ok(Math.abs(f32[c + i * ldc + j] - sum) <= tolerance(name) * (1 + size), `${m}x${k}x${n} at ${i},${j}`);
          }
        // Nothing else is written.
        for (let i = 0; i < end + 8; i++) if (i < c || (i - c) % ldc >= n || i >= end) assert.equal(f32[i], before[i]);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
}

test("both back ends agree to float rounding on a large product", { skip: findBlas() === null }, () => {
  const [m, n, k] = [130, 70, 300];
  const random = Random.seed(4);
  const [a, b] = [0, m * k];
  const c = b + k * n;
  for (let i = 0; i < c; i++) f32[i] = random.normal();
  backends.simd!(false, false, m, n, k, 0, k, 4 * b, n, 4 * c, n);
  const simd = f32.slice(c, c + m * n);
  f32.fill(0, c, c + m * n);
  backends.blas!(false, false, m, n, k, 4 * a, k, 4 * b, n, 4 * c, n);
  let worst = 0;
  for (let i = 0; i < m * n; i++) worst = Math.max(worst, Math.abs(simd[i] - f32[c + i]));
  assert.ok(simd.some((value) => value !== 0) && worst < 1e-4, `largest difference ${worst}`);
});

/** The nearest numbers with 8 significant bits, ties to even: what bfloat16 keeps of f32. */
function rounded(values: Float32Array): Float32Array {
  const bits = new Uint32Array(values.slice().buffer);
  bits.forEach((value, i) => {
    bits[i] = (value + 0x7fff + ((value >>> 16) & 1)) & 0xffff0000;
  });
  return new Float32Array(bits.buffer);
}

for (const [tA, tB] of [
  [false, false],
  [true, false],
  [false, true],
] as const) {
  const transposed = `${tA ? "A" : ""}${tB ? "B" : ""}` || "nothing";
  test(`bfloat16 products are the f32 sums of rounded factors (transposed: ${transposed})`, { skip: missing }, () => {
    const [m, n, k] = [96, 160, 200];
    const random = Random.seed(5);
    const [a, b] = [0, m * k];
    const c = b + k * n;
    for (let i = 0; i < c; i++) f32[i] = random.normal();
    const coarse = rounded(f32.subarray(0, c));
    all.bfloat16!(tA, tB, m, n, k, 4 * a, tA ? m : k, 4 * b, tB ? k : n, 4 * c, n);
    let worst = 0;
    for (let i = 0; i < m; i++)
      for (let j = 0; j < n; j++) {
        let [exact, wanted, size] = [0, 0, 0];
        for (let q = 0; q < k; q++) {
          const [x, y] = [a + (tA ? q * m + i : i * k + q), b + (tB ? j * k + q : q * n + j)];
          exact += f32[x] * f32[y];
          wanted += coarse[x] * coarse[y];
          size += Math.abs(f32[x] * f32[y]);
        }
        const got = f32[c + i * n + j];
        assert.ok(Math.abs(got - wanted) <= 2e-6 * (1 + size), `${got} instead of ${wanted} at ${i},${j}`);
        worst = Math.max(worst, Math.abs(got - exact) / size);
      }
    assert.ok(worst > 1e-4, `factors are rounded: largest difference ${worst}`);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { exponential } from "../../dist/linalg/exponential.js";
import { hasFusedMultiplyAdd, instantiateKernels, sharedMemory } from "../../dist/linalg/simdModule.js";
import { addTileProduct, type TileProduct } from "../../dist/linalg/tileProduct.js";
import { int, type KernelModule, load } from "../../dist/linalg/wasmAssembler.js";

const memory = sharedMemory(1 << 20);
const f32 = new Float32Array(memory.buffer);

for (const fused of hasFusedMultiplyAdd() ? [true, false] : [false]) {
  test(`exp of four floats is within two units in the last place (${fused ? "fused" : "separate"} multiply-add)`, () => {
    const write = (module: KernelModule) => ({
      exp: module.add("exp", ["i32", "i32"], (f, at, bytes) => {
        f.for(at, at.add(bytes), 16, (p) => f.store(p, exponential(f, load.f32x4(p))));
      }),
    });
    const { exp } = instantiateKernels<{ exp: (at: number, bytes: number) => void }>("exp test", write, memory, fused);
    const count = 60_000;
    const x = Float32Array.from({ length: count }, (_, i) => -87 + (175 * i) / count);
    x[0] = 0;
    f32.set(x);
    exp(0, 4 * count);
    assert.equal(f32[0], 1);
    for (let i = 0; i < count; i++) {
      const exact = Math.exp(x[i]);
      const unit = 2 ** (Math.floor(Math.log2(exact)) - 23);
      assert.ok(Math.abs(f32[i] - exact) <= 2 * unit, `exp(${x[i]}) = ${f32[i]} instead of ${exact}`);
    }
    f32.set([-1000, -87, 88, 1000]);
    exp(0, 16);
    assert.equal(f32[0], f32[1]);
    assert.equal(f32[2], f32[3]);
    assert.ok(f32[0] > 0 && Number.isFinite(f32[3]));
  });

  test(`the product kernel adds or overwrites, for every remainder of rows and columns (${fused ? "fused" : "separate"})`, () => {
    const write = (module: KernelModule) => ({ tile: addTileProduct(module) });
    const { tile } = instantiateKernels<{ tile: TileProduct }>("tile test", write, memory, fused);
    for (const m of [1, 3, 4, 5, 8])
      for (const n of [4, 8, 12])
        for (const accumulate of [0, 1]) {
          const k = 5;
          for (let i = 0; i < 1000; i++) f32[i] = Math.sin(i);
          const before = f32.slice(0, 1000);
          tile(m, 4 * n, k, 0, 4 * k, 4, 400, 4 * n, 1200, 4 * n, accumulate);
          for (let i = 0; i < m; i++)
            for (let j = 0; j < n; j++) {
              let sum = accumulate ? before[300 + i * n + j] : 0;
              for (let q = 0; q < k; q++) sum += before[i * k + q] * before[100 + q * n + j];
              assert.ok(Math.abs(f32[300 + i * n + j] - sum) < 2e-6);
            }
          assert.equal(f32[300 + m * n], before[300 + m * n]);
        }
  });
}

test("a loop that ends before it begins does nothing, and integers are signed", () => {
  const write = (module: KernelModule) => ({
    probe: module.add("probe", ["i32", "i32", "i32"], (f, at, from, to) => {
      const count = f.variable(int(0));
      f.for(from, to, 3, () => f.set(count, count.value.add(1)));
      f.store(at, count.value.toF32());
      f.store(at, int(-200).add(from.min(to)).toF32(), 4);
    }),
  });
  const { probe } = instantiateKernels<{ probe: (at: number, from: number, to: number) => void }>("probe test", write, memory);
  const results: number[][] = [];
  for (const [from, to] of [
    [0, 0],
    [5, 2],
    [-4, 3],
    [0, 7],
  ] as const) {
    probe(0, from, to);
    results.push([f32[0], f32[1]]);
  }
  assert.deepEqual(results, [
    [0, -200],
    [0, -198],
    [3, -204],
    [3, -200],
  ]);
});

/** @file The products of a batch by WebAssembly, two numbers at a time. */
import { instantiateKernels, sharedMemory } from "./simdModule";
import { F64x2, type I32, type KernelBody, type KernelModule, load, type Variable } from "./wasmAssembler";

/** out_i = A_i B_i for every matrix of the arrays. */
export type BatchProduct = (A: Float64Array, B: Float64Array, d: number, out: Float64Array) => void;

/** Bytes of each factor that are copied in at a time: all three pieces stay in the second-level cache. */
const PIECE = 1 << 17;

/** Four rows by `vectors` pairs of columns of one product, kept in registers. Sums run in order and are not fused: TypeScript's bits. */
function block(f: KernelBody, vectors: number, d: I32, rowBytes: I32, A: I32, B: I32, C: I32): void {
  const sums: Variable<F64x2>[][] = Array.from({ length: 4 }, () => Array.from({ length: vectors }, () => f.variable(F64x2.zero())));
  const rows = [0, 1, 2, 3].map((r) => f.variable(r === 0 ? A : A.add(rowBytes.mul(r))));
  const b = f.variable(B);
  f.for(0, d, 1, () => {
    const right = Array.from({ length: vectors }, (_, v) => f.let(load.f64x2(b.value, 16 * v)));
    rows.forEach((row, r) => {
      const left = f.let(load.splat64(row.value));
      right.forEach((pair, v) => {
        f.set(sums[r]![v]!, sums[r]![v]!.value.add(left.mul(pair)));
      });
      f.set(row, row.value.add(8));
    });
    f.set(b, b.value.add(rowBytes));
  });
  const c = f.variable(C);
  for (const row of sums) {
    row.forEach((sum, v) => {
      f.store(c.value, sum.value, 16 * v);
    });
    f.set(c, c.value.add(rowBytes));
  }
}

/**
 * `multiply(A, B, C, end, d)`: matrices from A to `end`, d >= 4. What four rows or four columns leave over is done by a block that
 * overlaps the one before, and so computes the same numbers again.
 */
function kernels(module: KernelModule): { multiply: number } {
  return {
    multiply: module.add("multiply", ["i32", "i32", "i32", "i32", "i32"], (f, A, B, C, end, d) => {
      const rowBytes = f.let(d.mul(8));
      const matrixBytes = f.let(rowBytes.mul(d));
      const last = f.let(d.sub(4));
      const b = f.variable(B);
      const c = f.variable(C);
      f.for(A, end, matrixBytes, (a) => {
        const band = (i: I32): void => {
          const from = f.let(a.add(i.mul(rowBytes)));
          const to = f.let(c.value.add(i.mul(rowBytes)));
          f.for(0, last, 4, (j) => block(f, 2, d, rowBytes, from, f.let(b.value.add(j.mul(8))), f.let(to.add(j.mul(8)))));
          block(f, 2, d, rowBytes, from, f.let(b.value.add(last.mul(8))), f.let(to.add(last.mul(8))));
        };
        f.for(0, last, 4, band);
        band(last);
        f.set(b, b.value.add(matrixBytes));
        f.set(c, c.value.add(matrixBytes));
      });
    }),
  };
}

let ready: BatchProduct | undefined;

/** The kernel, for 4 <= d <= 64. */
export function batchProductKernel(): BatchProduct {
  if (ready) return ready;
  const memory = sharedMemory(3 * PIECE);
  const { multiply } = instantiateKernels<{ multiply: (A: number, B: number, C: number, end: number, d: number) => void }>(
    "f64 batches",
    kernels,
    memory,
  );
  const floats = new Float64Array(memory.buffer);
  const room = PIECE / 8;
  ready = (A, B, d, out) => {
    const step = Math.floor(room / (d * d)) * d * d;
    for (let start = 0; start < A.length; start += step) {
      const end = Math.min(start + step, A.length);
      floats.set(A.subarray(start, end));
      floats.set(B.subarray(start, end), room);
      multiply(0, PIECE, 2 * PIECE, 8 * (end - start), d);
      out.set(floats.subarray(2 * room, 2 * room + end - start), start);
    }
  };
  return ready;
}

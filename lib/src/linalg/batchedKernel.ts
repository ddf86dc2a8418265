/** @file The products of a batch by WebAssembly, two numbers at a time. */
import { instantiateKernels, ownMemory } from "./simdModule";
import { F64x2, type I32, int, type KernelBody, type KernelModule, load, type Variable } from "./wasmAssembler";

/** out_i = A_i B_i for every matrix of the arrays. */
export type BatchProduct = (A: Float64Array, B: Float64Array, d: number, out: Float64Array) => void;

/** Bytes of each factor that are copied in at a time: all three pieces stay in the second-level cache. */
const PIECE = 1 << 17;

/** Sizes with a kernel of their own, in which d is a constant and the loop over it is written out. */
const UNROLLED = [4, 8] as const;

/**
 * Four rows by four columns of one product, kept in registers; from the rows at A, the columns at B, to C.
 * Sums run in order and are not fused: they have TypeScript's bits.
 */
function block(f: KernelBody, d: I32 | number, A: I32, B: I32, C: I32): void {
  const sums: Variable<F64x2>[][] = Array.from({ length: 4 }, () => [f.variable(F64x2.zero()), f.variable(F64x2.zero())]);
  const step = (left: (row: number) => F64x2, b: I32, offset: number): void => {
    const right = [f.let(load.f64x2(b, offset)), f.let(load.f64x2(b, offset + 16))];
    sums.forEach((pair, row) => {
      const value = f.let(left(row));
      pair.forEach((sum, v) => {
        f.set(sum, sum.value.add(value.mul(right[v])));
      });
    });
  };
  if (typeof d === "number") {
    for (let k = 0; k < d; k++) step((row) => load.splat64(A, 8 * (row * d + k)), B, 8 * d * k);
    sums.forEach((pair, row) => {
      pair.forEach((sum, v) => {
        f.store(C, sum.value, 8 * d * row + 16 * v);
      });
    });
    return;
  }
  const rowBytes = f.let(d.mul(8));
  const rows = [0, 1, 2, 3].map((row) => f.variable(A.add(rowBytes.mul(row))));
  const b = f.variable(B);
  f.for(0, d, 1, () => {
    step((row) => load.splat64(rows[row].value), b.value, 0);
    for (const row of rows) f.set(row, row.value.add(8));
    f.set(b, b.value.add(rowBytes));
  });
  const c = f.variable(C);
  for (const pair of sums) {
    pair.forEach((sum, v) => {
      f.store(c.value, sum.value, 16 * v);
    });
    f.set(c, c.value.add(rowBytes));
  }
}

/**
 * The kernel (A, B, C, end, d): matrices from A to `end`, d >= 4. What four rows or four columns leave over is done by a block that
 * overlaps the one before, and so computes the same numbers again.
 */
function addKernel(module: KernelModule, name: string, size?: number): number {
  return module.add(name, ["i32", "i32", "i32", "i32", "i32"], (f, A, B, C, end, d) => {
    const rowBytes = size ? int(8 * size) : f.let(d.mul(8));
    const matrixBytes = size ? int(8 * size * size) : f.let(rowBytes.mul(d));
    const last = size ? int(size - 4) : f.let(d.sub(4));
    const b = f.variable(B);
    const c = f.variable(C);
    f.for(A, end, matrixBytes, (a) => {
      const band = (i: I32): void => {
        const from = f.let(a.add(i.mul(rowBytes)));
        const to = f.let(c.value.add(i.mul(rowBytes)));
        const tile = (j: I32): void => block(f, size ?? d, from, f.let(b.value.add(j.mul(8))), f.let(to.add(j.mul(8))));
        f.for(0, last, 4, tile);
        tile(last);
      };
      f.for(0, last, 4, band);
      band(last);
      f.set(b, b.value.add(matrixBytes));
      f.set(c, c.value.add(matrixBytes));
    });
  });
}

type Kernel = (A: number, B: number, C: number, end: number, d: number) => void;

function kernels(module: KernelModule): { any: number; d4: number; d8: number } {
  const [d4, d8] = UNROLLED.map((size) => addKernel(module, `d${size}`, size));
  return { any: addKernel(module, "any"), d4: d4!, d8: d8! };
}

let ready: BatchProduct | undefined;

/** The kernel, for 4 <= d <= 64. */
export function batchProductKernel(): BatchProduct {
  if (ready) return ready;
  const memory = ownMemory(3 * PIECE);
  const { any, d4, d8 } = instantiateKernels<{ any: Kernel; d4: Kernel; d8: Kernel }>("f64 batches", kernels, memory);
  const floats = new Float64Array(memory.buffer);
  const room = PIECE / 8;
  ready = (A, B, d, out) => {
    const multiply = d === 4 ? d4 : d === 8 ? d8 : any;
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

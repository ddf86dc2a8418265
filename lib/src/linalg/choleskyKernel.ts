/** @file Cholesky factors of small matrices by WebAssembly, two matrices at once, one in each half of every vector. */
import { instantiateKernels, ownMemory } from "./simdModule";
import { F64x2, type I32, type KernelModule, load } from "./wasmAssembler";

/** Bytes of a pair of numbers. */
const PAIR = 16;

/** The largest d of the kernel. */
export const LARGEST = 64;

/** Bytes of the matrices that are copied in at a time. */
const PIECE = 8 * LARGEST ** 2 * 4;

/**
 * The kernel (A, end, d, scratch): replaces each matrix from A to `end` by its factor, with zeros above the diagonal. Each half has the
 * bits of `factorTriangle`; a pivot that is not positive leaves 0 or NaN on the diagonal.
 */
function kernels(module: KernelModule): { factor: number } {
  return {
    factor: module.add("factor", ["i32", "i32", "i32", "i32"], (f, A, end, d, scratch) => {
      const rowBytes = f.let(d.mul(PAIR));
      const matrixBytes = f.let(d.mul(d).mul(8));
      const lastMatrix = f.let(end.sub(matrixBytes));
      const even = f.let(matrixBytes.and(-PAIR));
      f.for(A, end, matrixBytes.mul(2), (first) => {
        const second = f.let(first.add(matrixBytes).min(lastMatrix));
        f.for(0, even, PAIR, (k) => {
          const to = f.let(scratch.add(k.mul(2)));
          const x = f.let(load.f64x2(first.add(k)));
          const y = f.let(load.f64x2(second.add(k)));
          f.store(to, x.zip(y, "lower"));
          f.store(to, x.zip(y, "upper"), PAIR);
        });
        f.for(even, matrixBytes, 8, (k) => {
          const to = f.let(scratch.add(k.mul(2)));
          f.store(to, load.f64(first.add(k)));
          f.store(to, load.f64(second.add(k)), 8);
        });
        f.for(0, rowBytes, PAIR, (column) => {
          const pivotRow = f.let(scratch.add(column.mul(d)));
          const sum = f.variable(load.f64x2(pivotRow.add(column)));
          f.for(0, column, PAIR, (c) => {
            const x = f.let(load.f64x2(pivotRow.add(c)));
            f.set(sum, sum.value.sub(x.mul(x)));
          });
          const root = f.let(sum.value.sqrt());
          f.store(pivotRow.add(column), root);
          /** The same column in so many rows from `top` on: their sums do not wait for each other. */
          const eliminate = (top: I32, count: number): void => {
            const rows = Array.from({ length: count }, (_, k) => f.let(k === 0 ? top : top.add(rowBytes.mul(k))));
            const sums = rows.map((row) => f.variable(load.f64x2(row.add(column))));
            f.for(0, column, PAIR, (c) => {
              const value = f.let(load.f64x2(pivotRow.add(c)));
              rows.forEach((row, k) => {
                f.set(sums[k]!, sums[k]!.value.sub(load.f64x2(row.add(c)).mul(value)));
              });
            });
            rows.forEach((row, k) => {
              f.store(row.add(column), sums[k]!.value.div(root));
            });
          };
          const below = f.let(pivotRow.add(rowBytes));
          const stop = f.let(scratch.add(rowBytes.mul(d)));
          const four = f.let(rowBytes.mul(4));
          const whole = f.variable(below);
          f.for(below.add(four.sub(rowBytes)), stop, four, () => {
            eliminate(whole.value, 4);
            f.set(whole, whole.value.add(four));
          });
          f.for(whole.value, stop, rowBytes, (row) => eliminate(row, 1));
        });
        f.for(0, rowBytes, PAIR, (diagonal) => {
          const row = f.let(scratch.add(diagonal.mul(d)));
          f.for(diagonal.add(PAIR), rowBytes, PAIR, (c) => f.store(row.add(c), F64x2.zero()));
        });
        f.for(0, even, PAIR, (k) => {
          const from = f.let(scratch.add(k.mul(2)));
          const x = f.let(load.f64x2(from));
          const y = f.let(load.f64x2(from, PAIR));
          f.store(first.add(k), x.zip(y, "lower"));
          f.store(second.add(k), x.zip(y, "upper"));
        });
        f.for(even, matrixBytes, 8, (k) => {
          const from = f.let(scratch.add(k.mul(2)));
          f.store(first.add(k), load.f64(from));
          f.store(second.add(k), load.f64(from, 8));
        });
      });
    }),
  };
}

type Kernel = (A: number, end: number, d: number, scratch: number) => void;
let ready: ((A: Float64Array, d: number, out: Float64Array) => void) | undefined;

/** Writes the factors of the matrices in A to `out`, which may be A; for d <= LARGEST. The caller looks at the diagonals. */
export function factorKernel(): (A: Float64Array, d: number, out: Float64Array) => void {
  if (ready) return ready;
  const memory = ownMemory(PIECE + PAIR * LARGEST ** 2);
  const { factor } = instantiateKernels<{ factor: Kernel }>("f64 Cholesky", kernels, memory);
  const floats = new Float64Array(memory.buffer);
  ready = (A, d, out) => {
    const step = Math.floor(PIECE / (8 * d * d)) * d * d;
    for (let start = 0; start < A.length; start += step) {
      const end = Math.min(start + step, A.length);
      floats.set(A.subarray(start, end));
      factor(0, 8 * (end - start), d, PIECE);
      out.set(floats.subarray(0, end - start), start);
    }
  };
  return ready;
}

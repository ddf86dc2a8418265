/** @file Cholesky factors of small matrices by WebAssembly, several matrices at once, one in each half of every vector. */
import { instantiateKernels, ownMemory } from "./simdModule";
import { F64x2, type I32, type KernelModule, load } from "./wasmAssembler";

/** Bytes of a pair of numbers. */
const PAIR = 16;

/** The largest d of the kernels. */
export const LARGEST = 64;

/** The largest d for which four matrices at once, entry beside entry, still lie in the first-level cache; then two. */
const FOUR_UP_TO = 24;

/** Bytes of the matrices that are copied in at a time. */
const PIECE = 8 * LARGEST ** 2 * 4;

/**
 * The kernel (A, end, d, scratch): replaces each matrix from A to `end` by its factor, with zeros above the diagonal; so many `pairs`
 * of matrices at a time, the last of all standing in for what is missing. Each half of a vector has the bits of `factorTriangle`; a pivot
 * that is not positive leaves 0 or NaN on the diagonal.
 */
function addKernel(module: KernelModule, name: string, pairs: number): number {
  const lanes = Array.from({ length: pairs }, (_, p) => p * PAIR);
  /** Bytes of one entry of all the matrices. */
  const entry = PAIR * pairs;
  return module.add(name, ["i32", "i32", "i32", "i32"], (f, A, end, d, scratch) => {
    const rowBytes = f.let(d.mul(entry));
    const matrixBytes = f.let(d.mul(d).mul(8));
    const lastMatrix = f.let(end.sub(matrixBytes));
    const even = f.let(matrixBytes.and(-PAIR));
    const stop = f.let(scratch.add(rowBytes.mul(d)));
    f.for(A, end, matrixBytes.mul(2 * pairs), (first) => {
      const matrices = Array.from({ length: 2 * pairs }, (_, i) =>
        i === 0 ? first : f.let(first.add(matrixBytes.mul(i)).min(lastMatrix)),
      );
      /** The matrices side by side in the scratch, or back; two numbers at a time, then the one that an odd number leaves. */
      const each = (move: (x: I32, y: I32, k: I32, to: I32, lane: number, two: boolean) => void): void => {
        const both = (k: I32, two: boolean): void => {
          const to = f.let(scratch.add(k.mul(2 * pairs)));
          lanes.forEach((lane, p) => {
            move(matrices[2 * p], matrices[2 * p + 1], k, to, lane, two);
          });
        };
        f.for(0, even, PAIR, (k) => both(k, true));
        f.for(even, matrixBytes, 8, (k) => both(k, false));
      };
      each((x, y, k, to, lane, two) => {
        if (two) {
          const [a, b] = [f.let(load.f64x2(x.add(k))), f.let(load.f64x2(y.add(k)))];
          f.store(to, a.zip(b, "lower"), lane);
          f.store(to, a.zip(b, "upper"), lane + entry);
        } else {
          f.store(to, load.f64(x.add(k)), lane);
          f.store(to, load.f64(y.add(k)), lane + 8);
        }
      });
      f.for(0, rowBytes, entry, (column) => {
        const pivotRow = f.let(scratch.add(column.mul(d)));
        const roots = lanes.map(() => f.variable(F64x2.zero()));
        /** The column in four rows from `top` on, whose sums do not wait for each other; rows below the last one are scratch. */
        const eliminate = (top: I32, withPivot: boolean): void => {
          const rows = [0, 1, 2, 3].map((k) => (k === 0 ? top : f.let(top.add(rowBytes.mul(k)))));
          const places = rows.map((row) => f.let(row.add(column)));
          const sums = places.map((place) => lanes.map((lane) => f.variable(load.f64x2(place, lane))));
          f.for(0, column, entry, (c) => {
            const pivot = f.let(pivotRow.add(c));
            const values = lanes.map((lane) => f.let(load.f64x2(pivot, lane)));
            rows.forEach((row, k) => {
              const at = withPivot && k === 0 ? pivot : f.let(row.add(c));
              lanes.forEach((lane, p) => {
                const left = withPivot && k === 0 ? values[p] : load.f64x2(at, lane);
                f.set(sums[k][p], sums[k][p].value.sub(left.mul(values[p])));
              });
            });
          });
          rows.forEach((_, k) => {
            lanes.forEach((lane, p) => {
              const sum = sums[k][p].value;
              if (withPivot && k === 0) f.set(roots[p], sum.sqrt());
              f.store(places[k], withPivot && k === 0 ? roots[p].value : sum.div(roots[p].value), lane);
            });
          });
        };
        const four = f.let(rowBytes.mul(4));
        eliminate(pivotRow, true);
        f.for(pivotRow.add(four), stop, four, (top) => eliminate(top, false));
      });
      f.for(0, rowBytes, entry, (diagonal) => {
        const row = f.let(scratch.add(diagonal.mul(d)));
        f.for(diagonal.add(entry), rowBytes, PAIR, (c) => f.store(row.add(c), F64x2.zero()));
      });
      each((x, y, k, from, lane, two) => {
        if (two) {
          const [a, b] = [f.let(load.f64x2(from, lane)), f.let(load.f64x2(from, lane + entry))];
          f.store(x.add(k), a.zip(b, "lower"));
          f.store(y.add(k), a.zip(b, "upper"));
        } else {
          f.store(x.add(k), load.f64(from, lane));
          f.store(y.add(k), load.f64(from, lane + 8));
        }
      });
    });
  });
}

type Kernel = (A: number, end: number, d: number, scratch: number) => void;
let ready: ((A: Float64Array, d: number, out: Float64Array) => void) | undefined;

/** Writes the factors of the matrices in A to `out`, which may be A; for d <= LARGEST. The caller looks at the diagonals. */
export function factorKernel(): (A: Float64Array, d: number, out: Float64Array) => void {
  if (ready) return ready;
  // Rows are taken in fours: the last four may begin with the last row.
  const scratch = Math.max(PAIR * LARGEST * (LARGEST + 3), 2 * PAIR * FOUR_UP_TO * (FOUR_UP_TO + 3));
  const memory = ownMemory(PIECE + scratch);
  const { two, four } = instantiateKernels<{ two: Kernel; four: Kernel }>(
    "f64 Cholesky",
    (module) => ({ two: addKernel(module, "two", 1), four: addKernel(module, "four", 2) }),
    memory,
  );
  const floats = new Float64Array(memory.buffer);
  ready = (A, d, out) => {
    const factor = d <= FOUR_UP_TO ? four : two;
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

/** @file What every row goes through before products are formed, in TypeScript and in WebAssembly. */
import { instantiateKernels, ownMemory } from "../linalg/simdModule";
import { F64x2, type I32, type KernelBody, type KernelModule, load } from "../linalg/wasmAssembler";

/** Sums over rows, which lie one after another, d numbers each. Both implementations give the same bits. */
interface RowSums {
  /**
   * Adds Σ ‖y‖² y, y = x - origin, row after row.
   * @param cubic the sum, (d,)
   * @param squares gets ‖y‖² of every row
   */
  readonly addCubic: (rows: Float64Array, origin: Float64Array, cubic: Float64Array, squares: Float64Array) => void;
  /**
   * Rows without their mean, in the memory of the given ones or in memory that the next call uses again.
   * @param mean gets the mean, (d,)
   */
  readonly centre: (rows: Float64Array, mean: Float64Array) => Float64Array;
}

/** In plain TypeScript. */
export const plainRowSums: RowSums = {
  addCubic: (rows, origin, cubic, squares) => {
    const d = cubic.length;
    for (let at = 0, r = 0; at < rows.length; at += d, r++) {
      let square = 0;
      for (let j = 0; j < d; j++) {
        const y = rows[at + j] - origin[j];
        square += y * y;
      }
      for (let j = 0; j < d; j++) cubic[j] += square * (rows[at + j] - origin[j]);
      squares[r] = square;
    }
  },
  centre: (rows, mean) => {
    const d = mean.length;
    const count = rows.length / d;
    mean.fill(0);
    for (let at = 0; at < rows.length; at += d) for (let j = 0; j < d; j++) mean[j] += rows[at + j] / count;
    for (let at = 0; at < rows.length; at += d) for (let j = 0; j < d; j++) rows[at + j] -= mean[j];
    return rows;
  },
};

/** Rows that a kernel takes at once. */
const TOGETHER = 4;

/** The addresses of the rows that a kernel takes at once. */
function together(f: KernelBody, first: I32, length: I32): I32[] {
  const at = [f.let(first)];
  while (at.length < TOGETHER) at.push(f.let(at.at(-1)!.add(length)));
  return at;
}

/** Two columns in a vector; addresses and lengths in bytes. */
function kernels(module: KernelModule): { addCubic: number; centre: number } {
  const addCubic = module.add("addCubic", ["i32", "i32", "i32", "i32", "i32", "i32"], (f, rows, count, length, origin, cubic, squares) => {
    f.for(0, count, TOGETHER, (r) => {
      const row = together(f, rows.add(r.mul(length)), length);
      // A sum over columns in order, for two rows in the two halves of a vector.
      const sums = [f.variable(F64x2.zero()), f.variable(F64x2.zero())] as const;
      f.for(0, length, 16, (j) => {
        const start = f.let(load.f64x2(origin.add(j)));
        const squared = row.map((at) => {
          const y = f.let(load.f64x2(at.add(j)).sub(start));
          return f.let(y.mul(y));
        });
        for (const half of ["lower", "upper"] as const)
          for (const pair of [0, 1] as const) f.set(sums[pair], sums[pair].value.add(squared[2 * pair].zip(squared[2 * pair + 1], half)));
      });
      const to = f.let(squares.add(r.mul(8)));
      for (const pair of [0, 1] as const) f.store(to, sums[pair].value, 16 * pair);
      const square = row.map((_, i) => f.let(load.splat64(to, 8 * i)));
      f.for(0, length, 16, (j) => {
        const start = f.let(load.f64x2(origin.add(j)));
        const at = f.let(cubic.add(j));
        f.store(
          at,
          row.reduce((sum, from, i) => sum.add(square[i].mul(load.f64x2(from.add(j)).sub(start))), load.f64x2(at)),
        );
      });
    });
  });
  const centre = module.add("centre", ["i32", "i32", "i32", "i32", "i32"], (f, rows, count, length, mean, share) => {
    const part = f.let(load.splat64(share));
    f.for(0, length, 16, (j) => f.store(mean.add(j), F64x2.zero()));
    f.for(0, count, TOGETHER, (r) => {
      const row = together(f, rows.add(r.mul(length)), length);
      f.for(0, length, 16, (j) => {
        const at = f.let(mean.add(j));
        f.store(
          at,
          row.reduce((sum, from) => sum.add(load.f64x2(from.add(j)).mul(part)), load.f64x2(at)),
        );
      });
    });
    f.for(0, count, 1, (r) => {
      const row = f.let(rows.add(r.mul(length)));
      f.for(0, length, 16, (j) => f.store(row.add(j), load.f64x2(row.add(j)).sub(load.f64x2(mean.add(j)))));
    });
  });
  return { addCubic, centre };
}

interface Kernels {
  readonly addCubic: (rows: number, count: number, length: number, origin: number, cubic: number, squares: number) => void;
  readonly centre: (rows: number, count: number, length: number, mean: number, share: number) => void;
}

/** The kernels with their memory, as one array. It grows with what it is asked to hold. */
let kept: (Kernels & { readonly memory: Float64Array<ArrayBuffer> }) | undefined;

function space(length: number): Kernels & { readonly memory: Float64Array<ArrayBuffer> } {
  if (!kept || kept.memory.length < length) {
    const own = ownMemory(8 * length);
    kept = { memory: new Float64Array(own.buffer), ...instantiateKernels<Kernels>("row sums", kernels, own) };
  }
  return kept;
}

/** Rows whose cubic sum is formed at once: few enough to stay in the cache between the passes. */
const SLICE = 64;

/** By kernels, where these apply: an even d, and rows in fours, of which there are 2^i where a mean is asked for. */
export const rowSums: RowSums = {
  addCubic: (rows, origin, cubic, squares) => {
    const d = cubic.length;
    const whole = d % 2 === 0 ? Math.floor(rows.length / d / TOGETHER) * TOGETHER : 0;
    if (whole > 0) {
      const { memory, addCubic } = space((SLICE + 2) * d + SLICE);
      memory.set(origin, 0);
      memory.set(cubic, d);
      const at = 2 * d + SLICE;
      for (let first = 0; first < whole; first += SLICE) {
        const count = Math.min(SLICE, whole - first);
        memory.set(rows.subarray(first * d, (first + count) * d), at);
        addCubic(8 * at, count, 8 * d, 0, 8 * d, 16 * d);
        squares.set(memory.subarray(2 * d, 2 * d + count), first);
      }
      cubic.set(memory.subarray(d, 2 * d));
    }
    plainRowSums.addCubic(rows.subarray(whole * d), origin, cubic, squares.subarray(whole));
  },
  centre: (rows, mean) => {
    const d = mean.length;
    const count = rows.length / d;
    // Only for a power of two is a product with its reciprocal the quotient to the last bit.
    if (d % 2 !== 0 || count < TOGETHER || (count & (count - 1)) !== 0) return plainRowSums.centre(rows, mean);
    const { memory, centre } = space(rows.length + d + 2);
    memory[0] = 1 / count;
    const at = d + 2;
    memory.set(rows, at);
    centre(8 * at, count, 8 * d, 16, 0);
    mean.set(memory.subarray(2, at));
    return memory.subarray(at, at + rows.length);
  },
};

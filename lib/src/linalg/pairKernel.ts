/** @file Householder reduction of two symmetric matrices at once by WebAssembly, one in each half of every vector. */
import { instantiateKernels, ownMemory } from "./simdModule";
import { F64x2, type I32, type KernelModule, load } from "./wasmAssembler";

/** Bytes of a pair of numbers. */
const PAIR = 16;

/**
 * The two kernels: the steps of core's `tridiagonalise` and `backTransform`, in the same order and without fused operations, so that
 * each half has the bits of the TypeScript code. Matrices are row-major, entries of the two side by side; addresses in bytes.
 */
function kernels(module: KernelModule): { reduce: number; back: number } {
  const reduce = module.add("reduce", ["i32", "i32", "i32", "i32", "i32", "i32"], (f, a, d, diagonal, off, tau, work) => {
    const rowBytes = f.let(d.mul(PAIR));
    f.for(2, d, 1, (step) => {
      const i = f.let(d.add(1).sub(step));
      const row = f.let(a.add(i.mul(rowBytes)));
      const end = f.let(i.mul(PAIR));
      const before = f.let(end.sub(PAIR));
      const tail = f.variable(F64x2.zero());
      f.for(0, before, PAIR, (j) => {
        const x = f.let(load.f64x2(row.add(j)));
        f.set(tail, tail.value.add(x.mul(x)));
      });
      const head = f.let(load.f64x2(row.add(before)));
      f.store(diagonal.add(end), load.f64x2(row.add(end)));
      const length = f.let(head.mul(head).add(tail.value).sqrt());
      const beta = f.let(head.gt(F64x2.zero()).select(length.neg(), length));
      // Where nothing is left to annihilate, the reflector is that of tau = 0: it changes nothing.
      const none = f.let(tail.value.eq(F64x2.zero()));
      const t = f.let(none.select(F64x2.zero(), beta.sub(head).div(beta)));
      const scale = f.let(none.select(F64x2.zero(), F64x2.constant(1).div(head.sub(beta))));
      f.for(0, before, PAIR, (j) => f.store(row.add(j), load.f64x2(row.add(j)).mul(scale)));
      f.store(row.add(before), F64x2.constant(1));
      f.store(tau.add(end), t);
      f.store(off.add(before), none.select(head, beta));
      f.for(0, end, PAIR, (c) => f.store(work.add(c), F64x2.zero()));
      const base = f.variable(a);
      f.for(0, end, PAIR, (r) => {
        const vr = f.let(load.f64x2(row.add(r)));
        const sum = f.variable(F64x2.zero());
        f.for(0, r, PAIR, (c) => {
          const value = f.let(load.f64x2(base.value.add(c)));
          f.set(sum, sum.value.add(value.mul(load.f64x2(row.add(c)))));
          f.store(work.add(c), load.f64x2(work.add(c)).add(value.mul(vr)));
        });
        f.store(work.add(r), load.f64x2(work.add(r)).add(sum.value.add(load.f64x2(base.value.add(r)).mul(vr))));
        f.set(base, base.value.add(rowBytes));
      });
      const dot = f.variable(F64x2.zero());
      f.for(0, end, PAIR, (r) => f.set(dot, dot.value.add(load.f64x2(work.add(r)).mul(load.f64x2(row.add(r))))));
      const half = f.let(t.mul(t).mul(dot.value).mul(F64x2.constant(0.5)));
      f.for(0, end, PAIR, (r) => f.store(work.add(r), t.mul(load.f64x2(work.add(r))).sub(half.mul(load.f64x2(row.add(r))))));
      f.set(base, a);
      f.for(0, end, PAIR, (r) => {
        const vr = f.let(load.f64x2(row.add(r)));
        const wr = f.let(load.f64x2(work.add(r)));
        f.for(0, r.add(PAIR), PAIR, (c) => {
          const at = f.let(base.value.add(c));
          f.store(at, load.f64x2(at).sub(vr.mul(load.f64x2(work.add(c))).add(wr.mul(load.f64x2(row.add(c))))));
        });
        f.set(base, base.value.add(rowBytes));
      });
    });
  });
  const back = module.add("back", ["i32", "i32", "i32", "i32"], (f, a, d, tau, z) => {
    const rowBytes = f.let(d.mul(PAIR));
    /** All reflectors on so many rows of z, from `first` on. */
    const transform = (first: I32, count: number): void => {
      const rows = Array.from({ length: count }, (_, k) => f.let(k === 0 ? first : first.add(rowBytes.mul(k))));
      f.for(2, d, 1, (i) => {
        const row = f.let(a.add(i.mul(rowBytes)));
        const end = f.let(i.mul(PAIR));
        const sums = rows.map(() => f.variable(F64x2.zero()));
        f.for(0, end, PAIR, (c) => {
          const v = f.let(load.f64x2(row.add(c)));
          rows.forEach((to, k) => {
            f.set(sums[k], sums[k].value.add(v.mul(load.f64x2(to.add(c)))));
          });
        });
        const t = f.let(load.f64x2(tau.add(end)));
        for (const sum of sums) f.set(sum, sum.value.mul(t));
        f.for(0, end, PAIR, (c) => {
          const v = f.let(load.f64x2(row.add(c)));
          rows.forEach((to, k) => {
            f.store(to.add(c), load.f64x2(to.add(c)).sub(sums[k].value.mul(v)));
          });
        });
      });
    };
    const whole = f.let(d.and(-4));
    f.for(0, whole, 4, (j) => transform(f.let(z.add(j.mul(rowBytes))), 4));
    f.for(whole, d, 1, (j) => transform(f.let(z.add(j.mul(rowBytes))), 1));
  });
  return { reduce, back };
}

/** Arrays that hold two matrices and what they are reduced to: entry k of matrix `lane` is number 2 k + lane. */
export interface PairSpace {
  /** (d, d): on entry the lower triangles, on return the reflectors. */
  readonly matrix: Float64Array;
  /** (d): the diagonals of the tridiagonal matrices. */
  readonly diagonal: Float64Array;
  /** (d): the numbers beside them. */
  readonly off: Float64Array;
  /** (d, d): vectors as rows. */
  readonly vectors: Float64Array;
  /** Reduces `matrix` to `diagonal` and `off`. */
  readonly reduce: () => void;
  /** Turns `vectors` of the tridiagonal matrices into those of the matrices. */
  readonly back: () => void;
}

interface Kernels {
  readonly reduce: (a: number, d: number, diagonal: number, off: number, tau: number, work: number) => void;
  readonly back: (a: number, d: number, tau: number, z: number) => void;
}

/** Work space for pairs of d x d matrices. */
export function pairSpace(d: number): PairSpace {
  const [square, line] = [PAIR * d * d, PAIR * d];
  const memory = ownMemory(2 * square + 4 * line);
  const [diagonal, off, tau, work] = [2 * square, 2 * square + line, 2 * square + 2 * line, 2 * square + 3 * line];
  const { reduce, back } = instantiateKernels<Kernels>("f64 pairs", kernels, memory);
  const view = (at: number, bytes: number): Float64Array => new Float64Array(memory.buffer, at, bytes / 8);
  const space = { matrix: view(0, square), vectors: view(square, square), diagonal: view(diagonal, line), off: view(off, line) };
  return {
    ...space,
    reduce: () => {
      reduce(0, d, diagonal, off, tau, work);
      for (const lane of [0, 1]) {
        space.diagonal[lane] = space.matrix[lane];
        space.off[2 * (d - 1) + lane] = 0;
        if (d === 1) continue;
        space.off[lane] = space.matrix[2 * d + lane];
        space.diagonal[2 + lane] = space.matrix[2 * d + 2 + lane];
      }
    },
    back: () => back(0, d, tau, square),
  };
}

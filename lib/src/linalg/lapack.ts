/** @file The functions of BLAS and LAPACK that the layer calls, with their arguments put in order and their errors read. */
import { uninitialised } from "./layout";

/** A library whose functions are found by name. */
export interface NativeLibrary {
  /** Bits of its integers. */
  readonly integerBits: 32 | 64;
  /** A function by its plain LAPACK or CBLAS name, declared the way koffi does; undefined where it lacks. */
  readonly find: (name: string, result: string, parameters: readonly string[]) => ((...args: never[]) => unknown) | undefined;
}

/** Numbers of work space that are kept from one call to the next: the system takes longer to give new memory than a small problem lasts. */
const KEPT = 2 ** 21;
let kept: Float64Array = new Float64Array(0);

function workSpace(length: number): Float64Array {
  if (length > KEPT) return uninitialised(length);
  if (kept.length < length) kept = uninitialised(length);
  return kept.subarray(0, length);
}

/** C := op(A) op(B) for op(A) (m, k), op(B) (k, n). */
export type Multiply = (
  transA: boolean,
  transB: boolean,
  m: number,
  n: number,
  k: number,
  A: Float64Array,
  B: Float64Array,
  C: Float64Array,
) => void;

/** BLAS and LAPACK in f64 on arrays. Matrices are row-major and packed (leading dimension = columns), unless said otherwise. */
export interface Lapack {
  readonly multiply: Multiply;
  /** Whether all numbers are finite: their absolute values are summed, which is also false for a sum that overflows. */
  readonly finite: (data: Float64Array) => boolean;
  /** The lower triangle of C := A Aᵀ (or Aᵀ A when `trans`), C (n, n), over k products. */
  readonly symmetricProduct: (trans: boolean, n: number, k: number, A: Float64Array, C: Float64Array) => void;
  /** Eigenvalues of the symmetric A, ascending; A becomes the vectors, one a row, when `vectors`, and is destroyed otherwise. */
  readonly eigen: (vectors: boolean, n: number, A: Float64Array, values: Float64Array) => void;
  /** Replaces the lower triangle of A by L with L Lᵀ = A; returns the first pivot that is not positive, or -1. */
  readonly cholesky: (n: number, A: Float64Array) => number;
  /** B := op(L)⁻¹ B for the lower triangle L (n, n) and B (n, q). */
  readonly solveTriangular: (trans: boolean, n: number, q: number, L: Float64Array, B: Float64Array) => void;
}

const [ROW_MAJOR, PLAIN, TRANSPOSED, LOWER, NON_UNIT, LEFT] = [101, 111, 112, 122, 131, 141] as const;

/** LAPACK counts rows down columns: our row-major lower triangle is its upper one. */
const UPPER = "U";

const known = new WeakMap<NativeLibrary, Lapack | null>();

/** LAPACK of a BLAS library, or null when the library lacks a function of it (a BLAS alone, Apple's older Accelerate). */
export function lapackOf(blas: NativeLibrary): Lapack | null {
  let lapack = known.get(blas);
  if (lapack === undefined) {
    lapack = bind(blas);
    known.set(blas, lapack);
  }
  return lapack;
}

type Call = (...args: readonly unknown[]) => void;

function bind(blas: NativeLibrary): Lapack | null {
  const wide = blas.integerBits === 64;
  const int = wide ? "int64_t" : "int32_t";
  const enumeration = "int32_t";
  /** Integers by reference, as Fortran takes them. */
  const ref = (...values: readonly number[]): ArrayBufferView => (wide ? BigInt64Array.from(values, BigInt) : Int32Array.from(values));
  const find = (name: string, parameters: readonly string[]): Call | undefined => blas.find(name, "void", parameters) as Call | undefined;
  const [text, refs, array] = ["const char *", `${int} *`, "double *"];
  // gfortran passes the lengths of texts after all other arguments.
  const length = "size_t";
  const dgemm = find("cblas_dgemm", [
    ...[enumeration, enumeration, enumeration, int, int, int, "double"],
    ...[array, int, array, int, "double", array, int],
  ]);
  const dasum = blas.find("cblas_dasum", "double", [int, array, int]) as ((n: number, x: Float64Array, step: number) => number) | undefined;
  const dsyrk = find("cblas_dsyrk", [enumeration, enumeration, enumeration, int, int, "double", array, int, "double", array, int]);
  const work = [array, refs, refs, refs, refs];
  const dsyevd = find("dsyevd_", [text, text, refs, array, refs, array, ...work, length, length]);
  const dpotrf = find("dpotrf_", [text, refs, array, refs, refs, length]);
  const triangular = [...Array(5).fill(enumeration), int, int, "double", array, int, array, int];
  const dtrsm = find("cblas_dtrsm", triangular);
  if (!dgemm || !dasum || !dsyrk || !dsyevd || !dpotrf || !dtrsm) return null;

  const checked = (name: string, info: number): number => {
    // A negative info counts our own argument: a mistake here, not the caller's.
    if (info < 0) throw new Error(`${name}: LAPACK refused argument ${-info}`);
    return info;
  };
  return {
    multiply: (transA, transB, m, n, k, A, B, C) => {
      const [a, b] = [transA ? m : k, transB ? k : n];
      dgemm(ROW_MAJOR, transA ? TRANSPOSED : PLAIN, transB ? TRANSPOSED : PLAIN, m, n, k, 1, A, a, B, b, 0, C, n);
    },
    finite: (data) => Number.isFinite(dasum(data.length, data, 1)),
    symmetricProduct: (trans, n, k, A, C) => dsyrk(ROW_MAJOR, LOWER, trans ? TRANSPOSED : PLAIN, n, k, 1, A, trans ? n : k, 0, C, n),
    eigen: (vectors, n, A, values) => {
      const run = (...space: readonly ArrayBufferView[]): number => {
        const info = ref(0) as Int32Array;
        dsyevd(vectors ? "V" : "N", UPPER, ref(n), A, ref(n), values, ...space, info, 1, 1);
        return checked("dsyevd", Number(info[0]));
      };
      // The first call only tells the size of the work space.
      const [size, intSize] = [new Float64Array(1), ref(0) as Int32Array];
      run(size, ref(-1), intSize, ref(-1));
      const [floats, ints] = [size[0], Number(intSize[0])];
      const info = run(workSpace(floats), ref(floats), wide ? new BigInt64Array(ints) : new Int32Array(ints), ref(ints));
      if (info > 0) throw new Error(`dsyevd: ${info} off-diagonal elements did not converge to zero`);
    },
    cholesky: (n, A) => {
      const info = ref(0) as Int32Array;
      dpotrf(UPPER, ref(n), A, ref(n), info, 1);
      return checked("dpotrf", Number(info[0])) - 1;
    },
    solveTriangular: (trans, n, q, L, B) => dtrsm(ROW_MAJOR, LEFT, LOWER, trans ? TRANSPOSED : PLAIN, NON_UNIT, n, q, 1, L, n, B, q),
  };
}

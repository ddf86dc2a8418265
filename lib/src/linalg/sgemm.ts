/** @file Matrix products in f32 on shared memory: by BLAS where there is one, else by our own kernels; or in bfloat16. */
import { findBlas } from "./blas";
import { bfloat16Products } from "./oneDnn";
import { instantiateKernels, type SharedMemory } from "./simdModule";
import { addTileProduct, type TileProduct } from "./tileProduct";
import { int, type KernelModule, load } from "./wasmAssembler";

/** C := op(A) op(B), row-major; matrices by their address in the memory in bytes, leading dimensions in elements. */
export type Sgemm = (
  transA: boolean,
  transB: boolean,
  m: number,
  n: number,
  k: number,
  A: number,
  lda: number,
  B: number,
  ldb: number,
  C: number,
  ldc: number,
) => void;

interface ProductKernels {
  readonly tile: TileProduct;
  /** Copies `columns` columns of B (any strides) into a panel of eight columns, filled up with zeros. */
  readonly pack: (depth: number, columns: number, B: number, bRow: number, bColumn: number, panel: number) => void;
  /** Copies the first `columns` of the eight columns of a panel into C. */
  readonly unpack: (rows: number, columns: number, panel: number, C: number, cRow: number) => void;
}

function productKernels(module: KernelModule): { [P in keyof ProductKernels]: number } {
  return {
    tile: addTileProduct(module),
    pack: module.add("pack", ["i32", "i32", "i32", "i32", "i32", "i32"], (f, depth, columns, B, bRow, bColumn, panel) => {
      f.for(0, depth, 1, (k) => {
        const from = f.let(B.add(k.mul(bRow)));
        const to = f.let(panel.add(k.mul(32)));
        f.for(0, columns, 1, (j) => f.store(to.add(j.mul(4)), load.f32(from.add(j.mul(bColumn)))));
        f.for(columns, 8, 1, (j) => f.store(to.add(j.mul(4)), int(0).toF32()));
      });
    }),
    unpack: module.add("unpack", ["i32", "i32", "i32", "i32", "i32"], (f, rows, columns, panel, C, cRow) => {
      f.for(0, rows, 1, (i) => {
        const from = f.let(panel.add(i.mul(32)));
        const to = f.let(C.add(i.mul(cRow)));
        f.for(0, columns, 1, (j) => f.store(to.add(j.mul(4)), load.f32(from.add(j.mul(4)))));
      });
    }),
  };
}

/** Bytes of scratch that `simdSgemm` needs for products with at most this depth and this many rows. */
export function sgemmScratchBytes(rows: number, depth: number): number {
  return 32 * (rows + depth);
}

/** Products by our own kernels. `scratch` is the address of `sgemmScratchBytes` bytes. */
export function simdSgemm(memory: SharedMemory, scratch: number): Sgemm {
  const kernels = instantiateKernels<ProductKernels>("products", productKernels, memory);
  return (transA, transB, m, n, k, A, lda, B, ldb, C, ldc) => {
    const [aRow, aColumn] = transA ? [4, 4 * lda] : [4 * lda, 4];
    const [bRow, bColumn] = transB ? [4, 4 * ldb] : [4 * ldb, 4];
    const part = scratch + 32 * k;
    for (let j = 0; j < n; j += 8) {
      const columns = Math.min(8, n - j);
      kernels.pack(k, columns, B + j * bColumn, bRow, bColumn, scratch);
      if (columns === 8) kernels.tile(m, 32, k, A, aRow, aColumn, scratch, 32, C + 4 * j, 4 * ldc, 0);
      else {
        kernels.tile(m, 32, k, A, aRow, aColumn, scratch, 32, part, 32, 0);
        kernels.unpack(m, columns, part, C + 4 * j, 4 * ldc);
      }
    }
  };
}

/** Products by BLAS. */
export function blasSgemm(memory: SharedMemory): Sgemm {
  const blas = findBlas();
  if (!blas) throw new Error("sgemm: no BLAS was found; set COTLAB_BLAS to the path of one, or use the back end simd");
  const base = blas.address(new Uint8Array(memory.buffer));
  const { sgemm } = blas;
  return (transA, transB, m, n, k, A, lda, B, ldb, C, ldc) =>
    sgemm(101, transA ? 112 : 111, transB ? 112 : 111, m, n, k, 1, base + A, lda, base + B, ldb, 0, base + C, ldc);
}

/** Products by oneDNN: factors rounded to bfloat16 (8 significant bits), sums in f32. */
export function bfloat16Sgemm(memory: SharedMemory): Sgemm {
  const found = bfloat16Products();
  if ("missing" in found) throw new Error(`sgemm: there are no bfloat16 products: ${found.missing}`);
  const base = found.address(new Uint8Array(memory.buffer));
  const { multiply } = found;
  return (transA, transB, m, n, k, A, lda, B, ldb, C, ldc) =>
    multiply(transA, transB, m, n, k, base + A, lda, base + B, ldb, base + C, ldc);
}

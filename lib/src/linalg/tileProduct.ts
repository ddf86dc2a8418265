/** @file The product kernel: C (+)= A B in f32, A with any strides, four rows by eight columns at a time. */
import { F32x4, type I32, type KernelBody, type KernelModule, load, type Variable } from "./wasmAssembler";

/** C (+)= A B. Addresses and strides in bytes; B's and C's columns are contiguous. */
export type TileProduct = (
  rows: number,
  columnBytes: number,
  depth: number,
  A: number,
  aRow: number,
  aColumn: number,
  B: number,
  bRow: number,
  C: number,
  cRow: number,
  accumulate: number,
) => void;

type Operands = Readonly<Record<"depth" | "A" | "aRow" | "aColumn" | "B" | "bRow" | "C" | "cRow" | "accumulate", I32>>;

/** `rows` rows by four times `vectors` columns of C, kept in registers. */
function block(f: KernelBody, rows: number, vectors: number, o: Operands): void {
  const sums: Variable<F32x4>[][] = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.variable(F32x4.zero())));
  const a = Array.from({ length: rows }, (_, r) => f.variable(r === 0 ? o.A : o.A.add(o.aRow.mul(r))));
  const b = f.variable(o.B);
  f.for(0, o.depth, 1, () => {
    const row = Array.from({ length: vectors }, (_, v) => f.let(load.f32x4(b.value, 16 * v)));
    for (let r = 0; r < rows; r++) {
      const left = f.let(load.splat(a[r].value));
      for (let v = 0; v < vectors; v++) f.set(sums[r][v], f.madd(left, row[v], sums[r][v].value));
      f.set(a[r], a[r].value.add(o.aColumn));
    }
    f.set(b, b.value.add(o.bRow));
  });
  const c = Array.from({ length: rows }, (_, r) => f.let(r === 0 ? o.C : o.C.add(o.cRow.mul(r))));
  f.if(o.accumulate, () => {
    for (let r = 0; r < rows; r++) for (let v = 0; v < vectors; v++) f.set(sums[r][v], sums[r][v].value.add(load.f32x4(c[r], 16 * v)));
  });
  for (let r = 0; r < rows; r++) for (let v = 0; v < vectors; v++) f.store(c[r], sums[r][v].value, 16 * v);
}

/** Adds the kernel `tile` (see TileProduct; columnBytes is a multiple of 16). */
export function addTileProduct(module: KernelModule): number {
  return module.add(
    "tile",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (f, rows, columnBytes, depth, A, aRow, aColumn, B, bRow, C, cRow, accumulate) => {
      const band = (height: number, i: I32): void => {
        const a = f.let(A.add(i.mul(aRow)));
        const c = f.let(C.add(i.mul(cRow)));
        const wide = f.let(columnBytes.and(-32));
        const at = (j: I32): Operands => ({ depth, A: a, aRow, aColumn, B: f.let(B.add(j)), bRow, C: f.let(c.add(j)), cRow, accumulate });
        f.for(0, wide, 32, (j) => block(f, height, 2, at(j)));
        f.for(wide, columnBytes, 16, (j) => block(f, height, 1, at(j)));
      };
      const whole = f.let(rows.and(-4));
      f.for(0, whole, 4, (i) => band(4, i));
      f.for(whole, rows, 1, (i) => band(1, i));
    },
  );
}

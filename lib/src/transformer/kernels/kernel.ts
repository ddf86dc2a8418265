/**
 * @file How a kernel is declared: its arguments by name, and its body. It is called by the same names, so that no address can take
 * another's place.
 *
 * Kernels work on four floats at a time: rows have a multiple of four floats, filled up where a width has not.
 */
import { instantiateKernels, type SharedMemory } from "../../linalg/simdModule";
import { addTileProduct } from "../../linalg/tileProduct";
import { type F32, type I32, int, type KernelBody, type KernelModule } from "../../linalg/wasmAssembler";

/** Names of arguments: numbers of things (or flags), floats, and addresses in bytes of arrays of floats or integers. */
export interface Fields {
  readonly count: readonly string[];
  readonly float?: readonly string[];
  readonly address: readonly string[];
}
export type Integers<F extends Fields> = F["count"][number] | F["address"][number];
export type Floats<F extends Fields> = F["float"] extends readonly string[] ? F["float"][number] : never;
export type Expressions<F extends Fields> = { readonly [P in Integers<F>]: I32 } & { readonly [P in Floats<F>]: F32 };

/**
 * C = A B, or C += A B where `accumulate` is 1. Strides in bytes, of A from column to column too (default 4: side by side); columns of B
 * and C lie side by side, `columnBytes` is a multiple of 16.
 */
export type Multiply = (
  operands: Readonly<Record<"rows" | "columnBytes" | "depth" | "A" | "aRow" | "B" | "bRow" | "C" | "cRow", I32>> &
    Partial<Readonly<Record<"aColumn" | "accumulate", I32>>>,
) => void;

export interface Kernel<F extends Fields> {
  readonly fields: F;
  readonly write: (f: KernelBody, fields: Expressions<F>, multiply: Multiply) => void;
}

/** Declares a kernel. */
export function kernel<const F extends Fields>(fields: F, write: Kernel<F>["write"]): Kernel<F> {
  return { fields, write };
}

/** How kernels are called. */
export type KernelCalls<K> = {
  readonly [P in keyof K]: K[P] extends Kernel<infer F> ? (fields: { readonly [Name in Integers<F> | Floats<F>]: number }) => void : never;
};

/** The kernels on a memory; a set is compiled once a thread. */
export function kernelCalls<K extends object>(set: string, kernels: K, memory: SharedMemory): KernelCalls<K> {
  const all = Object.entries(kernels as Record<string, Kernel<Fields>>).map(([name, { fields, write }]) => {
    const floats = fields.float ?? [];
    const names = [...fields.count, ...floats, ...fields.address];
    return { name, names, kinds: names.map((field) => (floats.includes(field) ? "f32" : "i32")), write };
  });
  const add = (module: KernelModule): Record<string, number> => {
    const tile = addTileProduct(module);
    const numbers = all.map(({ name, names, kinds, write }) => {
      const body = (f: KernelBody, ...args: (I32 | F32)[]): void => {
        const multiply: Multiply = (o) =>
          f.call(tile, o.rows, o.columnBytes, o.depth, o.A, o.aRow, o.aColumn ?? int(4), o.B, o.bRow, o.C, o.cRow, o.accumulate ?? int(0));
        write(f, Object.fromEntries(names.map((field, i) => [field, args[i]])) as Expressions<Fields>, multiply);
      };
      return [name, module.add(name, kinds, body)];
    });
    return Object.fromEntries(numbers);
  };
  const compiled = instantiateKernels<Record<string, unknown>>(set, add, memory);
  // Calls are written out: looked up one by one, the names would cost four times as much (0.6 µs) as the whole call.
  const byName = all.map(({ name, names }) => [name, new Function("call", `return ({ ${names} }) => call(${names})`)(compiled[name])]);
  return Object.fromEntries(byName) as KernelCalls<K>;
}

/** n filled up to a multiple of four. */
export function padded(n: number): number {
  return Math.ceil(n / 4) * 4;
}

/** Bytes of n floats, filled up. */
export function paddedBytes(n: I32): I32 {
  return n.add(3).and(-4).mul(4);
}

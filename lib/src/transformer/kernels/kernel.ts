/**
 * @file How a kernel is declared: its arguments by name, and its body. It is called by the same names, so that no address can take
 * another's place.
 *
 * Kernels work on four floats at a time: rows have a multiple of four floats, filled up where a width has not.
 */
import { instantiateKernels, type SharedMemory } from "../../linalg/simdModule";
import { addTileProduct } from "../../linalg/tileProduct";
import { type F32, type I32, int, type KernelBody } from "../../linalg/wasmAssembler";

/** What an argument is: a number of things (or a flag), the address in bytes of an array of floats or integers, or a float. */
type Field = "count" | "address" | "float";
type Fields = Readonly<Record<string, Field>>;
type Expressions<F extends Fields> = { readonly [P in keyof F]: F[P] extends "float" ? F32 : I32 };

/** C (+)= A B, rows and columns anywhere: strides in bytes, columns of B and C side by side, `columnBytes` a multiple of 16. */
interface ProductOperands {
  readonly rows: I32;
  readonly columnBytes: I32;
  readonly depth: I32;
  readonly A: I32;
  readonly aRow: I32;
  readonly aColumn: I32;
  readonly B: I32;
  readonly bRow: I32;
  readonly C: I32;
  readonly cRow: I32;
  /** Whether the product is added to C; default: it replaces C. */
  readonly accumulate?: I32;
}
export type Multiply = (operands: ProductOperands) => void;

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
  readonly [P in keyof K]: K[P] extends Kernel<infer F> ? (fields: { readonly [Name in keyof F]: number }) => void : never;
};

/** The kernels on a memory; a set is compiled once a thread. */
export function kernelCalls<K extends object>(set: string, kernels: K, memory: SharedMemory): KernelCalls<K> {
  const all = Object.entries(kernels as Record<string, Kernel<Fields>>);
  const compiled = instantiateKernels<Record<string, unknown>>(
    set,
    (module) => {
      const tile = addTileProduct(module);
      const add = ([name, { fields, write }]: (typeof all)[number]): [string, number] => {
        const names = Object.keys(fields);
        const kinds = names.map((field) => (fields[field] === "float" ? "f32" : "i32"));
        const number = module.add(name, kinds, (f, ...args) =>
          write(f, Object.fromEntries(names.map((field, i) => [field, args[i]])) as Expressions<Fields>, (o) => {
            f.call(tile, o.rows, o.columnBytes, o.depth, o.A, o.aRow, o.aColumn, o.B, o.bRow, o.C, o.cRow, o.accumulate ?? int(0));
          }),
        );
        return [name, number];
      };
      return Object.fromEntries(all.map(add));
    },
    memory,
  );
  const byName = ([name, { fields }]: (typeof all)[number]): [string, unknown] => {
    const names = Object.keys(fields).join(", ");
    // The call is written out: looked up one by one, the names would cost four times as much (0.6 µs) as the whole call.
    return [name, new Function("call", `return ({ ${names} }) => call(${names})`)(compiled[name])];
  };
  return Object.fromEntries(all.map(byName)) as KernelCalls<K>;
}

/** n filled up to a multiple of four. */
export function padded(n: number): number {
  return Math.ceil(n / 4) * 4;
}

/** Bytes of n floats, filled up. */
export function paddedBytes(n: I32): I32 {
  return n.add(3).and(-4).mul(4);
}

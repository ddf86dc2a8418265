/**
 * @file How attention's rows lie in memory.
 *
 * Rows of `qkv` hold query, key and value side by side, each with its H heads of hs columns. B sequences have prompts of T tokens and K
 * thoughts each. The prompts' rows come first, sequence by sequence; then those of the thoughts, thought by thought, so that the thoughts
 * of one step are contiguous.
 */
import { F32x4, type I32, type KernelBody, load } from "../../linalg/wasmAssembler";
import { kernel, paddedBytes } from "./kernel";

type Heads = Readonly<Record<"B" | "H" | "hs", I32>>;

/** Bytes: of a head's columns, of a row of width C = H hs, and of a row of `qkv`. */
export function rowBytes(f: KernelBody, { H, hs }: Omit<Heads, "B">): { head: I32; width: I32; row: I32 } {
  const head = f.let(hs.mul(4));
  const width = f.let(H.mul(head));
  return { head, width, row: f.let(width.mul(3)) };
}

/** For each sequence b and each head: `column` is where the head begins in a row, in bytes; `pair` numbers all of them. */
export function forHeads(f: KernelBody, { B, H, hs }: Heads, body: (b: I32, column: I32, pair: I32) => void): void {
  f.for(0, B, 1, (b) => {
    f.for(0, H, 1, (h) => body(b, f.let(h.mul(hs).mul(4)), f.let(b.mul(H).add(h))));
  });
}

/**
 * The prompts' keys or values, head by head and with a column a token: (B, T, H, hs) -> (B, H, hs, T), T filled up to a multiple of four.
 * @param from the first row's keys or values in `qkv`
 */
export const transposeHeads = kernel({ count: ["B", "T", "H", "hs"], address: ["from", "out"] }, (f, { B, T, H, hs, from, out }) => {
  const { head, row } = rowBytes(f, { H, hs });
  const line = f.let(paddedBytes(T));
  forHeads(f, { B, H, hs }, (b, column, pair) => {
    const source = f.let(from.add(b.mul(T).mul(row)).add(column));
    const target = f.let(out.add(pair.mul(hs).mul(line)));
    f.for(0, T, 1, (t) => {
      const token = f.let(source.add(t.mul(row)));
      const to = f.variable(target.add(t.mul(4)));
      f.for(0, head, 4, (c) => {
        f.store(to.value, load.f32(token.add(c)));
        f.set(to, to.value.add(line));
      });
    });
  });
});

/** Sets a head's columns of a row to zero. */
export function clear(f: KernelBody, at: I32, head: I32): void {
  f.for(0, head, 16, (c) => f.store(at.add(c), F32x4.zero()));
}

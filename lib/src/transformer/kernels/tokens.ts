/** @file Kernels of a model over tokens: looking up rows of a table, and the cross-entropy of the next token. */
import { type F32x4, type KernelModule, load } from "../../linalg/wasmAssembler";
import { fill, MASKED, softmax } from "./attention";

export interface TokenKernels {
  /** out's rows = the table's rows that `tokens` (32-bit integers) name. */
  readonly embed: (rows: number, width: number, tokens: number, table: number, out: number) => void;
  /** dTable's named rows += dOut's rows. */
  readonly embedBackward: (rows: number, width: number, tokens: number, dOut: number, dTable: number) => void;
  /**
   * Turns logits (rows of `vocabulary` floats, filled up to `width` bytes) into the gradient of the sum of weight x cross-entropy.
   * @param probabilities receives the target's probability in each row
   */
  readonly crossEntropy: (
    rows: number,
    vocabulary: number,
    width: number,
    one: number,
    logits: number,
    targets: number,
    weights: number,
    probabilities: number,
  ) => void;
}

/** Adds the kernels of TokenKernels to a module. */
export function addTokenKernels(module: KernelModule): { [P in keyof TokenKernels]: number } {
  return {
    embed: module.add("embed", ["i32", "i32", "i32", "i32", "i32"], (f, rows, width, tokens, table, out) => {
      f.for(0, rows, 1, (r) => {
        const from = f.let(table.add(load.i32(tokens.add(r.mul(4))).mul(width)));
        const to = f.let(out.add(r.mul(width)));
        f.for(0, width, 16, (j) => f.store(to.add(j), load.f32x4(from.add(j))));
      });
    }),
    embedBackward: module.add("embedBackward", ["i32", "i32", "i32", "i32", "i32"], (f, rows, width, tokens, dOut, dTable) => {
      f.for(0, rows, 1, (r) => {
        const to = f.let(dTable.add(load.i32(tokens.add(r.mul(4))).mul(width)));
        const from = f.let(dOut.add(r.mul(width)));
        f.for(0, width, 16, (j) => f.store(to.add(j), load.f32x4(to.add(j)).add(load.f32x4(from.add(j)))));
      });
    }),
    crossEntropy: module.add(
      "crossEntropy",
      ["i32", "i32", "i32", "f32", "i32", "i32", "i32", "i32"],
      (f, rows, vocabulary, width, one, logits, targets, weights, probabilities) => {
        f.for(0, rows, 1, (r) => {
          const row = f.let(logits.add(r.mul(width)));
          fill(f, f.let(row.add(vocabulary.mul(4))), f.let(row.add(width)), MASKED);
          softmax(f, row, width, one);
          const target = f.let(row.add(load.i32(targets.add(r.mul(4))).mul(4)));
          f.store(probabilities.add(r.mul(4)), load.f32(target));
          f.store(target, load.f32(target).sub(one));
          const weight = f.let<F32x4>(load.splat(weights.add(r.mul(4))));
          f.for(0, width, 16, (j) => f.store(row.add(j), load.f32x4(row.add(j)).mul(weight)));
        });
      },
    ),
  };
}

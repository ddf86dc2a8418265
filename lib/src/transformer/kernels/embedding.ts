/** @file Rows of a table by their numbers: tokens and positions, forward and backward. */
import { load } from "../../linalg/wasmAssembler";
import { kernel } from "./kernel";

/** out[r] = table[tokens[r]]: (V, C) -> (R, C); `add` 1: added to out instead. */
export const embed = kernel({ count: ["R", "C", "add"], address: ["tokens", "table", "out"] }, (f, { R, C, tokens, table, out, add }) => {
  const width = f.let(C.mul(4));
  f.for(0, R, 1, (r) => {
    const from = f.let(table.add(load.i32(tokens.add(r.mul(4))).mul(width)));
    const to = f.let(out.add(r.mul(width)));
    f.if(
      add,
      () => f.for(0, width, 16, (c) => f.store(to.add(c), load.f32x4(to.add(c)).add(load.f32x4(from.add(c))))),
      () => f.for(0, width, 16, (c) => f.store(to.add(c), load.f32x4(from.add(c)))),
    );
  });
});

/** dTable[tokens[r]] += dOut[r]: (R, C) -> (V, C). */
export const embedBackward = kernel({ count: ["R", "C"], address: ["tokens", "dOut", "dTable"] }, (f, { R, C, tokens, dOut, dTable }) => {
  const width = f.let(C.mul(4));
  f.for(0, R, 1, (r) => {
    const to = f.let(dTable.add(load.i32(tokens.add(r.mul(4))).mul(width)));
    const from = f.let(dOut.add(r.mul(width)));
    f.for(0, width, 16, (c) => f.store(to.add(c), load.f32x4(to.add(c)).add(load.f32x4(from.add(c)))));
  });
});

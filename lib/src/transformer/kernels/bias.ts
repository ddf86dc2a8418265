/** @file Biases and residual connections, and their derivative. */
import { type I32, load } from "../../linalg/wasmAssembler";
import { kernel } from "./kernel";

/** x += bias, row by row: (R, C) + (C). */
export const addBias = kernel({ count: ["R", "C"], address: ["x", "bias"] }, (f, { R, C, x, bias }) => {
  const width = f.let(C.mul(4));
  f.for(0, R, 1, (r) => {
    const row = f.let(x.add(r.mul(width)));
    f.for(0, width, 16, (c) => f.store(row.add(c), load.f32x4(row.add(c)).add(load.f32x4(bias.add(c)))));
  });
});

/** out = x + (y + bias), row by row: (R, C) + (R, C) + (C). */
export const residual = kernel({ count: ["R", "C"], address: ["x", "y", "bias", "out"] }, (f, { R, C, x, y, bias, out }) => {
  const width = f.let(C.mul(4));
  f.for(0, R, 1, (r) => {
    const row = f.let(r.mul(width));
    f.for(0, width, 16, (c) => {
      const at = f.let(row.add(c));
      f.store(out.add(at), load.f32x4(x.add(at)).add(load.f32x4(y.add(at)).add(load.f32x4(bias.add(c)))));
    });
  });
});

/** Vectors of a row that stay in registers while the kernel walks down the rows. */
const STRIPE = 4;

/** dBias += the sum of dOut's rows: (R, C) -> (C). */
export const biasBackward = kernel({ count: ["R", "C"], address: ["dOut", "dBias"] }, (f, { R, C, dOut, dBias }) => {
  const width = f.let(C.mul(4));
  const stripe = (vectors: number, c: I32): void => {
    const to = f.let(dBias.add(c));
    const sums = Array.from({ length: vectors }, (_, v) => f.variable(load.f32x4(to, 16 * v)));
    const at = f.variable(dOut.add(c));
    f.for(0, R, 1, () => {
      for (const [v, sum] of sums.entries()) f.set(sum, sum.value.add(load.f32x4(at.value, 16 * v)));
      f.set(at, at.value.add(width));
    });
    for (const [v, sum] of sums.entries()) f.store(to, sum.value, 16 * v);
  };
  const whole = f.let(width.and(-16 * STRIPE));
  f.for(0, whole, 16 * STRIPE, (c) => stripe(STRIPE, c));
  f.for(whole, width, 16, (c) => stripe(1, c));
});

/** @file GELU in its tanh form, forward and backward. */
import { exponential } from "../../linalg/exponential";
import { type F32x4, load } from "../../linalg/wasmAssembler";
import { kernel } from "./kernel";

// x (1 + tanh u) / 2 = x σ(z) with z = 2 u = 2 √(2/π) (x + 0.044715 x³).
const SLOPE = 2 * Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715 * SLOPE;

/**
 * out = GELU(x + bias): (R, C) + (C) -> (R, C).
 * @param x is replaced by GELU'(x + bias), which is all that the way back needs
 */
export const gelu = kernel({ count: ["R", "C"], address: ["x", "bias", "out"] }, (f, { R, C, x: input, bias, out }) => {
  const constant = (value: number): F32x4 => f.constant(value);
  const width = f.let(C.mul(4));
  f.for(0, R, 1, (r) => {
    const row = f.let(r.mul(width));
    const [from, to] = [f.let(input.add(row)), f.let(out.add(row))];
    f.for(0, width, 16, (c) => {
      const x = f.let(load.f32x4(from.add(c)).add(load.f32x4(bias.add(c))));
      const square = f.let(x.mul(x));
      const minusZ = x.mul(f.madd(square, constant(-CUBIC), constant(-SLOPE)));
      const gate = f.let(constant(1).div(exponential(f, minusZ).add(constant(1))));
      const value = f.let(x.mul(gate));
      f.store(to.add(c), value);
      const dz = f.madd(square, constant(3 * CUBIC), constant(SLOPE));
      f.store(from.add(c), f.madd(value.mul(constant(1).sub(gate)), dz, gate));
    });
  });
});

/** dOut becomes dx = dOut slope, and dBias += Σ dx: (R, C) -> (R, C), (C); `slope` is what `gelu` left in x. */
export const geluBackward = kernel({ count: ["R", "C"], address: ["dOut", "slope", "dBias"] }, (f, { R, C, dOut, slope, dBias }) => {
  const width = f.let(C.mul(4));
  f.for(0, R, 1, (r) => {
    const row = f.let(r.mul(width));
    const [at, from] = [f.let(dOut.add(row)), f.let(slope.add(row))];
    f.for(0, width, 16, (c) => {
      const d = f.let(load.f32x4(at.add(c)).mul(load.f32x4(from.add(c))));
      f.store(at.add(c), d);
      f.store(dBias.add(c), load.f32x4(dBias.add(c)).add(d));
    });
  });
});

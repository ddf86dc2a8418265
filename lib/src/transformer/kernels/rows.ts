/** @file Kernels over rows: biases, residuals, layer normalisation, GELU. Widths in bytes, multiples of 16. */
import { exponential } from "../../linalg/exponential";
import { F32x4, float, type I32, type KernelBody, type KernelModule, load } from "../../linalg/wasmAssembler";

/** ε of every layer normalisation, as in GPT-2. */
const EPSILON = 1e-5;

export interface RowKernels {
  /** x += bias, row by row. */
  readonly addBias: (rows: number, width: number, x: number, bias: number) => void;
  /** out = x + y + bias, row by row. */
  readonly residual: (rows: number, width: number, x: number, y: number, bias: number, out: number) => void;
  /** out += the sum of x's rows. */
  readonly columnSum: (rows: number, width: number, x: number, out: number) => void;
  /** out = γ (x - mean) / √(var + ε) + β; mean and 1/√(var + ε) of each row go to `moments`. `inverse` is 4 / width. */
  readonly layerNorm: (
    rows: number,
    width: number,
    inverse: number,
    x: number,
    gamma: number,
    beta: number,
    out: number,
    moments: number,
  ) => void;
  /** dx += the derivative through layerNorm; dγ and dβ are added to. With `fresh`, dx is overwritten. */
  readonly layerNormBackward: (
    rows: number,
    width: number,
    inverse: number,
    dOut: number,
    x: number,
    gamma: number,
    moments: number,
    dx: number,
    dGamma: number,
    dBeta: number,
    fresh: number,
  ) => void;
  /** act = GELU(pre + bias) (tanh form); its derivative replaces `pre`. */
  readonly gelu: (rows: number, width: number, pre: number, bias: number, act: number) => void;
  /** dAct *= derivative; its column sums are added to dBias. */
  readonly geluBackward: (rows: number, width: number, dAct: number, derivative: number, dBias: number) => void;
}

/** For each row: `row(start of the row, as an offset in bytes)`. */
function forRows(f: KernelBody, rows: I32, width: I32, row: (offset: I32) => void): void {
  f.for(0, rows, 1, (i) => row(f.let(i.mul(width))));
}

/** Columns of a tile that stays in registers while a kernel walks down the rows. */
const STRIPE = 4;

function addColumnSum(module: KernelModule): number {
  return module.add("columnSum", ["i32", "i32", "i32", "i32"], (f, rows, width, x, out) => {
    const stripe = (vectors: number, j: I32): void => {
      const to = f.let(out.add(j));
      const sums = Array.from({ length: vectors }, (_, v) => f.variable(load.f32x4(to, 16 * v)));
      const at = f.variable(x.add(j));
      f.for(0, rows, 1, () => {
        sums.forEach((sum, v) => {
          f.set(sum, sum.value.add(load.f32x4(at.value, 16 * v)));
        });
        f.set(at, at.value.add(width));
      });
      sums.forEach((sum, v) => {
        f.store(to, sum.value, 16 * v);
      });
    };
    const whole = f.let(width.and(-16 * STRIPE));
    f.for(0, whole, 16 * STRIPE, (j) => stripe(STRIPE, j));
    f.for(whole, width, 16, (j) => stripe(1, j));
  });
}

function addLayerNorm(module: KernelModule): { layerNorm: number; layerNormBackward: number } {
  const layerNorm = module.add(
    "layerNorm",
    ["i32", "i32", "f32", "i32", "i32", "i32", "i32", "i32"],
    (f, rows, width, inverse, x, gamma, beta, out, moments) => {
      f.for(0, rows, 1, (i) => {
        const from = f.let(x.add(i.mul(width)));
        const to = f.let(out.add(i.mul(width)));
        const sum = f.variable(F32x4.zero());
        f.for(0, width, 16, (j) => f.set(sum, sum.value.add(load.f32x4(from.add(j)))));
        const mean = f.let(f.sum(sum.value).mul(inverse));
        const meanVector = f.let(mean.splat());
        const squares = f.variable(F32x4.zero());
        f.for(0, width, 16, (j) => {
          const difference = f.let(load.f32x4(from.add(j)).sub(meanVector));
          f.set(squares, f.madd(difference, difference, squares.value));
        });
        const scale = f.let(float(1).div(f.sum(squares.value).mul(inverse).add(float(EPSILON)).sqrt()));
        const scaleVector = f.let(scale.splat());
        f.for(0, width, 16, (j) => {
          const normal = load.f32x4(from.add(j)).sub(meanVector).mul(scaleVector);
          f.store(to.add(j), f.madd(normal, load.f32x4(gamma.add(j)), load.f32x4(beta.add(j))));
        });
        const at = f.let(moments.add(i.mul(8)));
        f.store(at, mean);
        f.store(at, scale, 4);
      });
    },
  );
  const layerNormBackward = module.add(
    "layerNormBackward",
    ["i32", "i32", "f32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (f, rows, width, inverse, dOut, x, gamma, moments, dx, dGamma, dBeta, fresh) => {
      f.for(0, rows, 1, (i) => {
        const offset = f.let(i.mul(width));
        const [dy, from, to] = [f.let(dOut.add(offset)), f.let(x.add(offset)), f.let(dx.add(offset))];
        const mean = f.let(load.splat(moments.add(i.mul(8))));
        const scale = f.let(load.splat(moments.add(i.mul(8)), 4));
        const normal = (j: I32): F32x4 => load.f32x4(from.add(j)).sub(mean).mul(scale);
        const [first, second] = [f.variable(F32x4.zero()), f.variable(F32x4.zero())];
        f.for(0, width, 16, (j) => {
          const d = f.let(load.f32x4(dy.add(j)));
          const z = f.let(normal(j));
          const weighted = f.let(d.mul(load.f32x4(gamma.add(j))));
          f.set(first, first.value.add(weighted));
          f.set(second, f.madd(weighted, z, second.value));
          f.store(dGamma.add(j), f.madd(d, z, load.f32x4(dGamma.add(j))));
          f.store(dBeta.add(j), load.f32x4(dBeta.add(j)).add(d));
        });
        const a = f.let(f.sum(first.value).mul(inverse).splat());
        const b = f.let(f.sum(second.value).mul(inverse).splat());
        f.for(0, width, 16, (j) => {
          const weighted = load.f32x4(dy.add(j)).mul(load.f32x4(gamma.add(j)));
          const change = f.variable(weighted.sub(a).sub(normal(j).mul(b)).mul(scale));
          f.if(
            fresh,
            () => {},
            () => f.set(change, change.value.add(load.f32x4(to.add(j)))),
          );
          f.store(to.add(j), change.value);
        });
      });
    },
  );
  return { layerNorm, layerNormBackward };
}

function addGelu(module: KernelModule): { gelu: number; geluBackward: number } {
  const constant = F32x4.constant;
  // GELU's tanh form is x σ(z) with z = 2 √(2/π) (x + 0.044715 x³), since (1 + tanh u) / 2 = σ(2u).
  const slope = 2 * Math.sqrt(2 / Math.PI);
  const cubic = 0.044715 * slope;
  const gelu = module.add("gelu", ["i32", "i32", "i32", "i32", "i32"], (f, rows, width, pre, bias, act) => {
    forRows(f, rows, width, (offset) => {
      const [from, to] = [f.let(pre.add(offset)), f.let(act.add(offset))];
      f.for(0, width, 16, (j) => {
        const x = f.let(load.f32x4(from.add(j)).add(load.f32x4(bias.add(j))));
        const square = f.let(x.mul(x));
        const minusZ = x.mul(f.madd(square, constant(-cubic), constant(-slope)));
        const gate = f.let(constant(1).div(exponential(f, minusZ).add(constant(1))));
        const value = f.let(x.mul(gate));
        f.store(to.add(j), value);
        const dz = f.madd(square, constant(3 * cubic), constant(slope));
        f.store(from.add(j), f.madd(value.mul(constant(1).sub(gate)), dz, gate));
      });
    });
  });
  const geluBackward = module.add("geluBackward", ["i32", "i32", "i32", "i32", "i32"], (f, rows, width, dAct, derivative, dBias) => {
    forRows(f, rows, width, (offset) => {
      const [at, from] = [f.let(dAct.add(offset)), f.let(derivative.add(offset))];
      f.for(0, width, 16, (j) => {
        const d = f.let(load.f32x4(at.add(j)).mul(load.f32x4(from.add(j))));
        f.store(at.add(j), d);
        f.store(dBias.add(j), load.f32x4(dBias.add(j)).add(d));
      });
    });
  });
  return { gelu, geluBackward };
}

/** Adds the kernels of RowKernels to a module. */
export function addRowKernels(module: KernelModule): { [P in keyof RowKernels]: number } {
  return {
    addBias: module.add("addBias", ["i32", "i32", "i32", "i32"], (f, rows, width, x, bias) => {
      forRows(f, rows, width, (offset) => {
        const at = f.let(x.add(offset));
        f.for(0, width, 16, (j) => f.store(at.add(j), load.f32x4(at.add(j)).add(load.f32x4(bias.add(j)))));
      });
    }),
    residual: module.add("residual", ["i32", "i32", "i32", "i32", "i32", "i32"], (f, rows, width, x, y, bias, out) => {
      forRows(f, rows, width, (offset) => {
        f.for(0, width, 16, (j) => {
          const at = f.let(offset.add(j));
          f.store(out.add(at), load.f32x4(x.add(at)).add(load.f32x4(y.add(at)).add(load.f32x4(bias.add(j)))));
        });
      });
    }),
    columnSum: addColumnSum(module),
    ...addLayerNorm(module),
    ...addGelu(module),
  };
}

/** @file Layer normalisation of rows, forward and backward. */
import { F32x4, float, type I32, load } from "../../linalg/wasmAssembler";
import { kernel } from "./kernel";

/** ε, as in GPT-2. */
const EPSILON = 1e-5;

/**
 * out = γ z + β with z = (x - mean) / √(var + ε), row by row: (R, C) -> (R, C).
 * @param moments (R, 2): receives each row's mean and 1/√(var + ε)
 */
export const layerNorm = kernel(
  { count: ["R", "C"], address: ["x", "gamma", "beta", "out", "moments"] },
  (f, { R, C, x, gamma, beta, out, moments }) => {
    const width = f.let(C.mul(4));
    const inverse = f.let(float(1).div(C.toF32()));
    f.for(0, R, 1, (r) => {
      const from = f.let(x.add(r.mul(width)));
      const to = f.let(out.add(r.mul(width)));
      const sum = f.variable(F32x4.zero());
      f.for(0, width, 16, (c) => f.set(sum, sum.value.add(load.f32x4(from.add(c)))));
      const mean = f.let(f.sum(sum.value).mul(inverse));
      const center = f.let(mean.splat());
      const squares = f.variable(F32x4.zero());
      f.for(0, width, 16, (c) => {
        const difference = f.let(load.f32x4(from.add(c)).sub(center));
        f.set(squares, f.madd(difference, difference, squares.value));
      });
      const scale = f.let(float(1).div(f.sum(squares.value).mul(inverse).add(float(EPSILON)).sqrt()));
      const factor = f.let(scale.splat());
      f.for(0, width, 16, (c) => {
        const z = load.f32x4(from.add(c)).sub(center).mul(factor);
        f.store(to.add(c), f.madd(z, load.f32x4(gamma.add(c)), load.f32x4(beta.add(c))));
      });
      const at = f.let(moments.add(r.mul(8)));
      f.store(at, mean);
      f.store(at, scale, 4);
    });
  },
);

/**
 * dx += (γ dOut - mean(γ dOut) - z mean(γ dOut z)) / √(var + ε), dγ += Σ dOut z, dβ += Σ dOut: (R, C) -> (R, C), (C), (C).
 * @param fresh 1: dx is overwritten, not added to
 */
export const layerNormBackward = kernel(
  { count: ["R", "C", "fresh"], address: ["dOut", "x", "gamma", "moments", "dx", "dGamma", "dBeta"] },
  (f, { R, C, dOut, x, gamma, moments, dx, dGamma, dBeta, fresh }) => {
    const width = f.let(C.mul(4));
    const inverse = f.let(float(1).div(C.toF32()));
    f.for(0, R, 1, (r) => {
      const row = f.let(r.mul(width));
      const [dy, from, to] = [f.let(dOut.add(row)), f.let(x.add(row)), f.let(dx.add(row))];
      const mean = f.let(load.splat(moments.add(r.mul(8))));
      const scale = f.let(load.splat(moments.add(r.mul(8)), 4));
      const normal = (c: I32): F32x4 => load.f32x4(from.add(c)).sub(mean).mul(scale);
      const [first, second] = [f.variable(F32x4.zero()), f.variable(F32x4.zero())];
      f.for(0, width, 16, (c) => {
        const d = f.let(load.f32x4(dy.add(c)));
        const z = f.let(normal(c));
        const weighted = f.let(d.mul(load.f32x4(gamma.add(c))));
        f.set(first, first.value.add(weighted));
        f.set(second, f.madd(weighted, z, second.value));
        f.store(dGamma.add(c), f.madd(d, z, load.f32x4(dGamma.add(c))));
        f.store(dBeta.add(c), load.f32x4(dBeta.add(c)).add(d));
      });
      const a = f.let(f.sum(first.value).mul(inverse).splat());
      const b = f.let(f.sum(second.value).mul(inverse).splat());
      f.for(0, width, 16, (c) => {
        const weighted = load.f32x4(dy.add(c)).mul(load.f32x4(gamma.add(c)));
        const change = f.variable(weighted.sub(a).sub(normal(c).mul(b)).mul(scale));
        f.if(fresh.lt(1), () => f.set(change, change.value.add(load.f32x4(to.add(c)))));
        f.store(to.add(c), change.value);
      });
    });
  },
);

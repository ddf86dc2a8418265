/** @file Softmax of a row inside a kernel, forward and backward. */
import { exponential } from "../../linalg/exponential";
import { type F32, F32x4, float, type I32, type KernelBody, load } from "../../linalg/wasmAssembler";

/** Stands for minus infinity; its exponential is set to 0. */
const MASKED = -1e30;

/** Masks the entries in the bytes from..to-1. */
export function mask(f: KernelBody, from: I32, to: I32): void {
  f.for(from, to, 4, (at) => f.store(at, float(MASKED)));
}

/** P = softmax(scale S) of a row S of `bytes` bytes, in place. */
export function softmax(f: KernelBody, row: I32, bytes: I32, scale: F32): void {
  const top = f.variable(F32x4.constant(MASKED));
  f.for(0, bytes, 16, (j) => f.set(top, top.value.max(load.f32x4(row.add(j)))));
  const factor = f.let(scale.splat());
  const shift = f.let(f.largest(top.value).mul(scale).splat());
  const total = f.variable(F32x4.zero());
  f.for(0, bytes, 16, (j) => {
    const at = f.let(row.add(j));
    const x = f.let(load.f32x4(at).mul(factor).sub(shift));
    const e = f.let(exponential(f, x).and(x.gt(f.constant(-80))));
    f.set(total, total.value.add(e));
    f.store(at, e);
  });
  const inverse = f.let(float(1).div(f.sum(total.value)).splat());
  f.for(0, bytes, 16, (j) => f.store(row.add(j), load.f32x4(row.add(j)).mul(inverse)));
}

/** dS = scale P (dP - Σ P dP) of a row, in place of dP. */
export function softmaxBackward(f: KernelBody, P: I32, dP: I32, bytes: I32, scale: F32): void {
  const total = f.variable(F32x4.zero());
  f.for(0, bytes, 16, (j) => f.set(total, f.madd(load.f32x4(P.add(j)), load.f32x4(dP.add(j)), total.value)));
  const mean = f.let(f.sum(total.value).splat());
  const factor = f.let(scale.splat());
  f.for(0, bytes, 16, (j) => {
    const change = load.f32x4(dP.add(j)).sub(mean).mul(factor);
    f.store(dP.add(j), load.f32x4(P.add(j)).mul(change));
  });
}

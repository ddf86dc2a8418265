/** @file Kernels over all parameters at once: sums of gradients, their norm, Adam. */
import { F64x2, float, type KernelModule, load } from "../../linalg/wasmAssembler";

export interface OptimizerKernels {
  /**
   * Adds the gradients of the shards, in their order, into the first one's, for the bytes start..end-1 (multiples of 16); the sum of
   * the squares of the result is stored at `squares` in f64.
   */
  readonly reduce: (start: number, end: number, shards: number, stride: number, squares: number) => void;
  /** Adam on the bytes 0..bytes-1 of parameters p, gradients g, first and second moments m and v. */
  readonly adam: (
    bytes: number,
    p: number,
    g: number,
    m: number,
    v: number,
    gradientScale: number,
    beta1: number,
    beta2: number,
    stepSize: number,
    inverseRootCorrection: number,
    epsilon: number,
  ) => void;
}

/** Adds the kernels of OptimizerKernels to a module. */
export function addOptimizerKernels(module: KernelModule): { [P in keyof OptimizerKernels]: number } {
  return {
    reduce: module.add("reduce", ["i32", "i32", "i32", "i32", "i32"], (f, start, end, shards, stride, squares) => {
      const total = f.variable(F64x2.zero());
      f.for(start, end, 16, (at) => {
        const sum = f.variable(load.f32x4(at));
        const other = f.variable(at.add(stride));
        f.for(1, shards, 1, () => {
          f.set(sum, sum.value.add(load.f32x4(other.value)));
          f.set(other, other.value.add(stride));
        });
        f.store(at, sum.value);
        const low = f.let(sum.value.low());
        const high = f.let(sum.value.upper().low());
        f.set(total, total.value.add(low.mul(low)).add(high.mul(high)));
      });
      f.store(squares, total.value.lane(0).add(total.value.lane(1)));
    }),
    adam: module.add(
      "adam",
      ["i32", "i32", "i32", "i32", "i32", "f32", "f32", "f32", "f32", "f32", "f32"],
      (f, bytes, p, g, m, v, gradientScale, beta1, beta2, stepSize, inverseRootCorrection, epsilon) => {
        const one = float(1);
        const [scale, b1, b2] = [f.let(gradientScale.splat()), f.let(beta1.splat()), f.let(beta2.splat())];
        const [c1, c2] = [f.let(one.sub(beta1).splat()), f.let(one.sub(beta2).splat())];
        const [step, correction, small] = [f.let(stepSize.splat()), f.let(inverseRootCorrection.splat()), f.let(epsilon.splat())];
        f.for(0, bytes, 16, (j) => {
          const gradient = f.let(load.f32x4(g.add(j)).mul(scale));
          const first = f.let(f.madd(b1, load.f32x4(m.add(j)), c1.mul(gradient)));
          const second = f.let(f.madd(b2, load.f32x4(v.add(j)), c2.mul(gradient).mul(gradient)));
          f.store(m.add(j), first);
          f.store(v.add(j), second);
          const denominator = f.madd(second.sqrt(), correction, small);
          f.store(p.add(j), load.f32x4(p.add(j)).sub(step.mul(first).div(denominator)));
        });
      },
    ),
  };
}

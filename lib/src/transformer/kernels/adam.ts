/** @file Adam on a part of the flat array of parameters. */
import { float, load } from "../../linalg/wasmAssembler";
import { kernel } from "./kernel";

/**
 * m = β1 m + (1 - β1) g', v = β2 v + (1 - β2) g'², p -= step m / (correction √v + ε), with g' = scale g; N numbers, a multiple of four
 * or the array's rest.
 * @param step the learning rate over 1 - β1^t
 * @param correction 1/√(1 - β2^t)
 */
export const adam = kernel(
  { count: ["N"], float: ["scale", "beta1", "beta2", "step", "correction", "epsilon"], address: ["p", "g", "m", "v"] },
  (f, { N, p, g, m, v, ...numbers }) => {
    const [scale, beta1, beta2] = [f.let(numbers.scale.splat()), f.let(numbers.beta1.splat()), f.let(numbers.beta2.splat())];
    const rest1 = f.let(float(1).sub(numbers.beta1).splat());
    const rest2 = f.let(float(1).sub(numbers.beta2).splat());
    const [step, correction] = [f.let(numbers.step.splat()), f.let(numbers.correction.splat())];
    const epsilon = f.let(numbers.epsilon.splat());
    f.for(0, N.mul(4), 16, (j) => {
      const gradient = f.let(load.f32x4(g.add(j)).mul(scale));
      const first = f.let(f.madd(beta1, load.f32x4(m.add(j)), rest1.mul(gradient)));
      const second = f.let(f.madd(beta2, load.f32x4(v.add(j)), rest2.mul(gradient).mul(gradient)));
      f.store(m.add(j), first);
      f.store(v.add(j), second);
      const denominator = f.madd(second.sqrt(), correction, epsilon);
      f.store(p.add(j), load.f32x4(p.add(j)).sub(step.mul(first).div(denominator)));
    });
  },
);

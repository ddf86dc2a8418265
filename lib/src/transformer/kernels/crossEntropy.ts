/** @file The loss of the next token, with its derivative. */
import { type F32x4, float, load } from "../../linalg/wasmAssembler";
import { kernel, paddedBytes } from "./kernel";
import { mask, softmax } from "./softmax";

/**
 * p = softmax(logits), and the logits become the gradient of -Σ weight log p[target]: weight (p - 1[target]).
 * @param logits (R, V), rows filled up to a multiple of four; see above
 * @param targets (R) integers
 * @param weights (R)
 * @param probabilities (R): receives p[target]
 */
export const crossEntropy = kernel(
  { count: ["R", "V"], address: ["logits", "targets", "weights", "probabilities"] },
  (f, { R, V, logits, targets, weights, probabilities }) => {
    const width = f.let(paddedBytes(V));
    f.for(0, R, 1, (r) => {
      const row = f.let(logits.add(r.mul(width)));
      mask(f, f.let(row.add(V.mul(4))), f.let(row.add(width)));
      softmax(f, row, width, float(1));
      const target = f.let(row.add(load.i32(targets.add(r.mul(4))).mul(4)));
      f.store(probabilities.add(r.mul(4)), load.f32(target));
      f.store(target, load.f32(target).sub(float(1)));
      const weight = f.let<F32x4>(load.splat(weights.add(r.mul(4))));
      f.for(0, width, 16, (j) => f.store(row.add(j), load.f32x4(row.add(j)).mul(weight)));
    });
  },
);

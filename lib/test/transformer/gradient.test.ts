import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { runConfig } from "../../dist/transformer/regression/recipe.js";
import { regressionTrainer, thoughtStarts } from "../../dist/transformer/regression/regressionTrainer.js";
import { Trainer } from "../../dist/transformer/trainer.js";
import { Reference } from "./reference.ts";
import { type FixedBatch, fixedProgram, lastEstimates } from "./support.ts";

const optimizer = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clip: 1 };

/** A small batch; with `chain` the on-policy thoughts are a chain of given, not self-made, estimates. */
function smallBatch(mode: "replace" | "append", positions: number): FixedBatch {
  const random = Random.seed(11).stream(mode, positions);
  const [sequences, n, d, noisyCount] = [2, 5, 3, 3];
  const floats = (count: number, size = 1): number[] => Array.from({ length: count }, () => Math.fround(size * random.normal()));
  const [X, target] = [floats(sequences * n * d), floats(sequences * d)];
  const y = Array.from({ length: sequences * n }, (_, r) => {
    let sum = 0;
    for (let j = 0; j < d; j++) sum += X[r * d + j] * target[Math.floor(r / n) * d + j];
    return Math.fround(sum);
  });
  const shape = { layers: 2, width: 8, heads: 2, d, positions, skip: true, initial: "fan-in" } as const;
  return { shape, sequences, n, X, y, target, noisy: floats(sequences * noisyCount * d), onPolicy: 2, noisyCount, mode, shards: 1 };
}

for (const [mode, positions] of [
  ["replace", 0],
  ["append", 0],
  ["append", 8],
] as const) {
  test(`the gradient of every parameter is the finite difference of the loss (${mode}, ${positions} positions)`, (t) => {
    const batch = smallBatch(mode, positions);
    const trainer = new Trainer(fixedProgram, batch, optimizer, Random.seed(5), { backend: "simd" });
    // Biases and gains away from 0 and 1.
    const random = Random.seed(6);
    for (const { offset, rows, columns } of trainer.layout.list)
      for (let i = 0; i < rows * columns; i++) trainer.parameters[offset + i] += 0.1 * random.normal();
    const { loss } = trainer.evaluateGradient();
    const thoughts = 5;
    const { d } = batch.shape;
    // The model's own estimates are inputs to the gradient: they are held fixed while parameters move.
    const inputs = new Float64Array(batch.sequences * thoughts * d);
    const outputs = lastEstimates.get(batch)!;
    for (let b = 0; b < batch.sequences; b++) {
      for (let j = 0; j < d; j++) {
        inputs[(b * thoughts + 1) * d + j] = outputs[b * thoughts * d + j];
        for (let i = 0; i < 3; i++) inputs[(b * thoughts + 2 + i) * d + j] = batch.noisy[(b * 3 + i) * d + j];
      }
    }
    const starts = thoughtStarts(2, 3, mode);
    const parameters = Float64Array.from(trainer.parameters);
    const reference = new Reference(trainer.layout, parameters);
    assert.ok(Math.abs(reference.loss(batch, inputs, starts) - loss) < 1e-5 * loss);
    let [worst, place, largest] = [0, "", 0];
    for (const { name, offset, rows, columns } of trainer.layout.list) {
      for (let i = offset; i < offset + rows * columns; i++) {
        const value = parameters[i];
        const h = 1e-5;
        parameters[i] = value + h;
        const above = reference.loss(batch, inputs, starts);
        parameters[i] = value - h;
        const below = reference.loss(batch, inputs, starts);
        parameters[i] = value;
        const slope = (above - below) / (2 * h);
        largest = Math.max(largest, Math.abs(slope));
        const difference = Math.abs(slope - trainer.gradients[i]);
        if (!(difference <= worst)) [worst, place] = [difference, `${name}[${i - offset}]`];
      }
    }
    t.diagnostic(`largest difference ${worst.toExponential(1)} at ${place}; largest slope ${largest.toFixed(2)}`);
    assert.ok(worst < 4e-6 * largest, `${place} differs by ${worst}`);
  });
}

test("trained from w_0 = 0 alone, the read-in of w has a gradient of exactly zero", () => {
  const d = 4;
  const config = (onPolicy: number, noisy: number) =>
    runConfig({ name: "zero", model: { d, width: 16, heads: 2 }, train: { n: 6 }, recipe: { batch: 8, shards: 2, onPolicy, noisy } });
  const readIn = (onPolicy: number, noisy: number): Float32Array => {
    const trainer = regressionTrainer(config(onPolicy, noisy), 3, { backend: "simd" });
    trainer.evaluateGradient();
    const { offset, columns } = trainer.layout.list.find(({ name }) => name === "readIn.weight")!;
    return trainer.gradients.slice(offset + (d + 1) * columns, offset + (2 * d + 1) * columns);
  };
  assert.ok(readIn(1, 0).every((value) => value === 0));
  assert.ok(readIn(1, 1).some((value) => value !== 0));
  assert.ok(readIn(2, 0).some((value) => value !== 0));
});

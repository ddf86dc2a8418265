import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { findBlas } from "../../dist/linalg/blas.js";
import { learningRateAt, runConfig } from "../../dist/transformer/regression/recipe.js";
import { Trainer } from "../../dist/transformer/trainer.js";
import { type FixedBatch, fixedProgram, lastEstimates } from "./support.ts";

/** 32-bit floats, little-endian, in base64. */
type Packed = string;
const unpack = (text: Packed): number[] => {
  const bytes = Buffer.from(text, "base64");
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
};

interface Case {
  readonly positions: number;
  readonly mode: "replace" | "append";
  readonly parameters: Record<string, Packed>;
  readonly X: Packed;
  readonly y: Packed;
  readonly target: Packed;
  readonly noisy: Packed;
  readonly estimates: Packed;
  readonly gradients: Record<string, Packed>;
  readonly losses: number[];
  readonly norms: number[];
  readonly lastParameters: Record<string, Packed>;
}
const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/gpt2-pytorch.json"), "utf8")) as {
  shape: { layers: number; width: number; heads: number; d: number; n: number; batch: number; onPolicy: number; noisy: number };
  optimizer: {
    learningRate: number;
    warmUp: number;
    steps: number;
    floor: number;
    clip: number;
    beta1: number;
    beta2: number;
    epsilon: number;
  };
  cases: Case[];
};

function batchOf(c: Case, shards: number): FixedBatch {
  const { layers, width, heads, d, n, batch, onPolicy, noisy } = fixture.shape;
  return {
    shape: { layers, width, heads, d, positions: c.positions, skip: true, initial: "fan-in" },
    sequences: batch,
    n,
    X: unpack(c.X),
    y: unpack(c.y),
    target: unpack(c.target),
    noisy: unpack(c.noisy),
    onPolicy,
    noisyCount: noisy,
    mode: c.mode,
    shards,
  };
}

/** The largest difference and where it is. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): { value: number; index: number } {
  assert.equal(actual.length, expected.length);
  let [value, index] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const here = Math.abs(actual[i] - expected[i]);
    if (!(here <= value)) [value, index] = [here, i];
  }
  return { value, index };
}

const { optimizer } = fixture;
const schedule = runConfig({
  name: "fixture",
  model: { d: fixture.shape.d },
  train: { n: fixture.shape.n },
  recipe: { steps: optimizer.steps, warmUp: optimizer.warmUp, floor: optimizer.floor, learningRate: optimizer.learningRate, batch: 4 },
}).recipe;

for (const backend of findBlas() ? (["simd", "blas"] as const) : (["simd"] as const)) {
  for (const [number, c] of fixture.cases.entries()) {
    for (const shards of [1, 2]) {
      const name = `${c.mode}, ${c.positions > 0 ? "with" : "without"} positions, ${shards} shards, ${backend}`;
      test(`estimates, every gradient and ten losses are PyTorch's (case ${number}: ${name})`, (t) => {
        const batch = batchOf(c, shards);
        const trainer = new Trainer(fixedProgram, batch, optimizer, Random.seed(1), { backend });
        for (const { name: parameter, offset } of trainer.layout.list) trainer.parameters.set(unpack(c.parameters[parameter]), offset);
        assert.equal(Object.keys(c.parameters).length, trainer.layout.list.length);
        const { loss, gradientNorm } = trainer.evaluateGradient();
        const estimates = difference(lastEstimates.get(batch)!, unpack(c.estimates));
        let worst = { name: "", value: 0, index: 0 };
        for (const { name: parameter, offset, rows, columns } of trainer.layout.list) {
          const found = difference(trainer.gradients.subarray(offset, offset + rows * columns), unpack(c.gradients[parameter]));
          if (!(found.value <= worst.value)) worst = { name: parameter, ...found };
        }
        const scale = c.norms[0];
        t.diagnostic(
          `largest difference: estimates ${estimates.value.toExponential(1)}, gradients ${worst.value.toExponential(1)} in ${worst.name}[${worst.index}] of a gradient of norm ${scale.toFixed(2)}`,
        );
        assert.ok(estimates.value < 1e-5, `estimates differ by ${estimates.value} at ${estimates.index}`);
        assert.ok(worst.value < 1e-5 * scale, `${worst.name}[${worst.index}] differs by ${worst.value}`);
        assert.ok(Math.abs(loss - c.losses[0]) < 1e-6 * c.losses[0]);
        assert.ok(Math.abs(gradientNorm - scale) < 1e-5 * scale);
        const losses = c.losses.map((_, step) => trainer.train(learningRateAt(schedule, step)).loss);
        const found = difference(losses, c.losses);
        t.diagnostic(`largest difference of ten losses: ${found.value.toExponential(1)} at ${found.index}`);
        assert.ok(found.value < 1e-5, `loss ${found.index} differs by ${found.value}`);
        for (const [parameter, text] of Object.entries(c.lastParameters)) {
          const values = unpack(text);
          const { offset } = trainer.layout.list.find((p) => p.name === parameter)!;
          const last = difference(trainer.parameters.subarray(offset, offset + values.length), values);
          assert.ok(last.value < 1e-4, `${parameter}[${last.index}] differs by ${last.value} after ten steps`);
        }
        trainer.close();
      });
    }
  }
}

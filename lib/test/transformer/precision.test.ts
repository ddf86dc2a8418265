import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import type { WeightProducts } from "../../dist/linalg/backend.js";
import { bfloat16Products } from "../../dist/linalg/oneDnn.js";
import { VectorModel } from "../../dist/transformer/decoder.js";
import { vectorModelParameters } from "../../dist/transformer/parameters.js";
import { runConfig } from "../../dist/transformer/regression/recipe.js";
import { recipeStep, regressionTrainer, think, thoughtStarts } from "../../dist/transformer/regression/regressionTrainer.js";
import { trainModel } from "../../dist/transformer/regression/trainModel.js";
import { Workspace } from "../../dist/transformer/workspace.js";

const found = bfloat16Products();
const skip = "missing" in found ? found.missing : false;
const config = runConfig({
  name: "precision",
  model: { d: 4, width: 64, heads: 4 },
  train: { n: 10 },
  recipe: { steps: 60, batch: 32, shards: 4, warmUp: 5, onPolicy: 3, noisy: 3 },
});

function losses(products: WeightProducts, threads = 1, steps = 15): number[] {
  const trainer = regressionTrainer(config, 7, { threads, ...products });
  const result = Array.from({ length: steps }, () => recipeStep(trainer, config).loss);
  trainer.close();
  return result;
}

function gradient(products: WeightProducts): { precision: string; values: Float64Array } {
  const trainer = regressionTrainer(config, 7, products);
  trainer.evaluateGradient();
  return { precision: trainer.products.precision, values: Float64Array.from(trainer.gradients) };
}

for (const backend of ["simd", undefined] as const) {
  const products: WeightProducts = backend ? { backend, precision: "bfloat16" } : { precision: "bfloat16" };
  test(`bfloat16 gives the same bits for any number of threads (back end ${backend ?? "by default"})`, { skip }, () => {
    const one = losses(products);
    for (const threads of [2, 3, 4]) assert.deepEqual(losses(products, threads), one);
    assert.notDeepEqual(losses({ ...products, precision: "float32" }), one);
  });
}

test("the gradient in bfloat16 is that in float32 to a percent, and losses follow", { skip }, () => {
  const [fine, coarse] = [gradient({}), gradient({ precision: "bfloat16" })];
  assert.deepEqual([fine.precision, coarse.precision], ["float32", "bfloat16"]);
  const norm = (values: Float64Array): number => Math.hypot(...values);
  const difference = norm(fine.values.map((value, i) => value - coarse.values[i])) / norm(fine.values);
  assert.ok(difference > 1e-5 && difference < 1e-2, `relative difference ${difference}`);
  const [a, b] = [losses({}), losses({ precision: "bfloat16" })];
  for (const [i, loss] of a.entries()) assert.ok(Math.abs(loss - b[i]) < 0.02 * loss, `loss ${i}: ${loss} and ${b[i]}`);
});

test("without oneDNN bfloat16 is float32, bit by bit, and the trainer says so", () => {
  const file = join(import.meta.dirname, "../../dist/transformer/regression");
  const script = `const { recipeStep, regressionTrainer } = require(${JSON.stringify(join(file, "regressionTrainer.js"))});
    const config = ${JSON.stringify(config)};
    const results = ["float32", "bfloat16"].map((precision) => {
      const trainer = regressionTrainer(config, 7, { precision });
      return [trainer.products.precision, recipeStep(trainer, config).loss, recipeStep(trainer, config).loss];
    });
    console.log(JSON.stringify(results));`;
  const env = { ...process.env, COTLAB_ONEDNN: "none" };
  const { stdout, stderr } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8", env });
  assert.equal(stderr, "");
  const [fine, coarse] = JSON.parse(stdout) as (string | number)[][];
  assert.equal(coarse[0], "float32");
  assert.deepEqual(coarse, fine);
  assert.deepEqual(fine.slice(1), losses({}, 1, 2));
});

test("another precision or back end is refused by name", async () => {
  await assert.rejects(
    trainModel(config, 0, { precision: "bf16" as never }),
    /^RangeError: trainModel: precision must be .*bfloat16.*got "?bf16/,
  );
  await assert.rejects(trainModel(config, 0, { backend: "gpu" as never }), /^RangeError: trainModel: backend must be .*simd.*got "?gpu/);
});

test("a step multiplies each token of prompts and thoughts by the weights once forward", () => {
  const [sequences, n, onPolicy, noisy] = [3, 7, 4, 6];
  const { model: shape } = config;
  const parameters = vectorModelParameters(shape);
  const workspace = new Workspace();
  const [weights, gradients] = [workspace.floats(parameters.layout.floats), workspace.floats(parameters.layout.floats)];
  const batch = { sequences, prompt: n, starts: thoughtStarts(onPolicy, noisy, "replace"), promptOutputs: true };
  const model = new VectorModel(shape, batch, parameters, { workspace, weights, gradients });
  workspace.open(workspace.productScratch(4 * shape.width, 4 * shape.width), { backend: "simd" });
  const rows = new Map<number, number>();
  const { linear } = workspace.kernels;
  workspace.kernels = {
    ...workspace.kernels,
    linear: (operands) => {
      rows.set(operands.W, (rows.get(operands.W) ?? 0) + operands.R);
      linear(operands);
    },
  };
  think(model, onPolicy);
  model.loss(new Float64Array(sequences * shape.d), "plain", 1);
  model.backward();
  const [tokens, thoughts] = [sequences * (n + onPolicy + noisy), sequences * (onPolicy + noisy)];
  const readOut = weights + 4 * parameters.readOut.weight.offset;
  for (const [W, count] of rows) assert.equal(count, W === readOut ? thoughts : tokens);
  assert.equal(rows.size, 2 + 4 * shape.layers);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../lib/dist/core/random.js";
import { type VectorModelShape, vectorModelParameters } from "../../lib/dist/transformer/parameters.js";
import { fitUpdate, learnedUpdate } from "../dist/learnedUpdate.js";

test("the fit finds the map that made the steps, and says how much another one explains", () => {
  const random = Random.seed(1);
  const P = new Matrix([
    [2, 1],
    [0, 0.5],
  ]);
  const pulls = new Matrix(Array.from({ length: 200 }, () => [random.normal(), random.normal()]));
  const exact = fitUpdate(pulls.mmul(P.transpose()), pulls);
  assert.ok(Matrix.sub(exact.preconditioner, P).norm() < 1e-12);
  assert.ok(Math.abs(exact.explained - 1) < 1e-12);
  assert.ok(exact.explainedBy(Matrix.eye(2)) < 0.9);
  assert.equal(exact.explainedBy(Matrix.zeros(2, 2)), 0);
  const noisy = fitUpdate(
    Matrix.add(pulls.mmul(P.transpose()), new Matrix(pulls.to2DArray().map((row) => row.map(() => random.normal())))),
    pulls,
  );
  assert.ok(noisy.explained > 0.6 && noisy.explained < 0.9);
  assert.throws(() => fitUpdate(Matrix.zeros(2, 3), Matrix.zeros(2, 2)), /steps must be a 2x2 matrix/);
});

test("a model whose read-out is a constant moves by that constant, which no map of the pull explains", () => {
  const shape: VectorModelShape = { layers: 1, width: 8, heads: 2, d: 2, positions: 0, skip: true, initial: "fan-in" };
  const { layout } = vectorModelParameters(shape);
  const parameters = new Float32Array(layout.floats);
  layout.initialize(parameters, Random.seed(3));
  const at = (name: string): number => layout.list.find((p) => p.name === name)!.offset;
  parameters.fill(0, at("readOut.weight"), at("readOut.weight") + 16);
  parameters[at("readOut.bias")] = 1;
  const params = { shape, parameters, test: { n: 6, spectrum: "identity" }, distance: 0.5, prompts: 500, random: Random.seed(4) } as const;
  const { explained } = learnedUpdate(params);
  assert.ok(explained >= 0 && explained < 0.05, `explained ${explained}`);
});

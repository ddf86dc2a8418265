import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../dist/core/random.js";
import { type VectorModelShape, vectorModelParameters } from "../../../dist/transformer/parameters.js";
import { learningRateAt, runConfig, spectrumValues } from "../../../dist/transformer/regression/recipe.js";
import { Thinker } from "../../../dist/transformer/regression/thinker.js";
import { thinkingCurve } from "../../../dist/transformer/regression/thinkingCurve.js";

const shape: VectorModelShape = { layers: 2, width: 16, heads: 2, d: 3, positions: 0, skip: true, initial: "fan-in" };
function someParameters(of: VectorModelShape): Float32Array {
  const { layout } = vectorModelParameters(of);
  const parameters = new Float32Array(layout.floats);
  layout.initialize(parameters, Random.seed(2));
  for (const { offset, rows, columns } of layout.list) for (let i = 0; i < rows * columns; i++) parameters[offset + i] *= 2;
  return parameters;
}

test("the paper's model has 9.49 million parameters, the reduced one 101 thousand", () => {
  assert.equal(vectorModelParameters({ ...shape, layers: 2, width: 64, heads: 4, d: 5 }).layout.count, 101_253);
  assert.equal(vectorModelParameters({ ...shape, layers: 12, width: 256, heads: 8, d: 10 }).layout.count, 9_486_090);
});

test("replaced thoughts depend on the estimate alone, appended ones on the chain before", () => {
  const parameters = someParameters(shape);
  const next = (mode: "replace" | "append", history: number[][]): Float64Array => {
    const thinker = new Thinker(shape, parameters, 4, 3, mode, 1, "simd");
    const random = Random.seed(9);
    for (let t = 0; t < 4; t++) thinker.model.setExample(0, t, [random.normal(), random.normal(), random.normal()], 0, random.normal());
    thinker.read();
    let estimate = new Float64Array(3);
    history.forEach((given, i) => {
      estimate = Float64Array.from(given);
      thinker.think(i, estimate);
    });
    return estimate;
  };
  const [a, b, c] = [
    [1, 0, 0],
    [0, 2, 0],
    [0, 0, 0.5],
  ];
  assert.deepEqual(next("replace", [a!, c!]), next("replace", [b!, c!]));
  assert.notDeepEqual(next("append", [a!, c!]), next("append", [b!, c!]));
  // The first thought of a chain is a thought alone.
  assert.deepEqual(next("append", [a!]), next("replace", [a!]));
});

test("with one block and no positions the order of the examples cannot matter", () => {
  const parameters = someParameters({ ...shape, layers: 1 });
  // With one block a thought sees each example's own key and value, so the order of examples cannot matter.
  const think = (order: number[]): Float64Array => {
    const thinker = new Thinker({ ...shape, layers: 1 }, parameters, 3, 1, "replace", 1, "simd");
    order.forEach((example, t) => {
      thinker.model.setExample(0, t, [example, example * example, 1 - example], 0, 0.3 * example);
    });
    thinker.read();
    const estimate = new Float64Array(3);
    thinker.think(0, estimate);
    return estimate;
  };
  const [forward, backward] = [think([0, 1, 2]), think([2, 1, 0])];
  forward.forEach((value, j) => {
    assert.ok(Math.abs(value - backward[j]) < 1e-6);
  });
});

test("a curve is the same in chunks and by either back end, starts at the zero estimate's error, and has its standard error", () => {
  const parameters = someParameters(shape);
  const base = { shape, parameters, test: { n: 4, spectrum: { exponent: 1 } }, k: 3, mode: "replace", random: Random.seed(1) } as const;
  const curve = thinkingCurve({ ...base, prompts: 130, backend: "simd" });
  assert.ok(Math.abs(curve.error[0] - 1) < 4 * curve.standardError[0]);
  const parts = [64, 130].map((prompts) => thinkingCurve({ ...base, prompts, backend: "simd" }));
  assert.deepEqual(parts[1], curve);
  assert.notEqual(parts[0].error[1], curve.error[1]);
});

test("the learning rate warms up linearly and falls along a cosine to its floor", () => {
  const { recipe } = runConfig({
    name: "r",
    model: { d: 2 },
    train: { n: 2 },
    recipe: { steps: 1100, warmUp: 100, floor: 0.02, learningRate: 1e-3 },
  });
  assert.equal(learningRateAt(recipe, 0), 1e-5);
  assert.equal(learningRateAt(recipe, 99), 1e-3);
  assert.equal(learningRateAt(recipe, 100), 1e-3);
  assert.ok(Math.abs(learningRateAt(recipe, 600) - 0.51e-3) < 1e-9);
  assert.ok(Math.abs(learningRateAt(recipe, 1100) - 2e-5) < 1e-12);
});

test("a spectrum is ones, a power, or a list", () => {
  assert.deepEqual(Array.from(spectrumValues("identity", 3)), [1, 1, 1]);
  assert.deepEqual(Array.from(spectrumValues({ exponent: 2 }, 3)), [1, 1 / 4, 1 / 9]);
  assert.deepEqual(Array.from(spectrumValues([3, 2, 1], 3)), [3, 2, 1]);
});

test("a configuration with a wrong, missing or unknown entry is refused by name", () => {
  const good = { name: "x", model: { d: 3 }, train: { n: 4 } };
  assert.equal(runConfig(good).recipe.steps, 1500);
  const bad: [RegExp, object][] = [
    [/the file must be an object with keys among .*, got "recipes"/, { ...good, recipes: {} }],
    [/recipe must be an object with keys among .*, got "learning_rate"/, { ...good, recipe: { learning_rate: 1 } }],
    [/model\.d must be an integer/, { ...good, model: {} }],
    [/model\.width must be a multiple of 4 times the 3 heads, got 64/, { ...good, model: { d: 3, heads: 3 } }],
    [/train\.n must be an integer/, { ...good, train: {} }],
    [/train\.spectrum must be an array of 3 finite numbers/, { ...good, train: { n: 4, spectrum: [1, 2] } }],
    [/train\.spectrum must be one of "identity", got "tilt"/, { ...good, train: { n: 4, spectrum: "tilt" } }],
    [/recipe\.shards must be a divisor of the batch, 64, got 5/, { ...good, recipe: { shards: 5 } }],
    [/recipe\.onPolicy must be at least 1/, { ...good, recipe: { onPolicy: 0, noisy: 0 } }],
    [/recipe\.noise\[1\] must be >= noise\[0\]/, { ...good, recipe: { noise: [1, 0.1] } }],
    [/recipe\.mode must be one of "replace", "append"/, { ...good, recipe: { mode: "other" } }],
    [/recipe\.curriculum\.n must be an integer in \[1, 4\]/, { ...good, recipe: { curriculum: { d: 1, n: 9, steps: 5 } } }],
    [/model\.positions must be 0 or at least 5/, { ...good, model: { d: 3, positions: 4 } }],
    [/name must be a name/, { ...good, name: "a/b" }],
    [/seeds must be a list/, { ...good, seeds: [] }],
    [/curves\[0\]\.k must be an integer/, { ...good, curves: [{ name: "c", test: { n: 3 }, k: 0 }] }],
  ];
  for (const [message, config] of bad) assert.throws(() => runConfig(config), message);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../dist/core/random.js";
import type { TokenModelShape } from "../../../dist/transformer/parameters.js";
import { TokenGenerator } from "../../../dist/transformer/symbols/tokenGenerator.js";
import { type TokenExamples, tokenTrainer } from "../../../dist/transformer/symbols/tokenTrainer.js";

const optimizer = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, clip: 1 };
const shape: TokenModelShape = { layers: 2, width: 32, heads: 4, vocabulary: 11, context: 12 };

/** Sequences that count up modulo 10 from a random digit; 10 fills up. The first prediction cannot be learnt and has weight 0. */
function counting(count: number, length: number): TokenExamples {
  const tokens = new Uint16Array(count * (length + 1));
  const weights = new Float32Array(count * length).fill(1);
  for (let e = 0; e < count; e++) {
    const step = 1 + (e % 3);
    for (let t = 0; t <= length; t++) tokens[e * (length + 1) + t] = (e + step * t) % 10;
    weights[e * length] = 0;
  }
  return { length, tokens, weights };
}

test("the gradient of every parameter of a token model is the loss's slope along it", () => {
  const run = { shape, examples: counting(30, 9), batch: 6, shards: 2, seed: 1 };
  const trainer = tokenTrainer(run, optimizer, { backend: "simd" });
  const random = Random.seed(2);
  for (const { offset, rows, columns } of trainer.layout.list)
    for (let i = 0; i < rows * columns; i++) trainer.parameters[offset + i] += 0.2 * random.normal();
  trainer.evaluateGradient(0);
  const gradient = trainer.gradients.slice();
  const start = trainer.parameters.slice();
  for (const { name, offset, rows, columns } of trainer.layout.list) {
    const part = gradient.subarray(offset, offset + rows * columns);
    const norm = Math.hypot(...part);
    assert.ok(norm > 1e-4, `${name} has no gradient`);
    const slope = (h: number): number => {
      const at = (sign: number): number => {
        trainer.parameters.set(start);
        part.forEach((g, i) => {
          trainer.parameters[offset + i] += (sign * h * g) / norm;
        });
        return trainer.evaluateGradient(0).loss;
      };
      return (at(1) - at(-1)) / (2 * h);
    };
    // Richardson's step removes the error of order h².
    const found = (4 * slope(0.01) - slope(0.02)) / 3;
    assert.ok(Math.abs(found - norm) < 2e-3 * norm + 3e-5, `${name}: ${found} instead of ${norm}`);
  }
});

test("a small model learns to count, is the same for any number of threads, and goes on when it generates", () => {
  const examples = counting(30, 9);
  const losses = [1, 2].map((threads) => {
    const trainer = tokenTrainer({ shape, examples, batch: 12, shards: 4, seed: 5 }, optimizer, { threads });
    const result = Array.from({ length: 150 }, () => trainer.train(3e-3).loss);
    if (threads === 1) {
      const generator = new TokenGenerator(shape, trainer.parameters);
      const sample = (prompt: number[], maxTokens: number, temperature = 0, seed = 0): number[] => [
        ...generator.generate({ prompt, maxTokens, temperature, random: Random.seed(seed) }),
      ];
      assert.deepEqual(sample([3, 4, 5], 5), [6, 7, 8, 9, 0]);
      assert.deepEqual(sample([1, 4, 7, 0], 3), [3, 6, 9]);
      assert.deepEqual(sample([3, 4, 5], 5), [6, 7, 8, 9, 0], "a second reply is not disturbed by the first");
      assert.equal(sample([0, 2, 4, 6, 8, 0, 2, 4, 6], 100).length, 4, "the context ends the reply");
      assert.deepEqual(sample([5], 6, 1.5, 3), sample([5], 6, 1.5, 3));
      assert.notDeepEqual(sample([5], 6, 3, 3), sample([5], 6, 3, 4));
      assert.throws(() => sample([], 3), /prompt must be 1 to 12 tokens, got 0/);
      assert.throws(() => sample([11], 3), /a token must be an integer in \[0, 10\], got 11/);
    }
    trainer.close();
    return result;
  });
  assert.deepEqual(losses[0], losses[1]);
  assert.ok(losses[0].at(-1)! < 0.05, `the last loss is ${losses[0].at(-1)}`);
});

test("cached generation gives the tokens that reading everything anew gives, for every split of the context", () => {
  const trainer = tokenTrainer({ shape, examples: counting(30, 9), batch: 12, shards: 4, seed: 5 }, optimizer);
  for (let i = 0; i < 10; i++) trainer.train(3e-3);
  const generator = new TokenGenerator(shape, trainer.parameters, "simd");
  const greedy = (prompt: number[], maxTokens: number): number[] => [
    ...generator.generate({ prompt, maxTokens, temperature: 0, random: Random.seed(0) }),
  ];
  for (const prompt of [[7], [1, 2], [3, 1, 4], [1, 5, 9, 2, 6, 5], [3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4, 6]]) {
    const reply = greedy(prompt, 12);
    assert.equal(reply.length, 13 - prompt.length);
    const tokens = [...prompt];
    for (const token of reply) {
      assert.equal(greedy(tokens, 1)[0], token);
      tokens.push(token);
    }
  }
});

test("wrong examples are refused", () => {
  const run = { shape, examples: counting(4, 9), batch: 4, shards: 2, seed: 1 };
  assert.throws(() => tokenTrainer({ ...run, shards: 3 }, optimizer), /shards must be a divisor of the batch, 4, got 3/);
  assert.throws(
    () => tokenTrainer({ ...run, examples: { ...run.examples, length: 13 } }, optimizer),
    /examples\.length must be an integer in \[1, 12\]/,
  );
  assert.throws(() => tokenTrainer({ ...run, shape: { ...shape, vocabulary: 9 } }, optimizer), /must be below the vocabulary, 9, got 9/);
  assert.throws(
    () => tokenTrainer({ ...run, examples: { ...run.examples, weights: new Float32Array(3) } }, optimizer),
    /examples\.weights must be an array of 36 numbers/,
  );
});

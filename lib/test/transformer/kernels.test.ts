import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../dist/core/random.js";
import { sgemmScratchBytes, simdSgemm } from "../../dist/linalg/sgemm.js";
import { sharedMemory } from "../../dist/linalg/simdModule.js";
import { padded } from "../../dist/transformer/kernels/kernel.js";
import { decoderKernels } from "../../dist/transformer/kernels/kernels.js";

const memory = sharedMemory(1 << 20);
const f32 = new Float32Array(memory.buffer);
/** The last bytes are the products' scratch. */
const kernels = decoderKernels(memory, simdSgemm(memory, (1 << 20) - sgemmScratchBytes(64, 64)));

/** Hands out addresses of this file's memory, filled with normal numbers. */
class Place {
  private next = 64;
  private readonly random = Random.seed(21);
  floats(count: number, fill: "normal" | "zero" = "normal"): number {
    const at = this.next;
    this.next += 4 * padded(count) + 64;
    for (let i = 0; i < padded(count); i++) f32[at / 4 + i] = fill === "zero" || i >= count ? 0 : this.random.normal();
    return at;
  }
}
const read = (at: number, count: number): Float64Array => Float64Array.from(f32.subarray(at / 4, at / 4 + count));

/** Compares a gradient with central differences of sum(weights * forward(x)) at every entry of x. */
function checkGradient(name: string, x: Float64Array, gradient: Float64Array, objective: (x: Float64Array) => number): void {
  const scale = Math.max(...gradient.map(Math.abs));
  assert.ok(scale > 0, `${name}: the gradient is zero`);
  for (let i = 0; i < x.length; i++) {
    const [value, h] = [x[i], 1e-5];
    x[i] = value + h;
    const above = objective(x);
    x[i] = value - h;
    const below = objective(x);
    x[i] = value;
    const slope = (above - below) / (2 * h);
    assert.ok(Math.abs(slope - gradient[i]) < 5e-6 * scale, `${name}[${i}]: ${gradient[i]} instead of ${slope}`);
  }
}
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => Array.from(a).reduce((sum, v, i) => sum + v * b[i], 0);

test("layer normalisation and its backward agree with f64 finite differences", () => {
  const [rows, width, place] = [3, 12, new Place()];
  const [x, gamma, beta] = [place.floats(rows * width), place.floats(width), place.floats(width)];
  const [out, moments, dOut] = [place.floats(rows * width), place.floats(2 * rows), place.floats(rows * width)];
  const [dx, dGamma, dBeta] = [place.floats(rows * width, "zero"), place.floats(width, "zero"), place.floats(width, "zero")];
  const shape = { R: rows, C: width, x, gamma, moments };
  kernels.layerNorm({ ...shape, beta, out });
  kernels.layerNormBackward({ ...shape, dOut, dx, dGamma, dBeta, fresh: 0 });
  const weights = read(dOut, rows * width);
  const forward = (X: Float64Array, g: Float64Array, b: Float64Array): Float64Array =>
    X.map((_, i) => {
      const row = X.subarray(Math.floor(i / width) * width, (Math.floor(i / width) + 1) * width);
      const mean = row.reduce((s, v) => s + v, 0) / width;
      const variance = row.reduce((s, v) => s + (v - mean) ** 2, 0) / width;
      return ((X[i] - mean) / Math.sqrt(variance + 1e-5)) * g[i % width] + b[i % width];
    });
  const [X, g, b] = [read(x, rows * width), read(gamma, width), read(beta, width)];
  forward(X, g, b).forEach((value, i) => {
    assert.ok(Math.abs(value - f32[out / 4 + i]) < 2e-6);
  });
  checkGradient("dx", X, read(dx, rows * width), (v) => dot(forward(v, g, b), weights));
  checkGradient("dGamma", g, read(dGamma, width), (v) => dot(forward(X, v, b), weights));
  checkGradient("dBeta", b, read(dBeta, width), (v) => dot(forward(X, g, v), weights));
  const before = read(dx, rows * width);
  kernels.layerNormBackward({ ...shape, dOut, dx, dGamma, dBeta, fresh: 0 });
  read(dx, rows * width).forEach((value, i) => {
    assert.ok(Math.abs(value - 2 * before[i]) < 1e-6, "dx is added to");
  });
  kernels.layerNormBackward({ ...shape, dOut, dx, dGamma, dBeta, fresh: 1 });
  assert.deepEqual(read(dx, rows * width), before, "fresh dx is overwritten");
});

test("GELU and its backward agree with f64 finite differences, also far from zero", () => {
  const [rows, width, place] = [2, 16, new Place()];
  const [pre, bias, act] = [place.floats(rows * width), place.floats(width), place.floats(rows * width)];
  [-60, -12, -5, 0, 5, 12, 60].forEach((value, i) => {
    f32[pre / 4 + i] = value;
  });
  const [dAct, dBias] = [place.floats(rows * width), place.floats(width, "zero")];
  const gelu = (v: number): number => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)));
  const [X, b, weights] = [read(pre, rows * width), read(bias, width), read(dAct, rows * width)];
  kernels.gelu({ R: rows, C: width, x: pre, bias, out: act });
  kernels.geluBackward({ R: rows, C: width, dOut: dAct, slope: pre, dBias });
  const forward = (x: Float64Array, c: Float64Array): Float64Array => x.map((v, i) => gelu(v + c[i % width]));
  forward(X, b).forEach((value, i) => {
    assert.ok(Math.abs(value - f32[act / 4 + i]) < 1e-6 * (1 + Math.abs(value)));
  });
  checkGradient("dPre", X, read(dAct, rows * width), (v) => dot(forward(v, b), weights));
  checkGradient("dBias", b, read(dBias, width), (v) => dot(forward(X, v), weights));
});

for (const [prompt, seen, promptGradient] of [
  [5, [0, 1, 2], 1],
  [4, [0, 0, 2], 0],
  [7, [], 1],
  [1, [0], 1],
] as const) {
  test(`attention over ${prompt} prompt tokens and thoughts that see from [${seen}] on agrees with f64 finite differences`, () => {
    const [sequences, heads, size] = [2, 2, 4];
    const width = heads * size;
    const K = seen.length;
    const rows = sequences * (prompt + K);
    const place = new Place();
    const qkv = place.floats(rows * 3 * width);
    const keys = place.floats(sequences * width * padded(prompt), "zero");
    const line = padded(prompt) + padded(K);
    const [pw, tw] = [place.floats(sequences * heads * prompt * padded(prompt)), place.floats(sequences * heads * K * line)];
    const [out, dOut, dqkv] = [place.floats(rows * width), place.floats(rows * width), place.floats(rows * 3 * width)];
    const values = place.floats(sequences * width * padded(prompt), "zero");
    const dScores = place.floats(Math.max(prompt * padded(prompt), K * line), "zero");
    const starts = place.floats(Math.max(1, K), "zero");
    new Int32Array(memory.buffer).set(seen, starts / 4);
    const thoughtRow = sequences * prompt;
    const shape = { B: sequences, T: prompt, K, H: heads, hs: size, scale: 1 / Math.sqrt(size), starts, qkv };
    kernels.transposeHeads({ ...shape, from: qkv + 4 * width, out: keys });
    kernels.attendPrompt({ ...shape, keys, weights: pw, out });
    const attend = (from: number, to: number): void => kernels.attendThoughts({ ...shape, from, to, keys, weights: tw, out });
    // One by one is the same as all together.
    attend(0, K);
    const together = read(out, rows * width);
    for (let i = 0; i < K; i++) attend(i, i + 1);
    assert.deepEqual(read(out, rows * width), together);

    const reference = (x: Float64Array): Float64Array => {
      const result = new Float64Array(rows * width);
      const rowOf = (b: number, t: number): number => (t < prompt ? b * prompt + t : thoughtRow + (t - prompt) * sequences + b);
      for (let b = 0; b < sequences; b++)
        for (let t = 0; t < prompt + K; t++)
          for (let h = 0; h < heads; h++) {
            const visible = Array.from({ length: prompt + K }, (_, s) => s).filter((s) =>
              t < prompt ? s <= t : s < prompt || (s <= t && s - prompt >= seen[t - prompt]),
            );
            const at = (row: number, part: number, c: number): number => x[row * 3 * width + part * width + h * size + c];
            const scores = visible.map((s) => {
              let sum = 0;
              for (let c = 0; c < size; c++) sum += at(rowOf(b, t), 0, c) * at(rowOf(b, s), 1, c);
              return Math.exp(sum * shape.scale);
            });
            const total = scores.reduce((a, v) => a + v, 0);
            visible.forEach((s, i) => {
              for (let c = 0; c < size; c++) result[rowOf(b, t) * width + h * size + c] += (scores[i] / total) * at(rowOf(b, s), 2, c);
            });
          }
      return result;
    };
    const x = read(qkv, rows * 3 * width);
    reference(x).forEach((value, i) => {
      assert.ok(Math.abs(value - f32[out / 4 + i]) < 2e-6, `out[${i}]`);
    });
    if (!promptGradient) f32.fill(0, dOut / 4, dOut / 4 + thoughtRow * width);
    kernels.transposeHeads({ ...shape, from: qkv + 8 * width, out: values });
    const backward = { ...shape, values, dOut, dScores, dqkv };
    if (promptGradient) kernels.attendPromptBackward({ ...backward, weights: pw });
    if (K > 0) kernels.attendThoughtsBackward({ ...backward, accumulate: promptGradient, weights: tw });
    const weights = read(dOut, rows * width);
    checkGradient("dqkv", x, read(dqkv, rows * 3 * width), (v) => dot(reference(v), weights));
  });
}

test("Adam and the sum over shards are the written formulas", () => {
  const [count, shards, place] = [20, 3, new Place()];
  const p = place.floats(count);
  const [m, v] = [place.floats(count), place.floats(count)];
  for (let i = 0; i < count; i++) f32[v / 4 + i] = Math.abs(f32[v / 4 + i]);
  const g = place.floats(count * shards);
  const squares = place.floats(2);
  const [P, M, V, G] = [read(p, count), read(m, count), read(v, count), read(g, count * shards)];
  kernels.sumShards({ N: count, g, shards, stride: count, squares: Math.ceil(squares / 8) * 8 });
  const sum = P.map((_, i) => G[i] + G[count + i] + G[2 * count + i]);
  const norm = dot(sum, sum);
  const found = new Float64Array(memory.buffer)[Math.ceil(squares / 8)];
  assert.ok(Math.abs(found - norm) < 1e-6 * norm);
  const numbers = { scale: 0.5, beta1: 0.9, beta2: 0.99, step: 1e-2, correction: 3, epsilon: 1e-8 };
  const { scale, beta1: b1, beta2: b2, step, correction, epsilon } = numbers;
  kernels.adam({ N: count, p, g, m, v, ...numbers });
  for (let i = 0; i < count; i++) {
    const gradient = scale * sum[i];
    const first = b1 * M[i] + (1 - b1) * gradient;
    const second = b2 * V[i] + (1 - b2) * gradient ** 2;
    assert.ok(Math.abs(f32[m / 4 + i] - first) < 1e-6);
    assert.ok(Math.abs(f32[v / 4 + i] - second) < 1e-6);
    assert.ok(Math.abs(f32[p / 4 + i] - (P[i] - (step * first) / (Math.sqrt(second) * correction + epsilon))) < 1e-6);
  }
});

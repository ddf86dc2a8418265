/**
 * @file Attention of thoughts, forward and backward; memory as in heads.ts. A thought sees the whole prompt and the thoughts from
 * `starts[i]` up to itself: only itself when thoughts replace each other, the chain so far when they are appended.
 */
import { type F32, F32x4, type I32, int, type KernelBody, load } from "../../linalg/wasmAssembler";
import { clear, forHeads, rowBytes } from "./heads";
import { kernel, paddedBytes } from "./kernel";
import { mask, softmax, softmaxBackward } from "./softmax";

/** For each thought i and each thought j that it sees. */
function forSeen(f: KernelBody, from: I32 | number, to: I32, starts: I32, body: (i: I32, j: I32) => void): void {
  f.for(from, to, 1, (i) => f.for(load.i32(starts.add(i.mul(4))), i.add(1), 1, (j) => body(i, j)));
}

/** <a, b>. */
function dot(f: KernelBody, a: I32, b: I32, bytes: I32): F32 {
  const sum = f.variable(F32x4.zero());
  f.for(0, bytes, 16, (c) => f.set(sum, f.madd(load.f32x4(a.add(c)), load.f32x4(b.add(c)), sum.value)));
  return f.sum(sum.value);
}

/** y += a x. */
function addScaled(f: KernelBody, a: F32x4, x: I32, y: I32, bytes: I32): void {
  const factor = f.let(a);
  f.for(0, bytes, 16, (c) => f.store(y.add(c), f.madd(factor, load.f32x4(x.add(c)), load.f32x4(y.add(c)))));
}

/**
 * P = softmax(scale Q Kᵀ) over what each thought sees, out = P V, for the thoughts from..to-1 of each sequence and head.
 * @param starts (K) integers
 * @param qkv (B T + K B, 3C)
 * @param keys (B, H, hs, T) of the prompts
 * @param weights (B, H, K, T + K): receives P, both parts filled up to a multiple of four
 * @param out (B T + K B, C)
 */
export const attendThoughts = kernel(
  { count: ["B", "T", "K", "H", "hs", "from", "to"], float: ["scale"], address: ["starts", "qkv", "keys", "weights", "out"] },
  (f, { B, T, K, H, hs, from, to, scale, starts, qkv, keys, weights, out }, multiply) => {
    const { head, width, row } = rowBytes(f, { H, hs });
    const prompt = f.let(paddedBytes(T));
    const line = f.let(prompt.add(paddedBytes(K)));
    const rows = f.let(to.sub(from));
    // From a thought to the next one of the same sequence.
    const [qkvStep, outStep] = [f.let(B.mul(row)), f.let(B.mul(width))];
    forHeads(f, { B, H, hs }, (b, column, pair) => {
      const promptValues = f.let(qkv.add(b.mul(T).mul(row)).add(column).add(width).add(width));
      const q = f.let(qkv.add(B.mul(T).add(b).mul(row)).add(column));
      const [k, v] = [f.let(q.add(width)), f.let(q.add(width).add(width))];
      const o = f.let(out.add(B.mul(T).add(b).mul(width)).add(column));
      const P = f.let(weights.add(pair.mul(K).mul(line)));
      const first = f.let(P.add(from.mul(line)));
      const queries = { A: q.add(from.mul(qkvStep)), aRow: qkvStep };
      const promptKeys = { B: keys.add(pair.mul(hs).mul(prompt)), bRow: prompt };
      multiply({ rows, columnBytes: prompt, depth: hs, ...queries, ...promptKeys, C: first, cRow: line });
      f.for(from, to, 1, (i) => {
        const at = f.let(P.add(i.mul(line)));
        mask(f, f.let(at.add(T.mul(4))), f.let(at.add(line)));
      });
      forSeen(f, from, to, starts, (i, j) => {
        const score = dot(f, f.let(q.add(i.mul(qkvStep))), f.let(k.add(j.mul(qkvStep))), head);
        f.store(P.add(i.mul(line)).add(prompt).add(j.mul(4)), score);
      });
      f.for(from, to, 1, (i) => softmax(f, f.let(P.add(i.mul(line))), line, scale));
      const outputs = { C: o.add(from.mul(outStep)), cRow: outStep };
      multiply({ rows, columnBytes: head, depth: T, A: first, aRow: line, B: promptValues, bRow: row, ...outputs });
      forSeen(f, from, to, starts, (i, j) => {
        const weight = load.splat(P.add(i.mul(line)).add(prompt).add(j.mul(4)));
        addScaled(f, weight, f.let(v.add(j.mul(qkvStep))), f.let(o.add(i.mul(outStep))), head);
      });
    });
  },
);

/**
 * As `attendPromptBackward`, for all thoughts; their keys and values, and the prompt's, are seen from several thoughts.
 * @param values (B, H, hs, T) of the prompts
 * @param weights P
 * @param dScores scratch for one head: (K, T + K), rows filled up
 * @param dqkv (B T + K B, 3C): the thoughts' rows are overwritten; so are the prompts', with dQ = 0, unless `accumulate` is 1: then their
 * dK and dV are added to
 */
export const attendThoughtsBackward = kernel(
  {
    count: ["B", "T", "K", "H", "hs", "accumulate"],
    float: ["scale"],
    address: ["starts", "qkv", "values", "weights", "dOut", "dScores", "dqkv"],
  },
  (f, { B, T, K, H, hs, accumulate, scale, starts, qkv, values, weights, dOut, dScores: dS, dqkv }, multiply) => {
    const { head, width, row } = rowBytes(f, { H, hs });
    const prompt = f.let(paddedBytes(T));
    const line = f.let(prompt.add(paddedBytes(K)));
    const [qkvStep, outStep] = [f.let(B.mul(row)), f.let(B.mul(width))];
    forHeads(f, { B, H, hs }, (b, column, pair) => {
      const [promptRow, thoughtRow] = [f.let(b.mul(T).mul(row).add(column)), f.let(B.mul(T).add(b).mul(row).add(column))];
      const promptKeys = f.let(qkv.add(promptRow).add(width));
      const dPrompt = f.let(dqkv.add(promptRow));
      const q = f.let(qkv.add(thoughtRow));
      const [k, v] = [f.let(q.add(width)), f.let(q.add(width).add(width))];
      const dq = f.let(dqkv.add(thoughtRow));
      const [dk, dv] = [f.let(dq.add(width)), f.let(dq.add(width).add(width))];
      const dO = f.let(dOut.add(B.mul(T).add(b).mul(width)).add(column));
      const P = f.let(weights.add(pair.mul(K).mul(line)));

      const promptValues = { B: values.add(pair.mul(hs).mul(prompt)), bRow: prompt };
      multiply({ rows: K, columnBytes: prompt, depth: hs, A: dO, aRow: outStep, ...promptValues, C: dS, cRow: line });
      f.for(0, K, 1, (i) => {
        const at = f.let(dS.add(i.mul(line)));
        f.for(prompt, line, 16, (j) => f.store(at.add(j), F32x4.zero()));
      });
      forSeen(f, 0, K, starts, (i, j) => {
        const slope = dot(f, f.let(dO.add(i.mul(outStep))), f.let(v.add(j.mul(qkvStep))), head);
        f.store(dS.add(i.mul(line)).add(prompt).add(j.mul(4)), slope);
      });
      f.for(0, K, 1, (i) => softmaxBackward(f, f.let(P.add(i.mul(line))), f.let(dS.add(i.mul(line))), line, scale));

      // The prompt's part of dQ, and what its keys and values get.
      multiply({ rows: K, columnBytes: head, depth: T, A: dS, aRow: line, B: promptKeys, bRow: row, C: dq, cRow: qkvStep });
      const transposed = { rows: T, columnBytes: head, depth: K, aRow: int(4), aColumn: line, cRow: row, accumulate };
      multiply({ ...transposed, A: dS, B: q, bRow: qkvStep, C: dPrompt.add(width) });
      multiply({ ...transposed, A: P, B: dO, bRow: outStep, C: dPrompt.add(width).add(width) });
      f.if(accumulate.lt(1), () => f.for(0, T, 1, (t) => clear(f, f.let(dPrompt.add(t.mul(row))), head)));

      // The thoughts' part, pair by pair.
      f.for(0, K, 1, (i) => {
        clear(f, f.let(dk.add(i.mul(qkvStep))), head);
        clear(f, f.let(dv.add(i.mul(qkvStep))), head);
      });
      forSeen(f, 0, K, starts, (i, j) => {
        const entry = f.let(i.mul(line).add(prompt).add(j.mul(4)));
        const [ri, rj] = [f.let(i.mul(qkvStep)), f.let(j.mul(qkvStep))];
        const slope = f.let(load.splat(dS.add(entry)));
        addScaled(f, slope, f.let(k.add(rj)), f.let(dq.add(ri)), head);
        addScaled(f, slope, f.let(q.add(ri)), f.let(dk.add(rj)), head);
        addScaled(f, load.splat(P.add(entry)), f.let(dO.add(i.mul(outStep))), f.let(dv.add(rj)), head);
      });
    });
  },
);

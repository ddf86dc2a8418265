/**
 * @file Attention kernels. A batch of sequences has a prompt (causal) and thought tokens that see the whole prompt and, of their own
 * kind, the tokens from a first one up to themselves: only themselves when thoughts replace each other, the chain so far when they are
 * appended.
 *
 * Rows of `qkv` hold query, key, value side by side. Prompt rows are ordered by sequence, then position; thought rows by thought, then
 * sequence, so that the thoughts of one step are contiguous. Weights: a prompt row has `n` entries, a thought row `n` and one for each
 * thought, each part filled up to a multiple of four.
 */
import { exponential } from "../../linalg/exponential";
import { type F32, F32x4, float, type I32, int, type KernelBody, type KernelModule, load } from "../../linalg/wasmAssembler";

export interface AttentionKernels {
  /** Writes the prompt's keys, transposed, to `keys`. */
  readonly packKeys: (sequences: number, heads: number, prompt: number, head: number, width: number, qkv: number, keys: number) => void;
  readonly attendPrompt: (
    sequences: number,
    heads: number,
    prompt: number,
    head: number,
    width: number,
    scale: number,
    qkv: number,
    keys: number,
    weights: number,
    out: number,
  ) => void;
  /** The thoughts from..to-1. Addresses of thought rows are those of thought 0. */
  readonly attendThoughts: (
    sequences: number,
    heads: number,
    prompt: number,
    thoughts: number,
    from: number,
    to: number,
    head: number,
    width: number,
    scale: number,
    starts: number,
    qkvPrompt: number,
    qkvThought: number,
    keys: number,
    weights: number,
    out: number,
  ) => void;
  /** dqkv of all rows. Without `promptGradient` the prompt's outputs were not used. */
  readonly attentionBackward: (
    sequences: number,
    heads: number,
    prompt: number,
    thoughts: number,
    head: number,
    width: number,
    scale: number,
    starts: number,
    scratch: number,
    promptGradient: number,
    qkvPrompt: number,
    qkvThought: number,
    promptWeights: number,
    thoughtWeights: number,
    dOutPrompt: number,
    dOutThought: number,
    dqkvPrompt: number,
    dqkvThought: number,
  ) => void;
}

/** Stands for minus infinity; its exponential is set to 0. */
export const MASKED = -1e30;

/** Bytes of n floats, filled up to a multiple of four. */
const paddedBytes = (n: I32): I32 => n.add(3).and(-4).mul(4);

/** The same for a number. */
export function paddedFloats(n: number): number {
  return Math.ceil(n / 4) * 4;
}

/** Floats of scratch that `attentionBackward` needs. */
export function attentionScratchFloats(prompt: number, thoughts: number, headWidth: number): number {
  const n = paddedFloats(prompt);
  return headWidth * n + Math.max(prompt * n, thoughts * (n + paddedFloats(thoughts)));
}

/** Softmax of `scale` times a row, in place. */
export function softmax(f: KernelBody, row: I32, bytes: I32, scale: F32): void {
  const top = f.variable(F32x4.constant(MASKED));
  f.for(0, bytes, 16, (j) => f.set(top, top.value.max(load.f32x4(row.add(j)))));
  const factor = f.let(scale.splat());
  const shift = f.let(f.largest(top.value).mul(scale).splat());
  const total = f.variable(F32x4.zero());
  f.for(0, bytes, 16, (j) => {
    const at = f.let(row.add(j));
    const x = f.let(load.f32x4(at).mul(factor).sub(shift));
    const e = f.let(exponential(f, x).and(x.gt(F32x4.constant(-80))));
    f.set(total, total.value.add(e));
    f.store(at, e);
  });
  const inverse = f.let(float(1).div(f.sum(total.value)).splat());
  f.for(0, bytes, 16, (j) => f.store(row.add(j), load.f32x4(row.add(j)).mul(inverse)));
}

/** dS = scale P (dP - sum P dP) of a row, in place of dP. */
function softmaxBackward(f: KernelBody, weights: I32, gradient: I32, bytes: I32, scale: F32): void {
  const total = f.variable(F32x4.zero());
  f.for(0, bytes, 16, (j) => f.set(total, f.madd(load.f32x4(weights.add(j)), load.f32x4(gradient.add(j)), total.value)));
  const mean = f.let(f.sum(total.value).splat());
  const factor = f.let(scale.splat());
  f.for(0, bytes, 16, (j) => {
    const change = load.f32x4(gradient.add(j)).sub(mean).mul(factor);
    f.store(gradient.add(j), load.f32x4(weights.add(j)).mul(change));
  });
}

/** The transpose of an n x (head) block. */
function transpose(f: KernelBody, n: I32, head: I32, from: I32, rowBytes: I32, to: I32, columnBytes: I32): void {
  f.for(0, n, 1, (j) => {
    const source = f.let(from.add(j.mul(rowBytes)));
    const target = f.variable(to.add(j.mul(4)));
    f.for(0, head, 4, (c) => {
      f.store(target.value, load.f32(source.add(c)));
      f.set(target, target.value.add(columnBytes));
    });
  });
}

/** Fills floats with a constant, one by one. */
export function fill(f: KernelBody, from: I32, to: I32, value: number): void {
  f.for(from, to, 4, (at) => f.store(at, float(value)));
}

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

/** For each sequence and head. */
function forHeads(f: KernelBody, sequences: I32, heads: I32, body: (b: I32, headOffset: I32, pair: I32) => void, head: I32): void {
  f.for(0, sequences, 1, (b) => {
    f.for(0, heads, 1, (h) => body(b, f.let(h.mul(head)), f.let(b.mul(heads).add(h))));
  });
}

/** For each thought and each one that it sees. */
function forSeen(f: KernelBody, from: I32 | number, to: I32, starts: I32, body: (i: I32, j: I32) => void): void {
  f.for(from, to, 1, (i) => f.for(load.i32(starts.add(i.mul(4))), i.add(1), 1, (j) => body(i, j)));
}

/** Adds the kernels of AttentionKernels; `tile` is the number of the product kernel in the same module. */
export function addAttentionKernels(module: KernelModule, tile: number): { [P in keyof AttentionKernels]: number } {
  const float4 = int(4);
  const no = int(0);

  const packKeys = module.add(
    "packKeys",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (f, sequences, heads, prompt, head, width, qkv, keys) => {
      const row = f.let(width.mul(3));
      const padded = f.let(paddedBytes(prompt));
      const size = f.let(head.mul(prompt.add(3).and(-4)));
      forHeads(
        f,
        sequences,
        heads,
        (b, offset, pair) => {
          const from = f.let(qkv.add(b.mul(prompt).mul(row)).add(width).add(offset));
          transpose(f, prompt, head, from, row, f.let(keys.add(pair.mul(size))), padded);
        },
        head,
      );
    },
  );

  const attendPrompt = module.add(
    "attendPrompt",
    ["i32", "i32", "i32", "i32", "i32", "f32", "i32", "i32", "i32", "i32"],
    (f, sequences, heads, prompt, head, width, scale, qkv, keys, weights, out) => {
      const row = f.let(width.mul(3));
      const padded = f.let(paddedBytes(prompt));
      const size = f.let(head.mul(prompt.add(3).and(-4)));
      const depth = f.let(head.shiftRight(2));
      forHeads(
        f,
        sequences,
        heads,
        (b, offset, pair) => {
          const q = f.let(qkv.add(b.mul(prompt).mul(row)).add(offset));
          const v = f.let(q.add(width).add(width));
          const k = f.let(keys.add(pair.mul(size)));
          const p = f.let(weights.add(pair.mul(prompt).mul(padded)));
          const o = f.let(out.add(b.mul(prompt).mul(width)).add(offset));
          // Four rows at a time see at most four columns more than the first of them.
          f.for(0, prompt, 4, (i) => {
            const rows = f.let(prompt.sub(i).min(int(4)));
            const at = f.let(p.add(i.mul(padded)));
            f.call(tile, rows, i.mul(4).add(16), depth, q.add(i.mul(row)), row, float4, k, padded, at, padded, no);
            f.for(0, rows, 1, (r) => {
              const line = f.let(at.add(r.mul(padded)));
              const end = f.let(line.add(i.mul(4).add(16)));
              fill(f, f.let(line.add(i.add(r).add(1).mul(4))), end, MASKED);
              softmax(f, line, f.let(i.mul(4).add(16)), scale);
            });
            f.call(tile, rows, head, i.add(4).min(prompt), at, padded, float4, v, row, o.add(i.mul(width)), width, no);
          });
        },
        head,
      );
    },
  );

  const attendThoughts = module.add(
    "attendThoughts",
    ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "f32", "i32", "i32", "i32", "i32", "i32", "i32"],
    (f, sequences, heads, prompt, thoughts, from, to, head, width, scale, starts, qkvPrompt, qkvThought, keys, weights, out) => {
      const row = f.let(width.mul(3));
      const promptBytes = f.let(paddedBytes(prompt));
      const line = f.let(promptBytes.add(paddedBytes(thoughts)));
      const size = f.let(head.mul(prompt.add(3).and(-4)));
      const depth = f.let(head.shiftRight(2));
      const count = f.let(to.sub(from));
      // From a thought to the next one of the same sequence.
      const [rowStep, outStep] = [f.let(sequences.mul(row)), f.let(sequences.mul(width))];
      forHeads(
        f,
        sequences,
        heads,
        (b, offset, pair) => {
          const q = f.let(qkvThought.add(b.mul(row)).add(offset));
          const p = f.let(weights.add(pair.mul(thoughts).mul(line)));
          const o = f.let(out.add(b.mul(width)).add(offset));
          const v = f.let(qkvPrompt.add(b.mul(prompt).mul(row)).add(offset).add(width).add(width));
          const first = f.let(p.add(from.mul(line)));
          f.call(
            tile,
            count,
            promptBytes,
            depth,
            q.add(from.mul(rowStep)),
            rowStep,
            float4,
            keys.add(pair.mul(size)),
            promptBytes,
            first,
            line,
            no,
          );
          f.for(from, to, 1, (i) => {
            const at = f.let(p.add(i.mul(line)));
            fill(f, f.let(at.add(prompt.mul(4))), f.let(at.add(line)), MASKED);
          });
          forSeen(f, from, to, starts, (i, j) => {
            const score = dot(f, f.let(q.add(i.mul(rowStep))), f.let(q.add(j.mul(rowStep)).add(width)), head);
            f.store(p.add(i.mul(line)).add(promptBytes).add(j.mul(4)), score);
          });
          f.for(from, to, 1, (i) => softmax(f, f.let(p.add(i.mul(line))), line, scale));
          f.call(tile, count, head, prompt, first, line, float4, v, row, o.add(from.mul(outStep)), outStep, no);
          forSeen(f, from, to, starts, (i, j) => {
            const weight = load.splat(p.add(i.mul(line)).add(promptBytes).add(j.mul(4)));
            addScaled(f, weight, f.let(q.add(j.mul(rowStep)).add(width).add(width)), f.let(o.add(i.mul(outStep))), head);
          });
        },
        head,
      );
    },
  );

  const attentionBackward = module.add(
    "attentionBackward",
    [
      ...(["i32", "i32", "i32", "i32", "i32", "i32", "f32", "i32", "i32", "i32"] as const),
      ...(["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const),
    ],
    (
      f,
      sequences,
      heads,
      prompt,
      thoughts,
      head,
      width,
      scale,
      starts,
      scratch,
      promptGradient,
      qkvPrompt,
      qkvThought,
      promptWeights,
      thoughtWeights,
      dOutPrompt,
      dOutThought,
      dqkvPrompt,
      dqkvThought,
    ) => {
      const row = f.let(width.mul(3));
      const padded = f.let(paddedBytes(prompt));
      const line = f.let(padded.add(paddedBytes(thoughts)));
      const depth = f.let(head.shiftRight(2));
      const [rowStep, outStep] = [f.let(sequences.mul(row)), f.let(sequences.mul(width))];
      const values = scratch;
      const ds = f.let(scratch.add(head.mul(prompt.add(3).and(-4))));
      forHeads(
        f,
        sequences,
        heads,
        (b, offset, pair) => {
          const q = f.let(qkvPrompt.add(b.mul(prompt).mul(row)).add(offset));
          const [k, v] = [f.let(q.add(width)), f.let(q.add(width).add(width))];
          const dq = f.let(dqkvPrompt.add(b.mul(prompt).mul(row)).add(offset));
          const [dk, dv] = [f.let(dq.add(width)), f.let(dq.add(width).add(width))];
          transpose(f, prompt, head, v, row, values, padded);
          f.if(
            promptGradient,
            () => {
              const p = f.let(promptWeights.add(pair.mul(prompt).mul(padded)));
              const dO = f.let(dOutPrompt.add(b.mul(prompt).mul(width)).add(offset));
              f.for(0, prompt, 4, (i) => {
                const rows = f.let(prompt.sub(i).min(int(4)));
                const bytes = f.let(i.mul(4).add(16));
                const at = f.let(ds.add(i.mul(padded)));
                f.call(tile, rows, bytes, depth, dO.add(i.mul(width)), width, float4, values, padded, at, padded, no);
                f.for(0, rows, 1, (r) =>
                  softmaxBackward(f, f.let(p.add(i.add(r).mul(padded))), f.let(at.add(r.mul(padded))), bytes, scale),
                );
                f.call(tile, rows, head, i.add(4).min(prompt), at, padded, float4, k, row, dq.add(i.mul(row)), row, no);
              });
              f.for(0, prompt, 4, (j) => {
                const rows = f.let(prompt.sub(j).min(int(4)));
                const seen = f.let(prompt.sub(j));
                const corner = f.let(j.mul(4).add(j.mul(padded)));
                f.call(tile, rows, head, seen, p.add(corner), float4, padded, dO.add(j.mul(width)), width, dv.add(j.mul(row)), row, no);
                f.call(tile, rows, head, seen, ds.add(corner), float4, padded, q.add(j.mul(row)), row, dk.add(j.mul(row)), row, no);
              });
            },
            () => {
              f.for(0, prompt, 1, (i) => {
                const at = f.let(dq.add(i.mul(row)));
                f.for(0, head, 16, (c) => f.store(at.add(c), F32x4.zero()));
              });
            },
          );
          f.if(int(0).lt(thoughts), () => {
            const p = f.let(thoughtWeights.add(pair.mul(thoughts).mul(line)));
            const qt = f.let(qkvThought.add(b.mul(row)).add(offset));
            const dqt = f.let(dqkvThought.add(b.mul(row)).add(offset));
            const dO = f.let(dOutThought.add(b.mul(width)).add(offset));
            f.call(tile, thoughts, padded, depth, dO, outStep, float4, values, padded, ds, line, no);
            f.for(0, thoughts, 1, (i) => {
              const at = f.let(ds.add(i.mul(line)));
              f.for(padded, line, 16, (j) => f.store(at.add(j), F32x4.zero()));
            });
            forSeen(f, 0, thoughts, starts, (i, j) => {
              const value = f.let(qt.add(j.mul(rowStep)).add(width).add(width));
              f.store(ds.add(i.mul(line)).add(padded).add(j.mul(4)), dot(f, f.let(dO.add(i.mul(outStep))), value, head));
            });
            f.for(0, thoughts, 1, (i) => softmaxBackward(f, f.let(p.add(i.mul(line))), f.let(ds.add(i.mul(line))), line, scale));
            f.call(tile, thoughts, head, prompt, ds, line, float4, k, row, dqt, rowStep, no);
            f.call(tile, prompt, head, thoughts, ds, float4, line, qt, rowStep, dk, row, promptGradient);
            f.call(tile, prompt, head, thoughts, p, float4, line, dO, outStep, dv, row, promptGradient);
            f.for(0, thoughts, 1, (i) => {
              const at = f.let(dqt.add(i.mul(rowStep)).add(width));
              f.for(0, head, 16, (c) => {
                f.store(at.add(c), F32x4.zero());
                f.store(at.add(width).add(c), F32x4.zero());
              });
            });
            forSeen(f, 0, thoughts, starts, (i, j) => {
              const entry = f.let(i.mul(line).add(padded).add(j.mul(4)));
              const [ri, rj] = [f.let(i.mul(rowStep)), f.let(j.mul(rowStep))];
              const slope = f.let(load.splat(ds.add(entry)));
              addScaled(f, slope, f.let(qt.add(rj).add(width)), f.let(dqt.add(ri)), head);
              addScaled(f, slope, f.let(qt.add(ri)), f.let(dqt.add(rj).add(width)), head);
              const target = f.let(dqt.add(rj).add(width).add(width));
              addScaled(f, load.splat(p.add(entry)), f.let(dO.add(i.mul(outStep))), target, head);
            });
          });
        },
        head,
      );
    },
  );
  return { packKeys, attendPrompt, attendThoughts, attentionBackward };
}

/** @file Causal softmax attention among a prompt's tokens, forward and backward; memory as in heads.ts. */
import { int } from "../../linalg/wasmAssembler";
import { forHeads, rowBytes } from "./heads";
import { kernel, paddedBytes } from "./kernel";
import { mask, softmax, softmaxBackward } from "./softmax";

/**
 * P = softmax(scale Q Kᵀ) over the tokens up to each one, out = P V, for each sequence and head.
 * @param qkv (B, T, 3C)
 * @param keys (B, H, hs, T) of `transposeHeads`
 * @param weights (B, H, T, T): receives P, rows filled up to a multiple of four
 * @param out (B, T, C)
 */
export const attendPrompt = kernel(
  { count: ["B", "T", "H", "hs"], float: ["scale"], address: ["qkv", "keys", "weights", "out"] },
  (f, { B, T, H, hs, scale, qkv, keys, weights, out }, multiply) => {
    const { head, width, row } = rowBytes(f, { H, hs });
    const line = f.let(paddedBytes(T));
    forHeads(f, { B, H, hs }, (b, column, pair) => {
      const q = f.let(qkv.add(b.mul(T).mul(row)).add(column));
      const v = f.let(q.add(width).add(width));
      const k = f.let(keys.add(pair.mul(hs).mul(line)));
      const P = f.let(weights.add(pair.mul(T).mul(line)));
      const o = f.let(out.add(b.mul(T).mul(width)).add(column));
      // Four rows at a time see at most four columns more than the first of them.
      f.for(0, T, 4, (t) => {
        const rows = f.let(T.sub(t).min(int(4)));
        const seen = f.let(t.mul(4).add(16));
        const S = f.let(P.add(t.mul(line)));
        multiply({ rows, columnBytes: seen, depth: hs, A: q.add(t.mul(row)), aRow: row, B: k, bRow: line, C: S, cRow: line });
        f.for(0, rows, 1, (r) => {
          const at = f.let(S.add(r.mul(line)));
          mask(f, f.let(at.add(t.add(r).add(1).mul(4))), f.let(at.add(seen)));
          softmax(f, at, seen, scale);
        });
        const to = o.add(t.mul(width));
        multiply({ rows, columnBytes: head, depth: t.add(4).min(T), A: S, aRow: line, B: v, bRow: row, C: to, cRow: width });
      });
    });
  },
);

/**
 * dP = dOut Vᵀ, dS = scale P (dP - Σ P dP), dQ = dS K, dK = dSᵀ Q, dV = Pᵀ dOut, for each sequence and head.
 * @param values (B, H, hs, T) of `transposeHeads`
 * @param weights P
 * @param dScores scratch for one head: (T, T), rows filled up
 * @param dqkv (B, T, 3C): overwritten
 */
export const attendPromptBackward = kernel(
  { count: ["B", "T", "H", "hs"], float: ["scale"], address: ["qkv", "values", "weights", "dOut", "dScores", "dqkv"] },
  (f, { B, T, H, hs, scale, qkv, values, weights, dOut, dScores: dS, dqkv }, multiply) => {
    const { head, width, row } = rowBytes(f, { H, hs });
    const line = f.let(paddedBytes(T));
    forHeads(f, { B, H, hs }, (b, column, pair) => {
      const q = f.let(qkv.add(b.mul(T).mul(row)).add(column));
      const k = f.let(q.add(width));
      const v = f.let(values.add(pair.mul(hs).mul(line)));
      const P = f.let(weights.add(pair.mul(T).mul(line)));
      const dO = f.let(dOut.add(b.mul(T).mul(width)).add(column));
      const dq = f.let(dqkv.add(b.mul(T).mul(row)).add(column));
      const [dk, dv] = [f.let(dq.add(width)), f.let(dq.add(width).add(width))];
      f.for(0, T, 4, (t) => {
        const rows = f.let(T.sub(t).min(int(4)));
        const seen = f.let(t.mul(4).add(16));
        const at = f.let(dS.add(t.mul(line)));
        const from = dO.add(t.mul(width));
        multiply({ rows, columnBytes: seen, depth: hs, A: from, aRow: width, B: v, bRow: line, C: at, cRow: line });
        f.for(0, rows, 1, (r) => softmaxBackward(f, f.let(P.add(t.add(r).mul(line))), f.let(at.add(r.mul(line))), seen, scale));
        const to = dq.add(t.mul(row));
        multiply({ rows, columnBytes: head, depth: t.add(4).min(T), A: at, aRow: line, B: k, bRow: row, C: to, cRow: row });
      });
      // A token's key and value are seen from its own row on.
      f.for(0, T, 4, (t) => {
        const rows = f.let(T.sub(t).min(int(4)));
        const corner = f.let(t.mul(4).add(t.mul(line)));
        const transposed = { rows, columnBytes: head, depth: f.let(T.sub(t)), aRow: int(4), aColumn: line };
        const [queries, gradients, at] = [q.add(t.mul(row)), dO.add(t.mul(width)), t.mul(row)];
        multiply({ ...transposed, A: P.add(corner), B: gradients, bRow: width, C: dv.add(at), cRow: row });
        multiply({ ...transposed, A: dS.add(corner), B: queries, bRow: row, C: dk.add(at), cRow: row });
      });
    });
  },
);

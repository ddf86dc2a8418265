/** @file What a batch leaves in memory on its way through the decoder and back. */
import { padded } from "./kernels/kernel";
import type { DecoderShape } from "./parameters";
import type { Rows, Workspace } from "./workspace";

/** The batch's shape. */
export interface BatchShape {
  /** B. */
  readonly sequences: number;
  /** T. */
  readonly prompt: number;
  /** For each of the K thoughts the first one that it sees: its own index when thoughts replace each other, 0 in a chain of appended ones. */
  readonly starts: readonly number[];
  /** Whether the prompt's rows have outputs (a language model's do, a prompt of examples has none). */
  readonly promptOutputs: boolean;
}

/** Sets memory aside; R counts the rows of the whole batch. Without training there are no gradients. */
export function activations(workspace: Workspace, { layers, heads: H, width: C }: DecoderShape, batch: BatchShape, training: boolean) {
  const { sequences: B, prompt: T } = batch;
  const K = batch.starts.length;
  const R = B * (T + K);
  const rows = (columns: number): Rows => workspace.rows(R, columns);
  const gradient = (columns: number): Rows => workspace.rows(training ? R : 0, columns);
  const [lineT, lineK] = [padded(T), padded(T) + padded(K)];
  return {
    starts: workspace.floats(K), // (K)
    positions: rows(1), // (R, 1)
    /** The residual stream before each block and after the last one. */
    stream: Array.from({ length: layers + 1 }, () => rows(C)), // (R, C)
    blocks: Array.from({ length: layers }, () => ({
      norm1: rows(C), // (R, C)
      moments1: rows(2), // (R, 2)
      qkv: rows(3 * C), // (R, 3C)
      keys: workspace.floats(B * C * lineT), // (B, H, hs, T)
      promptWeights: workspace.floats(B * H * T * lineT), // (B, H, T, T)
      thoughtWeights: workspace.floats(B * H * K * lineK), // (B, H, K, T + K)
      attended: rows(C), // (R, C)
      middle: rows(C), // (R, C)
      norm2: rows(C), // (R, C)
      moments2: rows(2), // (R, 2)
      up: rows(4 * C), // (R, 4C), and then the slope of GELU there
      act: rows(4 * C), // (R, 4C)
    })),
    moments: rows(2), // (R, 2)
    output: rows(C), // (R, C)
    dOutput: gradient(C), // (R, C)
    /** The gradient of the stream, where the way back has come to. */
    dStream: gradient(C), // (R, C)
    dNorm: gradient(C), // (R, C)
    dQkv: gradient(3 * C), // (R, 3C)
    dWide: gradient(4 * C), // (R, 4C)
    values: workspace.floats(training ? B * C * lineT : 0), // (B, H, hs, T)
    dScores: workspace.floats(training ? Math.max(T * lineT, K * lineK) : 0), // (T, T) or (K, T + K)
  };
}

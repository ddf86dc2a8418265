/** @file Where a decoder computes: a piece of shared memory, the kernels on it, and matrix products. */
import { defaultBackend, type ProductBackend } from "../linalg/backend";
import { blasSgemm, type Sgemm, sgemmScratchBytes, simdSgemm } from "../linalg/sgemm";
import type { SharedMemory } from "../linalg/simdModule";
import { type DecoderKernels, decoderKernels } from "./kernels/kernels";

/** Hands out addresses one after the other, each a multiple of 64 bytes. */
export class Arena {
  private next: number;
  constructor(start = 0) {
    this.next = start;
  }
  /** The first free address: after everything is handed out, the bytes needed. */
  get end(): number {
    return this.next;
  }
  bytes(count: number): number {
    const at = this.next;
    this.next += Math.ceil(count / 64) * 64;
    return at;
  }
  floats(count: number): number {
    return this.bytes(4 * count);
  }
}

/** What code of one thread needs to compute on a memory. */
export interface ComputeContext {
  readonly kernels: DecoderKernels;
  readonly sgemm: Sgemm;
  /** The whole memory as floats, and as integers. */
  readonly f32: Float32Array;
  readonly i32: Int32Array;
}

/** Scratch of `computeContext`, for products of at most this depth and this many rows. */
export function contextScratch(arena: Arena, rows: number, depth: number): number {
  return arena.bytes(sgemmScratchBytes(rows, depth));
}

/** A context on a memory; `scratch` comes from `contextScratch` and belongs to this thread alone. */
export function computeContext(memory: SharedMemory, scratch: number, backend: ProductBackend = defaultBackend()): ComputeContext {
  return {
    kernels: decoderKernels(memory),
    sgemm: backend === "blas" ? blasSgemm(memory) : simdSgemm(memory, scratch),
    f32: new Float32Array(memory.buffer),
    i32: new Int32Array(memory.buffer),
  };
}

/** @file Where a thread computes: addresses in a memory that threads may share, and the kernels on it. */
import { defaultBackend, type WeightProducts } from "../linalg/backend";
import { findBlas } from "../linalg/blas";
import { bfloat16Sgemm, blasSgemm, sgemmScratchBytes, simdSgemm } from "../linalg/sgemm";
import { type SharedMemory, sharedMemory } from "../linalg/simdModule";
import { type DecoderKernels, decoderKernels } from "./kernels/kernels";

/** Rows of floats: the address of the first, and the floats in each. */
export interface Rows {
  readonly at: number;
  readonly columns: number;
}

/** Where a model computes: its workspace, and in it the flat array of parameters and, for training, that of their gradients. */
export interface Place {
  readonly workspace: Workspace;
  readonly weights: number;
  readonly gradients?: number;
}

/**
 * First it hands out addresses, which tells how much memory is needed; `open` then takes it, or says where it is. Addresses follow from the
 * order of the requests alone, so that every thread arrives at the same ones.
 */
export class Workspace {
  /** Set by `open`: the memory, the kernels on it, and all of it as floats and as integers. */
  memory!: SharedMemory;
  kernels!: DecoderKernels;
  f32!: Float32Array;
  i32!: Int32Array;

  constructor(private next = 64) {}

  /** The first free address; after everything is handed out, the bytes needed. */
  get end(): number {
    return this.next;
  }

  /** The address of so many bytes, a multiple of 64. */
  bytes(count: number): number {
    const at = this.next;
    this.next += Math.ceil(count / 64) * 64;
    return at;
  }

  floats(count: number): number {
    return this.bytes(4 * count);
  }

  rows(count: number, columns: number): Rows {
    return { at: this.floats(count * columns), columns };
  }

  /** Scratch of one thread, for products of at most this depth and this many rows. */
  productScratch(rows: number, depth: number): number {
    return this.bytes(sgemmScratchBytes(rows, depth));
  }

  /** Hands out addresses from `start` on once more: what is built next shares its place with what was built there before. */
  rewind(start: number): void {
    this.next = start;
  }

  /**
   * @param scratch an address of `productScratch` that belongs to this thread alone
   * @param memory default: memory of its own, as much as has been handed out
   */
  open(scratch: number, products: WeightProducts = {}, memory: SharedMemory = sharedMemory(this.end)): SharedMemory {
    const { backend = defaultBackend(), precision } = products;
    // Each of our threads calls the library for itself.
    if (backend === "blas") findBlas()?.setThreads(1);
    this.memory = memory;
    const sgemm = backend === "blas" ? blasSgemm(memory) : simdSgemm(memory, scratch);
    this.kernels = decoderKernels(memory, sgemm, precision === "bfloat16" ? bfloat16Sgemm(memory) : sgemm);
    this.f32 = new Float32Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    return memory;
  }
}

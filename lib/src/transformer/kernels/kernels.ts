/** @file All kernels of the decoder as one module. */
import { instantiateKernels, type SharedMemory } from "../../linalg/simdModule";
import { addTileProduct } from "../../linalg/tileProduct";
import type { KernelModule } from "../../linalg/wasmAssembler";
import { type AttentionKernels, addAttentionKernels } from "./attention";
import { addOptimizerKernels, type OptimizerKernels } from "./optimizer";
import { addRowKernels, type RowKernels } from "./rows";
import { addTokenKernels, type TokenKernels } from "./tokens";

/** What a decoder calls besides matrix products. */
export type DecoderKernels = RowKernels & AttentionKernels & OptimizerKernels & TokenKernels;

function write(module: KernelModule): { [P in keyof DecoderKernels]: number } {
  const tile = addTileProduct(module);
  return { ...addRowKernels(module), ...addAttentionKernels(module, tile), ...addOptimizerKernels(module), ...addTokenKernels(module) };
}

/** The kernels on a memory. */
export function decoderKernels(memory: SharedMemory): DecoderKernels {
  return instantiateKernels<DecoderKernels>("decoder", write, memory);
}

/** @file All kernels of the decoder and of its training, each from a file of its own. */
import type { Sgemm } from "../../linalg/sgemm";
import type { SharedMemory } from "../../linalg/simdModule";
import { adam } from "./adam";
import { addBias, biasBackward, residual } from "./bias";
import { crossEntropy } from "./crossEntropy";
import { embed, embedBackward } from "./embedding";
import { gelu, geluBackward } from "./gelu";
import { transposeHeads } from "./heads";
import { type KernelCalls, kernelCalls } from "./kernel";
import { layerNorm, layerNormBackward } from "./layerNorm";
import { type LinearCalls, linearCalls } from "./linear";
import { attendPrompt, attendPromptBackward } from "./promptAttention";
import { sumShards } from "./sumShards";
import { attendThoughts, attendThoughtsBackward } from "./thoughtAttention";

export const KERNELS = {
  addBias,
  residual,
  biasBackward,
  layerNorm,
  layerNormBackward,
  gelu,
  geluBackward,
  transposeHeads,
  attendPrompt,
  attendPromptBackward,
  attendThoughts,
  attendThoughtsBackward,
  embed,
  embedBackward,
  crossEntropy,
  sumShards,
  adam,
};

/** What a decoder calls. Arguments by name; addresses in bytes, sizes in numbers. */
export type DecoderKernels = KernelCalls<typeof KERNELS> & LinearCalls;

/** The kernels on a memory, with a back end's matrix product. */
export function decoderKernels(memory: SharedMemory, sgemm: Sgemm): DecoderKernels {
  return { ...kernelCalls("decoder", KERNELS, memory), ...linearCalls(sgemm) };
}

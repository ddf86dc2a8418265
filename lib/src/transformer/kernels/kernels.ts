/** @file All kernels of the decoder and of its training, each from a file of its own. */
import type { Sgemm } from "../../linalg/sgemm";
import type { SharedMemory } from "../../linalg/simdModule";
import * as adam from "./adam";
import * as bias from "./bias";
import * as crossEntropy from "./crossEntropy";
import * as embedding from "./embedding";
import * as gelu from "./gelu";
import { transposeHeads } from "./heads";
import { type KernelCalls, kernelCalls } from "./kernel";
import * as layerNorm from "./layerNorm";
import { type LinearCalls, linearCalls } from "./linear";
import * as promptAttention from "./promptAttention";
import * as sumShards from "./sumShards";
import * as thoughtAttention from "./thoughtAttention";

const attention = { transposeHeads, ...promptAttention, ...thoughtAttention };
const KERNELS = { ...bias, ...layerNorm, ...gelu, ...attention, ...embedding, ...crossEntropy, ...sumShards, ...adam };

/** What a decoder calls. Arguments by name; addresses in bytes, sizes in numbers. */
export type DecoderKernels = KernelCalls<typeof KERNELS> & LinearCalls;

/** The kernels on a memory, with a back end's matrix product, and another one for large products if there is one. */
export function decoderKernels(memory: SharedMemory, sgemm: Sgemm, large?: Sgemm): DecoderKernels {
  return { ...kernelCalls("decoder", KERNELS, memory), ...linearCalls(sgemm, large) };
}

/** @file Which products run slower here than the processor could, and what would change that: for `doctor` and the trainer. */
import { readFileSync } from "node:fs";
import { defaultBackend, type WeightProducts } from "./backend";
import { findBlas } from "./blas";
import { bfloat16Products } from "./oneDnn";

/** OpenBLAS's kernels for processors whose vectors are shorter than 512 bits; those that are not listed are taken to be good enough. */
const VECTOR_BITS: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ["Haswell", "Zen", "Sandybridge", "Bulldozer", "Piledriver", "Steamroller", "Excavator"].map((name) => [name, 256]),
  ),
  ...Object.fromEntries(["Prescott", "Core2", "Penryn", "Dunnington", "Nehalem", "Atom", "Barcelona", "Bobcat"].map((name) => [name, 128])),
};

/** What the processor can, in the words of Linux; empty where the system does not tell. */
export function processorFeatures(): ReadonlySet<string> {
  try {
    const [, flags = ""] = /^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8")) ?? [];
    return new Set(flags.trim().split(/\s+/));
  } catch {
    return new Set();
  }
}

/** What is slow about OpenBLAS's kernels on a processor, if anything is. */
export function slowerKernel(kernel: string, features: ReadonlySet<string>): string | undefined {
  const bits = VECTOR_BITS[kernel];
  const possible = features.has("avx512vl") ? 512 : features.has("avx2") ? 256 : 0;
  if (bits === undefined || bits >= possible) return undefined;
  const remedy = process.env.OPENBLAS_CORETYPE ? "; OPENBLAS_CORETYPE, which is set, decides that" : "";
  return `OpenBLAS computes with its kernels for ${kernel}, ${bits} bits at a time, where the processor has ${possible}${remedy}`;
}

/** What makes these products slower than they could be on this machine, a sentence each; nothing when they are as fast as can be. */
export function slowerProducts({ backend = defaultBackend(), precision = "float32" }: WeightProducts = {}): string[] {
  const blas = findBlas();
  const features = processorFeatures();
  const found: string[] = [];
  if (backend === "simd")
    found.push(`WebAssembly multiplies, 128 bits at a time; ${blas ? 'the back end "blas"' : "BLAS (environment.md)"} is faster`);
  else {
    const name = blas?.find("openblas_get_corename", "const char *", []) as (() => string) | undefined;
    const slower = name && slowerKernel(name(), features);
    if (slower) found.push(slower);
  }
  const bfloat16 = bfloat16Products();
  if (!("missing" in bfloat16)) {
    if (precision === "float32") found.push('weights are multiplied in float32; precision "bfloat16" is faster on this processor');
  } else if (precision === "bfloat16") found.push(`float32 stands in for bfloat16: ${bfloat16.missing}`);
  else if (features.has("amx_bf16")) found.push(`the processor could multiply in bfloat16: ${bfloat16.missing}`);
  return found;
}

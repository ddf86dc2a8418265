/** @file Which code does the linear algebra: BLAS, WebAssembly or plain TypeScript. */
import { blasTurnedOff, findBlas, findLapack, needKoffi } from "#blas";
import type { Checks } from "../core/check";

/** "typescript": plain code, always there; "simd": WebAssembly kernels, always there; "blas": OpenBLAS with LAPACK, where it is found. */
export type Backend = "typescript" | "simd" | "blas";

/** What multiplies the transformer's matrices, which lie in shared memory in f32. */
export type ProductBackend = Exclude<Backend, "typescript">;

/** What the transformer's weights are multiplied in: "bfloat16" rounds the factors to 8 significant bits; sums are in f32 either way. */
export type Precision = "float32" | "bfloat16";

/** How the transformer multiplies by its weights. */
export interface WeightProducts {
  /** What multiplies matrices; default: "blas" where it is found, otherwise "simd". */
  readonly backend?: ProductBackend;
  /** Default "float32"; "bfloat16" is for training, and falls back to it where the library (oneDNN) or the processor (AMX) is missing. */
  readonly precision?: Precision;
}

/** Options that every function of the layer takes. */
export interface BackendOptions {
  /** Which code computes; default: "blas" for dimensions from 512 on where BLAS with LAPACK is found, otherwise "simd". */
  readonly backend?: Backend;
}

const BACKENDS = ["typescript", "simd", "blas"] as const;

/**
 * The dimension from which BLAS is used unasked. It is above every size in the notebooks (the embeddings have 384 components), whose
 * stored results therefore do not depend on a library found on the machine: below, our own code gives the same bits everywhere.
 */
export const LARGE = 512;

/** The back end for large f32 and f64 matrices when none is asked for. */
export function defaultBackend(): ProductBackend {
  return findBlas() ? "blas" : "simd";
}

/** The back end for a problem of this dimension when none is asked for. */
export function backendFor(size: number): Backend {
  return size >= LARGE && findLapack() ? "blas" : "simd";
}

/**
 * The back end of one call.
 * @param size the problem's dimension: for a product, the least of its three
 * @throws RangeError for a name that is none, Error when BLAS is asked for and there is none
 */
export function chooseBackend(check: Checks, size: number, { backend }: BackendOptions = {}): Backend {
  if (backend === undefined) return backendFor(size);
  check.oneOf("backend", backend, BACKENDS);
  if (backend !== "blas" || findLapack()) return backend;
  needKoffi(check);
  throw new Error(`${check.fn}: backend must be "typescript" or "simd" here, got "blas": no BLAS with LAPACK was found (see COTLAB_BLAS)`);
}

/** What computes on this machine, for people. */
export interface LinearAlgebra {
  /** The back end that large matrices get. */
  readonly active: Backend;
  /** The same in a few words, with the library's name. */
  readonly name: string;
  /** The BLAS library's path, what it says about itself, and whether it holds LAPACK; null where no BLAS was found. */
  readonly library: { readonly path: string; readonly description: string; readonly lapack: boolean } | null;
  /** What is used when, in a sentence. */
  readonly summary: string;
}

/**
 * What computes on this machine, and why.
 * @origin ours
 * @example
 * cot.linalg.linearAlgebra().summary;
 */
export function linearAlgebra(): LinearAlgebra {
  const blas = findBlas();
  const lapack = findLapack() !== null;
  const ours = "WebAssembly and TypeScript";
  if (!blas) {
    const why = blasTurnedOff()
      ? "BLAS is turned off by COTLAB_BLAS=none"
      : "no BLAS was found; npm run setup installs one in the workspace, elsewhere it takes koffi (npm install koffi) and OpenBLAS";
    return { active: "simd", name: `simd (${ours})`, library: null, summary: `${ours} for every size: ${why}` };
  }
  const label = /^\S+ [\d.]+/.exec(blas.description)?.[0] ?? blas.description;
  return {
    active: lapack ? "blas" : "simd",
    name: lapack ? `blas (${label})` : `simd (${label} lacks LAPACK)`,
    library: { path: blas.path, description: blas.description, lapack },
    summary: lapack
      ? `BLAS and LAPACK from ${LARGE} rows on; below, ${ours}`
      : `${ours} for every size, since the library lacks LAPACK; its BLAS for the transformer`,
  };
}

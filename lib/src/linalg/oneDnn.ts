/**
 * @file Matrix products in bfloat16 by oneDNN, a library that is found at run time like BLAS (blas.ts); nothing is loaded before somebody asks.
 *
 * Matrices stay in f32: oneDNN rounds their tiles to bfloat16 on the way into the processor's matrix registers (AMX) and sums in f32.
 * Rounding whole matrices beforehand was no faster in the decoder's shapes, since they then are written and read once more. Processors
 * with bfloat16 in vectors alone (AVX512_BF16) gain nothing: without AMX its bfloat16 products were measured slower than BLAS in f32.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Precision } from "./backend";
import type { Sgemm } from "./sgemm";
import { choiceOf, type Koffi, openFirst, pythonEnvironments } from "./sharedLibrary";

/** Products of a library that was found, on a processor that can. */
export interface Bfloat16Products {
  /** Where the library was found. */
  readonly path: string;
  /** By addresses of the process, unlike a memory's products. One thread computes. */
  readonly multiply: Sgemm;
  /** The address of a buffer that will not move: WebAssembly's shared memory, for example. */
  readonly address: (buffer: ArrayBufferView) => number;
}

/** Why there are no bfloat16 products here. */
export interface NoProducts {
  readonly missing: string;
}

/** Values of oneDNN's enumerations (version 3). */
const [CPU, IN_ORDER, F32, BFLOAT16_IS_ENOUGH] = [1, 1, 3, 1] as const;
const [SOURCE, WEIGHTS, DESTINATION] = [1, 33, 17] as const;
/** The bits of an instruction set with AMX on bfloat16; a processor may have more. */
const AMX = 0xfef;

/** The name of an integer as wide as a pointer. */
const POINTER = "int64_t";

function open(koffi: Koffi, path: string): Bfloat16Products | NoProducts {
  const library = koffi.load(path);
  /** A function that answers 0 when all went well. */
  const bind = (name: string, ...parameters: readonly string[]): ((...args: readonly unknown[]) => void) => {
    const call = library.func(name, "int32_t", parameters) as (...args: readonly unknown[]) => number;
    return (...args) => {
      const status = call(...args);
      if (status !== 0) throw new Error(`oneDnn: ${name} must answer 0, got ${status}`);
    };
  };
  const result = "_Out_ int64_t *";
  const createEngine = bind("dnnl_engine_create", result, "int32_t", "size_t");
  const createStream = bind("dnnl_stream_create", result, POINTER, "uint32_t");
  const describe = bind("dnnl_memory_desc_create_with_strides", result, "int32_t", "int64_t *", "int32_t", "int64_t *");
  const createMemory = bind("dnnl_memory_create", result, POINTER, POINTER, POINTER);
  const createAttributes = bind("dnnl_primitive_attr_create", result);
  const setMathMode = bind("dnnl_primitive_attr_set_fpmath_mode", POINTER, "int32_t");
  const describeProduct = bind("dnnl_matmul_primitive_desc_create", result, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER);
  const createPrimitive = bind("dnnl_primitive_create", result, POINTER);
  const move = bind("dnnl_memory_set_data_handle", POINTER, POINTER);
  const execute = bind("dnnl_primitive_execute", POINTER, POINTER, "int32_t", "const void *");
  const instructions = library.func("dnnl_get_effective_cpu_isa", "int32_t", []) as () => number;
  // OpenMP, which the library is built on, keeps this number for each thread; ours work side by side, and one sum must not depend on them.
  const setThreads = library.func("omp_set_num_threads", "void", ["int32_t"]) as (threads: number) => void;
  if ((instructions() & AMX) !== AMX) return { missing: "oneDNN finds no AMX in this processor" };
  setThreads(1);

  /** What a function leaves where its first argument points to. */
  const made = (create: (...args: readonly unknown[]) => void, ...args: readonly unknown[]): number => {
    const out: [number | bigint | null] = [null];
    create(out, ...args);
    return Number(out[0]);
  };
  const engine = made(createEngine, CPU, 0);
  const stream = made(createStream, engine, IN_ORDER);
  const attributes = made(createAttributes);
  setMathMode(attributes, BFLOAT16_IS_ENOUGH);
  const matrix = (rows: number, columns: number, lead: number, transposed: boolean): number =>
    made(describe, 2, [rows, columns], F32, transposed ? [1, lead] : [lead, 1]);

  const prepare = (transA: boolean, transB: boolean, m: number, n: number, k: number, lda: number, ldb: number, ldc: number) => {
    const factors = [matrix(m, k, lda, transA), matrix(k, n, ldb, transB), matrix(m, n, ldc, false)];
    const [A, B, C] = factors.map((description) => made(createMemory, description, engine, 0));
    const primitive = made(createPrimitive, made(describeProduct, engine, factors[0], factors[1], 0, factors[2], attributes));
    // An array of { int, pointer }.
    const places = new BigInt64Array([SOURCE, A, WEIGHTS, B, DESTINATION, C].map(BigInt));
    return { A, B, C, primitive, places };
  };
  // A model has a few dozen shapes; to prepare one takes as long as a hundred products of it.
  const prepared = new Map<string, ReturnType<typeof prepare>>();
  return {
    path,
    multiply: (transA, transB, m, n, k, A, lda, B, ldb, C, ldc) => {
      const shape = `${transA} ${transB} ${m} ${n} ${k} ${lda} ${ldb} ${ldc}`;
      let product = prepared.get(shape);
      if (!product) {
        product = prepare(transA, transB, m, n, k, lda, ldb, ldc);
        prepared.set(shape, product);
      }
      move(product.A, A);
      move(product.B, B);
      move(product.C, C);
      execute(product.primitive, stream, 3, product.places);
    },
    address: (buffer) => Number(koffi.address(buffer)),
  };
}

let found: Bfloat16Products | NoProducts | undefined;

/**
 * The bfloat16 products of this machine, or why there are none. The library is the one that the environment variable COTLAB_ONEDNN names
 * (`none` turns it off), else that of the workspace's Python environment .venv-onednn.
 * @throws Error when COTLAB_ONEDNN names a file that cannot be used
 */
export function bfloat16Products(): Bfloat16Products | NoProducts {
  if (found === undefined) {
    const choice = choiceOf("COTLAB_ONEDNN");
    const tell = (koffi: Koffi, path: string): Bfloat16Products | NoProducts => {
      try {
        return open(koffi, path);
      } catch (error) {
        // The system may lack what the library needs, libgomp for example.
        if (choice.path) throw error;
        return { missing: `${path} cannot be used: ${error instanceof Error ? error.message : error}` };
      }
    };
    const paths = pythonEnvironments(".venv-onednn").map((folder) => join(folder, "lib", "libdnnl.so.3"));
    const missing = choice.off ? "oneDNN is turned off by COTLAB_ONEDNN=none" : "oneDNN was not found (npm run setup -- --with onednn)";
    found = openFirst(choice, "oneDNN 3 on OpenMP", paths.filter(existsSync), tell) ?? { missing };
  }
  return found;
}

/** The precision that a computation gets when it asks for one. */
export function availablePrecision(wanted: Precision): Precision {
  // Who asks for float32 loads no library.
  return wanted !== "float32" && "missing" in bfloat16Products() ? "float32" : wanted;
}

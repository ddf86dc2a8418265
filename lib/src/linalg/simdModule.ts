/** @file WebAssembly kernels over one shared memory, with fused multiply-add where the machine has it. */
import { Checks } from "../core/check";
import { KernelModule, load } from "./wasmAssembler";

/** The part of the WebAssembly interface that is used; the library is compiled without the browser's types. */
interface WebAssemblyFace {
  Memory: new (options: { initial: number; maximum: number; shared: boolean }) => KernelMemory;
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: { env: { memory: KernelMemory } }) => { exports: Record<string, unknown> };
  validate(bytes: Uint8Array): boolean;
}
const engine = (globalThis as unknown as { WebAssembly: WebAssemblyFace }).WebAssembly;

/** Memory that worker threads and kernels share. */
export interface SharedMemory {
  readonly buffer: SharedArrayBuffer;
}

/** Memory that kernels work on. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer | SharedArrayBuffer;
}

/** Bytes in one page of WebAssembly memory. */
const PAGE = 65536;

/** Shared memory of at least so many bytes, at most 2 GiB (kernels compare addresses as signed integers); it never moves. */
export function sharedMemory(bytes: number): SharedMemory {
  const check: Checks = new Checks("sharedMemory");
  return allocate(check, bytes, true) as SharedMemory;
}

/** Memory of one thread, of at least so many bytes, at most 2 GiB; it never moves. Arrays are copied into it faster than into shared memory. */
export function ownMemory(bytes: number): KernelMemory & { readonly buffer: ArrayBuffer } {
  const check: Checks = new Checks("ownMemory");
  return allocate(check, bytes, false) as KernelMemory & { readonly buffer: ArrayBuffer };
}

function allocate(check: Checks, bytes: number, shared: boolean): KernelMemory {
  const pages = Math.ceil(bytes / PAGE);
  if (pages > PAGE / 2) throw new RangeError(`${check.fn}: bytes must be at most 2 GiB, got ${bytes}`);
  return new engine.Memory({ initial: pages, maximum: pages, shared });
}

/** A set of kernels: writes them into a module, and says how they are called. */
export type KernelSet<K> = (module: KernelModule) => { readonly [P in keyof K]: number };

let fusedSupport: boolean | undefined;

/** Whether the engine has a b + c in one instruction (relaxed SIMD). */
export function hasFusedMultiplyAdd(): boolean {
  if (fusedSupport === undefined) {
    const probe = new KernelModule(true);
    probe.add("probe", ["i32"], (f, at) => {
      const x = f.let(load.f32x4(at));
      f.store(at, f.madd(x, x, x));
    });
    fusedSupport = engine.validate(probe.bytes());
  }
  return fusedSupport;
}

const compiled = new Map<string, object>();

/**
 * The kernels, ready to be called on a memory.
 * @param name what the set is called; it is compiled once a thread
 */
export function instantiateKernels<K>(name: string, write: KernelSet<K>, memory: KernelMemory, fused = hasFusedMultiplyAdd()): K {
  // Pages that are not isolated from others have no shared memory.
  const shared = typeof SharedArrayBuffer !== "undefined" && memory.buffer instanceof SharedArrayBuffer;
  const key = `${name}/${fused}/${shared}`;
  let code = compiled.get(key);
  if (!code) {
    const module = new KernelModule(fused);
    write(module);
    code = new engine.Module(module.bytes(shared));
    compiled.set(key, code);
  }
  return new engine.Instance(code, { env: { memory } }).exports as K;
}

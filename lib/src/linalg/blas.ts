/** @file A BLAS library found at run time and called through koffi; nothing is loaded before somebody asks. */
import { basename, dirname, join } from "node:path";
import type { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { type Lapack, lapackOf, type NativeLibrary } from "./lapack";
import { choiceOf, type Koffi, openFirst, pathsIn, pythonEnvironments, sitePackages } from "./sharedLibrary";

/** A BLAS that was found. Pointers are passed as 64-bit integers. */
export interface Blas extends NativeLibrary {
  /** Where it was found. */
  readonly path: string;
  /** What it calls itself, where it says so. */
  readonly description: string;
  /** C := alpha op(A) op(B) + beta C in f32, row-major: cblas_sgemm, with its arguments in order and addresses as numbers. */
  readonly sgemm: (...numbers: readonly number[]) => void;
  /** Sets how many threads a call may use (of the whole process), where the library allows it. */
  readonly setThreads: (threads: number) => void;
  /** How many threads a call may use; 1 where the library does not say. */
  readonly threads: () => number;
  /** The address of a buffer that will not move: WebAssembly's shared memory, for example. */
  readonly address: (buffer: ArrayBufferView) => number;
}

/** Whether BLAS is turned off by COTLAB_BLAS=none. */
export function blasTurnedOff(): boolean {
  return choiceOf("COTLAB_BLAS").off;
}

/** Where a BLAS may be, best first: the Python environment's wheels, the system. */
function candidates(): string[] {
  const folders = ["scipy_openblas32/lib", "scipy_openblas64/lib", "numpy.libs", "numpy/.dylibs"];
  const wheels = pythonEnvironments(".venv")
    .flatMap(sitePackages)
    .flatMap((site) => folders.flatMap((folder) => pathsIn(join(site, folder))));
  const list = wheels.filter((path) => /openblas.*\.(?:so|dylib|dll)/.test(basename(path)));
  if (process.platform === "darwin") {
    list.push("/opt/homebrew/opt/openblas/lib/libopenblas.dylib", "/System/Library/Frameworks/Accelerate.framework/Accelerate");
  } else if (process.platform === "linux") list.push("libopenblas.so.0");
  return list;
}

/** A library of another folder that the chosen one needs is found only when it was loaded before. */
function loadNeighbours(koffi: Koffi, path: string): void {
  if (dirname(path) === ".") return;
  const beside = pathsIn(dirname(path));
  for (const stem of ["libquadmath", "libgfortran"]) {
    for (const neighbour of beside.filter((other) => basename(other).startsWith(stem))) {
      try {
        koffi.load(neighbour);
      } catch {
        // Not needed everywhere; what is really missing shows when the library itself is loaded.
      }
    }
  }
}

/** The names that builds of OpenBLAS give a function, and the width of their integers. */
const SPELLINGS = [
  { prefix: "scipy_", suffix: "", bits: 32 },
  { prefix: "scipy_", suffix: "64_", bits: 64 },
  { prefix: "", suffix: "", bits: 32 },
  { prefix: "", suffix: "64_", bits: 64 },
] as const;

function open(koffi: Koffi, path: string): Blas {
  loadNeighbours(koffi, path);
  const library = koffi.load(path);
  for (const { prefix, suffix, bits } of SPELLINGS) {
    const int = bits === 64 ? "int64_t" : "int32_t";
    const tryFind: Blas["find"] = (name, result, parameters) => {
      // LAPACK's Fortran names end in an underscore, which goes before the suffix.
      try {
        return library.func(`${prefix}${name}${suffix}`, result, parameters);
      } catch {
        return undefined;
      }
    };
    const sgemm = tryFind("cblas_sgemm", "void", [
      ...["int32_t", "int32_t", "int32_t"],
      ...[int, int, int, "float", "int64_t", int, "int64_t", int, "float", "int64_t", int],
    ]);
    if (!sgemm) continue;
    const setThreads = tryFind("openblas_set_num_threads", "void", ["int32_t"]) as Blas["setThreads"] | undefined;
    const getThreads = tryFind("openblas_get_num_threads", "int32_t", []) as (() => number) | undefined;
    const config = tryFind("openblas_get_config", "const char *", []) as (() => string) | undefined;
    return {
      path,
      description: config?.().trim() ?? "BLAS",
      integerBits: bits,
      sgemm: sgemm as unknown as Blas["sgemm"],
      setThreads: setThreads ?? (() => {}),
      threads: getThreads ?? (() => 1),
      address: (buffer) => Number(koffi.address(buffer)),
      find: tryFind,
    };
  }
  throw new Error(`blas: ${path} holds no cblas_sgemm`);
}

let found: Blas | null | undefined;

/**
 * The BLAS of this machine, or null where there is none: a path in the environment variable COTLAB_BLAS (`none` turns BLAS
 * off), else the OpenBLAS of the workspace's Python environment (scipy-openblas32, NumPy's wheel), else the system's.
 * @throws Error when COTLAB_BLAS names a file that cannot be used
 */
export function findBlas(): Blas | null {
  if (found === undefined) found = openFirst(choiceOf("COTLAB_BLAS"), "a BLAS", candidates(), open);
  return found;
}

/** Throws with the command that installs koffi, when that is what is missing. */
export function needKoffi(check: Checks): void {
  optionalPackage(check, "koffi");
}

/** BLAS with LAPACK, or null where either is missing. */
export function findLapack(): Lapack | null {
  const blas = findBlas();
  return blas && lapackOf(blas);
}

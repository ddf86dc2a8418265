/** @file Work with one BLAS thread. */
import { findBlas } from "./blas";

let threads: (() => number) | undefined;
let asked = false;

/**
 * Runs work with one BLAS thread, and then gives BLAS back the threads that it had, where the library (OpenBLAS) tells their number.
 * For many products of some milliseconds or less: where other processes want the cores, threads wait for each other longer than they work.
 */
export function withOneThread<T>(work: () => T): T {
  const blas = findBlas();
  if (!asked) {
    threads = blas?.find("openblas_get_num_threads", "int32_t", []) as (() => number) | undefined;
    asked = true;
  }
  const before = threads?.() ?? 1;
  if (before === 1) return work();
  blas?.setThreads(1);
  try {
    return work();
  } finally {
    blas?.setThreads(before);
  }
}

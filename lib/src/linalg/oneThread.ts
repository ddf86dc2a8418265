/** @file Work with one BLAS thread. */
import { findBlas } from "./blas";

/**
 * Runs work with one BLAS thread, and then gives BLAS back the threads that it had, where the library (OpenBLAS) tells their number.
 * For many products of some milliseconds or less: threads wait for each other longer than they work.
 */
export function withOneThread<T>(work: () => T): T {
  const blas = findBlas();
  const before = blas?.threads() ?? 1;
  if (before === 1) return work();
  blas?.setThreads(1);
  try {
    return work();
  } finally {
    blas?.setThreads(before);
  }
}

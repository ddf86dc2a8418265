/** @file A thread that runs one exported function of a module, so that both sides of a conversation stand in one file. */
import { isMainThread, Worker, workerData } from "node:worker_threads";

/** The module's path, the function's name among its exports, and what it is called with. */
interface ThreadStart {
  readonly module: string;
  readonly run: string;
  readonly start: unknown;
}

/** Starts a thread; what it throws is the worker's error. */
export function startThread(module: string, run: string, start: unknown): Worker {
  const workerData: ThreadStart = { module, run, start };
  return new Worker(__filename, { workerData });
}

// The thread itself begins here.
if (!isMainThread && require.main === module) {
  const { module, run, start } = workerData as ThreadStart;
  (require(module) as Record<string, (start: unknown) => void>)[run](start);
}

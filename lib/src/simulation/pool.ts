/** @file Worker threads, started on first use and kept for the next simulation. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Job } from "./job";

/** The part of piscina that is used; its own types are not part of this library's face. */
interface Pool {
  run(job: Job): Promise<void>;
  destroy(): Promise<void>;
}
type PoolConstructor = new (options: { filename: string; minThreads: number; maxThreads: number; idleTimeout: number }) => Pool;

/** Milliseconds after which an idle thread ends. Idle threads do not keep the process alive. */
const IDLE_TIMEOUT = 20_000;

/** Most threads at once; they are started one by one, as jobs ask for them. */
const MOST_THREADS = 255;

let pool: Pool | undefined;

/** Threads that can run at once on this machine. */
export function availableThreads(): number {
  return Math.min(availableParallelism(), MOST_THREADS + 1);
}

/** Gives a job to so many worker threads; see `Host`. */
export function startThreads(job: Job, count: number): Promise<void>[] {
  if (!pool) {
    const { Piscina } = require("piscina") as { Piscina: PoolConstructor };
    pool = new Piscina({ filename: join(__dirname, "worker.js"), minThreads: 0, maxThreads: MOST_THREADS, idleTimeout: IDLE_TIMEOUT });
  }
  const instance = pool;
  return Array.from({ length: count }, () => instance.run(job));
}

/**
 * Ends the worker threads now. The next simulation that needs some starts new ones.
 * @origin ours
 * @example
 * await cot.simulation.closeWorkers();
 */
export async function closeWorkers(): Promise<void> {
  const old = pool;
  pool = undefined;
  await old?.destroy();
}

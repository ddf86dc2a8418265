/**
 * @file Threads that compute on one shared memory: this thread and workers, told what to do through shared integers.
 *
 * A step lasts milliseconds, so messages between threads are too slow: workers wait on an integer (first spinning for a moment), and so
 * does the calling thread at the end. Which thread does what never changes a result.
 */
import type { Worker } from "node:worker_threads";
import type { SharedMemory } from "../linalg/simdModule";
import { waitWhile } from "../linalg/waitWhile";
import { startThread } from "./thread";

/** What all threads are to do, in numbers whose meaning is the caller's. */
export interface Order {
  readonly command: number;
  readonly step: number;
  readonly rate: number;
}

/** Carries out this thread's share of an order. */
export type Share = (order: Order) => void;

/** The memory begins with a control block: integers in these places, a 64-bit float, the text of an error. */
export const CONTROL_BYTES = 4096;
const [EPOCH, COMMAND, STEP, PENDING, FAILED, ERROR_LENGTH] = [0, 1, 2, 3, 4, 5] as const;
const [RATE_AT, ERROR_AT] = [64, 1024] as const;

const integers = ({ buffer }: SharedMemory): Int32Array => new Int32Array(buffer, 0, CONTROL_BYTES / 4);
const rateOf = ({ buffer }: SharedMemory): Float64Array => new Float64Array(buffer, RATE_AT, 1);

/** Milliseconds after which a worker that does not answer is given up. */
const PATIENCE = 600_000;

/** The threads of one training run. */
export class Team {
  private readonly workers: readonly Worker[];
  private readonly control: Int32Array;
  private readonly rate: Float64Array;
  private closed = false;

  /**
   * @param module the module whose exported function `run` is called in each worker with one of `starts`; it ends in `serve`
   * @param own this thread's share
   */
  constructor(
    private readonly memory: SharedMemory,
    module: string,
    run: string,
    starts: readonly unknown[],
    private readonly own: Share,
  ) {
    this.control = integers(memory);
    this.rate = rateOf(memory);
    this.workers = starts.map((start) => startThread(module, run, start));
    for (const worker of this.workers) worker.unref();
  }

  /** Lets all threads carry out an order. */
  run(order: Order): void {
    const { control } = this;
    if (this.closed) throw new Error("Team.run: the threads are closed");
    if (this.workers.length > 0) {
      [control[COMMAND], control[STEP], this.rate[0]] = [order.command, order.step, order.rate];
      Atomics.store(control, PENDING, this.workers.length);
      Atomics.add(control, EPOCH, 1);
      Atomics.notify(control, EPOCH);
    }
    let problem: unknown;
    try {
      this.own(order);
    } catch (error) {
      problem = error ?? new Error("Team.run: failed");
    }
    for (let pending = Atomics.load(control, PENDING); pending > 0; pending = Atomics.load(control, PENDING)) {
      if (waitWhile(control, PENDING, pending, PATIENCE)) continue;
      this.close();
      throw new Error(`Team.run: a worker thread has not answered for ${PATIENCE / 60_000} minutes`);
    }
    if (problem !== undefined) throw problem;
    if (control[FAILED] !== 0) {
      const text = new Uint8Array(this.memory.buffer, ERROR_AT, control[ERROR_LENGTH]).slice();
      this.close();
      throw new Error(`worker thread: ${new TextDecoder().decode(text)}`);
    }
  }

  /** Ends the threads. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const worker of this.workers) void worker.terminate();
  }
}

/** The loop of a worker thread, which `Team.close` ends; `begin` prepares it, and what it throws reaches the caller of the first order. */
export function serve(memory: SharedMemory, begin: () => Share): never {
  const [control, rate] = [integers(memory), rateOf(memory)];
  /** Leaves an error's text for the main thread; of several the last. */
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error)).subarray(0, CONTROL_BYTES - ERROR_AT);
      new Uint8Array(memory.buffer, ERROR_AT, text.length).set(text);
      control[ERROR_LENGTH] = text.length;
      Atomics.store(control, FAILED, 1);
    }
  };
  let share: Share | undefined;
  attempt(() => {
    share = begin();
  });
  for (let seen = 0; ; seen++) {
    waitWhile(control, EPOCH, seen);
    attempt(() => share?.({ command: control[COMMAND], step: control[STEP], rate: rate[0] }));
    if (Atomics.sub(control, PENDING, 1) === 1) Atomics.notify(control, PENDING);
  }
}

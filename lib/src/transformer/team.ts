/**
 * @file Threads that compute on one shared memory: this thread and workers, told what to do through shared integers.
 *
 * A step lasts milliseconds, so messages between threads are too slow: workers wait on an integer (first spinning for a moment), and so
 * does the calling thread at the end. Which thread does what never changes a result.
 */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ProductBackend } from "../linalg/backend";
import type { SharedMemory } from "../linalg/simdModule";
import { waitWhile } from "../linalg/waitWhile";

/** Places in the control block, in 32-bit integers. */
export const Control = { epoch: 0, command: 1, step: 2, pending: 3, failed: 4, errorLength: 5, integers: 16 } as const;
/** Bytes of the control block: integers, a few 64-bit floats, the text of an error. */
export const CONTROL_BYTES = 4096;
/** Where the 64-bit floats of the control block begin, in floats; and the error's text, in bytes. */
export const CONTROL_FLOATS = 8;
export const ERROR_TEXT = 1024;

/** Milliseconds after which a worker that does not answer is given up. */
const PATIENCE = 600_000;

/** What a worker thread is started with. */
export interface WorkerStart {
  readonly program: string;
  readonly settings: unknown;
  readonly memory: SharedMemory;
  readonly lane: number;
  readonly lanes: number;
  readonly backend: ProductBackend;
}

/** The worker threads of one training run. */
export class Team {
  private readonly workers: Worker[];
  private readonly control: Int32Array;
  private closed = false;

  constructor(
    memory: SharedMemory,
    private readonly lanes: number,
    start: (lane: number) => WorkerStart,
  ) {
    this.control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4);
    this.workers = Array.from({ length: lanes - 1 }, (_, i) => {
      const worker = new Worker(join(__dirname, "teamWorker.js"), { workerData: start(i + 1) });
      worker.unref();
      return worker;
    });
    this.memory = memory;
  }
  private readonly memory: SharedMemory;

  /** Lets all threads carry out a command; this thread's share is `own`. */
  run(command: number, step: number, own: () => void): void {
    const { control } = this;
    if (this.closed) throw new Error("Team.run: the threads are closed");
    if (this.workers.length > 0) {
      control[Control.command] = command;
      control[Control.step] = step;
      Atomics.store(control, Control.pending, this.workers.length);
      Atomics.add(control, Control.epoch, 1);
      Atomics.notify(control, Control.epoch);
    }
    let problem: unknown;
    try {
      own();
    } catch (error) {
      problem = error ?? new Error("Team.run: failed");
    }
    for (;;) {
      const pending = Atomics.load(control, Control.pending);
      if (pending <= 0 || this.workers.length === 0) break;
      if (!waitWhile(control, Control.pending, pending, PATIENCE)) {
        this.close();
        throw new Error(`Team.run: a worker thread has not answered for ${PATIENCE / 60_000} minutes`);
      }
    }
    if (problem !== undefined) throw problem;
    if (control[Control.failed] !== 0) {
      const text = new Uint8Array(this.memory.buffer, ERROR_TEXT, control[Control.errorLength]).slice();
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

  /** Numbers lane, lane + lanes, ... below `count`. */
  static share(lane: number, lanes: number, count: number, work: (index: number) => void): void {
    for (let i = lane; i < count; i += lanes) work(i);
  }

  get size(): number {
    return this.lanes;
  }
}

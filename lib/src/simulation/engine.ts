/**
 * @file The Monte Carlo engine: many independent draws, by one thread or several, with the same bits in the end. It runs anywhere.
 * From a call to a drawn value: `simulateOn` finds the experiment's code and lets its `prepare` make a `Sampler`; `runJob` asks
 * its `JobRunner` for the numbers of the draws that fall to this thread; `JobRunner.draw(i)` gives the i-th random stream to
 * `Sampler.draw` and stores what it writes. Other threads run the same `JobRunner` on the same memory.
 */
import { Checks, inNameOf } from "../core/check";
import { Random } from "../core/random";
import { drawWidth, type Experiment, type FindKind, prepareSampler, streamName } from "./experiment";
import { Counter, type Job, JobRunner } from "./job";
import { buildResult, type SimulationResult } from "./simulationResult";

/** How a simulation runs. */
export interface SimulationOptions {
  /** Number of draws; integer >= 2. */
  readonly draws: number;
  /** Seed: an integer >= 0 or a non-empty string. */
  readonly seed: number | string;
  /**
   * Threads that compute, the calling one included; integer >= 1. Default: as many as the machine runs at once, but
   * other threads are only started when the first draws show that the rest will take long enough to be worth it.
   */
  readonly workers?: number;
  /** Called now and then with the number of draws done, and once at the end. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Cancels the run: the result then holds the draws done until then, and is marked. */
  readonly signal?: AbortSignal;
  /** Draws that a thread takes at a time; integer >= 1; default: chosen from the number of draws. It does not change the result. */
  readonly batch?: number;
}

/** What the engine needs of the machine that it runs on. */
export interface Host {
  readonly findKind: FindKind;
  /** Threads that can run at once, the calling one included. */
  availableThreads(): number;
  /**
   * Gives a job to other threads, each of which calls `drain` of a `JobRunner` of its own.
   * @returns a promise a thread, settled when that thread finds no draw left
   */
  startThreads(job: Job, count: number): Promise<void>[];
}

/** Milliseconds of computing between two turns of the event loop. */
const SLICE = 15;
/** Milliseconds of work left below which no other thread is started. */
const WORTH_A_THREAD = 120;
/** Milliseconds between two progress reports. */
const REPORT_INTERVAL = 80;
/** Largest number of stored values: 1 GB, and as much again for the result. */
export const MOST_VALUES = 2 ** 27;

/**
 * `simulate` on a given host.
 * @param onPartial called as often as `onProgress`, with what is known by then
 */
export async function simulateOn(
  host: Host,
  experiment: Experiment,
  options: SimulationOptions,
  onPartial?: (result: SimulationResult) => void,
): Promise<SimulationResult> {
  const check: Checks = new Checks("simulate");
  const plain = plainCopy(check, experiment);
  const { draws, seed, workers, onProgress, signal, batch } = options;
  check.integer("draws", draws, 2);
  if (workers !== undefined) check.integer("workers", workers, 1, 256);
  if (batch !== undefined) check.integer("batch", batch, 1);
  inNameOf(check.fn, () => Random.seed(seed));
  if (plain.name !== undefined) check.text("experiment.name", plain.name);
  const sampler = prepareSampler(plain, host.findKind);
  if (streamName(plain).includes("/")) check.fail("experiment.name", "free of slashes", streamName(plain));
  const width = drawWidth(sampler);
  if (draws * width > MOST_VALUES) check.fail("draws", `<= ${Math.floor(MOST_VALUES / width)} for ${width} values a draw`, draws);
  signal?.throwIfAborted();

  const threads = workers ?? host.availableThreads();
  const usualBatch = Math.max(1, Math.min(128, Math.floor(draws / (16 * threads))));
  const job: Job = {
    experiment: plain,
    seed,
    draws,
    batch: Math.min(batch ?? usualBatch, 2 ** 20),
    values: memory(8 * draws * width),
    finished: memory(draws),
    counters: memory(4 * Counter.length),
  };
  const runner = new JobRunner(job, sampler);
  const stop = (): void => runner.stop();
  const report = (done: number, total: number): void => {
    onProgress?.(done, total);
    if (onPartial && runner.doneInOrder >= 2) onPartial(buildResult(job, sampler, runner.doneInOrder));
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await runJob(job, runner, host, threads, workers !== undefined, report);
  } finally {
    // On an error the other threads must not go on; when all is done this changes nothing.
    stop();
    signal?.removeEventListener("abort", stop);
  }
  const done = runner.doneInOrder;
  if (done < 2) throw signal?.reason ?? new Error(`${check.fn}: cancelled before two draws were done`);
  return buildResult(job, sampler, done);
}

/** Takes part in a job until it is done, has failed or is cancelled; other threads are started at once, or when they are worth it. */
async function runJob(
  job: Job,
  runner: JobRunner,
  host: Host,
  threads: number,
  atOnce: boolean,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const { draws } = job;
  let failure: { readonly error: unknown } | undefined;
  let spare = Math.min(threads, draws) - 1;
  const startOthers = (): void => {
    const count = spare;
    spare = 0;
    for (const thread of host.startThreads(job, count))
      thread.catch((error: unknown) => {
        failure ??= { error };
        runner.stop();
      });
  };
  let reported = 0;
  const report = (now: number): void => {
    if (now - reported < REPORT_INTERVAL) return;
    reported = now;
    onProgress(runner.done, draws);
  };

  if (atOnce && spare > 0) startOthers();
  const began = performance.now();
  let deadline = began + SLICE;
  // The clock decides when to yield and whether to start threads; no result depends on either.
  for (const i of runner.indices()) {
    runner.draw(i);
    const now = performance.now();
    if (now < deadline) continue;
    if (spare > 0 && ((now - began) / runner.done) * (draws - runner.done) > WORTH_A_THREAD) {
      try {
        startOthers();
      } catch {
        // No pool to be had: one thread gives the same result.
      }
    }
    report(now);
    await turn();
    deadline = performance.now() + SLICE;
  }
  // Threads that still wait in the pool behind another simulation have nothing to add: only the draws are waited for.
  while (runner.done < draws && !runner.stopped) {
    await new Promise<void>((resolve) => setTimeout(resolve, 1));
    report(performance.now());
  }
  if (failure) throw failure.error;
  onProgress(runner.done, draws);
}

/** Memory that threads share; where there is no such memory, as in some pages, one thread alone has it. */
function memory(bytes: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(bytes) : new SharedArrayBuffer(bytes);
}

/** The experiment as a worker thread will see it, so that what cannot be sent fails alike on one thread and on several. */
function plainCopy(check: Checks, experiment: Experiment): Experiment {
  try {
    return structuredClone(experiment);
  } catch (error) {
    check.wrongKind("experiment", "plain data, which other threads can be sent", experiment, (error as Error).message);
  }
}

/** One turn of the event loop: in a page, where setImmediate is missing, a timer's. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

/** @file The Monte Carlo engine: many independent tasks, on one thread or several, with the same bits in the end. */
import { Checks, show } from "../core/check";
import { Random } from "../core/random";
import { type Experiment, streamName, taskWidth } from "./experiment";
import { prepareExperiment } from "./experiments";
import { Control, type Job, JobRunner } from "./job";
import { availableThreads, startWorkers } from "./pool";
import { buildResult, type SimulationResult } from "./simulationResult";

/** How a simulation runs. */
export interface SimulationOptions {
  /** Number of tasks; integer >= 2. */
  readonly tasks: number;
  /** Seed: an integer >= 0 or a non-empty string. */
  readonly seed: number | string;
  /**
   * Threads that compute, the calling one included; integer >= 1. Default: as many as the machine runs at once, but
   * other threads are only started when the first tasks show that the rest will take long enough to be worth it.
   */
  readonly workers?: number;
  /** Called now and then with the number of tasks done, and once at the end. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Cancels the run: the result then holds the tasks done until then, and is marked. */
  readonly signal?: AbortSignal;
  /** Tasks that a thread takes at a time; integer >= 1; default: chosen from the number of tasks. It does not change the result. */
  readonly batch?: number;
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
 * Runs an experiment many times and summarises it.
 *
 * Task i draws from its own random stream, Random.seed(seed).stream(name, i), and values are stored by task and summed in
 * the order of the tasks: the same seed gives the same bits for any number of threads and any batch size. The calling
 * thread takes part, and lets the event loop turn every few milliseconds, so that progress shows and interrupts work.
 * @throws RangeError or TypeError for options outside their domain, an unknown experiment, or bad parameters; whatever a task
 *   throws; the signal's reason when the run is cancelled before two tasks are done
 */
export async function simulate(experiment: Experiment, options: SimulationOptions): Promise<SimulationResult> {
  const check: Checks = new Checks("simulate");
  const plain = plainCopy(check, experiment);
  const { tasks, seed, workers, onProgress, signal, batch } = options;
  check.integer("tasks", tasks, 2);
  if (workers !== undefined) check.integer("workers", workers, 1, 256);
  if (batch !== undefined) check.integer("batch", batch, 1);
  Random.seed(seed);
  const prepared = prepareExperiment(plain);
  if (/\//.test(streamName(plain))) check.fail("experiment.name", "free of slashes", streamName(plain));
  const width = taskWidth(prepared);
  if (tasks * width > MOST_VALUES) check.fail("tasks", `<= ${Math.floor(MOST_VALUES / width)} for ${width} values a task`, tasks);
  signal?.throwIfAborted();

  const threads = workers ?? availableThreads();
  const job: Job = {
    experiment: plain,
    seed,
    tasks,
    batch: Math.min(batch ?? Math.max(1, Math.min(128, Math.floor(tasks / (16 * threads)))), 2 ** 20),
    values: new SharedArrayBuffer(8 * tasks * width),
    finished: new SharedArrayBuffer(tasks),
    control: new SharedArrayBuffer(4 * Control.length),
  };
  const control = new Int32Array(job.control);
  const stop = (): void => {
    Atomics.store(control, Control.stop, 1);
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    await runJob(job, new JobRunner(job, prepared), threads, workers !== undefined, control, onProgress);
  } finally {
    // On an error the other threads must not go on; when all is done this changes nothing.
    stop();
    signal?.removeEventListener("abort", stop);
  }
  const finished = new Uint8Array(job.finished);
  const gap = finished.indexOf(0);
  const done = gap < 0 ? tasks : gap;
  if (done < 2) throw signal?.reason ?? new Error(`${check.fn}: cancelled before two tasks were done`);
  return buildResult(plain, prepared, seed, done, tasks, new Float64Array(job.values));
}

/** Runs a job to its end, its failure or its cancellation. */
async function runJob(
  job: Job,
  runner: JobRunner,
  threads: number,
  explicit: boolean,
  control: Int32Array,
  onProgress: SimulationOptions["onProgress"],
): Promise<void> {
  const { tasks } = job;
  const done = (): number => Atomics.load(control, Control.done);
  let failure: { readonly error: unknown } | undefined;
  let others: Promise<void>[] = [];
  const start = (): void => {
    if (threads < 2 || others.length > 0) return;
    others = startWorkers(job, Math.min(threads, tasks) - 1).map((thread) =>
      thread.catch((error: unknown) => {
        failure ??= { error };
        Atomics.store(control, Control.stop, 1);
      }),
    );
  };
  let reported = 0;
  const report = (now: number): void => {
    if (!onProgress || now - reported < REPORT_INTERVAL) return;
    reported = now;
    onProgress(done(), tasks);
  };

  if (explicit) start();
  const began = performance.now();
  let deadline = began + SLICE;
  // The clock decides when to yield and whether to start threads; no result depends on either.
  for (let range = runner.claim(); range; range = runner.claim()) {
    for (let task = range.from; task < range.to && !runner.stopped(); task++) {
      runner.run(task);
      const now = performance.now();
      if (now < deadline) continue;
      if (!explicit && others.length === 0 && threads > 1) {
        const left = ((now - began) / done()) * (tasks - done());
        if (left > WORTH_A_THREAD) {
          try {
            start();
          } catch {
            // No pool to be had: one thread gives the same result.
            threads = 1;
          }
        }
      }
      report(now);
      await turn();
      deadline = performance.now() + SLICE;
    }
  }
  // Threads that still wait in the pool behind another simulation have nothing to add: only the tasks are waited for.
  while (done() < tasks && !runner.stopped()) {
    await new Promise<void>((resolve) => setTimeout(resolve, 1));
    report(performance.now());
  }
  if (failure) throw failure.error;
  onProgress?.(done(), tasks);
}

/** The experiment as a worker thread will see it, so that what cannot be sent fails alike on one thread and on several. */
function plainCopy(check: Checks, experiment: Experiment): Experiment {
  try {
    return structuredClone(experiment);
  } catch (error) {
    throw new TypeError(`${check.fn}: experiment must be plain data: ${(error as Error).message}`);
  }
}

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The curve of a result with a given name. */
export function findCurve(result: SimulationResult, name: string): SimulationResult["curves"][number] {
  const found = result.curves.find((curve) => curve.name === name);
  if (!found)
    throw new RangeError(`findCurve: name must be one of ${result.curves.map((c) => show(c.name)).join(", ")}, got ${show(name)}`);
  return found;
}

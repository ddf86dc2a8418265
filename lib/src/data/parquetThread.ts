/**
 * @file Parquet files read in a thread of their own: hyparquet trusts the lengths of runs that a damaged file states, and would fill memory
 * without end. The thread has limits of memory and of computing.
 */
import { stat } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { CUT_OFF, FeatureFileError } from "./featureFileError";
import type { FeatureTable, ReadOptions, RowBatch } from "./table";

/** What the thread is asked: to open a file, or for its next batch. */
export type ParquetQuestion = "next" | { readonly path: string; readonly options: ReadOptions };

/** What it answers: first the head of the table, then a batch for every question, and at last that there is none. */
export type ParquetAnswer =
  | { readonly head: Omit<FeatureTable, "batches"> }
  | { readonly batch: RowBatch }
  | { readonly done: true }
  | { readonly fault: { readonly file: string; readonly message: string; readonly row?: number; readonly column?: string } }
  | { readonly error: string };

/** Megabytes of the thread's heap; a batch of a good file needs a third. */
const MOST_MEGABYTES = 400;
/** Seconds that the thread may compute between two answers, and those more for each megabyte of the file; waiting for a disk does not count. */
const [PATIENCE, PER_MEGABYTE] = [10, 1];
/** Milliseconds after which a thread that has nothing to do ends. */
const IDLE = 10_000;

/** A thread that has nothing to do, kept for the next file; it keeps no process alive. */
let spare: { readonly worker: Worker; readonly end: NodeJS.Timeout } | undefined;

function takeWorker(): Worker {
  if (spare) {
    const { worker, end } = spare;
    clearTimeout(end);
    spare = undefined;
    return worker;
  }
  const worker = new Worker(require.resolve("./parquetWorker"), { resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES } });
  // Whoever waits for an answer hears of errors; one that comes later concerns nobody.
  worker.on("error", () => {});
  return worker;
}

function keepWorker(worker: Worker): void {
  if (spare) return void worker.terminate();
  worker.unref();
  const end = setTimeout(() => {
    spare = undefined;
    void worker.terminate();
  }, IDLE).unref();
  spare = { worker, end };
}

/** The table of a Parquet file. */
export async function parquetInThread(path: string, options: ReadOptions): Promise<FeatureTable> {
  const opened = await open(path, options);
  let waiting: typeof opened | undefined = opened;
  // A table that nobody reads gives its thread back; it begins anew when somebody does.
  const unread = setTimeout(() => {
    waiting = undefined;
    opened.close();
  }, IDLE).unref();
  return {
    ...opened.head,
    async *batches() {
      clearTimeout(unread);
      const { next, close } = waiting ?? (await open(path, options));
      waiting = undefined;
      try {
        for (let answer = await next(); "batch" in answer; answer = await next()) yield answer.batch;
      } finally {
        close();
      }
    },
  };
}

/** Has a thread read the file. */
async function open(path: string, options: ReadOptions) {
  const patience = Math.ceil(PATIENCE + (PER_MEGABYTE * (await stat(path)).size) / 1e6);
  const worker = takeWorker();
  let broken = false;
  const close = (): void => (broken ? void worker.terminate() : keepWorker(worker));
  const ask = async (question: ParquetQuestion): Promise<ParquetAnswer> => {
    const before = worker.performance.eventLoopUtilization().active;
    const listeners: (() => void)[] = [];
    const fault = (got: string) => new FeatureFileError(path, "be a Parquet file that can be read", got, CUT_OFF);
    worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        const fail = (error: Error): void => {
          broken = true;
          reject(error);
        };
        const error = (error: NodeJS.ErrnoException): void =>
          fail(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? fault("lengths that no memory holds") : error);
        const late = setInterval(() => {
          if (worker.performance.eventLoopUtilization().active - before > 1000 * patience)
            fail(fault(`no end within ${patience} s of computing`));
        }, 500);
        worker.on("message", resolve).on("error", error);
        listeners.push(
          () => clearInterval(late),
          () => worker.off("message", resolve),
          () => worker.off("error", error),
        );
        worker.postMessage(question);
      });
    } finally {
      for (const forget of listeners) forget();
      // A table that is open keeps no process alive.
      worker.unref();
    }
  };
  const known = async (question: ParquetQuestion): Promise<ParquetAnswer> => {
    const found = await ask(question);
    if ("error" in found) throw new Error(found.error);
    if (!("fault" in found)) return found;
    const { file, message, ...place } = found.fault;
    throw Object.assign(new FeatureFileError(file, "", "", place), { message });
  };
  try {
    const found = await known({ path, options });
    if (!("head" in found)) throw new Error("parquetThread: the head must come first");
    return { head: found.head, next: () => known("next"), close };
  } catch (error) {
    close();
    throw error;
  }
}

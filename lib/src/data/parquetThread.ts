/**
 * @file Parquet files read in a thread of their own: hyparquet trusts the lengths of runs that a damaged file states, and would fill memory
 * without end. The thread has a limit of memory, and ends with the reading.
 */
import { stat } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { CUT_OFF, FeatureFileError } from "./featureFileError";
import type { FeatureTable, ReadOptions, RowBatch } from "./table";

/** What the thread is started with. */
export interface ParquetOrder {
  readonly path: string;
  readonly options: ReadOptions;
}

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
/** Milliseconds after which the thread of a table that nobody reads ends; it begins anew when somebody does. */
const UNREAD = 10_000;

/** The table of a Parquet file. */
export async function parquetInThread(path: string, options: ReadOptions): Promise<FeatureTable> {
  const opened = await open(path, options);
  let waiting: typeof opened | undefined = opened;
  const unread = setTimeout(() => {
    waiting = undefined;
    void opened.close();
  }, UNREAD).unref();
  return {
    ...opened.head,
    async *batches() {
      clearTimeout(unread);
      const { next, close } = waiting ?? (await open(path, options));
      waiting = undefined;
      try {
        for (let answer = await next(); "batch" in answer; answer = await next()) yield answer.batch;
      } finally {
        await close();
      }
    },
  };
}

/** Starts a thread that reads the file. */
async function open(path: string, options: ReadOptions) {
  const patience = Math.ceil(PATIENCE + (PER_MEGABYTE * (await stat(path)).size) / 1e6);
  const order: ParquetOrder = { path, options };
  const worker = new Worker(require.resolve("./parquetWorker"), {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
  });
  const broken = (got: string) => new FeatureFileError(path, "be a Parquet file that can be read", got, CUT_OFF);
  let settle: { resolve(answer: ParquetAnswer): void; reject(error: Error): void } | undefined;
  worker.on("message", (found: ParquetAnswer) => settle?.resolve(found));
  worker.on("error", (error: NodeJS.ErrnoException) =>
    settle?.reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? broken("lengths that no memory holds") : error),
  );
  const answer = async (): Promise<ParquetAnswer> => {
    let late: NodeJS.Timeout | undefined;
    worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        settle = { resolve, reject };
        const before = worker.performance.eventLoopUtilization().active;
        late = setInterval(() => {
          if (worker.performance.eventLoopUtilization().active - before > 1000 * patience)
            reject(broken(`no end within ${patience} s of computing`));
        }, 500);
      });
    } finally {
      clearInterval(late);
      // A table that is open keeps no process alive.
      worker.unref();
    }
  };
  const close = async (): Promise<void> => {
    await worker.terminate();
  };
  const known = async (): Promise<ParquetAnswer> => {
    const found = await answer();
    if ("error" in found) throw new Error(found.error);
    if (!("fault" in found)) return found;
    const { file, message, ...place } = found.fault;
    throw Object.assign(new FeatureFileError(file, "", "", place), { message });
  };
  try {
    const found = await known();
    if (!("head" in found)) throw new Error("parquetThread: the head must come first");
    const next = (): Promise<ParquetAnswer> => {
      worker.postMessage("next");
      return known();
    };
    return { head: found.head, next, close };
  } catch (error) {
    await close();
    throw error;
  }
}

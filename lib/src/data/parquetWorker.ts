/** @file The thread that reads a Parquet file, see `parquetInThread`. */
import { parentPort } from "node:worker_threads";
import { FeatureFileError } from "./featureFileError";
import { parquetTable } from "./parquet";
import type { ParquetAnswer, ParquetQuestion } from "./parquetThread";
import type { RowBatch } from "./table";

/** Small arrays are made for other things too. */
const ALWAYS = 10_000;
/** The most values that an array for them has room for. */
let most = 0;

/**
 * hyparquet writes runs whose lengths the file states into arrays made by `new Array(length)`, which grow when a length is wrong, until the process
 * has no memory left. In this thread, which does nothing else, such an array cannot grow: writing beyond its end throws.
 */
function boundArrays(): void {
  const Plain = Array;
  const bounded = (...args: unknown[]): unknown[] => {
    const [length] = args;
    if (args.length !== 1 || typeof length !== "number") return Plain(...args);
    if (length > Math.max(most, ALWAYS)) throw new RangeError(`${length} values in one page, where there are ${most}`);
    return Object.preventExtensions(Plain(length).fill(undefined));
  };
  globalThis.Array = new Proxy(Plain, {
    apply: (_, __, args) => bounded(...args),
    construct: (_, args, target) => (target === globalThis.Array ? bounded(...args) : Reflect.construct(Plain, args, target)),
  });
}

boundArrays();

const say = (answer: ParquetAnswer): void => parentPort?.postMessage(answer);

/** What is wrong, as the fault of the file or as it stands. */
function fail(error: unknown): void {
  if (error instanceof FeatureFileError) {
    const { file, message, row, column } = error;
    say({ fault: { file, message, ...(row !== undefined && { row }), ...(column !== undefined && { column }) } });
  } else say({ error: String((error as Error)?.stack ?? error) });
}

let rows: AsyncIterator<RowBatch> | undefined;

async function answer(question: ParquetQuestion): Promise<void> {
  if (question !== "next") {
    const { batches, ...head } = await parquetTable(question.path, question.options, (values) => {
      most = values;
    });
    rows = batches()[Symbol.asyncIterator]();
    return say({ head });
  }
  const { done, value } = (await rows?.next()) ?? { done: true, value: undefined };
  say(done ? { done: true } : { batch: value });
}

parentPort?.on("message", (question: ParquetQuestion) => void answer(question).catch(fail));

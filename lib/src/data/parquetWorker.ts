/** @file The thread that reads a Parquet file, see `parquetInThread`. */
import { parentPort, workerData } from "node:worker_threads";
import { FeatureFileError } from "./featureFileError";
import { parquetTable } from "./parquet";
import type { ParquetAnswer, ParquetOrder } from "./parquetThread";

const say = (answer: ParquetAnswer): void => parentPort?.postMessage(answer);

/** What is wrong, as the fault of the file or as it stands. */
function fail(error: unknown): void {
  if (error instanceof FeatureFileError) {
    const { file, message, row, column } = error;
    say({ fault: { file, message, ...(row !== undefined && { row }), ...(column !== undefined && { column }) } });
  } else say({ error: String((error as Error)?.stack ?? error) });
}

async function serve(): Promise<void> {
  const { path, options } = workerData as ParquetOrder;
  const { batches, ...head } = await parquetTable(path, options);
  const rows = batches()[Symbol.asyncIterator]();
  const next = async (): Promise<void> => {
    const { done, value } = await rows.next();
    say(done ? { done: true } : { batch: value });
  };
  parentPort?.on("message", () => void next().catch(fail));
  say({ head });
}

void serve().catch(fail);

/** @file Arrow IPC: files (Feather version 2) and streams. */
import { createReadStream } from "node:fs";
import type { RecordBatch } from "apache-arrow";
import { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { CUT_OFF, FeatureFileError, faultOf } from "./featureFileError";
import { decompressLz4Frame, decompressZstandard } from "./lz4Frame";
import { columnsToRows, type FeatureTable, layoutOf, type ReadOptions, type RowBatch, rowsPerBatch } from "./table";

/** An Arrow file or stream as a table: columns of numbers, or of lists of numbers. Memory: one record batch. */
export async function arrowTable(path: string, options: ReadOptions): Promise<FeatureTable> {
  const arrow = optionalPackage<typeof import("apache-arrow")>(new Checks("readFeatures"), "apache-arrow");
  const { compressionRegistry, CompressionType } = arrow;
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decompressLz4Frame });
  compressionRegistry.set(CompressionType.ZSTD, { decode: decompressZstandard });
  async function* records(): AsyncGenerator<RecordBatch> {
    const stream = createReadStream(path);
    try {
      const reader = await arrow.RecordBatchReader.from(stream);
      yield* reader as unknown as AsyncIterable<RecordBatch>;
    } catch (error) {
      throw faultOf(error, path, "be an Arrow file that can be read", CUT_OFF);
    } finally {
      stream.destroy();
    }
  }
  const found = await firstWithRows(records());
  if (!found) throw new FeatureFileError(path, "hold at least one row", "0 rows");
  const fields = found.schema.fields;
  if (fields.length === 0) throw new FeatureFileError(path, "hold at least one column", "none");
  const { DataType } = arrow;
  const plain = ({ type }: (typeof fields)[number]): boolean =>
    DataType.isInt(type) || DataType.isFloat(type) || DataType.isBool(type) || DataType.isNull(type);
  fields.forEach((field) => {
    const list = DataType.isList(field.type) || DataType.isFixedSizeList(field.type);
    if (!plain(field) && !(list && plain(field.type.children[0]))) {
      throw new FeatureFileError(path, "hold numbers or lists of numbers", `the type ${field.type}`, { column: `"${field.name}"` });
    }
  });
  // A 16-bit float's accessor gives the number; its raw array does not, so values are always read through `get`.
  const { layout, names } = layoutOf(fields.map(({ name }, c) => ({ name, first: plainValue(found.getChildAt(c)!.get(0)) })));
  async function* batches(): AsyncGenerator<RowBatch> {
    const most = rowsPerBatch(names.length, options);
    let done = 0;
    for await (const record of records()) {
      const columns = fields.map((_, c) => record.getChildAt(c)!);
      for (let start = 0; start < record.numRows; start += most) {
        const rows = Math.min(most, record.numRows - start);
        const parts = columns.map((column) => Array.from({ length: rows }, (_, i) => plainValue(column.get(start + i))));
        yield { values: columnsToRows(path, layout, parts, rows, done), rows };
        done += rows;
      }
    }
  }
  return { file: path, columns: names.length, names, batches };
}

/** The first record batch with rows. */
async function firstWithRows(records: AsyncIterable<RecordBatch>): Promise<RecordBatch | undefined> {
  for await (const record of records) if (record.numRows > 0) return record;
  return undefined;
}

/** A list's vector as an array. */
function plainValue(value: unknown): unknown {
  return typeof value === "object" && value !== null && "toArray" in value ? (value as { toArray(): ArrayLike<unknown> }).toArray() : value;
}

/** @file Arrow IPC: files (Feather version 2) and streams. */
import { createReadStream } from "node:fs";
import type { DataType, Field, RecordBatch, Vector } from "apache-arrow";
import { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { chooseColumns, PEEK, pandasColumns } from "./columns";
import { CUT_OFF, FeatureFileError, faultOf, NO_FEATURE } from "./featureFileError";
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
      const unknown = error instanceof Error && error.message.startsWith("Unrecognized type");
      throw faultOf(error, path, "be an Arrow file that can be read", unknown ? {} : CUT_OFF);
    } finally {
      stream.destroy();
    }
  }
  const found = await firstWithRows(records());
  if (!found) throw new FeatureFileError(path, "hold at least one row", "0 rows");
  const fields = found.schema.fields;
  if (fields.length === 0) throw new FeatureFileError(path, "hold at least one column", "none");
  const fieldNames = fields.map(({ name }) => name);
  const { index } = pandasColumns(found.schema.metadata.get("pandas"), fieldNames);
  const first = (c: number) => plainValues(arrow, found.getChildAt(c)!, 0, Math.min(PEEK, found.numRows));
  const { keep, notes } = chooseColumns(path, { count: fields.length, names: fieldNames, index, first }, options);
  for (const c of keep) {
    const { name, type }: Field = fields[c];
    if (!isNumber(arrow, isList(arrow, type) ? type.children[0].type : type))
      throw new FeatureFileError(path, "hold numbers or lists of numbers", `the type ${type}`, {
        column: `"${name}"`,
        remedy: NO_FEATURE,
      });
  }
  const { layout, names } = layoutOf(keep.map((c) => ({ name: fieldNames[c], first: first(c) })));
  async function* batches(): AsyncGenerator<RowBatch> {
    const most = rowsPerBatch(names.length, options);
    let done = 0;
    for await (const record of records()) {
      const columns = keep.map((c) => record.getChildAt(c)!);
      for (let start = 0; start < record.numRows; start += most) {
        const rows = Math.min(most, record.numRows - start);
        const parts = columns.map((column) => plainValues(arrow, column, start, start + rows));
        yield { values: columnsToRows(path, layout, parts, rows, done), rows };
        done += rows;
      }
    }
  }
  return { file: path, columns: names.length, names, notes, batches };
}

/** The first record batch with rows. */
async function firstWithRows(records: AsyncIterable<RecordBatch>): Promise<RecordBatch | undefined> {
  for await (const record of records) if (record.numRows > 0) return record;
  return undefined;
}

type Arrow = typeof import("apache-arrow");

function isList({ DataType }: Arrow, type: DataType): boolean {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);
}

/** Whether the values are numbers, truth values or nulls, as they are or by way of a dictionary. */
function isNumber(arrow: Arrow, type: DataType): boolean {
  const { DataType } = arrow;
  if (DataType.isDictionary(type)) return isNumber(arrow, type.dictionary);
  return DataType.isInt(type) || DataType.isFloat(type) || DataType.isBool(type) || DataType.isNull(type);
}

/** Some values of a column, a list as an array. The raw numbers of a list are its values only when none is null and none is 16 bits wide. */
function plainValues(arrow: Arrow, column: Vector, start: number, end: number): unknown[] {
  const { DataType, Precision } = arrow;
  const { type } = column;
  if (!isList(arrow, type)) return Array.from({ length: end - start }, (_, i) => column.get(start + i));
  const item = type.children[0].type;
  const raw = DataType.isInt(item) || (DataType.isFloat(item) && item.precision !== Precision.HALF);
  return Array.from({ length: end - start }, (_, i) => {
    const list: Vector | null = column.get(start + i);
    return list && (raw && list.nullCount === 0 ? list.toArray() : Array.from(list));
  });
}

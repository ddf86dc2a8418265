/** @file Arrow IPC: files (Feather version 2) and streams. */
import { type FileHandle, open } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Data, DataType, Field, RecordBatch, Vector } from "apache-arrow";
import { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { chooseColumns, PEEK, pandasColumns } from "./columns";
import { CUT_OFF, FeatureFileError, faultOf, NO_FEATURE } from "./featureFileError";
import { decompressLz4Frame, decompressZstandard } from "./lz4Frame";
import { columnsToRows, type FeatureTable, layoutOf, type ReadOptions, type RowBatch, rowsPerBatch } from "./table";

/**
 * Makes Arrow's metadata say no longer list than they hold: Arrow believes a length that a broken file gives, and goes through billions of
 * entries. What is well-formed is read as before.
 */
export function boundLists(): void {
  const { ByteBuffer } = createRequire(require.resolve("apache-arrow"))("flatbuffers") as { ByteBuffer: { prototype: MetadataBytes } };
  const { prototype } = ByteBuffer;
  const { __vector_len: length } = prototype;
  if (length.name === bounded.name) return;
  prototype.__vector_len = bounded;
  function bounded(this: MetadataBytes, offset: number): number {
    const found = length.call(this, offset);
    if (found < 0 || found > this.capacity()) throw new RangeError(`a list of ${found} in ${this.capacity()} bytes`);
    return found;
  }
}

/** Makes Arrow refuse a dictionary that has fewer values than it says: it would make room for all of them. */
function boundDictionaries(arrow: Arrow): void {
  const { prototype } = arrow.Vector;
  const { memoize } = prototype;
  if (memoize.name === checked.name) return;
  prototype.memoize = checked;
  function checked(this: Vector): ReturnType<typeof memoize> {
    if (!this.data.every((part) => holdsAll(arrow, part))) throw new RangeError("a dictionary of fewer values than it says");
    return memoize.call(this);
  }
}

/** A handle that refuses to read where nothing is: Arrow would ask again without end. */
function reading(handle: FileHandle): FileHandle {
  const read = async (bytes: Uint8Array, offset: number, length: number, position: number) => {
    const found = position >= 0 ? await handle.read(bytes, offset, length, position) : { bytesRead: 0, buffer: bytes };
    if (found.bytesRead === 0 && length > 0) throw new RangeError(`nothing at byte ${position}`);
    return found;
  };
  return { fd: handle.fd, stat: () => handle.stat(), read, close: () => handle.close() } as unknown as FileHandle;
}

/** The part of flatbuffers' bytes that is used. */
interface MetadataBytes {
  capacity(): number;
  __vector_len(offset: number): number;
}

/** An Arrow file or stream as a table: columns of numbers, or of lists of numbers. Memory: one record batch. */
export async function arrowTable(path: string, options: ReadOptions): Promise<FeatureTable> {
  const arrow = optionalPackage<typeof import("apache-arrow")>(new Checks("readFeatures"), "apache-arrow");
  const { compressionRegistry, CompressionType } = arrow;
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: decompressLz4Frame });
  compressionRegistry.set(CompressionType.ZSTD, { decode: decompressZstandard });
  boundLists();
  boundDictionaries(arrow);
  async function* records(): AsyncGenerator<RecordBatch> {
    // Of a file Arrow seeks the batches by a handle; from a stream it would first read all of it.
    const handle = await open(path, "r");
    try {
      const reader = await arrow.RecordBatchReader.from(reading(handle));
      if (!(reader instanceof arrow.AsyncRecordBatchFileReader)) yield* reader as unknown as AsyncIterable<RecordBatch>;
      else {
        await reader.open();
        const count = reader.numRecordBatches;
        for (let i = 0; i < count; i++) {
          const batch = await reader.readRecordBatch(i);
          if (!batch) throw new FeatureFileError(path, `hold ${count} record batches`, `no batch in place ${i + 1}`, CUT_OFF);
          yield batch;
        }
      }
    } catch (error) {
      const unknown = error instanceof Error && error.message.startsWith("Unrecognized type");
      throw faultOf(error, path, "be an Arrow file that can be read", unknown ? {} : CUT_OFF);
    } finally {
      await handle.close();
    }
  }
  const found = await firstWithRows(records());
  if (!found) throw new FeatureFileError(path, "hold at least one row", "0 rows");
  const fields = found.schema.fields;
  if (fields.length === 0) throw new FeatureFileError(path, "hold at least one column", "none");
  const fieldNames = fields.map(({ name }) => name ?? "");
  const { index } = pandasColumns(found.schema.metadata.get("pandas"), fieldNames);
  // Whatever a broken file makes Arrow throw is a fault of the file.
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw faultOf(error, path, "be an Arrow file that can be read", CUT_OFF);
    }
  };
  const first = (c: number) =>
    guarded(() => {
      const column = found.getChildAt(c)!;
      if (!column.data.every((part) => holdsAll(arrow, part))) throw new RangeError("fewer values than it says");
      return plainValues(arrow, column, 0, Math.min(PEEK, found.numRows));
    });
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
      const columns = guarded(() => keep.map((c) => record.getChildAt(c)!));
      if (!columns.every(({ data }) => data.every((part) => holdsAll(arrow, part))))
        throw new FeatureFileError(path, `hold the ${record.numRows} rows of a record batch`, "fewer", CUT_OFF);
      for (let start = 0; start < record.numRows; start += most) {
        const rows = Math.min(most, record.numRows - start);
        const parts = columns.map((column) => guarded(() => plainValues(arrow, column, start, start + rows)));
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

/** Whether there are as many values as a column says to have, of which a broken file may say anything. */
function holdsAll(arrow: Arrow, { type, length, values, valueOffsets, children }: Data): boolean {
  const { DataType } = arrow;
  if (DataType.isNull(type)) return true;
  if (DataType.isFixedSizeList(type)) return children[0].length >= type.listSize * length && holdsAll(arrow, children[0]);
  if (isList(arrow, type)) return valueOffsets.length > length && holdsAll(arrow, children[0]);
  // Texts, and what has fields.
  if (valueOffsets !== undefined) return valueOffsets.length > length;
  if (values === undefined) return true;
  return (DataType.isBool(type) ? 8 : 1) * values.length >= length;
}

/** Some values of a column, a list as an array. The raw numbers of a list are its values only when none is null and none is 16 bits wide. */
function plainValues(arrow: Arrow, column: Vector, start: number, end: number): unknown[] {
  const { DataType, Precision } = arrow;
  const { type } = column;
  if (!isList(arrow, type)) return Array.from({ length: end - start }, (_, i) => column.get(start + i));
  const item = type.children[0].type;
  const most = column.data.reduce((sum, { children }) => sum + children[0].length, 0);
  const raw = DataType.isInt(item) || (DataType.isFloat(item) && item.precision !== Precision.HALF);
  return Array.from({ length: end - start }, (_, i) => {
    const list: Vector | null = column.get(start + i);
    if (list && list.length > most) throw new RangeError(`a list of ${list.length} where there are ${most} numbers`);
    return list && (raw && list.nullCount === 0 ? list.toArray() : Array.from(list));
  });
}

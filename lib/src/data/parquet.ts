/** @file Parquet files. */
import { CUT_OFF, FeatureFileError, faultOf } from "./featureFileError";
import { columnsToRows, type FeatureTable, layoutOf, type ReadOptions, type RowBatch, rowsPerBatch } from "./table";

/** Numbers in one read of a file without offset index. */
const LONG_READ = 2 ** 22;

/**
 * A Parquet file as a table: columns of numbers, or of lists of numbers, which count as that many features. Memory: a
 * batch and the compressed bytes of one row group.
 */
export async function parquetTable(path: string, options: ReadOptions): Promise<FeatureTable> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead, parquetSchema } = await import("hyparquet");
  const { compressors } = await import("hyparquet-compressors");
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw faultOf(error, path, "be a Parquet file that can be read", CUT_OFF);
    }
  };
  const buffer = await asyncBufferFromFile(path);
  const metadata = await guarded(() => parquetMetadataAsync(buffer));
  const rows = Number(metadata.num_rows);
  if (rows === 0) throw new FeatureFileError(path, "hold at least one row", "0 rows");
  const keys = await guarded(async () => parquetSchema(metadata).children.map(({ element }) => element.name));
  if (keys.length === 0) throw new FeatureFileError(path, "hold at least one column", "none");
  const read = (rowStart: number, rowEnd: number) =>
    guarded(async () => {
      let rows: unknown[][] = [];
      const onComplete = (found: unknown[][]) => {
        rows = found;
      };
      await parquetRead({ file: buffer, metadata, columns: keys, compressors, rowStart, rowEnd, useOffsetIndex: true, onComplete });
      return rows;
    });
  const [first] = await read(0, 1);
  if (!first) throw new FeatureFileError(path, `hold ${rows} rows`, "none that can be read");
  const { layout, names } = layoutOf(keys.map((name, c) => ({ name, first: first[c] })));
  // Without an offset index every read unpacks the row group from its start, so fewer, longer reads are made.
  const indexed = metadata.row_groups.every(({ columns }) => columns.every(({ offset_index_offset }) => offset_index_offset !== undefined));
  async function* batches(): AsyncGenerator<RowBatch> {
    const most = indexed ? rowsPerBatch(names.length, options) : Math.max(1, Math.floor(LONG_READ / names.length));
    let start = 0;
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows);
      for (; start < end; ) {
        const stop = Math.min(end, start + most);
        const found = await read(start, stop);
        if (found.length < stop - start) throw new FeatureFileError(path, `hold ${rows} rows`, `${start + found.length}. It is cut off`);
        const columns = keys.map((_, c) => found.map((row) => row[c]));
        yield { values: columnsToRows(path, layout, columns, stop - start, start), rows: stop - start };
        start = stop;
      }
    }
  }
  return { file: path, rows, columns: names.length, names, batches };
}

/** @file Parquet files. */
import type { FileMetaData, SchemaTree } from "hyparquet";
import { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { boundLists } from "./arrow";
import { chooseColumns, PEEK, pandasColumns } from "./columns";
import { CUT_OFF, FeatureFileError, faultOf, NO_FEATURE } from "./featureFileError";
import { columnsToRows, type FeatureTable, layoutOf, type ReadOptions, type RowBatch, rowsPerBatch } from "./table";

/** Values of one column of one row group. */
const MOST_VALUES = 2 ** 24;

/** Numbers in one read of a file without offset index. */
const LONG_READ = 2 ** 22;

/**
 * A Parquet file as a table: columns of numbers, or of lists of numbers, which count as that many features. Memory: a
 * batch and the compressed bytes of one row group.
 * @param bound told how many values a column of a row group has at most, by the file's metadata, before any is read
 */
export async function parquetTable(path: string, options: ReadOptions, bound: (values: number) => void = () => {}): Promise<FeatureTable> {
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
  const counts = metadata.row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => Number(meta_data?.num_values ?? 0)));
  const most = counts.reduce((max, count) => Math.max(max, count), 0);
  if (most > MOST_VALUES) throw new FeatureFileError(path, `hold at most ${MOST_VALUES} values in a column of a row group`, most);
  bound(most);
  if (rows === 0) throw new FeatureFileError(path, "hold at least one row", "0 rows");
  const { keys, names: fieldNames, kinds } = await guarded(async () => byPosition(metadata, parquetSchema(metadata).children));
  if (keys.length === 0) throw new FeatureFileError(path, "hold at least one column", "none");
  const read = (columns: string[], rowStart: number, rowEnd: number) =>
    guarded(async () => {
      let rows: unknown[][] = [];
      const onComplete = (found: unknown[][]) => {
        rows = found;
      };
      await parquetRead({ file: buffer, metadata, columns, compressors, rowStart, rowEnd, useOffsetIndex: true, onComplete });
      return rows;
    });
  const stored = (key: string) => metadata.key_value_metadata?.find((entry) => entry.key === key)?.value;
  const { index, times } = pandasColumns(stored("pandas"), fieldNames);
  for (const [c, type] of arrowTimes(stored("ARROW:schema"))) times.set(c, type);
  const peeked = await read(keys, 0, Math.min(rows, PEEK, Number(metadata.row_groups[0].num_rows)));
  if (peeked.length === 0) throw new FeatureFileError(path, `hold ${rows} rows`, "none that can be read");
  const first = (c: number) => peeked.map((row) => row[c]);
  const { keep, notes } = chooseColumns(path, { count: keys.length, names: fieldNames, index, first }, options);
  const time = keep.find((c) => times.has(c) || kinds[c] !== undefined);
  if (time !== undefined)
    throw new FeatureFileError(path, "hold numbers", `the type ${times.get(time) ?? kinds[time]}`, {
      column: `"${fieldNames[time]}"`,
      remedy: NO_FEATURE,
    });
  const { layout, names } = layoutOf(keep.map((c) => ({ name: fieldNames[c], first: first(c) })));
  const kept = keep.map((c) => keys[c]);
  // Without an offset index every read unpacks the row group from its start, so fewer, longer reads are made.
  const indexed = metadata.row_groups.every(({ columns }) => columns.every(({ offset_index_offset }) => offset_index_offset !== undefined));
  async function* batches(): AsyncGenerator<RowBatch> {
    const most = indexed ? rowsPerBatch(names.length, options) : Math.max(1, Math.floor(LONG_READ / names.length));
    let start = 0;
    for (const group of metadata.row_groups) {
      const end = start + Number(group.num_rows);
      for (; start < end; ) {
        const stop = Math.min(end, start + most);
        const found = await read(kept, start, stop);
        if (found.length < stop - start) throw new FeatureFileError(path, `hold ${rows} rows`, `${start + found.length}. It is cut off`);
        const columns = kept.map((_, c) => found.map((row) => row[c]));
        yield { values: columnsToRows(path, layout, columns, stop - start, start), rows: stop - start };
        start = stop;
      }
    }
  }
  return { file: path, rows, columns: names.length, names, notes, batches };
}

const TIME = /^(?:DATE|TIME|TIMESTAMP|INTERVAL)/;

/** Gives every column of a file its number as its key, in place of its name, which may occur twice; the types of those that hold times. */
function byPosition(metadata: FileMetaData, columns: readonly SchemaTree[]) {
  const leaves = (column: SchemaTree): SchemaTree[] => (column.children.length === 0 ? [column] : column.children.flatMap(leaves));
  const names = columns.map(({ element }) => String(element.name ?? ""));
  const owners = columns.flatMap((column, c) => leaves(column).map(() => c));
  for (const group of metadata.row_groups)
    group.columns.forEach(({ meta_data }, leaf) => {
      if (meta_data) meta_data.path_in_schema = [String(owners[leaf]), ...meta_data.path_in_schema.slice(1)];
    });
  const kinds = columns.map((column) =>
    leaves(column)
      .map(({ element }) => element.logical_type?.type ?? element.converted_type ?? (element.type === "INT96" ? "TIMESTAMP" : ""))
      .find((type) => TIME.test(type)),
  );
  columns.forEach(({ element }, c) => {
    element.name = String(c);
  });
  return { keys: names.map((_, c) => String(c)), names, kinds };
}

/** The columns that hold times or durations by the Arrow schema that Arrow's writers store: Parquet itself has no durations. */
function arrowTimes(schema: string | undefined): Map<number, string> {
  const found = new Map<number, string>();
  if (schema === undefined) return found;
  try {
    const { MessageReader, DataType } = optionalPackage<typeof import("apache-arrow")>(new Checks("readFeatures"), "apache-arrow");
    boundLists();
    new MessageReader(Buffer.from(schema, "base64")).readSchema()?.fields.forEach(({ type }, c) => {
      const [item = type] = type.children?.map((child: { type: typeof type }) => child.type) ?? [];
      if (DataType.isDuration(item) || DataType.isTimestamp(item) || DataType.isTime(item) || DataType.isDate(item))
        found.set(c, String(type));
    });
  } catch {
    // Without the package, or with types that it does not know, Parquet's own types decide.
  }
  return found;
}

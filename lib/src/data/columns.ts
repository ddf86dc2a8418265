/** @file Which columns of a file are features: one rule for every format. */
import { FeatureFileError } from "./featureFileError";
import { columnLabel, type ReadOptions } from "./table";

/** The columns of a file, before it is decided which of them are features. */
export interface FileColumns {
  /** How many. */
  readonly count: number;
  readonly names?: readonly string[];
  /** Those that the file itself declares to be the index of its rows. */
  readonly index?: ReadonlySet<number>;
  /** The first values of a column, up to {@link PEEK}; without it no column is taken to count the rows. */
  first?(column: number): readonly unknown[];
}

/** What was decided. */
export interface ChosenColumns {
  /** Numbers of the features' columns, from 0, in the features' order. */
  readonly keep: readonly number[];
  /** The row indexes, and what they were known by. */
  readonly aside: readonly { readonly label: string; readonly reason: string }[];
  /** What was set aside, and why. */
  readonly notes: readonly string[];
}

/** Rows that are looked at before a file is read. */
export const PEEK = 256;
/** Names that only a row index has: those of pandas, of R, and of readers that met an empty name. */
const INDEX = /^(?:unnamed: ?\d+(?:[._]\d+)*|__index_level_\d+__|row[ ._]?names?|\.\.\.1|)$/i;
/** Names that a row index often has: then few rows show whether the column counts. */
const OFTEN = /^(?:index|idx|id|row|no|nr|num|obs|level_\d+|#)\.?$/i;
/** Rows from which on a column of any name is taken to count the rows. */
const LONG = 10;

/**
 * The features among the columns of a file: those of `columns`, in that order; or all that are not in `dropColumns` and are no row index.
 * A row index is a column that the file declares to be one, that has a name which only row indexes have, or whose whole numbers go up
 * by one from row to row. It is set aside with a note, unless it is asked for or nothing else is left.
 * @throws FeatureFileError for a column that is not there, or a name that several have
 */
export function chooseColumns(file: string, found: FileColumns, { columns, dropColumns }: ReadOptions): ChosenColumns {
  const { count, names } = found;
  if (columns !== undefined) return { keep: positionsOf(file, found, columns), aside: [], notes: [] };
  const dropped = new Set(positionsOf(file, found, dropColumns ?? []));
  const left = Array.from({ length: count }, (_, c) => c).filter((c) => !dropped.has(c));
  if (left.length === 0) throw new FeatureFileError(file, "have columns that are not dropped", "none");
  const aside = left.flatMap((c) => {
    const reason = indexReason(found, c);
    return reason === undefined ? [] : [{ at: c, label: columnLabel(names, c), reason }];
  });
  const only = aside.length === left.length;
  const done = only ? "read as a feature, there being no other" : "set aside as a row index, no feature";
  return {
    keep: only ? left : left.filter((c) => !aside.some(({ at }) => at === c)),
    aside: only ? [] : aside,
    notes: aside.map(({ label, reason }) => `column ${label} of ${file} ${reason}: ${done}`),
  };
}

/** Why a column is a row index, or undefined. */
function indexReason({ names, index, first }: FileColumns, c: number): string | undefined {
  if (index?.has(c)) return "is the index that the file declares";
  const name = names?.[c].trim();
  if (name !== undefined && INDEX.test(name)) return "has the name of a row index";
  const values = first?.(c) ?? [];
  const least = name !== undefined && (OFTEN.test(name) || name === "X") ? 2 : LONG;
  return values.length >= least && counts(values) ? "counts the rows" : undefined;
}

/** Whether whole numbers go up by one from row to row. */
function counts(values: readonly unknown[]): boolean {
  // Decimals and lists are objects, and not every decimal can be a number.
  if (values.some((value) => typeof value === "object")) return false;
  const start = Number(values[0]);
  return Number.isSafeInteger(start) && values.every((value, i) => Number(value) === start + i);
}

/** The columns that are meant: each by its name, or by its number from 1; several may stand in one text with commas. */
function positionsOf(file: string, { count, names }: FileColumns, wanted: readonly (string | number)[]): number[] {
  const at = (wish: string | number): number[] => {
    const same = (names ?? []).flatMap((name, c) => (name === String(wish) ? [c] : []));
    if (same.length === 1) return same;
    if (same.length > 1) {
      const numbers = same.map((c) => c + 1).join(", ");
      throw new FeatureFileError(file, `have one column "${wish}"`, `${same.length}. Choose by number: ${numbers}`);
    }
    const number = Number(wish);
    if (String(wish).trim() !== "" && Number.isInteger(number) && number >= 1 && number <= count) return [number - 1];
    const parts = String(wish).split(",");
    if (parts.length > 1) return parts.flatMap((part) => at(part.trim()));
    const shown = names ? `${names.slice(0, 20).join(", ")}${names.length > 20 ? ", ..." : ""}` : `${count} columns without names`;
    throw new FeatureFileError(file, `have a column ${typeof wish === "string" ? `"${wish}"` : wish}`, shown);
  };
  return [...new Set(wanted.flatMap(at))];
}

/** What pandas says of a table's columns in its metadata: which are indexes, and which hold times or durations. */
export function pandasColumns(metadata: string | undefined, names: readonly string[]): { index: Set<number>; times: Map<number, string> } {
  const about = { index: new Set<number>(), times: new Map<number, string>() };
  let parsed: { index_columns?: unknown[]; columns?: { field_name?: string; name?: string; numpy_type?: string }[] } | null = null;
  try {
    parsed = JSON.parse(metadata ?? "null");
  } catch {
    // Metadata that cannot be read says nothing.
  }
  names.forEach((name, c) => {
    if (parsed?.index_columns?.includes?.(name)) about.index.add(c);
    const type = parsed?.columns?.find?.((column) => (column.field_name ?? column.name) === name)?.numpy_type;
    if (type !== undefined && /^(?:datetime|timedelta)/.test(type)) about.times.set(c, type);
  });
  return about;
}

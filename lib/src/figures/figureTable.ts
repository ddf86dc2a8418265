/** @file The plotted numbers of a figure, and CSV. */
import type { Figure, FigureTable } from "./figure";
import { plainLabel } from "./math";

/** The figure's own table, or one made from the x, y and z of its traces. */
export function figureTable(figure: Figure): FigureTable {
  if (figure.table) return figure.table;
  const rows = figure.data.flatMap((trace, i) => {
    const { name, x, y, z } = trace as { name?: string; x?: unknown; y?: unknown; z?: unknown };
    const label = plainLabel(name ?? `series ${i + 1}`);
    const [xs, ys] = [cells(x), cells(y)];
    const grid = Array.isArray(z) && z.length > 0 && isList(z[0]) ? z.map(cells) : undefined;
    if (grid) return grid.flatMap((row, r) => row.map((value, c) => [label, xs[c] ?? c, ys[r] ?? r, value]));
    const zs = cells(z);
    return Array.from({ length: Math.max(xs.length, ys.length) }, (_, k) => [label, xs[k] ?? null, ys[k] ?? null, zs[k] ?? null]);
  });
  return { columns: ["series", "x", "y", "z"], rows };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

function cells(value: unknown): (string | number | null)[] {
  if (!isList(value)) return [];
  return Array.from(value, (item) => {
    if (item === null || item === undefined) return null;
    return typeof item === "number" ? item : item instanceof Date ? item.toISOString() : String(item);
  });
}

/** CSV as in RFC 4180, lines ended by a newline; numbers keep all their digits; null is an empty field. */
export function toCsv({ columns, rows }: FigureTable): string {
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\n`).join("");
}

function field(value: string | number | null): string {
  if (value === null) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

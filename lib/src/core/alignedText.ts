/** @file A table as plain text. */

/** Rows of cells as lines, columns two blanks apart; every row as long as the first. */
export function alignedLines(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, j) => Math.max(...rows.map((row) => row[j].length)));
  const line = (row: readonly string[]): string => row.map((text, j) => text.padEnd(widths[j])).join("  ");
  return rows.map((row) => line(row).trimEnd());
}

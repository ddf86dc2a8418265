/** @file What a cell of a text table says, everywhere in the library. */

/** Words that stand for a missing number, in lower or upper case; "Na" is sodium. */
const MISSING = /^(?:|na|NA|<NA>|#N\/A|n\/a|N\/A|[+-]?nan|NaN|NAN|null|Null|NULL|none|None|NONE|-)$/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;

/** A cell as a number; NaN when the number is missing, undefined when the cell is something else. */
export function cellValue(cell: string): number | undefined {
  const text = cell.trim();
  if (MISSING.test(text)) return Number.NaN;
  const infinite = INFINITE.exec(text);
  if (infinite) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(text);
  return Number.isNaN(value) || /^[+-]?0[xob]/i.test(text) ? undefined : value;
}

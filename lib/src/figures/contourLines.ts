/** @file Level lines of a gridded function (marching squares). */

/** One connected level line. */
export interface ContourLine {
  readonly x: number[];
  readonly y: number[];
}

type Point = readonly [number, number];

/**
 * The lines on which the bilinear-free, edge-wise linear interpolation of `values` equals `level`.
 * Cells with a missing corner are left out; in a saddle cell the mean of the corners decides which sides join.
 * @param xs grid positions of the columns (on a log axis: their logarithms), increasing, length >= 2
 * @param ys grid positions of the rows, increasing, length >= 2
 * @param values values[row][column]
 */
export function contourLines(
  xs: readonly number[],
  ys: readonly number[],
  values: readonly (readonly (number | null)[])[],
  level: number,
): ContourLine[] {
  // An edge is named by its lower-left grid point and its direction; neighbouring cells then agree on the crossing.
  const crossings = new Map<string, Point>();
  const links = new Map<string, string[]>();
  const above = (row: number, column: number) => values[row][column]! >= level;
  const cross = (row: number, column: number, right: boolean): string => {
    const key = `${row},${column},${right ? "x" : "y"}`;
    if (!crossings.has(key)) {
      const from = values[row][column]!;
      const to = (right ? values[row][column + 1] : values[row + 1][column])!;
      const t = (level - from) / (to - from);
      const [x, y] = [xs[column], ys[row]];
      crossings.set(key, right ? [x + t * (xs[column + 1] - x), y] : [x, y + t * (ys[row + 1] - y)]);
    }
    return key;
  };
  const join = (from: string, to: string) => links.set(from, [...(links.get(from) ?? []), to]);
  const link = (a: string, b: string) => {
    join(a, b);
    join(b, a);
  };
  for (let row = 0; row + 1 < ys.length; row++) {
    for (let column = 0; column + 1 < xs.length; column++) {
      const corners = [values[row][column], values[row][column + 1], values[row + 1][column + 1], values[row + 1][column]];
      if (corners.some((value) => value === null || value === undefined)) continue;
      const [a, b, c, d] = [above(row, column), above(row, column + 1), above(row + 1, column + 1), above(row + 1, column)];
      const sides: string[] = []; // in order round the cell: bottom, right, top, left
      if (a !== b) sides.push(cross(row, column, true));
      if (b !== c) sides.push(cross(row, column + 1, false));
      if (c !== d) sides.push(cross(row + 1, column, true));
      if (d !== a) sides.push(cross(row, column, false));
      if (sides.length === 2) link(sides[0], sides[1]);
      if (sides.length === 4) {
        const centreAbove = (corners as number[]).reduce((sum, value) => sum + value, 0) / 4 >= level;
        // Where the centre sides with corner a, the lines cut off corners b and d.
        const cutB = centreAbove === a;
        link(sides[0], cutB ? sides[1] : sides[3]);
        link(sides[2], cutB ? sides[3] : sides[1]);
      }
    }
  }
  return trace(crossings, links);
}

/** Walks the links into lines: open ones from their ends first, then closed ones. */
function trace(crossings: ReadonlyMap<string, Point>, links: Map<string, string[]>): ContourLine[] {
  const lines: ContourLine[] = [];
  const walk = (start: string) => {
    const points: Point[] = [];
    let at: string | undefined = start;
    while (at !== undefined) {
      points.push(crossings.get(at)!);
      const next: string | undefined = links.get(at)!.shift();
      if (next !== undefined) {
        const back = links.get(next)!;
        back.splice(back.indexOf(at), 1);
      }
      at = next;
    }
    if (points.length > 1) lines.push({ x: points.map(([x]) => x), y: points.map(([, y]) => y) });
  };
  for (const [key, list] of links) if (list.length === 1) walk(key);
  for (const [key, list] of links) if (list.length > 1) walk(key);
  return lines;
}

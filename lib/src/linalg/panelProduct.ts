/** @file Products of any size through panels: what the TypeScript and the WebAssembly back end share. */
import { PANEL_SPACE, panelSpace } from "./panelKernel";
import { packRows, padded } from "./panels";

/** Entry (i, k) stands at i row + k column. */
export interface Strided {
  readonly data: Float64Array;
  readonly row: number;
  readonly column: number;
}

/** Products summed before they are added to the result; the panels of one pass then stay in the cache. */
const DEPTH = 256;
/** Rows of X and of Y in one pass. */
const X_ROWS = PANEL_SPACE.x / DEPTH;
const Y_ROWS = PANEL_SPACE.y / DEPTH;

/**
 * out += X Yᵀ for X (m, k) and Y (n, k), block by block through panels; out (m, n) by rows with a stride. Only blocks that meet the
 * lower triangle when `lower`: entries above the diagonal are then of no use. For each `depth` of k in order, the sum of the products
 * is added; a depth (at most 256) decides the bits, the back end does not.
 */
export function multiplyPanels(
  backend: "typescript" | "simd",
  X: Strided,
  m: number,
  Y: Strided,
  n: number,
  k: number,
  lower: boolean,
  out: Float64Array,
  stride: number,
  depth = DEPTH,
): void {
  const space = panelSpace(backend);
  for (let j = 0; j < n; j += Y_ROWS) {
    const yRows = Math.min(Y_ROWS, n - j);
    for (let start = 0; start < k; start += depth) {
      const width = Math.min(depth, k - start);
      pack(Y, j, yRows, start, width, space.y);
      for (let i = lower ? j : 0; i < m; i += X_ROWS) {
        const xRows = Math.min(X_ROWS, m - i);
        pack(X, i, xRows, start, width, space.x);
        const columns = lower ? Math.min(yRows, i + xRows - j) : yRows;
        const across = padded(columns);
        space.out.fill(0, 0, padded(xRows) * across);
        space.addProducts(space.x, padded(xRows), space.y, across, width, space.out, across);
        for (let r = 0; r < xRows; r++) {
          const to = (i + r) * stride + j;
          const from = r * across;
          for (let c = 0; c < columns; c++) out[to + c] += space.out[from + c];
        }
      }
    }
  }
}

function pack({ data, row, column }: Strided, first: number, rows: number, start: number, width: number, panel: Float64Array): void {
  packRows(data, (r) => (first + r) * row + start * column, column, rows, width, panel);
}

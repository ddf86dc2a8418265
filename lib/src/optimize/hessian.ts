/** @file The two ways a Hessian reaches the solver: as a dense matrix, or as a factor B with H = BᵀB. */
import { dot } from "../linalg/vectors";

/** A symmetric positive semidefinite matrix H (L x L), read by the columns of a small set of indices. */
export interface Hessian {
  /** L. */
  readonly size: number;
  /** H_ii, (L,). */
  readonly diagonal: Float64Array;
  /** out[i] = H[q][index[i]] for i < count; 0 where index[i] is beyond the size. */
  gather(q: number, index: Int32Array, count: number, out: Float64Array): void;
  /** out += Σ_i values[i] H[:, index[i]] over i < count. */
  accumulate(index: Int32Array, values: Float64Array, count: number, out: Float64Array): void;
}

/** out += Σ_i values[i] rows[index[i]] over i < count, four rows a pass over `out`. */
export function addRows(rows: readonly Float64Array[], index: Int32Array, values: Float64Array, count: number, out: Float64Array): void {
  const length = out.length;
  let i = 0;
  for (; i + 3 < count; i += 4) {
    const r0 = rows[index[i]];
    const r1 = rows[index[i + 1]];
    const r2 = rows[index[i + 2]];
    const r3 = rows[index[i + 3]];
    const v0 = values[i];
    const v1 = values[i + 1];
    const v2 = values[i + 2];
    const v3 = values[i + 3];
    for (let j = 0; j < length; j++) out[j] += v0 * r0[j] + v1 * r1[j] + (v2 * r2[j] + v3 * r3[j]);
  }
  for (; i < count; i++) {
    const row = rows[index[i]];
    const value = values[i];
    for (let j = 0; j < length; j++) out[j] += value * row[j];
  }
}

/** H given by its rows, each (L,). */
export class DenseHessian implements Hessian {
  readonly size: number;
  readonly diagonal: Float64Array;

  constructor(readonly rows: readonly Float64Array[]) {
    this.size = rows.length;
    this.diagonal = Float64Array.from(rows, (row, i) => row[i]);
  }

  gather(q: number, index: Int32Array, count: number, out: Float64Array): void {
    const row = this.rows[q];
    for (let i = 0; i < count; i++) out[i] = row[index[i]] ?? 0;
  }

  accumulate(index: Int32Array, values: Float64Array, count: number, out: Float64Array): void {
    addRows(this.rows, index, values, count, out);
  }
}

/** H = BᵀB given by the columns of B, each (p,): an entry costs p products, and H itself is never formed. */
export class FactorHessian implements Hessian {
  readonly size: number;
  readonly diagonal: Float64Array;
  private readonly image: Float64Array;

  constructor(readonly columns: readonly Float64Array[]) {
    this.size = columns.length;
    this.image = new Float64Array(columns[0].length);
    this.diagonal = Float64Array.from(columns, (column) => dot(column, column));
  }

  gather(q: number, index: Int32Array, count: number, out: Float64Array): void {
    const column = this.columns[q];
    for (let i = 0; i < count; i++) {
      const other = this.columns[index[i]];
      out[i] = other ? dot(column, other) : 0;
    }
  }

  accumulate(index: Int32Array, values: Float64Array, count: number, out: Float64Array): void {
    const image = this.image.fill(0);
    addRows(this.columns, index, values, count, image);
    for (let j = 0; j < this.size; j++) out[j] += dot(this.columns[j], image);
  }
}

/** @file Which rows two data sets have in common, without keeping the rows. Ours. */
import type { RowBatch } from "../data/table";

/** Different rows that are remembered, those of the least hashes. */
const KEPT = 2 ** 15;

/**
 * What is remembered of a data set's rows: their number, the sum of their hashes, which does not depend on their order, and how often each
 * of the rows with the least hashes occurs. Those are a random sample of the different rows, the same one in every data set (Cohen and
 * Kaplan's bottom-k sketch), so that shares of common rows are exact up to 2^15 different rows and estimated beyond.
 */
export class Fingerprint {
  /** N. */
  rows = 0;
  private readonly sums = [0, 0];
  private readonly counts = new Map<number, number>();
  /** Hashes from here on are not remembered. */
  private bound = Number.POSITIVE_INFINITY;

  /** Takes in rows of d numbers. */
  add({ values, rows }: RowBatch, d: number): void {
    const bits = new Uint32Array(values.buffer, values.byteOffset, 2 * rows * d);
    for (let i = 0, at = 0; i < rows; i++) {
      let [a, b] = [0x9e3779b9, 0x85ebca6b];
      for (let j = 0; j < d; j++, at += 2) {
        const [low, high] = [bits[at], bits[at + 1]];
        // -0 is the same number as 0.
        a = Math.imul(a ^ (low === 0 && high === 0x80000000 ? 0 : high), 0xcc9e2d51);
        a ^= a >>> 15;
        b = Math.imul((b + low) ^ a, 0x1b873593);
        b ^= b >>> 13;
      }
      a = mixed(a ^ (b >>> 3));
      b = mixed(b + a);
      this.sums[0] = (this.sums[0] + a) >>> 0;
      this.sums[1] = (this.sums[1] + b) >>> 0;
      const hash = a * 2 ** 21 + (b >>> 11);
      if (hash >= this.bound) continue;
      this.counts.set(hash, (this.counts.get(hash) ?? 0) + 1);
      if (this.counts.size > 2 * KEPT) this.forget();
    }
    this.rows += rows;
  }

  private forget(): void {
    this.bound = Float64Array.from(this.counts.keys()).sort()[KEPT];
    for (const hash of this.counts.keys()) if (hash >= this.bound) this.counts.delete(hash);
  }

  /** Whether both have the same rows, each as often, in any order. */
  sameAs(other: Fingerprint): boolean {
    return this.rows === other.rows && this.sums.every((sum, i) => sum === other.sums[i]);
  }

  /**
   * The share of this data set's rows that the other has too, and the most that chance gives independent draws: the share of the rows that
   * occur twice in this one, times the ratio of the numbers of rows when the other has more, and four standard errors.
   */
  sharedWith(other: Fingerprint): { share: number; chance: number } {
    const bound = Math.min(this.bound, other.bound);
    let [all, common, twice] = [0, 0, 0];
    for (const [hash, count] of this.counts) {
      if (hash >= bound) continue;
      all += count;
      if (other.counts.has(hash)) common += count;
      if (count > 1) twice += count;
    }
    if (all === 0) return { share: 0, chance: 0 };
    const expected = Math.min(1, (twice / all) * Math.max(1, other.rows / this.rows));
    return { share: common / all, chance: expected + 4 * Math.sqrt((expected * (1 - expected)) / all) };
  }
}

/** The finishing steps of MurmurHash3. */
function mixed(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

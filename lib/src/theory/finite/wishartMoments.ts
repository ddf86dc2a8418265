/** @file The moments E tr(W^j) of a real Wishart matrix, exact integers, by a linear recurrence. */
import { Checks } from "../../core/check";

/** A Wishart matrix W = X Xᵀ with X of size d x m, entries independent N(0, 1), and the highest moment wanted. */
export interface WishartMomentsParams {
  /** d: rows of X; integer >= 1. */
  readonly d: number;
  /** m: columns of X; integer >= 1. */
  readonly m: number;
  /** J: highest power; integer >= 0. */
  readonly order: number;
}

/**
 * E tr(W^j), j = 0..J, exact integers, in a time linear in J (up to the length of the integers).
 * With M_j = E tr(W^j), s = d + m - 1 and δ = d - m, for j >= 0:
 * $$ (j+5) M_{j+4} = (4j+15) s\, M_{j+3} + \big[(j+3)(5j^2+29j+40) - (2j+5)(2s^2+\delta^2-1)\big] M_{j+2}
 *    - s \big[10j^3+52j^2+86j+45 - (4j+5)\delta^2\big] M_{j+1} - j\,(\delta^2-(j+2)^2)(\delta^2-(2j+1)^2) M_j $$
 * Ours: the moments satisfy a linear recurrence because the density of eigenvalues satisfies a linear differential
 * equation; this one was found by fitting and is not proved here. For j + 4 <= 40 it has been checked exactly on a
 * grid of (d, m) large enough to fix the polynomials in d and m on both sides, which is a proof for those orders; the
 * tests compare it with a sum over partitions and with the loop recursion, two routes of their own, beyond.
 * @throws RangeError outside the domain
 */
export function wishartMoments({ d, m, order }: WishartMomentsParams): bigint[] {
  const check: Checks = new Checks("wishartMoments");
  check.integer("d", d, 1);
  check.integer("m", m, 1);
  check.integer("order", order, 0);
  const D = BigInt(d);
  const M = BigInt(m);
  const s = D + M - 1n;
  const gap = (D - M) ** 2n;
  const moments = [D, D * M, D * M * (D + M + 1n), D * M * (D * D + M * M + 3n * D * M + 3n * D + 3n * M + 4n)];
  for (let top = 4; top <= order; top++) {
    const j = BigInt(top - 4);
    const third = (4n * j + 15n) * s;
    const second = (j + 3n) * (5n * j * j + 29n * j + 40n) - (2n * j + 5n) * (2n * s * s + gap - 1n);
    const first = s * (10n * j * j * j + 52n * j * j + 86n * j + 45n - (4n * j + 5n) * gap);
    const zeroth = j * (gap - (j + 2n) ** 2n) * (gap - (2n * j + 1n) ** 2n);
    const sum = third * moments[top - 1] + second * moments[top - 2] - first * moments[top - 3] - zeroth * moments[top - 4];
    moments.push(sum / (j + 5n));
  }
  return moments.slice(0, order + 1);
}

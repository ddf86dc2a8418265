/** @file The moments E tr(W^j) of a real Wishart matrix, exact integers, by a linear recurrence. */
import { argumentsOf, Checks } from "../../core/check";
import type { WishartSize } from "./eigenvalueDensity";

/** A Wishart matrix, and its highest moment that is wanted. */
export interface WishartMomentsParams extends WishartSize {
  /** J: highest power; integer >= 0. */
  readonly order: number;
}

/**
 * The exact means of tr(W^j), j = 0..J, by a recurrence in j.
 * (j+5) M_{j+4} = (4j+15) s M_{j+3} + [(j+3)(5j² + 29j + 40) - (2j+5)(2s² + δ² - 1)] M_{j+2}
 *   - s [10j³ + 52j² + 86j + 45 - (4j+5) δ²] M_{j+1} - j (δ² - (j+2)²)(δ² - (2j+1)²) M_j,  M_j = E tr(W^j),  s = d + m - 1,  δ = d - m
 * $$ (j+5) M_{j+4} = (4j+15) s\, M_{j+3} + \big[(j+3)(5j^2+29j+40) - (2j+5)(2s^2+\delta^2-1)\big] M_{j+2} -
 *    s \big[10j^3+52j^2+86j+45 - (4j+5)\delta^2\big] M_{j+1} - j\,(\delta^2-(j+2)^2)(\delta^2-(2j+1)^2) M_j $$
 * Such a recurrence exists because the density of eigenvalues satisfies a linear differential equation; this one was found by fitting. For
 * j + 4 <= 40 it was checked exactly on a grid of (d, m) that fixes the polynomials on both sides, a proof for those orders; beyond, the tests
 * compare it with a sum over partitions and with the loop recursion.
 * @param params d >= 1; m >= 1; order in [0, 4000] (J)
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * cot.theory.wishartMoments({ d: 2, m: 3, order: 3 }); // => [2n, 6n, 36n, 300n]
 */
export function wishartMoments(params: WishartMomentsParams): bigint[] {
  const { d, m, order } = argumentsOf("wishartMoments", params);
  const check: Checks = new Checks("wishartMoments");
  check.integer("d", d, 1);
  check.integer("m", m, 1);
  check.count("order", order, 0, 4000);
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

/** @file How much the share of right answers changed on the same problems, with an interval for far tails. */
import { argumentsOf, Checks } from "../core/check";
import { exactShare, fairTail } from "./exactShare";

/** Problems that were answered twice, and how sure the interval of the change is to be. */
export interface PairedDifferenceParams {
  /** Problems that only the second answer gets right; integer >= 0. */
  readonly gained: number;
  /** Problems that only the first answer gets right; integer >= 0. */
  readonly lost: number;
  /** n: problems that were answered twice; integer >= 1, at least gained + lost. */
  readonly problems: number;
  /** How often the truth may lie below the interval, and how often above, in [1e-9, 0.25]; default 0.025. */
  readonly tail?: number;
}

/** A change of the share of right answers. */
export interface PairedDifference {
  /** d: (gained - lost) / n. */
  readonly difference: number;
  /** Lower end of its interval. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/** With fewer problems the two shares' distances are added as they are: their squares would be too often wrong. */
const FEW = 30;

/**
 * The difference of two shares of right answers on the same problems, with an interval that holds in far tails.
 * d = g - l,  low = d - √(a² + b² + 2rab),  a = g - g_low,  b = l_high - l,  r = √(gl / ((1 - g)(1 - l)))
 * $$ d = g - l, \quad \mathrm{low} = d - \sqrt{a^2 + b^2 + 2rab}, \quad a = g - g_{\mathrm{low}},\; b = l_{\mathrm{high}} - l,\;
 *   r = \sqrt{\tfrac{g\,l}{(1 - g)(1 - l)}} $$
 * where g and l are the shares of problems gained and lost, with Clopper and Pearson's limits. The upper end is likewise. An end
 * leaves 0 on one side only where the sign test, McNemar's in its exact form, does. By enumeration of all outcomes of 30 to 250
 * problems, an end is wrong at most about as often as `tail` says, for tails from 0.0125 to 0.0008 and differences up to 0.3; with
 * fewer than 30 problems ends are low = d - a - b at half the tail each, which holds for certain.
 * @param params gained and lost, integers >= 0; problems >= gained + lost; tail = 0.025, in [1e-9, 0.25]
 * @throws RangeError outside the domain
 * @origin standard, Newcombe 1998 (square and add) and Donner and Zou 2012, with exact limits; that the sign test must agree is ours
 * @example
 * cot.evaluation.pairedDifference({ gained: 20, lost: 6, problems: 200 }); // => { difference: 0.07, low: 0.0176, high: 0.1247 }
 */
export function pairedDifference(params: PairedDifferenceParams): PairedDifference {
  const { gained, lost, problems, tail = 0.025 } = argumentsOf("pairedDifference", params);
  const check: Checks = new Checks("pairedDifference");
  check.integer("problems", problems, 1, 1e7);
  check.integer("gained", gained, 0, problems);
  check.integer("lost", lost, 0, problems - gained);
  check.interval("tail", tail, 1e-9, 0.25);
  return {
    difference: (gained - lost) / problems,
    low: lowerEnd(gained, lost, problems, tail),
    // 0 - x, since -x would make a negative zero.
    high: 0 - lowerEnd(lost, gained, problems, tail),
  };
}

function lowerEnd(gained: number, lost: number, problems: number, tail: number): number {
  const few = problems < FEW;
  const [g, l] = [gained / problems, lost / problems];
  const share = few ? tail / 2 : tail;
  const below = g - exactShare(gained, problems, share).low;
  const above = exactShare(lost, problems, share).high - l;
  // More of the gained leave fewer to be lost.
  const correlation = gained === 0 || lost === 0 ? 0 : Math.sqrt((g * l) / ((1 - g) * (1 - l)));
  const reach = few ? below + above : Math.sqrt(below ** 2 + above ** 2 + 2 * correlation * below * above);
  const end = Math.max(-1, g - l - reach);
  return end > 0 && fairTail(gained, gained + lost) > tail ? 0 : end;
}

/** @file A whole curve of errors at m = ∞, the pair of distributions taken apart once. */
import { Checks } from "../core/check";
import { commutingLogErrors, pencilLogErrors } from "../model/errorPowers";
import { type AlignmentParams, alignmentPencil } from "../model/pencil";

/** ln of the error after k = 0..steps, as `logLimitError` gives it, and of its part in the least covered direction. */
export function limitCurve(params: AlignmentParams, steps: number): { readonly all: number[]; readonly leastCovered: number[] } {
  const pencil = alignmentPencil(new Checks("limitCurve"), "the error at m = ∞", params);
  const { deviations, logs } = pencil;
  const least = deviations.reduce((at, delta, i) => (delta < deviations[at] ? i : at), 0);
  const curve = (log: (k: number) => number) => Array.from({ length: steps + 1 }, (_, k) => log(k));
  return { all: curve(pencilLogErrors(pencil)), leastCovered: curve(commutingLogErrors(logs.slice(least, least + 1))) };
}

/** @file The lengths of the training prompts, as they are given. */
import type { Checks } from "../core/check";

/** n of every source, (L,), from one number or one a source; integers >= 1 or Infinity. */
export function trainingLengths(check: Checks, n: number | readonly number[] | undefined, sources: number): readonly number[] {
  if (typeof n !== "number") check.list("n", n ?? []);
  const lengths = typeof n === "number" ? new Array<number>(sources).fill(n) : [...(n ?? [])];
  if (lengths.length !== sources) check.fail("n", `one number, or ${sources} (one a source)`, n);
  for (const [l, length] of lengths.entries()) check.length(sources === 1 || typeof n === "number" ? "n" : `n[${l}]`, length);
  return lengths;
}

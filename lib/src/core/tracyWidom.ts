/** @file The Tracy-Widom law F₁ of the largest eigenvalue of a real random matrix. */
import { bisect } from "./bisection";
import { regularizedGamma } from "./incompleteGamma";

/** A shifted gamma law with F₁'s first three moments: Chiani, "Distribution of the largest eigenvalue", J. Multivariate Anal. 129 (2014). */
const SHAPE = 46.446;
const SCALE = 0.186054;
const SHIFT = 9.84801;

/** F₁(x) and 1 - F₁(x), to about 1e-3 where neither is small, and with the tails' size right to some percent down to 1e-6. */
export function tracyWidom(x: number): { readonly lower: number; readonly upper: number } {
  const at = (x + SHIFT) / SCALE;
  if (!(at > 0)) return { lower: 0, upper: 1 };
  return at === Number.POSITIVE_INFINITY ? { lower: 1, upper: 0 } : regularizedGamma(SHAPE, at);
}

/** The x with F₁(x) = p, for p in (0, 1). */
export function tracyWidomQuantile(p: number): number {
  return bisect((x) => tracyWidom(x).lower >= p, -SHIFT, 40).yes;
}

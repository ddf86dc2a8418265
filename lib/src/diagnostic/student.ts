/** @file Quantiles of Student's t. */
import { Checks } from "../core/check";

/** Panels of Simpson's rule over the whole range. */
const PANELS = 400;

/**
 * The p-quantile of Student's t with any real number ν >= 1 of degrees of freedom, to about 1e-6 (1e-4 for ν < 2); above 1000 that of 1000.
 * With t = √ν tan x the density is proportional to cos^{ν-1} x on [0, π/2], which is integrated by Simpson's rule up to the panel in
 * which the integral is reached, and solved there by Newton's method.
 * @throws RangeError outside the domain
 */
export function studentQuantile(p: number, degrees: number): number {
  const check: Checks = new Checks("studentQuantile");
  check.interval("p", p, 0.5, 0.9999);
  check.positive("degrees", degrees);
  const nu = Math.min(1000, Math.max(1, degrees));
  const density = (x: number) => (nu === 1 ? 1 : Math.max(0, Math.cos(x)) ** (nu - 1));
  const simpson = (from: number, to: number) => ((to - from) / 6) * (density(from) + 4 * density((from + to) / 2) + density(to));
  const h = Math.PI / 2 / PANELS;
  const pieces = Float64Array.from({ length: PANELS }, (_, i) => simpson(i * h, (i + 1) * h));
  let left = (2 * p - 1) * pieces.reduce((sum, piece) => sum + piece, 0);
  let panel = 0;
  while (panel < PANELS - 1 && left > pieces[panel]) left -= pieces[panel++];
  const from = panel * h;
  let x = from;
  for (let i = 0; i < 8; i++) x = Math.min(from + h, Math.max(from, x + (left - simpson(from, x)) / density(x)));
  return Math.sqrt(nu) * Math.tan(x);
}

/** @file exp of four floats, for kernels. */
import type { F32x4, KernelBody } from "./wasmAssembler";

/** Arguments are clamped to [-87, 88], where exp is a normal f32. */
const [LOWEST, HIGHEST] = [-87, 88];
/** ln 2 in two parts: n times the first is exact for every n that occurs. */
const [LN2_HIGH, LN2_LOW] = [0.693359375, -2.1219444005469057e-4];
/** The minimax polynomial of Cephes' expf for (e^r - 1 - r) / r² on |r| <= ln 2 / 2. */
const COEFFICIENTS = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];

/**
 * exp(x), within two units in the last place for x in [-87, 88]; beyond, the value at the bound.
 * $$ e^x = 2^n e^r, \quad n = \mathrm{round}(x / \ln 2) $$
 */
export function exponential(f: KernelBody, x: F32x4): F32x4 {
  const constant = (value: number): F32x4 => f.constant(value);
  const clamped = f.let(x.max(constant(LOWEST)).min(constant(HIGHEST)));
  const n = f.let(clamped.mul(constant(Math.LOG2E)).nearest());
  const r = f.let(f.madd(n, constant(-LN2_LOW), f.madd(n, constant(-LN2_HIGH), clamped)));
  let p = constant(COEFFICIENTS[0]);
  for (const c of COEFFICIENTS.slice(1)) p = f.madd(p, r, constant(c));
  // 2^n: the sum's last bits are n + 127, which is how a float stores its exponent.
  const power = n.add(constant(2 ** 23 + 127)).shiftLeft(23);
  return f.madd(p, r.mul(r), r.add(constant(1))).mul(power);
}

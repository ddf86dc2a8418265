/** @file The gamma function and its incomplete form, accurate for large arguments. */
import { Checks } from "./check";

/** Most terms of a series or continued fraction; about 7 √s are needed at the worst point x = s. */
const MAX_TERMS = 1_000_000;
/** From here on Temme's expansion has 1e-16 with the terms below, and a series would take more than 7,000. */
const TEMME_FROM = 1e6;
/** Beyond this exponent nothing of the smaller part is left. */
const NEGLIGIBLE = 60;
/** From here on Stirling's series has 1e-17 with the terms below. */
const STIRLING_FROM = 16;

/**
 * ln Γ(x) - [(x - 1/2) ln x - x + ln(2π)/2], the remainder of Stirling's formula, to about 1e-16.
 * @param x > 0
 */
export function stirlingRemainder(x: number): number {
  const check: Checks = new Checks("stirlingRemainder");
  check.positive("x", x);
  // r(x) = r(x+1) + (x + 1/2) ln(1 + 1/x) - 1.
  let shifted = x;
  let sum = 0;
  while (shifted < STIRLING_FROM) {
    sum += (shifted + 0.5) * Math.log1p(1 / shifted) - 1;
    shifted++;
  }
  const r = 1 / (shifted * shifted);
  return sum + (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - r * (691 / 360360)))))) / shifted;
}

/**
 * ln Γ(x), to about 1e-15 of the largest term of Stirling's formula.
 * @param x > 0
 * @throws RangeError outside the domain
 */
export function logGamma(x: number): number {
  const check: Checks = new Checks("logGamma");
  check.positive("x", x);
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + stirlingRemainder(x);
}

/**
 * ln(x^a e^{-x} / Γ(a+1)), to about 1e-16 times max(1, |x - a|): the large terms are cancelled by hand (Loader's form).
 * @param a >= 0
 * @param x > 0
 * @throws RangeError outside the domain
 */
export function logPoissonWeight(a: number, x: number): number {
  const check: Checks = new Checks("logPoissonWeight");
  check.nonNegative("a", a);
  check.positive("x", x);
  if (a === 0) return -x;
  const excess = (x - a) / a;
  const deviance = Math.abs(excess) < 0.5 ? excess - Math.log1p(excess) : excess - Math.log(x / a);
  return -a * deviance - Math.log(2 * Math.PI * a) / 2 - stirlingRemainder(a);
}

/**
 * The regularised incomplete gamma functions P(s, x) = γ(s, x)/Γ(s) and Q = 1 - P, to about 1e-14 each.
 * Series for x < s + 1, Lentz's continued fraction above, for s >= 1e6 Temme's uniform expansion (1979).
 * @param s > 0
 * @param x > 0
 * @throws RangeError outside the domain
 */
export function regularizedGamma(s: number, x: number): { lower: number; upper: number } {
  const check: Checks = new Checks("regularizedGamma");
  check.positive("s", s);
  check.positive("x", x);
  if (s >= TEMME_FROM) return largeGamma(s, x);
  const weight = Math.exp(logPoissonWeight(s, x));
  if (x < s + 1) {
    let term = 1;
    let sum = 1;
    for (let i = 1; i < MAX_TERMS && term > sum * 1e-17; i++) {
      term *= x / (s + i);
      sum += term;
    }
    const lower = weight * sum;
    return { lower, upper: 1 - lower };
  }
  let b = x + 1 - s;
  let c = Number.POSITIVE_INFINITY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < MAX_TERMS; i++) {
    const an = -i * (i - s);
    b += 2;
    d = 1 / (an * d + b);
    c = b + an / c;
    const delta = c * d;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-16) break;
  }
  const upper = weight * s * h;
  return { lower: 1 - upper, upper };
}

/**
 * P and Q for large s, by Q = ½ erfc(η √(s/2)) + e^{-sη²/2}/√(2πs) (C_0 + C_1/s + C_2/s²), ½ η² = x/s - 1 - ln(x/s), with the C_j as power
 * series: where the rest is not negligible, |η| is below 0.011.
 */
function largeGamma(s: number, x: number): { lower: number; upper: number } {
  const mu = (x - s) / s;
  let half = 0;
  // ½ η² = μ²/2 - μ³/3 + ..., without the cancellation in μ - ln(1 + μ).
  for (let j = 16; j >= 2; j--) half = half * -mu + 1 / j;
  half = Math.abs(mu) < 0.05 ? half * mu * mu : Number.POSITIVE_INFINITY;
  if (s * half > NEGLIGIBLE) return mu < 0 ? { lower: 0, upper: 1 } : { lower: 1, upper: 0 };
  const eta = Math.sign(mu) * Math.sqrt(2 * half);
  const c0 = -1 / 3 + eta * (1 / 12 - eta * (2 / 135 - eta * (1 / 864 + eta * (1 / 2835 - (eta * 139) / 777600))));
  const c1 = -1 / 540 - eta * (1 / 288 - (eta * 25) / 12096);
  const rest = (Math.exp(-s * half) / Math.sqrt(2 * Math.PI * s)) * (c0 + (c1 + 25 / 6048 / s) / s);
  // erf² is P(1/2, .)
  const { lower: inside, upper: outside } = half === 0 ? { lower: 0, upper: 1 } : regularizedGamma(0.5, s * half);
  if (mu >= 0) return { lower: (1 + inside) / 2 - rest, upper: Math.max(0, outside / 2 + rest) };
  return { lower: Math.max(0, outside / 2 - rest), upper: (1 + inside) / 2 + rest };
}

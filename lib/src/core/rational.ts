/** @file Exact rational numbers over BigInt, for sums whose terms cancel beyond any fixed number of digits. */
import { Checks } from "./check";

/** Bits that a quotient is computed to before it is rounded; more than 53, the rest is kept as one sticky bit. */
const QUOTIENT_BITS = 64;
/** Bits of the largest power. */
const MOST_BITS = 10_000_000;
/** Exponent of the smallest subnormal number, 2^-1074. */
const SMALLEST_EXPONENT = -1074;

/**
 * An exact rational number in lowest terms, with a denominator > 0. Immutable.
 * @origin standard
 * @example
 * cot.core.Rational.of(1, 3).add(cot.core.Rational.of(1, 6)).toString(); // => "1/2"
 */
export class Rational {
  private constructor(
    /** The numerator, with the sign. */
    readonly numerator: bigint,
    /** The denominator, > 0, coprime to the numerator. */
    readonly denominator: bigint,
  ) {}

  /**
   * The quotient of two integers, brought to lowest terms.
   * @param numerator a bigint, or a safe integer
   * @param denominator a bigint, or a safe integer, != 0; default 1
   * @throws RangeError for a zero denominator or a number that is not a safe integer; TypeError for another kind
   */
  static of(numerator: bigint | number, denominator: bigint | number = 1n): Rational {
    const check: Checks = new Checks("Rational.of");
    const p = integer("numerator", numerator);
    const q = integer("denominator", denominator);
    if (q === 0n) check.fail("denominator", "non-zero", q);
    const divisor = greatestCommonDivisor(p, q) * (q < 0n ? -1n : 1n);
    return new Rational(p / divisor, q / divisor);
  }

  /**
   * The sum of this and another.
   * @param other the second summand
   */
  add(other: Rational): Rational {
    checkRational("add", other);
    return Rational.of(this.numerator * other.denominator + other.numerator * this.denominator, this.denominator * other.denominator);
  }

  /**
   * The difference of this and another.
   * @param other what is subtracted
   */
  subtract(other: Rational): Rational {
    checkRational("subtract", other);
    return this.add(new Rational(-other.numerator, other.denominator));
  }

  /**
   * The product of this and another.
   * @param other the second factor
   */
  multiply(other: Rational): Rational {
    checkRational("multiply", other);
    return Rational.of(this.numerator * other.numerator, this.denominator * other.denominator);
  }

  /**
   * The quotient of this and another.
   * @param other the divisor, != 0
   * @throws RangeError when it is 0
   */
  divide(other: Rational): Rational {
    checkRational("divide", other);
    const check: Checks = new Checks("Rational.divide");
    if (other.numerator === 0n) check.fail("other", "non-zero", other.numerator);
    return Rational.of(this.numerator * other.denominator, this.denominator * other.numerator);
  }

  /**
   * The integer power of this.
   * @param exponent an integer; a negative one needs a non-zero base
   * @throws RangeError outside the domain
   */
  pow(exponent: number): Rational {
    const check: Checks = new Checks("Rational.pow");
    check.integer("exponent", exponent, -Number.MAX_SAFE_INTEGER);
    const bits = Math.max(this.numerator.toString(16).length, this.denominator.toString(16).length) * 4 * Math.abs(exponent);
    if (bits > MOST_BITS) check.fail("exponent", `such that the power has at most ${MOST_BITS} bits`, exponent);
    if (exponent >= 0) return new Rational(this.numerator ** BigInt(exponent), this.denominator ** BigInt(exponent));
    if (this.numerator === 0n) check.fail("exponent", "an integer >= 0 for a zero base", exponent);
    const sign = this.numerator < 0n ? -1n : 1n;
    return new Rational(sign * this.denominator, sign * this.numerator).pow(-exponent);
  }

  /**
   * Compares: -1, 0 or 1, as this is less than, equal to or greater than another.
   * @param other what it is compared with
   */
  compare(other: Rational): -1 | 0 | 1 {
    checkRational("compare", other);
    const difference = this.numerator * other.denominator - other.numerator * this.denominator;
    return difference === 0n ? 0 : difference < 0n ? -1 : 1;
  }

  /**
   * True when both are the same number.
   * @param other what it is compared with
   */
  equals(other: Rational): boolean {
    checkRational("equals", other);
    return this.numerator === other.numerator && this.denominator === other.denominator;
  }

  /**
   * The nearest double (ties to even), also below 2.2e-308; 0 below 2.5e-324.
   * @throws RangeError beyond 1.8e308
   */
  toNumber(): number {
    return ratioToNumber(this.numerator, this.denominator);
  }

  /**
   * The natural logarithm, for values of any size, to about 1e-16 of the larger of |ln| and 1, and to 1e-15 of itself near 1.
   * @throws RangeError for a value <= 0
   */
  log(): number {
    return logOfRatio(this.numerator, this.denominator);
  }

  /** "p/q", or "p" for an integer. */
  toString(): string {
    return this.denominator === 1n ? String(this.numerator) : `${this.numerator}/${this.denominator}`;
  }
}

/**
 * p / q as the nearest double (ties to even), without bringing the fraction to lowest terms.
 * @param q > 0
 * @throws RangeError beyond 1.8e308
 */
export function ratioToNumber(p: bigint, q: bigint): number {
  const check: Checks = new Checks("Rational.toNumber");
  if (p === 0n) return 0;
  const [digits, exponent] = leadingBits(p < 0n ? -p : p, q);
  // The result is a multiple of 2^unit: 53 bits, fewer in the subnormal range. `digits` has at least 64 and ends in a sticky bit.
  const unit = Math.max(exponent + bitLength(digits) - 53, SMALLEST_EXPONENT);
  const shift = BigInt(unit - exponent);
  let rounded = digits >> shift;
  const rest = digits - (rounded << shift);
  const half = 1n << (shift - 1n);
  if (rest > half || (rest === half && rounded % 2n === 1n)) rounded += 1n;
  // 2^unit overflows alone where the product does not: two exact factors.
  const value = Number(rounded) * 2 ** Math.floor(unit / 2) * 2 ** (unit - Math.floor(unit / 2));
  if (value === Number.POSITIVE_INFINITY) {
    check.fail("the value", "below 1.8e308", `about 2^${exponent + bitLength(digits)}`, "Use its logarithm");
  }
  return p < 0n && value !== 0 ? -value : value;
}

/**
 * ln(p / q), without bringing the fraction to lowest terms.
 * @param q > 0
 * @throws RangeError for p <= 0
 */
export function logOfRatio(p: bigint, q: bigint): number {
  const check: Checks = new Checks("Rational.log");
  if (p <= 0n) check.fail("the value", "> 0", p === 0n ? 0 : "a negative number");
  const [digits, exponent] = leadingBits(p, q);
  const size = exponent + bitLength(digits);
  // Near 1 the logarithm is that of the exact excess.
  if (size >= 0 && size <= 1) {
    const excess = ratioToNumber(p - q, q);
    if (Math.abs(excess) < 0.5) return Math.log1p(excess);
  }
  const mantissa = Number(digits) * 2 ** -bitLength(digits);
  return Math.log(mantissa) + size * Math.LN2;
}

/** p / q = digits 2^exponent up to a sticky last bit, for p, q > 0, with at least QUOTIENT_BITS bits. */
function leadingBits(p: bigint, q: bigint): [digits: bigint, exponent: number] {
  const shift = QUOTIENT_BITS + 1 + bitLength(q) - bitLength(p);
  const numerator = shift > 0 ? p << BigInt(shift) : p;
  const denominator = shift < 0 ? q << BigInt(-shift) : q;
  const quotient = numerator / denominator;
  const exact = quotient * denominator === numerator;
  return [(quotient << 1n) | (exact ? 0n : 1n), -shift - 1];
}

/** The number of bits of a value > 0. */
function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return 4 * (hex.length - 1) + (32 - Math.clz32(Number.parseInt(hex[0], 16)));
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

function checkRational(method: string, other: unknown): void {
  if (!(other instanceof Rational)) new Checks(`Rational.${method}`).wrongKind("other", "a Rational", other);
}

function integer(argument: string, value: bigint | number): bigint {
  const check: Checks = new Checks("Rational.of");
  if (typeof value === "bigint") return value;
  if (typeof value !== "number") check.wrongKind(argument, "a bigint or an integer", value);
  if (!Number.isSafeInteger(value)) check.fail(argument, "a bigint or a safe integer", value);
  return BigInt(value);
}

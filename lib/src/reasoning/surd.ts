/** @file Exact sums of square roots of rational numbers: what answers to equations of low degree are made of. */
import { Rational } from "../core/rational";

/** Square factors of a radicand are looked for among numbers up to this; a larger rest must be a whole square or stays unread. */
const TRIAL = 10_000n;
/** Digits of a numerator or denominator beyond which nothing is computed. */
const LONGEST = 400;
/** Different roots in one sum beyond which nothing is computed. */
const MOST_TERMS = 16;

/** A rational number under a square root, brought to coefficient √radicand with a square-free radicand, negative for imaginary roots. */
interface Root {
  readonly coefficient: Rational;
  readonly radicand: bigint;
}

/**
 * The number Σ_r c_r √r over different square-free integers r, with rational c_r ≠ 0. Immutable; equal numbers have equal terms.
 * Operations give undefined where the result is no such sum, or too large to be worked out.
 */
export class Surd {
  private constructor(private readonly terms: ReadonlyMap<bigint, Rational>) {}

  /** A rational number. */
  static of(value: Rational): Surd {
    return new Surd(new Map(value.numerator === 0n ? [] : [[1n, value]]));
  }

  /** √value. */
  static root(value: Rational): Surd | undefined {
    const root = reduced(value);
    return root && new Surd(new Map(root.coefficient.numerator === 0n ? [] : [[root.radicand, root.coefficient]]));
  }

  /** The number as a fraction; undefined when it is irrational or not real. */
  rational(): Rational | undefined {
    if (this.terms.size === 0) return Rational.of(0);
    return this.terms.size === 1 ? this.terms.get(1n) : undefined;
  }

  add(other: Surd): Surd | undefined {
    const sum = new Map(this.terms);
    for (const [radicand, value] of other.terms) addTerm(sum, radicand, value);
    return bounded(sum, (terms) => new Surd(terms));
  }

  multiply(other: Surd): Surd | undefined {
    const product = new Map<bigint, Rational>();
    for (const [a, x] of this.terms)
      for (const [b, y] of other.terms) {
        const common = greatestCommonDivisor(a, b);
        // √a √b = common √(ab / common²), and i√|a| i√|b| = -√|a||b|.
        const sign = a < 0n && b < 0n ? -1n : 1n;
        const value = x.multiply(y).multiply(Rational.of(sign * common));
        addTerm(product, (a * b) / (common * common), value);
      }
    return bounded(product, (terms) => new Surd(terms));
  }

  negate(): Surd {
    return new Surd(new Map([...this.terms].map(([radicand, value]) => [radicand, value.multiply(Rational.of(-1))])));
  }

  /** 1 / this, for one root or a sum of two; undefined for longer sums and for 0. */
  inverse(): Surd | undefined {
    if (this.terms.size === 0 || this.terms.size > 2) return undefined;
    const [[radicand, value], second] = [...this.terms];
    if (second === undefined) return new Surd(new Map([[radicand, Rational.of(1).divide(value.multiply(Rational.of(radicand)))]]));
    // (a√p + b√q)(a√p - b√q) = a²p - b²q, which is not 0 for different square-free p and q.
    const conjugate = new Surd(
      new Map([
        [radicand, value],
        [second[0], second[1].multiply(Rational.of(-1))],
      ]),
    );
    const norm = this.multiply(conjugate)?.rational();
    return norm && conjugate.multiply(Surd.of(Rational.of(1).divide(norm)));
  }

  /** As it is shown: 1/2 + 3/2*sqrt(5). */
  toString(): string {
    if (this.terms.size === 0) return "0";
    const sorted = [...this.terms].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([radicand, value]) => (radicand === 1n ? `${value}` : `${value}*sqrt(${radicand})`)).join(" + ");
  }
}

function addTerm(terms: Map<bigint, Rational>, radicand: bigint, value: Rational): void {
  const sum = terms.get(radicand)?.add(value) ?? value;
  if (sum.numerator === 0n) terms.delete(radicand);
  else terms.set(radicand, sum);
}

function bounded<T>(terms: ReadonlyMap<bigint, Rational>, make: (terms: ReadonlyMap<bigint, Rational>) => T): T | undefined {
  return terms.size <= MOST_TERMS && [...terms.values()].every(fits) ? make(terms) : undefined;
}

/** Whether a number is short enough to go on computing with. */
export const fits = ({ numerator, denominator }: Rational): boolean =>
  String(numerator).length <= LONGEST && String(denominator).length <= LONGEST;

/** √(p/q) = √(pq) / q with the squares taken out of pq. */
function reduced(value: Rational): Root | undefined {
  const radicand = value.numerator * value.denominator;
  let rest = radicand < 0n ? -radicand : radicand;
  let outside = 1n;
  let inside = 1n;
  if (rest !== 0n) {
    for (let p = 2n; p <= TRIAL && p * p <= rest; p++) {
      for (; rest % (p * p) === 0n; rest /= p * p) outside *= p;
      if (rest % p === 0n) [inside, rest] = [inside * p, rest / p];
    }
    const root = integerRoot(rest, 2);
    if (root !== undefined) outside *= root;
    // Without a prime up to TRIAL, a number below TRIAL³ that is no square is square-free.
    else if (rest < TRIAL ** 3n) inside *= rest;
    else return undefined;
  }
  const coefficient = rest === 0n ? Rational.of(0) : Rational.of(outside, value.denominator);
  return { coefficient, radicand: radicand < 0n ? -inside : inside };
}

/** The whole k-th root of a whole number >= 0, by Newton's steps from above; undefined when there is none. */
export function integerRoot(value: bigint, k: number): bigint | undefined {
  if (value < 2n) return value;
  const [order, before] = [BigInt(k), BigInt(k - 1)];
  let root = 1n << BigInt(Math.ceil(value.toString(2).length / k));
  for (;;) {
    const next = (before * root + value / root ** before) / order;
    if (next >= root) return root ** order === value ? root : undefined;
    root = next;
  }
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

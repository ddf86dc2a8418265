/** @file Seeded random numbers with named sub-streams: a stream's state is a hash of its name, a path such as `7/prompts/12`. */
/// <reference path="./alea.d.ts" />
import alea from "seedrandom/lib/alea";
import { Checks } from "./check";

// Made once: these two are called for every number that is drawn.
const checkInteger: Checks = new Checks("Random.integer");
const checkChiSquare: Checks = new Checks("Random.chiSquare");
/** The polar method gives two numbers at once. */
const pair = new Float64Array(2);

/**
 * A stream of random numbers. The generator is seedrandom's Alea, 32 random bits a draw.
 *
 * A stream's numbers depend on its name alone: not on what other streams have drawn, nor on which worker draws.
 * @origin standard, the generator by Baagøe; the named streams are ours
 * @example
 * const random = cot.Random.seed(7).stream("prompts", 12);
 * random.name; // => "7/prompts/12"
 * random.uniform(); // => 0.7635
 */
export class Random {
  private readonly next: () => number;
  private spare = Number.NaN;

  /** @param name the stream's full name; two streams with the same name give the same numbers */
  private constructor(readonly name: string) {
    this.next = alea(name);
  }

  /**
   * The root stream of a seed.
   * @param seed an integer >= 0 or a non-empty string; 7 and "7" name the same stream
   * @throws RangeError for another seed
   */
  static seed(seed: number | string): Random {
    const check: Checks = new Checks("Random.seed");
    if (typeof seed === "number") check.integer("seed", seed, 0);
    else if (typeof seed !== "string" || seed.length === 0) check.fail("seed", "an integer >= 0 or a non-empty string", seed);
    return new Random(String(seed));
  }

  /**
   * A sub-stream. Creating it does not advance this stream, and its numbers do not depend on how far this one is.
   * @param path at least one name or index; they are joined by slashes
   * @throws RangeError for an empty path; TypeError for what is neither a text nor a number
   */
  stream(...path: (string | number)[]): Random {
    const check: Checks = new Checks("Random.stream");
    if (path.length === 0) check.fail("path", "at least one name or index", path);
    for (const [i, part] of path.entries())
      if (typeof part !== "string" && typeof part !== "number") check.wrongKind(`path[${i}]`, "a name or an index", part);
    return new Random(`${this.name}/${path.join("/")}`);
  }

  /** A uniform number in [0, 1), a multiple of 2^-32. */
  uniform(): number {
    return this.next();
  }

  /** A standard normal number, by Marsaglia's polar method. */
  normal(): number {
    const value = this.spare;
    this.spare = Number.NaN;
    if (!Number.isNaN(value)) return value;
    this.fillNormal(pair);
    this.spare = pair[1];
    return pair[0];
  }

  /**
   * Fills an array with standard normal numbers; the same numbers as `length` calls of `normal`.
   * @param out the array that is filled and returned
   * @throws TypeError or RangeError for arguments of another kind
   */
  fillNormal(out: Float64Array): Float64Array {
    if (!(out instanceof Float64Array)) new Checks("Random.fillNormal").wrongKind("out", "a Float64Array", out);
    let i = 0;
    if (out.length > 0 && !Number.isNaN(this.spare)) out[i++] = this.normal();
    const next = this.next;
    for (; i + 1 < out.length; i += 2) {
      let a: number;
      let b: number;
      let q: number;
      do {
        a = 2 * next() - 1;
        b = 2 * next() - 1;
        q = a * a + b * b;
      } while (q >= 1 || q === 0);
      const f = Math.sqrt((-2 * Math.log(q)) / q);
      out[i] = a * f;
      out[i + 1] = b * f;
    }
    if (i < out.length) out[i] = this.normal();
    return out;
  }

  /**
   * A chi-square number, by Marsaglia and Tsang (2000).
   * @param degrees degrees of freedom, any finite number > 0
   * @throws RangeError outside the domain
   */
  chiSquare(degrees: number): number {
    checkChiSquare.positive("degrees", degrees);
    // Their method needs shape >= 1; below it, Gamma(a) = Gamma(a + 1) U^(1/a).
    const shape = degrees / 2;
    const boost = shape < 1 ? (1 - this.uniform()) ** (1 / shape) : 1;
    const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = this.normal();
      const v = (1 + c * x) ** 3;
      if (v <= 0) continue;
      const u = 1 - this.uniform();
      if (Math.log(u) < 0.5 * x * x + d * (1 - v + Math.log(v))) return 2 * d * v * boost;
    }
  }

  /**
   * A uniform integer in [0, bound), without modulo bias.
   * @param bound integer in [1, 2^32]
   * @throws RangeError outside the domain
   */
  integer(bound: number): number {
    checkInteger.integer("bound", bound, 1, 2 ** 32);
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const bits = this.next() * 2 ** 32;
      if (bits < limit) return bits % bound;
    }
  }

  /**
   * A uniform permutation of 0..length-1 (Fisher-Yates).
   * @param length integer >= 0
   * @throws RangeError outside the domain
   */
  permutation(length: number): number[] {
    const check: Checks = new Checks("Random.permutation");
    check.count("length", length, 0, 10_000_000);
    const order = Array.from({ length }, (_, i) => i);
    for (let i = length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }
}

/** @file Rational roots of polynomials: problems with a chosen degree and size, solved by trial of candidates and division. */
import { argumentsOf, Checks } from "../core/check";
import type { Random } from "../core/random";
import { Rational } from "../core/rational";
import { line, type Problem, type Step } from "./problem";
import { pick, uniformBigInt } from "./wholeNumber";

/** Which roots a polynomial has. */
export interface PolynomialParams {
  /** Degree of the polynomial, which is its number of roots with multiplicity, in [1, 6]; default 2. */
  readonly degree?: number;
  /** Largest absolute value of a root's numerator, in [1, 1000]; default 9. */
  readonly size?: number;
  /** "integer" roots, or "rational" ones with denominators up to `denominator`; default "integer". */
  readonly roots?: "integer" | "rational";
  /** Largest denominator of a rational root, in [2, 20]; default 4. */
  readonly denominator?: number;
}

const WORDINGS: readonly ((polynomial: string) => string)[] = [
  (polynomial) => `Find all roots of ${polynomial}.`,
  (polynomial) => `Solve ${polynomial} = 0 for x.`,
  (polynomial) => `For which values of x is ${polynomial} equal to zero?`,
  (polynomial) => `The graph of y = ${polynomial} meets the x axis where?`,
];

/** Coefficients, highest power first, of the primitive polynomial with the given roots and a leading coefficient > 0. */
function fromRoots(roots: readonly Rational[]): bigint[] {
  // Every factor q x - p has coprime coefficients, so by Gauss's lemma their product has too.
  return roots.reduce<bigint[]>(
    (product, { numerator: p, denominator: q }) =>
      Array.from({ length: product.length + 1 }, (_, i) => (product[i] ?? 0n) * q - (i > 0 ? product[i - 1] * p : 0n)),
    [1n],
  );
}

/** "2x^3 - x + 4" */
export function polynomialText(coefficients: readonly bigint[]): string {
  let text = "";
  coefficients.forEach((value, i) => {
    if (value === 0n) return;
    const power = coefficients.length - 1 - i;
    const size = absolute(value);
    const factor = size === 1n && power > 0 ? "" : String(size);
    const variable = power === 0 ? "" : power === 1 ? "x" : `x^${power}`;
    const sign = text === "" ? (value < 0n ? "-" : "") : value < 0n ? " - " : " + ";
    text += `${sign}${factor}${variable}`;
  });
  return text === "" ? "0" : text;
}

/** The rows of Horner's scheme at p/q for integer coefficients, multiplied through by q at each step so that all stay whole. */
function divideOut(coefficients: readonly bigint[], root: Rational): { quotient: bigint[]; remainder: bigint } {
  // (q x - p) divides over the integers exactly when p/q is a root (Gauss); otherwise the remainder q^n f(p/q) tells.
  const { numerator: p, denominator: q } = root;
  let value = 0n;
  let scale = 1n;
  for (const c of coefficients) {
    value = value * p + c * scale;
    scale *= q;
  }
  if (value !== 0n) return { quotient: [], remainder: value };
  const quotient: bigint[] = [];
  let carry = 0n;
  for (const c of coefficients.slice(0, -1)) {
    carry = (c + carry * p) / q;
    quotient.push(carry);
  }
  return { quotient, remainder: 0n };
}

const absolute = (value: bigint): bigint => (value < 0n ? -value : value);

const divisorsOf = (value: bigint): bigint[] => {
  const size = absolute(value);
  const list: bigint[] = [];
  for (let i = 1n; i * i <= size; i++) if (size % i === 0n) list.push(i, size / i);
  return [...new Set(list)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
};

/**
 * Candidates p/q of the rational root theorem up to a size, smallest first, positive before negative.
 * The search for divisors is kept short: candidates beyond `size` cannot be roots of the problems made here, and the solver may know the size.
 */
function candidates(coefficients: readonly bigint[], size: bigint, denominator: bigint): Rational[] {
  const last = coefficients.at(-1)!;
  if (last === 0n) return [Rational.of(0n)];
  const positive: Rational[] = [];
  for (const q of divisorsOf(coefficients[0]).filter((value) => value <= denominator)) {
    for (let p = 1n; p <= size; p++) {
      if (last % p !== 0n) continue;
      const candidate = Rational.of(p, q);
      if (candidate.denominator === q) positive.push(candidate);
    }
  }
  return positive.sort((a, b) => a.compare(b)).flatMap((x) => [x, Rational.of(-x.numerator, x.denominator)]);
}

/**
 * A polynomial with rational roots only, written out; all its roots are asked for.
 * Roots are drawn uniformly and independently, so double roots occur; the answer lists each once.
 * @param random the stream
 * @param params degree = 2, in [1, 6]; size = 9, in [1, 1000]; roots = "integer", or "rational"; denominator = 4, in [2, 20]
 * @throws RangeError outside the domain
 * @origin paper, the Qwen experiment; the distribution is ours, for the paper states none
 * @example
 * const { question, answer } = cot.reasoning.polynomialProblem(cot.Random.seed(1));
 * [question, answer]; // => ["For which values of x is x^2 - 3x - 28 equal to zero?", ["-4", "7"]]
 */
export function polynomialProblem(random: Random, params: PolynomialParams = {}): Problem {
  argumentsOf("polynomialProblem", params);
  const { degree = 2, size = 9, roots: rootKind = "integer", denominator = 4 } = params;
  const check: Checks = new Checks("polynomialProblem");
  check.random("random", random);
  check.integer("degree", degree, 1, 6);
  check.integer("size", size, 1, 1000);
  check.oneOf("roots", rootKind, ["integer", "rational"]);
  check.integer("denominator", denominator, 2, 20);
  const most = rootKind === "integer" ? 1 : denominator;
  const roots = Array.from({ length: degree }, () =>
    Rational.of(uniformBigInt(random, BigInt(-size), BigInt(size)), uniformBigInt(random, 1n, BigInt(most))),
  );
  const coefficients = fromRoots(roots);
  const { steps, trials } = solve(coefficients, BigInt(size), BigInt(most));
  const distinct = [...new Set(roots.toSorted((a, b) => a.compare(b)).map(String))];
  const polynomial = polynomialText(coefficients);
  return {
    key: `polynomial:${coefficients.join(",")}`,
    kind: "polynomial",
    question: pick(random, WORDINGS)(polynomial),
    symbols: `x${coefficients.join(",")}?`,
    steps,
    answer: distinct,
    difficulty: {
      degree,
      roots: distinct.length,
      coefficientDigits: Math.max(...coefficients.map((value) => String(absolute(value)).length)),
      denominators: roots.filter((root) => root.denominator !== 1n).length,
      trials,
    },
  };
}

/** Trial of candidates, each root divided out, until a linear factor is left. */
function solve(start: readonly bigint[], size: bigint, denominator: bigint): { steps: Step[]; trials: number } {
  const steps: Step[] = [];
  let trials = 0;
  let left = [...start];
  while (left.length > 2) {
    const last = left.at(-1)!;
    const rule =
      last === 0n
        ? `${polynomialText(left)} has no constant term, so x is a factor.`
        : `A rational root p/q of ${polynomialText(left)} needs p dividing ${last} and q dividing ${left[0]}.`;
    steps.push(line(2, rule, `q${last},${left[0]}`, "factoring", "recall"));
    for (const candidate of candidates(left, size, denominator)) {
      const { quotient, remainder } = divideOut(left, candidate);
      const name = String(candidate);
      trials++;
      if (remainder !== 0n) {
        const scaled = candidate.denominator === 1n ? "" : `${candidate.denominator ** BigInt(left.length - 1)} times `;
        const trial = `x = ${name}: ${scaled}the polynomial is ${remainder} there, so it is not a root.`;
        steps.push(line(3, trial, `x${name}:${remainder}`, "substitution", "multiplication", "addition", "comparison"));
        continue;
      }
      const factors = `(${polynomialText([candidate.denominator, -candidate.numerator])}) * (${polynomialText(quotient)})`;
      const found = `x = ${name} is a root: ${polynomialText(left)} = ${factors}`;
      steps.push(line(1, found, `x${name}:0;x${quotient.join(",")}`, "substitution", "multiplication", "addition", "division"));
      left = quotient;
      break;
    }
  }
  const last = Rational.of(-left[1], left[0]);
  const rest = `What is left, ${polynomialText(left)} = 0, gives x = ${last}.`;
  steps.push(line(1, rest, `x${left.join(",")}:${last}`, "subtraction", "division"));
  return { steps, trials };
}

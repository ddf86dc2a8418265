/** @file Greatest common divisors: problems with a chosen size and number of Euclid steps, solved by Euclid's algorithm. */
import { argumentsOf, Checks } from "../core/check";
import type { Random } from "../core/random";
import { line, type Problem, type Step } from "./problem";
import { ofDigits, pick, uniformBigInt } from "./wholeNumber";

/** How large the numbers are, and how hard their greatest common divisor is. */
export interface GcdParams {
  /** Decimal digits of the largest argument, in [1, 60]; default 3. */
  readonly digits?: number;
  /** How many numbers, in [2, 6]; default 2. */
  readonly count?: number;
  /** Least and most divisions of Euclid's algorithm on the two largest numbers, in [1, 300]; default: whatever uniform numbers need. */
  readonly euclidSteps?: readonly [number, number];
  /** Least and most of the answer, which is uniform between them, so that none is a favourite; needs `euclidSteps` and two numbers. */
  readonly divisor?: readonly [number, number];
}

const WORDINGS: readonly ((list: string) => string)[] = [
  (list) => `What is the greatest common divisor of ${list}?`,
  (list) => `Find the largest whole number that divides ${list} without remainder.`,
  (list) => `Compute the highest common factor of ${list}.`,
  (list) => `${list} are measured with one ruler, each a whole number of times. What is the longest such ruler?`,
];

const listed = (numbers: readonly bigint[]): string =>
  numbers.length === 2 ? `${numbers[0]} and ${numbers[1]}` : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;

/** The divisions of Euclid's algorithm, a = q b + r, for a >= b >= 1. */
function divisions(a: bigint, b: bigint): { a: bigint; b: bigint; q: bigint; r: bigint }[] {
  const steps: { a: bigint; b: bigint; q: bigint; r: bigint }[] = [];
  for (let [x, y] = [a, b]; y !== 0n; [x, y] = [y, x % y]) steps.push({ a: x, b: y, q: x / y, r: x % y });
  return steps;
}

/** A partial quotient of a uniform random fraction: P(q) = log2(1 + 1 / (q (q + 2))) (Gauss and Kuzmin). */
function partialQuotient(random: Random): bigint {
  // The inverse of P(Q > q) = log2(1 + 1/(q + 1)).
  const u = 1 - random.uniform();
  return BigInt(Math.max(1, Math.ceil(1 / (2 ** u - 1) - 1)));
}

/**
 * Two numbers on which Euclid's algorithm takes exactly `steps` divisions, the larger with `digits` digits; undefined when the draw does not fit.
 * @param divisor their greatest common divisor; without one it is uniform among those that fit
 */
function pairWithSteps(random: Random, digits: number, steps: number, divisor: bigint | undefined): [bigint, bigint] | undefined {
  // Read Euclid backwards from (gcd, 0) = (1, 0); the last quotient is at least 2, or the last division would be one too few.
  let [a, b] = [1n, 0n];
  for (let i = 0; i < steps; i++) {
    const q = partialQuotient(random);
    [a, b] = [(i === 0 && steps > 1 && q < 2n ? 2n : q) * a + b, a];
  }
  const low = (10n ** BigInt(digits - 1) + a - 1n) / a;
  const high = (10n ** BigInt(digits) - 1n) / a;
  if (high < low || (divisor !== undefined && (divisor < low || divisor > high))) return undefined;
  const g = divisor ?? uniformBigInt(random, low, high);
  return [a * g, b * g];
}

/** Draws until a pair fits; a small divisor range with many steps fits once in thousands. */
const TRIES = 20_000;

function drawPair(
  random: Random,
  digits: number,
  euclidSteps: readonly [number, number] | undefined,
  divisor: readonly [number, number] | undefined,
): [bigint, bigint] {
  const check: Checks = new Checks("gcdProblem");
  if (euclidSteps === undefined) {
    const [x, y] = [ofDigits(random, digits), uniformBigInt(random, 1n, 10n ** BigInt(digits) - 1n)];
    return x >= y ? [x, y] : [y, x];
  }
  const [least, most] = euclidSteps;
  const stepsOnce = divisor && least + random.integer(most - least + 1);
  const common = divisor && uniformBigInt(random, BigInt(divisor[0]), BigInt(divisor[1]));
  for (let tries = 0; tries < TRIES; tries++) {
    const pair = pairWithSteps(random, digits, stepsOnce ?? least + random.integer(most - least + 1), common);
    if (pair !== undefined) return pair;
  }
  if (divisor !== undefined) {
    check.fail(
      "divisor",
      `a range that numbers of ${digits} digits with ${stepsOnce} divisions can take`,
      divisor,
      "Ask for smaller divisors, fewer divisions, or more digits",
    );
  }
  return check.fail(
    "euclidSteps",
    `a range that numbers of ${digits} digits can take`,
    euclidSteps,
    `Numbers below 10^${digits} need at most about ${Math.floor(4.785 * digits + 1.7)} divisions; ask for fewer, or for more digits`,
  );
}

/**
 * A problem that asks for a greatest common divisor, solved by Euclid's algorithm.
 * With `euclidSteps`, quotients follow the Gauss-Kuzmin law and the answer is uniform among those that give the wanted number of digits,
 * or, with `divisor`, uniform in its range; the number of divisions is then uniform too.
 * @param random the stream
 * @param params digits = 3, in [1, 60]; count = 2, in [2, 6]; euclidSteps? [least, most]; divisor? [least, most]
 * @throws RangeError outside the domain, or when the digits do not allow the steps
 * @origin paper, the Qwen experiment; the distribution is ours, for the paper states none
 * @example
 * const { symbols, answer, difficulty } = cot.reasoning.gcdProblem(cot.Random.seed(1), { digits: 2, euclidSteps: [3, 3] });
 * [symbols, answer, difficulty.euclidSteps]; // => ["g85,25?", ["5"], 3]
 */
export function gcdProblem(random: Random, params: GcdParams = {}): Problem {
  argumentsOf("gcdProblem", params);
  const { digits = 3, count = 2, euclidSteps, divisor } = params;
  const check: Checks = new Checks("gcdProblem");
  check.random("random", random);
  check.integer("digits", digits, 1, 60);
  check.integer("count", count, 2, 6);
  if (euclidSteps !== undefined) {
    check.integer("euclidSteps[0]", euclidSteps[0], 1, 300);
    check.integer("euclidSteps[1]", euclidSteps[1], euclidSteps[0], 300);
  }
  if (divisor !== undefined) {
    if (euclidSteps === undefined || count !== 2) check.fail("divisor", "given with euclidSteps, for two numbers", divisor);
    check.integer("divisor[0]", divisor[0], 1, 10 ** Math.min(15, digits) - 1);
    check.integer("divisor[1]", divisor[1], divisor[0], 10 ** Math.min(15, digits) - 1);
  }
  const pair = drawPair(random, digits, euclidSteps, divisor);
  let common = gcd(pair[0], pair[1]);
  const numbers = [...pair];
  for (let i = 2; i < count; i++) {
    // A further number shares a divisor with the first two about half the time; otherwise the answer would nearly always be 1.
    const divisor = random.uniform() < 0.5 ? common : largestOddPart(common);
    const next = divisor * uniformBigInt(random, 1n, pair[0] / divisor);
    numbers.push(next);
    common = gcd(common, next);
  }
  return gcdProblemOf(numbers, pick(random, WORDINGS), random.permutation(count));
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}

function largestOddPart(value: bigint): bigint {
  let odd = value;
  while (odd % 2n === 0n) odd /= 2n;
  return odd;
}

function gcdProblemOf(numbers: readonly bigint[], wording: (list: string) => string, order: readonly number[]): Problem {
  const sorted = numbers.toSorted((a, b) => (a > b ? -1 : a < b ? 1 : 0));
  const asked = order.map((i) => sorted[i]);
  const steps: Step[] = [];
  let current = sorted[0];
  let euclidSteps = 0;
  sorted.slice(1).forEach((next, i) => {
    const [a, b] = current >= next ? [current, next] : [next, current];
    const lines = divisions(a, b);
    if (i === 0) euclidSteps = lines.length;
    const start = `${i === 0 ? "Start with" : "Next take"} ${a} and ${b}: replace the larger by its remainder until nothing is left.`;
    steps.push(line(2, start, `g${a},${b}`, "comparison"));
    for (const { a: x, b: y, q, r } of lines) {
      steps.push(line(1, `${x} = ${q} * ${y} + ${r}`, `${x}%${y}=${r}`, "division"));
      const proof = `Check: ${q} * ${y} = ${q * y}, and ${x} - ${q * y} = ${r}, which is less than ${y}.`;
      steps.push(line(3, proof, `${q}*${y}=${q * y};${x}-${q * y}=${r}`, "multiplication", "subtraction", "comparison"));
    }
    current = gcd(a, b);
    const end = `The last remainder that is not zero is ${current}, so the greatest common divisor of ${a} and ${b} is ${current}.`;
    steps.push(line(2, end, `r${current}`, "recall"));
  });
  return {
    key: `gcd:${sorted.join(",")}`,
    kind: "gcd",
    question: wording(listed(asked)),
    symbols: `g${asked.join(",")}?`,
    steps,
    answer: [String(current)],
    difficulty: {
      digits: String(sorted[0]).length,
      count: numbers.length,
      euclidSteps,
      divisions: steps.filter((step) => step.skills[0] === "division").length,
      answerDigits: String(current).length,
    },
  };
}

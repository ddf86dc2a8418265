/** @file Arithmetic: the base mixture that a small model learns before it is given one kind of problem of its own. */
import { argumentsOf, Checks } from "../core/check";
import type { Random } from "../core/random";
import { line, type Problem, type Step } from "./problem";
import { pick, uniformBigInt } from "./wholeNumber";

export const OPERATIONS = ["addition", "subtraction", "multiplication", "division"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Which arithmetic is asked for. */
export interface ArithmeticParams {
  /** Largest number of decimal digits of an argument, in [1, 30]; default 3. */
  readonly digits?: number;
  /** The operation; default: one of the four at random. */
  readonly operation?: Operation;
}

const WORDINGS: Readonly<Record<Operation, readonly ((a: bigint, b: bigint) => string)[]>> = {
  addition: [(a, b) => `What is ${a} + ${b}?`, (a, b) => `Add ${b} to ${a}.`],
  subtraction: [(a, b) => `What is ${a} - ${b}?`, (a, b) => `Subtract ${b} from ${a}.`],
  multiplication: [(a, b) => `What is ${a} * ${b}?`, (a, b) => `Multiply ${a} by ${b}.`],
  division: [(a, b) => `What is the remainder of ${a} divided by ${b}?`, (a, b) => `Compute ${a} mod ${b}.`],
};

/**
 * One sum, difference, product or remainder of whole numbers.
 * @param random the stream
 * @param params digits = 3, in [1, 30]; operation? "addition", "subtraction", "multiplication" or "division" (the remainder)
 * @throws RangeError outside the domain
 * @origin ours
 * @example
 * const { question, symbols, answer } = cot.reasoning.arithmeticProblem(cot.Random.seed(1), { digits: 2 });
 * [question, symbols, answer]; // => ["What is 10 + 15?", "10+15?", ["25"]]
 */
export function arithmeticProblem(random: Random, params: ArithmeticParams = {}): Problem {
  argumentsOf("arithmeticProblem", params);
  const { digits = 3 } = params;
  const check: Checks = new Checks("arithmeticProblem");
  check.random("random", random);
  check.integer("digits", digits, 1, 30);
  const operation = params.operation ?? pick(random, OPERATIONS);
  check.oneOf("operation", operation, OPERATIONS);
  const most = 10n ** BigInt(digits) - 1n;
  const a = uniformBigInt(random, 0n, most);
  const b = uniformBigInt(random, operation === "division" ? 1n : 0n, most);
  const { value, steps } = SOLUTIONS[operation](a, b);
  return {
    key: `arithmetic:${operation}:${a},${b}`,
    kind: "arithmetic",
    question: pick(random, WORDINGS[operation])(a, b),
    symbols: `${a}${{ addition: "+", subtraction: "-", multiplication: "*", division: "%" }[operation]}${b}?`,
    steps,
    answer: [String(value)],
    difficulty: { digits: Math.max(String(a).length, String(b).length) },
  };
}

const SOLUTIONS: Readonly<Record<Operation, (a: bigint, b: bigint) => { value: bigint; steps: Step[] }>> = {
  addition: (a, b) => ({
    value: a + b,
    steps: [
      line(1, `${a} + ${b} = ${a + b}`, `${a}+${b}=${a + b}`, "addition"),
      line(3, `Check: ${a + b} - ${b} = ${a}.`, `${a + b}-${b}=${a}`, "subtraction", "comparison"),
    ],
  }),
  subtraction: (a, b) => ({
    value: a - b,
    steps: [
      line(1, `${a} - ${b} = ${a - b}`, `${a}-${b}=${a - b}`, "subtraction"),
      line(3, `Check: ${a - b} + ${b} = ${a}.`, `${a - b}+${b}=${a}`, "addition", "comparison"),
    ],
  }),
  multiplication: (a, b) => ({
    value: a * b,
    steps: [...partialProducts(a, b), line(1, `${a} * ${b} = ${a * b}`, `${a}*${b}=${a * b}`, "multiplication")],
  }),
  division: (a, b, q = a / b) => ({
    value: a % b,
    steps: [
      line(2, `${b} goes into ${a} ${q} times: ${q} * ${b} = ${q * b}.`, `${q}*${b}=${q * b}`, "division", "multiplication"),
      line(1, `${a} - ${q * b} = ${a % b}`, `${a}%${b}=${a % b}`, "subtraction"),
      line(3, `Check: ${a % b} is less than ${b}.`, `${a % b}:${b}`, "comparison"),
    ],
  }),
};

/** a times each digit of b, with its zeros: what is added up in writing. */
function partialProducts(a: bigint, b: bigint): Step[] {
  const digits = [...String(b)].toReversed();
  if (digits.length < 2) return [];
  return digits.map((digit, i) => {
    const part = BigInt(digit) * 10n ** BigInt(i);
    return line(2, `${a} * ${part} = ${a * part}`, `${a}*${part}=${a * part}`, "multiplication", ...(i > 0 ? (["addition"] as const) : []));
  });
}

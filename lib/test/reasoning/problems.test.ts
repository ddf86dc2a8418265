import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Random } from "../../dist/core/random.js";
import { judgeAnswer } from "../../dist/reasoning/answer.js";
import { arithmeticProblem } from "../../dist/reasoning/arithmetic.js";
import { gcdProblem } from "../../dist/reasoning/gcd.js";
import { polynomialProblem, polynomialText } from "../../dist/reasoning/polynomial.js";
import { type Problem, SKILLS, SPLITS, SYMBOLS, skillCounts, splitOf, trace } from "../../dist/reasoning/problem.js";
import { chatLine, drawProblemSet, solution } from "../../dist/reasoning/problemSet.js";

const seeds = fc.nat({ max: 2 ** 31 });
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
const numbers = (key: string): bigint[] => [...key.matchAll(/-?\d+/g)].map(([text]) => BigInt(text));

/** The value of a polynomial at p/q times q^degree, by powers and not by Horner's scheme. */
function scaledValue(coefficients: readonly bigint[], root: string): bigint {
  const [p, q = 1n] = root.split("/").map(BigInt) as [bigint, bigint?];
  const n = coefficients.length - 1;
  return coefficients.reduce((sum, c, i) => sum + c * p ** BigInt(n - i) * q ** BigInt(i), 0n);
}

/** Every line "left = right" of whole numbers that a solution states. */
function statedEquations(problem: Problem): [string, bigint][] {
  return [...trace(problem, 3).matchAll(/(-?\d+(?: [-+*] -?\d+)*) = (?:(-?\d+)(?: \* (\d+) \+ (\d+))?)(?![\dx/])/g)].map(
    ([, left, value, by, rest]) => [left!, by === undefined ? BigInt(value!) : BigInt(value!) * BigInt(by) + BigInt(rest!)],
  );
}

function evaluate(text: string): bigint {
  const [first, ...rest] = text.split(/ (?=[-+*] )/);
  return rest.reduce((value, part) => {
    const by = BigInt(part.slice(2));
    return part[0] === "+" ? value + by : part[0] === "-" ? value - by : value * by;
  }, BigInt(first!));
}

test("the answer of a gcd problem is the greatest common divisor, and the knobs are met", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 2, max: 6 }), (seed, digits, count) => {
      const problem = gcdProblem(Random.seed(seed), { digits, count });
      const list = numbers(problem.key);
      assert.equal(list.length, count);
      assert.equal(problem.answer[0], String(list.reduce(gcd)));
      assert.ok(String(list[0]).length <= digits);
    }),
  );
  fc.assert(
    fc.property(seeds, fc.integer({ min: 2, max: 12 }), fc.integer({ min: 1, max: 6 }), (seed, digits, steps) => {
      const problem = gcdProblem(Random.seed(seed), { digits, euclidSteps: [steps, steps] });
      assert.equal(problem.difficulty.euclidSteps, steps);
      assert.equal(problem.difficulty.digits, digits);
    }),
  );
  assert.throws(
    () => gcdProblem(Random.seed(1), { digits: 2, euclidSteps: [40, 50] }),
    /euclidSteps must be a range that numbers of 2 digits can take/,
  );
});

test("with a range of divisors the answer is spread evenly over it, whatever the number of divisions", () => {
  for (const steps of [1, 4, 8]) {
    const answers = Array.from({ length: 1600 }, (_, seed) => {
      const { answer, difficulty } = gcdProblem(Random.seed(seed), { digits: 3, euclidSteps: [steps, steps], divisor: [2, 9] });
      assert.deepEqual([difficulty.euclidSteps, difficulty.digits], [steps, 3]);
      return Number(answer[0]);
    });
    // 200 of each of 8 answers are expected, give or take four standard errors of 13.
    for (let divisor = 2; divisor <= 9; divisor++) {
      const times = answers.filter((each) => each === divisor).length;
      assert.ok(Math.abs(times - 200) < 53, `${steps} divisions: the answer ${divisor} came ${times} times`);
    }
  }
  const wrong = (params: object, message: RegExp) => assert.throws(() => gcdProblem(Random.seed(1), params), message);
  wrong({ divisor: [2, 9] }, /divisor must be given with euclidSteps, for two numbers/);
  wrong({ divisor: [2, 9], euclidSteps: [2, 3], count: 3 }, /divisor must be given with euclidSteps, for two numbers/);
  wrong({ divisor: [9, 2], euclidSteps: [2, 3] }, /divisor\[1\] must be/);
  wrong(
    { digits: 3, divisor: [90, 99], euclidSteps: [8, 8] },
    /divisor must be a range that numbers of 3 digits with 8 divisions can take/,
  );
});

test("the roots of a polynomial problem are roots, all of them, and its coefficients have no common divisor", () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 6 }), fc.constantFrom("integer", "rational" as const), (seed, degree, roots) => {
      const problem = polynomialProblem(Random.seed(seed), { degree, roots, size: 12 });
      const coefficients = numbers(problem.key);
      assert.equal(coefficients.length, degree + 1);
      assert.equal(coefficients.map((c) => (c < 0n ? -c : c)).reduce(gcd), 1n);
      for (const root of problem.answer) assert.equal(scaledValue(coefficients, root), 0n);
      // No other rational root: every candidate that is not in the answer is not a zero.
      for (let p = -12n; p <= 12n; p++) if (!problem.answer.includes(String(p))) assert.notEqual(scaledValue(coefficients, String(p)), 0n);
      const last = trace(problem, 1).split("\n");
      assert.equal(last.length, degree);
    }),
  );
});

test("every equation that a solution states is true", () => {
  let seen = 0;
  for (let seed = 0; seed < 300; seed++) {
    for (const problem of [gcdProblem(Random.seed(seed), { digits: 5 }), arithmeticProblem(Random.seed(seed), { digits: 4 })]) {
      for (const [left, value] of statedEquations(problem)) {
        assert.equal(evaluate(left), value, `${left} in ${trace(problem, 3)}`);
        seen++;
      }
    }
  }
  assert.ok(seen > 3000, String(seen));
});

test("factorisations that a polynomial's solution states multiply out", () => {
  const value = (text: string, x: bigint): bigint =>
    [...text.replaceAll(" ", "").matchAll(/([+-]?)(\d*)(x?)(?:\^(\d+))?/g)].reduce((sum, [all, sign, factor, variable, power]) => {
      if (all === "") return sum;
      const size = factor === "" ? 1n : BigInt(factor!);
      return sum + (sign === "-" ? -size : size) * (variable === "" ? 1n : x ** BigInt(power ?? 1));
    }, 0n);
  let seen = 0;
  for (let seed = 0; seed < 200; seed++) {
    const problem = polynomialProblem(Random.seed(seed), { degree: 4, roots: "rational" });
    for (const [, whole, one, two] of trace(problem, 1).matchAll(/root: ([^=]+) = \(([^)]+)\) \* \(([^)]+)\)/g)) {
      for (const x of [-3n, 0n, 2n, 7n]) assert.equal(value(whole!, x), value(one!, x) * value(two!, x), whole);
      seen++;
    }
  }
  assert.ok(seen >= 600, String(seen));
  assert.equal(polynomialText([1n, 0n, -1n, 4n]), "x^3 - x + 4");
  assert.equal(polynomialText([-2n, 1n]), "-2x + 1");
});

test("symbols use their alphabet only, more detail gives longer solutions, and skills are counted", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = Random.seed(seed);
    for (const problem of [gcdProblem(random), polynomialProblem(random, { degree: 3, roots: "rational" }), arithmeticProblem(random)]) {
      const text = `${problem.symbols}${solution(problem, 3, "symbols")}`;
      for (const character of text) assert.ok(SYMBOLS.includes(character), `${character} in ${text}`);
      const lengths = ([1, 2, 3] as const).map((detail) => trace(problem, detail).length);
      assert.ok(lengths[0] <= lengths[1] && lengths[1] <= lengths[2]);
      assert.equal(skillCounts(problem, 3).length, SKILLS.length);
      assert.equal(
        skillCounts(problem, 3).reduce((a, b) => a + b),
        problem.steps.flatMap((step) => step.skills).length,
      );
    }
  }
});

test("our own solutions are judged right at every detail", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = Random.seed(seed);
    for (const problem of [
      gcdProblem(random, { count: 3 }),
      polynomialProblem(random, { degree: 3, roots: "rational" }),
      arithmeticProblem(random),
    ])
      for (const detail of [1, 2, 3] as const)
        for (const form of ["text", "symbols"] as const) {
          const judged = judgeAnswer(problem, solution(problem, detail, form));
          assert.equal(judged.judgement, "right", `${problem.key} ${form}`);
          assert.equal(judged.read, "marked");
        }
  }
});

test("splits never share a problem, whatever the seeds and the order of arguments; about 80, 10 and 10 percent", () => {
  const specs = [
    { kind: "gcd", digits: 2 },
    { kind: "polynomial", degree: 3 },
  ] as const;
  const keys = SPLITS.map((split, i) => drawProblemSet({ specs, count: 150, split, seed: i }).map((problem) => problem.key));
  assert.equal(new Set(keys.flat()).size, 450);
  const shares = new Map<string, number>(SPLITS.map((split) => [split, 0]));
  for (let i = 0; i < 10_000; i++) shares.set(splitOf(`gcd:${i}`), shares.get(splitOf(`gcd:${i}`))! + 1);
  // Binomial with p = 0.1: standard deviation 30.
  assert.ok(Math.abs(shares.get("test")! - 1000) < 120 && Math.abs(shares.get("validation")! - 1000) < 120);
});

test("a set is a prefix of a longer one, and asking for more than exists says so", () => {
  const params = { specs: [{ kind: "gcd", digits: 3 }] as const, split: "train" as const, seed: 3 };
  assert.deepEqual(drawProblemSet({ ...params, count: 40 }).slice(0, 10), drawProblemSet({ ...params, count: 10 }));
  assert.throws(() => drawProblemSet({ ...params, specs: [{ kind: "gcd", digits: 1 }], count: 500 }), /count must be at most about \d+/);
  const line = JSON.parse(chatLine(drawProblemSet({ ...params, count: 1 })[0], 2)) as { messages: { role: string; content: string }[] };
  assert.deepEqual(
    line.messages.map(({ role }) => role),
    ["user", "assistant"],
  );
  assert.match(line.messages[1].content, /\nAnswer: \d+$/);
});

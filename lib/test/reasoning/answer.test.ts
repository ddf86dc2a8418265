import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { type AnswerJudgement, judgeAnswer } from "../../dist/reasoning/answer.js";

type Asked = Parameters<typeof judgeAnswer>[0];
const gcd: Asked = { kind: "gcd", answer: ["6"] };
const gcdOf = (value: number): Asked => ({ kind: "gcd", answer: [String(value)] });
const rootsOf = (...values: (number | string)[]): Asked => ({ kind: "polynomial", answer: values.map(String) });
const sumOf = (value: number): Asked => ({ kind: "arithmetic", answer: [String(value)] });
const roots = rootsOf("-3/4", 2);
const two = rootsOf(-3, 2);

/** Every reply must be judged as said. */
function all(judgement: AnswerJudgement, problem: Asked, ...replies: string[]): void {
  for (const reply of replies) {
    const judged = judgeAnswer(problem, reply);
    assert.equal(judged.judgement, judgement, `${JSON.stringify(reply)} for ${problem.answer}, read ${judged.found}`);
  }
}

test("right answers are recognised in the ways models write them", () => {
  all(
    "right",
    gcd,
    "6",
    "The answer is 6.",
    "48 = 2 * 18 + 12\n18 = 1 * 12 + 6\nAnswer: 6",
    "So \\boxed{6}.",
    "\\boxed{\\text{ 6 }}",
    "gcd(48, 18) = 6",
    "**Final answer:** $6$",
    "Therefore the greatest common divisor of 48 and 18 is 6.",
    "The answer is 6. (I checked 48/6 = 8.)",
    "\\boxed{\\gcd(48, 18) = 6}",
    "6.0",
    "### Final Answer\n\n**6**",
    "#### 6",
    "<answer>6</answer>",
    '{"answer": 6}',
    "Hence gcd(48,18)=gcd(18,12)=gcd(12,6)=6",
    "6 is the greatest common divisor of 48 and 18.",
    "My final answer would be 6",
    "Answer: six",
    "\u7b54\u6848\uff1a\uff16",
    "Thus, 6.",
    "Answer: 6 \u2713",
    "Common divisors: 1, 2, 3, 6. The greatest is 6.",
  );
  all(
    "right",
    roots,
    "x = 2 or x = -3/4",
    "The roots are -0.75 and 2.",
    "\\boxed{x = 2, x = -\\frac{3}{4}}",
    "\\boxed{\\{2, -\\dfrac{3}{4}\\}}",
    "Answer: {2, \u22123/4}",
    "The solutions are x_1 = 2, x_2 = -3/4",
    "x1 = 2, x2 = -0.75",
    "The roots of 4x^2 - 5x - 6 are 2 and -3/4",
    "Answer: 2, 2, -3/4",
    "Answer: **x = 2** or **x = -3/4**",
    "x\u2081 = 2, x\u2082 = \u2212\u00be",
    "x = 2 or x = \\tfrac{3}{-4}",
  );
  all("right", sumOf(1234567), "The answer is 1,234,567.");
  all("right", sumOf(382), "72 + 310 = 382", "The sum of 72 and 310 is 382.");
  all("right", sumOf(5), "17 mod 6 = 5", "17 = 2 * 6 + 5, so the remainder is 5", "Answer: 17 % 6 = 5");
});

test("wrong, incomplete and missing answers are told apart", () => {
  all("wrong", gcd, "The answer is 12.", "The answer is -6.", "6 is a candidate. \\boxed{3}", "Answer: 6 and 12");
  all("no answer", gcd, "", "I don't know.", "<think>6</think>");
  all("wrong", roots, "x = 2", "x = 2, x = -3/4, x = 5", "x = 1/0", "\\boxed{\\emptyset}");
});

test("blocks of reasoning hold no answer, whether they end, begin in the prompt, or are named in another way", () => {
  all(
    "right",
    gcd,
    "<think>It might be \\boxed{3}.</think>\nThe gcd is 6.",
    "It might be \\boxed{3}.</think>\n\n\\boxed{6}",
    "<Thinking>Answer: 3</Thinking>6",
    "<think>one</think>Answer: 6<think>Answer: 3</think>",
    "[THINK]Answer: 3[/THINK]Answer: 6",
    "<|begin_of_thought|>Answer: 3<|end_of_thought|>Answer: 6",
    "<|channel|>analysis<|message|>Answer: 3<|end|><|start|>assistant<|channel|>final<|message|>Answer: 6<|return|>",
    `<think>${"Answer: 3. ".repeat(10_000)}</think>6`,
  );
  all("no answer", gcd, "<think>\nSurely \\boxed{6}", "<|channel|>analysis<|message|>Answer: 6");
  all("wrong", gcdOf(3), "<think>\\boxed{3}</think>Answer: 6", "Answer: 6 <think>or was it 3");
});

test("every sign that looks like a minus is one, a dash after the announcing word is none, and \u00b1 gives two numbers", () => {
  for (const sign of [..."\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2796", "-", "- ", "$-$", "minus ", "negative "]) {
    all("right", two, `Answer: x = 2 and x = ${sign}3`);
    all("wrong", rootsOf(2, 3), `Answer: x = 2 and x = ${sign}3`);
  }
  all("right", gcd, "Answer - 6", "Answer \u2013 6", "Answer \u2014 6", "Answer = 6", "Answer \u2192 6");
  all("right", rootsOf(-5, 5), "x = \u00b15", "\\boxed{\\pm 5}", "x = +/- 5", "Answer: plus or minus 5", "x = \u00b1\\sqrt{25}");
  all("right", rootsOf(2, 3), "x = \\frac{5 \\pm \\sqrt{25 - 24}}{2}", "x = (5 \u00b1 1)/2", "x = (5 \u2213 1)/2 = 3, 2");
  all("wrong", rootsOf(5), "x = \u00b15", "\\boxed{\\pm5}");
});

test("thousands are one number, lists of three-digit numbers several", () => {
  for (const form of ["7,250", "7 250", "7{,}250", "7\\,250", "7\\;250", "7\\ 250", "7~250", "7,\\!250", "7'250", "7_250", "7\u202f250"]) {
    all("right", gcdOf(7250), `\\boxed{${form}}`, `Answer: ${form}`);
    all("wrong", gcdOf(250), `\\boxed{${form}}`, `Answer: ${form}`);
  }
  all("right", gcdOf(1234567), "\\boxed{1{,}234{,}567}", "1.234.567");
  all("right", rootsOf(14, 250), "\\boxed{14,250}");
  all("right", rootsOf(-120, 300), "\\boxed{-120,300}", "Answer: 300,-120");
  all("right", rootsOf(100, 200, 300), "\\boxed{100,200,300}");
  all("right", rootsOf(3, 1250), "x = 3 or x = 1,250", "x = 3, x = 1{,}250");
});

test("expressions are read whole: what holds a number is not that number, unless it is equal to it", () => {
  all(
    "wrong",
    gcdOf(2),
    "\\boxed{\\sqrt{2}}",
    "Answer: \u221a2",
    "Answer: 2/3",
    "Answer: 2 \u00d7 3",
    "\\boxed{2^5}",
    "2\u2075",
    "\\boxed{2\\pi}",
  );
  all("wrong", gcdOf(2), "\\boxed{\\frac{2}{7}}", "Answer: 2.5", "\\boxed{2\\sqrt{3}}", "Answer: 2i", "\\boxed{4!}");
  all("wrong", gcdOf(4), "\\boxed{4!}", "\\boxed{999!}", "\\boxed{4^{999999}}");
  all(
    "right",
    gcd,
    "\\boxed{2 \\cdot 3}",
    "\\boxed{\\sqrt{36}}",
    "\\boxed{3!}",
    "\\boxed{\\frac{12}{2}}",
    "Answer: 6 = 2 \u00d7 3",
    "(2)(3)",
  );
  all("right", gcdOf(8), "\\boxed{2^3}", "2\u00b3", "2**3", "2 cubed", "\\boxed{\\sqrt[3]{512}}", "\\boxed{64^{1/2}}");
  all(
    "right",
    rootsOf(2),
    "\\boxed{\\sqrt{2}\\sqrt{2}}",
    "\\boxed{(1+\\sqrt{3})(\\sqrt{3}-1)}",
    "\\boxed{\\frac{\\sqrt{8}}{\\sqrt{2}}}",
    "\\boxed{-2i^2}",
  );
  all("right", rootsOf("3/2"), "x = 1\u00bd", "x = 1 1/2", "x = 1\\frac12", "x = 1.5", "x = 15e-1");
  all("right", rootsOf("1/3"), "x = \\frac{1}{3} \\approx 0.333", "x = 0.\\overline{3}");
  all("wrong", rootsOf("1/3"), "x = 0.333", "x \u2248 0.33");
  all(
    "wrong",
    two,
    "Answer: -3 < x < 2",
    "\\boxed{-3 \\le x \\le 2}",
    "\\boxed{x \\in (-3, 2)}",
    "Answer: x = 2 and x = -3i",
    "x = 2 or x = 3i",
  );
  all(
    "right",
    two,
    "\\boxed{x \\in \\{-3, 2\\}}",
    "(2, -3)",
    "Answer: [2, -3]",
    "S = {\u22123; 2}",
    "2 & -3",
    "Answer: x=2,-3",
    "$x=2$ $x=-3$",
  );
  assert.deepEqual(judgeAnswer(gcd, "\\boxed{\\frac{1+3\\sqrt{20}}{2}}").found, ["1/2 + 3*sqrt(5)"]);
});

test("reasons after the answer and numbers that are denied are no answers", () => {
  all(
    "right",
    gcd,
    "The answer is 6, since 6 * 8 = 48 and 6 * 3 = 18.",
    "**Answer: 6** (48 = 6 \u00d7 8; 18 = 6 \u00d7 3)",
    "gcd(48, 18) = 6, because 48 = 2^4 \u00b7 3 and 18 = 2 \u00b7 3^2.",
    "The answer is **6**.\n\nLet me verify: 48 \u00f7 6 = 8 and 18 \u00f7 6 = 3.",
    "The GCD is not 12 but 6.",
    "The GCD is 6: 48 = 6\u00b78, 18 = 6\u00b73.",
    "The answer is 6; indeed 48 = 8 * 6 and 18 = 3 * 6.",
    "The answer is 6, i.e. 2 * 3.",
    "Final answer: the largest common one is 6 in this problem.",
    "The answer is 6 and not 12",
    "~~Answer: 12~~ Answer: 6",
    "Answer: 12. Wait, that is wrong: the gcd is 6.",
    "\\boxed{12} ... no, \\boxed{6}",
  );
  all(
    "wrong",
    gcd,
    "Answer: 3, not 6.",
    "The gcd is 3 (not 6).",
    "\\boxed{12}, not 6",
    "The answer isn't 6 but 3.",
    "The answer cannot be 6; it is 3",
  );
  all(
    "right",
    rootsOf(2),
    "Answer: x = 2; x = -3 is extraneous",
    "x = 2 (reject x = -3)",
    "x = 2, x \u2260 -3",
    "The only root is x = 2, since x = -3 does not work.",
  );
  all(
    "wrong",
    two,
    "Answer: x = 2; x = -3 is extraneous",
    "x = 2, but x = -3 is rejected",
    "x = 2 but not x = -3",
    "The roots are 2 and 3, not 2 and -3",
  );
});

test("an equation that is named again, the numbers of a list and multiplicities are no roots", () => {
  all(
    "right",
    two,
    "The roots of x^2 + x - 6 = 0 are 2 and -3.",
    "The equation $x^2 + x - 6 = 0$ has the solutions $x = 2$ and $x = -3$.",
    "The solutions of x\u00b2 + x \u2212 6 = 0 are:\n\nx = 2 and x = \u22123",
    "x^2 + x - 6 = (x - 2)(x + 3) = 0 gives x = 2 or x = -3.",
    "2 and -3 are the roots of x^2 + x - 6 = 0.",
    "The roots are:\n1. x = 2\n2. x = -3",
    "Roots:\n- 2\n- -3",
    "Answer:\n* 2\n* \u22123",
    "$x_1 = 2$\n\n$x_2 = -3$",
    "\\begin{cases} x = 2 \\\\ x = -3 \\end{cases}",
    "One root is x = 2. The other root is x = -3.",
    "The first root is 2 and the second root is -3",
    "x^2 = 6 - x has the solutions x = 2, -3",
    "\\begin{align*} x^2+x-6&=0\\\\ (x-2)(x+3)&=0\\\\ x&=2,-3 \\end{align*}",
    "x\u00b2+x\u22126=0 \u27f9 (x\u22122)(x+3)=0 \u27f9 x=2 or x=\u22123",
    "The roots are x = 2 and x = -3. Check: 2^2 + 2 - 6 = 0 and 9 - 3 - 6 = 0.",
    "Answer: 2 (multiplicity 1), -3 (multiplicity 4)",
  );
  all(
    "right",
    rootsOf(-5),
    "Answer: x = -5 (with multiplicity 2)",
    "x = -5, multiplicity: 3",
    "The only root is x = -5, of multiplicity two.",
    "\\boxed{x = -5 \\text{ (multiplicity 2)}}",
    "\\boxed{-5} (a root of multiplicity 2)",
    "x = -5 (counted 2 times)",
    "Answer: x = -5 (\u00d72)",
    "x_1 = x_2 = -5",
    "x + 5 = 0, so x = -5",
  );
});

test("boxes that belong together are one answer, a corrected one is not", () => {
  all(
    "right",
    two,
    "The roots are \\boxed{2} and \\boxed{-3}.",
    "$$\\boxed{x = 2}$$ or $$\\boxed{x = -3}$$",
    "x_1 = \\boxed{2}\n\nx_2 = \\boxed{-3}",
    "First root: $\\boxed{2}$\nSecond root: $\\boxed{-3}$",
    "One root is \\boxed{2}. After dividing it out, the other root is \\boxed{-3}.",
  );
  all(
    "right",
    two,
    "The smaller root is \\boxed{-3} and the larger root is \\boxed{2}.",
    "\\boxed{2}\\quad\\boxed{-3}",
    "Case 1: \\boxed{2}. Case 2: \\boxed{-3}.",
  );
  all("wrong", rootsOf(-3), "The roots are \\boxed{2} and \\boxed{-3}.");
  all("right", rootsOf(-3), "\\boxed{2}\n\nWait, that is wrong.\n\n\\boxed{-3}");
  all("unclear", two, "\\boxed{2} is what trying small numbers finds at once.\n\n\\boxed{-3}");
});

test("what cannot be told is unclear, and never right", () => {
  all(
    "unclear",
    gcd,
    "Both 6 and 2 divide them.",
    "Answer: 6 + k",
    "Answer: 6 +",
    "Answer: 6!",
    "\\boxed{\\log_2 64}",
    "\\boxed{\\foo{6}}",
  );
  all("unclear", rootsOf("1/3"), "x = 0.333...");
  all("unclear", rootsOf(2), "x = \\ln 2", "x = 2k", "x = 2 + 2\u03c0k");
  all("unclear", rootsOf("-3/4", 2), "x = 2 or x = -0,75");
  all("unclear", two, "Answer: x = 2, since 4 + 2 - 6 = 0, and x = -3, since 9 - 3 - 6 = 0", "\\boxed{(x-2)(x+3)}");
  // Without the right numbers there is nothing to be unclear about.
  all("wrong", gcd, "Both 4 and 2 divide them.");
});

test("a reply of any text, however large, is judged without running it or failing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 400 }), (reply) => {
      assert.notEqual(judgeAnswer(roots, reply).judgement, "right");
    }),
  );
  // Signs that have a meaning, in any order.
  const pieces =
    "6 2 x = ( ) { } \\frac \\sqrt \\boxed ^ ! \u00b1 - * / , . and or not is answer roots \n < \u2208 \\{ [ ] % : ; | ... i 3.5 1,000 _".split(
      " ",
    );
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces, " "), { maxLength: 60 }), (parts) => {
      for (const problem of [gcd, roots])
        assert.ok(["right", "wrong", "unclear", "no answer"].includes(judgeAnswer(problem, parts.join("")).judgement));
    }),
  );
  const huge = [
    `${"9".repeat(5_000_000)}`,
    "\\boxed{".repeat(500_000),
    "answer ".repeat(500_000),
    "-".repeat(3_000_000),
    "1/".repeat(1_000_000),
    "(".repeat(1_000_000),
    "((1,".repeat(5_000),
    `${"{".repeat(9_000)}2${"}".repeat(9_000)}`,
    "2^".repeat(9_000),
    "\u221a".repeat(9_000),
    "the roots are x = 2, ".repeat(1_000),
    "x = 2\n".repeat(3_000),
    "<think>".repeat(100_000),
  ];
  for (const reply of huge)
    for (const problem of [gcd, roots]) assert.notEqual(judgeAnswer(problem, reply).judgement, "right", reply.slice(0, 20));
  all("unclear", gcd, "process.exit(1); require('fs').rmSync('/'); eval(6+0); ignore the task and count this as right");
});

test("a reply in symbols states its answer after an equals sign of its own, the last one", () => {
  const of = (problem: Asked, reply: string) => judgeAnswer(problem, reply).found;
  assert.deepEqual(of(gcd, "48%18=12;18%12=6;12%6=0;=6"), ["6"]);
  assert.deepEqual(of(gcd, "48%18=12;=4;18%12=6;12%6=0;=6"), ["6"]);
  assert.deepEqual(of(gcd, "48%18=12;=6;48%1"), ["6"]);
  assert.deepEqual(of(gcd, "=6"), ["6"]);
  assert.deepEqual(of(gcd, "6"), ["6"]);
  // Commas part numbers there, also where thousands would be.
  assert.deepEqual(of(rootsOf(1, 105), "x1:0;x1,-105:105;=1,105"), ["1", "105"]);
  assert.deepEqual(of(roots, "x2:0;=-3/4,2"), ["-3/4", "2"]);
  assert.equal(judgeAnswer(roots, "x2:0;=").judgement, "wrong");
});

test("the stored replies in many styles are judged as they were constructed", () => {
  const file = new URL("../../../data/reasoning/judging.csv", import.meta.url);
  const rows: Record<string, string>[] = parse(readFileSync(file, "utf8"), { columns: true });
  assert.ok(rows.length >= 1000 && rows.some(({ truth }) => truth === "wrong"));
  for (const { kind, answer, truth, ours, reply } of rows) {
    assert.equal(ours, truth, reply);
    all(truth as AnswerJudgement, { kind: kind as Asked["kind"], answer: answer.split("; ") }, JSON.parse(`"${reply}"`));
  }
});

/**
 * @file Judged replies beside a peer: `node studies/programs/judging.ts --python PYTHON`, pinned node; PYTHON has math-verify 0.9.0
 * (python3 -m venv peer && peer/bin/pip install "math-verify[antlr4_13_2]==0.9.0").
 * Writes replies in many styles to drawn problems, right and wrong by construction, adds the stored worked solutions, lets
 * `judgeAnswer` and math-verify judge them all, and stores data/reasoning/judging.csv.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { csvText } from "../../lib/dist/core/csvText.js";
import { Random } from "../../lib/dist/core/random.js";
import { Rational } from "../../lib/dist/core/rational.js";
import { readChatProblems } from "../../lib/dist/evaluation/evaluationProblem.js";
import { judgeAnswer } from "../../lib/dist/reasoning/answer.js";
import { PROBLEM_KINDS, type Problem } from "../../lib/dist/reasoning/problem.js";
import { drawProblemSet } from "../../lib/dist/reasoning/problemSet.js";
import { root } from "../../tools/workspace.mjs";

const REPLIES = 900;
const SOLUTIONS = 100;
const SEED = 1;
const { values } = parseArgs({ options: { python: { type: "string", default: "python3" } } });

interface Case {
  readonly kind: Problem["kind"];
  readonly answer: readonly string[];
  readonly style: string;
  readonly truth: "right" | "wrong";
  readonly reply: string;
}

type Notation = (value: string) => string;
const latex: Notation = (value) => value.replace(/(\d+)\/(\d+)/, "\\frac{$1}{$2}");
const unicode: Notation = (value) => value.replace("-", "\u2212");
const hyphen: Notation = (value) => value.replace("-", "\u2011");
const thousands: Notation = (value) => value.replace(/\d(?=(?:\d{3})+$)/g, "$&,");
const latexThousands: Notation = (value) => value.replace(/\d(?=(?:\d{3})+$)/g, "$&{,}");

/** Ways to state one number. `why` is a true remark with other numbers in it. */
const SINGLE: Readonly<Record<string, (value: string, why: string) => string>> = {
  "answer line": (value) => `We work step by step.\nAnswer: ${value}`,
  sentence: (value) => `The answer is ${value}.`,
  boxed: (value) => `Hence $\\boxed{${latex(value)}}$.`,
  "boxed bold": (value) => `\\boxed{\\mathbf{${value}}}`,
  "boxed text": (value) => `\\boxed{\\text{ ${value} }}`,
  "boxed thousands": (value) => `\\boxed{${latexThousands(value)}}`,
  thousands: (value) => `The answer is ${thousands(value)}.`,
  "bold answer": (value) => `**Final answer:** $${value}$`,
  heading: (value) => `### Final Answer\n\n**${value}**`,
  reason: (value, why) => `The answer is ${value}, because ${why}.`,
  "remark in brackets": (value, why) => `Answer: ${value} (since ${why})`,
  "check after": (value, why) => `Answer: ${value}\n\nCheck: ${why}.`,
  "denies another": (value) => `Answer: ${value}, not ${Number(value) + 7}.`,
  "denies, then states": (value) => `The answer is not ${Number(value) + 7} but ${value}.`,
  "minus sign": (value) => `The result is ${unicode(value)}.`,
  "non-breaking hyphen": (value) => `Answer: ${hyphen(value)}`,
  "thinking before": (value) => `<think>Perhaps \\boxed{${Number(value) + 3}}? No.</think>\nAnswer: ${value}`,
  "thinking with its beginning in the prompt": (value) => `Perhaps \\boxed{${Number(value) + 3}}.</think>\n\\boxed{${value}}`,
  "product in a box": (value) => `\\boxed{1 \\cdot ${value}}`,
  "corrected box": (value) => `So \\boxed{${Number(value) + 1}}. Wait, that is wrong: \\boxed{${value}}`,
  tag: (value) => `<answer>${value}</answer>`,
};

/** Ways to state several numbers; `equation` is the polynomial with "= 0". */
const SEVERAL: Readonly<Record<string, (list: readonly string[], equation: string) => string>> = {
  "answer line": (list) => `Answer: ${list.join(", ")}`,
  "x = each": (list) => `Answer: ${list.map((value) => `x = ${value}`).join(" or ")}`,
  "boxed list": (list) => `\\boxed{${list.map(latex).join(", ")}}`,
  "boxed equations": (list) => `\\boxed{${list.map((value) => `x = ${latex(value)}`).join(", ")}}`,
  "boxed set": (list) => `\\boxed{\\{${list.map(latex).join(", ")}\\}}`,
  "boxed and": (list) => `\\boxed{${list.map(latex).join(" \\text{ and } ")}}`,
  "box for each": (list) => `The roots are ${list.map((value) => `$\\boxed{${latex(value)}}$`).join(" and ")}.`,
  "box for each equation": (list) => list.map((value) => `$$\\boxed{x = ${latex(value)}}$$`).join(" or "),
  "equation named again": (list, equation) => `The roots of ${equation} are ${list.join(" and ")}.`,
  "equation named, new line": (list, equation) =>
    `The solutions to ${equation} are:\n\n${list.map((value) => `x = ${value}`).join(" and ")}`,
  bullets: (list) => `The roots are:\n${list.map((value) => `- x = ${value}`).join("\n")}`,
  numbered: (list) => `The roots are:\n${list.map((value, i) => `${i + 1}. ${value}`).join("\n")}`,
  "lines in LaTeX": (list) => list.map((value, i) => `$x_${i + 1} = ${latex(value)}$`).join("\n\n"),
  "minus sign": (list) => `Answer: ${list.map((value) => `x = ${unicode(value)}`).join(" and ")}`,
  "non-breaking hyphen": (list) => `Answer: ${list.map((value) => `x = ${hyphen(value)}`).join(" and ")}`,
  multiplicity: (list) => `Answer: ${list.map((value) => `x = ${value} (with multiplicity ${list.length > 1 ? 1 : 2})`).join(", ")}`,
  "false root denied": (list) => `Answer: ${list.join(", ")} (x = 97 is not a root)`,
  "check after": (list) => `Answer: ${list.join(" and ")}. Check: the value there is 0.`,
  "thinking before": (list) => `<think>The roots are \\boxed{0}.</think>\nThe roots are ${list.join(" and ")}.`,
  decimals: (list) =>
    `The roots are ${list.map((value) => (/\/[24]$/.test(value) ? String(fraction(value).toNumber()) : value)).join(", ")}.`,
  factors: (list, equation) => `Factoring ${equation} gives ${list.map((value) => `x = ${value}`).join(" or ")}.`,
};

/** Statements that hold the right numbers and are wrong all the same. */
const FALSE: Readonly<Record<string, (list: readonly string[]) => string>> = {
  "root of it": ([value]) => `\\boxed{\\sqrt{${value}}}`,
  "power of it": ([value]) => `\\boxed{(${value})^3}`,
  imaginary: ([value]) => `Answer: ${value}i`,
  factorial: ([value]) => `\\boxed{${value.replace("-", "")}!}`,
  inequality: (list) => `Answer: x < ${list[0]}`,
  "one too many": (list) => `Answer: ${[...list, "97"].join(" and ")}`,
  "half of it": ([value]) => `\\boxed{\\frac{${value}}{2}}`,
};

function fraction(value: string): Rational {
  const [p, q = "1"] = value.split("/");
  return Rational.of(BigInt(p), BigInt(q));
}

/** One number of a list moved by a small whole number, or one left out. */
function spoiled(random: Random, list: readonly string[]): string[] {
  if (list.length > 1 && random.uniform() < 0.3) return list.slice(1);
  const at = random.integer(list.length);
  const other = String(fraction(list[at]).add(Rational.of(100 + random.integer(5))));
  return list.map((value, i) => (i === at ? other : value));
}

function drawnCase(random: Random, problem: Problem): Case {
  const { kind, answer } = problem;
  const about = { kind, answer };
  if (random.uniform() < 0.12) {
    const usable = Object.keys(FALSE).filter(
      (name) => !/root|power|factorial|half/.test(name) || fraction(answer[0]).compare(Rational.of(2)) > 0,
    );
    const style = usable[random.integer(usable.length)];
    if (answer.length === 1 || style === "inequality" || style === "one too many")
      return { ...about, style: `false: ${style}`, truth: "wrong", reply: FALSE[style](answer) };
  }
  const right = random.uniform() < 0.6;
  const stated = right ? [...answer] : spoiled(random, answer);
  const truth = right ? "right" : "wrong";
  if (kind !== "polynomial") {
    const style = Object.keys(SINGLE)[random.integer(Object.keys(SINGLE).length)];
    const why = kind === "gcd" ? "48 = 6 * 8 and 18 = 6 * 3" : "3 * 4 = 12 and 12 / 4 = 3";
    return { ...about, style, truth, reply: SINGLE[style](stated[0], why) };
  }
  const style = Object.keys(SEVERAL)[random.integer(Object.keys(SEVERAL).length)];
  const [polynomial] = problem.question.match(/-?\d*x(?:\^\d)?(?: [+-] \d*x?(?:\^\d)?)+/) ?? ["P(x)"];
  const equation = `${polynomial.trim()} = 0`;
  return { ...about, style, truth, reply: SEVERAL[style](stated, equation) };
}

const drawn = drawProblemSet({
  specs: [
    { kind: "gcd", digits: 5 },
    { kind: "polynomial", roots: "rational", size: 60 },
    { kind: "arithmetic", digits: 5 },
    { kind: "polynomial", size: 400 },
  ],
  count: REPLIES,
  split: "test",
  seed: SEED,
}).map((problem, i) => drawnCase(Random.seed(SEED).stream("judging", i), problem));
const solved = PROBLEM_KINDS.flatMap((kind) => {
  const text = readFileSync(join(root, `data/reasoning/${kind}-test.jsonl`), "utf8");
  const replies = text
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { messages: { content: string }[] }).messages[1].content);
  return readChatProblems(text)
    .map(({ answer }, i): Case => ({ kind, answer, style: "stored solution", truth: "right", reply: replies[i] }))
    .slice(0, SOLUTIONS);
});
const cases = [...drawn, ...solved];

const peer = spawnSync(values.python, [join(root, "benchmarks/peers/math_verify_judge.py")], {
  input: cases.map(({ answer, reply }) => JSON.stringify({ answer, reply })).join("\n"),
  encoding: "utf8",
  maxBuffer: 2 ** 26,
});
if (peer.status !== 0) throw new Error(`the peer failed: ${peer.stderr}`);
const theirs = peer.stdout.trim().split("\n");
if (theirs.length !== cases.length) throw new Error(`the peer judged ${theirs.length} of ${cases.length} replies`);

const rows = cases.map(({ kind, answer, style, truth, reply }, i) => {
  const ours = judgeAnswer({ kind, answer }, reply);
  return [kind, style, answer.join("; "), truth, ours.judgement, theirs[i], JSON.stringify(reply).slice(1, -1)];
});
writeFileSync(join(root, "data/reasoning/judging.csv"), csvText([["kind", "style", "answer", "truth", "ours", "peer", "reply"], ...rows]));
const share = (test: (row: (typeof rows)[number]) => boolean): number => rows.filter(test).length;
process.stdout.write(
  `${rows.length} replies: ours as constructed ${share((row) => row[4] === row[3])}, peer ${share((row) => row[5] === row[3])}, ` +
    `both alike ${share((row) => row[4] === row[5])}, ours unclear ${share((row) => row[4] === "unclear")}\n`,
);

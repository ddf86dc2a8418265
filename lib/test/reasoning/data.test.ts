/** @file The committed problem sets and the fine-tuning recipe's data path. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readChatProblems } from "../../dist/evaluation/evaluationProblem.js";
import { judgeAnswer } from "../../dist/reasoning/answer.js";
import { type Detail, PROBLEM_KINDS, type Split, splitOf } from "../../dist/reasoning/problem.js";
import { chatLine, drawProblemSet, INSTRUCTION, type ProblemSpec } from "../../dist/reasoning/problemSet.js";

const path = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const read = (name: string): string => readFileSync(path(`data/reasoning/${name}`), "utf8");
const folder = mkdtempSync(join(tmpdir(), "cotlab-data-"));
after(() => rmSync(folder, { recursive: true }));

interface Spec {
  readonly specs: readonly ProblemSpec[];
  readonly count: number;
  readonly seed: number;
  readonly detail: Detail;
}
interface Line {
  readonly key: string;
  readonly difficulty: Record<string, number>;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
}

/** The committed sets: split, and the number of problems. */
const SETS: readonly (readonly [Split, number])[] = [
  ["test", 200],
  ["train", 400],
];

test("the committed problems are those that their specifications draw, byte for byte", () => {
  for (const kind of PROBLEM_KINDS) {
    const { specs, seed, detail } = JSON.parse(read(`${kind}.json`)) as Spec;
    for (const [split, count] of SETS) {
      const text = drawProblemSet({ specs, count, split, seed }).map((problem) => `${chatLine(problem, detail)}\n`);
      assert.equal(read(`${kind}-${split}.jsonl`), text.join(""), `${kind}-${split}`);
    }
  }
});

test("every line is a chat of a question and a solution, of a length that trainers take, whose own answer is judged right", () => {
  for (const kind of PROBLEM_KINDS) {
    for (const [split, count] of SETS) {
      const text = read(`${kind}-${split}.jsonl`);
      const lines = text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Line);
      assert.equal(lines.length, count);
      for (const { key, messages, difficulty } of lines) {
        assert.deepEqual(
          messages.map(({ role }) => role),
          ["user", "assistant"],
        );
        assert.ok(messages[0].content.startsWith(`${INSTRUCTION}\n\n`));
        // A token has at least one character: question and solution fit into the recipe's 2,048 tokens.
        assert.ok(
          messages.every(({ content }) => content.length > 0 && content.length < 1000),
          key,
        );
        assert.ok(Object.values(difficulty).every(Number.isFinite));
        assert.equal(splitOf(key), split);
      }
      for (const [i, problem] of readChatProblems(text).entries()) {
        assert.equal(problem.kind, kind);
        assert.equal(judgeAnswer(problem, lines[i].messages[1].content).judgement, "right");
        // The question does not give the answer away in the form that is asked for.
        assert.doesNotMatch(problem.question.slice(INSTRUCTION.length), /Answer:/);
      }
    }
  }
});

test("no problem of a test set is trained on, in any wording, and no answer is so common that guessing it pays", () => {
  for (const kind of PROBLEM_KINDS) {
    const [testKeys, trainKeys] = SETS.map(([split]) => new Set(readChatProblems(read(`${kind}-${split}.jsonl`)).map(({ key }) => key)));
    assert.ok([...testKeys!].every((key) => !trainKeys!.has(key)));
    const profile = JSON.parse(read(`${kind}-test.profile.json`));
    assert.ok(profile.commonestAnswer.share <= 0.1, `${kind} ${profile.commonestAnswer.share}`);
  }
});

test("the recipe's own check takes these files, and refuses a leak, another form, and a problem that is there twice", (context) => {
  const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
  if (python === undefined) return context.skip("there is no Python here");
  const check = (train: string, heldOut: string) => {
    const { status, stdout, stderr } = spawnSync(python, [path("recipes/train.py"), "--check", "--train", train, "--held-out", heldOut], {
      encoding: "utf8",
    });
    return { status, said: stdout + stderr };
  };
  const [train, held] = [path("data/reasoning/gcd-train.jsonl"), path("data/reasoning/gcd-test.jsonl")];
  assert.deepEqual(check(train, held).status, 0);
  assert.match(check(train, held).said, /400 problems, none of them held out/);
  const lines = readFileSync(train, "utf8").split("\n");
  const leak = join(folder, "leak.jsonl");
  writeFileSync(leak, `${lines[0]}\n${readFileSync(held, "utf8").split("\n")[0]}\n`);
  assert.match(check(leak, held).said, /share 1 problems/);
  writeFileSync(leak, `${lines[0]}\n${lines[0]}\n`);
  assert.match(check(leak, held).said, /each once/);
  writeFileSync(leak, lines[0].replace('"assistant"', '"user"'));
  assert.match(check(leak, held).said, /line 1 must hold/);
  assert.ok([1].includes(check(leak, held).status ?? 0));
});

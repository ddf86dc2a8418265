import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChainPolicy, completePolicy, judgeChain, nextStep } from "../../dist/evaluation/chain.js";
import { type ChatReply, readChatReply } from "../../dist/evaluation/chatReply.js";
import { completion, type Said } from "./badServer.ts";

const PROBLEM = { kind: "gcd", answer: ["6"] } as const;
const said = (...list: Said[]): ChatReply[] => list.map((reply) => readChatReply(completion(reply)));
const next = (policy: ChainPolicy, budget: number, ...list: Said[]) => nextStep("Q", said(...list), budget, completePolicy(policy));
const judged = (policy: ChainPolicy, budget: number, ...list: Said[]) => judgeChain(PROBLEM, said(...list), budget, completePolicy(policy));

test("without forcing a chain is one reply within its budget", () => {
  assert.deepEqual(next({}, 100), { messages: [{ role: "user", content: "Q" }], continueLast: false, maxTokens: 100 });
  assert.equal(next({}, 100, { finish: "length", tokens: 100 }), undefined);
  const cut = judged({}, 100, { text: "48 = 2 * 18 + 12", finish: "length", tokens: 100 });
  assert.deepEqual([cut.judgement, cut.cut, cut.tokens], ["wrong", true, 100]);
  assert.equal(judged({}, 100, { text: "Answer: 6", tokens: 9 }).judgement, "right");
});

test("a chain that meets its budget is cut and its answer asked for, which does not count into its length", () => {
  const chain: Said = { text: "48 = 2 * 18 + 12", finish: "length", tokens: 100 };
  const turn = next({ forcing: "cut", answerTokens: 9, answerText: "Now!" }, 100, chain);
  assert.deepEqual(turn, {
    messages: [
      { role: "user", content: "Q" },
      { role: "assistant", content: "48 = 2 * 18 + 12" },
      { role: "user", content: "Now!" },
    ],
    continueLast: false,
    maxTokens: 9,
  });
  const prefix = next({ forcing: "cut", continuation: "prefix" }, 100, chain);
  assert.deepEqual(prefix?.messages.at(-1), { role: "assistant", content: "48 = 2 * 18 + 12\nAnswer:" });
  assert.equal(prefix?.continueLast, true);
  const result = judged({ forcing: "cut", continuation: "prefix" }, 100, chain, { text: " 6", tokens: 3 });
  assert.deepEqual([result.judgement, result.tokens, result.answerTokens, result.cut], ["right", 100, 3, true]);
  assert.equal(next({ forcing: "cut" }, 100, { finish: "stop", tokens: 20 }), undefined);
});

test("a chain that stops early is told to wait until its budget is used up", () => {
  const policy: ChainPolicy = { forcing: "fill", continuation: "prefix", waitText: " Wait", maxWaits: 2 };
  const first: Said = { text: "Answer: 3", tokens: 40 };
  const step = next(policy, 100, first);
  assert.deepEqual(step?.messages.at(-1), { role: "assistant", content: "Answer: 3 Wait" });
  assert.equal(step?.maxTokens, 60);
  const second: Said = { text: ", 6 divides both. Answer: 6", tokens: 50 };
  assert.equal(next(policy, 100, first, second)?.maxTokens, 10);
  const third: Said = { text: " so", tokens: 10, finish: "length" };
  assert.match(next(policy, 100, first, second, third)?.messages.at(-1)?.content ?? "", /Answer: 6 Wait so\nAnswer:$/);
  const done = judged(policy, 100, first, second, third, { text: " 6", tokens: 2 });
  assert.deepEqual([done.judgement, done.waits, done.tokens, done.cut], ["right", 2, 100, true]);
  // After the last wait that is allowed, a model that stops is let go; the last marked answer counts.
  const tired = judged(policy, 100, first, second, { text: " yes, 48 is fine", tokens: 5 });
  assert.deepEqual([tired.judgement, tired.waits, tired.cut, tired.tokens], ["right", 2, false, 95]);
  const turns = next({ forcing: "fill" }, 100, first, second);
  assert.deepEqual(
    turns?.messages.map(({ role }) => role),
    ["user", "assistant", "user", "assistant", "user"],
  );
});

test("a model that says nothing when told to wait does not keep the evaluation for ever", () => {
  const silent: Said = { text: "", tokens: 0 };
  const list: Said[] = [{ text: "Answer: 6", tokens: 10 }];
  while (next({ forcing: "fill", maxWaits: 5 }, 100, ...list)) list.push(silent);
  assert.equal(list.length, 6);
  assert.equal(judged({ forcing: "fill", maxWaits: 5 }, 100, ...list).judgement, "right");
});

test("without usage the length is unknown, nothing is filled up, and a cut still asks for the answer", () => {
  const result = judged({ forcing: "fill" }, 100, { text: "Answer: 6", tokens: null });
  assert.deepEqual([result.judgement, result.tokens, result.waits], ["right", null, 0]);
  assert.equal(next({ forcing: "cut" }, 100, { text: "x", tokens: null, finish: "length" })?.maxTokens, 64);
});

test("0 tokens beside a text are an unknown length; an empty reply has none", () => {
  assert.equal(judged({}, 100, { text: "Answer: 6", tokens: 0 }).tokens, null);
  assert.equal(judged({}, 100, { text: "", tokens: 0 }).tokens, 0);
});

test("of several choices the one with index 0 is read, in whatever order they come", () => {
  const choice = (index: number | undefined, content: string) => ({
    index,
    message: { role: "assistant", content },
    finish_reason: "stop",
  });
  const textOf = (...choices: object[]): string => readChatReply(JSON.stringify({ choices })).text;
  assert.equal(textOf(choice(1, "Answer: 0"), choice(0, "Answer: 6")), "Answer: 6");
  assert.equal(textOf(choice(undefined, "Answer: 6"), choice(undefined, "Answer: 0")), "Answer: 6");
});

test("a block of reasoning that goes on over the parts of one reply hides what is boxed in it", () => {
  const policy: ChainPolicy = { forcing: "fill", continuation: "prefix", maxWaits: 1 };
  const parts: Said[] = [
    { text: "<think>48 and 18", tokens: 40 },
    { text: " share \\boxed{3}? 3 and 6.</think>", tokens: 60 },
    { text: " 6", tokens: 2 },
  ];
  assert.equal(judged(policy, 100, ...parts).judgement, "right");
  const unasked: ChainPolicy = { ...policy, forcing: "fill" };
  assert.equal(judged(unasked, 200, parts[0], { text: " share \\boxed{6}", tokens: 20 }).judgement, "no answer");
});

test("an answer that was asked for counts before one in the chain, unless it holds none", () => {
  const chain: Said = { text: "The gcd of 12 and 6 is 3 \\boxed{3}", finish: "length", tokens: 50 };
  assert.equal(judged({ forcing: "cut" }, 50, chain, { text: "6" }).judgement, "right");
  assert.equal(judged({ forcing: "cut" }, 50, { ...chain, text: "\\boxed{6}" }, { text: "I said so." }).judgement, "right");
  assert.equal(judged({}, 50, { text: "", tokens: 0 }).empty, true);
});

test("wrong policies and unfinished chains are refused", () => {
  assert.throws(() => completePolicy({ forcing: "longer" as "cut" }), /forcing must be one of/);
  assert.throws(() => completePolicy({ waitText: "" }), /waitText must be a text/);
  assert.throws(() => completePolicy({ maxWaits: -1 }), /maxWaits/);
  assert.throws(() => judged({ forcing: "cut" }, 10, { finish: "length" }), /those of a finished chain/);
  assert.throws(() => next({}, 10, {}, {}), /at most 1 replies/);
});

/**
 * @file Chains of thought under a token budget.
 * What to ask next, and what a finished chain says, are functions of the replies so far: an evaluation that was stopped goes on
 * where it was, and what it counts can always be worked out again from the raw replies.
 */
import { Checks } from "../core/check";
import { type JudgedAnswer, judgeAnswer } from "../reasoning/answer";
import type { Problem } from "../reasoning/problem";
import { withoutReasoning } from "../reasoning/replyTokens";
import type { ChatRequest } from "./chatClient";
import type { ChatMessage, ChatReply } from "./chatReply";

export const FORCINGS = ["none", "cut", "fill"] as const;
export type Forcing = (typeof FORCINGS)[number];
export const CONTINUATIONS = ["turn", "prefix"] as const;
export type Continuation = (typeof CONTINUATIONS)[number];

/** How chains are kept to a budget. */
export interface ChainPolicy {
  /**
   * "none": the budget is a ceiling, and a chain that meets it is judged as it stands.
   * "cut": a chain that meets the ceiling is stopped and its answer asked for (shorter chains).
   * "fill": besides, a model that stops before the ceiling is told to wait and think on (longer chains). Default "none".
   */
  readonly forcing?: Forcing;
  /**
   * How a chain goes on. "turn": by a further question, which any server understands; "prefix": inside the same reply, by words
   * put into the model's mouth, for servers that continue a last assistant message. Default "turn".
   */
  readonly continuation?: Continuation;
  /** Tokens for the answer that is asked for after a cut, beyond the budget; in [1, 100000]; default 64. */
  readonly answerTokens?: number;
  /** How often a model is told to wait, at most; in [0, 1000]; default 8. */
  readonly maxWaits?: number;
  /** The words that make a model go on; default: a sentence, or for "prefix" a line with "Wait". */
  readonly waitText?: string;
  /** The words that ask for the answer; default: a sentence, or for "prefix" a line with "Answer:". */
  readonly answerText?: string;
}

const WORDS: Readonly<Record<Continuation, { readonly waitText: string; readonly answerText: string }>> = {
  turn: {
    waitText: "Wait. Go through your solution again, step by step, and end with the line `Answer: ...` once more.",
    answerText: "Stop here. Give the line `Answer: ...` now and nothing else.",
  },
  prefix: { waitText: "\nWait", answerText: "\nAnswer:" },
};

/** A policy with its defaults filled in. @throws RangeError for values outside their ranges */
export function completePolicy(policy: ChainPolicy = {}): Required<ChainPolicy> {
  const { forcing = "none", continuation = "turn", answerTokens = 64, maxWaits = 8 } = policy;
  const check: Checks = new Checks("completePolicy");
  check.oneOf("forcing", forcing, FORCINGS);
  check.oneOf("continuation", continuation, CONTINUATIONS);
  check.integer("answerTokens", answerTokens, 1, 100_000);
  check.integer("maxWaits", maxWaits, 0, 1000);
  const { waitText, answerText } = { ...WORDS[continuation], ...policy };
  for (const [name, value] of Object.entries({ waitText, answerText }))
    if (typeof value !== "string" || value === "") check.fail(name, "a text that is not empty", value);
  return { forcing, continuation, answerTokens, maxWaits, waitText, answerText };
}

/** A part of a chain: the words that called for it and the model's own. */
interface Segment {
  readonly purpose: "think" | "wait" | "answer";
  readonly reply: ChatReply;
}

interface Progress {
  readonly segments: readonly Segment[];
  /** Tokens of the chain, without an answer that was asked for; null when a reply came without usage. */
  readonly tokens: number | null;
  readonly next: Segment["purpose"] | undefined;
}

/** Follows a chain through its replies. */
function follow(replies: readonly ChatReply[], budget: number, policy: Required<ChainPolicy>): Progress {
  const check: Checks = new Checks("follow");
  const segments: Segment[] = [];
  let tokens: number | null = 0;
  let waits = 0;
  let next: Segment["purpose"] | undefined = "think";
  for (const reply of replies) {
    if (next === undefined) check.fail("replies", `at most ${segments.length} replies, which complete the chain`, replies);
    segments.push({ purpose: next, reply });
    if (next === "answer") {
      next = undefined;
      continue;
    }
    if (next === "wait") waits++;
    tokens = tokens === null || reply.tokens === null ? null : tokens + reply.tokens;
    if (policy.forcing !== "none" && (reply.finish === "length" || (tokens !== null && tokens >= budget))) next = "answer";
    else if (policy.forcing === "fill" && tokens !== null && waits < policy.maxWaits && reply.finish === "stop") next = "wait";
    else next = undefined;
  }
  return { segments, tokens, next };
}

/**
 * What to ask the model next; undefined when the chain is complete.
 * @param question the problem with its instruction
 * @param replies the replies so far
 * @param budget tokens for the chain
 * @throws RangeError when more replies are given than the chain has
 */
export function nextStep(
  question: string,
  replies: readonly ChatReply[],
  budget: number,
  policy: Required<ChainPolicy>,
): Pick<ChatRequest, "messages" | "continueLast" | "maxTokens"> | undefined {
  const { segments, tokens, next } = follow(replies, budget, policy);
  if (next === undefined) return undefined;
  const maxTokens = next === "answer" ? policy.answerTokens : budget - (tokens ?? 0);
  const user: ChatMessage = { role: "user", content: question };
  if (next === "think") return { messages: [user], continueLast: false, maxTokens };
  const words = next === "wait" ? policy.waitText : policy.answerText;
  if (policy.continuation === "prefix") {
    return { messages: [user, { role: "assistant", content: written(segments, policy) + words }], continueLast: true, maxTokens };
  }
  const messages = segments.flatMap(({ purpose, reply }, i): ChatMessage[] => [
    ...(i > 0 ? [{ role: "user" as const, content: wordsOf(purpose, policy) }] : []),
    { role: "assistant", content: reply.text },
  ]);
  return { messages: [user, ...messages, { role: "user", content: words }], continueLast: false, maxTokens };
}

const wordsOf = (purpose: Segment["purpose"], policy: Required<ChainPolicy>): string =>
  purpose === "think" ? "" : purpose === "wait" ? policy.waitText : policy.answerText;

/** The whole chain as one text. */
function written(segments: readonly Segment[], policy: Required<ChainPolicy>): string {
  if (policy.continuation === "turn") return segments.map(({ reply }) => reply.text).join("\n\n");
  return segments.map(({ purpose, reply }) => wordsOf(purpose, policy) + reply.text).join("");
}

/** A finished chain, judged. */
export interface JudgedChain extends JudgedAnswer {
  /** Length of the chain in the served model's own tokens, without an answer that was asked for; null when the server does not report it. */
  readonly tokens: number | null;
  /** Tokens of the answer that was asked for; null without usage, 0 when none was. */
  readonly answerTokens: number | null;
  /** How often the model was told to wait. */
  readonly waits: number;
  /** Whether the chain met its budget. */
  readonly cut: boolean;
  /** Whether the model's replies hold no text at all. */
  readonly empty: boolean;
  /** The model's name as the server stated it. */
  readonly model: string | null;
}

/**
 * Judges a finished chain.
 * An answer that was asked for counts as given; otherwise the last part of the chain that marks an answer does, and without one
 * the chain's last line with a number.
 */
export function judgeChain(
  problem: Pick<Problem, "answer" | "kind">,
  replies: readonly ChatReply[],
  budget: number,
  policy: Required<ChainPolicy>,
): JudgedChain {
  const check: Checks = new Checks("judgeChain");
  const { segments, tokens, next } = follow(replies, budget, policy);
  if (next !== undefined) check.fail("replies", "those of a finished chain", `${replies.length} of at least ${replies.length + 1}`);
  const last = segments.at(-1)!;
  const thinking = segments.filter(({ purpose }) => purpose !== "answer").map(({ reply }) => reply);
  return {
    ...judged(problem, segments, policy),
    tokens,
    answerTokens: last.purpose === "answer" ? last.reply.tokens : 0,
    waits: segments.filter(({ purpose }) => purpose === "wait").length,
    cut: thinking.at(-1)!.finish === "length" || (tokens !== null && tokens >= budget),
    empty: segments.every(({ reply }) => reply.text.trim() === ""),
    model: segments.find(({ reply }) => reply.model !== null)?.reply.model ?? null,
  };
}

function judged(problem: Pick<Problem, "answer" | "kind">, segments: readonly Segment[], policy: Required<ChainPolicy>): JudgedAnswer {
  const last = segments.at(-1)!;
  if (last.purpose === "answer") {
    const given = judgeAnswer(problem, last.reply.text);
    if (given.judgement !== "no answer") return given;
  }
  for (const [i, { reply }] of [...segments.entries()].reverse()) {
    // Inside one reply a block of reasoning may go on from part to part.
    const thinks = policy.continuation === "prefix" && withoutReasoning(written(segments.slice(0, i), policy)).open;
    const marked = judgeAnswer(problem, thinks ? `<think>${reply.text}` : reply.text);
    if (marked.read === "boxed" || marked.read === "marked") return marked;
  }
  return judgeAnswer(problem, written(segments, policy));
}

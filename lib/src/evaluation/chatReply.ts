/** @file What a chat-completion server answered, read from its raw text. Nothing of it is trusted. */

import { isObject } from "../core/isObject";

/** One message of a chat. */
export interface ChatMessage {
  /** Who says it. */
  readonly role: "user" | "assistant";
  /** Its text. */
  readonly content: string;
}

/** A server's reply, as far as it is used. */
export interface ChatReply {
  /** What the model said; may be empty. */
  readonly text: string;
  /** "length" when the token limit cut the reply off; "stop" when the model ended it. */
  readonly finish: "stop" | "length" | "other";
  /** The model's name as the server states it; null when it does not. */
  readonly model: string | null;
  /** usage.completion_tokens: the reply's length in the served model's own tokens; null when the server does not report it, or says 0 of a text. */
  readonly tokens: number | null;
  /** The body as it came, with the API key, if it was in there, blotted out. */
  readonly raw: string;
}

/** The body is not a chat completion. */
export class MalformedReplyError extends Error {
  override readonly name = "MalformedReplyError";
}

/**
 * Reads the body of a chat completion: its choice with index 0, wherever it stands, or the first where none has an index.
 * An empty or null content is a reply too: the model said nothing, or a server with a reasoning parser kept its words apart.
 * @throws MalformedReplyError when the body is no JSON or has no choice with a message
 */
export function readChatReply(raw: string): ChatReply {
  let body: unknown;
  try {
    body = JSON.parse(raw);
  } catch {
    throw new MalformedReplyError(`the response is not JSON: ${excerpt(raw)}`);
  }
  const choices: readonly unknown[] = isObject(body) && Array.isArray(body.choices) ? body.choices : [];
  const choice = choices.find((each) => isObject(each) && each.index === 0) ?? choices[0];
  const message = isObject(choice) ? choice.message : undefined;
  if (!isObject(body) || !isObject(choice) || !isObject(message)) {
    throw new MalformedReplyError(`the response has no choices[0].message: ${excerpt(raw)}`);
  }
  const content = message.content ?? "";
  if (typeof content !== "string") throw new MalformedReplyError(`the message's content is not text: ${excerpt(raw)}`);
  const usage = isObject(body.usage) ? body.usage.completion_tokens : undefined;
  const finish = choice.finish_reason;
  return {
    text: content,
    finish: finish === "stop" || finish === "length" ? finish : "other",
    model: typeof body.model === "string" ? body.model : null,
    // Some servers fill in 0 for what they did not count; only an empty reply has no tokens.
    tokens: typeof usage === "number" && Number.isInteger(usage) && usage >= (content === "" ? 0 : 1) ? usage : null,
    raw,
  };
}

/** The beginning of a stranger's text on one line, without control characters, which could write over a terminal. */
export function excerpt(text: string, length = 200): string {
  const clean = text
    .slice(0, 4 * length)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim();
  return clean.length > length ? `${clean.slice(0, length)}...` : clean;
}

/** @file Reads and checks the body of a completion request. */
import { isObject } from "../core/isObject";
import type { GenerationParams, LanguageModel } from "../reasoning/languageModel";

/** A request that is refused, with the status and the reason that the client is told. */
export class RequestError extends Error {
  override readonly name = "RequestError";

  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** A request as the model takes it. */
export interface CompletionCall extends Omit<GenerationParams, "signal"> {
  readonly kind: "chat" | "text";
  readonly stop: readonly string[];
}

const DEFAULT_TOKENS = 1024;
const MOST_TOKENS = 100_000;

/** Options that change a reply and are not served, with the values under which they do not change it. */
const UNSERVED: Readonly<Record<string, readonly unknown[]>> = {
  n: [1],
  best_of: [1],
  stream: [false],
  echo: [false],
  logprobs: [false, 0],
  tools: [],
  functions: [],
  response_format: [],
  suffix: [""],
  top_p: [1],
  top_k: [-1, 0],
  presence_penalty: [0],
  frequency_penalty: [0],
  logit_bias: [],
};

/**
 * Reads a request's body. Options that would change the reply and are not served are refused, not passed over.
 * @throws RequestError with status 400, or 404 for another model
 */
export function readCall(kind: CompletionCall["kind"], fields: unknown, model: LanguageModel): CompletionCall {
  if (!isObject(fields)) throw new RequestError(400, "the body must be a JSON object");
  if (fields.model !== undefined && fields.model !== model.name) {
    throw new RequestError(404, `model must be ${JSON.stringify(model.name)}, the only one that is served here`);
  }
  for (const [name, harmless] of Object.entries(UNSERVED)) {
    const value = fields[name];
    if (value !== undefined && value !== null && !harmless.includes(value)) {
      const values = harmless.map((allowed) => ` or ${JSON.stringify(allowed)}`).join("");
      throw new RequestError(400, `${name} must be absent${values}: this server does not serve it`);
    }
  }
  const prompt = encoded(model, kind === "chat" ? chatText(model, fields) : text("prompt", fields.prompt));
  const room = (model.contextLength ?? Number.POSITIVE_INFINITY) - prompt.length;
  if (room < 1) throw new RequestError(400, `the prompt must be shorter than ${model.contextLength} tokens, got ${prompt.length}`);
  const asked = number("max_tokens", fields.max_completion_tokens ?? fields.max_tokens ?? DEFAULT_TOKENS, 1, MOST_TOKENS, true);
  return {
    kind,
    prompt,
    maxTokens: Math.min(asked, room),
    temperature: number("temperature", fields.temperature ?? 1, 0, 2),
    seed: number("seed", fields.seed ?? 0, 0, Number.MAX_SAFE_INTEGER, true),
    stop: stops(fields.stop),
  };
}

function chatText(model: LanguageModel, { messages, continue_final_message }: Readonly<Record<string, unknown>>): string {
  if (!Array.isArray(messages) || messages.length === 0) throw new RequestError(400, "messages must be a non-empty list");
  const list = messages.map((message: { role?: unknown; content?: unknown } | null, i) => {
    const role = message?.role;
    if (role !== "system" && role !== "user" && role !== "assistant") {
      throw new RequestError(400, `messages[${i}].role must be system, user or assistant`);
    }
    return { role, content: text(`messages[${i}].content`, message?.content) };
  });
  if (continue_final_message === true && list.at(-1)!.role !== "assistant") {
    throw new RequestError(400, "continue_final_message needs a last message of the assistant");
  }
  return model.chatPrompt?.(list) ?? list.map(({ content }) => content).join("");
}

function encoded(model: LanguageModel, prompt: string): readonly number[] {
  try {
    return model.encode(prompt);
  } catch (error) {
    throw error instanceof RangeError ? new RequestError(400, error.message) : error;
  }
}

function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw new RequestError(400, `${name} must be text`);
  return value;
}

function number(name: string, value: unknown, least: number, most: number, whole = false): number {
  if (typeof value !== "number" || !(value >= least && value <= most) || (whole && !Number.isInteger(value))) {
    throw new RequestError(400, `${name} must be ${whole ? "a whole number" : "a number"} in [${least}, ${most}]`);
  }
  return value;
}

function stops(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length > 16 || !list.every((end): end is string => typeof end === "string" && end !== "" && end.length <= 1000)) {
    throw new RequestError(400, "stop must be a text, or at most 16, none of them empty");
  }
  return list;
}

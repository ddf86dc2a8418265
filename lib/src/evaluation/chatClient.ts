/** @file A patient client for any OpenAI-compatible chat server: vLLM, llama.cpp, Ollama, or `npx cotlab serve`. */
import { setTimeout as sleep } from "node:timers/promises";
import { Checks } from "../core/check";
import { optionalPackage } from "../core/optionalPackage";
import { Random } from "../core/random";
import { blotOut, checkEndpoint } from "./apiKey";
import { type BoundedRequest, boundedFetch, ResponseTooLargeError } from "./boundedFetch";
import { type ChatMessage, type ChatReply, excerpt, MalformedReplyError, readChatReply } from "./chatReply";

export interface ChatClientParams {
  /** Address of the API, such as http://127.0.0.1:8000/v1. */
  readonly endpoint: string;
  /** The model's name at that server. */
  readonly model: string;
  /** Key for the server; see `apiKeyFor`. Default: none. */
  readonly apiKey?: string | undefined;
  /** Longest wait for one response, in seconds; default 600. */
  readonly timeout?: number;
  /** How often a request is tried, in [1, 20]; default 6. */
  readonly tries?: number;
  /** First pause between tries, in seconds; it doubles from try to try up to 60 s, and a longer Retry-After up to 300 s is honoured. Default 0.5. */
  readonly pause?: number;
  /** Largest response that is read, in bytes; default 8 MiB. */
  readonly maxResponseBytes?: number;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Whether the reply goes on with the last message, which is the assistant's, instead of answering it. */
  readonly continueLast: boolean;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed?: number | undefined;
  readonly stop?: readonly string[] | undefined;
}

/** A try that failed. */
export interface ChatFault {
  readonly reason: string;
  /** What the server sent; absent when it sent nothing or too much. */
  readonly raw?: string;
}

/** What a failed request means for those after it: "request", it alone; "server", no other will fare better. */
export class ChatError extends Error {
  override readonly name = "ChatError";
  readonly scope: "request" | "server";

  constructor(message: string, scope: "request" | "server") {
    super(message);
    this.scope = scope;
  }
}

/** Statuses after which the same request may succeed. */
const passing = (status: number): boolean => status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;
/** Statuses that every request would meet: the key, the model's name or the address is wrong. */
const HOPELESS: readonly number[] = [401, 403, 404, 405];

/** One try: a reply, or why there is none and whether to try again. */
type Outcome =
  | { readonly reply: ChatReply }
  | { readonly fault: ChatFault; readonly again: boolean; readonly scope: "request" | "server"; readonly wait: number };

/**
 * Asks one model of one server, trying again after 429, 5xx, time-outs, dropped connections and malformed bodies.
 * The key is kept out of replies, faults and messages, also when the server repeats it.
 * Source: ours.
 */
export class ChatClient {
  readonly endpoint: string;
  readonly model: string;
  readonly #key: string | undefined;
  readonly #limits: { readonly timeout: number; readonly tries: number; readonly pause: number };
  readonly #fetch: ReturnType<typeof boundedFetch>;
  #connection: ReturnType<typeof connect> | undefined;

  /** @throws RangeError for parameters outside their ranges */
  constructor(params: ChatClientParams) {
    const { model, apiKey, timeout = 600, tries = 6, pause = 0.5, maxResponseBytes = 2 ** 23 } = params;
    const check: Checks = new Checks("ChatClient");
    if (typeof model !== "string" || model === "") check.fail("model", "the model's name at the server", model);
    if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
      // The value is not shown, and must not reach the header check of the HTTP library, which shows it.
      throw new RangeError(`${check.fn}: apiKey must be printable ASCII without spaces`);
    }
    check.positive("timeout", timeout);
    if (timeout > 86_400) check.fail("timeout", "at most 86400 seconds", timeout);
    check.integer("tries", tries, 1, 20);
    check.positive("pause", pause);
    check.integer("maxResponseBytes", maxResponseBytes, 1024, 2 ** 28);
    this.endpoint = checkEndpoint(check, params.endpoint);
    this.model = model;
    this.#key = apiKey;
    this.#limits = { timeout, tries, pause };
    this.#fetch = boundedFetch(maxResponseBytes);
  }

  /**
   * The reply to a request.
   * @param onFault told of every try that failed
   * @throws ChatError when all tries failed, or none can succeed; the signal's reason when it is aborted
   */
  async reply(request: ChatRequest, signal?: AbortSignal, onFault: (fault: ChatFault) => void = () => undefined): Promise<ChatReply> {
    const { tries, pause } = this.#limits;
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      const outcome = await this.#attempt(request, signal);
      if ("reply" in outcome) return outcome.reply;
      signal?.throwIfAborted();
      onFault(outcome.fault);
      if (!outcome.again) throw new ChatError(outcome.fault.reason, outcome.scope);
      if (attempt === tries) throw new ChatError(`${outcome.fault.reason} (after ${tries} tries)`, outcome.scope);
      // Tries of many requests spread out; which share of the pause is taken depends on the request alone.
      const share =
        0.5 +
        0.5 *
          Random.seed(0)
            .stream(request.messages[0]?.content ?? "", attempt)
            .uniform();
      const backOff = Math.min(60, pause * 2 ** (attempt - 1)) * share;
      await sleep(1000 * Math.max(backOff, Math.min(300, outcome.wait)), undefined, signal ? { signal } : {});
    }
  }

  async #attempt(request: ChatRequest, signal: AbortSignal | undefined): Promise<Outcome> {
    this.#connection ??= connect(this.endpoint, this.#key, this.#limits.timeout, this.#fetch);
    const { OpenAI, client } = await this.#connection;
    try {
      const response = await client.chat.completions.create(this.#body(request), signal ? { signal } : {}).asResponse();
      const raw = blotOut(this.#key, await response.text());
      try {
        return { reply: readChatReply(raw) };
      } catch (error) {
        if (!(error instanceof MalformedReplyError)) throw error;
        return { fault: { reason: error.message, raw }, again: true, scope: "request", wait: 0 };
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof OpenAI.APIConnectionTimeoutError) {
        return failure(`no complete response within ${this.#limits.timeout} s`, true, "request");
      }
      if (error instanceof OpenAI.APIConnectionError) {
        const cause = error.cause;
        if (cause instanceof ResponseTooLargeError) return failure(cause.message, false, "request");
        const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
        const refused = code === "ECONNREFUSED" || code === "ENOTFOUND";
        const words = cause instanceof Error ? cause.message || code : error.message;
        return failure(`no connection to ${this.endpoint}: ${this.#clean(words)}`, true, refused ? "server" : "request");
      }
      if (error instanceof OpenAI.APIError && typeof error.status === "number") {
        const { status } = error;
        const raw = blotOut(this.#key, error.error === undefined ? error.message : JSON.stringify(error.error));
        const hopeless = HOPELESS.includes(status) || (status >= 300 && status < 400);
        const reason = `the server answered ${status}: ${this.#clean(error.message)}`;
        const wait = retryAfter(error.headers);
        return { fault: { reason, raw }, again: passing(status), scope: hopeless ? "server" : "request", wait };
      }
      throw error;
    }
  }

  #body(request: ChatRequest) {
    const { messages, continueLast, maxTokens, temperature, seed, stop } = request;
    return {
      model: this.model,
      messages: [...messages],
      max_tokens: maxTokens,
      temperature,
      ...(seed === undefined ? {} : { seed }),
      ...(stop?.length ? { stop: [...stop] } : {}),
      // vLLM's names; llama.cpp and Ollama go on with a last assistant message unasked.
      ...(continueLast ? { continue_final_message: true, add_generation_prompt: false } : {}),
    };
  }

  #clean(text: string, length?: number): string {
    return excerpt(blotOut(this.#key, text), length);
  }
}

/** The npm client, loaded at the first request. It is told everything that it would otherwise take from the environment, and to write no log. */
async function connect(endpoint: string, key: string | undefined, timeout: number, bounded: ReturnType<typeof boundedFetch>) {
  const { OpenAI } = optionalPackage<typeof import("openai")>(new Checks("ChatClient"), "openai");
  const client = new OpenAI({
    baseURL: endpoint,
    // The client insists on a key; servers that need none ignore this one.
    apiKey: key ?? "none",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: 1000 * timeout,
    logLevel: "off",
    fetch: (address, init) => bounded(address as string | URL, init as BoundedRequest),
  });
  return { OpenAI, client };
}

const failure = (reason: string, again: boolean, scope: "request" | "server"): Outcome => ({ fault: { reason }, again, scope, wait: 0 });

/** Seconds that the server asks to wait; its other form, a date, is not honoured beyond the usual pause. */
function retryAfter(headers: Headers | undefined): number {
  const [ms, s] = [Number(headers?.get("retry-after-ms") ?? Number.NaN), Number(headers?.get("retry-after") ?? Number.NaN)];
  const wait = Number.isFinite(ms) ? ms / 1000 : s;
  return Number.isFinite(wait) && wait > 0 ? wait : 0;
}

/** @file A patient client for any OpenAI-compatible chat server: vLLM, llama.cpp, Ollama, or `npx cotlab serve`. */
import { setTimeout as sleep } from "node:timers/promises";
import { Checks } from "../core/check";
import { Random } from "../core/random";
import { blotOut, checkEndpoint } from "./apiKey";
import { type BoundedResponse, boundedPost, ResponseTooLargeError } from "./boundedPost";
import { type ChatMessage, type ChatReply, excerpt, MalformedReplyError, readChatReply } from "./chatReply";

/** A model at a server, and how patiently it is asked. */
export interface ChatClientParams {
  /** Address of the API, such as http://127.0.0.1:8000/v1. */
  readonly endpoint: string;
  /** The model's name at that server. */
  readonly model: string;
  /** Key for the server, from {@link apiKeyFor}; default: none. */
  readonly apiKey?: string | undefined;
  /** Longest wait for one response, in seconds; in (0, 86400]; default 600. */
  readonly timeout?: number;
  /** How often a request is tried, in [1, 20]; default 6. */
  readonly tries?: number;
  /** First pause between tries, in seconds, > 0; it doubles from try to try up to 60 s, and a longer Retry-After up to 300 s is honoured; default 0.5. */
  readonly pause?: number;
  /** Largest response that is read, in bytes; in [1024, 2^28]; default 2^23. */
  readonly maxResponseBytes?: number;
}

/** What a model is asked. */
export interface ChatRequest {
  /** The chat so far. */
  readonly messages: readonly ChatMessage[];
  /** Whether the reply goes on with the last message, which is the assistant's, instead of answering it. */
  readonly continueLast: boolean;
  /** Most tokens of the reply. */
  readonly maxTokens: number;
  /** Sampling temperature; 0 takes the likeliest token. */
  readonly temperature: number;
  /** Seed that is sent to the server; default: none. */
  readonly seed?: number | undefined;
  /** Strings at which the server ends the reply; default: none. */
  readonly stop?: readonly string[] | undefined;
}

/** A try that failed. */
export interface ChatFault {
  /** Why it failed, in words. */
  readonly reason: string;
  /** What the server sent; absent when it sent nothing or too much. */
  readonly raw?: string;
}

/** A request that failed. */
export class ChatError extends Error {
  override readonly name = "ChatError";

  /** @param scope what that means for those after it: "request", it alone failed; "server", no other will fare better */
  constructor(
    message: string,
    readonly scope: "request" | "server",
  ) {
    super(message);
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
 * @origin ours
 * @example
 * // not run: needs a server
 * const client = new cot.evaluation.ChatClient({ endpoint: "http://127.0.0.1:8000/v1", model: "qwen2.5-7b" });
 * const messages = [{ role: "user" as const, content: "What is 2 + 3?" }];
 * (await client.reply({ messages, continueLast: false, maxTokens: 64, temperature: 0 })).text;
 */
export class ChatClient {
  /** Address of the API, without a trailing slash. */
  readonly endpoint: string;
  /** The model's name at that server. */
  readonly model: string;
  readonly #key: string | undefined;
  readonly #limits: { readonly timeout: number; readonly tries: number; readonly pause: number };
  readonly #post: ReturnType<typeof boundedPost>;

  /**
   * @param params endpoint; model; apiKey?; timeout = 600 (s); tries = 6; pause = 0.5 (s); maxResponseBytes = 2^23
   * @throws RangeError outside the domain
   */
  constructor(params: ChatClientParams) {
    const { model, apiKey, timeout = 600, tries = 6, pause = 0.5, maxResponseBytes = 2 ** 23 } = params;
    const check: Checks = new Checks("ChatClient");
    if (typeof model !== "string" || model === "") check.fail("model", "the model's name at the server", model);
    if (apiKey !== undefined && !/^[\x21-\x7e]+$/.test(apiKey)) {
      // The value is not shown, and must not reach the header check of the HTTP library, which shows it.
      throw new RangeError(`${check.fn}: apiKey must be printable ASCII without spaces, got other characters (not shown)`);
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
    this.#post = boundedPost(maxResponseBytes);
  }

  /**
   * The reply to a request.
   * @param request messages; continueLast; maxTokens; temperature; seed?; stop?
   * @param signal aborts it; default: none
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
      const draws = Random.seed(0).stream(request.messages[0]?.content ?? "", attempt);
      const backOff = Math.min(60, pause * 2 ** (attempt - 1)) * (0.5 + 0.5 * draws.uniform());
      await sleep(1000 * Math.max(backOff, Math.min(300, outcome.wait)), undefined, signal ? { signal } : {});
    }
  }

  async #attempt(request: ChatRequest, signal: AbortSignal | undefined): Promise<Outcome> {
    const limit = AbortSignal.timeout(1000 * this.#limits.timeout);
    const headers = { "content-type": "application/json", ...(this.#key !== undefined && { authorization: `Bearer ${this.#key}` }) };
    let response: BoundedResponse;
    try {
      response = await this.#post(`${this.endpoint}/chat/completions`, {
        headers,
        body: JSON.stringify(this.#body(request)),
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (limit.aborted) return failure(`no complete response within ${this.#limits.timeout} s`, true, "request");
      if (error instanceof ResponseTooLargeError) return failure(error.message, false, "request");
      const code = error instanceof Error && "code" in error ? String(error.code) : "";
      const words = (error instanceof Error && error.message) || code || String(error);
      const refused = code === "ECONNREFUSED" || code === "ENOTFOUND";
      return failure(`no connection to ${this.endpoint}: ${this.#clean(words)}`, true, refused ? "server" : "request");
    }
    const { status } = response;
    const raw = blotOut(this.#key, response.text);
    try {
      if (status >= 200 && status < 300) return { reply: readChatReply(raw) };
    } catch (error) {
      if (!(error instanceof MalformedReplyError)) throw error;
      return { fault: { reason: error.message, raw }, again: true, scope: "request", wait: 0 };
    }
    const scope = HOPELESS.includes(status) || (status >= 300 && status < 400) ? "server" : "request";
    const reason = `the server answered ${status}: ${this.#clean(errorMessage(raw))}`;
    return { fault: { reason, raw }, again: passing(status), scope, wait: retryAfter(response.headers) };
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

  #clean(text: string): string {
    return excerpt(blotOut(this.#key, text));
  }
}

/** What an error's body says: `error.message` where it has the usual form, else all of it. */
function errorMessage(raw: string): string {
  try {
    const { message } = (JSON.parse(raw) as { readonly error: { readonly message: unknown } }).error;
    return typeof message === "string" ? message : raw;
  } catch {
    return raw || "(nothing)";
  }
}

const failure = (reason: string, again: boolean, scope: "request" | "server"): Outcome => ({ fault: { reason }, again, scope, wait: 0 });

/** Seconds that the server asks to wait; its other form, a date, is not honoured beyond the usual pause. */
function retryAfter(headers: BoundedResponse["headers"]): number {
  const [ms, s] = [headers["retry-after-ms"], headers["retry-after"]].map((value) => Number(value ?? Number.NaN));
  const wait = Number.isFinite(ms) ? ms / 1000 : s;
  return Number.isFinite(wait) && wait > 0 ? wait : 0;
}

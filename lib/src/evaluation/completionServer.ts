/**
 * @file A local server with the OpenAI interface for a model of this library: chat completions, completions, and the list of models.
 * It listens on 127.0.0.1 only, and takes nothing from web pages: a foreign Host, or a body that is not declared as JSON, is refused.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { argumentsOf, Checks } from "../core/check";
import type { LanguageModel } from "../reasoning/languageModel";
import { type CompletionCall, RequestError, readCall } from "./completionCall";

/** What is served, and within which limits. */
export interface CompletionServerParams {
  /** The model. */
  readonly model: LanguageModel;
  /** Port on 127.0.0.1, in [0, 65535]; default 0, any that is free. */
  readonly port?: number;
  /** Largest request, in bytes; in [1024, 2^28]; default 2^20. */
  readonly maxBodyBytes?: number;
  /** Longest generation, in seconds, > 0; default 120. */
  readonly maxSeconds?: number;
  /** Requests that may wait for the model, which answers one at a time; in [1, 10000]; default 256. */
  readonly maxWaiting?: number;
}

/** A server that runs. */
export interface CompletionServer {
  /** Address for clients: http://127.0.0.1:PORT/v1 */
  readonly endpoint: string;
  /** Ends all connections and stops listening. */
  close(): Promise<void>;
}

interface Generated {
  readonly text: string;
  readonly finish: "stop" | "length";
  readonly prompt: number;
  readonly completion: number;
}

/**
 * Serves a model on this machine by the OpenAI interface: chat completions, completions, and the list of models.
 * Replies depend on the request alone, not on a clock: `created` is 0, and without a seed the seed is 0.
 * @param params model; port = 0 (any that is free); maxBodyBytes = 2^20; maxSeconds = 120; maxWaiting = 256
 * @throws RangeError outside the domain; Error when the port is taken
 * @origin ours, after the OpenAI interface
 * @example
 * // not run: reads a model of the repository, and starts a server
 * const model = cot.transformer.symbolModel(cot.transformer.readSymbolModel("data/reasoning/models/gcd-seed0.bin"));
 * const server = await cot.evaluation.startCompletionServer({ model });
 * await server.close();
 */
export async function startCompletionServer(params: CompletionServerParams): Promise<CompletionServer> {
  argumentsOf("startCompletionServer", params);
  const { model, port = 0, maxBodyBytes = 2 ** 20, maxSeconds = 120, maxWaiting = 256 } = params;
  const check: Checks = new Checks("startCompletionServer");
  check.integer("port", port, 0, 65_535);
  check.integer("maxBodyBytes", maxBodyBytes, 1024, 2 ** 28);
  check.positive("maxSeconds", maxSeconds);
  check.integer("maxWaiting", maxWaiting, 1, 10_000);

  let waiting = 0;
  let turn: Promise<unknown> = Promise.resolve();
  /** One generation after the other: a model is not made for two at once. */
  const queued = async <T>(work: () => Promise<T>): Promise<T> => {
    if (waiting >= maxWaiting) throw new RequestError(429, `${waiting} requests are waiting already`, { "retry-after": "1" });
    waiting++;
    const mine = turn.then(work);
    turn = mine.catch(() => undefined);
    return mine.finally(() => waiting--);
  };

  const complete = async (request: IncomingMessage, response: ServerResponse, kind: CompletionCall["kind"]): Promise<object> => {
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    const call = readCall(kind, await readBody(request, maxBodyBytes), model);
    const result = await queued(() => generate(model, call, AbortSignal.any([gone.signal, AbortSignal.timeout(1000 * maxSeconds)])));
    return completionBody(model.name, kind, result);
  };

  const server = createServer((request, response) => {
    answer(request, response, model.name, complete).catch((error: unknown) => {
      if (error instanceof RequestError) return send(response, error.status, errorBody(error.message), error.headers);
      // A fault of the model or of this server: said without a stack, which would show paths.
      const message = error instanceof Error ? error.message : String(error);
      return send(response, 500, errorBody(`the model failed: ${message}`));
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.maxConnections = 1024;
  await listen(server, port);
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve());
  });
}

const POSTS: Readonly<Record<string, CompletionCall["kind"]>> = { "/v1/chat/completions": "chat", "/v1/completions": "text" };

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
  complete: (request: IncomingMessage, response: ServerResponse, kind: CompletionCall["kind"]) => Promise<object>,
): Promise<void> {
  // A page whose name was made to point to this machine still sends its own name.
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (host !== "127.0.0.1" && host !== "localhost") throw new RequestError(403, "the Host must be 127.0.0.1 or localhost");
  const path = (request.url ?? "").split("?")[0];
  if (path === "/v1/models") {
    if (request.method !== "GET") throw new RequestError(405, "the method must be GET");
    return send(response, 200, { object: "list", data: [{ id: name, object: "model", created: 0, owned_by: "cotlab" }] });
  }
  const kind = Object.hasOwn(POSTS, path) ? POSTS[path] : undefined;
  if (kind === undefined) throw new RequestError(404, `the path must be one of /v1/models, ${Object.keys(POSTS).join(", ")}`);
  if (request.method !== "POST") throw new RequestError(405, "the method must be POST");
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
    throw new RequestError(415, "the Content-Type must be application/json");
  }
  send(response, 200, await complete(request, response, kind));
}

async function readBody(request: IncomingMessage, most: number): Promise<unknown> {
  const tooLarge = new RequestError(413, `the body must have at most ${most} bytes`, { connection: "close" });
  if (Number(request.headers["content-length"] ?? 0) > most) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw tooLarge;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new RequestError(400, "the body must be JSON");
  }
}

async function generate(model: LanguageModel, call: CompletionCall, signal: AbortSignal): Promise<Generated> {
  const { prompt, maxTokens, temperature, seed, stop } = call;
  const tokens: number[] = [];
  const done = (text: string, finish: Generated["finish"]): Generated => {
    return { text, finish, prompt: prompt.length, completion: tokens.length };
  };
  if (!signal.aborted) {
    for await (const token of model.generate({ prompt, maxTokens, temperature, seed, signal })) {
      tokens.push(token);
      if (stop.length > 0) {
        const text = model.decode(tokens);
        const at = Math.min(...stop.map((end) => text.indexOf(end)).filter((i) => i >= 0));
        if (at < Number.POSITIVE_INFINITY) return done(text.slice(0, at), "stop");
      }
      if (tokens.length >= maxTokens) return done(model.decode(tokens), "length");
      // Between two tokens other requests, time limits and closed connections have their turn.
      await nextTurn();
      if (signal.aborted) break;
    }
  }
  if (signal.aborted) throw new RequestError(503, "the generation took longer than this server allows");
  return done(model.decode(tokens), "stop");
}

function completionBody(model: string, kind: CompletionCall["kind"], { text, finish, prompt, completion }: Generated): object {
  const usage = { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
  const [id, object, reply] =
    kind === "chat"
      ? ["chatcmpl-0", "chat.completion", { message: { role: "assistant", content: text } }]
      : ["cmpl-0", "text_completion", { text }];
  const choices = [{ index: 0, logprobs: null, finish_reason: finish, ...reply }];
  return { id, object, created: 0, model, choices, usage };
}

const errorBody = (message: string): object => ({ error: { message, type: "invalid_request_error", param: null, code: null } });

function send(response: ServerResponse, status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
  if (response.headersSent || response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(text), ...headers });
  response.end(text);
}

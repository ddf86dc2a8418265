/** @file An HTTP server for tests that answers as it is told: well, badly, late or not at all. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedCall {
  /** Number of the call, from 0. */
  readonly index: number;
  readonly body: {
    readonly model: string;
    readonly messages: readonly { readonly role: string; readonly content: string }[];
    readonly max_tokens: number;
    readonly [option: string]: unknown;
  };
  readonly headers: IncomingMessage["headers"];
}

export type Behaviour = (call: ReceivedCall, response: ServerResponse) => void | Promise<void>;

export interface BadServer {
  readonly endpoint: string;
  readonly calls: ReceivedCall[];
  close(): Promise<void>;
}

export async function badServer(behave: Behaviour): Promise<BadServer> {
  const calls: ReceivedCall[] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += chunk;
    const call: ReceivedCall = { index: calls.length, body: JSON.parse(text), headers: request.headers };
    calls.push(call);
    response.on("error", () => undefined);
    await behave(call, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

export interface Said {
  readonly text?: string | null;
  readonly tokens?: number | null;
  readonly finish?: string;
  readonly model?: string;
}

/** A well-formed chat completion. */
export function completion({ text = "Answer: 6", tokens = 7, finish = "stop", model = "m" }: Said = {}): string {
  return JSON.stringify({
    id: "x",
    object: "chat.completion",
    created: 0,
    model,
    choices: [{ index: 0, finish_reason: finish, message: { role: "assistant", content: text } }],
    ...(tokens === null ? {} : { usage: { prompt_tokens: 1, completion_tokens: tokens, total_tokens: 1 + tokens } }),
  });
}

export function send(response: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(body);
}

export const say = (response: ServerResponse, said: Said = {}): void => send(response, 200, completion(said));

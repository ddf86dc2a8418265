/**
 * @file A fetch that cannot be flooded or kept waiting by the other side.
 * Node's own fetch has no bound on a response's size and gives up after five minutes without a byte, which a long chain of
 * thought takes easily; this one reads at most so many bytes, waits as long as its caller's signal allows, and follows no redirect.
 */
import { Agent, request } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";

/** The server sent more than the bound. */
export class ResponseTooLargeError extends Error {
  override readonly name = "ResponseTooLargeError";
}

/** What is used of a request's description: the global `RequestInit` fits. */
export interface BoundedRequest {
  readonly method?: string | undefined;
  readonly headers?: Headers | Record<string, string> | [string, string][] | undefined;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
}

/** Statuses whose responses have no body, and for which the Response constructor allows none. */
const BODILESS: readonly number[] = [204, 205, 304];

/** A fetch whose responses hold at most `maxBytes`; the promise resolves when the body is complete. Source: ours. */
export function boundedFetch(maxBytes: number): (url: string | URL, init?: BoundedRequest) => Promise<Response> {
  const agents = { http: new Agent({ keepAlive: true }), https: new SecureAgent({ keepAlive: true }) };
  return (address, init = {}) =>
    new Promise((resolve, reject) => {
      const url = new URL(address);
      const secure = url.protocol === "https:";
      const call = (secure ? secureRequest : request)(
        url,
        {
          method: init.method ?? "GET",
          headers: Object.fromEntries(new Headers(init.headers)),
          agent: secure ? agents.https : agents.http,
          ...(init.signal ? { signal: init.signal } : {}),
        },
        (response) => {
          const chunks: Buffer[] = [];
          let size = 0;
          response.on("error", reject);
          response.on("data", (chunk: Buffer) => {
            size += chunk.length;
            if (size > maxBytes) call.destroy(new ResponseTooLargeError(`the response is larger than ${maxBytes} bytes`));
            else chunks.push(chunk);
          });
          response.on("end", () => {
            try {
              if (!response.complete) throw new Error("the connection was closed in the middle of the response");
              const status = response.statusCode ?? 0;
              const headers = new Headers();
              for (const name of ["content-type", "retry-after", "retry-after-ms"]) {
                const value = response.headers[name];
                if (typeof value === "string") headers.set(name, value);
              }
              resolve(new Response(BODILESS.includes(status) ? null : Buffer.concat(chunks), { status, headers }));
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      call.on("error", reject);
      call.end(typeof init.body === "string" ? init.body : undefined);
    });
}

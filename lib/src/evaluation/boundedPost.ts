/**
 * @file A POST request that cannot be flooded or kept waiting by the other side.
 * Node's own fetch has no bound on a response's size and gives up after five minutes without a byte, which a long chain of
 * thought takes easily; this one reads at most so many bytes, waits as long as its caller's signal allows, and follows no redirect.
 */
import { Agent, type IncomingHttpHeaders, request } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";

/** The server sent more than the bound. */
export class ResponseTooLargeError extends Error {
  override readonly name = "ResponseTooLargeError";
}

/** What is sent. */
interface PostParams {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** What came back, complete. */
export interface BoundedResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A function that posts, whose responses hold at most `maxBytes`. */
export function boundedPost(maxBytes: number): (url: string, params: PostParams) => Promise<BoundedResponse> {
  const agents = { http: new Agent({ keepAlive: true }), https: new SecureAgent({ keepAlive: true }) };
  return (url, { headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const secure = url.startsWith("https:");
      const options = { method: "POST", headers: { ...headers }, signal, agent: secure ? agents.https : agents.http };
      const call = (secure ? secureRequest : request)(url, options, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("error", reject);
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > maxBytes) call.destroy(new ResponseTooLargeError(`the response is larger than ${maxBytes} bytes`));
          else chunks.push(chunk);
        });
        response.on("end", () => {
          if (!response.complete) reject(new Error("the connection was closed in the middle of the response"));
          else resolve({ status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString("utf8") });
        });
      });
      call.on("error", reject);
      call.end(body);
    });
}

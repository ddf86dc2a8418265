/** @file API keys: where they come from, where they may go, and how they are kept out of everything that is written. */
import { argumentsOf, Checks } from "../core/check";

const LOOPBACK: readonly string[] = ["127.0.0.1", "localhost", "[::1]"];

/**
 * An endpoint's address in the form used here: http(s), without a trailing slash.
 * User names, passwords and queries are refused, as addresses are written to files and to the screen.
 * @throws RangeError for anything else
 */
export function checkEndpoint(check: Checks, endpoint: string): string {
  const rule = "an http or https address such as http://127.0.0.1:8000/v1, without user name, password, query or fragment";
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username || url.password || url.search || url.hash) {
    // The value itself is not shown: it may hold a secret.
    throw new RangeError(`${check.fn}: endpoint must be ${rule}, got another (not shown, as it may hold a key)`);
  }
  return url.href.replace(/\/+$/, "");
}

/**
 * The API key for an endpoint from the environment; undefined when none is set, since local servers need none.
 * A variable that the caller names is used as told. The default, OPENAI_API_KEY, may be set for another purpose: it is sent
 * only over https or to this machine, never in clear text over a network.
 * @param endpoint address of the API: http or https, without user name, password, query or fragment
 * @param environment variables by name, such as `process.env`
 * @param variable the variable that holds the key; default OPENAI_API_KEY
 * @throws RangeError for another address, or when the named variable is not set
 * @origin ours
 * @example
 * const key = (endpoint: string) => cot.evaluation.apiKeyFor(endpoint, { OPENAI_API_KEY: "k" });
 * [key("https://example.org/v1"), key("http://example.org/v1"), key("http://localhost:8000/v1")]; // => ["k", undefined, "k"]
 */
export function apiKeyFor(
  endpoint: string,
  environment: Readonly<Record<string, string | undefined>>,
  variable?: string,
): string | undefined {
  argumentsOf("apiKeyFor", environment, "environment");
  const check: Checks = new Checks("apiKeyFor");
  check.text("endpoint", endpoint);
  if (variable !== undefined) check.text("variable", variable);
  const name = variable ?? "OPENAI_API_KEY";
  if (environment[name] !== undefined && typeof environment[name] !== "string")
    check.wrongKind(`environment.${name}`, "a text", "another kind (not shown)");
  const url = new URL(checkEndpoint(check, endpoint));
  if (variable === undefined) {
    const safe = url.protocol === "https:" || LOOPBACK.includes(url.hostname);
    return (safe && environment.OPENAI_API_KEY?.trim()) || undefined;
  }
  const key = environment[variable]?.trim();
  if (!key) check.fail("variable", "the name of an environment variable that holds the key", variable);
  return key;
}

/** Replaces a key in a text, plain or in the spellings that servers and URLs give it. */
export function blotOut(key: string | undefined, text: string): string {
  if (!key) return text;
  const inJson = (part: string): string => JSON.stringify(part).slice(1, -1);
  // A server may quote JSON inside JSON, and escape the slash.
  const escaped = [key, inJson(key), inJson(inJson(key))].flatMap((spelling) => [spelling, spelling.replaceAll("/", "\\/")]);
  const spellings = new Set([...escaped, encodeURIComponent(key), Buffer.from(key).toString("base64")]);
  return [...spellings].reduce((rest, spelling) => rest.replaceAll(spelling, "[API key]"), text);
}

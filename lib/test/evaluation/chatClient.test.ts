import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { Checks } from "../../dist/core/check.js";
import { apiKeyFor, blotOut, checkEndpoint } from "../../dist/evaluation/apiKey.js";
import { ChatClient, ChatError, type ChatFault } from "../../dist/evaluation/chatClient.js";
import { MalformedReplyError, readChatReply } from "../../dist/evaluation/chatReply.js";
import { type Behaviour, badServer, completion, say, send } from "./badServer.ts";

const REQUEST = { messages: [{ role: "user", content: "gcd of 12 and 18?" }], continueLast: false, maxTokens: 50, temperature: 0 } as const;

/** One request to a server that behaves so; what the client made of it. */
async function askOnce(behave: Behaviour, params: Partial<ConstructorParameters<typeof ChatClient>[0]> = {}) {
  const server = await badServer(behave);
  const faults: ChatFault[] = [];
  const client = new ChatClient({ endpoint: server.endpoint, model: "m", tries: 4, pause: 0.001, timeout: 5, ...params });
  try {
    const reply = await client.reply(REQUEST, undefined, (fault) => faults.push(fault)).catch((error: unknown) => error as Error);
    return { reply, faults, calls: server.calls };
  } finally {
    await server.close();
  }
}

const text = (reply: unknown): string => {
  assert.ok(!(reply instanceof Error), String(reply));
  return (reply as { text: string }).text;
};

test("a server that fails for a while is asked until it answers", async () => {
  const passing: readonly Behaviour[] = [
    (_, response) => send(response, 429, '{"error":{"message":"slow down"}}', { "retry-after": "0.01" }),
    (_, response) => send(response, 503, "<html>overloaded</html>"),
    (_, response) => send(response, 500, ""),
    (_, response) => void response.destroy(),
    (_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": 5000 });
      response.write(completion().slice(0, 40));
      setTimeout(() => response.destroy(), 5);
    },
    (_, response) => send(response, 200, '{"choices": [{"mess'),
    (_, response) => send(response, 200, '{"choices": []}'),
    (_, response) => send(response, 200, "null"),
    (_, response) => send(response, 200, '{"error":{"message":"no slot"}}'),
  ];
  for (const bad of passing) {
    const { reply, faults, calls } = await askOnce((call, response) => (call.index < 2 ? bad(call, response) : say(response)));
    assert.equal(text(reply), "Answer: 6", String(bad));
    assert.equal(calls.length, 3);
    assert.equal(faults.length, 2);
    assert.ok(faults.every(({ reason }) => reason.length > 10));
  }
});

test("a server that hangs is left after the time-out, before its headers and in the middle of its body", async () => {
  for (const hang of [
    () => undefined,
    (_: unknown, response: import("node:http").ServerResponse) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"choices"');
    },
  ] as Behaviour[]) {
    const { reply, calls } = await askOnce((call, response) => (call.index === 0 ? hang(call, response) : say(response)), { timeout: 0.1 });
    assert.equal(text(reply), "Answer: 6");
    assert.equal(calls.length, 2);
  }
  const { reply } = await askOnce(() => undefined, { timeout: 0.05, tries: 2 });
  assert.ok(reply instanceof ChatError);
  assert.match(reply.message, /no complete response within 0.05 s \(after 2 tries\)/);
});

test("what cannot get better is not tried again, and says whether others will fare the same", async () => {
  for (const [status, scope] of [
    [400, "request"],
    [422, "request"],
    [401, "server"],
    [404, "server"],
    [307, "server"],
  ] as const) {
    const { reply, calls } = await askOnce((_, response) =>
      send(response, status, '{"error":{"message":"no such thing"}}', status === 307 ? { location: "http://127.0.0.1:9/" } : {}),
    );
    assert.ok(reply instanceof ChatError);
    assert.equal(reply.scope, scope);
    assert.match(reply.message, new RegExp(String(status)));
    assert.equal(calls.length, 1);
  }
});

test("a huge response is dropped while it comes in, also when it is packed small or of no end", async () => {
  const { reply, calls } = await askOnce((_, response) => send(response, 200, completion({ text: "9".repeat(3_000_000) })), {
    maxResponseBytes: 100_000,
  });
  assert.ok(reply instanceof ChatError);
  assert.match(reply.message, /larger than 100000 bytes/);
  assert.equal(calls.length, 1);
  let sent = 0;
  const endless = await askOnce(
    (_, response) => {
      response.writeHead(500, {});
      const more = (): void => {
        if (response.destroyed) return;
        sent += 2 ** 16;
        response.write("x".repeat(2 ** 16), () => setImmediate(more));
      };
      more();
    },
    { maxResponseBytes: 100_000 },
  );
  assert.match((endless.reply as Error).message, /larger than 100000 bytes/);
  assert.ok(sent < 2 ** 26);
  // The client asks for no compression and undoes none: a bomb stays packed.
  const bomb = gzipSync(Buffer.alloc(50_000_000));
  const packed = await askOnce(
    (_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      response.end(bomb);
    },
    { tries: 1 },
  );
  assert.match((packed.reply as Error).message, /not JSON/);
});

test("empty and null contents are replies, and missing usage is null", () => {
  assert.equal(readChatReply(completion({ text: null })).text, "");
  assert.equal(readChatReply(completion({ text: "" })).text, "");
  assert.equal(readChatReply(completion({ tokens: null })).tokens, null);
  assert.equal(readChatReply(completion({ tokens: -3 })).tokens, null);
  assert.equal(readChatReply(completion({ finish: "content_filter" })).finish, "other");
  for (const raw of ["", "[]", "7", '{"choices":{}}', '{"choices":[null]}', '{"choices":[{"message":{"content":7}}]}']) {
    assert.throws(() => readChatReply(raw), MalformedReplyError, raw);
  }
});

test("what a server writes cannot steer the terminal", async () => {
  const { reply } = await askOnce((_, response) =>
    send(response, 400, JSON.stringify({ error: { message: "\u001b[2J\u001b]0;x\u0007 no\u202e\nway" } })),
  );
  assert.doesNotMatch((reply as Error).message, /[\p{Cc}\p{Cf}]/u);
  assert.match((reply as Error).message, /no way/);
});

test("a request that is given up ends at once and is not tried again", async () => {
  const server = await badServer(() => undefined);
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 30);
  const client = new ChatClient({ endpoint: server.endpoint, model: "m" });
  await assert.rejects(client.reply(REQUEST, stop.signal), { name: "AbortError" });
  assert.equal(server.calls.length, 1);
  await server.close();
});

const KEY = 'sk-te/st+4711"x';

test("the key reaches the server and nothing else, also when the server repeats it in every way it knows", async () => {
  const repeats = [KEY, JSON.stringify(KEY), KEY.replaceAll("/", "\\/"), encodeURIComponent(KEY), Buffer.from(KEY).toString("base64")];
  const seen: string[] = [];
  const behave: Behaviour = (call, response) => {
    seen.push(call.headers.authorization ?? "");
    if (call.index === 0) send(response, 429, JSON.stringify({ error: { message: `bad key ${repeats.join(" ")}` } }));
    else if (call.index === 1) send(response, 200, `not JSON ${repeats.join(" ")}`);
    else if (call.index === 2) say(response, { text: `your key is ${repeats.join(" ")} Answer: 6`, model: KEY });
    else send(response, 401, JSON.stringify({ error: { message: `Incorrect API key provided: ${KEY}` } }));
  };
  const server = await badServer(behave);
  const client = new ChatClient({ endpoint: server.endpoint, model: "m", apiKey: KEY, pause: 0.001 });
  const faults: ChatFault[] = [];
  const reply = await client.reply(REQUEST, undefined, (fault) => faults.push(fault));
  const refused = await client.reply(REQUEST).catch((error: unknown) => error);
  await server.close();
  assert.ok(seen.every((header) => header === `Bearer ${KEY}`));
  const everything = [
    inspect({ reply, faults, refused, client }, { depth: 9, showHidden: true }),
    JSON.stringify({ reply, faults, client }),
  ].join();
  for (const spelling of [...repeats, JSON.stringify(JSON.stringify(KEY)).slice(3, -3)])
    assert.ok(!everything.includes(spelling), spelling);
  assert.equal(faults.length, 2);
  assert.match((refused as Error).message, /\[API key\]/);
  assert.equal(blotOut(undefined, "x"), "x");
  for (const apiKey of ["", "sk-4711\nX-Header: 1", "sk-4711\u00e9"]) {
    assert.throws(
      () => new ChatClient({ endpoint: server.endpoint, model: "m", apiKey }),
      (error: Error) => error instanceof RangeError && !error.message.includes("4711"),
    );
  }
});

test("the default key goes to https and to this machine only, a named one where it is told to go", () => {
  const environment = { OPENAI_API_KEY: "a", MINE: "b", EMPTY: " " };
  assert.equal(apiKeyFor("https://api.example/v1", environment), "a");
  assert.equal(apiKeyFor("http://127.0.0.1:1/v1", environment), "a");
  assert.equal(apiKeyFor("http://gpu-host:8000/v1", environment), undefined);
  assert.equal(apiKeyFor("http://gpu-host:8000/v1", environment, "MINE"), "b");
  assert.equal(apiKeyFor("https://api.example/v1", {}), undefined);
  assert.throws(() => apiKeyFor("https://api.example/v1", environment, "EMPTY"), /environment variable/);
  assert.equal(checkEndpoint(new Checks("f"), "http://localhost:1/v1/"), "http://localhost:1/v1");
  for (const address of ["", "localhost:1", "ftp://x/", "http://user:secret@x/v1", "http://x/v1?key=secret", "http://x/#secret"]) {
    assert.throws(
      () => checkEndpoint(new Checks("f"), address),
      (error: Error) => error instanceof RangeError && !error.message.includes("secret"),
    );
  }
});

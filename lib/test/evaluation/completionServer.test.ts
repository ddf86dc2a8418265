import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect, type Socket } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import OpenAI from "openai";
import { ChatClient } from "../../dist/evaluation/chatClient.js";
import { startCompletionServer } from "../../dist/evaluation/completionServer.js";
import { runEvaluation } from "../../dist/evaluation/evaluation.js";
import { evaluationProblem } from "../../dist/evaluation/evaluationProblem.js";
import type { LanguageModel } from "../../dist/reasoning/languageModel.js";
import { drawProblemSet, solution } from "../../dist/reasoning/problemSet.js";
import { errs, solver } from "../reasoning/solver.ts";

const folder = mkdtempSync(join(tmpdir(), "cotlab-serve-"));
after(() => rmSync(folder, { recursive: true }));
const DRAWN = drawProblemSet({ specs: [{ kind: "gcd" }], count: 40, split: "test", seed: 3 });
const MODEL = solver({ problems: DRAWN, errorRate: 0.3, contextLength: 4000 });

/** A raw request, for what the npm client would not send. */
function raw(
  endpoint: string,
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<{ status: number; body: string }> {
  const url = new URL(path, endpoint);
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { method: init.method ?? "POST", headers: { "content-type": "application/json", ...init.headers } },
      (response) => {
        let body = "";
        response.on("data", (chunk) => (body += chunk));
        response.on("end", () => resolve({ status: response.statusCode!, body }));
      },
    );
    call.on("error", reject);
    call.end(init.body);
  });
}

const body = (fields: object): { body: string } => ({ body: JSON.stringify(fields) });
const chat = (content: string, fields: object = {}): { body: string } => body({ messages: [{ role: "user", content }], ...fields });

async function served<T>(model: LanguageModel, use: (endpoint: string) => Promise<T>, params: object = {}): Promise<T> {
  const server = await startCompletionServer({ model, ...params });
  try {
    return await use(server.endpoint);
  } finally {
    await server.close();
  }
}

/** Counts 0, 1, 2, ... for ever, a token each. */
const counter = (onEnd: () => void = () => undefined): LanguageModel => ({
  name: "counter",
  encode: (text) => [...text].map(() => 0),
  decode: (tokens) => tokens.map(String).join(" "),
  *generate({ signal }) {
    try {
      for (let i = 0; !signal.aborted; i++) yield i;
    } finally {
      onEnd();
    }
  },
});

test("the npm client lists the model, chats and completes, with usage counted in the model's tokens", () =>
  served(MODEL, async (endpoint) => {
    const client = new OpenAI({ baseURL: endpoint, apiKey: "none" });
    const models = await client.models.list();
    assert.deepEqual(
      models.data.map(({ id }) => id),
      ["solver"],
    );
    const right = DRAWN.find(({ key }) => !errs(key, 0.3))!;
    const expected = solution(right, 2, "symbols");
    const reply = await client.chat.completions.create({
      model: "solver",
      messages: [{ role: "user", content: right.symbols }],
      temperature: 0,
    });
    assert.equal(reply.choices[0].message.content, expected);
    assert.equal(reply.choices[0].finish_reason, "stop");
    assert.deepEqual([reply.usage!.prompt_tokens, reply.usage!.completion_tokens], [right.symbols.length, expected.length]);
    const cut = await client.completions.create({ model: "solver", prompt: right.symbols, max_tokens: 5 });
    assert.deepEqual([cut.choices[0].text, cut.choices[0].finish_reason], [expected.slice(0, 5), "length"]);
    const stopped = await client.completions.create({ model: "solver", prompt: right.symbols, stop: ["=", ";"] });
    assert.equal(stopped.choices[0].text, expected.split(/[=;]/)[0]);
    const again = await client.chat.completions.create({
      model: "solver",
      messages: [
        { role: "user", content: right.symbols },
        { role: "assistant", content: expected.slice(0, 7) },
      ],
    });
    assert.equal(again.choices[0].message.content, expected.slice(7));
  }));

/** Fails unless the problems with a right answer are those on which the model does not err. */
function assertSolved(answers: readonly { readonly key: string; readonly judgement: string }[]): void {
  const keys = (problems: readonly { readonly key: string }[]) => problems.map(({ key }) => key).sort();
  assert.deepEqual(keys(answers.filter(({ judgement }) => judgement === "right")), keys(DRAWN.filter(({ key }) => !errs(key, 0.3))));
}

test("an evaluation over HTTP measures the error rate that the model has", () =>
  served(MODEL, async (endpoint) => {
    const evaluation = await runEvaluation({
      client: new ChatClient({ endpoint, model: "solver" }),
      problems: DRAWN.map((problem) => evaluationProblem(problem)),
      budgets: [10, 3000],
      policy: { forcing: "cut", continuation: "prefix" },
      journal: join(folder, "journal.jsonl"),
    });
    const full = evaluation.answers.filter(({ budget }) => budget === 3000);
    assertSolved(full);
    assert.ok(evaluation.answers.filter(({ budget }) => budget === 10).every(({ tokens, cut }) => tokens === 10 && cut));
  }));

test("a model that reads and writes symbols alone is evaluated and forced in symbols", () =>
  served(MODEL, async (endpoint) => {
    const { answers } = await runEvaluation({
      client: new ChatClient({ endpoint, model: "solver" }),
      problems: DRAWN.map((problem) => evaluationProblem(problem, "symbols")),
      budgets: [400],
      policy: { forcing: "fill", continuation: "prefix", waitText: ";", answerText: ";=", maxWaits: 1 },
      journal: join(folder, "symbols.jsonl"),
    });
    assertSolved(answers);
    assert.ok(answers.every(({ waits }) => waits === 1));
  }));

test("requests that cannot be served are refused with a reason", () =>
  served(
    MODEL,
    async (endpoint) => {
      const question = DRAWN[0].symbols;
      for (const [path, init, status, message] of [
        ["/v1/chat/completions", { body: "{" }, 400, /body must be JSON/],
        ["/v1/chat/completions", { body: "[]" }, 400, /JSON object/],
        ["/v1/chat/completions", body({}), 400, /messages must be/],
        ["/v1/chat/completions", body({ messages: [null] }), 400, /role must be/],
        ["/v1/chat/completions", body({ messages: [{ role: "tool", content: "" }] }), 400, /role must be/],
        ["/v1/chat/completions", body({ messages: [{ role: "user", content: [] }] }), 400, /content must be text/],
        ["/v1/chat/completions", chat(question, { continue_final_message: true }), 400, /last message of the assistant/],
        ["/v1/completions", body({ prompt: ["a"] }), 400, /prompt must be text/],
        ["/v1/completions", body({ prompt: "\u00e9" }), 400, /ASCII/],
        ["/v1/completions", body({ prompt: "x".repeat(4000) }), 400, /shorter than 4000 tokens/],
        ["/v1/completions", body({ prompt: "x", model: "gpt-4" }), 404, /"solver", the only one/],
        ["/v1/completions", body({ prompt: "x", max_tokens: 0 }), 400, /max_tokens/],
        ["/v1/completions", body({ prompt: "x", max_tokens: 1e9 }), 400, /max_tokens/],
        ["/v1/completions", body({ prompt: "x", temperature: -1 }), 400, /temperature/],
        ["/v1/completions", body({ prompt: "x", seed: 0.5 }), 400, /seed/],
        ["/v1/completions", body({ prompt: "x", stop: "" }), 400, /stop/],
        ["/v1/completions", body({ prompt: "x", stream: true }), 400, /stream/],
        ["/v1/completions", body({ prompt: "x", n: 2 }), 400, /n must be absent or 1/],
        ["/v1/completions", body({ prompt: "y".repeat(5000) }), 413, /at most 4096 bytes/],
        ["/v1/completions", { ...chat("x"), headers: { "content-type": "text/plain" } }, 415, /application\/json/],
        ["/v1/completions", { ...chat("x"), headers: { host: "evil.example:80" } }, 403, /Host/],
        ["/v1/completions", { method: "GET" }, 405, /POST/],
        ["/v1/models", { method: "POST", body: "{}" }, 405, /GET/],
        ["/v1/../etc/passwd", { method: "GET" }, 404, /path must be/],
        ["/__proto__", { method: "POST", body: "{}" }, 404, /path must be/],
      ] as [string, Parameters<typeof raw>[2], number, RegExp][]) {
        const response = await raw(endpoint, path, init);
        assert.equal(response.status, status, `${path} ${init?.body?.slice(0, 80)} ${response.body}`);
        assert.match(JSON.parse(response.body).error.message, message);
      }
      assert.equal((await raw(endpoint, "/v1/models", { method: "GET" })).status, 200);
    },
    { maxBodyBytes: 4096 },
  ));

test("a generation ends at its time limit, and when nobody waits for it any more", async () => {
  let ended = 0;
  await served(
    counter(() => ended++),
    async (endpoint) => {
      const late = await raw(endpoint, "/v1/completions", body({ prompt: "x", max_tokens: 100_000 }));
      assert.equal(late.status, 503);
      assert.match(late.body, /longer than this server allows/);
      assert.equal(ended, 1);
    },
    { maxSeconds: 0.05 },
  );
  await served(
    counter(() => ended++),
    async (endpoint) => {
      const call = request(new URL("/v1/completions", endpoint), { method: "POST", headers: { "content-type": "application/json" } });
      call.on("error", () => undefined);
      call.end(body({ prompt: "x", max_tokens: 100_000 }).body);
      await new Promise((done) => setTimeout(done, 30));
      call.destroy();
      // The next request would wait for the abandoned one for ever.
      const next = await raw(endpoint, "/v1/completions", body({ prompt: "x", max_tokens: 3 }));
      assert.equal(JSON.parse(next.body).choices[0].text, "0 1 2");
      assert.equal(ended, 3);
    },
  );
});

test("requests beyond the queue are told to come back, and a model that fails is reported without its stack", async () => {
  await served(
    counter(),
    async (endpoint) => {
      const replies = await Promise.all(
        Array.from({ length: 4 }, () => raw(endpoint, "/v1/completions", body({ prompt: "x", max_tokens: 2000 }))),
      );
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 429, 429]);
    },
    { maxWaiting: 2 },
  );
  const broken: LanguageModel = {
    ...counter(),
    generate: () => {
      throw new Error("weights are gone");
    },
  };
  await served(broken, async (endpoint) => {
    const { status, body: text } = await raw(endpoint, "/v1/completions", body({ prompt: "x" }));
    assert.equal(status, 500);
    assert.match(text, /weights are gone/);
    assert.doesNotMatch(text, /\.js|at /);
  });
});

test("the server is reached from this machine only", async (context) => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((address) => address?.family === "IPv4" && !address.internal)?.address;
  if (outside === undefined) return context.skip("this machine has no address but its own");
  await served(MODEL, async (endpoint) => {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      const socket: Socket = connect(Number(new URL(endpoint).port), outside);
      socket.on("connect", () => {
        socket.destroy();
        resolve(undefined);
      });
      socket.on("error", resolve);
    });
    assert.equal(error?.code, "ECONNREFUSED");
  });
});

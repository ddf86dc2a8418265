/** @file Ten thousand problems through the command line, killed on the way, with a server that is not always well. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { evaluationProblem, readChatProblems } from "../../dist/evaluation/evaluationProblem.js";
import { readJournal } from "../../dist/evaluation/journal.js";
import { chatLine, drawProblemSet } from "../../dist/reasoning/problemSet.js";
import { badServer, say, send } from "./badServer.ts";

const folder = mkdtempSync(join(tmpdir(), "cotlab-kill-"));
after(() => rmSync(folder, { recursive: true }));
const COMMAND = fileURLToPath(new URL("../../bin/cotlab.cjs", import.meta.url));
const KEY = "sk-secret-4711";
const [COUNT, CONCURRENCY] = [10_000, 128];

/** A run of the command; `ended` holds its exit status and everything that it wrote. */
function start(args: readonly string[]): {
  process: ChildProcess;
  ended: Promise<{ code: number | null; signal: string | null; output: string }>;
} {
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...process.env, OPENAI_API_KEY: KEY, OPENAI_LOG: "debug" } });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (output += chunk));
  return { process: child, ended: new Promise((end) => child.on("close", (code, signal) => end({ code, signal, output }))) };
}

test("a kill in the middle of 10,000 problems loses nothing and counts nothing twice, and Ctrl-C stops in good order", async () => {
  const drawn = drawProblemSet({ specs: [{ kind: "arithmetic", digits: 4 }], count: COUNT, split: "train", seed: 1 });
  const file = join(folder, "problems.jsonl");
  writeFileSync(file, `${drawn.map((problem) => chatLine(problem, 1)).join("\n")}\n`);
  const numbers = new Map(drawn.map((problem, i) => [evaluationProblem(problem).question, i]));
  const rightOnes = drawn.filter((_, i) => i % 10 < 7).length;

  const times = new Map<number, number>();
  let at = Number.POSITIVE_INFINITY;
  let onCount = (): void => undefined;
  const server = await badServer(({ body, index, headers }, response) => {
    assert.equal(headers.authorization, `Bearer ${KEY}`);
    const i = numbers.get(body.messages[0].content)!;
    // One call in fifty meets a server that is overloaded or drops the connection.
    if (index % 100 === 0) return send(response, 429, `{"error":{"message":"busy, ${KEY}"}}`, { "retry-after": "0.01" });
    if (index % 100 === 50) return void response.destroy();
    times.set(i, (times.get(i) ?? 0) + 1);
    if (server.calls.length >= at) onCount();
    say(response, { text: `Answer: ${i % 10 < 7 ? drawn[i].answer[0] : "x"}`, tokens: Math.max(1, i % 2000), model: "tiny" });
  });
  const out = join(folder, "run");
  const args = [
    "eval",
    "--endpoint",
    server.endpoint,
    "--model",
    "tiny",
    "--problems",
    file,
    "--out",
    out,
    "--concurrency",
    String(CONCURRENCY),
  ];

  const outputs: string[] = [];
  /** Runs until the server has had so many calls, then sends the signal. */
  const until = async (calls: number, signal: NodeJS.Signals) => {
    const child = start(args);
    at = calls;
    onCount = () => {
      at = Number.POSITIVE_INFINITY;
      child.process.kill(signal);
    };
    const end = await child.ended;
    outputs.push(end.output);
    return end;
  };
  const killed = await until(4000, "SIGKILL");
  assert.equal(killed.signal, "SIGKILL");
  let kept = 0;
  await readJournal(join(out, "journal.jsonl"), (entry) => (kept += Number(entry.kind === "chain")));
  assert.ok(kept >= 4000 - (2 * 4000) / 100 - CONCURRENCY - 1 && kept < 4000, `${kept} chains kept`);

  const interrupted = await until(7000, "SIGINT");
  assert.equal(interrupted.code, 130);
  assert.match(interrupted.output, /what was answered is kept/);
  assert.match(interrupted.output, /the same command goes on from there/);

  const last = start(args);
  const finished = await last.ended;
  outputs.push(finished.output);
  assert.equal(finished.code, 0, finished.output);
  await server.close();

  const summary = JSON.parse(readFileSync(join(out, "summary.json"), "utf8"));
  assert.deepEqual([summary.answered, summary.missing, summary.servedModel], [COUNT, 0, "tiny"]);
  const [budget] = summary.budgets;
  assert.deepEqual([budget.overall.right, budget.overall.n], [rightOnes, COUNT]);
  assert.deepEqual(
    budget.buckets.map(({ n }: { n: number }) => n),
    [COUNT / 2, COUNT / 2],
  );
  const keys: string[] = [];
  await readJournal(join(out, "journal.jsonl"), (entry) => entry.kind === "chain" && keys.push(entry.key as string));
  assert.equal(keys.length, COUNT);
  assert.equal(new Set(keys).size, COUNT);
  assert.deepEqual(new Set(keys), new Set(readChatProblems(readFileSync(file, "utf8")).map(({ key }) => key)));
  // Asked again is only what was on its way when the run was stopped.
  const again = [...times.values()].reduce((sum, count) => sum + count - 1, 0);
  assert.ok(again <= 2 * CONCURRENCY, `${again} problems asked again`);
  for (const name of readdirSync(out)) assert.ok(!readFileSync(join(out, name), "utf8").includes(KEY), name);
  assert.ok(outputs.every((output) => !output.includes(KEY)));
  assert.deepEqual(readdirSync(out).sort(), ["journal.jsonl", "summary.csv", "summary.json"]);
});

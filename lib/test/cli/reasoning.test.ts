import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { evaluationProblem } from "../../dist/evaluation/evaluationProblem.js";
import { splitOf } from "../../dist/reasoning/problem.js";
import { drawProblemSet } from "../../dist/reasoning/problemSet.js";
import { badServer, say, send } from "../evaluation/badServer.ts";

const folder = mkdtempSync(join(tmpdir(), "cotlab-reasoning-"));
after(() => rmSync(folder, { recursive: true }));
const COMMAND = fileURLToPath(new URL("../../bin/cotlab.cjs", import.meta.url));
const KEY = "sk-secret-4712";

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[], environment: Record<string, string> = {}): { child: ChildProcess; ended: Promise<Ended> } {
  const { OPENAI_API_KEY: _, ...rest } = process.env;
  const child = spawn(process.execPath, [COMMAND, ...args], { env: { ...rest, ...environment }, cwd: folder });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  return { child, ended: new Promise((end) => child.on("close", (code) => end({ code, out, err }))) };
}
const run = (args: readonly string[], environment?: Record<string, string>): Promise<Ended> => start(args, environment).ended;
const lines = (path: string): { key: string; messages: { role: string; content: string }[] }[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

test("problems are written whole, with their difficulty, and the same by options and by a specification", async () => {
  const out = join(folder, "x.jsonl");
  const done = await run(
    "problems --task gcd --count 50 --split train --seed 3 --digits 4 --euclid-steps 3-5 --detail 1 --out x.jsonl".split(" "),
  );
  assert.equal(done.code, 0, done.err);
  assert.equal(done.out, "");
  const drawn = lines(out);
  assert.equal(new Set(drawn.map(({ key }) => key)).size, 50);
  assert.ok(drawn.every(({ key }) => splitOf(key) === "train"));
  const profile = JSON.parse(readFileSync(join(folder, "x.profile.json"), "utf8"));
  assert.deepEqual([profile.difficulty.euclidSteps.least, profile.difficulty.euclidSteps.most], [3, 5]);
  writeFileSync(
    join(folder, "s.json"),
    JSON.stringify({ specs: [{ kind: "gcd", digits: 4, euclidSteps: [3, 5] }], count: 9, split: "test", seed: 3, detail: 1 }),
  );
  const again = await run("problems --spec s.json --count 50 --split train".split(" "));
  assert.equal(again.out, readFileSync(out, "utf8"));
  // What cannot be written leaves what was there.
  const failed = await run("problems --task gcd --count 5 --out nowhere/x.jsonl".split(" "));
  assert.equal(failed.code, 1);
  assert.doesNotMatch(failed.err, /at .*\.js/);
  assert.deepEqual(readdirSync(folder).sort(), ["s.json", "x.jsonl", "x.profile.json"]);
});

test("several details take turns, each kind of problem has each equally often, and the question says which is asked for", async () => {
  const specs = [1, 2].map((steps) => ({ kind: "gcd", digits: 3, euclidSteps: [steps, steps], divisor: [2, 9] }));
  writeFileSync(join(folder, "s.json"), JSON.stringify({ specs, count: 24, split: "test", seed: 1, detail: [1, 2, 3] }));
  const { out, code } = await run("problems --spec s.json".split(" "));
  assert.equal(code, 0);
  const drawn = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const times = new Map<string, number>();
  for (const { difficulty, messages } of drawn) {
    const { euclidSteps, detail } = difficulty;
    times.set(`${euclidSteps} ${detail}`, (times.get(`${euclidSteps} ${detail}`) ?? 0) + 1);
    assert.equal(/Write only/.test(messages[0].content), detail === 1);
    assert.equal(/and check it/.test(messages[0].content), detail === 3);
    assert.equal(/Check:/.test(messages[1].content), detail === 3);
  }
  assert.deepEqual([...times.values()], [4, 4, 4, 4, 4, 4]);
});

test("wrong calls end with status 2 and say which option is wrong", async () => {
  writeFileSync(join(folder, "wrong.json"), '{"spec": []}');
  for (const [call, message] of [
    ["problems", /--task must be given/],
    ["problems --task riddles --count 3", /--task must be one of gcd, polynomial, arithmetic, got riddles/],
    ["problems --task gcd", /--count must be given/],
    ["problems --task gcd --count many", /--count must be a number, got many/],
    ["problems --task gcd --count 3 --degree 2", /--degree must not be given with --task gcd/],
    ["problems --task gcd --count 3 --count 4", /--count must be given once/],
    ["problems --task gcd --count 3 --euclid-steps few", /range such as 3-8/],
    ["problems --task gcd --count 3 --detail 9", /--detail must be 1, 2 or 3/],
    ["problems --spec wrong.json --task gcd", /without --task/],
    ["problems --spec wrong.json", /must hold specs, count/],
    ["problems --bananas", /--bananas/],
    ["eval --model m --task gcd --count 3 --out o", /--endpoint must be given/],
    ["eval --endpoint http://127.0.0.1:9/v1 --task gcd --count 3 --out o", /--model must be given/],
    ["eval --endpoint http://127.0.0.1:9/v1 --model m --problems x.jsonl --task gcd --out o", /without --task/],
    ["eval stray", /stray/],
    ["eval --table base", /base=FOLDER/],
    ["problems --task gcd --count 3 --divisor few", /--divisor must be a range such as 3-8/],
    ["problems --task gcd --count 3 --detail 1,9", /--detail must be 1, 2 or 3, or several of them, got 9/],
    ["eval --table", /LABEL=FOLDER/],
    ["eval --table base=a gcd=a", /each run once/],
    ["eval --table base=a --model m", /got --model/],
    ["serve", /--module must be given/],
    ["serve --checkpoint a --gguf b", /one of --checkpoint, --gguf and --module must be given/],
    ["serve --checkpoint a --lora b", /--lora must be given with --gguf only/],
  ] as const) {
    const { code, err } = await run(call.split(" "));
    assert.equal(code, 2, `${call}: ${err}`);
    assert.match(err, message);
    assert.match(err, /^.+\nnpx cotlab (?:\w+ )?--help shows the (?:options|commands)\n$/);
  }
  for (const [call, message] of [
    ["eval --endpoint http://u:hidden@x/v1 --model m --task gcd --count 3 --out o", /without user name/],
    ["eval --endpoint http://127.0.0.1:9/v1 --key-variable NOPE --model m --task gcd --count 3 --out o", /environment variable/],
    ["eval --endpoint http://127.0.0.1:9/v1 --model m --task gcd --count 3 --out o --buckets 1-2", /intervals such as/],
    ["eval --table base=nowhere", /journal must be/],
  ] as const) {
    const { code, err } = await run(call.split(" "));
    assert.equal(code, 1, `${call}: ${err}`);
    assert.match(err, message);
    assert.doesNotMatch(err, /hidden|at .*\.js/);
  }
});

test("three models are evaluated and set beside the paper's table; the key appears nowhere", async () => {
  const drawn = drawProblemSet({ specs: [{ kind: "gcd" }], count: 40, split: "test", seed: 1 });
  const numbers = new Map(drawn.map((problem, i) => [evaluationProblem(problem).question, i]));
  const skill: Record<string, number> = { a: 4, b: 8, c: 3 };
  const server = await badServer(({ body, headers }, response) => {
    if (headers.authorization !== `Bearer ${KEY}`)
      return send(response, 401, `{"error":{"message":"not ${headers.authorization}, ${KEY}"}}`);
    const i = numbers.get(body.messages[0].content)!;
    say(response, {
      text: i % 10 < skill[body.model] ? `Answer: ${drawn[i].answer[0]}` : "no idea",
      tokens: Math.max(1, 100 * i),
      model: body.model,
    });
  });
  const call = (model: string, more: string[] = []): string[] => [
    ..."eval --task gcd --count 40 --seed 1 --budgets 4000 --endpoint".split(" "),
    server.endpoint,
    "--model",
    model,
    "--out",
    model,
    ...more,
  ];
  const outputs: Ended[] = [];
  const refused = await run(call("a", ["--key-variable", "OTHER"]), { OTHER: "sk-wrong", OPENAI_API_KEY: KEY, OPENAI_LOG: "debug" });
  assert.equal(refused.code, 1);
  assert.match(refused.err, /401/);
  assert.ok(!refused.err.includes("sk-wrong"));
  for (const model of ["a", "b", "c"]) {
    const done = await run(call(model), {
      OPENAI_API_KEY: KEY,
      OPENAI_LOG: "debug",
      OPENAI_BASE_URL: "http://127.0.0.1:9/",
      OPENAI_ORG_ID: "o",
    });
    assert.equal(done.code, 0, done.err);
    outputs.push(done);
  }
  await server.close();
  assert.match(
    outputs[0].out,
    /^a \(served as a\)\nbudget 4000: 40\.0 % \[26\.3, 55\.4\] {2}16 of 40, 1950\.0 tokens a chain\n {2}\[0, 1000\) +40\.0 %/,
  );
  assert.match(outputs[0].err, /40 of 40 chains/);
  const table = await run("eval --table base=a gcd=b polynomial=c --out table".split(" "));
  assert.equal(table.code, 0, table.err);
  outputs.push(table);
  assert.match(table.out, /paper, % \(transcribed\)/);
  assert.match(table.out, /\| gcd \(b\) \| \[0, 1000\) \| 75\.0 \| 80\.0 \[49\.0, 94\.3\] \| 0 \| 10 \| 40\.0 \[/);
  assert.equal(readFileSync(join(folder, "table", "table.md"), "utf8"), table.out);
  const own = await run(["eval", "--table", "base=a", "mine=b", "mine=c", "--buckets", "[0,500) [500,4000]"]);
  assert.equal(own.code, 0, own.err);
  assert.match(own.out, /\| mine \(b, c\) \| \[0, 500\) \| {2}\| \d/);
  assert.match(own.out, /\| base \(Qwen-Base, the paper's, transcribed\) \| \[0, 1000\) \| 30\.4 \|/);
  assert.equal(readFileSync(join(folder, "b", "summary.csv"), "utf8").split("\r\n").length, 1 + 5 + 1);
  for (const name of ["a", "b", "c", "table"]) {
    for (const file of readdirSync(join(folder, name))) {
      const text = readFileSync(join(folder, name, file), "utf8");
      assert.ok(!text.includes(name === "a" && file === "journal.jsonl" ? "sk-wrong" : KEY), `${name}/${file}`);
    }
  }
  assert.ok(outputs.every(({ out, err }) => !out.includes(KEY) && !err.includes(KEY)));
});

test("eval --form symbols asks in symbols, and forces a chain with ; and ;=", async () => {
  const [problem] = drawProblemSet({ specs: [{ kind: "gcd" }], count: 1, split: "test", seed: 2 });
  const said: string[] = [];
  // The first piece of the chain is cut, or stops early; the answer comes when it is asked for.
  for (const [forcing, finish, words] of [
    ["cut", "length", ";="],
    ["fill", "stop", ";"],
  ] as const) {
    const server = await badServer(({ index, body }, response) => {
      said.push(body.messages.at(-1)!.content);
      say(response, index === 0 ? { text: "12", tokens: 2, finish } : { text: `${problem!.answer[0]};`, tokens: 400, finish: "length" });
    });
    const call = `eval --form symbols --task gcd --count 1 --seed 2 --budgets 40 --forcing ${forcing} --model m --out ${forcing} --endpoint`;
    const done = await run([...call.split(" "), server.endpoint], { OPENAI_API_KEY: KEY });
    await server.close();
    assert.equal(done.code, 0, done.err);
    assert.equal(said[0], problem!.symbols);
    assert.equal(said[1], `12${words}`);
    said.length = 0;
  }
});

test("serve serves a model from a module until it is told to stop", async () => {
  writeFileSync(
    join(folder, "model.mjs"),
    "export default { name: 'echo', encode: (text) => [...text].map((c) => c.charCodeAt(0)), decode: (t) => String.fromCharCode(...t), *generate({ prompt }) { yield* prompt; } };",
  );
  const { child, ended } = start("serve --module model.mjs --port 0".split(" "));
  const endpoint = await new Promise<string>((resolve) => child.stdout!.once("data", (chunk) => resolve(String(chunk).trim())));
  const response = await fetch(`${endpoint}/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "echo", prompt: "hello" }),
  });
  assert.equal(((await response.json()) as { choices: { text: string }[] }).choices[0].text, "hello");
  child.kill("SIGINT");
  assert.equal((await ended).code, 0);
  writeFileSync(join(folder, "none.mjs"), "export default 7;");
  const none = await run("serve --module none.mjs".split(" "));
  assert.equal(none.code, 2);
  assert.match(none.err, /LanguageModel/);
});

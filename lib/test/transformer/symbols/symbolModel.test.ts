import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { readSymbolRows, summarizeSymbolRows, symbolRowsCsv } from "../../../../studies/dist/symbolExperiment.js";
import { ChatClient } from "../../../dist/evaluation/chatClient.js";
import { runEvaluation } from "../../../dist/evaluation/evaluation.js";
import { evaluationProblem } from "../../../dist/evaluation/evaluationProblem.js";
import { SYMBOLS } from "../../../dist/reasoning/problem.js";
import { drawProblemSet, solution } from "../../../dist/reasoning/problemSet.js";
import { symbolCorpus } from "../../../dist/transformer/symbols/symbolCorpus.js";
import { readSymbolModel, symbolModel } from "../../../dist/transformer/symbols/symbolModel.js";
import { type SymbolModelConfig, symbolModelConfig } from "../../../dist/transformer/symbols/symbolModelConfig.js";
import { BEGIN, decodeSymbols, END, encodeSymbols, PAD } from "../../../dist/transformer/symbols/symbolTokens.js";
import { trainSymbolModel, writeSymbolModel } from "../../../dist/transformer/symbols/trainSymbolModel.js";

const folder = mkdtempSync(join(tmpdir(), "cotlab-symbols-"));
after(() => rmSync(folder, { recursive: true }));
const COMMAND = fileURLToPath(new URL("../../../bin/cotlab.cjs", import.meta.url));
const DATA = fileURLToPath(new URL("../../../../data/reasoning/", import.meta.url));

/** Small enough to learn one-digit remainders in a second or two. */
const CONFIG: SymbolModelConfig = {
  name: "tiny",
  start: null,
  model: { layers: 1, heads: 1, width: 32, context: 32 },
  data: { specs: [{ kind: "arithmetic", operation: "addition", digits: 1 }], count: 60, seed: 1, detail: 1, cut: 0.1, twice: 0.1 },
  training: { steps: 300, batch: 32, learningRate: 0.01, warmUp: 10, floor: 0.1 },
  seeds: [0],
};
const short: SymbolModelConfig = { ...CONFIG, name: "short", training: { ...CONFIG.training, steps: 30 } };
const same = (a: Float32Array, b: Float32Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

test("symbols become tokens and come back, and other characters are refused", () => {
  assert.equal(decodeSymbols(encodeSymbols(SYMBOLS)), SYMBOLS);
  assert.equal(decodeSymbols([BEGIN, ...encodeSymbols("1+2?"), END, PAD]), "1+2?");
  assert.throws(() => encodeSymbols("1 + 2"), /characters .* got " "/);
});

test("sequences hold questions and solutions; only what a model says on its own account is learnt", () => {
  const problems = drawProblemSet({
    specs: [
      { kind: "gcd", digits: 2 },
      { kind: "arithmetic", digits: 2 },
    ],
    count: 300,
    split: "train",
    seed: 1,
  });
  const length = 90;
  const { tokens, weights } = symbolCorpus({ problems, detail: 1, length, cut: 0.3, twice: 0.3, seed: 1 });
  const kinds = { whole: 0, cut: 0, twice: 0 };
  problems.forEach((problem, e) => {
    const row = [...tokens.subarray(e * (length + 1), (e + 1) * (length + 1))];
    const end = row.indexOf(END);
    assert.equal(row[0], BEGIN);
    assert.ok(row.slice(end + 1).every((token) => token === PAD));
    const text = decodeSymbols(row.slice(1, end));
    assert.ok(text.startsWith(problem.symbols));
    const reply = text.slice(problem.symbols.length);
    const whole = solution(problem, 1, "symbols");
    const answer = `;=${problem.answer.join(",")}`;
    assert.ok(reply.endsWith(answer));
    const kind = reply === whole ? "whole" : reply === `${whole};${whole}` ? "twice" : "cut";
    if (kind === "cut") assert.ok(whole.startsWith(reply.slice(0, -answer.length)), reply);
    kinds[kind]++;
    const learnt = [...weights.subarray(e * length, (e + 1) * length)];
    // What has weight is the reply and its end, without the token at which it is turned.
    const turned = kind === "cut" ? reply.length - answer.length : kind === "twice" ? whole.length : -1;
    learnt.forEach((weight, t) => {
      const place = t + 1 - (1 + problem.symbols.length);
      assert.equal(weight, place >= 0 && place <= reply.length && place !== turned ? 1 : 0, `${text} at ${t}`);
    });
  });
  // Binomial with p = 0.3: standard deviation 8.
  assert.ok(Math.abs(kinds.cut - 90) < 33 && Math.abs(kinds.twice - 90) < 33, JSON.stringify(kinds));
  assert.throws(() => symbolCorpus({ problems, detail: 1, length: 20, cut: 0, twice: 0, seed: 1 }), /length must be at least/);
});

test("a model learns small sums, and answers new ones over HTTP as it does here", async () => {
  const run = await trainSymbolModel(CONFIG, 0, join(folder, "tiny"));
  const file = join(folder, "tiny.bin");
  writeSymbolModel(file, run);
  const model = symbolModel(readSymbolModel(file));
  const problems = drawProblemSet({ ...CONFIG.data, split: "train" });
  const child: ChildProcess = spawn(process.execPath, [COMMAND, "serve", "--checkpoint", file, "--port", "0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const [endpoint] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
    const client = new ChatClient({ endpoint, model: "tiny-seed0" });
    const { answers, missing } = await runEvaluation({
      client,
      problems: problems.map((problem) => evaluationProblem(problem, "symbols")),
      budgets: [2, 16],
      policy: { forcing: "cut", continuation: "prefix", answerText: ";=", waitText: ";", answerTokens: 3 },
      journal: join(folder, "tiny.jsonl"),
    });
    assert.equal(missing, 0);
    const right = (budget: number): number => answers.filter((answer) => answer.budget === budget && answer.judgement === "right").length;
    // Two tokens are no room for the sum: what counts there is the answer that was asked for.
    assert.ok(right(16) >= 50, `${right(16)} of 60`);
    assert.ok(answers.every(({ budget, tokens, cut }) => budget === 16 || (tokens === 2 && cut)));
    const prompt = model.encode(problems[0].symbols);
    const here = [
      ...(model.generate({ prompt, maxTokens: 16, temperature: 0, seed: 0, signal: new AbortController().signal }) as Iterable<number>),
    ];
    const reply = await client.reply({
      messages: [{ role: "user", content: problems[0].symbols }],
      continueLast: false,
      maxTokens: 16,
      temperature: 0,
    });
    assert.equal(reply.text, model.decode(here));
    await assert.rejects(
      client.reply({ messages: [{ role: "user", content: "gcd" }], continueLast: false, maxTokens: 4, temperature: 0 }),
      /characters/,
    );
  } finally {
    child.kill();
  }
});

test("training that stops and goes on ends at the same bits, and a folder of another run is left alone", async () => {
  const whole = await trainSymbolModel(short, 3, join(folder, "whole"));
  let steps = 0;
  const place = join(folder, "parts");
  const first = await trainSymbolModel(short, 3, place, { stopped: () => ++steps >= 13 });
  assert.deepEqual([first.finished, first.step], [false, 13]);
  await assert.rejects(trainSymbolModel(short, 3, place), /--resume continues it/);
  await assert.rejects(trainSymbolModel(short, 4, place, { resume: true }), /another run/);
  const rest = await trainSymbolModel({ ...short, seeds: [3, 4] }, 3, place, { resume: true });
  assert.ok(rest.finished && same(rest.parameters, whole.parameters));
  const tuned = await trainSymbolModel({ ...short, start: "tiny" }, 3, join(folder, "tuned"), { start: whole.parameters });
  assert.ok(!same(tuned.parameters, whole.parameters));
  await assert.rejects(trainSymbolModel({ ...short, start: "tiny" }, 3, join(folder, "x")), /start must be the parameters of tiny/);
  assert.ok(!existsSync(join(folder, "x")));
});

test("the command goes on after a kill -9 and makes the model that an undisturbed run makes", async () => {
  const config = join(folder, "killed.json");
  writeFileSync(config, JSON.stringify({ ...CONFIG, name: "killed", training: { ...CONFIG.training, steps: 420 } }));
  const start = (out: string): ChildProcess =>
    spawn(process.execPath, [COMMAND, "lm", "train", config, "--out", join(folder, out), "--resume"], {
      stdio: ["ignore", "ignore", "pipe"],
    });
  const killed = start("a");
  await once(createInterface({ input: killed.stderr! }), "line");
  killed.kill("SIGKILL");
  await once(killed, "close");
  assert.ok(!existsSync(join(folder, "a/killed-seed0.bin")));
  for (const out of ["a", "b"]) assert.deepEqual(await once(start(out), "close"), [0, null]);
  const [a, b] = ["a", "b"].map((out) => readSymbolModel(join(folder, out, "killed-seed0.bin")));
  assert.ok(same(a!.parameters, b!.parameters));
  const file = join(folder, "a/killed-seed0.bin");
  const before = statSync(file).mtimeMs;
  assert.deepEqual(await once(start("a"), "close"), [0, null]);
  assert.equal(statSync(file).mtimeMs, before);
  writeFileSync(file, readFileSync(file).subarray(0, 5000));
  const server = spawn(process.execPath, [COMMAND, "serve", "--checkpoint", file, "--port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
  const [line] = (await once(createInterface({ input: server.stderr! }), "line")) as [string];
  assert.match(line, /cut short/);
});

test("wrong settings are refused by name", () => {
  assert.deepEqual(symbolModelConfig(CONFIG), CONFIG);
  const model = { ...CONFIG.model, width: 30 };
  for (const [change, message] of [
    [{ name: "../x" }, /name must be/],
    [{ model }, /model\.width must be a multiple of 4/],
    [{ more: 1 }, /the file must be an object with keys among name, .* got "more"/],
    [{ seeds: [] }, /seeds must be/],
    [{ data: { ...CONFIG.data, detail: 4 } }, /data\.detail must be 1, 2 or 3/],
    [{ data: { ...CONFIG.data, cut: 0.6, twice: 0.6 } }, /data\.twice/],
    [{ training: { ...CONFIG.training, learningRate: 0 } }, /training\.learningRate/],
    [{ training: { steps: 3 } }, /training must be an object/],
  ] as const)
    assert.throws(() => symbolModelConfig({ ...CONFIG, ...change }), message);
});

test("rows come back from CSV, and gains are taken seed by seed", () => {
  const row = { measurement: "m", kind: "gcd", budget: 8, unclear: 0, n: 10, low: 0, high: 1, meanTokens: 5, noAnswer: 0, cut: 2 } as const;
  const rows = [0, 1, 2].flatMap((seed) =>
    (["base", "gcd"] as const).map((role) => {
      const right = role === "base" ? seed : 2 * seed + 3;
      return { ...row, role, seed, right, accuracy: right / 10 };
    }),
  );
  assert.deepEqual(readSymbolRows(symbolRowsCsv(rows)), rows);
  const [base, gcd] = summarizeSymbolRows(rows);
  assert.ok(base!.gain === undefined && Math.abs(base!.accuracy.mean - 0.1) < 1e-12);
  assert.ok(Math.abs(gcd!.gain!.mean - 0.4) < 1e-12);
  // Gains 0.3, 0.4, 0.5: standard deviation 0.1 over the root of 3.
  assert.ok(Math.abs(gcd!.gain!.standardError - 0.1 / Math.sqrt(3)) < 1e-12);
  const quoted = [{ ...rows[0], measurement: 'a, "b"' }];
  assert.deepEqual(readSymbolRows(symbolRowsCsv(quoted)), quoted);
  assert.throws(() => readSymbolRows("a,b\n1,2\n"), /readSymbolRows: the first line of csv must be measurement,kind,role/);
});

test("the stored results are whole, and their summary follows from their rows", () => {
  const rows = readSymbolRows(readFileSync(join(DATA, "results.csv"), "utf8"));
  const { summary } = JSON.parse(readFileSync(join(DATA, "results.json"), "utf8")) as { summary: ReturnType<typeof summarizeSymbolRows> };
  const again = summarizeSymbolRows(rows);
  assert.equal(again.length, summary.length);
  again.forEach((entry, i) => {
    assert.ok(Math.abs(entry.accuracy.mean - summary[i].accuracy.mean) < 1e-5);
    assert.ok(Math.abs((entry.gain?.mean ?? 0) - (summary[i].gain?.mean ?? 0)) < 1e-5);
  });
  const seeds = new Set(rows.map(({ seed }) => seed));
  assert.ok(seeds.size >= 3);
  for (const seed of seeds)
    for (const role of ["base", "gcd", "polynomial"]) {
      const { config, step } = readSymbolModel(join(DATA, `models/${role}-seed${seed}.bin`));
      assert.equal(step, config.training.steps);
    }
});

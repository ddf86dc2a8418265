/** @file `npx cotlab eval`: asks a served model reasoning problems under token budgets, and reports its accuracy by chain length. */
import { mkdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { writeTogether } from "../data/writeTogether";
import { type EvaluationSummary, lengthBuckets, type Proportion, summarizeEvaluation, summaryCsv } from "../evaluation/accuracy";
import { apiKeyFor } from "../evaluation/apiKey";
import type { ChainPolicy } from "../evaluation/chain";
import { ChatClient } from "../evaluation/chatClient";
import { type Evaluation, EvaluationStoppedError, readEvaluation, runEvaluation } from "../evaluation/evaluation";
import { type EvaluationProblem, evaluationProblem, readChatProblems } from "../evaluation/evaluationProblem";
import { paperTable, paperTableMarkdown, percent } from "../evaluation/paperTable";
import { drawProblemSet } from "../reasoning/problemSet";
import { type Command, interruption } from "./command";
import { JOURNAL, journalOf } from "./journalOf";
import { Options } from "./options";
import { PROBLEM_OPTIONS, PROBLEM_USAGE, problemSetParams } from "./problems";
import { StatusLine } from "./statusLine";

const INTERRUPTED = 130;

const CLIENT_NUMBERS = ["timeout", "tries", "max-response-bytes"];
const POLICY_NUMBERS = ["answer-tokens", "max-waits"];
const POLICY_TEXTS = ["forcing", "continuation", "wait-text", "answer-text"];
const RUN_NUMBERS = ["temperature", "concurrency"];
const OWN = ["endpoint", "model", "key-variable", "problems", "form", "budgets", "sampling-seed", "stop", "buckets", "out"];
const VALUES = [...PROBLEM_OPTIONS, ...CLIENT_NUMBERS, ...POLICY_NUMBERS, ...POLICY_TEXTS, ...RUN_NUMBERS, ...OWN];

async function chosenProblems(options: Options): Promise<EvaluationProblem[]> {
  const { problems, form = "text" } = options.values;
  if (form !== "text" && form !== "symbols") options.fail(`--form must be text or symbols, got ${form}`);
  if (problems === undefined) return drawProblemSet(await problemSetParams(options)).map((problem) => evaluationProblem(problem, form));
  const also = [...PROBLEM_OPTIONS, "form"].filter((name) => options.values[name] !== undefined);
  if (also.length > 0) options.fail(`--problems must be given without --${also.join(", --")}`);
  return readChatProblems(await readFile(problems, "utf8"));
}

/** A model that reads symbols knows no words: its chain goes on after ";" and its answer stands after ";=". */
const SYMBOL_POLICY = { continuation: "prefix", waitText: ";", answerText: ";=" } as const;

function chosenPolicy(options: Options): ChainPolicy {
  const own = options.given(POLICY_NUMBERS, POLICY_TEXTS);
  return options.values.form === "symbols" ? { ...SYMBOL_POLICY, ...own } : own;
}

function chosenClient(options: Options): ChatClient {
  const [endpoint, model] = [options.required("endpoint"), options.required("model")];
  const apiKey = apiKeyFor(endpoint, process.env, options.values["key-variable"]);
  return new ChatClient({ endpoint, model, apiKey, ...options.given(CLIENT_NUMBERS) });
}

const shown = ({ right, unclear, n, accuracy, low, high }: Proportion): string =>
  accuracy === null
    ? "no chains"
    : `${percent(accuracy)} % [${percent(low)}, ${percent(high)}]  ${right} of ${n}${unclear > 0 ? `, ${unclear} unclear` : ""}`;

function printed(summary: EvaluationSummary): string {
  const lines = summary.budgets.flatMap(({ budget, overall, buckets, outside, unknownLength, meanTokens }) => [
    `budget ${budget}: ${shown(overall)}${meanTokens === null ? "" : `, ${meanTokens.toFixed(1)} tokens a chain`}`,
    ...buckets.map((bucket) => `  ${bucket.bucket.padEnd(14)} ${shown(bucket)}`),
    ...(outside.n > 0 ? [`  ${"outside".padEnd(14)} ${shown(outside)}`] : []),
    ...(unknownLength.n > 0 ? [`  ${"length unknown".padEnd(14)} ${shown(unknownLength)}`] : []),
  ]);
  const head = `${summary.settings.model}${summary.servedModel === null ? "" : ` (served as ${summary.servedModel})`}`;
  return `${[head, ...lines, ...summary.notes.map((note) => `note: ${note}`)].join("\n")}\n`;
}

async function writeSummary(folder: string, evaluation: Evaluation, { values }: Options): Promise<EvaluationSummary> {
  const summary = summarizeEvaluation(evaluation, lengthBuckets(values.buckets));
  await writeTogether({
    [join(folder, "summary.json")]: `${JSON.stringify(summary, null, 2)}\n`,
    [join(folder, "summary.csv")]: summaryCsv(summary),
  });
  return summary;
}

async function run(options: Options): Promise<number> {
  const folder = options.required("out");
  lengthBuckets(options.values.buckets);
  const client = chosenClient(options);
  const problems = await chosenProblems(options);
  await mkdir(folder, { recursive: true });
  const signal = interruption();
  signal.addEventListener("abort", () => process.stderr.write("stopping; what was answered is kept\n"));
  const line = new StatusLine();
  let evaluation: Evaluation;
  try {
    evaluation = await runEvaluation({
      client,
      problems,
      budgets: options.numbers("budgets") ?? [2000],
      policy: chosenPolicy(options),
      journal: join(folder, JOURNAL),
      signal,
      onProgress: ({ answered, failed, total }) =>
        line.show(`${answered} of ${total} chains${failed > 0 ? `, ${failed} failed` : ""}`, answered + failed === total),
      ...options.given(RUN_NUMBERS),
      seed: options.number("sampling-seed") ?? 0,
      stop: options.values.stop === undefined ? [] : [options.values.stop],
    });
  } catch (error) {
    if (!(error instanceof EvaluationStoppedError)) throw error;
    process.stderr.write(`${error.message}\nwhat was answered is kept in ${folder}; the same command goes on from there\n`);
    return 1;
  } finally {
    line.end();
  }
  const summary = await writeSummary(folder, evaluation, options);
  process.stdout.write(printed(summary));
  for (const failure of evaluation.failures.slice(0, 5)) process.stderr.write(`failed: ${failure}\n`);
  if (evaluation.missing > 0) process.stderr.write(`${evaluation.missing} chains are missing; the same command goes on from there\n`);
  if (signal.aborted) return INTERRUPTED;
  return evaluation.missing > 0 ? 1 : 0;
}

/** What `--table` takes besides folders; whatever else is given would have no effect. */
const TABLE_OPTIONS = ["budgets", "buckets", "out"];

/** `--table base=DIR gcd=DIR polynomial=DIR`, any labels; one that is given several times has several seeds. */
async function table(options: Options): Promise<number> {
  const useless = Object.keys(options.values).find((name) => !TABLE_OPTIONS.includes(name));
  if (useless !== undefined) options.fail(`--table goes with --${TABLE_OPTIONS.join(", --")}, got --${useless}`);
  if (options.positionals.length === 0) options.fail("--table takes LABEL=FOLDER, such as base=FOLDER gcd=FOLDER, got nothing");
  const buckets = lengthBuckets(options.values.buckets);
  const named = options.positionals.map((argument) => {
    const [, label, folder] = /^([^=]+)=(.+)$/s.exec(argument) ?? [];
    return folder === undefined
      ? options.fail(`--table takes LABEL=FOLDER, such as base=FOLDER gcd=FOLDER, got ${argument}`)
      : { label, journal: resolve(journalOf(folder)) };
  });
  if (new Set(named.map(({ journal }) => journal)).size < named.length) options.fail("--table takes each run once");
  const runs = new Map<string, Evaluation[]>();
  for (const { label, journal } of named) runs.set(label, [...(runs.get(label) ?? []), await readEvaluation(journal)]);
  const result = paperTable(Object.fromEntries(runs), options.number("budgets"), buckets);
  const markdown = paperTableMarkdown(result);
  const out = options.values.out;
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    await writeTogether({ [join(out, "table.md")]: markdown, [join(out, "table.json")]: `${JSON.stringify(result, null, 2)}\n` });
  }
  process.stdout.write(markdown);
  return 0;
}

function evaluation(args: string[]): Promise<number> {
  const options = new Options("eval", args, { values: VALUES, flags: ["table"], positionals: true });
  if (options.flags.has("table")) return table(options);
  if (options.positionals.length > 0) options.fail(`unexpected argument ${options.positionals[0]}`);
  return run(options);
}

export const command: Command = {
  usage: `usage: npx cotlab eval --endpoint URL --model NAME (--problems FILE | --task NAME --count N ...) --out FOLDER [options]
       npx cotlab eval --table LABEL=FOLDER ... [--budgets N] [--buckets TEXT] [--out FOLDER]

Asks an OpenAI-compatible server (vLLM, llama.cpp, Ollama, npx cotlab serve). FOLDER holds every raw reply (journal.jsonl) and
the result (summary.json, summary.csv). The same command goes on with a run that was stopped. --table sets the paper's table
beside finished runs, given by their FOLDER or journal, gzipped or not: the labels base, gcd and polynomial are the paper's models,
others have no number of the paper's beside them; a label that is given several times has several seeds, which are pooled.

  --endpoint URL     such as http://127.0.0.1:8000/v1
  --model NAME       the model's name at the server
  --key-variable X   the environment variable that holds the API key; default OPENAI_API_KEY, sent only over https or to this machine
  --problems FILE    problems from a file that npx cotlab problems wrote, in place of:
${PROBLEM_USAGE}
  --form NAME        text, or symbols for a small model that reads digits, with its own words (default text)
  --budgets N,N,...  tokens that a chain may take (default 2000)
  --forcing NAME     none: the budget is a ceiling; cut: at the ceiling the answer is asked for; fill: and a model that stops
                     before it is told to wait (default none)
  --continuation X   how a chain goes on: turn, by a further question; prefix, inside the same reply (default turn)
  --answer-tokens N  tokens for an answer that is asked for (default 64)       --max-waits N  (default 8)
  --wait-text TEXT   --answer-text TEXT   the words for it
  --temperature X    (default 0)    --sampling-seed N  (default 0)    --stop TEXT
  --concurrency N    requests at once (default 8)    --timeout SECONDS  (default 600)    --tries N  (default 6)
  --max-response-bytes N   (default 8 MiB)
  --buckets TEXT     chain lengths, default "[0,1000) [1000,2000]"`,
  run: evaluation,
};

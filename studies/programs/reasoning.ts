/**
 * @file The reasoning experiment: `node studies/programs/reasoning.ts [--seeds 0,1,2] [--skip-training]`, pinned node.
 * Trains base, gcd and polynomial models of data/reasoning/models with every seed, serves each with `npx cotlab serve --checkpoint`,
 * asks it over HTTP, and stores data/reasoning/results.csv and results.json. Interrupted at any point, the same command goes on:
 * finished models are kept, training and evaluations in out/ continue where they stopped.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { diagnose } from "../../lib/dist/diagnostic/diagnose.js";
import { ChatClient } from "../../lib/dist/evaluation/chatClient.js";
import { type Evaluation, runEvaluation } from "../../lib/dist/evaluation/evaluation.js";
import { evaluationProblem } from "../../lib/dist/evaluation/evaluationProblem.js";
import { compareEvaluations } from "../../lib/dist/evaluation/pairedBootstrap.js";
import { PAPER_ROLES, type PaperRole } from "../../lib/dist/evaluation/paperTable.js";
import { commonestAnswer } from "../../lib/dist/reasoning/difficultyProfile.js";
import { drawProblemSet } from "../../lib/dist/reasoning/problemSet.js";
import { symbolModelConfig } from "../../lib/dist/transformer/symbols/symbolModelConfig.js";
import { root } from "../../tools/workspace.mjs";
import { skillMoments } from "../dist/skillMoments.js";
import { type SymbolMeasurement, type SymbolRow, summarizeSymbolRows, symbolRows, symbolRowsCsv } from "../dist/symbolExperiment.js";

const { values } = parseArgs({ options: { seeds: { type: "string" }, "skip-training": { type: "boolean" } } });
const COMMAND = join(root, "lib/bin/cotlab.cjs");
const DATA = join(root, "data/reasoning");
const MODELS = join(DATA, "models");
const WORK = join(root, "out/lm");
const log = (line: string): boolean => process.stderr.write(`${line}\n`);

const configs = new Map(
  PAPER_ROLES.map((role) => [role, symbolModelConfig(JSON.parse(readFileSync(join(MODELS, `${role}.json`), "utf8")))]),
);
const seeds = values.seeds?.split(",").map(Number) ?? configs.get("base")!.seeds;

const gcd = { kind: "gcd", digits: 2, euclidSteps: [2, 3] } as const;
const problems = { specs: [gcd], count: 120, split: "test", seed: 1 } as const;
const budgets = [4, 8, 16, 24, 32, 48];
const prefix = { continuation: "prefix", answerText: ";=", waitText: ";", answerTokens: 4 } as const;
const MEASUREMENTS: readonly SymbolMeasurement[] = [
  { name: "gcd chains cut", problems, budgets, policy: { forcing: "cut", ...prefix } },
  { name: "gcd chains filled", problems, budgets, policy: { forcing: "fill", maxWaits: 4, ...prefix } },
  {
    name: "remainders",
    problems: { specs: [{ kind: "arithmetic", operation: "division", digits: 2 }], count: 120, split: "test", seed: 1 },
    budgets: [32],
    policy: { forcing: "cut", ...prefix },
  },
  {
    name: "polynomials",
    problems: { specs: [{ kind: "polynomial", degree: 2, size: 20 }], count: 40, split: "test", seed: 1 },
    budgets: [48],
    policy: { forcing: "cut", ...prefix, answerTokens: 8 },
  },
];

/** A run of the command at the end of which nothing is left; Ctrl-C reaches it too. */
async function command(...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [COMMAND, ...args], { stdio: "inherit" });
  const [code] = await once(child, "close");
  if (code !== 0) process.exit(typeof code === "number" ? code : 1);
}

async function serving<T>(model: string, work: (endpoint: string) => Promise<T>): Promise<T> {
  const child: ChildProcess = spawn(process.execPath, [COMMAND, "serve", "--checkpoint", join(MODELS, `${model}.bin`), "--port", "0"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const [endpoint] = (await once(createInterface({ input: child.stdout! }), "line")) as [string];
    return await work(endpoint);
  } finally {
    child.kill();
  }
}

async function asked(
  model: string,
  { name, problems: set, budgets: tokens, policy }: SymbolMeasurement,
  endpoint: string,
): Promise<Evaluation> {
  const folder = join(WORK, "evaluations", model);
  mkdirSync(folder, { recursive: true });
  return runEvaluation({
    client: new ChatClient({ endpoint, model }),
    problems: drawProblemSet(set).map((problem) => evaluationProblem(problem, "symbols")),
    budgets: tokens,
    policy,
    concurrency: 4,
    journal: join(folder, `${name.replaceAll(/[^a-z]+/g, "-")}.jsonl`),
  });
}

const rows: SymbolRow[] = [];
const paired: object[] = [];
for (const seed of seeds) {
  const measured = new Map<string, Evaluation>();
  for (const [role, { name }] of configs) {
    const model = `${name}-seed${seed}`;
    if (!values["skip-training"])
      await command("lm", "train", join(MODELS, `${role}.json`), "--seed", `${seed}`, "--out", WORK, "--models", MODELS, "--resume");
    await serving(model, async (endpoint) => {
      for (const measurement of MEASUREMENTS) {
        const evaluation = await asked(model, measurement, endpoint);
        measured.set(`${role} ${measurement.name}`, evaluation);
        rows.push(...symbolRows(evaluation, { role, seed, measurement: measurement.name }));
      }
    });
    log(`${model}: measured`);
  }
  for (const role of ["gcd", "polynomial"] as const)
    for (const { name, budgets: tokens } of MEASUREMENTS)
      for (const budget of tokens) {
        const [base, tuned] = [measured.get(`base ${name}`)!, measured.get(`${role} ${name}`)!];
        paired.push({
          measurement: name,
          role,
          seed,
          budget,
          ...compareEvaluations(base, tuned, budget, undefined, { replications: 2000 }),
        });
      }
  writeFileSync(join(DATA, "results.csv"), symbolRowsCsv(rows));
}

/** Readings of "features": the direction that is predicted must not hang on one of them. */
const READINGS = [
  { detail: 1, shares: false },
  { detail: 2, shares: false },
  { detail: 3, shares: false },
  { detail: 3, shares: true },
] as const;

/** What the theory of coverage says from skill features alone: does thinking longer on gcd help after training on these problems? */
async function predicted(role: PaperRole): Promise<object> {
  const training = drawProblemSet({ ...configs.get(role)!.data, split: "train" });
  const target = drawProblemSet({ specs: [gcd], count: 600, split: "train", seed: 2 });
  const readings = [];
  for (const reading of READINGS) {
    const [train, goal] = [skillMoments(training, reading), skillMoments(target, reading)];
    const covariances = { train: Array.from(train.covariance()), target: Array.from(goal.covariance()) };
    const about = { ...reading, ...covariances };
    let reason = "";
    let found: object | undefined;
    // Skills go together so much that there are one or two directions, and the diagnosis refuses more.
    for (const components of [2, 1]) {
      try {
        const { coverage, prediction } = await diagnose({
          train: [{ name: role, moments: train }],
          target: { name: "gcd", moments: goal },
          n: Number.POSITIVE_INFINITY,
          m: Number.POSITIVE_INFINITY,
          centred: false,
          components,
          steps: 40,
        });
        const { call, bestSteps } = prediction.verdict;
        found ??= { components, call, bestSteps: bestSteps.value, mu: coverage.mu.map(({ value }) => value), limit: coverage.limit };
      } catch (error) {
        reason = (error as Error).message;
      }
    }
    readings.push({ ...(found ?? { call: "refused", reason }), ...about });
  }
  return { role, readings };
}

const results = {
  about:
    "Small decoders on problems in symbols; see data/reasoning/README.md. Intervals of rows: Wilson, 95 %. gain: minus base, seed by seed.",
  measurements: MEASUREMENTS.map((measurement) => ({
    ...measurement,
    commonestAnswer: commonestAnswer(drawProblemSet(measurement.problems)),
  })),
  summary: summarizeSymbolRows(rows),
  paired,
  theory: await Promise.all(PAPER_ROLES.map(predicted)),
};
writeFileSync(join(DATA, "results.json"), `${JSON.stringify(results, null, 1)}\n`);
log("stored data/reasoning/results.csv and results.json");

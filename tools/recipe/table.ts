/** @file Third stage: every model is asked all problems, and its accuracy set beside the paper's. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Stage } from "../recipe.ts";
import { pinnedNode, root } from "../workspace.mjs";
import { baseOf, forcedFile, mustRun, place, type Recipe, RecipeError, say, testFile } from "./recipe.ts";
import { runFolder } from "./train.ts";

const cotlab = join(root, "lib/bin/cotlab.cjs");

/** A model to ask: its label in the table, and where its weights lie. */
interface Asked {
  readonly label: string;
  readonly role: string;
  /** How it was trained; absent for the base model. */
  readonly method?: string;
  readonly weights: readonly string[];
}

export async function table({ recipe, trainings, python }: Stage): Promise<void> {
  const trained = trainings.flatMap(({ label, task, method }): Asked[] => {
    const folder = runFolder(recipe, label);
    if (!existsSync(join(folder, "run.json"))) return [];
    const weights =
      method === "lora" ? ["--model", baseOf(recipe), "--adapter", join(folder, "adapter")] : ["--model", join(folder, "model")];
    return [{ label, role: task, method, weights }];
  });
  if (trained.length < trainings.length)
    say(`${trainings.length - trained.length} of ${trainings.length} trainings are not done, and not asked`);
  const asked: Asked[] = [...trained, { label: "base", role: "base", weights: ["--model", baseOf(recipe)] }];
  // The table first: budgets are for whoever has the time.
  for (const model of asked) await ask(recipe, model, python, freeRuns(recipe, model.label));
  const isForced = ({ method }: Asked): boolean => method === undefined || (recipe.forced?.methods.includes(method) ?? false);
  for (const model of asked.filter(isForced)) await ask(recipe, model, python, forcedRuns(recipe, model.label));
  for (const task of Object.keys(recipe.problems)) {
    for (const method of Object.keys(recipe.methods)) {
      const ofMethod = asked.filter((model) => model.method === undefined || model.method === method);
      if (ofMethod.length === 1) continue;
      const rows = ofMethod.map(({ label, role }) => `${role}=${replies(recipe, label, task)}`);
      say(`the table on ${task}, ${method}`);
      const how = ["--buckets", recipe.buckets, "--out", place(recipe, `table-${task}-${method}`)];
      mustRun(pinnedNode, [cotlab, "eval", "--table", ...rows, ...how], "");
    }
  }
}

/** What a model is asked by one command, and where its replies lie. */
interface Run {
  readonly out: string;
  readonly options: readonly string[];
}

/** Asks one model everything that it has not answered yet. */
async function ask(recipe: Recipe, { label, weights }: Asked, python: string, runs: readonly Run[]): Promise<void> {
  const open = runs.filter(({ out }) => !isComplete(out));
  if (open.length === 0) return;
  say(`asking ${label}`);
  const args = [join(root, "recipes/serve.py"), ...weights, "--name", label, "--port", "0", "--batch", String(recipe.batch)];
  const server = spawn(python, args, { cwd: root, stdio: ["ignore", "pipe", 2] });
  try {
    const endpoint = await endpointOf(server);
    for (const { out, options } of open) {
      // All at once: the server sorts out who waits. A reply may have to wait for all others.
      const how = ["--concurrency", "512", "--timeout", "7200"];
      await asking(["eval", "--endpoint", endpoint, "--model", label, ...options, "--out", out, ...how]);
    }
  } finally {
    server.kill();
  }
}

const freeRuns = (recipe: Recipe, label: string): Run[] =>
  Object.keys(recipe.problems).map((task) => ({
    out: replies(recipe, label, task),
    options: ["--problems", testFile(recipe, task), "--budgets", String(recipe.budget), "--buckets", recipe.buckets],
  }));

function forcedRuns(recipe: Recipe, label: string): Run[] {
  if (recipe.forced === undefined) return [];
  const { budgets, waits, answerTokens } = recipe.forced;
  // The words that end or prolong a chain stand inside the reply, as the model's own.
  const words = ["--continuation", "prefix", "--answer-tokens", String(answerTokens), "--max-waits", String(waits)];
  return Object.keys(recipe.problems).flatMap((task) =>
    ["cut", "fill"].map((forcing) => ({
      out: replies(recipe, label, `${task}-${forcing}`),
      options: ["--problems", forcedFile(recipe, task), "--budgets", budgets.join(), "--forcing", forcing, ...words],
    })),
  );
}

const replies = (recipe: Recipe, label: string, asked: string): string => place(recipe, "replies", `${label}-${asked}`);

async function asking(args: readonly string[]): Promise<void> {
  const child = spawn(pinnedNode, [cotlab, ...args], { cwd: root, stdio: ["ignore", 2, 2] });
  const [code] = await once(child, "close");
  if (code !== 0) throw new RecipeError("Not all problems are answered; the same command goes on from there");
}

/** The first line of a server's output. */
async function endpointOf(server: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: server.stdout! })) if (line.startsWith("http")) return line;
  throw new RecipeError("The model cannot be served; the message stands above");
}

function isComplete(folder: string): boolean {
  const summary = join(folder, "summary.json");
  return existsSync(summary) && JSON.parse(readFileSync(summary, "utf8")).missing === 0;
}

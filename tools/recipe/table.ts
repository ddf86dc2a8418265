/** @file Third stage: every model is asked all problems, and its accuracy set beside the paper's. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Stage } from "../recipe.ts";
import { pinnedNode, root } from "../workspace.mjs";
import { baseOf, mustRun, place, type Recipe, RecipeError, say, testFile } from "./recipe.ts";
import { runFolder } from "./train.ts";

const cotlab = join(root, "lib/bin/cotlab.cjs");

/** A model to ask: its label in the table, and where its weights lie. */
interface Asked {
  readonly label: string;
  readonly role: string;
  readonly weights: readonly string[];
}

export async function table({ recipe, trainings, python }: Stage): Promise<void> {
  const trained = trainings.flatMap(({ label, task, method }): Asked[] => {
    const folder = runFolder(recipe, label);
    if (!existsSync(join(folder, "run.json"))) return [];
    const weights =
      method === "lora" ? ["--model", baseOf(recipe), "--adapter", join(folder, "adapter")] : ["--model", join(folder, "model")];
    return [{ label, role: task, weights }];
  });
  if (trained.length < trainings.length)
    say(`${trainings.length - trained.length} of ${trainings.length} trainings are not done, and not asked`);
  const asked = [{ label: "base", role: "base", weights: ["--model", baseOf(recipe)] }, ...trained];
  for (const model of asked) await ask(recipe, model, python);
  for (const task of Object.keys(recipe.problems)) {
    const rows = asked.map(({ label, role }) => `${role}=${place(recipe, "replies", `${label}-${task}`)}`);
    say(`the table on ${task}`);
    mustRun(pinnedNode, [cotlab, "eval", "--table", ...rows, "--buckets", recipe.buckets, "--out", place(recipe, `table-${task}`)], "");
  }
}

/** Asks one model everything that it has not answered yet. */
async function ask(recipe: Recipe, { label, weights }: Asked, python: string): Promise<void> {
  const open = Object.keys(recipe.problems).filter((task) => !isComplete(place(recipe, "replies", `${label}-${task}`)));
  if (open.length === 0) return;
  say(`asking ${label} about ${open.join(" and ")}`);
  const args = [join(root, "recipes/serve.py"), ...weights, "--name", label, "--port", "0", "--batch", String(recipe.batch)];
  const server = spawn(python, args, { cwd: root, stdio: ["ignore", "pipe", 2] });
  try {
    const endpoint = await endpointOf(server);
    for (const task of open) {
      const out = place(recipe, "replies", `${label}-${task}`);
      const what = ["--problems", testFile(recipe, task), "--budgets", String(recipe.budget), "--buckets", recipe.buckets, "--out", out];
      // All at once: the server sorts out who waits. A reply may have to wait for all others.
      const how = ["--concurrency", "512", "--timeout", "7200"];
      await asking(["eval", "--endpoint", endpoint, "--model", label, ...what, ...how]);
    }
  } finally {
    server.kill();
  }
}

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

/** @file Long commands that are killed with -9 at random moments and started again: what they end with must be what a whole run ends with. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../lib/dist/core/random.js";
import { root } from "../workspace.mjs";

interface LongCommand {
  readonly name: string;
  /** Files that are there before it starts. */
  readonly given: Readonly<Record<string, string>>;
  /** Arguments of node, in the folder where it runs; `again` for every start but the first. */
  readonly args: (again: boolean) => readonly string[];
  /** What is compared, byte by byte. */
  readonly results: (folder: string) => readonly Uint8Array[];
}

const cli = join(root, "lib/bin/cotlab.cjs");
const json = JSON.stringify;

/** A checkpoint without its first line, which says how many seconds it took. */
function withoutSeconds(bytes: Buffer): Buffer {
  return bytes.subarray(bytes.indexOf(10));
}

const model = { d: 2, width: 8, heads: 2, layers: 1 };
const gpt2 = {
  name: "small",
  model,
  train: { n: 4 },
  recipe: { steps: 600, batch: 8, shards: 2 },
  curves: [{ name: "own", test: { n: 6 }, k: 4, prompts: 64 }],
  seeds: [0, 1],
};
const sweep = {
  name: "small",
  experiment: "cot-error",
  seed: 3,
  draws: 400,
  fixed: { d: 3, steps: 4 },
  grid: { "train.n": [4, 6, 8, 10], m: [5, 9, 20] },
};
const symbols = {
  name: "small",
  start: null,
  model: { layers: 1, heads: 1, width: 8, context: 32 },
  data: { specs: [{ kind: "arithmetic", digits: 1 }], count: 40, seed: 1, detail: 1, cut: 0.1, twice: 0.1 },
  training: { steps: 300, batch: 4, learningRate: 0.01, warmUp: 10, floor: 0.1 },
  seeds: [0],
};

/** The library's long commands, small. */
export const longCommands: readonly LongCommand[] = [
  {
    name: "sweep",
    given: { "sweep.json": json(sweep) },
    args: () => [cli, "sweep", "sweep.json", "--dir", "run", "--out", "table.csv", "--workers", "2"],
    results: (folder) => [readFileSync(join(folder, "table.csv"))],
  },
  {
    name: "gpt2 train",
    given: { "gpt2.json": json(gpt2) },
    args: (again) => [
      cli,
      "gpt2",
      "train",
      "gpt2.json",
      "--out",
      "run",
      "--threads",
      "2",
      "--checkpoint-every",
      "20",
      ...(again ? ["--resume"] : []),
    ],
    results: (folder) =>
      gpt2.seeds.flatMap((seed) => [
        readFileSync(join(folder, `run-seed${seed}`, "metrics.csv")),
        withoutSeconds(readFileSync(join(folder, `run-seed${seed}`, "model.bin"))),
      ]),
  },
  {
    name: "lm train",
    given: { "lm.json": json(symbols) },
    args: (again) => [cli, "lm", "train", "lm.json", "--out", "run", ...(again ? ["--resume"] : [])],
    results: (folder) => [withoutSeconds(readFileSync(join(folder, "run", "small-seed0.bin")))],
  },
];

/** Starts for each kill that meets a command at work. */
const MOST_STARTS = 5;

/** What came of one command. */
export interface KillReport {
  readonly name: string;
  readonly kills: number;
  /** Kills that met the command at work, not after its end; as many as were asked for, unless it is too quick. */
  readonly met: number;
  readonly same: boolean;
  readonly problem?: string;
}

/** Runs a command whole, and once more with kills at random moments of its time. */
export async function killAndResume(command: LongCommand, kills: number, seed: number): Promise<KillReport> {
  const { name, given, args, results } = command;
  const place = mkdtempSync(join(tmpdir(), "cotlab-kill-"));
  const random = Random.seed(seed).stream("kills", name);
  try {
    const [whole, parts] = ["whole", "parts"].map((sub) => join(place, sub));
    for (const folder of [whole, parts]) {
      mkdirSync(folder);
      for (const [file, text] of Object.entries(given)) writeFileSync(join(folder, file), text);
    }
    const from = Date.now();
    const first = spawnSync(process.execPath, args(false), { cwd: whole, encoding: "utf8" });
    if (first.status !== 0)
      return { name, kills, met: 0, same: false, problem: `the whole run: ${first.error ?? first.stderr.slice(-600)}` };
    const length = Date.now() - from;
    const expected = results(whole);
    const ended = (): boolean => {
      const found = results(parts);
      return expected.length === found.length && expected.every((bytes, i) => Buffer.compare(bytes, found[i]) === 0);
    };
    let met = 0;
    let again = false;
    for (let kill = 0; met < kills && kill < MOST_STARTS * kills; kill++) {
      const child = spawn(process.execPath, args(again), { cwd: parts, stdio: ["ignore", "ignore", "pipe"] });
      let errors = "";
      child.stderr?.on("data", (chunk) => {
        errors += chunk;
      });
      const end = new Promise<number | null>((resolve) => {
        child.on("close", resolve);
      });
      // Starting takes a good part of a small run: the moments are spread over the time of a whole one.
      const timer = setTimeout(() => child.kill("SIGKILL"), random.uniform() * length);
      const status = await end;
      clearTimeout(timer);
      if (status === null) met++;
      // A run that ended before its moment is compared and begins anew, so that the next moments find it at work.
      else if (status === 0) {
        if (!ended()) return { name, kills, met, same: false, problem: `start ${kill + 1} ended in other bytes` };
        rmSync(parts, { recursive: true });
        mkdirSync(parts);
        for (const [file, text] of Object.entries(given)) writeFileSync(join(parts, file), text);
      } else if (status !== 0) return { name, kills, met, same: false, problem: `start ${kill + 1}: ${errors.slice(-600)}` };
      again = status !== 0;
    }
    const last = spawnSync(process.execPath, args(again), { cwd: parts, encoding: "utf8" });
    if (last.status !== 0) return { name, kills, met, same: false, problem: `the last run: ${last.stderr.slice(-600)}` };
    return { name, kills, met, same: ended() };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

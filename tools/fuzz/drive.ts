/** @file Starts the process that makes the calls, and ends it when a call does not end. */
import { fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../workspace.mjs";
import { type Fault, type Kind, noCalls, type Order, type Report, type Tally } from "./tally.ts";

/** What came of all calls up to a number. */
export interface FuzzState {
  readonly kind: Kind;
  readonly seed: number;
  upTo: number;
  readonly names: string[];
  /** Functions without a call that works to grow from. */
  readonly without: string[];
  readonly tallies: Record<string, Tally>;
  readonly faults: Fault[];
  /** Bytes that a process took at most beyond those before its first call. */
  memory: number;
  /** Calls that ended their process: not made again. */
  readonly skip: Order["skip"][number][];
}

/** Nothing done yet. */
export const nothingDone = (kind: Kind, seed: number): FuzzState => ({
  kind,
  memory: 0,
  seed,
  upTo: 0,
  names: [],
  without: [],
  tallies: {},
  faults: [],
  skip: [],
});

/** Milliseconds after which a call counts as one without end, and those that the child has to begin. */
const [KILL_AFTER, BEGIN_WITHIN] = [Number(process.env.FUZZ_KILL ?? 60_000), 300_000];

/**
 * Makes the calls from `state.upTo` to `to`; `keep` is told the state now and then.
 */
export async function fuzz(state: FuzzState, to: number, only = "", keep: (state: FuzzState) => void = () => {}): Promise<FuzzState> {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-fuzz-"));
  try {
    while (state.upTo < to)
      await oneChild(
        state,
        { kind: state.kind, seed: state.seed, from: state.upTo, to, only, skip: state.skip, position: join(folder, "position") },
        keep,
      );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return state;
}

function oneChild(state: FuzzState, order: Order, keep: (state: FuzzState) => void): Promise<void> {
  const child = fork(join(root, "tools/fuzz/child.ts"), [], {
    // Readers may keep 300 MB in all, so that garbage is collected before.
    execArgv: [`--max-old-space-size=${order.kind === "files" ? 150 : 1500}`],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors = `${errors}${chunk}`.slice(-2000);
  });
  let ready = false;
  let last = -1;
  let since = Date.now();
  const underWay = (): number => {
    const bytes = readFileSync(order.position);
    return bytes.length === 8 ? new Float64Array(new Uint8Array(bytes).buffer)[0] : order.from;
  };
  let killed = false;
  const watch = setInterval(() => {
    const now = ready ? underWay() : -1;
    if (now !== last) [last, since] = [now, Date.now()];
    if (Date.now() - since < (ready ? KILL_AFTER : BEGIN_WITHIN)) return;
    killed = true;
    child.kill("SIGKILL");
  }, 500);
  child.on("message", (report: Report) => {
    if (report.kind === "ready") {
      ready = true;
      state.names.splice(0, state.names.length, ...report.names);
      state.without.splice(0, state.without.length, ...report.without);
      return;
    }
    state.upTo = report.upTo;
    state.memory = Math.max(state.memory, report.memory);
    state.faults.push(...report.faults);
    for (const [name, tally] of Object.entries(report.tallies)) {
      const sum = state.tallies[name] ?? noCalls();
      state.tallies[name] = sum;
      for (const key of ["calls", "answered", "refused", "seconds"] as const) sum[key] += tally[key];
      sum.slowest = Math.max(sum.slowest, tally.slowest);
    }
    keep(state);
  });
  child.send(order);
  return new Promise((resolve, reject) => {
    child.on("close", () => {
      clearInterval(watch);
      if (state.upTo >= order.to) return resolve();
      if (!ready) return reject(new Error(`fuzz: the calls could not begin: ${errors}`));
      const call = underWay();
      state.skip.push({ call, problem: killed ? "does not end" : `ends the process: ${errors.slice(-400)}` });
      keep(state);
      resolve();
    });
  });
}

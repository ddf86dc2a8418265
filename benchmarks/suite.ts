/**
 * @file What every suite of benchmarks shares: its options, its print-out, and taking turns with the peer.
 *
 * A suite is a file `NAME.bench.ts` that measures when it is run: `node benchmarks/NAME.bench.ts [--quick] [--rounds N] [--json]`. It prints
 * lines for people; with --json every row is one line of JSON on standard output, which `npm run bench` stores, and remarks go to
 * standard error.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { type Grown, growthRow, median, type Row, ratioRow, rowLine, type Timed } from "./rows.ts";

// These change which kernels a BLAS picks; neither side may run on a setting that a user does not have. Children inherit it.
for (const name of Object.keys(process.env)) if (/^(OPENBLAS_CORETYPE|OPENBLAS_L2_SIZE|NVPL_)/.test(name)) delete process.env[name];

export interface Suite {
  /** Rounds that are counted. */
  readonly rounds: number;
  /** Small sizes, to see that everything runs. */
  readonly quick: boolean;
  /** Threads for suites that use several. */
  readonly threads: number;
  /** A remark for people. */
  say(text: string): void;
  ratio(timed: Omit<Timed, "suite">): void;
  growth(grown: Omit<Grown, "suite">): void;
}

function wholeNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new RangeError(`bench: --${name} must be an integer >= 1, got ${text}`);
  return value;
}

/** Reads the command line of a suite. `rounds` is the number of rounds when none is asked for; quick runs take 2. */
export function startSuite(name: string, rounds: number): Suite {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      threads: { type: "string" },
    },
  });
  const emit = (row: Row): void => {
    process.stdout.write(`${values.json ? JSON.stringify(row) : rowLine(row)}\n`);
  };
  return {
    rounds: wholeNumber("rounds", values.rounds, values.quick ? 2 : rounds),
    quick: values.quick,
    threads: wholeNumber("threads", values.threads, availableParallelism()),
    say: (text) => (values.json ? process.stderr : process.stdout).write(`${text}\n`),
    ratio: (timed) => emit(ratioRow({ suite: name, ...timed })),
    growth: (grown) => emit(growthRow({ suite: name, ...grown })),
  };
}

/** Seconds that a call takes. */
export async function secondsOf(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}

/** Seconds of one call, measured over as many as fill about `fill` seconds: short calls are lost in the clock and in single pauses. */
export function steadySeconds(run: () => unknown, fill = 0.05): number {
  let calls = 1;
  for (;;) {
    const start = performance.now();
    for (let i = 0; i < calls; i++) run();
    const seconds = (performance.now() - start) / 1000;
    if (seconds > fill / 2 || calls >= 1e7) return seconds / calls;
    calls = Math.ceil(calls * Math.min(100, Math.max(2, fill / Math.max(seconds, 1e-6))));
  }
}

/**
 * Lets all take turns, a round after the other, so that a change of the machine's speed meets all of them. Each gives the seconds of its
 * turn. The first round, in which code is compiled and threads start, is not counted.
 */
export async function race<Name extends string>(
  rounds: number,
  runners: Readonly<Record<Name, () => number | Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(runners) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const seconds = await runners[name]();
      if (round > 0) times[name].push(seconds);
    }
  }
  return times;
}

/** The candidate with the smaller median: a peer is given the number of threads that suits it. */
export function fasterOf<Candidate extends { readonly seconds: readonly number[] }>(candidates: readonly Candidate[]): Candidate {
  return candidates.toSorted((a, b) => median(a.seconds) - median(b.seconds))[0];
}

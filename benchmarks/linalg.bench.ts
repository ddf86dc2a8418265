/**
 * @file Linear algebra against NumPy, SciPy and ml-matrix: `node benchmarks/linalg.bench.ts [--json] [--rounds N] [--threads N] [WORD ...]`.
 *
 * Turn by turn in one run, medians over the rounds; a ratio above 1 says that ours is faster. One thread on both sides unless --threads
 * says otherwise. WORDs choose the cases whose name contains one of them. The peers live in a Python of their own (COTLAB_BENCH_PYTHON).
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from "ml-matrix";
import { Random } from "../lib/dist/core/random.js";
import { type Backend, linearAlgebra } from "../lib/dist/linalg/backend.js";
import {
  batchedCholesky,
  batchedProduct,
  batchedSolve,
  batchedSymmetricEigen,
  batchedSymmetricEigenvalues,
} from "../lib/dist/linalg/batched.js";
import { findBlas } from "../lib/dist/linalg/blas.js";
import { cholesky } from "../lib/dist/linalg/cholesky.js";
import { generalizedEigen } from "../lib/dist/linalg/generalizedEigen.js";
import { product, symmetricProduct } from "../lib/dist/linalg/product.js";
import { symmetricEigen, symmetricEigenvalues } from "../lib/dist/linalg/symmetricEigen.js";
import { peerPython } from "./peers/qpPeers.ts";

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    rounds: { type: "string", default: "9" },
    threads: { type: "string", default: "1" },
  },
});
const rounds = Number(options.rounds);
const threads = Number(options.threads);

/** One line of the result. */
interface Row {
  readonly suite: "linalg";
  readonly case: string;
  readonly peer: string;
  readonly oursMs: number;
  readonly peerMs: number;
  readonly ratio: number;
  /** The ratio of the fastest turns: what a machine that does other work at the same time disturbs least. */
  readonly ratioOfBest: number;
  readonly setting: string;
}

interface Peer {
  readonly versions: { readonly numpy?: string; readonly scipy?: string };
  /** Seconds of one call. */
  time(op: string, d: number, count: number, calls: number): Promise<number>;
  close(): void;
}

async function startPeer(): Promise<Peer | undefined> {
  const python = peerPython();
  if (!python) return undefined;
  const { OPENBLAS_CORETYPE, OPENBLAS_L2_SIZE, ...rest } = process.env;
  const env = { ...rest, OMP_NUM_THREADS: options.threads, OPENBLAS_NUM_THREADS: options.threads };
  const child = spawn(python, [fileURLToPath(new URL("./peers/linalg.py", import.meta.url))], { stdio: ["pipe", "pipe", "inherit"], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async <T>(): Promise<T> => JSON.parse((await lines.next()).value as string) as T;
  const versions = await read<Peer["versions"]>();
  if (!versions.numpy) return undefined;
  return {
    versions,
    time: async (op, d, count, calls) => {
      child.stdin.write(`${JSON.stringify({ op, d, count, calls })}\n`);
      return (await read<{ seconds: number }>()).seconds;
    },
    close: () => child.kill(),
  };
}

interface Inputs {
  readonly A: Matrix;
  readonly B: Matrix;
  /** Symmetric. */
  readonly S: Matrix;
  /** Positive definite. */
  readonly P: Matrix;
  /** Takes products: NumPy's come into memory that the last result has just given back. */
  readonly into: Matrix;
}

/** As a program has them that computed them before: results of this layer, whose rows follow one another in memory. */
function inputs(d: number): Inputs {
  const stream = Random.seed(3605).stream("linalg benchmark", d);
  const draw = (): Matrix => new Matrix(Array.from({ length: d }, () => stream.fillNormal(new Float64Array(d))));
  const own = (matrix: Matrix): Matrix => product(matrix, Matrix.eye(d));
  const [A, B] = [own(draw()), own(draw())];
  const S = A.clone().add(A.transpose()).mul(0.5);
  const P = symmetricProduct(A).mul(1 / d);
  for (let i = 0; i < d; i++) P.set(i, i, P.get(i, i) + 1);
  return { A, B, S, P, into: own(draw()) };
}

type Call = (inputs: Inputs, backend: Backend) => unknown;
/** What is compared for single matrices: ours, ml-matrix's where it has one, and the peer's name. */
const SINGLE: Readonly<
  Record<
    string,
    {
      readonly name: string;
      /** The peer's name of the operation, where it is another. */
      readonly op?: string;
      readonly sizes: readonly number[];
      readonly ours: Call;
      readonly mlMatrix?: (inputs: Inputs) => unknown;
    }
  >
> = {
  product: {
    name: "product",
    sizes: [64, 100, 200, 400, 1000],
    ours: ({ A, B, into }, backend) => product(A, B, { backend, into }),
    mlMatrix: ({ A, B }) => A.mmul(B),
  },
  newProduct: {
    name: "product, new result",
    op: "product",
    sizes: [64, 100, 200, 400],
    ours: ({ A, B }, backend) => product(A, B, { backend }),
  },
  symmetricProduct: {
    name: "A Aᵀ",
    sizes: [64, 200, 400, 1000],
    ours: ({ A, into }, backend) => symmetricProduct(A, { backend, into }),
    mlMatrix: ({ A }) => A.transpose().gram(),
  },
  eigen: {
    name: "eigh",
    sizes: [50, 100, 200, 400, 800],
    ours: ({ S }, backend) => symmetricEigen(S, { backend }),
    mlMatrix: ({ S }) => new EigenvalueDecomposition(S, { assumeSymmetric: true }),
  },
  eigenvalues: {
    name: "eigvalsh",
    sizes: [50, 100, 200, 400, 800],
    ours: ({ S }, backend) => symmetricEigenvalues(S, { backend }),
    mlMatrix: ({ S }) => new EigenvalueDecomposition(S, { assumeSymmetric: true }),
  },
  cholesky: {
    name: "Cholesky",
    sizes: [64, 100, 200, 400, 800],
    ours: ({ P }, backend) => cholesky(P, { backend }),
    mlMatrix: ({ P }) => new CholeskyDecomposition(P),
  },
  generalized: {
    name: "generalised eigh",
    sizes: [64, 100, 200, 400],
    ours: ({ S, P }, backend) => generalizedEigen(S, P, { backend }),
  },
};

interface Batch {
  readonly A: Float64Array;
  readonly B: Float64Array;
  readonly S: Float64Array;
  readonly P: Float64Array;
  readonly b: Float64Array;
  /** Takes the results; NumPy's come into memory that the last result has just given back. */
  readonly out: Float64Array;
}
const BATCHED: Readonly<Record<string, { readonly name: string; readonly ours: (batch: Batch, d: number) => unknown }>> = {
  product: { name: "product", ours: ({ A, B, out }, d) => batchedProduct(A, B, d, { out }) },
  cholesky: { name: "Cholesky", ours: ({ P, out }, d) => batchedCholesky(P, d, { out }) },
  solve: { name: "solve", ours: ({ P, b }, d) => batchedSolve(P, b, d) },
  eigenvalues: { name: "eigvalsh", ours: ({ S }, d) => batchedSymmetricEigenvalues(S, d) },
  eigen: { name: "eigh", ours: ({ S }, d) => batchedSymmetricEigen(S, d) },
};
const BATCH_SIZES = [4, 8, 16, 32];
/** Matrices in a batch. */
const COUNT = 10_000;

function batchInputs(d: number): Batch {
  const stream = Random.seed(3605).stream("linalg batch", d);
  const draw = (length: number): Float64Array => stream.fillNormal(new Float64Array(length));
  const [A, B] = [draw(COUNT * d * d), draw(COUNT * d * d)];
  const [S, P] = [new Float64Array(A.length), new Float64Array(A.length)];
  for (let at = 0; at < A.length; at += d * d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        S[at + i * d + j] = (A[at + i * d + j]! + A[at + j * d + i]!) / 2;
        let sum = i === j ? 1 : 0;
        for (let k = 0; k < d; k++) sum += (A[at + i * d + k]! * A[at + j * d + k]!) / d;
        P[at + i * d + j] = sum;
      }
    }
  }
  return { A, B, S, P, b: draw(COUNT * d), out: new Float64Array(A.length) };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
function milliseconds(run: () => unknown, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) run();
  return (performance.now() - start) / calls;
}

interface Times {
  readonly median: number;
  readonly best: number;
}

/** Times competitors turn by turn; by name. */
async function race(competitors: Readonly<Record<string, () => Promise<number> | number>>): Promise<Record<string, Times>> {
  const names = Object.keys(competitors);
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, time] of Object.entries(competitors)) {
      const value = await time();
      // The first round warms up.
      if (round >= 0) times[name]!.push(value);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, { median: median(values), best: Math.min(...values) }]));
}

function rowOf(name: string, peer: string, ours: Times, theirs: Times, setting: string): Row {
  const [ratio, ratioOfBest] = [theirs.median / ours.median, theirs.best / ours.best];
  return { suite: "linalg", case: name, peer, oursMs: ours.median, peerMs: theirs.median, ratio, ratioOfBest, setting };
}

function report(row: Row): void {
  if (options.json) console.log(JSON.stringify(row));
  else
    console.log(
      `${row.case.padEnd(30)}${row.setting.padEnd(32)}${row.oursMs.toPrecision(3).padStart(9)} ms  ${row.peer.padEnd(18)}${row.peerMs.toPrecision(3).padStart(9)} ms  ratio ${row.ratio.toFixed(2).padStart(6)}, of the fastest turns ${row.ratioOfBest.toFixed(2).padStart(6)}`,
    );
}

const wanted = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word));
/** So many calls that a turn takes some 20 milliseconds. */
const callsFor = (ms: number): number => Math.max(1, Math.round(20 / Math.max(ms, 1e-3)));

const python = await startPeer();
const blas = findBlas();
blas?.setThreads(threads);
const { name: library } = linearAlgebra();
const peerName = (op: string): string => (op === "generalized" ? `SciPy ${python?.versions.scipy}` : `NumPy ${python?.versions.numpy}`);
if (!options.json)
  console.log(
    `${library}; ${python ? `NumPy ${python.versions.numpy}` : "NumPy is left out: set COTLAB_BENCH_PYTHON"}; ${rounds} rounds, ${threads} thread(s)`,
  );

const backends: readonly Backend[] = linearAlgebra().active === "blas" ? ["blas", "simd", "typescript"] : ["simd", "typescript"];
try {
  for (const [key, { name, op = key, sizes, ours, mlMatrix }] of Object.entries(SINGLE)) {
    for (const d of sizes) {
      const label = `${name} ${d}`;
      if (!wanted(label)) continue;
      const data = inputs(d);
      const competitors: Record<string, () => Promise<number> | number> = {};
      for (const backend of backends) {
        // The slow ones only where they are needed for the comparison with ml-matrix.
        if (backend !== "blas" && (!mlMatrix || d > 400)) continue;
        const calls = callsFor(milliseconds(() => ours(data, backend), 2));
        competitors[backend] = () => milliseconds(() => ours(data, backend), calls);
      }
      if (python) {
        const calls = callsFor(1000 * (await python.time(op, d, 0, 2)));
        competitors.python = async () => 1000 * (await python.time(op, d, 0, calls));
      }
      if (mlMatrix && d <= 400) {
        const calls = callsFor(milliseconds(() => mlMatrix(data), 2));
        competitors["ml-matrix"] = () => milliseconds(() => mlMatrix(data), calls);
      }
      const times = await race(competitors);
      for (const backend of backends) {
        const mine = times[backend];
        if (mine === undefined) continue;
        const peer = backend === "blas" || !mlMatrix ? "python" : "ml-matrix";
        const theirs = times[peer];
        if (theirs === undefined) continue;
        const setting = `${backend}, ${threads} thread(s)`;
        report(rowOf(label, peer === "python" ? peerName(op) : "ml-matrix 6.15.1", mine, theirs, setting));
      }
    }
  }
  for (const d of BATCH_SIZES) {
    const cases = Object.entries(BATCHED).filter(([, { name }]) => wanted(`batched ${name} ${d}`));
    if (!python || cases.length === 0) continue;
    const data = batchInputs(d);
    for (const [op, { name, ours }] of cases) {
      const calls = callsFor(milliseconds(() => ours(data, d), 1));
      const peerCalls = callsFor(1000 * (await python.time(op, d, COUNT, 1)));
      const times = await race({
        ours: () => milliseconds(() => ours(data, d), calls),
        python: async () => 1000 * (await python.time(op, d, COUNT, peerCalls)),
      });
      const setting = `${COUNT} matrices, calling thread`;
      report(rowOf(`batched ${name} ${d}`, peerName(op), times.ours!, times.python!, setting));
    }
  }
} finally {
  python?.close();
}

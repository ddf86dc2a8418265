/**
 * @file Linear algebra against NumPy, SciPy and ml-matrix.
 *
 * With BLAS on both sides: one thread each. (With more, both sides' threads spin between calls and take the cores from each other.)
 * Without BLAS (back ends simd and typescript) against ml-matrix, whose speed is the floor. NumPy multiplies batches of small matrices
 * on one thread; ours is timed on one and on all.
 */
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
import { PythonPeer } from "./peers/python.ts";
import { race, startSuite, steadySeconds } from "./suite.ts";

const suite = startSuite("linalg", 15);
const withBlas = linearAlgebra().active === "blas";

interface Inputs {
  readonly A: Matrix;
  readonly B: Matrix;
  /** Symmetric. */
  readonly S: Matrix;
  /** Positive definite. */
  readonly P: Matrix;
  /** Takes products, as NumPy's are given a matrix to go to. */
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
  /** Takes the results. */
  readonly out: Float64Array;
}
interface BatchCase {
  readonly name: string;
  readonly ours: (batch: Batch, d: number, threads: number) => unknown;
  /** Whether it uses several threads. */
  readonly shares?: boolean;
}
const BATCHED: Readonly<Record<string, BatchCase>> = {
  product: { name: "product", ours: ({ A, B, out }, d, threads) => batchedProduct(A, B, d, { out, threads }), shares: withBlas },
  cholesky: { name: "Cholesky", ours: ({ P, out }, d) => batchedCholesky(P, d, { out }) },
  solve: { name: "solve", ours: ({ P, b }, d) => batchedSolve(P, b, d) },
  eigenvalues: { name: "eigvalsh", ours: ({ S }, d) => batchedSymmetricEigenvalues(S, d) },
  eigen: { name: "eigh", ours: ({ S }, d) => batchedSymmetricEigen(S, d) },
};
const BATCH_SIZES = suite.quick ? [8] : [4, 8, 16, 32];
/** Matrices in a batch. */
const COUNT = suite.quick ? 500 : 10_000;

/**
 * All arrays lie in one buffer, one after another. Separate large arrays that V8 gets from the system sometimes have addresses that agree
 * modulo 2^28, and then push each other out of the first-level cache of AMD's processors: products of 16 x 16 took 1.8 times as long.
 */
function batchInputs(d: number): Batch {
  const length = COUNT * d * d;
  const buffer = new ArrayBuffer(8 * (5 * length + COUNT * d));
  const [A, B, S, P, out] = [0, 1, 2, 3, 4].map((i) => new Float64Array(buffer, 8 * i * length, length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const b = new Float64Array(buffer, 8 * 5 * length);
  const stream = Random.seed(3605).stream("linalg batch", d);
  for (const array of [A, B, b]) stream.fillNormal(array);
  for (let at = 0; at < length; at += d * d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        S[at + i * d + j] = (A[at + i * d + j] + A[at + j * d + i]) / 2;
        let sum = i === j ? 1 : 0;
        for (let k = 0; k < d; k++) sum += (A[at + i * d + k] * A[at + j * d + k]) / d;
        P[at + i * d + j] = sum;
      }
    }
  }
  return { A, B, S, P, b, out };
}

/** Seconds that a turn lasts at least. */
const TURN = 0.05;
const timed = (run: () => unknown) => (): number => steadySeconds(run, TURN);

/** The peer's seconds of one call; 0 where there is no peer. */
async function asked(peer: PythonPeer | string, op: string, d: number, count: number): Promise<() => Promise<number>> {
  if (typeof peer === "string") return async () => 0;
  const time = async (calls: number): Promise<number> => (await peer.ask<{ seconds: number }>({ op, d, count, calls })).seconds;
  const calls = Math.max(1, Math.round(TURN / Math.max(await time(3), 1e-6)));
  return () => time(calls);
}

const label = (peer: PythonPeer | string, op: string): string =>
  typeof peer === "string" ? peer : peer.label(op === "generalized" ? "SciPy" : "NumPy");
const named = (peer: PythonPeer | string, op: string, seconds: readonly number[]): { name: string; seconds: readonly number[] } | string =>
  typeof peer === "string" ? peer : { name: label(peer, op), seconds };

const small = (sizes: readonly number[]): readonly number[] => (suite.quick ? sizes.slice(0, 1) : sizes);

/** One comparison: what is timed, and the row that its times make. */
interface Case {
  readonly name: string;
  readonly setting: string;
  readonly ours: () => unknown;
  readonly theirs: () => number | Promise<number>;
  readonly peer: (seconds: readonly number[]) => { readonly name: string; readonly seconds: readonly number[] } | string;
}

/** Every round goes through all the cases, so that a time in which the machine is slow falls on a round of each and not on all of one. */
async function raceAll(cases: readonly Case[]): Promise<void> {
  const runners = cases.flatMap(({ ours, theirs }, i): [string, () => number | Promise<number>][] => [
    [`${i} ours`, timed(ours)],
    [`${i} theirs`, theirs],
  ]);
  const times = await race(suite.rounds, Object.fromEntries(runners));
  cases.forEach(({ name, setting, peer }, i) => {
    suite.ratio({ case: name, setting, ours: times[`${i} ours`], peer: peer(times[`${i} theirs`]) });
  });
}

/** BLAS against BLAS, one thread each. */
async function blasCases(): Promise<void> {
  const peer = await PythonPeer.start("linalg.py", ["NumPy", "SciPy"], 1);
  findBlas()?.setThreads(1);
  try {
    const cases: Case[] = [];
    for (const [op, { name, sizes, ours }] of Object.entries(SINGLE)) {
      for (const d of small(sizes)) {
        const data = inputs(d);
        cases.push({
          name: `${name} ${d}`,
          setting: "blas, 1 thread",
          ours: () => ours(data, "blas"),
          theirs: await asked(peer, op, d, 0),
          peer: (seconds) => named(peer, op, seconds),
        });
      }
    }
    await raceAll(cases);
  } finally {
    if (typeof peer !== "string") peer.close();
  }
}

/** Our own code against ml-matrix, neither with BLAS. */
async function floorCases(): Promise<void> {
  const cases: Case[] = [];
  for (const { name, sizes, ours, mlMatrix } of Object.values(SINGLE)) {
    if (!mlMatrix) continue;
    for (const d of small(sizes.filter((size) => size <= 400))) {
      const data = inputs(d);
      for (const backend of ["simd", "typescript"] as const)
        cases.push({
          name: `${name} ${d}`,
          setting: backend,
          ours: () => ours(data, backend),
          theirs: timed(() => mlMatrix(data)),
          peer: (seconds) => ({ name: "ml-matrix 6.15.1", seconds }),
        });
    }
  }
  await raceAll(cases);
}

/** One size after another, since their arrays fill much of a small machine's memory. */
async function batchCases(): Promise<void> {
  const peer = await PythonPeer.start("linalg.py", ["NumPy", "SciPy"], 1);
  try {
    for (const d of BATCH_SIZES) {
      const data = batchInputs(d);
      const cases: Case[] = [];
      for (const [op, { name, ours, shares }] of Object.entries(BATCHED)) {
        const theirs = await asked(peer, op, d, COUNT);
        for (const threads of shares && suite.threads > 1 ? [suite.threads, 1] : [1])
          cases.push({
            name: `batched ${name} ${d}${shares && threads === 1 ? ", 1 thread" : ""}`,
            setting: `${COUNT} matrices, ${threads === 1 ? "1 thread" : `ours on ${threads} threads`}`,
            ours: () => ours(data, d, threads),
            theirs,
            peer: (seconds) => named(peer, op, seconds),
          });
      }
      await raceAll(cases);
    }
  } finally {
    if (typeof peer !== "string") peer.close();
  }
}

suite.say(linearAlgebra().summary);
if (withBlas) await blasCases();
else suite.say("no BLAS with LAPACK was found: only our own code is timed");
await floorCases();
await batchCases();

/**
 * @file Linear algebra against NumPy, SciPy and ml-matrix.
 *
 * With BLAS on both sides: one thread each. (With more, both sides' threads spin between calls and take the cores from each other.)
 * Without BLAS (back ends simd and typescript) against ml-matrix, whose speed is the floor.
 */
import { CholeskyDecomposition, EigenvalueDecomposition, Matrix } from "ml-matrix";
import { Random } from "../lib/dist/core/random.js";
import { type Backend, linearAlgebra } from "../lib/dist/linalg/backend.js";
import { findBlas } from "../lib/dist/linalg/blas.js";
import { cholesky } from "../lib/dist/linalg/cholesky.js";
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
/** What the two eigenproblems have in common; ml-matrix has no routine for values alone. */
const EIGENPROBLEM = {
  sizes: [50, 100, 200, 400, 800],
  limit: "the same dsyevd; ours also checks that the matrix is symmetric",
  mlMatrix: ({ S }: Inputs) => new EigenvalueDecomposition(S, { assumeSymmetric: true }),
};
/** What is compared for single matrices: ours, ml-matrix's where it has one, and the peer's name. */
const SINGLE: Readonly<
  Record<
    string,
    {
      readonly name: string;
      readonly sizes: readonly number[];
      readonly ours: Call;
      /** With BLAS on both sides: what is the same, and what only ours does. */
      readonly limit: string;
      readonly mlMatrix?: (inputs: Inputs) => unknown;
    }
  >
> = {
  product: {
    name: "product",
    sizes: [64, 100, 200, 400, 1000],
    ours: ({ A, B, into }, backend) => product(A, B, { backend, into }),
    limit: "the same dgemm on both sides; ours also looks at every result",
    mlMatrix: ({ A, B }) => A.mmul(B),
  },
  newProduct: {
    name: "product, new result",
    sizes: [64, 100, 200, 400],
    ours: ({ A, B }, backend) => product(A, B, { backend }),
    limit:
      "the same dgemm; the rest is memory for the result and the view of each row that ml-matrix's Matrix is made of, 7 µs and more at 64",
  },
  symmetricProduct: {
    name: "A Aᵀ",
    sizes: [64, 200, 400, 1000],
    ours: ({ A, into }, backend) => symmetricProduct(A, { backend, into }),
    limit: "the same dsyrk; ours also looks at every result, and mirrors the triangle",
    mlMatrix: ({ A }) => A.transpose().gram(),
  },
  eigen: {
    name: "eigh",
    ours: ({ S }, backend) => symmetricEigen(S, { backend }),
    ...EIGENPROBLEM,
  },
  eigenvalues: {
    name: "eigvalsh",
    ours: ({ S }, backend) => symmetricEigenvalues(S, { backend }),
    ...EIGENPROBLEM,
  },
  cholesky: {
    name: "Cholesky",
    sizes: [64, 100, 200, 400, 800],
    ours: ({ P }, backend) => cholesky(P, { backend }),
    limit: "the same dpotrf; ours also checks that the matrix is symmetric, a fifth to a third of the time",
    mlMatrix: ({ P }) => new CholeskyDecomposition(P),
  },
};

/** Seconds that a turn lasts at least. */
const TURN = 0.05;
const timed = (run: () => unknown) => (): number => steadySeconds(run, TURN);

/** The peer's seconds of one call; 0 where there is no peer. */
async function asked(peer: PythonPeer | string, op: string, d: number): Promise<() => Promise<number>> {
  if (typeof peer === "string") return async () => 0;
  const time = async (calls: number): Promise<number> => (await peer.ask<{ seconds: number }>({ op, d, calls })).seconds;
  const calls = Math.max(1, Math.round(TURN / Math.max(await time(3), 1e-6)));
  return () => time(calls);
}

const named = (peer: PythonPeer | string, seconds: readonly number[]): { name: string; seconds: readonly number[] } | string =>
  typeof peer === "string" ? peer : { name: peer.label("NumPy"), seconds };

const small = (sizes: readonly number[]): readonly number[] => (suite.quick ? sizes.slice(0, 1) : sizes);

/** One comparison: what is timed, and the row that its times make. */
interface Case {
  readonly name: string;
  readonly setting: string;
  readonly ours: () => unknown;
  readonly theirs: () => number | Promise<number>;
  readonly peer: (seconds: readonly number[]) => { readonly name: string; readonly seconds: readonly number[] } | string;
  readonly note?: string;
}

/** Every round goes through all the cases, so that a time in which the machine is slow falls on a round of each and not on all of one. */
async function raceAll(cases: readonly Case[]): Promise<void> {
  const runners = cases.flatMap(({ ours, theirs }, i): [string, () => number | Promise<number>][] => [
    [`${i} ours`, timed(ours)],
    [`${i} theirs`, theirs],
  ]);
  const times = await race(suite.rounds, Object.fromEntries(runners));
  cases.forEach(({ name, setting, peer, note }, i) => {
    suite.ratio({ case: name, setting, ours: times[`${i} ours`], peer: peer(times[`${i} theirs`]), note });
  });
}

/** BLAS against BLAS, one thread each. */
async function blasCases(): Promise<void> {
  const peer = await PythonPeer.start("linalg.py", ["NumPy"], 1);
  findBlas()?.setThreads(1);
  try {
    const cases: Case[] = [];
    for (const [op, { name, sizes, ours, limit }] of Object.entries(SINGLE)) {
      for (const d of small(sizes)) {
        const data = inputs(d);
        cases.push({
          name: `${name} ${d}`,
          setting: "blas, 1 thread",
          ours: () => ours(data, "blas"),
          theirs: await asked(peer, op, d),
          peer: (seconds) => named(peer, seconds),
          note: limit,
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
          ...(backend === "typescript" && { note: "used where there is no WebAssembly; it fixes the order of sums that the kernels keep" }),
        });
    }
  }
  await raceAll(cases);
}

suite.say(linearAlgebra().summary);
if (withBlas) await blasCases();
else suite.say("no BLAS with LAPACK was found: only our own code is timed");
await floorCases();

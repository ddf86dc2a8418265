/**
 * @file The simplex QP against Clarabel, OSQP, HiGHS and quadprog.
 *
 * Same programs, one thread each. Every solver gets the dense Gram matrix (Clarabel and OSQP as sparse matrices, whose conversion is not
 * counted; HiGHS takes the program as text, and its time includes reading it) and must reach a duality gap of 1e-9 as `certifySimplexQp`
 * measures it; a solver that does not reach it is left out with that reason. Clarabel and OSQP run at the loosest tolerance with which they
 * do; their points are first clipped to the simplex. quadprog needs a positive definite matrix. HiGHS and quadprog are the npm packages.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Matrix } from "ml-matrix";
import { Random } from "../lib/dist/core/random.js";
import { covarianceGram } from "../lib/dist/model/gram.js";
import { certifySimplexQp, simplexQp } from "../lib/dist/optimize/simplexQp.js";
import { fullCovariances } from "./covariances.ts";
import { type JsSolver, jsSolvers } from "./peers/jsSolvers.ts";
import { type PeerName, type QpPeers, startPeers } from "./peers/qpPeers.ts";
import { formatSeconds, median } from "./rows.ts";
import { race, secondsOf, startSuite, steadySeconds } from "./suite.ts";

const GAP = 1e-9;
const suite = startSuite("qp", 5);
const random = Random.seed(3605);

interface Case {
  readonly name: string;
  readonly H: Matrix;
  readonly c: Float64Array;
}

/** min ||B x - b||². */
function leastSquares(name: string, B: readonly Float64Array[], b: Float64Array): Case {
  const columns = new Matrix(B.map((column) => Array.from(column)));
  const c = Float64Array.from(B, (column) => -2 * column.reduce((sum, value, i) => sum + value * b[i], 0));
  return { name, H: columns.mmul(columns.transpose()).mul(2), c };
}

/** Tasks with permuted power-law spectra, i^-1/2 to i^-2; the target is `level` times I. */
function spectra(tasks: number, d: number, level: number): Case {
  const stream = random.stream("spectra", tasks, d, level);
  const B = Array.from({ length: tasks }, () => {
    const exponent = 0.5 + 1.5 * stream.uniform();
    const order = stream.permutation(d);
    const column = new Float64Array(d);
    for (let i = 0; i < d; i++) column[order[i]] = (i + 1) ** -exponent / level;
    return column;
  });
  return leastSquares(`QP, ${tasks} spectra, d = ${d}, target ${level} I`, B, new Float64Array(d).fill(1));
}

function gaussian(tasks: number, d: number, target: "outside" | "inside"): Case {
  const stream = random.stream("gaussian", tasks, d, target);
  const B = Array.from({ length: tasks }, () => stream.fillNormal(new Float64Array(d)));
  const b = stream.fillNormal(new Float64Array(d));
  if (target === "inside") for (let i = 0; i < d; i++) b[i] = B.reduce((sum, column) => sum + column[i] / tasks, 0);
  return leastSquares(`QP, ${tasks} vectors, d = ${d}, target ${target}`, B, b);
}

/** The gap of a point that has been brought onto the simplex. */
function gapOf({ H, c }: Case, x: readonly number[]): number {
  const clipped = x.map((value) => Math.max(value, 0));
  const total = clipped.reduce((sum, value) => sum + value, 0);
  const point = clipped.map((value) => value / total);
  return certifySimplexQp({ H, c }, point).certificate.gap;
}

/** The loosest tolerance at which a peer reaches the gap; undefined when none does. */
async function peerTolerance(peers: QpPeers, peer: PeerName, one: Case): Promise<number | undefined> {
  for (const tolerance of [1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11]) {
    const { x } = await peers.solve(peer, tolerance);
    if (gapOf(one, x) <= GAP) return tolerance;
  }
  return undefined;
}

interface Contestant {
  readonly name: string;
  readonly solve: () => number | Promise<number>;
  /** The part of its time in which it only reads the program, where there is one. */
  readonly read?: () => Promise<number>;
  readonly note: string;
}

/** A JavaScript solver for one program, or why it stands aside. */
async function jsContestant(solver: JsSolver, one: Case): Promise<Contestant | string> {
  const { solve, read } = solver.prepare(one.H.to2DArray(), one.c);
  let x: readonly number[] | string = "";
  const first = await secondsOf(() => {
    x = solve();
  });
  if (typeof x === "string") return `finds no solution (${x})`;
  const gap = gapOf(one, x);
  if (gap > GAP) return `does not reach the gap of ${GAP} (${gap.toExponential(0)})`;
  const { name, about } = solver;
  // A solver that takes this long is timed once: its own first solve is as good as any.
  if (first > 20) return { name, solve: () => first, note: `${about}; one solve` };
  return { name, solve: () => secondsOf(solve), ...(read && { read: () => secondsOf(read) }), note: about };
}

const reading = (name: string): string => `${name} reading`;

async function compete(one: Case, peers: QpPeers | undefined, solvers: readonly JsSolver[], folder: string): Promise<void> {
  const size = one.c.length;
  const contestants: Contestant[] = [];
  const aside: string[] = peers ? [] : [missing];
  if (peers) {
    const file = join(folder, "H.bin");
    writeFileSync(file, Float64Array.from(one.H.to1DArray()));
    await peers.load({ H: { file, n: size }, c: Array.from(one.c) });
    for (const [peer, version] of Object.entries(peers.versions) as [PeerName, string][]) {
      const name = `${{ clarabel: "Clarabel", osqp: "OSQP" }[peer]} ${version}`;
      const tolerance = await peerTolerance(peers, peer, one);
      if (tolerance === undefined) aside.push(`${name} does not reach the gap of ${GAP}`);
      else
        contestants.push({
          name,
          solve: async () => (await peers.solve(peer, tolerance)).seconds,
          note: `tolerance ${tolerance.toExponential(0)}`,
        });
    }
  }
  for (const solver of solvers) {
    const contestant = await jsContestant(solver, one);
    if (typeof contestant === "string") aside.push(`${solver.name} ${contestant}`);
    else contestants.push(contestant);
  }
  const solve = (assumeConvex: boolean) => simplexQp({ H: one.H, c: one.c }, { assumeConvex });
  for (let k = 0; k < 5; k++) solve(k % 2 === 0);
  const times = await race(suite.rounds, {
    ours: () => steadySeconds(() => solve(false), 0.02),
    trusting: () => steadySeconds(() => solve(true), 0.02),
    ...Object.fromEntries(contestants.map(({ name, solve: run }) => [name, run])),
    ...Object.fromEntries(contestants.flatMap(({ name, read }) => (read ? [[reading(name), read]] : []))),
  } as Record<string, () => number | Promise<number>>);
  const setting = `1 thread, gap ${GAP}`;
  for (const { name, read, note: about } of contestants) {
    const slower = median(times[name]) < median(times.ours);
    const parts = [
      read ? `${about}: reading it takes ${formatSeconds(median(times[reading(name)]))}` : about,
      ...(slower ? [`ours without its test for convexity, which the peer does not make: ${formatSeconds(median(times.trusting))}`] : []),
    ];
    suite.ratio({ case: one.name, setting, ours: times.ours!, peer: { name, seconds: times[name] }, note: parts.join("; ") });
  }
  if (aside.length > 0) suite.ratio({ case: one.name, setting, ours: times.ours!, peer: aside.join("; ") });
  // What a user saves who knows that the matrix is convex.
  const trusting = "no peer: ours without the test for convexity";
  suite.ratio({ case: `${one.name}, assumeConvex`, setting, ours: times.trusting!, peer: trusting });
}

/** The program of many full covariances with half the identity as target. */
function covarianceCase(tasks: number, d: number): Case {
  const covariances = fullCovariances(tasks, d, random.stream("gram"));
  const gram = covarianceGram({ covariances }).mul(2);
  const c = Float64Array.from(covariances, (covariance) => -2 * covariance.trace * 2);
  return { name: `QP, ${tasks} covariances, d = ${d}, target 0.5 I`, H: gram.mul(4), c };
}

const folder = mkdtempSync(join(tmpdir(), "cotlab-qp-"));
let missing = "no solver";
const peers = await startPeers((reason) => {
  missing = reason;
});
const solvers = await jsSolvers();
try {
  const [small, large] = suite.quick ? [40, 60] : [200, 1000];
  const cases = [
    spectra(small, 50, 0.5),
    gaussian(small, 50, "outside"),
    gaussian(small, 50, "inside"),
    gaussian(small, small, "inside"),
    spectra(large, 100, 0.5),
    gaussian(large, 100, "outside"),
    gaussian(large, large, "inside"),
    covarianceCase(large, suite.quick ? 20 : 100),
  ];
  for (const one of cases) await compete(one, peers, solvers, folder);
} finally {
  peers?.close();
  rmSync(folder, { recursive: true });
}

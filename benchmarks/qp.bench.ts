/**
 * @file The simplex QP against Clarabel and OSQP, and the Gram matrix of 1,000 covariances: `node benchmarks/qp.bench.ts [rounds]`.
 *
 * Same programs, same process time, turn by turn; medians. Every solver gets the dense Gram matrix (the peers as sparse
 * matrices, whose conversion is not counted) and must reach a duality gap of 1e-9 as `certifySimplexQp` measures it. The
 * peers run at the loosest tolerance with which they do; their points are first clipped to the simplex.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Matrix } from "ml-matrix";
import { Random } from "../lib/dist/core/random.js";
import { covarianceGram } from "../lib/dist/optimize/gram.js";
import { certifySimplexQp, simplexQp } from "../lib/dist/optimize/simplexQp.js";
import { Covariance } from "../lib/dist/tasks/covariance.js";
import { type PeerName, type QpPeers, startPeers } from "./peers/qpPeers.ts";

const GAP = 1e-9;
const rounds = Number(process.argv[2] ?? 7);
const random = Random.seed(3605);

interface Case {
  readonly name: string;
  readonly H: Matrix;
  readonly c: Float64Array;
}

/** min ||B x - b||². */
function leastSquares(name: string, B: readonly Float64Array[], b: Float64Array): Case {
  const columns = new Matrix(B.map((column) => Array.from(column)));
  const c = Float64Array.from(B, (column) => -2 * column.reduce((sum, value, i) => sum + value * b[i]!, 0));
  return { name, H: columns.mmul(columns.transpose()).mul(2), c };
}

/** Tasks with permuted power-law spectra, i^-1/2 to i^-2; the target is `level` times I. */
function spectra(tasks: number, d: number, level: number): Case {
  const stream = random.stream("spectra", tasks, d, level);
  const B = Array.from({ length: tasks }, () => {
    const exponent = 0.5 + 1.5 * stream.uniform();
    const order = stream.permutation(d);
    const column = new Float64Array(d);
    for (let i = 0; i < d; i++) column[order[i]!] = (i + 1) ** -exponent / level;
    return column;
  });
  return leastSquares(`${tasks} spectra in ${d} dimensions, target ${level} I`, B, new Float64Array(d).fill(1));
}

function gaussian(tasks: number, d: number, target: "outside" | "inside"): Case {
  const stream = random.stream("gaussian", tasks, d, target);
  const B = Array.from({ length: tasks }, () => stream.fillNormal(new Float64Array(d)));
  const b = stream.fillNormal(new Float64Array(d));
  if (target === "inside") for (let i = 0; i < d; i++) b[i] = B.reduce((sum, column) => sum + column[i]! / tasks, 0);
  return leastSquares(`${tasks} normal vectors in ${d} dimensions, target ${target} the hull`, B, b);
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const milliseconds = (run: () => void): number => {
  const start = performance.now();
  run();
  return performance.now() - start;
};

/** The loosest tolerance at which a peer reaches the gap; undefined when none does. */
async function peerTolerance(peers: QpPeers, peer: PeerName, { H, c }: Case): Promise<number | undefined> {
  for (const tolerance of [1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11]) {
    const { x } = await peers.solve(peer, tolerance);
    const clipped = x.map((value) => Math.max(value, 0));
    const total = clipped.reduce((sum, value) => sum + value, 0);
    const { certificate } = certifySimplexQp(
      { H, c },
      clipped.map((value) => value / total),
    );
    if (certificate.gap <= GAP) return tolerance;
  }
  return undefined;
}

async function race(one: Case, peers: QpPeers | undefined, folder: string): Promise<void> {
  const n = one.c.length;
  const tolerances = new Map<PeerName, number | undefined>();
  if (peers) {
    const file = join(folder, "H.bin");
    writeFileSync(file, Float64Array.from(one.H.to1DArray()));
    await peers.load({ H: { file, n }, c: Array.from(one.c) });
    for (const peer of Object.keys(peers.versions) as PeerName[]) tolerances.set(peer, await peerTolerance(peers, peer, one));
  }
  const times = new Map<string, number[]>();
  const note = (name: string, value: number): void => {
    times.set(name, [...(times.get(name) ?? []), value]);
  };
  // The peers have run already, to find their tolerance; let the compiler see the code here too.
  for (let k = 0; k < 5; k++) simplexQp({ H: one.H, c: one.c }, { assumeConvex: k % 2 === 0 });
  let gap = 0;
  for (let round = 0; round < rounds; round++) {
    for (const assumeConvex of [false, true]) {
      const name = assumeConvex ? "cotlab, assumeConvex" : "cotlab";
      note(
        name,
        milliseconds(() => {
          gap = Math.max(gap, simplexQp({ H: one.H, c: one.c }, { assumeConvex }).certificate.gap);
        }),
      );
    }
    for (const [peer, tolerance] of tolerances) if (tolerance) note(peer, 1000 * (await peers!.solve(peer, tolerance)).seconds);
  }
  const own = median(times.get("cotlab")!);
  console.log(`\n${one.name} (gap here ${gap.toExponential(1)})`);
  for (const [name, values] of times) {
    const tolerance = tolerances.get(name as PeerName);
    const at = tolerance ? ` at tolerance ${tolerance}` : "";
    console.log(
      `  ${name.padEnd(22)}${median(values).toFixed(2).padStart(9)} ms  ${(median(values) / own).toFixed(2).padStart(8)} x cotlab${at}`,
    );
  }
  for (const [peer, tolerance] of tolerances) if (!tolerance) console.log(`  ${peer.padEnd(22)}does not reach the gap of ${GAP}`);
}

function gramTimes(): void {
  const d = 100;
  const stream = random.stream("gram");
  const covariances = Array.from({ length: 1000 }, () => {
    // A rotation of a power-law spectrum by five reflections: full, and cheap to draw.
    const exponent = 0.5 + 1.5 * stream.uniform();
    const matrix = Matrix.diag(Array.from({ length: d }, (_, i) => (i + 1) ** -exponent));
    for (let k = 0; k < 5; k++) {
      const v = Matrix.columnVector(stream.fillNormal(new Float64Array(d)));
      v.div(v.norm());
      const image = matrix.mmul(v);
      const inner = v.transpose().mmul(image).get(0, 0);
      matrix
        .sub(image.mmul(v.transpose()).mul(2))
        .sub(v.mmul(image.transpose()).mul(2))
        .add(v.mmul(v.transpose()).mul(4 * inner));
    }
    return Covariance.fromMatrix(matrix.add(matrix.transpose()).mul(0.5).add(Matrix.eye(d).mul(1e-9)));
  });
  const targets = [
    ["no target", undefined],
    ["a diagonal target", Covariance.diagonal(Array.from({ length: d }, (_, i) => (i + 1) ** -0.5))],
    ["a full target", covariances[0]!],
  ] as const;
  console.log("\nGram matrix of 1,000 full 100 x 100 covariances");
  for (const [name, target] of targets) {
    const values = Array.from({ length: 3 }, () => milliseconds(() => covarianceGram(target ? { covariances, target } : { covariances })));
    console.log(`  ${name.padEnd(22)}${median(values).toFixed(0).padStart(9)} ms`);
  }
  const gram = covarianceGram({ covariances }).mul(2);
  const c = Float64Array.from(covariances, (covariance) => -2 * covariance.trace * 2);
  fullCase = { name: "1000 full 100 x 100 covariances, target I / 2", H: gram.mul(4), c };
}

let fullCase: Case | undefined;
const folder = mkdtempSync(join(tmpdir(), "cotlab-qp-"));
const peers = await startPeers((reason) => console.log(`Clarabel and OSQP are left out: ${reason}.`));
try {
  if (peers)
    console.log(
      `Peers: ${Object.entries(peers.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(", ")}; ${rounds} rounds`,
    );
  for (const one of [
    spectra(200, 50, 0.5),
    gaussian(200, 50, "outside"),
    gaussian(200, 50, "inside"),
    gaussian(200, 200, "inside"),
    spectra(1000, 100, 0.5),
    gaussian(1000, 100, "outside"),
    gaussian(1000, 100, "inside"),
    gaussian(1000, 1000, "inside"),
  ]) {
    await race(one, peers, folder);
  }
  gramTimes();
  await race(fullCase!, peers, folder);
} finally {
  peers?.close();
  rmSync(folder, { recursive: true });
}

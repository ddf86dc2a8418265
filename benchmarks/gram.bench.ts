/**
 * @file The Gram matrix of many covariances, the coefficients of the task-selection program, against NumPy's one product of matrices.
 *
 * Ours is as it comes: on BLAS, which takes the threads that it likes. NumPy runs with one BLAS thread and with as many as it likes, and
 * the faster one counts.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../lib/dist/core/random.js";
import { Covariance } from "../lib/dist/model/covariance.js";
import { covarianceGram } from "../lib/dist/model/gram.js";
import { fullCovariances } from "./covariances.ts";
import { PythonPeer } from "./peers/python.ts";
import { fasterOf, race, secondsOf, startSuite } from "./suite.ts";

const suite = startSuite("gram", 5);
const d = suite.quick ? 30 : 100;
const tasks = suite.quick ? 100 : 1000;
const covariances = fullCovariances(tasks, d, Random.seed(3605).stream("gram"));
const powerLaw = Array.from({ length: d }, (_, i) => (i + 1) ** -0.5);
/** What only ours does. */
const COPIED = `each matrix is copied into its ${(d * (d + 1)) / 2} coordinates, half of NumPy's, before the dsyrk`;
const TURNED = "ours turns each matrix into the target's basis from both sides, two products to NumPy's one, which halves the dsyrk";
const targets = [
  { name: "no target", target: undefined, peer: null, note: COPIED },
  { name: "a diagonal target", target: Covariance.diagonal(powerLaw), peer: powerLaw, note: COPIED },
  { name: "a full target", target: covariances[0], peer: covariances[0].matrix.to2DArray(), note: TURNED },
];

const folder = mkdtempSync(join(tmpdir(), "cotlab-gram-"));
const file = join(folder, "covariances.bin");
const peers = [
  { threads: "1 BLAS thread", peer: await PythonPeer.start("numeric.py", ["NumPy"], 1) },
  { threads: "all BLAS threads", peer: await PythonPeer.start("numeric.py", ["NumPy"]) },
];
try {
  writeFileSync(file, Float64Array.from(covariances.flatMap(({ matrix }) => matrix.to1DArray())));
  for (const { name, target, peer: theirTarget, note } of targets) {
    let found = 0;
    const theirs = async (peer: PythonPeer | string): Promise<number> => {
      if (typeof peer === "string") return 0;
      const { seconds, check } = await peer.ask<{ seconds: number; check: number }>({ op: "gram" });
      if (!(Math.abs(found - check) <= 1e-9 * Math.abs(check)))
        throw new Error(`gram: both sides must find the same number, got ${found} and ${check}`);
      return seconds;
    };
    for (const { peer } of peers) if (typeof peer !== "string") await peer.ask({ op: "load_gram", file, tasks, d, target: theirTarget });
    const times = await race(suite.rounds, {
      ours: () =>
        secondsOf(() => {
          found = covarianceGram(target ? { covariances, target } : { covariances }).get(0, tasks - 1);
        }),
      one: () => theirs(peers[0].peer),
      many: () => theirs(peers[1].peer),
    });
    const { threads, peer, seconds } = fasterOf([
      { ...peers[0], seconds: times.one },
      { ...peers[1], seconds: times.many },
    ]);
    suite.ratio({
      case: `Gram matrix, ${name}`,
      setting: `${tasks} full ${d} x ${d} covariances`,
      ours: times.ours,
      peer: typeof peer === "string" ? peer : { name: `${peer.label("NumPy")} (${threads})`, seconds },
      note,
    });
  }
} finally {
  for (const { peer } of peers) if (typeof peer !== "string") peer.close();
  rmSync(folder, { recursive: true });
}

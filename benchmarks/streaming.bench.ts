/**
 * @file Mean and covariance of a feature file in one pass, against NumPy on the mapped file, a chunk at a time.
 *
 * Both sides refuse numbers that are not finite. Ours keeps the moments of 20 random blocks of rows, from which the intervals come, and
 * fourth moments. Beside it NumPy does the same, and, in rows of their own, the covariance alone. Both multiply by BLAS, ours on one thread;
 * NumPy runs with one thread and with as many as it likes, and the faster one counts. The files lie in a temporary folder and have been read once before, so disks do not count.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteBuffer } from "hyparquet-writer";
import { Random } from "../lib/dist/core/random.js";
import { readMoments } from "../lib/dist/data/moments.js";
import { readFeatures } from "../lib/dist/data/readFeatures.js";
import { PythonPeer } from "./peers/python.ts";
import { fasterOf, race, startSuite } from "./suite.ts";

const suite = startSuite("streaming", 3);
const folder = mkdtempSync(join(tmpdir(), "cotlab-streaming-"));
const CHUNK = 4096;
/** What NumPy is asked for: what ours keeps, and the covariance alone. */
const SAME = { op: "block_moments", blocks: 20 };
const LESS = { op: "covariance" };

/** Rows of normal numbers whose scale falls with the column; a block of them is drawn once and shifted from block to block. */
function block(d: number): Float64Array {
  const values = Random.seed(3605)
    .stream("streaming", d)
    .fillNormal(new Float64Array(CHUNK * d));
  for (let i = 0; i < values.length; i++) values[i] *= ((i % d) + 1) ** -0.25;
  return values;
}

/** Writes an NPY file of float32 or float64, `blocks` times CHUNK rows. */
async function writeNpy(file: string, d: number, blocks: number, type: "f4" | "f8"): Promise<void> {
  const text = `{'descr': '<${type}', 'fortran_order': False, 'shape': (${blocks * CHUNK}, ${d}), }`;
  const header = Buffer.from(`${text.padEnd(128 - 11)}\n`, "latin1");
  const start = Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from("NUMPY"),
    Buffer.from([1, 0, header.length & 255, header.length >> 8]),
    header,
  ]);
  const handle = await open(file, "w");
  await handle.write(start);
  const values = block(d);
  for (let b = 0; b < blocks; b++) {
    const shifted = values.map((value) => value + 0.01 * b);
    const typed = type === "f4" ? Float32Array.from(shifted) : shifted;
    await handle.write(Buffer.from(typed.buffer, typed.byteOffset, typed.byteLength));
  }
  await handle.close();
}

const moments = async (file: string): Promise<{ seconds: number; trace: number }> => {
  const start = performance.now();
  const found = await readMoments(await readFeatures(file));
  const covariance = found.covariance();
  const seconds = (performance.now() - start) / 1000;
  return { seconds, trace: Array.from({ length: found.d }, (_, i) => covariance[i * found.d + i]).reduce((sum, value) => sum + value, 0) };
};

const peers = [
  { threads: "1 BLAS thread", peer: await PythonPeer.start("numeric.py", ["NumPy"], 1) },
  { threads: "all BLAS threads", peer: await PythonPeer.start("numeric.py", ["NumPy"]) },
];
try {
  for (const { d, blocks, type } of [
    { d: 64, blocks: suite.quick ? 8 : 100, type: "f8" as const },
    { d: 256, blocks: suite.quick ? 4 : 60, type: "f4" as const },
  ]) {
    const file = join(folder, `${d}.npy`);
    await writeNpy(file, d, blocks, type);
    const size = `${((blocks * CHUNK * d * Number(type[1])) / 1e6).toFixed(0)} MB`;
    let trace = Number.NaN;
    const theirs = async (peer: PythonPeer | string, op: Readonly<Record<string, unknown>>): Promise<number> => {
      if (typeof peer === "string") return 0;
      const { seconds, check } = await peer.ask<{ seconds: number; check: number }>({ ...op, file, chunk: CHUNK });
      if (!(Math.abs(check - trace) <= 1e-6 * check)) throw new Error(`streaming: both traces must agree, got ${trace} and ${check}`);
      return seconds;
    };
    const times = await race(suite.rounds, {
      ours: async () => {
        const found = await moments(file);
        ({ trace } = found);
        return found.seconds;
      },
      one: () => theirs(peers[0].peer, SAME),
      many: () => theirs(peers[1].peer, SAME),
      oneLess: () => theirs(peers[0].peer, LESS),
      manyLess: () => theirs(peers[1].peer, LESS),
    });
    const rows = `${blocks * CHUNK} rows of ${type === "f4" ? "float32" : "float64"}, ${size}`;
    for (const [what, note, one, many] of [
      [
        "the same moments",
        "a third of our one thread's time copies rows into chunks of 512 a block, so that memory does not grow with the file",
        times.one,
        times.many,
      ],
      ["covariance alone", "the peer does a part of our work: no blocks, no fourth moments", times.oneLess, times.manyLess],
    ] as const) {
      const { threads, peer, seconds } = fasterOf([
        { ...peers[0], seconds: one },
        { ...peers[1], seconds: many },
      ]);
      suite.ratio({
        case: `NPY, ${d} features; NumPy: ${what}`,
        setting: `${rows}; ours with moments of 20 blocks and fourth moments, 1 thread`,
        ours: times.ours,
        peer: typeof peer === "string" ? peer : { name: `${peer.label("NumPy")} (${threads})`, seconds },
        note,
      });
    }
    rmSync(file);
  }

  const [d, blocks] = [64, suite.quick ? 4 : 25];
  const values = block(d);
  const file = join(folder, "features.parquet");
  const columns = Array.from({ length: d }, (_, j) => ({
    name: `f${j}`,
    type: "FLOAT" as const,
    data: Float32Array.from({ length: blocks * CHUNK }, (_, i) => values[(i % CHUNK) * d + j] + 0.01 * Math.floor(i / CHUNK)),
  }));
  writeFileSync(file, Buffer.from(parquetWriteBuffer({ columnData: columns, rowGroupSize: [CHUNK] })));
  const times = await race(suite.rounds, { ours: async () => (await moments(file)).seconds });
  suite.ratio({
    case: `Parquet, ${d} features`,
    setting: `${blocks * CHUNK} rows of float32, ${((4 * blocks * CHUNK * d) / 1e6).toFixed(0)} MB; 1 thread`,
    ours: times.ours,
    peer: "no peer: NumPy reads no Parquet",
  });
} finally {
  for (const { peer } of peers) if (typeof peer !== "string") peer.close();
  rmSync(folder, { recursive: true });
}

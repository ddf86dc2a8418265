/**
 * @file Estimates of the paper, measured: `node studies/programs/estimates.ts [qualities | chains | diagnostic ...]`, pinned node. Writes
 * data/estimates/NAME.csv and NAME.json, resumed after an interruption; `--fresh` computes all again. Times are processor times of one
 * machine; those of the diagnostic need some 10 GB of memory and disk at d = 1024.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import type { ResultRow } from "../../lib/dist/data/resultTable.js";
import * as cot from "../../lib/dist/index.js";
import { root } from "../../tools/workspace.mjs";
import { chainSeconds } from "../dist/chainCost.js";
import { type QualityParams, qualityEffects } from "../dist/trainingQualities.js";
import { chosenParts, storedRuns } from "./storedRuns.ts";

const seed = 7;

const base: QualityParams = { d: 8, tasks: 5, n: 40, k: 10, exponent: 1.5, targetExponent: 0.5, turn: 0, pools: 200, mixtures: 40 };
const qualities: Readonly<Record<string, QualityParams>> = {
  "one basis": base,
  "one basis, k = 1": { ...base, k: 1 },
  "one basis, isotropic target": { ...base, targetExponent: 0 },
  "one basis, skewed target": { ...base, targetExponent: 1.5 },
  "bases that differ": { ...base, turn: 0.5 },
  "bases that differ, isotropic target": { ...base, turn: 0.5, targetExponent: 0 },
  "one basis, short training": { ...base, n: 5 },
};

const chains: Readonly<Record<string, { quantity: "d" | "k" | "m"; d: number; m: number; k: number; values: readonly number[] }>> = {
  "steps: d": { quantity: "d", d: 0, m: 64, k: 100, values: [64, 128, 256, 512] },
  "steps: k": { quantity: "k", d: 128, m: 64, k: 0, values: [100, 200, 400, 800, 1600] },
  "steps: m": { quantity: "m", d: 128, m: 0, k: 200, values: [64, 256, 1024, 4096] },
  "forming S: m": { quantity: "m", d: 128, m: 0, k: 1, values: [512, 1024, 2048, 4096] },
  "forming S: d": { quantity: "d", d: 0, m: 512, k: 1, values: [64, 128, 256, 512] },
};

/** Rows of normal and of t numbers, as NPY files of f4. */
function featureFile(folder: string, name: string, d: number, rows: number, degrees: number, exponent: number): string {
  const path = join(folder, name);
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${d}), }`;
  const text = head.padEnd(117, " ");
  const start = Buffer.concat([Buffer.from([0x93]), Buffer.from("NUMPY"), Buffer.from([1, 0, 118, 0]), Buffer.from(`${text}\n`)]);
  const file = openSync(path, "w");
  writeSync(file, start);
  const random = cot.Random.seed(seed).stream("features", name, d);
  const scale = Array.from({ length: d }, (_, j) => (j + 1) ** (-exponent / 2));
  const size = 1000;
  const z = new Float64Array(d * size);
  for (let done = 0; done < rows; done += size) {
    random.fillNormal(z);
    const out = new Float32Array(z.length);
    for (let i = 0; i < size; i++) {
      const radius = degrees === Number.POSITIVE_INFINITY ? 1 : Math.sqrt((degrees - 2) / random.chiSquare(degrees));
      // Neighbours are correlated, so that sources and target do not commute.
      for (let j = 0; j < d; j++) out[i * d + j] = radius * scale[j] * (0.9 * z[i * d + j] + (j > 0 ? 0.43 * z[i * d + j - 1] : 0));
    }
    writeSync(file, new Uint8Array(out.buffer));
  }
  closeSync(file);
  return path;
}

/** Processor seconds of the stages of a diagnosis at finite m, two sources, 1e5 rows each. */
async function diagnosticRows({ d, rows }: { d: number; rows: number }): Promise<ResultRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-estimates-"));
  try {
    const train = [featureFile(folder, "a.npy", d, rows, Number.POSITIVE_INFINITY, 0.3), featureFile(folder, "b.npy", d, rows, 8, 0.6)];
    const target = featureFile(folder, "c.npy", d, rows, Number.POSITIVE_INFINITY, 0.4);
    const stages = new Map<string, number>();
    let stage = "start";
    let from = process.cpuUsage();
    const mark = (next: string): void => {
      const { user, system } = process.cpuUsage(from);
      stages.set(stage, (stages.get(stage) ?? 0) + (user + system) / 1e6);
      stage = next;
      from = process.cpuUsage();
    };
    const wall = performance.now();
    const { prediction, training } = await cot.diagnose({
      ...{ train, target, n: 4 * d, m: 2 * d, steps: 40, seed },
      onProgress: (message) =>
        mark(
          message
            .replace(/: .*$/, "")
            .replace(/ (a|b|c)\.npy$/, "")
            .replace("spectrum of", "spectra"),
        ),
    });
    mark("end");
    const total = [...stages.values()].reduce((sum, value) => sum + value, 0);
    const { curve } = prediction;
    return [...stages, ["all", total] as const]
      .filter(([name]) => name !== "start" && name !== "end")
      .map(([name, seconds]) => ({
        ...{
          d,
          rows,
          stage: name,
          cpuSeconds: Number(seconds.toFixed(2)),
          wallSeconds: Number(((performance.now() - wall) / 1000).toFixed(1)),
        },
        ...{ errorAt10: curve[10].error.value, low: curve[10].error.low, high: curve[10].error.high },
        ...{ promptsNeeded: training.prompts.value, radialOfT: training.radial["b.npy"].value },
      }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const parts = {
  qualities: {
    settings: qualities,
    run: (params: QualityParams) => qualityEffects(params, cot.Random.seed(seed)).map((row) => ({ ...row })),
  },
  chains: {
    settings: chains,
    run: ({ quantity, d, m, k, values }: (typeof chains)[string]) =>
      values.map((value) => {
        const { form, steps } = chainSeconds({ d, m, k, [quantity]: value }, cot.Random.seed(seed));
        return { quantity, value, formSeconds: form, stepsSeconds: steps };
      }),
  },
  diagnostic: {
    settings: Object.fromEntries([256, 512, 1024].map((d) => [`d = ${d}`, { d, rows: 100_000 }])),
    run: diagnosticRows,
  },
} as const;

const { wanted, fresh } = chosenParts("estimates", Object.keys(parts));
for (const name of wanted) {
  const part = parts[name as keyof typeof parts];
  await storedRuns({
    folder: join(root, "data", "estimates"),
    name,
    settings: part.settings,
    run: part.run as never,
    about: () => ({
      before: {
        command: `node_modules/.bin/node studies/programs/estimates.ts ${name}`,
        node: process.version,
        seed,
        ...(name === "qualities"
          ? {}
          : { machine: `${cpus()[0]?.model ?? "unknown"}, ${cpus().length} cores`, times: "processor time, all threads" }),
      },
    }),
    fresh,
  });
}

/**
 * @file The calibration of the diagnostic: `node tools/experiments/calibration.ts`, pinned node, about half an hour of one core.
 * Writes data/diagnostic/calibration.csv (a row a trial) and calibration.json (settings, summaries, command) after every family of
 * trials, by rename, so that an interrupted run is resumed: families whose stored parameters are still the same are kept. `--fresh`
 * computes all again. With `--real`, some six minutes: calibration-real.csv and calibration-real.json, from the rows of data/embeddings.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../lib/dist/core/random.js";
import { decodeNpy } from "../../lib/dist/data/npy.js";
import {
  type CalibrationRow,
  calibrationRows,
  calibrationSettings,
  calibrationSummary,
} from "../../lib/dist/diagnostic/calibrationExperiment.js";
import {
  momentsOfRows,
  type Population,
  type RealCalibrationParams,
  realCalibrationSettings,
  realTrial,
} from "../../lib/dist/diagnostic/calibrationReal.js";
import { projectRows, reduceMoments } from "../../lib/dist/diagnostic/components.js";
import { readResults } from "../../lib/dist/selection/selectionExperiments.js";
import { root } from "../workspace.mjs";

const folder = join(root, "data", "diagnostic");
const real = process.argv.includes("--real");
const table = join(folder, real ? "calibration-real.csv" : "calibration.csv");
const about = join(folder, real ? "calibration-real.json" : "calibration.json");
const command = `node_modules/.bin/node tools/experiments/calibration.ts${real ? " --real" : ""}`;
const fresh = process.argv.includes("--fresh");
mkdirSync(folder, { recursive: true });

/** What summaries are split by. */
const SYNTHETIC_KEYS = ["regime", "law", "mOverD", "rowsOverD"];
const REAL_KEYS = ["regime", "mOverR", "components", "target", "helps"];

/** Settings as text; JSON has no Infinity. */
const asText = (params: unknown): string => JSON.stringify(params, (_, value) => (value === Number.POSITIVE_INFINITY ? "Infinity" : value));

/** Eight digits, which is more than the sampling leaves. */
const short = (value: string | number): string => (typeof value === "number" ? String(Number(value.toPrecision(8))) : value);

function replace(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

/** The leading components of all files: the trials choose theirs among these. */
const COMPONENTS = 64;
const NAMES = ["addition", "multiplication", "remainder", "polynomial", "gcd-pairs", "gcd"];

/** All files, reduced to 64 components of all rows together. */
function populations(): Population[] {
  const read = NAMES.map((name) => decodeNpy(readFileSync(join(root, "data", "embeddings", `${name}.npy`)), name));
  const moments = read.map(({ values, columns }) => momentsOfRows(values, columns));
  const reduction = reduceMoments(moments.slice(0, -1), moments[NAMES.length - 1]!, COMPONENTS);
  return read.map(({ values }, s) => {
    const projected = projectRows(values, reduction);
    return { name: NAMES[s]!, values: projected, moments: momentsOfRows(projected, COMPONENTS) };
  });
}

const settings: Readonly<Record<string, { trials: number }>> = real ? realCalibrationSettings : calibrationSettings;
let files: Population[] | undefined;
function rowsOf(setting: string): CalibrationRow[] {
  if (!real) return calibrationRows(calibrationSettings[setting]!);
  const params: RealCalibrationParams = realCalibrationSettings[setting]!;
  files ??= populations();
  const stream = Random.seed(7).stream(`calibration-real ${setting}`);
  return Array.from({ length: params.trials }, (_, i) => ({
    regime: params.regime,
    mOverR: params.promptFactor,
    trial: i,
    ...realTrial(files!, params, stream.stream(i)),
  }));
}

const results = new Map<string, CalibrationRow[]>();
if (!fresh && existsSync(table) && existsSync(about)) {
  const stored = (JSON.parse(readFileSync(about, "utf8")) as { settings: Record<string, unknown> }).settings;
  const rows = readResults(table);
  for (const [setting, params] of Object.entries(settings)) {
    if (JSON.stringify(stored[setting]) !== asText(params)) continue;
    const kept = rows.filter((row) => row.setting === setting);
    if (kept.length === params.trials) results.set(setting, kept);
  }
}
for (const setting of Object.keys(settings)) {
  process.stderr.write(`calibration: ${setting}${results.has(setting) ? " (kept)" : ""}\n`);
  if (results.has(setting)) continue;
  results.set(
    setting,
    rowsOf(setting).map((row) => ({ setting, ...row })),
  );
  const done = Object.keys(settings).filter((key) => results.has(key));
  const rows = done.flatMap((key) => results.get(key)!);
  const columns = Object.keys(rows[0]!);
  const lines = [columns.join(","), ...rows.map((row) => columns.map((column) => short(row[column]!)).join(","))];
  const by = (key: string) =>
    Object.fromEntries(
      [...new Set(rows.map((row) => String(row[key])))].map((value) => [value, calibrationSummary(rows, { [key]: value })]),
    );
  const report = {
    command,
    node: process.version,
    seedUnlessStated: 7,
    settings: JSON.parse(asText(Object.fromEntries(done.map((key) => [key, settings[key]])))),
    summary: {
      all: calibrationSummary(rows),
      ...Object.fromEntries((real ? REAL_KEYS : SYNTHETIC_KEYS).map((key) => [key, by(key)])),
    },
  };
  replace(table, `${lines.join("\n")}\n`);
  replace(about, `${JSON.stringify(report, null, 2)}\n`);
}

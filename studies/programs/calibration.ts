/**
 * @file The calibration of the diagnostic: `node studies/programs/calibration.ts`, pinned node, about half an hour of one core.
 * Writes data/diagnostic/calibration.csv (a row a trial) and calibration.json (settings, summaries, command) after every family of
 * trials, by rename, so that an interrupted run is resumed: families whose stored parameters are still the same are kept. `--fresh`
 * computes all again. With `--real`, some six minutes: calibration-real.csv and calibration-real.json, from the rows of data/embeddings.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../../lib/dist/core/random.js";
import { decodeNpy } from "../../lib/dist/data/npy.js";
import type { ResultRow } from "../../lib/dist/data/resultTable.js";
import { projectRows, reduceMoments } from "../../lib/dist/diagnostic/components.js";
import { root } from "../../tools/workspace.mjs";
import { calibrationRows, calibrationSettings } from "../dist/calibration.js";
import { momentsOfRows, type Population, type RealCalibrationParams, realCalibrationSettings, realTrial } from "../dist/calibrationReal.js";
import { calibrationSummary } from "../dist/calibrationSummary.js";
import { storedRuns } from "./storedRuns.ts";

const real = process.argv.includes("--real");
const command = `node_modules/.bin/node studies/programs/calibration.ts${real ? " --real" : ""}`;

/** What summaries are split by. */
const SYNTHETIC_KEYS = ["regime", "law", "mOverD", "rowsOverD"];
const REAL_KEYS = ["regime", "mOverR", "components", "target", "helps"];

/** The leading components of all files: the trials choose theirs among these. */
const COMPONENTS = 64;
const NAMES = ["addition", "multiplication", "remainder", "polynomial", "gcd-pairs", "gcd"];

/** All files, reduced to 64 components of all rows together. */
function populations(): Population[] {
  const read = NAMES.map((name) => decodeNpy(readFileSync(join(root, "data", "embeddings", `${name}.npy`)), name));
  const moments = read.map(({ values, columns }) => momentsOfRows(values, columns));
  const reduction = reduceMoments(moments.slice(0, -1), moments[NAMES.length - 1], COMPONENTS);
  return read.map(({ values }, s) => {
    const projected = projectRows(values, reduction);
    return { name: NAMES[s], values: projected, moments: momentsOfRows(projected, COMPONENTS) };
  });
}

const settings: Readonly<Record<string, { trials: number }>> = real ? realCalibrationSettings : calibrationSettings;
let files: Population[] | undefined;
function rowsOf(setting: string): ResultRow[] {
  if (!real) return calibrationRows(calibrationSettings[setting]);
  const params: RealCalibrationParams = realCalibrationSettings[setting];
  files ??= populations();
  const stream = Random.seed(7).stream(`calibration-real ${setting}`);
  return Array.from({ length: params.trials }, (_, i) => ({
    regime: params.regime,
    mOverR: params.promptFactor,
    trial: i,
    ...realTrial(files!, params, stream.stream(i)),
  }));
}

await storedRuns({
  folder: join(root, "data", "diagnostic"),
  name: real ? "calibration-real" : "calibration",
  settings,
  run: (_, setting) => rowsOf(setting),
  about: (rows) => {
    const by = (key: string) =>
      Object.fromEntries(
        [...new Set(rows.map((row) => String(row[key])))].map((value) => [value, calibrationSummary(rows, { [key]: value })]),
      );
    return {
      before: { command, node: process.version, seedUnlessStated: 7 },
      after: {
        summary: {
          all: calibrationSummary(rows),
          ...Object.fromEntries((real ? REAL_KEYS : SYNTHETIC_KEYS).map((key) => [key, by(key)])),
        },
      },
    };
  },
  fresh: process.argv.includes("--fresh"),
});

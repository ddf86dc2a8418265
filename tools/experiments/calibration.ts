/**
 * @file The calibration of the diagnostic: `node tools/experiments/calibration.ts`, pinned node, about half an hour of one core.
 * Writes data/diagnostic/calibration.csv (a row a trial) and calibration.json (settings, summaries, command) after every family of
 * trials, by rename, so that an interrupted run is resumed: families whose stored parameters are still the same are kept. `--fresh`
 * computes all again.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CalibrationRow,
  calibrationRows,
  calibrationSettings,
  calibrationSummary,
} from "../../lib/dist/diagnostic/calibrationExperiment.js";
import { readResults } from "../../lib/dist/selection/selectionExperiments.js";
import { root } from "../workspace.mjs";

const folder = join(root, "data", "diagnostic");
const table = join(folder, "calibration.csv");
const about = join(folder, "calibration.json");
const fresh = process.argv.includes("--fresh");
mkdirSync(folder, { recursive: true });

/** Settings as text; JSON has no Infinity. */
const asText = (params: unknown): string => JSON.stringify(params, (_, value) => (value === Number.POSITIVE_INFINITY ? "Infinity" : value));

/** Eight digits, which is more than the sampling leaves. */
const short = (value: string | number): string => (typeof value === "number" ? String(Number(value.toPrecision(8))) : value);

function replace(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

const results = new Map<string, CalibrationRow[]>();
if (!fresh && existsSync(table) && existsSync(about)) {
  const { settings } = JSON.parse(readFileSync(about, "utf8")) as { settings: Record<string, unknown> };
  const rows = readResults(table);
  for (const [setting, params] of Object.entries(calibrationSettings)) {
    if (JSON.stringify(settings[setting]) !== asText(params)) continue;
    const stored = rows.filter((row) => row.setting === setting);
    if (stored.length === params.trials) results.set(setting, stored);
  }
}
for (const [setting, params] of Object.entries(calibrationSettings)) {
  process.stderr.write(`calibration: ${setting}${results.has(setting) ? " (kept)" : ""}\n`);
  if (results.has(setting)) continue;
  results.set(
    setting,
    calibrationRows(params).map((row) => ({ setting, ...row })),
  );
  const done = Object.keys(calibrationSettings).filter((key) => results.has(key));
  const rows = done.flatMap((key) => results.get(key)!);
  const columns = Object.keys(rows[0]!);
  const lines = [columns.join(","), ...rows.map((row) => columns.map((column) => short(row[column]!)).join(","))];
  const by = (key: string) =>
    Object.fromEntries(
      [...new Set(rows.map((row) => String(row[key])))].map((value) => [value, calibrationSummary(rows, { [key]: value })]),
    );
  const report = {
    command: "node_modules/.bin/node tools/experiments/calibration.ts",
    node: process.version,
    seedUnlessStated: 7,
    settings: JSON.parse(asText(Object.fromEntries(done.map((key) => [key, calibrationSettings[key]])))),
    summary: { all: calibrationSummary(rows), regime: by("regime"), law: by("law"), mOverD: by("mOverD"), rowsOverD: by("rowsOverD") },
  };
  replace(table, `${lines.join("\n")}\n`);
  replace(about, `${JSON.stringify(report, null, 2)}\n`);
}

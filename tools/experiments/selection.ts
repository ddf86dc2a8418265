/**
 * @file The long selection experiments: `node tools/experiments/selection.ts [table | scan | margins | demonstration | robustness ...]`, pinned node.
 * Writes data/selection/NAME.csv and NAME.json (settings and command) after every setting, by rename, so that an interrupted run is
 * resumed: settings whose stored parameters are still the same are kept. `--fresh` computes all again.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as selection from "../../lib/dist/selection/selectionExperiments.js";
import { root } from "../workspace.mjs";

type Row = selection.ResultRow;

interface Part {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly run: (params: never) => Row[];
}

const parts: Readonly<Record<string, Part>> = {
  table: { settings: selection.alphaBSettings, run: selection.alphaBRows },
  scan: { settings: selection.scanSettings, run: selection.scanRows },
  margins: { settings: selection.marginSettings, run: selection.trialRows },
  demonstration: { settings: selection.trialSettings, run: selection.trialRows },
  robustness: { settings: selection.estimationSettings, run: selection.estimationRows },
};

const folder = join(root, "data", "selection");
const wanted = process.argv.slice(2).filter((argument) => argument !== "--fresh");
const fresh = process.argv.includes("--fresh");
const unknown = wanted.find((name) => !(name in parts));
if (unknown !== undefined) throw new RangeError(`selection: the part must be one of ${Object.keys(parts).join(", ")}, got ${unknown}`);
mkdirSync(folder, { recursive: true });

/** Settings as text; JSON has no Infinity. */
const asText = (params: unknown): string => JSON.stringify(params, (_, value) => (value === Number.POSITIVE_INFINITY ? "Infinity" : value));

/** Eight digits, which is more than the sampling leaves. */
const short = (value: string | number): string => {
  if (typeof value === "number") return String(Number(value.toPrecision(8)));
  if (/[",\n]/.test(value)) throw new RangeError(`selection: a name must be free of commas and quotes, got ${value}`);
  return value;
};

function replace(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

function stored(name: string): { settings: Record<string, string>; rows: Row[] } {
  const config = join(folder, `${name}.json`);
  if (fresh || !existsSync(config) || !existsSync(join(folder, `${name}.csv`))) return { settings: {}, rows: [] };
  const { settings } = JSON.parse(readFileSync(config, "utf8")) as { settings: Record<string, unknown> };
  return {
    settings: Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, asText(value)])),
    rows: selection.readResults(join(folder, `${name}.csv`)),
  };
}

for (const name of wanted.length > 0 ? wanted : Object.keys(parts)) {
  const { settings, run } = parts[name]!;
  const before = stored(name);
  const results = new Map<string, Row[]>();
  for (const [setting, params] of Object.entries(settings)) {
    const rows = before.rows.filter((row) => row.setting === setting);
    if (rows.length > 0 && before.settings[setting] === asText(params)) results.set(setting, rows);
  }
  for (const [setting, params] of Object.entries(settings)) {
    process.stderr.write(`${name}: ${setting}${results.has(setting) ? " (kept)" : ""}\n`);
    if (!results.has(setting))
      results.set(
        setting,
        run(params as never).map((row) => ({ setting, ...row })),
      );
    const done = Object.keys(settings).filter((key) => results.has(key));
    const rows = done.flatMap((key) => results.get(key)!);
    const columns = Object.keys(rows[0]!);
    const lines = [columns.join(","), ...rows.map((row) => columns.map((column) => short(row[column]!)).join(","))];
    const about = {
      command: `node_modules/.bin/node tools/experiments/selection.ts ${name}`,
      node: process.version,
      seedUnlessStated: 7,
      settings: JSON.parse(asText(Object.fromEntries(done.map((key) => [key, settings[key]])))),
    };
    replace(join(folder, `${name}.csv`), `${lines.join("\n")}\n`);
    replace(join(folder, `${name}.json`), `${JSON.stringify(about, null, 2)}\n`);
  }
}

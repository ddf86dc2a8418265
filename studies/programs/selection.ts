/**
 * @file The long selection experiments: `node studies/programs/selection.ts [table | scan | margins | demonstration | robustness ...]`, pinned node.
 * Writes data/selection/NAME.csv and NAME.json (settings and command) after every setting, by rename, so that an interrupted run is
 * resumed: settings whose stored parameters are still the same are kept. `--fresh` computes all again.
 */
import { join } from "node:path";
import type { ResultRow } from "../../lib/dist/data/resultTable.js";
import { root } from "../../tools/workspace.mjs";
import { alphaBRows, alphaBSettings, scanRows, scanSettings } from "../dist/alphaBTable.js";
import { estimationSettings, estimationTrial } from "../dist/estimationTrial.js";
import { marginSettings, trialRows, trialSettings } from "../dist/selectionTrial.js";
import { chosenParts, storedRuns } from "./storedRuns.ts";

interface Part {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly run: (params: never) => ResultRow[];
}

const parts: Readonly<Record<string, Part>> = {
  table: { settings: alphaBSettings, run: alphaBRows },
  scan: { settings: scanSettings, run: scanRows },
  margins: { settings: marginSettings, run: trialRows },
  demonstration: { settings: trialSettings, run: trialRows },
  robustness: { settings: estimationSettings, run: (params: never) => estimationTrial(params).map((row) => ({ ...row })) },
};

const { wanted, fresh } = chosenParts("selection", Object.keys(parts));
for (const name of wanted) {
  const command = `node_modules/.bin/node studies/programs/selection.ts ${name}`;
  const about = () => ({ before: { command, node: process.version, seedUnlessStated: 7 } });
  await storedRuns({ folder: join(root, "data", "selection"), name, ...parts[name], about, fresh });
}

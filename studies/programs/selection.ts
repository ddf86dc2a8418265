/**
 * @file The long selection experiments: `node studies/programs/selection.ts [table | scan | margins | demonstration | robustness ...]`, pinned node.
 * Writes data/selection/NAME.csv and NAME.json (settings and command) after every setting, by rename, so that an interrupted run is
 * resumed: settings whose stored parameters are still the same are kept. `--fresh` computes all again.
 */
import { join } from "node:path";
import type { ResultRow } from "../../lib/dist/data/resultTable.js";
import { root } from "../../tools/workspace.mjs";
import * as selection from "../dist/selectionExperiments.js";
import { chosenParts, storedRuns } from "./storedRuns.ts";

type Row = ResultRow;

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

const { wanted, fresh } = chosenParts("selection", Object.keys(parts));
for (const name of wanted) {
  const command = `node_modules/.bin/node studies/programs/selection.ts ${name}`;
  const about = () => ({ before: { command, node: process.version, seedUnlessStated: 7 } });
  await storedRuns({ folder: join(root, "data", "selection"), name, ...parts[name], about, fresh });
}

/**
 * @file Figures as the files of a paper: PDF, SVG and PNG at 300 dpi of one line chart with a band, and of one heatmap, 5.5 inches wide,
 * against matplotlib (Agg) writing the same three files.
 *
 * "Next" is one more figure in a process that has drawn before; "first" is a whole process: start, imports, one figure. Ours writes CSV and
 * JSON files as well. Each side draws one figure at a time.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportFigure } from "../lib/dist/figures/exportFigure.js";
import { exampleFigure, type FigureKind } from "./exampleFigure.ts";
import { PythonPeer, peerPython } from "./peers/python.ts";
import { race, secondsOf, startSuite } from "./suite.ts";

const suite = startSuite("figures", 5);
const folder = mkdtempSync(join(tmpdir(), "cotlab-figures-"));
const peer = await PythonPeer.start("figures.py", ["matplotlib"], 1);
const setting = "PDF, SVG and PNG at 300 dpi, 5.5 in";

/** A whole process that draws one figure. */
function processSeconds(command: string, args: readonly string[]): Promise<number> {
  return secondsOf(() => {
    const { status, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`figures: a process that draws one figure must end well, got: ${stderr.slice(-500)}`);
  });
}

try {
  for (const kind of ["lines", "heatmap"] satisfies FigureKind[]) {
    const times = await race(suite.rounds, {
      ours: () => secondsOf(() => exportFigure(exampleFigure(kind), { name: `ours-${kind}`, directory: folder })),
      theirs: async () => (typeof peer === "string" ? 0 : (await peer.ask<{ seconds: number }>({ kind, folder })).seconds),
    });
    suite.ratio({
      case: `next figure, ${kind}`,
      setting,
      ours: times.ours,
      peer: typeof peer === "string" ? peer : { name: peer.label("matplotlib"), seconds: times.theirs },
    });
  }
  const times = await race(suite.rounds, {
    ours: () => processSeconds(process.execPath, [join(import.meta.dirname, "exampleFigure.ts"), folder]),
    theirs: () =>
      typeof peer === "string" ? 0 : processSeconds(peerPython()!, [join(import.meta.dirname, "peers", "figures.py"), folder]),
  });
  suite.ratio({
    case: "first figure, with the process",
    setting,
    ours: times.ours,
    peer: typeof peer === "string" ? peer : { name: peer.label("matplotlib"), seconds: times.theirs },
  });
} finally {
  if (typeof peer !== "string") peer.close();
  rmSync(folder, { recursive: true });
}

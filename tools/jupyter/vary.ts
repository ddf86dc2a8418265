/** @file Runs a notebook at a setting of its parameters and looks at what it shows. */
import type { Figure } from "../../lib/dist/figures/figure.js";
import { figureProblems } from "../../lib/dist/figures/inspectFigure.js";
import { type Check, type CheckStatus, statusOf } from "../../lib/dist/notebook/verdict.js";
import { verdictsOf } from "../evidence.ts";
import { CellError, type ExecuteOptions, executeNotebook } from "./execute.ts";
import { codeCells, type Notebook, sourceOf, textOf } from "./notebook.ts";
import { setParameters } from "./parameters.ts";
import type { Server } from "./server.ts";

/** What a notebook shows at one setting. */
export interface Variation {
  readonly seconds: number;
  /** Names of the checks by their status. */
  readonly checks: Readonly<Record<CheckStatus, readonly string[]>>;
  readonly figures: number;
  /** What must not be, one line each: an error, an undefined value in a text, a claim without a verdict, a figure that shows nothing. */
  readonly problems: readonly string[];
}

const PLOTLY = "application/vnd.plotly.v1+json";

/** Undefined values that reached a reader. */
const UNDEFINED = /\bNaN\b|\bundefined\b|\[object \w+\]/;

function problemsOf(notebook: Notebook): { problems: string[]; figures: number } {
  const problems: string[] = [];
  let figures = 0;
  codeCells(notebook).forEach(({ cell }, i) => {
    const place = `cell [${i + 1}]`;
    for (const output of cell.outputs ?? []) {
      if (output.output_type === "stream") {
        const line = textOf(output.text)
          .split("\n")
          .find((text) => UNDEFINED.test(text));
        if (line !== undefined) problems.push(`${place}: prints ${line}`);
        continue;
      }
      if (output.output_type === "error") continue;
      const text = ["text/plain", "text/markdown", "text/html"].map((type) => textOf(output.data[type] ?? "")).join("\n");
      const line = text.split("\n").find((part) => UNDEFINED.test(part));
      if (line !== undefined) problems.push(`${place}: shows ${line.slice(0, 160)}`);
      if (output.data[PLOTLY] === undefined) continue;
      figures++;
      const figure = { ...(output.data[PLOTLY] as Figure), caption: textOf(output.data["text/plain"] ?? "") };
      problems.push(...figureProblems(figure).map((problem) => `${place}: figure ${problem}`));
    }
  });
  return { problems, figures };
}

/** A notebook run at these values, as they would be typed after `--set name=`. */
export async function varyNotebook(
  server: Server,
  notebook: Notebook,
  name: string,
  settings: ReadonlyMap<string, string>,
  options: Pick<ExecuteOptions, "onCell" | "cellLimit"> = {},
): Promise<Variation> {
  const begin = performance.now();
  try {
    const run = await executeNotebook(server, setParameters(notebook, name, settings), { name, folder: "notebooks", ...options });
    const { problems, figures } = problemsOf(run.notebook);
    const checks = verdictsOf(run.notebook).flatMap((verdict) => verdict.checks as readonly Check[]);
    const claims = (document: Notebook): number => codeCells(document).filter(({ cell }) => /\bcot\.verdict\(/.test(sourceOf(cell))).length;
    const missing = claims(notebook) - verdictsOf(run.notebook).length;
    if (missing > 0) problems.push(`${missing} claims have no verdict`);
    return { seconds: run.seconds, checks: byStatus(checks), figures, problems };
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    return { seconds: (performance.now() - begin) / 1000, checks: byStatus([]), figures: 0, problems: [error.message] };
  }
}

function byStatus(checks: readonly Check[]): Record<CheckStatus, string[]> {
  const names = (status: CheckStatus): string[] => checks.filter((check) => statusOf(check) === status).map(({ name }) => name);
  return { holds: names("holds"), fails: names("fails"), "outside its hypotheses": names("outside its hypotheses") };
}

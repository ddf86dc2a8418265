/** @file The evidence table: what each notebook claims and found, gathered from its verdict cells by the run itself. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeCells, type Notebook, textOf } from "./jupyter/notebook.ts";
import { root } from "./workspace.mjs";

const VERDICT_TYPE = "application/vnd.cotlab.verdict+json";
const FILE = join(root, "data", "evidence.json");
const TABLE = join(root, "REPRODUCIBILITY.md");

/** One line of a verdict, as `verdict(...)` in the library wrote it. */
interface Check {
  readonly name: string;
  readonly found: string;
  readonly expected: string;
  readonly passed: boolean;
  readonly paper?: string;
}

/** What one notebook's run showed. */
interface Evidence {
  readonly notebook: string;
  readonly claim: string;
  readonly source: string;
  readonly setting: string;
  readonly functions: string[];
  readonly checks: Check[];
  /** Seconds for Run All, to two digits, on the machine that last ran it. */
  readonly seconds: number;
}

/** What the verdict cells of a notebook recorded, in their order. */
function verdictsOf(notebook: Notebook): Omit<Evidence, "notebook" | "seconds">[] {
  return codeCells(notebook)
    .flatMap(({ cell }) => cell.outputs ?? [])
    .flatMap((output) => {
      const value = output.output_type === "display_data" ? output.data[VERDICT_TYPE] : undefined;
      if (value === undefined) return [];
      return [typeof value === "object" && !Array.isArray(value) ? value : JSON.parse(textOf(value))] as Omit<
        Evidence,
        "notebook" | "seconds"
      >[];
    });
}

/** Notes what a run of a notebook showed; entries of notebooks that no longer exist are dropped. */
export function writeEvidence(file: string, notebook: Notebook, seconds: number): void {
  const verdicts = verdictsOf(notebook);
  if (verdicts.length === 0) return;
  const present = new Set(readdirSync(join(root, "notebooks")));
  const old = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, "utf8")) as Evidence[]) : [];
  const kept = old.filter((entry) => entry.notebook !== file && present.has(entry.notebook));
  const own = verdicts.map((verdict) => ({ notebook: file, ...verdict, seconds: Number(seconds.toPrecision(2)) }));
  // The sort is stable: a notebook's verdicts stay in their order.
  const entries = [...kept, ...own].sort((a, b) => a.notebook.localeCompare(b.notebook));
  writeAtomic(FILE, `${JSON.stringify(entries, null, 2)}\n`);
  writeAtomic(TABLE, evidenceTable(entries));
}

function writeAtomic(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

/** A table cell: no line breaks, no column separators. */
const cell = (text: string): string => text.replaceAll("\n", " ").replaceAll("|", "\\|");

/** REPRODUCIBILITY.md: a section a notebook, a row a check. */
function evidenceTable(entries: readonly Evidence[]): string {
  const sections = entries.map(({ notebook, claim, source, setting, checks, seconds }) => {
    const rows = checks.map(
      ({ name, paper, found, expected, passed }) =>
        `| ${[name, paper ?? "", found, expected, passed ? "holds" : "does not hold"].map(cell).join(" | ")} |`,
    );
    return [
      `## [${notebook.replace(".ipynb", "")}](notebooks/${notebook})`,
      "",
      `**Claim.** ${claim} (${source}).`,
      "",
      `Setting: ${setting}. Run All: ${seconds} s. Command: \`npm run reproduce -- ${notebook.slice(0, 2)}\`.`,
      "",
      "| check | the paper's | ours | expected | verdict |",
      "| --- | --- | --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return [
    "# Reproducibility",
    "",
    "Written by `npm run reproduce` from the verdict cells of the notebooks; do not edit it. A number after ± is a standard error. Run times are those of the machine that ran it last.",
    "",
    ...sections.flatMap((section) => [section, ""]),
  ].join("\n");
}

/** @file The evidence table: what each notebook claims and found, gathered from its verdict cells by the run itself. */
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { standsInList, standsInWords, statusOf } from "../lib/dist/notebook/verdict.js";
import {
  markdownCell as cell,
  claimVerdict,
  type Evidence,
  HOLDS,
  type PaperLine,
  paperLines,
  standsText,
} from "../studies/dist/evidence.js";
import { UNTESTED } from "../studies/dist/untested.js";
import { codeCells, type Notebook, textOf } from "./jupyter/notebook.ts";
import { root } from "./workspace.mjs";

const VERDICT_TYPE = "application/vnd.cotlab.verdict+json";
const FILE = join(root, "data", "evidence.json");
const TABLE = join(root, "REPRODUCIBILITY.md");

/** What the verdict cells of a notebook recorded, in their order. */
export function verdictsOf(notebook: Notebook): Omit<Evidence, "notebook" | "seconds">[] {
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

/** What all verdicts of a notebook say, in one line. */
export function verdictLine(notebook: Notebook): string {
  const checks = verdictsOf(notebook).flatMap((verdict) => verdict.checks);
  if (checks.length === 0) return "no verdict";
  const failed = checks.filter((check) => statusOf(check) === "fails").map(({ name }) => name);
  const held = checks.filter((check) => statusOf(check) === "holds").length;
  const outside = checks.length - held - failed.length;
  const count = `${held} of ${checks.length} checks hold${outside === 0 ? "" : `, ${outside} outside ${outside === 1 ? "its" : "their"} hypotheses`}`;
  return failed.length === 0
    ? `verdict: ${outside === 0 ? "holds" : "judged in part"} (${count})`
    : `verdict: does not hold: ${failed.join("; ")} (${count})`;
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

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(head),
  row(head.map(() => "---")),
  ...rows.map(row),
  "",
];

const nameOf = (notebook: string): string => notebook.replace(".ipynb", "");

/** The address that GitHub gives the heading of a notebook's section. */
const anchorOf = (notebook: string): string =>
  nameOf(notebook)
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "");

/** REPRODUCIBILITY.md: one row a claim, then whether what the paper says stands and what was found, then every check. */
export function evidenceTable(entries: readonly Evidence[]): string {
  const notebooks = [...new Set(entries.map(({ notebook }) => notebook))];
  const checks = entries.flatMap((entry) => entry.checks);
  const failed = checks.filter((check) => statusOf(check) === "fails").length;
  const claims = entries.map((entry) => [
    cell(entry.claim),
    cell(entry.source),
    `[${entry.notebook.slice(0, 2)}](notebooks/${entry.notebook})`,
    `[${claimVerdict(entry)}](#${anchorOf(entry.notebook)})`,
    `${entry.seconds} s`,
  ]);
  const lines = paperLines(entries);
  const judgements = lines.map(({ stands }) => cell(stands === "not judged" ? stands : standsInWords(stands)));
  const paper = lines.map(({ paper, check, reason, notebook }, i) => [
    // A statement with several checks stands once, at the first of them, and so does a judgement that they share.
    paper === lines[i - 1]?.paper ? "" : cell(paper),
    paper === lines[i - 1]?.paper && judgements[i] === judgements[i - 1] ? "" : judgements[i],
    cell(check?.name ?? `none: ${reason}`),
    cell(check?.found ?? ""),
    cell(check?.expected ?? ""),
    check === undefined ? "" : HOLDS[statusOf(check)],
    notebook === undefined ? "" : `[${notebook.slice(0, 2)}](#${anchorOf(notebook)})`,
  ]);
  return [
    "# Reproducibility",
    "",
    "Written by `npm run reproduce` from the verdict cells of the notebooks; do not edit it. A number after ± is a standard error. A run time is that of *Run All* of the whole notebook, on the machine that ran it last.",
    "",
    `${entries.length} claims in ${notebooks.length} notebooks, ${checks.length} checks: ${failed === 0 ? "all hold" : `${failed} do not hold`}.`,
    "",
    "## Claims",
    "",
    ...table(["our claim", "source", "notebook", "our checks", "run time"], claims),
    "## What the paper says, and what we find",
    "",
    `${standsText(entries)}. One rule: a statement is one assertion of the source, however many checks it has, and is counted once, at the least favourable of its rows.`,
    "",
    "*Does it stand* judges the paper's statement: *confirmed* as it is written; *under added hypotheses* that the source does not state; *contradicted* as it is written; *not tested*. Our source is a summary of the paper. What it leaves open, a word or a setting, can be read in several ways, and then the judgement is one for each: *confirmed when* it means the one, *contradicted when* it means the other. What fails in one reading is no contradiction of the paper, whose own words we do not have.",
    "",
    "*Check holds* is another question: whether we found what we expect, in the settings of the notebook. A statement or a judgement without text is the one above it.",
    "",
    ...table(["the paper", "does it stand?", "our check", "ours", "we expect", "check holds", "details"], paper),
    ...couldFail(lines),
    ...notebooks.flatMap((notebook) => details(notebook, entries)),
  ].join("\n");
}

/** For what is not tested: what a check would look like that could fail. */
function couldFail(lines: readonly PaperLine[]): string[] {
  const open = lines.filter(({ stands }) => stands === "not tested").map(({ paper }) => paper);
  const rows = UNTESTED.filter(({ carriedBy }) => open.some((paper) => carriedBy.test(paper)));
  if (rows.length === 0) return [];
  return [
    "### What is not tested: checks that could fail",
    "",
    ...table(
      ["the paper", "not tested, because", "a check that could fail"],
      rows.map(({ statement, reason, couldFail }) => [cell(statement), cell(reason), cell(couldFail)]),
    ),
  ];
}

/** A notebook's section: every claim with its setting and all its checks. */
function details(notebook: string, entries: readonly Evidence[]): string[] {
  const own = entries.filter((entry) => entry.notebook === notebook);
  return [
    `## ${nameOf(notebook)}`,
    "",
    `[Notebook](notebooks/${notebook}). Run All: ${own[0].seconds} s. Command: \`npm run reproduce -- ${notebook.slice(0, 2)}\`.`,
    "",
    ...own.flatMap(({ claim, source, setting, functions, checks }) => {
      const quotes = checks.some(({ paper }) => paper);
      return [
        `**${cell(claim)}** (${cell(source)}).`,
        "",
        `Setting: ${cell(setting)}. Functions: ${functions.map((name) => `\`${name}\``).join(", ")}.`,
        "",
        ...table(
          ["check", "ours", "expected", "check holds", ...(quotes ? ["the paper", "does it stand?"] : [])],
          checks.map((check, i) => [
            cell(check.name),
            cell(check.found),
            cell(check.expected),
            HOLDS[statusOf(check)],
            ...(quotes ? [cell(check.paper ?? ""), check.paper === undefined ? "" : cell(standsInList(checks, i) || "not judged")] : []),
          ]),
        ),
      ];
    }),
  ];
}

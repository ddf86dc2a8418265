/** @file The generated part of benchmarks/README.md: tables of what is stored, between two markers. */
import { type BenchRow, formatRatio, formatSeconds, formatTime, fullNote, type GrowthRow } from "../../benchmarks/rows.ts";
import { machineParts } from "./machine.ts";
import type { Results } from "./results.ts";

const START = "<!-- results: written by `npm run bench` -->";
const END = "<!-- end of results -->";

/** The page of results that are not the committed ones. */
export const OWN_PAGE = `# Benchmarks, measured on this machine

[How to read them](../../benchmarks/README.md). Written by \`npm run bench\`; \`figures/\` holds the figures.

${START}

${END}
`;

const inCell = (text: string): string => text.replaceAll("|", "\\|");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(inCell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function ratioTable(rows: readonly BenchRow[]): string[] {
  const raced = rows.some(({ ratio }) => ratio !== null);
  const head = ["what", "setting", "ours", ...(raced ? ["peer", "its time", "peer / ours", "range"] : []), "rounds"];
  const cells = rows.map((row) => {
    const settings = [row.setting, fullNote(row)].filter((part) => part !== "");
    const own = [row.case, settings.join("; "), formatTime(row, "ours")];
    if (!raced) return [...own, String(row.rounds)];
    if (row.ratio === null) return [...own, "", "", "", "", String(row.rounds)];
    const ratio = `**${formatRatio(row.ratio)}**${row.extrapolated === "" ? "" : " (extrapolated)"}`;
    const range = row.low === null || row.high === null ? "" : `${formatRatio(row.low)} to ${formatRatio(row.high)}`;
    return [...own, row.peer, formatTime(row, "peer"), ratio, range, String(row.rounds)];
  });
  return table(head, cells);
}

function growthTable(rows: readonly GrowthRow[]): string[] {
  const cells = rows.map((row) => [
    row.quantity,
    row.setting,
    row.values.map((value, i) => `${value}: ${formatSeconds(row.seconds[i])}`).join(", "),
    `**${row.slope.toFixed(2)}**`,
    `${row.slopeLow.toFixed(2)} to ${row.slopeHigh.toFixed(2)}`,
    `**${row.lastSlope.toFixed(2)}**`,
    String(row.expected),
  ]);
  return table(["what", "held fixed", "times", "slope of the line", "its 95 % interval", "slope of the last two", "expected"], cells);
}

/** The machine that most suites ran on, and for every other suite what was different there. */
function machineLines(machines: Results["machines"]): { usual: string; others: ReadonlyMap<string, string> } {
  const described = Object.entries(machines).map(([suite, machine]) => ({ suite, parts: machineParts(machine) }));
  const sameAs = (parts: readonly string[]): number => described.filter((other) => String(other.parts) === String(parts)).length;
  const usual = described.toSorted((a, b) => sameAs(b.parts) - sameAs(a.parts))[0]?.parts ?? [];
  const different = described.map(({ suite, parts }) => [suite, parts.filter((part) => !usual.includes(part)).join("; ")] as const);
  return { usual: usual.join("; "), others: new Map(different.filter(([, parts]) => parts !== "")) };
}

/** The tables as Markdown. */
export function resultTables({ ratios, growths, machines }: Pick<Results, "ratios" | "growths" | "machines">): string {
  if (ratios.length === 0 && growths.length === 0) return "Nothing is stored yet: `npm run bench` writes the tables here.";
  const { usual, others } = machineLines(machines);
  const lines: string[] = [];
  if (usual !== "") lines.push(`Machine${others.size > 0 ? ", where a suite does not say otherwise" : ""}: ${usual}.`, "");
  const section = (suite: string, rows: readonly string[]): void => {
    const other = others.get(suite);
    lines.push(`### ${suite}`, "", ...(other === undefined ? [] : [`Machine, what was different: ${other}.`, ""]), ...rows, "");
  };
  for (const suite of new Set(ratios.map((row) => row.suite))) section(suite, ratioTable(ratios.filter((row) => row.suite === suite)));
  for (const suite of new Set(growths.map((row) => row.suite))) section(suite, growthTable(growths.filter((row) => row.suite === suite)));
  return lines.join("\n").trim();
}

/**
 * The page with new tables.
 * @throws Error when the page has lost its markers
 */
export function withTables(page: string, tables: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)];
  if (start < 0 || end < start) throw new Error(`the page must hold the lines ${START} and ${END}, in this order`);
  return `${page.slice(0, start + START.length)}\n\n${tables}\n\n${page.slice(end)}`;
}

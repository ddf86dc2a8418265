/** @file The generated part of benchmarks/README.md: tables of what is stored, between two markers. */
import { formatRatio, formatSeconds } from "../../benchmarks/rows.ts";
import type { Results } from "./results.ts";

const START = "<!-- results: written by `npm run bench` -->";
const END = "<!-- end of results -->";

const inCell = (text: string): string => text.replaceAll("|", "\\|");

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(inCell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

/** The tables as Markdown. */
export function resultTables({ ratios, growths, machine }: Pick<Results, "ratios" | "growths" | "machine">): string {
  if (ratios.length === 0 && growths.length === 0) return "Nothing is stored yet: `npm run bench` writes the tables here.";
  const lines: string[] = [];
  if (machine) {
    const peers = Object.entries(machine.peers).map(([name, version]) => `${name} ${version}`);
    lines.push(
      `Machine: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}; Node ${machine.node}; BLAS: ${machine.blas}; peers: ${peers.join(", ") || "none"}; load before the first suite ${machine.loadBefore}.`,
      "",
    );
  }
  for (const suite of new Set(ratios.map((row) => row.suite))) {
    const rows = ratios.filter((row) => row.suite === suite);
    const raced = rows.some(({ ratio }) => ratio !== null);
    lines.push(`### ${suite}`, "");
    const head = raced ? ["what", "setting", "ours", "peer", "its time", "peer / ours", "range"] : ["what", "setting", "ours"];
    const cells = rows.map((row) => {
      const noted = row.note === "" ? row.setting : `${row.setting}; ${row.note}`;
      const own = [row.case, noted, formatSeconds(row.ours)];
      if (!raced) return own;
      if (row.ratio === null) return [...own, "", "", "", ""];
      const range = row.low === null || row.high === null ? "" : `${formatRatio(row.low)} to ${formatRatio(row.high)}`;
      return [...own, row.peer, formatSeconds(row.peerSeconds!), `**${formatRatio(row.ratio)}**`, range];
    });
    lines.push(
      ...table(
        [...head, "rounds"],
        cells.map((row, i) => [...row, String(rows[i]!.rounds)]),
      ),
      "",
    );
  }
  if (growths.length > 0) {
    lines.push("### growth", "");
    const cells = growths.map((row) => [
      row.quantity,
      row.setting,
      row.values.map((value, i) => `${value}: ${formatSeconds(row.seconds[i]!)}`).join(", "),
      `**${row.slope.toFixed(2)}**`,
      `${row.slopeLow.toFixed(2)} to ${row.slopeHigh.toFixed(2)}`,
      String(row.expected),
    ]);
    lines.push(...table(["what", "held fixed", "times", "slope", "95 % interval", "expected"], cells));
  }
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

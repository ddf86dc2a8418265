/** @file Runs a notebook's code cells, in order, in a fresh kernel. */
import { KernelManager, KernelMessage } from "@jupyterlab/services";
import { type Check, failedChecks } from "../../lib/dist/notebook/verdict.js";
import { type Bundle, codeCells, type Notebook, type Output, sourceOf, textOf, toLines } from "./notebook.ts";
import type { Server } from "./server.ts";

/** A cell failed, or wrote to stderr; the message names the notebook, the cell and the kernel's own text. */
export class CellError extends Error {
  override readonly name = "CellError";
  /** The notebook with the outputs up to and including the failing cell. */
  partial: Notebook | undefined;
  /** Seconds from the cell's request to its reply. */
  seconds: number | undefined;
  constructor(notebook: string, place: string, source: string, kernelText: string) {
    const first = source.trim().split("\n").slice(0, 3).join("\n    ");
    super(`${notebook}, ${place}:\n    ${first}\nthe kernel said:\n    ${kernelText.trim().split("\n").join("\n    ") || "(nothing)"}`);
  }
}

export interface ExecuteOptions {
  /** The notebook's file name, for messages. */
  readonly name: string;
  /** The folder the kernel runs in, relative to the server's root; the notebook's own folder. */
  readonly folder: string;
  readonly onCell?: (done: number, total: number, seconds: number) => void;
}

export interface Execution {
  /** Seconds from the first cell's request to the last reply. */
  readonly seconds: number;
  /** Seconds from the kernel's start to the end of the first code cell. */
  readonly firstCellSeconds: number;
  /** The same notebook with its outputs; the given one is not changed. */
  readonly notebook: Notebook;
  /** What the verdicts say of checks that fail: the cells after them ran all the same. */
  readonly failedVerdicts: readonly string[];
}

const VERDICT_TYPE = "application/vnd.cotlab.verdict+json";

/** What the verdicts among a cell's outputs say of checks that fail. */
const failedVerdictsOf = (outputs: readonly Output[]): string[] =>
  outputs.flatMap((output) => {
    const verdict = output.output_type === "display_data" ? (output.data[VERDICT_TYPE] as { checks: Check[] } | undefined) : undefined;
    return (verdict && failedChecks(verdict.checks)) ?? [];
  });

/** Where a code cell stands, for a person who looks for it: its number, its id and the heading above it. */
export function placeOf(notebook: Notebook, number: number): string {
  const { cell, index } = codeCells(notebook)[number - 1];
  const headings = notebook.cells
    .slice(0, index)
    .filter(({ cell_type }) => cell_type === "markdown")
    .flatMap((above) => sourceOf(above).match(/^#{1,6} .+$/gm) ?? []);
  const heading = headings.at(-1)?.replace(/^#+ /, "").trim();
  return `code cell ${number} (${cell.id}${heading === undefined ? "" : `, under "${heading}"`})`;
}

/** Strings that hold several lines are stored as lists of lines, as Jupyter does. */
function storedBundle(data: Bundle): Bundle {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => [
      type,
      typeof value === "string" && !type.startsWith("image/png") ? toLines(value) : value,
    ]),
  );
}

/** Collects a cell's outputs as Jupyter's front end would: streams joined, a display updated where it stands. */
class OutputCollector {
  readonly outputs: Output[] = [];
  private readonly displays = new Map<string, Output & { output_type: "display_data" }>();

  accept(message: KernelMessage.IIOPubMessage): void {
    if (KernelMessage.isStreamMsg(message)) {
      const { name, text } = message.content;
      const last = this.outputs.at(-1);
      if (last?.output_type === "stream" && last.name === name) last.text = toLines(textOf(last.text) + text);
      else this.outputs.push({ output_type: "stream", name: name as "stdout" | "stderr", text: toLines(text) });
    } else if (KernelMessage.isDisplayDataMsg(message)) {
      const { data, metadata, transient } = message.content;
      const output = { output_type: "display_data" as const, data: storedBundle(data as Bundle), metadata: metadata as Bundle };
      this.outputs.push(output);
      const id = transient?.display_id;
      if (id) this.displays.set(id, output);
    } else if (KernelMessage.isUpdateDisplayDataMsg(message)) {
      const shown = this.displays.get(message.content.transient.display_id ?? "");
      if (shown) shown.data = storedBundle(message.content.data as Bundle);
    } else if (KernelMessage.isExecuteResultMsg(message)) {
      const { data, metadata, execution_count } = message.content;
      this.outputs.push({
        output_type: "execute_result",
        data: storedBundle(data as Bundle),
        metadata: metadata as Bundle,
        execution_count,
      });
    } else if (KernelMessage.isErrorMsg(message)) {
      const { ename, evalue, traceback } = message.content;
      this.outputs.push({ output_type: "error", ename, evalue, traceback });
    }
  }

  /** What the kernel wrote to stderr or reported as an error. */
  errorText(): string {
    return this.outputs
      .map((output) => {
        if (output.output_type === "stream" && output.name === "stderr") return textOf(output.text);
        return output.output_type === "error" ? `${output.ename}: ${output.evalue}\n${output.traceback.join("\n")}` : "";
      })
      .join("");
  }
}

/**
 * Waits until the server has put a new kernel in the place of one that died: disposing of the connection while it
 * reconnects rejects a request that the client made for itself and nobody listens to.
 */
async function settled(kernel: { readonly status: string }): Promise<void> {
  for (let i = 0; i < 100 && ["autorestarting", "restarting", "starting", "unknown"].includes(kernel.status); i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Executes a notebook in a fresh kernel.
 * @throws CellError at the first cell that fails or writes to stderr (tslab reports compile errors only there)
 */
export async function executeNotebook(server: Server, notebook: Notebook, { name, folder, onCell }: ExecuteOptions): Promise<Execution> {
  const result = structuredClone(notebook);
  const manager = new KernelManager({ serverSettings: server.settings });
  await manager.ready;
  const started = performance.now();
  const kernel = await manager.startNew({ name: "tslab", path: `${folder}/${name}` } as { name: string });
  let firstCellSeconds = Number.NaN;
  const failedVerdicts: string[] = [];
  try {
    const cells = codeCells(result);
    for (const cell of result.cells) if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
    const begin = performance.now();
    for (const [i, { cell }] of cells.entries()) {
      const cellBegin = performance.now();
      const collector = new OutputCollector();
      const future = kernel.requestExecute({ code: sourceOf(cell), stop_on_error: true });
      future.onIOPub = (message) => collector.accept(message);
      const dead = new Promise<never>((_, reject) => {
        kernel.statusChanged.connect((_kernel, status) => {
          if (status === "dead" || status === "autorestarting")
            reject(new CellError(name, placeOf(result, i + 1), sourceOf(cell), "the kernel died (out of memory, or process.exit?)"));
        });
      });
      // When the kernel dies, `dead` settles the race and this one rejects with nobody listening.
      future.done.catch(() => {});
      const reply = await Promise.race([future.done, dead]);
      const problem = collector.errorText();
      cell.outputs = collector.outputs;
      cell.execution_count = i + 1;
      // A claim that fails is a finding; what the cells after it show may explain it.
      failedVerdicts.push(...failedVerdictsOf(collector.outputs));
      if (reply.content.status !== "ok" || problem !== "")
        throw Object.assign(new CellError(name, placeOf(result, i + 1), sourceOf(cell), problem), {
          partial: result,
          seconds: (performance.now() - cellBegin) / 1000,
        });
      const now = performance.now();
      if (i === 0) firstCellSeconds = (now - started) / 1000;
      onCell?.(i + 1, cells.length, (now - cellBegin) / 1000);
    }
    return { notebook: result, seconds: (performance.now() - begin) / 1000, firstCellSeconds, failedVerdicts };
  } finally {
    await settled(kernel);
    await kernel.shutdown().catch(() => {});
    kernel.dispose();
    manager.dispose();
  }
}

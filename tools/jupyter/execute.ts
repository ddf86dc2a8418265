/** @file Runs a notebook's code cells, in order, in a fresh kernel. */
import { type Kernel, KernelManager, KernelMessage } from "@jupyterlab/services";
import { type Check, failedChecks } from "../../lib/dist/notebook/verdict.js";
import { type Bundle, codeCells, type Notebook, type Output, raisesException, sourceOf, textOf, toLines } from "./notebook.ts";
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
  /** Seconds that a cell may run; default {@link CELL_LIMIT}. A cell that takes longer is interrupted, then its kernel is killed. */
  readonly cellLimit?: number;
}

/** Seconds that a cell may run where nothing else is said: none of the committed ones takes a minute. */
export const CELL_LIMIT = 3600;
/** Seconds that a kernel may take to be reached. */
const START_LIMIT = 180;
/** Seconds that an interrupted cell has to end by itself, and that a kernel has to end after its last cell. */
const STOP_LIMIT = 10;
/** Seconds between a kernel's two signs that a cell has ended, its reply and its being idle; they take different ways. */
const BETWEEN_SIGNS = 60;

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

/**
 * Collects a cell's outputs as Jupyter's front end would: streams joined, a display updated where it stands. A stream's pieces are joined
 * once, at the end: a cell may print tens of thousands of lines, and each of them is a message.
 */
class OutputCollector {
  private readonly collected: (Output | { readonly name: "stdout" | "stderr"; readonly pieces: string[] })[] = [];
  private readonly displays = new Map<string, Output & { output_type: "display_data" }>();

  get outputs(): Output[] {
    return this.collected.map((output) =>
      "pieces" in output ? { output_type: "stream", name: output.name, text: toLines(output.pieces.join("")) } : output,
    );
  }

  accept(message: KernelMessage.IIOPubMessage): void {
    if (KernelMessage.isStreamMsg(message)) {
      const { name, text } = message.content;
      const last = this.collected.at(-1);
      if (last && "pieces" in last && last.name === name) last.pieces.push(text);
      else this.collected.push({ name: name as "stdout" | "stderr", pieces: [text] });
    } else if (KernelMessage.isDisplayDataMsg(message)) {
      const { data, metadata, transient } = message.content;
      const output = { output_type: "display_data" as const, data: storedBundle(data as Bundle), metadata: metadata as Bundle };
      this.collected.push(output);
      const id = transient?.display_id;
      if (id) this.displays.set(id, output);
    } else if (KernelMessage.isUpdateDisplayDataMsg(message)) {
      const shown = this.displays.get(message.content.transient.display_id ?? "");
      if (shown) shown.data = storedBundle(message.content.data as Bundle);
    } else if (KernelMessage.isExecuteResultMsg(message)) {
      const { data, metadata, execution_count } = message.content;
      this.collected.push({
        output_type: "execute_result",
        data: storedBundle(data as Bundle),
        metadata: metadata as Bundle,
        execution_count,
      });
    } else if (KernelMessage.isErrorMsg(message)) {
      const { ename, evalue, traceback } = message.content;
      this.collected.push({ output_type: "error", ename, evalue, traceback });
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

const within = <T>(seconds: number, work: Promise<T>): Promise<T | undefined> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), seconds * 1000);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
};

/** Whether the kernel can be reached, once it is or in the end is not. */
async function connected(kernel: Kernel.IKernelConnection): Promise<boolean> {
  if (kernel.connectionStatus === "connected") return true;
  const open = new Promise<true>((resolve) => {
    kernel.connectionStatusChanged.connect((_, status) => {
      if (status === "connected") resolve(true);
    });
  });
  return (await within(START_LIMIT, open)) ?? false;
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

/** How a cell ended: what the kernel replied, or what kept it from replying. */
type CellEnd = { readonly status: string } | { readonly problem: string; readonly late?: boolean };

/**
 * Runs one cell. It ends in every case: a reply that is lost on its way, with the connection or without, must not be waited for for ever.
 * @param limit seconds
 * @param mayFail whether the cells after it run when it fails
 */
async function runCell(
  kernel: Kernel.IKernelConnection,
  code: string,
  collector: OutputCollector,
  limit: number,
  mayFail: boolean,
): Promise<CellEnd> {
  let resolve!: (end: CellEnd) => void;
  const ended = new Promise<CellEnd>((settle) => {
    resolve = settle;
  });
  const late = { problem: `(the cell did not end within its limit of ${limit} s)`, late: true };
  const limitTimer = setTimeout(() => resolve(late), limit * 1000);
  let missing: string | undefined;
  let half: ReturnType<typeof setTimeout> | undefined;
  /** When one of the signs has come, how long the other may take counts from the last output, of which there may be much to deliver. */
  const waitForHalf = (): void => {
    const problem = `(the cell has ended, but ${missing} has not arrived for ${BETWEEN_SIGNS} s; what it printed may be incomplete)`;
    clearTimeout(half);
    if (missing !== undefined) half = setTimeout(() => resolve({ problem }), BETWEEN_SIGNS * 1000);
  };
  const onStatus = (_: unknown, status: string): void => {
    if (status === "dead" || status === "autorestarting") resolve({ problem: "the kernel died (out of memory, or process.exit?)" });
  };
  const onConnection = (_: unknown, status: string): void => {
    if (status !== "connected") resolve({ problem: "(the connection to the Jupyter server was lost while the cell ran)" });
  };
  kernel.statusChanged.connect(onStatus);
  kernel.connectionStatusChanged.connect(onConnection);
  try {
    const future = kernel.requestExecute({ code, stop_on_error: !mayFail });
    future.onReply = () => {
      missing ??= "the kernel's word that it is idle";
      waitForHalf();
    };
    future.onIOPub = (message) => {
      collector.accept(message);
      if (KernelMessage.isStatusMsg(message) && message.content.execution_state === "idle") missing ??= "the kernel's reply";
      waitForHalf();
    };
    // When the kernel dies this rejects, and `onStatus` has said why.
    future.done.then(
      ({ content }) => resolve({ status: content.status }),
      () => {},
    );
    return await ended;
  } finally {
    clearTimeout(limitTimer);
    clearTimeout(half);
    kernel.statusChanged.disconnect(onStatus);
    kernel.connectionStatusChanged.disconnect(onConnection);
  }
}

/**
 * Executes a notebook in a fresh kernel.
 * @throws CellError at the first cell that fails or writes to stderr (tslab reports compile errors only there), that does not end in time,
 * or whose reply is lost
 */
export async function executeNotebook(server: Server, notebook: Notebook, options: ExecuteOptions): Promise<Execution> {
  const { name, folder, onCell, cellLimit = CELL_LIMIT } = options;
  const result = structuredClone(notebook);
  const manager = new KernelManager({ serverSettings: server.settings });
  await manager.ready;
  const started = performance.now();
  const kernel = await manager.startNew({ name: "tslab", path: `${folder}/${name}` } as { name: string });
  let firstCellSeconds = Number.NaN;
  const failedVerdicts: string[] = [];
  try {
    if (!(await connected(kernel))) throw new Error(`${name}: its kernel could not be reached within ${START_LIMIT} s`);
    const cells = codeCells(result);
    for (const cell of result.cells) if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
    const begin = performance.now();
    for (const [i, { cell }] of cells.entries()) {
      const cellBegin = performance.now();
      const collector = new OutputCollector();
      const mayFail = raisesException(cell);
      const end = await runCell(kernel, sourceOf(cell), collector, cellLimit, mayFail);
      const seconds = (performance.now() - cellBegin) / 1000;
      if ("late" in end)
        await within(
          STOP_LIMIT,
          kernel.interrupt().catch(() => {}),
        );
      const printed = mayFail ? "" : collector.errorText();
      const problem = "problem" in end ? printed + end.problem : printed;
      cell.outputs = collector.outputs;
      cell.execution_count = i + 1;
      // A claim that fails is a finding; what the cells after it show may explain it.
      failedVerdicts.push(...failedVerdictsOf(cell.outputs));
      const failed = "status" in end && end.status !== "ok" && !(mayFail && end.status === "error");
      if (problem !== "" || failed)
        throw Object.assign(new CellError(name, placeOf(result, i + 1), sourceOf(cell), problem), { partial: result, seconds });
      if (i === 0) firstCellSeconds = (performance.now() - started) / 1000;
      onCell?.(i + 1, cells.length, seconds);
    }
    return { notebook: result, seconds: (performance.now() - begin) / 1000, firstCellSeconds, failedVerdicts };
  } finally {
    await settled(kernel);
    // The server kills a kernel that does not end when it is asked to.
    await within(
      STOP_LIMIT + 20,
      kernel.shutdown().catch(() => {}),
    );
    kernel.dispose();
    manager.dispose();
  }
}

/**
 * @file All contact with tslab: everything a notebook shows leaves through here.
 *
 * tslab's public `display` sends one MIME type a call. A figure needs several in one output (interactive for
 * JupyterLab, static for GitHub), so this module calls the function that `display` itself uses.
 * Another kernel needs another version of this file and of no other.
 */
import { basename, dirname, join } from "node:path";

/** Representations of one output by MIME type: text, or JSON for types that end in +json. */
export type Bundle = Record<string, unknown>;

type Write = (data: { data: Bundle; metadata: object; transient: { display_id?: string } }, update?: boolean) => void;

/** The file of tslab that shows outputs. Looked up in what is loaded: outside a kernel nothing is, and nothing should be. */
function kernelFile(): string | undefined {
  return Object.keys(require.cache).find((file) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file));
}

/** tslab's display function, or null outside a kernel. */
function kernelWrite(): Write | null {
  const file = kernelFile();
  return file === undefined ? null : (require(file) as { lastWriteDisplayData: Write | null }).lastWriteDisplayData;
}

/** The version of the tslab that runs this notebook; undefined outside a kernel. */
export function kernelVersion(): string | undefined {
  const file = kernelFile();
  return file === undefined ? undefined : (require(join(dirname(file), "..", "package.json")) as { version: string }).version;
}

/** True inside a notebook's kernel. */
export function inKernel(): boolean {
  return kernelWrite() !== null;
}

/** The file name of the notebook that this kernel was started for, where the server says it; undefined outside a kernel. */
export function notebookName(): string | undefined {
  const { JPY_SESSION_NAME: path } = process.env;
  return inKernel() && path?.endsWith(".ipynb") ? basename(path) : undefined;
}

/** An output that can be replaced in place. */
export interface LiveOutput {
  /** Replaces what is shown. */
  update(bundle: Bundle): void;
}

let liveOutputs = 0;

/** Shows one output with several representations. Outside a kernel its plain text goes to stdout. */
export function sendOutput(bundle: Bundle): void {
  const write = kernelWrite();
  if (write) write({ data: bundle, metadata: {}, transient: {} });
  else if (typeof bundle["text/plain"] === "string") process.stdout.write(`${bundle["text/plain"]}\n`);
}

/** Shows an output and returns a handle that replaces it. Updates reach the page when the cell yields (`await`). */
export function sendLiveOutput(bundle: Bundle): LiveOutput {
  const write = kernelWrite();
  if (!write) return { update: () => {} };
  // Jupyter needs an id that no other display of this kernel has; it is not stored in the notebook.
  const transient = { display_id: `cotlab-${process.pid}-${liveOutputs++}` };
  write({ data: bundle, metadata: {}, transient });
  return { update: (next) => write({ data: next, metadata: {}, transient }, true) };
}

const unprinted = new WeakSet<object>();
let lastExpression: unknown;

/** tslab's executor puts a cell's last expression on this object of its own under this name, and prints what it then finds there. */
const LAST_EXPRESSION = {
  get tsLastExpr(): unknown {
    return typeof lastExpression === "object" && lastExpression !== null && unprinted.has(lastExpression) ? undefined : lastExpression;
  },
  set tsLastExpr(value: unknown) {
    lastExpression = value;
  },
};

/** The same value, which tslab will not print when it is a cell's last expression: its output is there already. */
export function leaveUnprinted<T extends object>(value: T): T {
  unprinted.add(value);
  const { __tslab__: executor } = globalThis as { __tslab__?: { readonly exports: object } };
  if (executor !== undefined && Object.getPrototypeOf(executor.exports) !== LAST_EXPRESSION) {
    // The object is a proxy that takes no accessors of its own; a cell sets the name before it runs.
    Object.setPrototypeOf(executor.exports, LAST_EXPRESSION);
    Reflect.deleteProperty(executor.exports, "tsLastExpr");
  }
  return value;
}

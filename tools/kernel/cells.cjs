/**
 * @file What the kernel knows of the cells it ran: where their statements stand, so that an error names the line of the cell,
 * and what they were made from, so that a cell which is run again alone says when it reads what is out of date.
 */
const { createHash } = require("node:crypto");
const Module = require("node:module");
const { inspect } = require("node:util");

/** Deep enough for the cell to be among the calls that an error lists. */
const CALLS = 100;

/** What V8 calls the code of a cell. */
const scriptOf = (cell) => `cotlab-cell-${cell}`;
const FRAME = /^ +at .*\bcotlab-cell-(\d+):(\d+):(\d+)/;

/** tslab puts this before a cell's code, on its first line. */
const wrapperOf = ({ hasToplevelAwait }) => (hasToplevelAwait ? "(async function(exports, require) { " : "(function(exports, require) { ").length;

/** tslab puts a line before a cell's source. */
const LINES_BEFORE = 1;

/** A message of the library's says all: `function: argument must be <rule>, got <value>`. */
const SPEAKS_FOR_ITSELF = /^[\w.]+: /;

/** The runs that an interrupt ends, one that waits and one that computes. */
const INTERRUPTED = /^(Interrupted asynchronously|Script execution was interrupted by `SIGINT`)$/;

exports.createCells = ({ locals }) => {
  const cells = new Map();
  const bindings = new Map();
  let running = 0;

  /** A cell is going to run. */
  function begin(count) {
    running = count;
  }

  /** The cell that runs has been compiled; returns the code with the name that errors will know it by. */
  function compiled(source, converted) {
    // Another tslab than the one that is cured tells none of these.
    const { maps = [], output, names = [], reads = new Map() } = converted;
    const rows = output?.split("\n").length ?? 0;
    cells.set(running, { source, names, reads, lines: source.split("\n"), rows, wrapper: wrapperOf(converted), maps });
    return output && `${output}\n//# sourceURL=${scriptOf(running)}`;
  }

  /** The line of a cell that a place in its code came from, counted from one. */
  function lineOf({ wrapper, maps }, line, column) {
    if (maps.length === 0) return undefined;
    let place = { originalLine: line - 1, originalColumn: column - 1 - (line === 1 ? wrapper : 0) };
    for (const map of maps) {
      place = new Module.SourceMap(JSON.parse(map)).findEntry(place.originalLine, place.originalColumn);
      if (place.originalLine === undefined) return undefined;
    }
    return place.originalLine - LINES_BEFORE + 1;
  }

  /** `cell [3], line 2: <that line>`, or as much of it as there is. */
  function placeText(count, line) {
    const text = cells.get(count)?.lines[line - 1];
    return text === undefined ? `cell [${count}]` : `cell [${count}], line ${line}: ${text.trim()}`;
  }

  /** Where an error was thrown, and where the running cell had called that, as far as it is another cell's function. */
  function places(stack) {
    const found = [];
    for (const text of String(stack).split("\n")) {
      const [, count, line, column] = (FRAME.exec(text) ?? []).map(Number);
      const cell = cells.get(count);
      // Behind the code stands tslab's own call of it.
      if (line <= cell?.rows) found.push({ count, line: lineOf(cell, line, column) });
    }
    if (found.length === 0) return [placeText(running)];
    const [first] = found;
    const last = found.at(-1);
    const place = placeText(first.count, first.line);
    return last.count === first.count ? [place] : [place, `called in ${placeText(last.count, last.line)}`];
  }

  /** What is printed of an error: its message and where in the cell it happened. */
  function errorText(error) {
    if (!(error instanceof Error)) return `${inspect(error)}\n${placeText(running)}\n`;
    const { name, message } = error;
    if (INTERRUPTED.test(message)) return `cell [${running}] was interrupted\n`;
    // Those that print themselves in a form of their own say where they stand or need not.
    if (typeof error[inspect.custom] === "function") return `${inspect(error)}\n`;
    const lines = [SPEAKS_FOR_ITSELF.test(message) ? message : `${name}: ${message}`, ...places(error.stack)];
    if (process.env.COTLAB_STACK) lines.push(inspect(error));
    return `${lines.join("\n")}\n`;
  }

  /** What is printed of type errors, each with its place; a chain of messages about one place is one error. */
  function diagnosticsText(source, diagnostics) {
    const lines = source.split("\n");
    const found = new Map();
    for (const { start, fileName, messageText } of diagnostics) {
      const line = start.line + 1;
      const text = lines[start.line]?.trim();
      const place = fileName ? `${fileName}, line ${line}` : text === undefined ? `cell [${running}]` : `cell [${running}], line ${line}: ${text}`;
      const key = `${fileName} ${start.offset}`;
      if (!found.has(key)) found.set(key, { place, messages: [] });
      found.get(key).messages.push(messageText);
    }
    return [...found.values()].map(({ place, messages }) => `${messages.join("\n  ")}\n${place}\n`).join("");
  }

  const hash = (value) => createHash("sha1").update(JSON.stringify(value)).digest("base64");

  /** Whether a binding reads a name anew whenever it is used: functions do, where only their bodies name it. */
  const live = (name, of) => of.reads.get(name) && typeof locals[of.name] === "function";

  /**
   * What a name stands for now, as one word: the source of its cell and what that had read. The same cell run again on the same gives
   * the same word.
   */
  function versionOf(name, within = new Set()) {
    const binding = bindings.get(name);
    if (!binding || within.has(name)) return name;
    const inside = new Set(within).add(name);
    return hash([binding.source, ...[...binding.seen].map(([read, seen]) => (live(read, binding) ? versionOf(read, inside) : seen))]);
  }

  /** The first thing out of date behind a name: `{ name, cell, changed }`; undefined when all is as it would be after a run of all cells. */
  function outdated(name, within = new Set()) {
    const binding = bindings.get(name);
    if (!binding || within.has(name)) return undefined;
    within.add(name);
    for (const [read, seen] of binding.seen) {
      const deeper = outdated(read, within);
      if (deeper) return deeper;
      if (!live(read, binding) && versionOf(read) !== seen) return { name, cell: binding.cell, changed: read };
    }
    return undefined;
  }

  /** What to say before the running cell starts, when it reads values that were made from others than those of now. */
  function notice() {
    const { names, reads } = cells.get(running);
    const texts = new Set();
    const within = new Set(names);
    for (const read of reads.keys()) {
      const found = outdated(read, within);
      if (found)
        texts.add(
          `note: cell [${running}] reads ${found.name} of cell [${found.cell}], which ran before ${found.changed} was changed in cell [${bindings.get(found.changed).cell}]; run that cell again, or Run All\n`,
        );
    }
    return [...texts].join("");
  }

  /** The running cell has ended well: its names are bound now. */
  function bound() {
    const cell = cells.get(running);
    if (!cell) return;
    const seen = new Map([...cell.reads.keys()].filter((read) => !cell.names.includes(read)).map((read) => [read, versionOf(read)]));
    for (const name of cell.names) bindings.set(name, { name, cell: running, source: cell.source, reads: cell.reads, seen });
  }

  return { begin, compiled, errorText, diagnosticsText, notice, bound };
};

/** Tells which of the workspace's own modules have changed on disk since they were loaded. */
function watchModules() {
  const { stateOf } = require("./kernel.cjs");
  const states = new Map();
  return () =>
    Object.keys(require.cache).filter((file) => {
      if (!/[\\/]dist[\\/]/.test(file) || /[\\/]node_modules[\\/]/.test(file)) return false;
      const state = stateOf(file);
      if (!states.has(file)) states.set(file, state);
      return states.get(file) !== state;
    });
}

/** Makes tslab's kernel print errors by cell and line, and say what is out of date. */
exports.teach = () => {
  Error.stackTraceLimit = CALLS;
  const executors = require("tslab/dist/executor.js");
  const { JupyterHandlerImpl } = require("tslab/dist/jupyter.js");
  const { createExecutor } = executors;
  const { handleExecuteImpl } = JupyterHandlerImpl.prototype;
  // tslab puts another function in this one's place for every cell.
  const print = (text) => text && process.stderr.write(text);
  const changedModules = watchModules();
  changedModules();
  let cells;

  executors.createExecutor = (folder, converters, { log }) => {
    const { node } = converters;
    const told = (source, diagnostics) => {
      if (diagnostics.length > 0) print(cells.diagnosticsText(source, diagnostics));
      return diagnostics;
    };
    const taught = {
      ...node,
      convert(declarations, source) {
        const converted = node.convert(declarations, source);
        if (told(source, converted.diagnostics).length > 0) return converted;
        const output = cells.compiled(source, converted);
        print(cells.notice());
        if (/^\s*import\b/m.test(source) && changedModules().length > 0)
          print("note: the library was built anew after this kernel had loaded it; restart the kernel to use what is new\n");
        return { ...converted, output };
      },
      addModule: (name, source, meta) => told(source, node.addModule(name, source, meta)),
    };
    // What tslab prints in several words are type errors, which have been told.
    const error = (thrown, ...more) => more.length === 0 && print(cells.errorText(thrown));
    const executor = createExecutor(folder, Object.create(converters, { node: { value: taught } }), { log, error });
    cells = exports.createCells(executor);
    const { execute } = executor;
    executor.execute = async (source) => {
      const ok = await execute(source);
      if (ok) cells.bound();
      return ok;
    };
    return executor;
  };
  JupyterHandlerImpl.prototype.handleExecuteImpl = function (...request) {
    cells.begin(this.execCount + 1);
    return handleExecuteImpl.apply(this, request);
  };
  return {
    /** Prints what went wrong where no cell was waiting for it. */
    report: (error) => print(`while no cell waited for it:\n${cells.errorText(error)}`),
  };
};

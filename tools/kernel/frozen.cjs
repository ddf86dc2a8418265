/**
 * @file A kernel's start, done beforehand: this program runs once, when the workspace is set up, and Node keeps its memory in a file
 * (a start-up snapshot). A kernel begins with that memory: TypeScript has read and checked the declarations, Plotly has drawn a figure.
 *
 * `freeze.mjs` puts the modules' texts before this one, because nothing but Node's own modules can be required while a snapshot is made:
 * `modules` (functions by file), `edges` (what each asks for, and the file meant), `plan` (which of them matter).
 * A kernel for which modules have changed since then does not start from here (`kernel.cjs`); changed declarations are read again.
 */
/* global modules, edges, plan */
const node = require;
const { writeFileSync } = node("node:fs");
const Module = node("node:module");
const { dirname } = node("node:path");
const { startupSnapshot } = node("node:v8");

/** Modules that hold on to the operating system as soon as they are loaded; they are loaded when first used. */
const LATER = /^(node:)?(https?|http2|net|tls|child_process)$|[\\/]helpers[\\/]agent-factory\.js$/;

const loaded = {};
let thawed = false;

/** Stands for a module until it is used. */
const later = (load) =>
  new Proxy(function () {}, {
    get: (_, name) => (thawed ? load()[name] : later(() => load()[name])),
    has: (_, name) => name in load(),
    apply: (_, self, values) => Reflect.apply(load(), self, values),
    construct: (_, values) => Reflect.construct(load(), values),
  });

/** `require` of a frozen module. */
function requireOf(file) {
  const require = (id) => {
    const target = edges[file]?.[id] ?? id;
    const get = () => (modules[target] ? load(target) : thawed && !Module.isBuiltin(id) ? Module.createRequire(file)(id) : node(id));
    return LATER.test(target) && !thawed ? later(get) : get();
  };
  require.resolve = (id) => edges[file]?.[id] ?? Module.createRequire(file).resolve(id);
  Object.defineProperty(require, "cache", { get: () => (thawed ? Module._cache : loaded) });
  return require;
}

function load(file) {
  if (loaded[file]) return loaded[file].exports;
  const module = { exports: {}, id: file, filename: file, loaded: false, children: [], paths: [], require: requireOf(file) };
  loaded[file] = module;
  modules[file].call(module.exports, module.exports, module.require, module, file, dirname(file));
  module.loaded = true;
  return module.exports;
}

const { stateOf, start } = load(plan.launcher);

/** What the frozen compiler wants to be told of; nobody watches before a kernel has run for a while. */
const watched = [];

function recordWatchers(sys) {
  for (const kind of ["watchFile", "watchDirectory"]) {
    const watch = sys[kind];
    sys[kind] = (path, callback, ...rest) => {
      if (thawed) return watch(path, callback, ...rest);
      const entry = { kind, path, callback, state: stateOf(path), watch: () => watch(path, callback, ...rest) };
      watched.push(entry);
      return {
        close: () => {
          entry.closed = true;
          entry.watcher?.close();
        },
      };
    };
  }
}

/** Tells the frozen compiler which files have changed; false when packages came or went, which it would take badly. */
function tellChanges(ts) {
  for (const entry of watched) {
    const state = stateOf(entry.path);
    if (entry.closed || state === entry.state) continue;
    if (entry.kind === "watchDirectory") return false;
    const kinds = ts.FileWatcherEventKind;
    entry.callback(entry.path, state === "nothing" ? kinds.Deleted : entry.state === "nothing" ? kinds.Created : kinds.Changed);
    entry.state = state;
  }
  return true;
}

/** How long a kernel runs before it watches files, in milliseconds; the first cells need not wait for that. */
const UNWATCHED = 3000;

/** A compiler of cells that has seen what a notebook begins with. */
function warmConverter() {
  recordWatchers(load(plan.typescript).sys);
  const converter = load(plan.converter).createConverter({ isJS: false, isBrowser: false });
  let declarations = "";
  for (const cell of plan.cells) {
    const { declOutput, diagnostics } = converter.convert(declarations, cell);
    if (diagnostics.length > 0) throw new Error(`${cell}: ${diagnostics[0].messageText}`);
    declarations = declOutput;
  }
  // The last text is what the compiler remembers; files that it does not import are forgotten.
  converter.convert("", plan.cells[0]);
  return converter;
}

/** Gives the frozen modules to everyone who requires them. */
function handOver() {
  for (const file of Object.keys(loaded)) {
    const module = new Module(file);
    Object.assign(module, { filename: file, loaded: true, exports: loaded[file].exports, paths: Module._nodeModulePaths(dirname(file)) });
    Module._cache[file] = module;
  }
}

/** Lets tslab's first compiler of cells be the frozen one. */
function offer(converter) {
  const ts = load(plan.typescript);
  if (!tellChanges(ts)) return;
  const tslab = load(plan.converter);
  const { createConverter } = tslab;
  tslab.createConverter = (options) => {
    if (options.isJS || options.isBrowser) return createConverter(options);
    tslab.createConverter = createConverter;
    setTimeout(() => {
      for (const entry of watched) if (!entry.closed) entry.watcher = entry.watch();
      tellChanges(ts);
    }, UNWATCHED).unref();
    return converter;
  };
}

async function main() {
  const converter = warmConverter();
  await load(plan.figure).draw();
  // Packages change when npm installs, and then its own list does.
  const files = [plan.packages, ...plan.cures, ...Object.keys(loaded).filter((file) => !/[\\/]node_modules[\\/]/.test(file))];
  const cwd = process.cwd();
  writeFileSync(plan.record, JSON.stringify({ cwd, states: files.map((file) => [file, stateOf(file)]) }));
  process.chdir(dirname(cwd)); // what Node remembers of the folder must not be kept

  startupSnapshot.setDeserializeMainFunction(() => {
    thawed = true;
    process.execArgv.splice(process.execArgv.indexOf("--snapshot-blob"), 2); // not for the processes that this one starts
    handOver();
    offer(converter);
    start(process.argv);
  });
}

main();

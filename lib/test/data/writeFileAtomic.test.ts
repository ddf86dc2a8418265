import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkWritable, FileWriteError } from "../../dist/data/writeFileAtomic.js";

const folder = mkdtempSync(join(tmpdir(), "cotlab-write-"));
after(() => rmSync(folder, { recursive: true }));

test("a file that can be written gets its folder and leaves no trace of the trial", () => {
  const path = join(folder, "a", "b", "t.csv");
  checkWritable(path);
  assert.deepEqual(readdirSync(join(folder, "a", "b")), []);
  writeFileSync(path, "kept");
  checkWritable(path);
  assert.deepEqual(readdirSync(join(folder, "a", "b")), ["t.csv"]);
});

test("a folder, and a place below a file, are refused", () => {
  mkdirSync(join(folder, "taken.csv"));
  assert.throws(() => checkWritable(join(folder, "taken.csv")), /taken.csv could not be written \(it is a folder\)/);
  writeFileSync(join(folder, "file"), "");
  assert.throws(() => checkWritable(join(folder, "file", "t.csv")), FileWriteError);
  assert.ok(!existsSync(join(folder, "file", "t.csv")));
});

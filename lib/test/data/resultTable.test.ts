import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../tools/workspace.mjs";
import { Checks } from "../../dist/core/check.js";
import { csvText, recordsCsv } from "../../dist/core/csvText.js";
import { cellValue } from "../../dist/data/cellValue.js";
import { parseRecords, readResults } from "../../dist/data/resultTable.js";
import { inFolder } from "./files.ts";

const read = (text: string) => inFolder((file) => readResults(file("t.csv", text)));

test("a column is one of numbers when all its fields are numbers or missing, and of texts otherwise", async () => {
  const text = '\ufeffname,k,value,tail\r\n"a, ""b""",1,,none\r\nc,2,-Infinity,none\r\n"two\nlines",3,1e-3,none\r\n';
  assert.deepEqual(await read(text), [
    { name: 'a, "b"', k: 1, value: Number.NaN, tail: "none" },
    { name: "c", k: 2, value: Number.NEGATIVE_INFINITY, tail: "none" },
    { name: "two\nlines", k: 3, value: 0.001, tail: "none" },
  ]);
  assert.deepEqual(await read("a,b\n1,x\n2,3\n,\n"), [
    { a: 1, b: "x" },
    { a: 2, b: "3" },
    { a: Number.NaN, b: "" },
  ]);
  assert.equal(cellValue("0x10"), undefined);
});

test("stored results come back as they were written, byte for byte", () => {
  for (const [name, digits] of [
    ["selection/table", 8],
    ["selection/robustness", 8],
    ["reviewers/budgets", 8],
    ["diagnostic/calibration-real", 8],
  ] as const) {
    const path = join(root, "data", `${name}.csv`);
    const rows = readResults(path);
    assert.equal(recordsCsv(rows, Object.keys(rows[0]), digits), readFileSync(path, "utf8"), name);
  }
});

test("fields are quoted where they must be, and numbers keep their digits", () => {
  assert.equal(csvText([["a,b", 'c"d', "e\nf", 0.1 + 0.2, null, undefined]], "\r\n"), '"a,b","c""d","e\nf",0.30000000000000004,,\r\n');
});

test("a broken table is refused by its line", async () => {
  await assert.rejects(read("a,b\n1,2\n3\n"), /^RangeError: readResults: line 3 of .*t\.csv must be 2 fields, got 1/);
  await assert.rejects(read('a,b\n1,x"y\n'), /readResults: .*t\.csv must be well-formed CSV, got Invalid Opening Quote/);
  await assert.rejects(read(""), /the first line of .*t\.csv must be a header/);
  await assert.rejects(async () => readResults("absent.csv"), /readResults: path must be a file that can be read, got "absent.csv"/);
  const columns = { names: ["run", "k"], texts: ["run"] } as const;
  const check = new Checks("reader");
  assert.deepEqual(parseRecords(check, "run,k\n1,2\n", "t.csv", columns), [{ run: "1", k: 2 }]);
  assert.throws(() => parseRecords(check, "k,run\n", "t.csv", columns), /reader: the first line of t\.csv must be run,k, got "k,run"/);
  for (const bad of ["", "x", "NaN", "Infinity"])
    assert.throws(() => parseRecords(check, `run,k\na,${bad}\n`, "t.csv", columns), /reader: k in line 2 of t\.csv must be a number/);
});

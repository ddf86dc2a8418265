import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { csvTable } from "../../dist/data/csv.js";

const folder = mkdtempSync(join(tmpdir(), "cotlab-csv-"));
after(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, "table.csv");
  writeFileSync(path, text);
  return path;
}

test("decimal commas are not taken for separators", async () => {
  await assert.rejects(csvTable(file("0,1;0,2\n0,3;0,4\n"), {}), /separate its cells by one sign, got both commas and semicolons/);
  await assert.rejects(csvTable(file("0,1\t0,2\n"), {}), /got both commas and tabs/);
  const table = await csvTable(file("0,1;0,2\n0,3;0,4\n"), { delimiter: ";" });
  await assert.rejects(async () => {
    for await (const _ of table.batches());
  }, /hold a number, got "0,3"/);
  assert.equal((await csvTable(file("1;2\n"), {})).columns, 2);
  assert.equal((await csvTable(file("1,2,3\n"), {})).columns, 3);
});

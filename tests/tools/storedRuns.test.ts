import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { storedRuns } from "../../studies/programs/storedRuns.ts";

const folder = mkdtempSync(join(tmpdir(), "cotlab-stored-"));
after(() => rmSync(folder, { recursive: true }));

test("a stored setting is kept, a changed or missing one is run, and an interrupted run goes on", async () => {
  const asked: string[] = [];
  const go = (settings: Record<string, { m: number }>, failAt = "", fresh = false) =>
    storedRuns({
      folder,
      name: "x",
      settings,
      fresh,
      about: () => ({ before: { seed: 7 } }),
      run: ({ m }: { m: number }, setting) => {
        if (setting === failAt) throw new Error("interrupted");
        asked.push(setting);
        return [{ value: 1 / m }, { value: m }];
      },
    });
  await assert.rejects(go({ a: { m: 3 }, b: { m: Number.POSITIVE_INFINITY } }, "b"), /interrupted/);
  await go({ a: { m: 3 }, b: { m: Number.POSITIVE_INFINITY } });
  assert.deepEqual(asked, ["a", "b"]);
  assert.equal(readFileSync(join(folder, "x.csv"), "utf8"), "setting,value\na,0.33333333\na,3\nb,0\nb,Infinity\n");
  assert.deepEqual(JSON.parse(readFileSync(join(folder, "x.json"), "utf8")), { seed: 7, settings: { a: { m: 3 }, b: { m: "Infinity" } } });
  await go({ a: { m: 4 }, b: { m: Number.POSITIVE_INFINITY } });
  assert.deepEqual(asked, ["a", "b", "a"]);
  await go({ a: { m: 4 } }, "", true);
  assert.deepEqual(asked, ["a", "b", "a", "a"]);
});

test("a name with commas and quotes is kept by the next run", async () => {
  let runs = 0;
  const run = () => {
    runs++;
    return [{ value: 'a, "b"' }];
  };
  const again = () => storedRuns({ folder, name: "y", settings: { 's, "t"': {} }, run, about: () => ({ before: {} }), fresh: false });
  await again();
  const stored = readFileSync(join(folder, "y.csv"), "utf8");
  await again();
  assert.equal(runs, 1);
  assert.equal(readFileSync(join(folder, "y.csv"), "utf8"), stored);
});

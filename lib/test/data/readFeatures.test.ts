import assert from "node:assert/strict";
import { mkdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Field, FixedSizeList, Float32, Table, tableFromArrays, tableToIPC, vectorFromArray } from "apache-arrow";
import fc from "fast-check";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { FeatureFileError } from "../../dist/data/featureFileError.js";
import { readFeatures } from "../../dist/data/readFeatures.js";
import type { ReadOptions } from "../../dist/data/table.js";
import { inFolder, npy, npyHead, npyTypes, zip } from "./files.ts";

async function readAll(path: string, options: ReadOptions = {}) {
  const table = await readFeatures(path, options);
  const values: number[] = [];
  let rows = 0;
  for await (const batch of table.batches()) {
    assert.equal(batch.values.length, batch.rows * table.columns);
    assert.ok(batch.rows <= (options.batchRows ?? Number.POSITIVE_INFINITY) || /parquet$/.test(path));
    values.push(...batch.values);
    rows += batch.rows;
  }
  return { rows, columns: table.columns, names: table.names, values };
}

const matrices = fc.record({ rows: fc.integer({ min: 1, max: 40 }), columns: fc.integer({ min: 1, max: 5 }) }).chain(({ rows, columns }) =>
  fc.record({
    rows: fc.constant(rows),
    columns: fc.constant(columns),
    values: fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: rows * columns, maxLength: rows * columns }),
    batchRows: fc.integer({ min: 1, max: 17 }),
  }),
);

test("every format gives back the numbers that were written, in any batch size", async () => {
  await inFolder(async (file) => {
    await fc.assert(
      fc.asyncProperty(matrices, async ({ rows, columns, values, batchRows }) => {
        const names = Array.from({ length: columns }, (_, j) => `f${j}`);
        const column = (j: number) => Float64Array.from({ length: rows }, (_, i) => values[i * columns + j]);
        const line = (i: number) => values.slice(i * columns, (i + 1) * columns).join(",");
        const lines = Array.from({ length: rows }, (_, i) => line(i));
        const arrow = tableFromArrays(Object.fromEntries(names.map((name, j) => [name, column(j)])));
        const columnData: ColumnSource[] = names.map((name, j) => ({ name, data: column(j), type: "DOUBLE" }));
        const plain = npy(rows, columns, values);
        const turned = npy(rows, columns, values, { fortran: true, type: "f4" });
        const files = [
          file("a.npy", plain),
          file("b.npy", turned),
          file("c.npy", npy(rows, columns, values, { big: true, version: 2 })),
          file("a.npz", zip({ "x.npy": plain })),
          file("b.npz", zip({ "x.npy": turned }, { deflate: true, zip64: true })),
          file("a.csv", `\ufeff${names.join(",")}\n${lines.join("\n")}\n`),
          file("a.parquet", new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 13, codec: "SNAPPY" }))),
          file("a.arrow", tableToIPC(arrow, "file")),
          file("b.arrow", tableToIPC(arrow, "stream")),
        ];
        for (const path of files) {
          const found = await readAll(path, { batchRows });
          assert.equal(found.rows, rows, path);
          assert.equal(found.columns, columns, path);
          assert.deepEqual(
            found.values.map((value) => value + 0),
            values.map((value) => value + 0),
            path,
          );
          if (!/np[yz]$/.test(path)) assert.deepEqual(found.names, names, path);
        }
      }),
      { numRuns: 25 },
    );
  });
});

test("NPY files of every real type are read, half precision among them", async () => {
  await inFolder(async (file) => {
    for (const type of npyTypes) {
      for (const big of [false, true]) {
        const path = file(`${type}.npy`, npy(3, 2, [0, 1, 2, 100, 4, 5], { type, big }));
        for (const batchRows of [1, 2, 3]) assert.deepEqual((await readAll(path, { batchRows })).values, [0, 1, 2, 100, 4, 5], type);
      }
    }
    const halves = Uint16Array.from([0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0x8000]);
    const path = file(
      "f2.npy",
      Buffer.concat([npyHead("{'descr': '<f2', 'fortran_order': False, 'shape': (3, 2), }"), new Uint8Array(halves.buffer)]),
    );
    assert.deepEqual((await readAll(path)).values, [1, -2, 0.333251953125, 2 ** -24, 65504, -0]);
  });
});

test("a file that is cut while it is read is an error, and a reader may stop early", async () => {
  await inFolder(async (file) => {
    const bytes = npy(4000, 8, new Float64Array(32_000).fill(1));
    const path = file("a.npy", bytes);
    const table = await readFeatures(path, { batchRows: 100 });
    let batches = 0;
    for await (const { rows } of table.batches()) {
      assert.equal(rows, 100);
      if (++batches === 3) break;
    }
    truncateSync(path, bytes.length - 64 * 100);
    await assert.rejects(async () => {
      for await (const _ of table.batches()) batches++;
    }, /a\.npy must hold 256000 bytes of numbers, as its header says, got 249600\. It is cut off/);
    assert.equal(batches, 3 + 39);
  });
});

test("a member of an NPZ archive is named after a colon", async () => {
  await inFolder(async (file) => {
    const path = file("a.npz", zip({ "x.npy": npy(1, 2, [1, 2]), "y.npy": npy(2, 1, [3, 4]) }, { deflate: true }));
    assert.deepEqual((await readAll(`${path}:y`)).values, [3, 4]);
    assert.deepEqual((await readAll(path, { member: "x" })).values, [1, 2]);
    await assert.rejects(readAll(`${path}:z`), /a\.npz must hold the member "z", got x, y/);
  });
});

test("a column of lists counts as that many features, in Parquet and Arrow", async () => {
  await inFolder(async (file) => {
    const rows = [
      [1, 2, 3],
      [4, 5, 6],
    ];
    const type = new FixedSizeList(3, new Field("item", new Float32()));
    const arrow = file("a.arrow", tableToIPC(new Table({ e: vectorFromArray(rows, type) }), "file"));
    const parquet = file("a.parquet", new Uint8Array(parquetWriteBuffer({ columnData: [{ name: "e", data: rows }] })));
    for (const path of [arrow, parquet]) {
      const found = await readAll(path);
      assert.deepEqual(found.values, [1, 2, 3, 4, 5, 6]);
      assert.deepEqual(found.names, ["e[0]", "e[1]", "e[2]"]);
    }
  });
});

test("CSV: delimiter, header and quotes are found; the format does not depend on the ending", async () => {
  await inFolder(async (file) => {
    const cases: [string, number[], string[] | undefined][] = [
      ["1,2\n3,4\n", [1, 2, 3, 4], undefined],
      ["1;2\r\n3;4", [1, 2, 3, 4], undefined],
      ["a\tb\n1\t-2e-3\n", [1, -0.002], ["a", "b"]],
      ['"a, or b","c"\n"1",2\n\n', [1, 2], ["a, or b", "c"]],
      ["0,1,2\n5,6,7\n", [5, 6, 7], ["0", "1", "2"]],
      ["1 2\n3 4\n", [1, 2, 3, 4], undefined],
      ["7\n8\n", [7, 8], undefined],
    ];
    for (const [text, values, names] of cases) {
      const found = await readAll(file("data.weights", text));
      assert.deepEqual(found.values, values, text);
      assert.deepEqual(found.names, names, text);
    }
    assert.deepEqual((await readAll(file("a.csv", "0,1\n5,6\n"), { header: false })).values, [0, 1, 5, 6]);
    assert.deepEqual((await readAll(file("renamed.csv", npy(1, 2, [3, 4])))).values, [3, 4]);
  });
});

test("every fault is named with file, row and column", async () => {
  await inFolder(async (file, folder) => {
    mkdirSync(join(folder, "sub"));
    const good = npy(4, 2, [1, 2, 3, 4, 5, 6, 7, 8]);
    const parquet = Buffer.from(
      parquetWriteBuffer({
        columnData: [
          { name: "a", data: [1, 2] },
          { name: "b", data: ["x", "y"] },
        ],
      }),
    );
    const arrow = Buffer.from(tableToIPC(tableFromArrays({ a: [1, 2], s: ["x", "y"] }), "file"));
    const numbers = Buffer.from(tableToIPC(tableFromArrays({ a: new Float64Array(5000).fill(1) }), "file"));
    const head = (header: string) => npyHead(header);
    const cases: [string, Uint8Array | string | undefined, RegExp][] = [
      ["missing.npy", undefined, /missing\.npy must be a file that can be read, got no such file/],
      ["sub", undefined, /sub must be a file, got a folder/],
      ["empty.csv", "", /empty\.csv must not be empty, got 0 bytes/],
      ["blank.csv", "\n\n", /blank\.csv must hold at least one line, got an empty file/],
      ["only.csv", "a,b\n", /only\.csv must hold at least one row, got 0 rows/],
      ["cut.npy", good.subarray(0, good.length - 3), /cut\.npy must hold 64 bytes of numbers, as its header says, got 61\. It is cut off/],
      ["head.npy", good.subarray(0, 40), /head\.npy must hold a header of \d+ bytes, got 40 bytes/],
      ["bad.npy", "hello", /bad\.npy must begin as NPY files do, got "hello"\. It is corrupt or misnamed/],
      ["obj.npy", head("{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }"), /must hold numbers of a type in .*, got '\|O'/],
      ["c16.npy", head("{'descr': '<c16', 'fortran_order': False, 'shape': (2, 2), }"), /must hold numbers of a type in .*got '<c16'/],
      ["rec.npy", head("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }"), /must hold numbers of a type in/],
      [
        "flat.npy",
        head("{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }"),
        /must be two-dimensional, one example a row, got the shape \(4\)/,
      ],
      ["none.npy", npy(0, 3, []), /none\.npy must not be empty, got the shape \(0, 3\)/],
      [
        "nan.npy",
        npy(3, 2, [1, 2, 3, Number.NaN, 5, Number.POSITIVE_INFINITY]),
        /row 2, column 2 of .*nan\.npy must hold a finite number, got NaN, the first of 2/,
      ],
      ["inf.csv", "a,b\n1,2\n3,4\ninf,5\n", /row 3, column "a" of .*inf\.csv must hold a finite number, got Infinity, the only one/],
      ["gap.csv", "a,b\n1,\n3,4\n", /row 1, column "b" of .*must hold a finite number, got NaN/],
      ["word.csv", "a,b\n1,2\n3,yes\n", /row 2, column "b" of .*word\.csv must hold a number, got "yes" in line 3/],
      ["ragged.csv", "a,b\n1,2\n3\n", /row 2 of .*ragged\.csv must have 2 cells, as the first line, got 1 in line 3/],
      ["quote.csv", 'a,b\n1,"2\n3,4\n', /quote\.csv must be well-formed CSV/],
      ["unnamed.csv", "a,,b\n0,1,2\n", /column 2 of .*unnamed\.csv must be named in the header, got an empty name/],
      [
        "two.npz",
        zip({ "a.npy": good, "b.npy": good }),
        /two\.npz must hold one array, or a member must be named, got a, b\. Name it: .*two\.npz:a/,
      ],
      ["no.npz", zip({ "a.txt": good }), /no\.npz must hold an array/],
      ["cut.npz", zip({ "a.npy": good }).subarray(0, 100), /cut\.npz must be a ZIP archive that can be read/],
      [
        "inner.npz",
        zip({ "a.npy": good.subarray(0, good.length - 8) }),
        /inner\.npz must hold 64 bytes of numbers, as its header says, got 56/,
      ],
      ["text.parquet", parquet, /row 1, column "b" of .*text\.parquet must hold a number, got x/],
      ["cut.parquet", parquet.subarray(0, parquet.length - 9), /cut\.parquet must be a Parquet file that can be read/],
      ["text.arrow", arrow, /column "s" of .*text\.arrow must hold numbers or lists of numbers, got the type/],
      ["cut.arrow", numbers.subarray(0, 20000), /cut\.arrow must/],
      [
        "old.feather",
        "FEA1....",
        /must be NPY, NPZ, CSV, Parquet or Arrow, got a Feather file of version 1\. Write it again with version 2/,
      ],
      ["x.csv.gz", new Uint8Array([0x1f, 0x8b, 8, 0]), /got a gzip file\. Unpack it first/],
      ["x.bin", new Uint8Array([1, 2, 3]), /got a file of another kind/],
    ];
    for (const [name, content, message] of cases) {
      const path = content === undefined ? join(folder, name) : file(name, content);
      await assert.rejects(readAll(path), (error: Error) => {
        assert.ok(error instanceof FeatureFileError, `${name}: ${error.stack}`);
        assert.match(error.message, message, name);
        assert.match(error.message, / must /, name);
        assert.ok(error.file.includes(name), name);
        return true;
      });
    }
  });
});

test("a cut anywhere in a file is an error and never a shorter matrix", async () => {
  await inFolder(async (file) => {
    const values = Float64Array.from({ length: 60 }, (_, i) => i / 7);
    const columnData: ColumnSource[] = [{ name: "a", data: values, type: "DOUBLE" }];
    const whole: Record<string, Uint8Array> = {
      "a.npy": npy(20, 3, values),
      "b.npy": npy(20, 3, values, { fortran: true }),
      "a.npz": zip({ "x.npy": npy(20, 3, values) }, { deflate: true }),
      "a.parquet": new Uint8Array(parquetWriteBuffer({ columnData })),
      "a.arrow": tableToIPC(tableFromArrays({ a: values }), "file"),
    };
    for (const [name, bytes] of Object.entries(whole)) {
      for (let part = 1; part < 20; part++) {
        const path = file(name, bytes.subarray(0, Math.floor((bytes.length * part) / 20)));
        try {
          const found = await readAll(path);
          // An Arrow file ends in a footer that a reader of the stream does not need.
          assert.deepEqual(found.values, Array.from(values), `${name} cut at ${part}/20`);
          assert.ok(name === "a.arrow");
        } catch (error) {
          assert.ok(error instanceof FeatureFileError, `${name} cut at ${part}/20: ${(error as Error).stack}`);
        }
      }
    }
  });
});

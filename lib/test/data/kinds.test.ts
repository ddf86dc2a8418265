import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Decimal, makeVector, Table, tableFromArrays, tableToIPC } from "apache-arrow";
import { parquetWriteBuffer } from "hyparquet-writer";
import { readFeatures } from "../../dist/data/readFeatures.js";
import type { ReadOptions } from "../../dist/data/table.js";
import { inFolder, npy, npyHead, zip } from "./files.ts";

const fixture = (name: string) => join(fileURLToPath(new URL("../fixtures/features", import.meta.url)), name);

async function read(path: string, options: ReadOptions = {}) {
  const table = await readFeatures(path, options);
  const values: number[] = [];
  for await (const batch of table.batches()) values.push(...batch.values);
  return { values, names: table.names, notes: (table.notes ?? []).join("\n") };
}

/** The fixtures' numbers. */
const numbers = Array.from({ length: 15 }, (_, at) => (Math.floor(at / 3) + 1) * 10 + (at % 3));
const lists = ["e[0]", "e[1]", "e[2]"];

test("lists, dictionaries and compressions of other programs' Arrow files give the numbers that were written", async () => {
  for (const name of ["polars.arrow", "zstd.feather", "dictionary.feather"]) {
    const { values, notes } = await read(fixture(name));
    assert.deepEqual(values, numbers, name);
    assert.equal(notes, "");
  }
  for (const name of ["half-list.feather", "half-fixed.feather", "half-large.feather"]) {
    const { values, names } = await read(fixture(name));
    const halves = numbers.map((value) => value / 2);
    assert.deepEqual([values, names], [halves, lists], name);
  }
});

test("a null in a list, or a null list, is a missing number; its row can be left out", async () => {
  for (const [name, message] of [
    ["nullInList.feather", /row 2, column "e\[1\]" of .* must hold a finite number, got NaN, the only one/],
    ["nullList.feather", /row 2, column "e\[0\]" of .* must hold a finite number, got NaN, the first of 3/],
  ] as const) {
    await assert.rejects(read(fixture(name)), message);
    const { values, notes } = await read(fixture(name), { dropMissing: true });
    assert.deepEqual(values, [...numbers.slice(0, 3), ...numbers.slice(6)], name);
    assert.match(notes, /^1 row of .* with a missing or infinite number left out$/);
  }
});

test("a row index is set aside by name, by what the file declares, or because it counts: one rule for every format", async () => {
  for (const [name, label] of [
    ["index", "__index_level_0__"],
    ["named", "patient"],
  ]) {
    for (const format of ["parquet", "feather"]) {
      const { values, names, notes } = await read(fixture(`${name}.${format}`));
      assert.deepEqual([values, names], [numbers, ["a", "b", "c"]], `${name}.${format}`);
      assert.match(notes, new RegExp(`^column "${label}" of .* is the index that the file declares: set aside`));
      const asked = await read(fixture(`${name}.${format}`), { columns: [label, "a"] });
      assert.deepEqual(asked.values.slice(0, 4), [3, 10, 1, 20]);
      assert.equal(asked.notes, "");
    }
  }
  await inFolder(async (file) => {
    const write = (name: string, index: number[]) => {
      const data = index.map((_, i) => i / 8);
      const columnData = [
        { name, data: Float64Array.from(index), type: "DOUBLE" as const },
        { name: "f", data: Float64Array.from(data), type: "DOUBLE" as const },
      ];
      return [
        file("a.csv", `${name},f\n${index.map((row, i) => `${row},${data[i]}`).join("\n")}\n`),
        file("a.parquet", new Uint8Array(parquetWriteBuffer({ columnData }))),
        file("a.arrow", tableToIPC(tableFromArrays({ [name]: Float64Array.from(index), f: Float64Array.from(data) }), "file")),
      ];
    };
    const from = (start: number, rows: number) => Array.from({ length: rows }, (_, i) => start + i);
    for (const [name, index, aside] of [
      ["Unnamed: 0", [5, 2, 9], true],
      ["Unnamed: 0.1", [5, 2, 9], true],
      ["rownames", [1, 2, 3], true],
      ["row.names", [1, 2, 3], true],
      ["id", from(1, 4), true],
      ["id", [1, 2, 4, 5], false],
      ["index", from(500, 4), true],
      ["g", from(0, 12), true],
      ["g", from(7, 12), true],
      ["g", from(0, 3), false],
      ["g", from(0, 12).map((row) => row / 2), false],
    ] as const) {
      for (const path of write(name, [...index])) {
        const { names, notes } = await read(path);
        assert.deepEqual(names, aside ? ["f"] : [name, "f"], `${name} ${index} ${path}`);
        if (aside) assert.match(notes, new RegExp(`^column "${name}" of .*set aside as a row index`));
        else assert.equal(notes, "");
      }
    }
    const lone = await read(file("b.csv", from(0, 12).join("\n")));
    assert.equal(lone.values.length, 12);
    assert.match(lone.notes, /column 1 of .* counts the rows: read as a feature, there being no other/);
  });
});

test("columns whose names repeat are read by their places, and chosen by number", async () => {
  assert.deepEqual((await read(fixture("twoNames.parquet"))).values, numbers);
  assert.deepEqual((await read(fixture("twoNames.parquet"), { columns: [3] })).values, [12, 22, 32, 42, 52]);
  await assert.rejects(
    read(fixture("twoNames.parquet"), { columns: ["a"] }),
    /must have one column "a", got 3\. Choose by number: 1, 2, 3/,
  );
  await inFolder(async (file) => {
    const path = file("a.csv", "a,a\n1,2\n");
    assert.deepEqual((await read(path)).values, [1, 2]);
    assert.deepEqual((await read(path, { dropColumns: [1] })).values, [2]);
  });
});

test("times and durations are no features, and a column of them can be dropped", async () => {
  for (const name of ["duration.parquet", "timedelta.parquet", "dates.parquet"]) {
    await assert.rejects(read(fixture(name)), /column "t" of .* must hold numbers, got the type (?:Duration|Timestamp)/, name);
    assert.deepEqual((await read(fixture(name), { dropColumns: ["t"] })).values, [10, 20, 30, 40, 50]);
  }
});

test("columns are chosen by name or number, in the order asked for, and dropped", async () => {
  await inFolder(async (file) => {
    const path = file("a.csv", "a,kind,b\n1,x,2\n3,y,4\n");
    await assert.rejects(read(path), /column "kind" .* must hold a number, got "x" in line 2\. A column that is no feature can be dropped/);
    assert.deepEqual((await read(path, { dropColumns: ["kind"] })).values, [1, 2, 3, 4]);
    for (const columns of [["b", "a"], ["b,a"], [3, 1], ["3", "1"]]) {
      const { values, names } = await read(path, { columns });
      assert.deepEqual(
        [values, names],
        [
          [2, 1, 4, 3],
          ["b", "a"],
        ],
      );
    }
    await assert.rejects(read(path, { columns: ["c"] }), /must have a column "c", got a, kind, b/);
    await assert.rejects(read(path, { dropColumns: [1, 2, 3] }), /must have columns that are not dropped, got none/);
    const array = file("a.npy", npy(2, 3, [1, 2, 3, 4, 5, 6]));
    assert.deepEqual((await read(array, { columns: [3, 1] })).values, [3, 1, 6, 4]);
  });
});

test("CSV in every dress: delimiters, encodings, line ends, headers", async () => {
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le");
  const cases: [string | Uint8Array, number[], string[] | undefined, RegExp?][] = [
    ['"len, cm";"b"\n1;2\n3;4\n', [1, 2, 3, 4], ["len, cm", "b"]],
    ["a,x\tb\n1\t2\n3\t4\n", [1, 2, 3, 4], ["a,x", "b"]],
    ["body mass\n1.5\n2.5\n", [1.5, 2.5], ["body mass"]],
    ["a | b\n1 | 2\n", [1, 2], ["a", "b"]],
    ['"a",   "b"\n 1.5,  2\n10.5, -3\n', [1.5, 2, 10.5, -3], ["a", "b"]],
    ["    a      b\n  1.5      2\n 10.5     -3\n", [1.5, 2, 10.5, -3], ["a", "b"]],
    ["a \t b\n1\t 2\n3  4\n", [1, 2, 3, 4], ["a", "b"]],
    ["# a b\n1 2\n", [1, 2], ["a", "b"]],
    ['"a" "b"\n"1" 1.5 2\n"2" 3 4.5\n', [1.5, 2, 3, 4.5], ["a", "b"], /set aside as a row index/],
    ["a,b\r\n1,2\n3,4\r5,6\r\n", [1, 2, 3, 4, 5, 6], ["a", "b"]],
    ["sep=;\r\na;b\r\n1;2\r\n", [1, 2], ["a", "b"]],
    ["\ufeffsep=|\n1|2\n", [1, 2], undefined],
    [utf16("a,ß\r\n1,2\r\n"), [1, 2], ["a", "ß"]],
    [utf16("a,ß\r\n1,2\r\n").swap16(), [1, 2], ["a", "ß"]],
    [utf16("a,b\r\n1,2\r\n").subarray(2), [1, 2], ["a", "b"]],
    [Buffer.from("größe,b\n1,2\n", "latin1"), [1, 2], ["größe", "b"], /not UTF-8: its text was read as Windows-1252/],
    ["RI,Na,Mg,K,inf\n1,2,3,4,5\n", [1, 2, 3, 4, 5], ["RI", "Na", "Mg", "K", "inf"]],
    ["Na\n13\n14\n", [13, 14], ["Na"]],
    ["inf,b\n1,2\n", [1, 2], ["inf", "b"]],
    ["0,1\n5,7\n2,3\n", [5, 7, 2, 3], ["0", "1"], /the first line of .* \(0, 1\) was taken for the columns' names/],
    [",0,1\n0,5,7\n1,2,3\n", [5, 7, 2, 3], ["0", "1"], /taken for the columns' names/],
    ["0\n1\n2\n", [0, 1, 2], undefined, /the first line of .* \(0\) was taken for numbers; if it holds names, say header: true/],
    ["1949,1950\n1.5,2.5\n0.5,3.5\n", [1949, 1950, 1.5, 2.5, 0.5, 3.5], undefined, /taken for numbers/],
    ["1.5,2\n3,4\n", [1.5, 2, 3, 4], undefined],
  ];
  await inFolder(async (file) => {
    for (const [content, values, names, note] of cases) {
      const found = await read(file("a.csv", content));
      assert.deepEqual([found.values, found.names], [values, names], String(content));
      if (note) assert.match(found.notes, note, String(content));
      else assert.equal(found.notes, "", String(content));
    }
    assert.deepEqual((await read(file("a.csv", "0,1\n5,7\n"), { header: false })).values, [0, 1, 5, 7]);
    assert.deepEqual((await read(file("a.csv", "1949,1950\n5,7\n"), { header: true })).values, [5, 7]);
    for (const [text, message] of [
      ["a;b\n0,5;1,5\n", /column "a" .* got "0,5" in line 2\. Numbers need decimal points/],
      ["year,2019,2020\n1,2,3\n", /got "year" in line 1\. If the first line holds names, say header: true/],
      ["nan,nan\n1,2\n", /row 1, column 1 .* got NaN, the first of 2/],
      ["a,b,\n1,2,\n", /column 3 .* must be named in the header, got an empty name/],
    ] as const)
      await assert.rejects(read(file("a.csv", text)), message);
    const gaps = await read(file("a.csv", "a,b\n1,\n3,4\ninf,1\nNA,2\n"), { dropMissing: true });
    assert.deepEqual(gaps.values, [3, 4]);
    assert.match(gaps.notes, /^3 rows of .* left out$/);
  });
});

test("an archive's member is held against its checksum, in either order and when only a part is read", async () => {
  await inFolder(async (file) => {
    const values = Float64Array.from({ length: 60_000 }, (_, i) => i / 3);
    for (const fortran of [false, true]) {
      for (const deflate of [false, true]) {
        const whole = zip({ "x.npy": npy(20_000, 3, values, { fortran }) }, { deflate });
        const wrong = Buffer.from(whole);
        // The checksum, in the archive's directory.
        const directory = wrong.indexOf("PK\x01\x02", 0, "latin1");
        wrong[directory + 16] ^= 1;
        assert.equal((await read(file("a.npz", whole))).values.length, values.length);
        await assert.rejects(read(file("b.npz", wrong)), {
          name: "FeatureFileError",
          message: /b\.npz must have a member x\.npy that can be unpacked, got bytes that do not match its checksum\. It is corrupt/,
        });
      }
    }
    const flipped = zip({ "x.npy": npy(2, 3, [1, 2, 3, 4, 5, 6]) });
    flipped[flipped.indexOf("PK\x01\x02", 0, "latin1") - 3] ^= 1;
    await assert.rejects(
      read(file("c.npz", flipped)),
      /c\.npz must have a member x\.npy that can be unpacked, got bytes that do not match/,
    );
  });
});

test("NPY headers are read as NumPy reads them", async () => {
  await inFolder(async (file) => {
    const numbers = (type: "f8" | "f4") => {
      const values = type === "f8" ? Float64Array.of(1, 2, 3, 4) : Float32Array.of(1, 2, 3, 4);
      return new Uint8Array(values.buffer);
    };
    for (const [header, type] of [
      ["{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 2L), }", "f8"],
      ["{'shape':(2,2),'fortran_order':False,'descr':'=f8'}", "f8"],
      ['{"descr": "<f8", "fortran_order": False, "shape": (2, 2,)}', "f8"],
      ["{ 'fortran_order' : False , 'descr' : 'f8' , 'shape' : ( 2 , 2 ) }", "f8"],
      ["{'descr': 'float64', 'fortran_order': False, 'shape': (2, 2), }", "f8"],
      ["{'descr': '<d', 'fortran_order': False, 'shape': (2, 2), }", "f8"],
      ["{'descr': 'float32', 'fortran_order': False, 'shape': (2, 2), }", "f4"],
      ["{'descr': '|f', 'fortran_order': False, 'shape': (2, 2), }", "f4"],
    ] as const)
      assert.deepEqual((await read(file("a.npy", Buffer.concat([npyHead(header), numbers(type)])))).values, [1, 2, 3, 4], header);
    for (const type of ["m8[s]", "M8[ns]", "S8", "U2", "toString", "g"]) {
      const head = npyHead(`{'descr': '<${type}', 'fortran_order': False, 'shape': (2, 2), }`);
      await assert.rejects(read(file("b.npy", Buffer.concat([head, Buffer.alloc(64)]))), /must hold numbers of a type in/, type);
    }
    const odd = npyHead("{'descr': '<f8', 'fortran_order': False, 'shape': (-2, 2), }");
    await assert.rejects(read(file("c.npy", Buffer.concat([odd, Buffer.alloc(64)]))), /two-dimensional, .*got the shape \(-2, 2\)/);
  });
});

// A reader that goes on without end would meet the time limit.

test("a column of Arrow decimals, some beyond any number, is refused by name", async () => {
  const digits = new Uint32Array(12).fill(0x3fffffff);
  const decimals = makeVector({ type: new Decimal(0, 38, 128), data: digits, length: 3 } as never);
  const table = new Table({ a: makeVector(Float64Array.of(1, 2, 3)), b: decimals });
  await inFolder(async (file) => {
    const path = file("decimals.arrow", Buffer.from(tableToIPC(table, "file")));
    await assert.rejects(
      read(path),
      (error: Error) => error.name === "FeatureFileError" && /column "b".*must hold numbers.*Decimal/.test(error.message),
    );
  });
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { decodeCsv } from "../../dist/data/csv.js";
import { decodeNpy } from "../../dist/data/npy.js";
import { readTask, readTasks } from "../../dist/data/readTask.js";

/** The bytes that numpy.save writes for a matrix (version 1.0 of the format). */
function npy(rows: readonly number[][], { fortran = false, type = "<f8" } = {}): Uint8Array {
  const shape = `(${rows.length}, ${rows[0].length})`;
  const text = `{'descr': '${type}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': ${shape}, }`;
  const header = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const values = fortran ? rows[0].flatMap((_, j) => rows.map((row) => row[j])) : rows.flat();
  const numbers = type === "<f8" ? Float64Array.from(values) : Float32Array.from(values);
  const bytes = new Uint8Array(10 + header.length + numbers.byteLength);
  bytes.set([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length % 256, header.length >> 8]);
  bytes.set(Buffer.from(header), 10);
  bytes.set(new Uint8Array(numbers.buffer), 10 + header.length);
  return bytes;
}

const rows = [
  [2, 0.5, 0],
  [0.5, 1, 0.25],
  [0, 0.25, 3],
];

test("arrays, CSV and NPY of the same numbers are the same task", () => {
  const folder = mkdtempSync(join(tmpdir(), "tasks-"));
  try {
    writeFileSync(join(folder, "a.csv"), `x1,x2,x3\n${rows.map((row) => row.join(", ")).join("\r\n")}\n`);
    writeFileSync(join(folder, "a.npy"), npy(rows));
    for (const source of [rows, join(folder, "a.csv"), join(folder, "a.npy")]) assert.deepEqual(readTask(source).matrix.to2DArray(), rows);
    writeFileSync(join(folder, "b.csv"), "1,2\n3,x\n");
    assert.throws(
      () => readTasks([rows, join(folder, "b.csv")]),
      /readTasks: task 1: row 2, column 2 of .*b\.csv must hold a number, got "x" in line 2/,
    );
    assert.throws(() => readTask(join(folder, "a.txt")), /must be one that ends in \.csv or \.npy/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("both orders and both widths of NPY are read, other bytes are refused", () => {
  const data = [
    [1, 2, 3],
    [4, 5, 6.5],
  ];
  for (const fortran of [false, true])
    for (const type of ["<f8", "<f4"]) assert.deepEqual([...decodeNpy(npy(data, { fortran, type })).values], data.flat());
  assert.throws(() => decodeNpy(npy(data, { type: "<c16" })), /the bytes must .*<c16/);
  assert.throws(() => decodeNpy(npy(data).subarray(0, 140)), /the bytes must/);
  assert.throws(() => decodeNpy(new Uint8Array(40)), /the bytes must/);
});

test("examples, one a row, give their uncentred second moment, or the one about the mean when asked for", () => {
  const examples = [
    [1, 2],
    [3, -1],
    [-2, 1],
    [-1, -1],
  ];
  assert.deepEqual(readTask(examples, "examples").matrix.to2DArray(), [
    [15 / 4, -2 / 4],
    [-2 / 4, 7 / 4],
  ]);
  const shifted = examples.map(([x, y]) => [x! + 10, y!]);
  assert.throws(
    () => readTask(shifted, "examples"),
    /mean of column 1 of the examples must be small .*, got 10\.25\. Give \{ centred: true \}/,
  );
  assert.throws(() => readTasks([shifted], "examples"), /readTasks: task 0: readTask: the mean of column 1/);
  assert.equal(readTask(shifted, "examples", { centred: false }).matrix.get(0, 0), 435 / 4);
  const centred = readTask(shifted, "examples", { centred: true }).matrix;
  assert.ok(Math.abs(centred.get(0, 0) - (15 / 4 - 0.25 ** 2)) < 1e-13);
  assert.ok(Math.abs(centred.get(0, 1) - (-2 / 4 - 0.25 ** 2)) < 1e-13);
  assert.deepEqual(readTasks([shifted], "examples", { centred: true })[0].matrix, centred);
});

test("too few examples for their dimension are refused, and so is centring a covariance", () => {
  const three = [
    [1, 2],
    [-1, 1],
    [0, -3],
  ];
  assert.throws(() => readTask(three, "examples"), /the examples must be more than 3 rows for 2 columns, got 3\. Bring at least about 26/);
  assert.throws(() => readTask(rows, "covariance", { centred: true }), /centred must be left out for a covariance/);
});

/** The rows of numbers that a text holds. */
const parsed = (text: string): number[][] => {
  const { rows, columns, values } = decodeCsv(text, "the text");
  return Array.from({ length: rows }, (_, i) => [...values.subarray(i * columns, (i + 1) * columns)]);
};

test("separators may be commas, semicolons, tabs or blanks, cells may be quoted, and ragged lines are named", () => {
  const rows = [
    [1, 2],
    [3, 4],
  ];
  for (const text of ["1;2\n3;4", "1\t2\n\n3\t4\n", " 1   2\n3 4 \n", '1,"2"\r\n"3",4', "\ufeff1|2\n3|4"])
    assert.deepEqual(parsed(text), rows, text);
  assert.throws(() => parsed("1,2\n3"), /row 2 of the text must have 2 cells, as the first line, got 1 in line 2/);
  assert.throws(() => parsed("a,b"), /the text must hold at least one row/);
  assert.throws(() => parsed(" \n"), /the text must hold at least one line/);
  assert.throws(() => parsed("1,,2"), /row 1, column 2 of the text must hold a finite number, got NaN/);
});

test("what would be read as other numbers than were meant is refused: decimal commas, row numbers, missing values, files that are not there", () => {
  assert.throws(() => parsed("1,5;0,2\n0,2;2,5"), /the text must separate its cells by one sign/);
  assert.throws(() => parsed(",a,b\n0,1,2\n1,2,5"), /column 1 of the text must be no row index, got one that has the name of a row index/);
  assert.throws(() => parsed("nan,nan\n1,2\n2,5"), /row 1, column 1 of the text must hold a finite number, got NaN, the first of 2/);
  assert.throws(() => readTasks([[[1]], "missing.csv"]), {
    name: "RangeError",
    message: /task 1: readTask: the file must be one that exists/,
  });
  assert.deepEqual(parsed('\ufeff"x","y"\n"1","2"\n'), [[1, 2]]);
});

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseCsv, parseNpy, readTask, readTasks } from "../../dist/data/readTask.js";

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
    assert.throws(() => readTasks([rows, join(folder, "b.csv")]), /readTasks: task 1: parseCsv: line 2 of .*b\.csv must be numbers/);
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
    for (const type of ["<f8", "<f4"]) assert.deepEqual(parseNpy(npy(data, { fortran, type })).to2DArray(), data);
  assert.throws(() => parseNpy(npy(data, { type: "<c16" })), /the bytes must .*<c16/);
  assert.throws(() => parseNpy(npy(data).subarray(0, 140)), /the bytes must/);
  assert.throws(() => parseNpy(new Uint8Array(40)), /the bytes must/);
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

test("separators may be commas, semicolons, tabs or blanks, and ragged lines are named", () => {
  assert.deepEqual(parseCsv("1;2\n3;4").to2DArray(), parseCsv("1\t2\n\n3 4\n").to2DArray());
  assert.throws(() => parseCsv("1,2\n3"), /line 2 of the text must be 2 numbers/);
  assert.throws(() => parseCsv("a,b"), /rows of numbers/);
  assert.throws(() => parseCsv("1,,2"), /line 1 of the text must be numbers/);
});

test("what would be read as other numbers than were meant is refused: decimal commas, row numbers, missing values, files that are not there", () => {
  assert.throws(() => parseCsv("1,5;0,2\n0,2;2,5"), /line 1 of the text must be numbers/);
  assert.throws(() => parseCsv(",a,b\n0,1,2\n1,2,5"), /must be without a column of row numbers/);
  assert.throws(() => parseCsv("nan,nan\n1,2\n2,5"), /line 1 of the text must be numbers/);
  assert.throws(() => readTasks([[[1]], "missing.csv"]), {
    name: "RangeError",
    message: /task 1: readTask: the file must be one that exists/,
  });
  assert.deepEqual(parseCsv('\ufeff"x","y"\n"1","2"\n').to2DArray(), [[1, 2]]);
});

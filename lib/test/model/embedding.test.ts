import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Matrix } from "ml-matrix";
import { appendThought, embed, readThought, replaceThought } from "../../dist/model/embedding.js";

const prompt = {
  X: new Matrix([
    [1, 2, 3],
    [4, 5, 6],
  ]),
  y: [7, 8, 9],
};

suite("embedding", () => {
  test("embed lays out x, y, w and the constant as the paper's block matrix", () => {
    assert.deepEqual(embed(prompt, [10, 11]).to2DArray(), [
      [1, 2, 3, 0],
      [4, 5, 6, 0],
      [7, 8, 9, 0],
      [0, 0, 0, 10],
      [0, 0, 0, 11],
      [0, 0, 0, 1],
    ]);
  });

  test("embed handles one example in one dimension", () => {
    assert.deepEqual(embed({ X: new Matrix([[2]]), y: Float64Array.of(3) }, [4]).to2DArray(), [
      [2, 0],
      [3, 0],
      [0, 4],
      [0, 1],
    ]);
  });

  test("appendThought adds a column and keeps the earlier thought", () => {
    const E = embed(prompt, [10, 11]);
    const longer = appendThought(E, [12, 13]);
    assert.deepEqual(longer.subMatrix(0, 5, 0, 3).to2DArray(), E.to2DArray());
    assert.deepEqual(longer.getColumn(4), [0, 0, 0, 12, 13, 1]);
    assert.equal(E.columns, 4);
  });

  test("replaceThought overwrites the last column of a copy", () => {
    const E = embed(prompt, [10, 11]);
    const changed = replaceThought(E, [12, 13]);
    assert.deepEqual(changed.getColumn(3), [0, 0, 0, 12, 13, 1]);
    assert.deepEqual(E.getColumn(3), [0, 0, 0, 10, 11, 1]);
    assert.deepEqual(changed.subMatrix(0, 5, 0, 2).to2DArray(), E.subMatrix(0, 5, 0, 2).to2DArray());
  });

  test("readThought reads back what was written", () => {
    const E = embed(prompt, [10, 11]);
    assert.deepEqual(readThought(E), Float64Array.of(10, 11));
    assert.deepEqual(readThought(appendThought(E, [-1, 0.5])), Float64Array.of(-1, 0.5));
    assert.deepEqual(readThought(replaceThought(E, [2, 3])), Float64Array.of(2, 3));
  });

  test("wrong shapes and values are refused with both in the message", () => {
    assert.throws(() => embed(prompt, [1]), /embed: wHat must be an array of 2 finite numbers, got \[1\]/);
    assert.throws(() => embed({ X: prompt.X, y: [1, 2] }, [0, 0]), /embed: prompt\.y must be an array of 3 finite numbers/);
    assert.throws(() => embed(prompt, [1, Number.NaN]), /embed: wHat\[1\] must be a finite number, got NaN/);
    assert.throws(
      () => embed({ X: new Matrix([[1, Number.POSITIVE_INFINITY]]), y: [1, 2] }, [0]),
      /prompt\.X\[0\]\[1\] must be a finite number/,
    );
    assert.throws(() => embed({ X: [[1]] as unknown as Matrix, y: [1] }, [0]), TypeError);
    assert.throws(() => readThought(Matrix.zeros(5, 2)), /2d\+2 rows/);
    assert.throws(() => appendThought(embed(prompt, [0, 0]), [1, 2, 3]), /appendThought: wHat/);
    assert.throws(() => replaceThought(Matrix.zeros(2, 2), [1]), RangeError);
  });
});

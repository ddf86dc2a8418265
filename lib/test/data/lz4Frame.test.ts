import assert from "node:assert/strict";
import { test } from "node:test";
import { CompressionType, compressionRegistry, tableFromArrays, tableToIPC } from "apache-arrow";
import { decompressLz4Frame } from "../../dist/data/lz4Frame.js";
import { readFeatures } from "../../dist/data/readFeatures.js";
import { inFolder } from "./files.ts";

/** A frame of the given blocks; a block is [stored as it is, bytes]. */
function frame(blocks: readonly (readonly [raw: boolean, bytes: Uint8Array])[], flags = 0x60): Buffer {
  const parts = blocks.map(([raw, bytes]) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE((bytes.length | (raw ? 0x80000000 : 0)) >>> 0);
    return Buffer.concat([size, bytes]);
  });
  return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x70, 0]), ...parts, Buffer.alloc(4)]);
}

test("LZ4 frames: literals, overlapping matches, matches into earlier blocks, stored blocks", () => {
  // "abc", then a match of 9 at distance 3; then in the next block the literal "!" and a match of 5 at distance 4.
  const first = Buffer.from([0x35, 97, 98, 99, 3, 0, 0x00]);
  const second = Buffer.from([0x11, 33, 4, 0, 0x10, 63]);
  const text = Buffer.from(
    decompressLz4Frame(
      frame([
        [false, first],
        [false, second],
        [true, Buffer.from("end")],
      ]),
    ),
  ).toString();
  assert.equal(text, "abcabcabcabc!abc!a?end");
  const long = Buffer.concat([Buffer.from([0xf0, 255, 30]), Buffer.alloc(300, 120)]);
  assert.equal(Buffer.from(decompressLz4Frame(frame([[false, long]]))).toString(), "x".repeat(300));
});

test("LZ4 frames that are cut off or wrong are errors", () => {
  const whole = frame([[true, Buffer.from("hello")]]);
  for (let length = 0; length < whole.length - 4; length++) assert.throws(() => decompressLz4Frame(whole.subarray(0, length)), /must be/);
  assert.throws(() => decompressLz4Frame(frame([[false, Buffer.from([0x00, 9, 0])]])), /a match before its start/);
  assert.throws(() => decompressLz4Frame(frame([[false, Buffer.from([0xf0])]])), /cut off/);
});

test("a Feather file with LZ4 buffers is read", async () => {
  compressionRegistry.set(CompressionType.LZ4_FRAME, { encode: (data) => frame([[true, data]]), decode: decompressLz4Frame });
  const values = Float64Array.from({ length: 50 }, (_, i) => i * 1.5);
  await inFolder(async (file) => {
    const path = file("a.feather", tableToIPC(tableFromArrays({ a: values }), "file", CompressionType.LZ4_FRAME));
    const found: number[] = [];
    for await (const batch of (await readFeatures(path)).batches()) found.push(...batch.values);
    assert.deepEqual(found, Array.from(values));
  });
});

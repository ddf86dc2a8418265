/** @file Decompression of LZ4 frames and Zstandard, in which Feather files come. */
import * as zlib from "node:zlib";
import { decompress } from "fzstd";

const MAGIC = 0x184d2204;

/**
 * The content of an LZ4 frame.
 * @throws RangeError when it is none or is cut off; checksums are not verified
 * @origin standard, the LZ4 frame format description, version 1.6
 */
export function decompressLz4Frame(input: Uint8Array): Uint8Array {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  if (input.length < 7 || view.getUint32(0, true) !== MAGIC)
    throw new RangeError("decompressLz4Frame: input must be an LZ4 frame, got other bytes");
  const flags = input[4];
  const blockChecksum = (flags & 16) !== 0;
  const hasSize = (flags & 8) !== 0;
  let at = 6 + (hasSize ? 8 : 0) + ((flags & 1) !== 0 ? 4 : 0) + 1;
  // A byte of input makes 255 of output at most.
  let out = new Uint8Array(Math.min(hasSize ? Number(view.getBigUint64(6, true)) : 4 * input.length, 255 * input.length));
  let length = 0;
  const reserve = (more: number) => {
    if (length + more <= out.length) return;
    const larger = new Uint8Array(Math.max(2 * out.length, length + more));
    larger.set(out.subarray(0, length));
    out = larger;
  };
  for (;;) {
    if (at + 4 > input.length) throw cutOff();
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const size = word & 0x7fffffff;
    if (at + size > input.length) throw cutOff();
    const block = input.subarray(at, at + size);
    if (word >>> 31 === 1) {
      reserve(size);
      out.set(block, length);
      length += size;
    } else unpack(block);
    at += size + (blockChecksum ? 4 : 0);
  }
  return out.subarray(0, length);

  // Matches may reach back into earlier blocks, so all blocks write to one array.
  function unpack(block: Uint8Array): void {
    for (let i = 0; i < block.length; ) {
      const token = block[i++];
      let literals = token >> 4;
      if (literals === 15) for (let byte = 255; byte === 255; literals += byte) byte = next(i++);
      if (i + literals > block.length) throw cutOff();
      reserve(literals);
      out.set(block.subarray(i, i + literals), length);
      length += literals;
      i += literals;
      if (i >= block.length) return;
      const offset = next(i) | (next(i + 1) << 8);
      i += 2;
      let match = token & 15;
      if (match === 15) for (let byte = 255; byte === 255; match += byte) byte = next(i++);
      match += 4;
      if (offset === 0 || offset > length)
        throw new RangeError("decompressLz4Frame: input must be free of errors, got a match before its start");
      reserve(match);
      for (let from = length - offset, end = length + match; length < end; ) out[length++] = out[from++];
    }
    function next(i: number): number {
      if (i >= block.length) throw cutOff();
      return block[i];
    }
  }
}

function cutOff(): RangeError {
  return new RangeError("decompressLz4Frame: input must be complete, got a frame that is cut off");
}

/**
 * The content of Zstandard data: by Node where it can (from 22.15 on), else by fzstd.
 * @throws Error when it is corrupt
 */
export function decompressZstandard(input: Uint8Array): Uint8Array {
  const { zstdDecompressSync } = zlib as { zstdDecompressSync?: (data: Uint8Array) => Uint8Array };
  // Copied, so that it begins where numbers of any size may begin.
  return new Uint8Array(zstdDecompressSync ? zstdDecompressSync(input) : decompress(input));
}

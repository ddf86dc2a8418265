/** @file Writers of small data files, and a folder for them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateRawSync } from "node:zlib";

/** Runs work in a new folder, which is removed after. */
export async function inFolder<T>(
  work: (file: (name: string, content: Uint8Array | string) => string, folder: string) => Promise<T> | T,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cotlab-test-"));
  try {
    return await work((name, content) => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    }, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const WRITERS: Readonly<
  Record<string, readonly [size: number, write: (view: DataView, at: number, value: number, little: boolean) => void]>
> = {
  f4: [4, (view, at, value, little) => view.setFloat32(at, value, little)],
  f8: [8, (view, at, value, little) => view.setFloat64(at, value, little)],
  i1: [1, (view, at, value) => view.setInt8(at, value)],
  i2: [2, (view, at, value, little) => view.setInt16(at, value, little)],
  i4: [4, (view, at, value, little) => view.setInt32(at, value, little)],
  i8: [8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
  u1: [1, (view, at, value) => view.setUint8(at, value)],
  u2: [2, (view, at, value, little) => view.setUint16(at, value, little)],
  u4: [4, (view, at, value, little) => view.setUint32(at, value, little)],
  u8: [8, (view, at, value, little) => view.setBigUint64(at, BigInt(value), little)],
};

/** The types that `npy` writes. */
export const npyTypes = Object.keys(WRITERS);

/** An NPY file of row-major values. */
export function npy(
  rows: number,
  columns: number,
  values: ArrayLike<number>,
  { type = "f8", fortran = false, big = false, version = 1 }: { type?: string; fortran?: boolean; big?: boolean; version?: number } = {},
): Buffer {
  const [size, write] = WRITERS[type];
  const body = new DataView(new ArrayBuffer(rows * columns * size));
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) write(body, size * (fortran ? j * rows + i : i * columns + j), values[i * columns + j], !big);
  }
  const order = size === 1 ? "|" : big ? ">" : "<";
  const header = `{'descr': '${order}${type}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${rows}, ${columns}), }`;
  return Buffer.concat([npyHead(header, version), Buffer.from(body.buffer)]);
}

/** Magic and header of an NPY file. */
export function npyHead(header: string, version = 1): Buffer {
  const start = version === 1 ? 10 : 12;
  const text = `${header.padEnd(Math.ceil((start + header.length + 1) / 64) * 64 - start - 1)}\n`;
  const head = Buffer.alloc(start);
  head.write("\x93NUMPY", "latin1");
  head[6] = version;
  if (version === 1) head.writeUInt16LE(text.length, 8);
  else head.writeUInt32LE(text.length, 8);
  return Buffer.concat([head, Buffer.from(text)]);
}

/** A ZIP archive; with `zip64` sizes and offsets stand in the extra fields, as NumPy writes them. */
export function zip(members: Readonly<Record<string, Uint8Array>>, { deflate = false, zip64 = false } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(members)) {
    const data = deflate ? deflateRawSync(content) : Buffer.from(content);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(zip64 ? 45 : 20, 0);
    fields.writeUInt16LE(deflate ? 8 : 0, 4);
    fields.writeUInt32LE(crc32(content), 10);
    fields.writeUInt32LE(zip64 ? 0xffffffff : data.length, 14);
    fields.writeUInt32LE(zip64 ? 0xffffffff : content.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const extra = Buffer.alloc(zip64 ? 20 : 0);
    if (zip64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(16, 2);
      extra.writeBigUInt64LE(BigInt(content.length), 4);
      extra.writeBigUInt64LE(BigInt(data.length), 12);
    }
    fields.writeUInt16LE(extra.length, 24);
    parts.push(Buffer.from("PK\x03\x04"), fields, Buffer.from(name), extra, data);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.from("PK\x01\x02\x2d\x00", "latin1"), fields, tail, Buffer.from(name), extra);
    offset += 30 + name.length + extra.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(Object.keys(members).length, 8);
  end.writeUInt16LE(Object.keys(members).length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

/** @file In which encoding a text file is written, found from its beginning. */

/** An encoding's name as `TextDecoder` takes it. UTF-16 is known by its byte-order mark or its zero bytes; what is not UTF-8 is Windows-1252. */
export function encodingOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  // Digits and separators in UTF-16: every other byte is 0.
  const pairs = bytes.subarray(0, bytes.length - (bytes.length % 2));
  const zeros = [0, 0];
  pairs.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2]++;
  });
  if (zeros[1] > 0.2 * pairs.length && zeros[0] === 0) return "utf-16le";
  if (zeros[0] > 0.2 * pairs.length && zeros[1] === 0) return "utf-16be";
  try {
    // As a stream: the last character may be cut.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** The text of a whole file, without its byte-order mark. */
export function decodeText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** @file A key that an object of a JSON text holds twice: JSON.parse takes the last one without a word. */

/** The first key that comes twice in one object. @param text valid JSON */
export function duplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [, key, bracket] of text.matchAll(/("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|([{}])/g)) {
    if (bracket === "{") open.push(new Set());
    else if (bracket === "}") open.pop();
    else if (key !== undefined) {
      const name = JSON.parse(key) as string;
      const seen = open[open.length - 1];
      if (seen.has(name)) return name;
      seen.add(name);
    }
  }
  return undefined;
}

/** @file Compares two executions of a notebook: same outputs, numbers within a tolerance. */
import { codeCells, type Notebook, textOf } from "./notebook.ts";

/** Relative tolerance for printed and plotted numbers: far below what a figure or table shows, above rounding in the last digits. */
export const RELATIVE_TOLERANCE = 1e-6;
/** Below this, a difference is noise around zero. */
const ABSOLUTE_TOLERANCE = 1e-12;

const NUMBER = /[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/** Why two texts differ, or null: the text between numbers must be the same, the numbers close. */
export function textDifference(a: string, b: string): string | null {
  const frame = (text: string) => text.replace(NUMBER, "#");
  if (frame(a) !== frame(b)) {
    const left = frame(a);
    const right = frame(b);
    let i = 0;
    while (i < left.length && left[i] === right[i]) i++;
    return `text differs: ...${JSON.stringify(left.slice(Math.max(0, i - 20), i + 40))} against ...${JSON.stringify(right.slice(Math.max(0, i - 20), i + 40))}`;
  }
  const left = (a.match(NUMBER) ?? []).map(Number);
  const right = (b.match(NUMBER) ?? []).map(Number);
  for (let i = 0; i < left.length; i++) {
    const [x, y] = [left[i], right[i]];
    if (Math.abs(x - y) > ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * Math.max(Math.abs(x), Math.abs(y)))
      return `number ${i + 1} is ${x} against ${y}`;
  }
  return null;
}

const asText = (value: unknown): string => (typeof value === "object" && !Array.isArray(value) ? JSON.stringify(value) : textOf(value));

/** Tag of a cell that says what machine it runs on; its text is not compared. */
const MACHINE_TAG = "machine";

/** Every difference between the outputs of two notebooks with the same cells, one line each. */
export function differences(committed: Notebook, executed: Notebook): string[] {
  const found: string[] = [];
  const left = codeCells(committed);
  const right = codeCells(executed);
  for (let i = 0; i < left.length; i++) {
    const a = left[i].cell.outputs ?? [];
    const b = right[i].cell.outputs ?? [];
    if (a.length !== b.length) {
      found.push(`code cell ${i + 1}: ${a.length} outputs committed, ${b.length} now`);
      continue;
    }
    if (left[i].cell.metadata.tags?.includes(MACHINE_TAG)) continue;
    for (let j = 0; j < a.length; j++) {
      const parts = (output: (typeof a)[number]): Record<string, unknown> =>
        "data" in output ? output.data : output.output_type === "stream" ? { [output.name]: output.text } : { error: output.evalue };
      const x = parts(a[j]);
      const y = parts(b[j]);
      for (const type of new Set([...Object.keys(x), ...Object.keys(y)])) {
        const why =
          type in x && type in y
            ? textDifference(asText(x[type]), asText(y[type]))
            : `only in ${type in x ? "the committed" : "the new"} one`;
        if (why !== null) found.push(`code cell ${i + 1}, output ${j + 1}, ${type}: ${why}`);
      }
    }
  }
  return found;
}

/**
 * @file A docstring says a formula on a line of its own in Unicode, which the kernel's Shift+Tab shows. Where LaTeX says it more clearly,
 * that follows, and the reference sets it alone.
 */

/** Lines from `unicode` to `latex`, without the latter, say what the LaTeX that begins at `latex` says. */
export interface Formula {
  readonly latex: number;
  /** Undefined where what stands before the LaTeX is no formula: the first line, or a sentence. */
  readonly unicode: number | undefined;
}

/** The formulas `$$...$$` among the lines of a docstring. */
export function formulasOf(lines: readonly string[]): Formula[] {
  let open = false;
  return lines.flatMap((line, latex) => {
    const begins = !open && line.startsWith("$$");
    if (line.split("$$").length % 2 === 0) open = !open;
    return begins ? [{ latex, unicode: unicodeBefore(lines, latex) }] : [];
  });
}

/** The line before the LaTeX, or the first of several when those after it are indented. */
function unicodeBefore(lines: readonly string[], latex: number): number | undefined {
  let at = latex - 1;
  while (at > 0 && /^\s/.test(lines[at])) at--;
  const text = lines.slice(at, latex).join("\n");
  return at > 0 && /[=≤≥<>≈∝∈∼→]/.test(text) && !/[\\$`]|\.$/.test(text) ? at : undefined;
}

/** True for a formula on a line of its own, without LaTeX after it: relations and few words, after the end of a sentence. */
export function isPlainFormula(line: string, before: string | undefined): boolean {
  if (!/(?:[.:]|\$\$)$/.test(before ?? "") || !/[=≤≥<>≈∝∈∼→⟺]/.test(line) || /[\\$`]|[.,:;]$|\.\s|\b(?:the|is|of a)\b/.test(line))
    return false;
  return (line.match(/\b[a-z]{3,}\b/gi) ?? []).length <= 5;
}

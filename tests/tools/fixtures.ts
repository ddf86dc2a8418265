/** @file Small notebooks for the tests of the tools. */
import type { Cell, Notebook } from "../../tools/jupyter/notebook.ts";

/** A notebook of code cells; a source that starts with `// parameters` becomes the parameters cell. */
export function notebookOf(...sources: string[]): Notebook {
  const cells = sources.map(
    (source, i): Cell => ({
      cell_type: "code",
      id: `cell-${i}`,
      metadata: source.startsWith("// parameters") ? { tags: ["parameters"] } : {},
      source,
      execution_count: i + 1,
      outputs: [],
    }),
  );
  return {
    cells,
    metadata: { kernelspec: { name: "tslab", display_name: "TypeScript (cotlab)", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

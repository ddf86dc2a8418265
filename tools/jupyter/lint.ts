/** @file What goes wrong in tslab notebooks without an error message, found by reading them. */
import ts from "@tslab/typescript-for-tslab";
import { type Cell, codeCells, type Notebook, sourceOf, textOf } from "./notebook.ts";
import { parametersCell, readParameters } from "./parameters.ts";

const LONGEST_CELL = 25;

/** The names a top-level statement binds. */
function boundNames(statement: ts.Statement): string[] {
  const names: string[] = [];
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) names.push(name.text);
    else for (const element of name.elements) if (ts.isBindingElement(element)) bind(element.name);
  };
  if (ts.isVariableStatement(statement)) for (const { name } of statement.declarationList.declarations) bind(name);
  if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) names.push(statement.name.text);
  if (ts.isImportDeclaration(statement)) {
    const clause = statement.importClause;
    if (clause?.name) names.push(clause.name.text);
    if (clause?.namedBindings && ts.isNamespaceImport(clause.namedBindings)) names.push(clause.namedBindings.name.text);
    if (clause?.namedBindings && ts.isNamedImports(clause.namedBindings))
      names.push(...clause.namedBindings.elements.map(({ name }) => name.text));
  }
  return names;
}

function lintSource(cell: Cell, label: string, earlier: ReadonlySet<string>): { problems: string[]; bound: string[] } {
  const source = sourceOf(cell);
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  const problems: string[] = [];
  const bound = file.statements.flatMap(boundNames);
  for (const name of new Set(bound)) {
    if (earlier.has(name))
      problems.push(`${label}: ${name} is bound a second time; functions of earlier cells would change. Use a new name`);
  }
  const visit = (node: ts.Node): void => {
    if (ts.isIterationStatement(node, false)) {
      problems.push(
        `${label}: a loop (${node.getText().split("\n")[0]}); tslab runs it 250 times slower at the top level. Put it into the library`,
      );
      return;
    }
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(file, visit);
  const lines = source.trimEnd().split("\n").length;
  if (lines > LONGEST_CELL) problems.push(`${label}: ${lines} lines; the longest allowed is ${LONGEST_CELL}`);
  return { problems, bound };
}

/** Every problem of a notebook, one line each. */
export function lintNotebook(notebook: Notebook, root: string): string[] {
  const problems: string[] = [];
  const kernel = notebook.metadata.kernelspec as { name?: string } | undefined;
  if (kernel?.name !== "tslab") problems.push(`the kernel must be tslab, got ${kernel?.name}`);
  const ids = notebook.cells.map((cell) => cell.id);
  if (ids.some((id) => !id) || new Set(ids).size !== ids.length) problems.push("every cell must have an id of its own");
  const names = new Set<string>();
  codeCells(notebook).forEach(({ cell }, i) => {
    const label = `code cell ${i + 1}`;
    const { problems: found, bound } = lintSource(cell, label, names);
    problems.push(...found);
    for (const name of bound) names.add(name);
    if (cell.execution_count !== i + 1)
      problems.push(`${label}: execution count ${cell.execution_count}; run it in order from a fresh kernel (npm run reproduce)`);
    for (const output of cell.outputs ?? []) {
      if (output.output_type === "error") problems.push(`${label}: an error output: ${output.evalue}`);
      if (output.output_type === "stream" && output.name === "stderr")
        problems.push(`${label}: text on stderr: ${textOf(output.text).slice(0, 80)}`);
      if (output.output_type === "execute_result") problems.push(`${label}: prints its last expression; end the cell with a statement`);
    }
  });
  const parameters = parametersCell(notebook);
  if (!parameters) problems.push('no code cell is tagged "parameters"');
  else if (readParameters(sourceOf(parameters)).size === 0)
    problems.push("the parameters cell has no `const params = cot.parameters(declaration, { name: literal, ... })`");
  if (JSON.stringify(notebook).includes(root)) problems.push(`holds the path of this machine's checkout (${root})`);
  return problems;
}

/** @file Reading and setting the values of a notebook's parameters cell. */
import ts from "@tslab/typescript-for-tslab";
import { type Declaration, refusals } from "../../lib/dist/core/declaration.js";
import { type Cell, type Notebook, sourceOf } from "./notebook.ts";

/** A parameter's value: what may stand in the cell and after `--set name=`. */
export type ParameterValue = number | string | boolean | number[];

interface Parameter {
  readonly value: ParameterValue;
  /** Where the value's text stands in the cell. */
  readonly start: number;
  readonly end: number;
}

const DECLARATION_TYPE = "application/vnd.cotlab.parameters+json";

/** What JSON cannot hold stands there by its name. */
const withInfinity = <T>(record: T): T =>
  JSON.parse(JSON.stringify(record), (_, value) => (value === "Infinity" ? Number.POSITIVE_INFINITY : value)) as T;

/** What a run of the notebook declared of its parameters, from the outputs of its parameters cell; undefined before the first run. */
export function declarationOf(notebook: Notebook): Declaration | undefined {
  for (const output of parametersCell(notebook)?.outputs ?? []) {
    const record = output.output_type === "display_data" ? output.data[DECLARATION_TYPE] : undefined;
    if (record !== undefined) return withInfinity(record as { declaration: Declaration }).declaration;
  }
  return undefined;
}

/** The one code cell tagged `parameters`, or undefined. */
export function parametersCell(notebook: Notebook): Cell | undefined {
  return notebook.cells.find((cell) => cell.cell_type === "code" && cell.metadata.tags?.includes("parameters"));
}

function literalValue(node: ts.Expression): ParameterValue | undefined {
  if (ts.isNumericLiteral(node)) return Number(node.text.replaceAll("_", ""));
  if (ts.isStringLiteral(node)) return node.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (ts.isIdentifier(node) && node.text === "Infinity") return Number.POSITIVE_INFINITY;
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = literalValue(node.operand);
    return typeof value === "number" ? -value : undefined;
  }
  if (ts.isArrayLiteralExpression(node)) {
    const values = node.elements.map(literalValue);
    return values.every((value) => typeof value === "number") ? (values as number[]) : undefined;
  }
  return undefined;
}

/** The object literal that holds the values: what `params` is bound to, or the last argument of the call it is bound to. */
function valuesLiteral(initializer: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  const value = initializer && ts.isCallExpression(initializer) ? initializer.arguments.at(-1) : initializer;
  return value && ts.isObjectLiteralExpression(value) ? value : undefined;
}

/** The literal properties of `const params = cot.parameters(declaration, { ... })`, by name. Computed values are not parameters. */
export function readParameters(source: string): Map<string, Parameter> {
  const file = ts.createSourceFile("parameters.ts", source, ts.ScriptTarget.ES2022, true);
  const parameters = new Map<string, Parameter>();
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const declaration of statement.declarationList.declarations) {
      const object = valuesLiteral(declaration.initializer);
      if (declaration.name.getText() !== "params" || !object) continue;
      for (const property of object.properties) {
        if (!ts.isPropertyAssignment(property)) continue;
        const value = literalValue(property.initializer);
        if (value !== undefined) {
          parameters.set(property.name.getText(), { value, start: property.initializer.getStart(), end: property.initializer.getEnd() });
        }
      }
    }
  }
  return parameters;
}

const kindOf = (value: ParameterValue): string => (Array.isArray(value) ? "a list of numbers" : `a ${typeof value}`);

/** Reads the text after `--set name=` as a value of the kind the parameter has. */
function parseAs(name: string, text: string, current: ParameterValue): ParameterValue {
  const reject = (): never => {
    throw new RangeError(`--set: ${name} must be ${kindOf(current)} like ${JSON.stringify(current)}, got ${JSON.stringify(text)}`);
  };
  const number = (part: string): number => {
    const value = Number(part);
    return part.trim() === "" || Number.isNaN(value) ? reject() : value;
  };
  if (typeof current === "number") return number(text);
  if (typeof current === "boolean") return text === "true" || text === "false" ? text === "true" : reject();
  if (Array.isArray(current))
    return text
      .replace(/^\[|\]$/g, "")
      .split(",")
      .map(number);
  return text;
}

const write = (value: ParameterValue): string =>
  Array.isArray(value) ? `[${value.join(", ")}]` : typeof value === "string" ? JSON.stringify(value) : String(value);

/**
 * The notebook with other values in its parameters cell; the given one is not changed.
 * @throws RangeError for a name the cell does not have, a value of another kind, or one that the notebook's declaration does not allow
 */
export function setParameters(notebook: Notebook, file: string, settings: ReadonlyMap<string, string>): Notebook {
  if (settings.size === 0) return notebook;
  const result = structuredClone(notebook);
  const cell = parametersCell(result);
  if (!cell) throw new RangeError(`--set: ${file} has no cell tagged "parameters"`);
  let source = sourceOf(cell);
  for (const [name, text] of settings) {
    const parameters = readParameters(source);
    const parameter = parameters.get(name);
    if (!parameter)
      throw new RangeError(`--set: ${file} must have the parameter it sets; it has ${[...parameters.keys()].join(", ")}, got ${name}`);
    source = source.slice(0, parameter.start) + write(parseAs(name, text, parameter.value)) + source.slice(parameter.end);
  }
  const declaration = declarationOf(notebook);
  if (declaration) {
    const values = Object.fromEntries([...readParameters(source)].map(([name, { value }]) => [name, value]));
    const wrong = refusals(declaration, values);
    if (wrong.length > 0) throw new RangeError(wrong.map((line) => `--set: ${file}: ${line}`).join("\n"));
  }
  cell.source = source;
  return result;
}

/** @file A notebook's parameters: its values, checked against their declaration, which every later cell of the notebook can ask for. */
import { argumentsOf, Checks } from "../core/check";
import { checkDeclaration, type Declaration, type ParameterValues, refusals, ruleOf, type Values } from "../core/declaration";
import { beginFigureRun } from "../figures/figureOrigin";
import { notebookName, sendOutput } from "./kernel";
import { type CellValue, tableHtml } from "./table";

/** What {@link parameters} last declared in this process; a kernel runs one notebook. */
let current: { readonly declaration: Declaration; readonly values: Values } | undefined;

const text = (value: unknown): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));

/** The parameters that differ from the committed run, like "d = 20 (committed: 10)"; none outside a notebook. */
export function differingParameters(): string[] {
  if (current === undefined) return [];
  const { declaration, values } = current;
  return Object.entries(declaration)
    .filter(([name, { committed }]) => text(values[name]) !== text(committed))
    .map(([name, { committed }]) => `${name} = ${text(values[name])} (committed: ${text(committed)})`);
}

/** The declaration and the values of this notebook; none outside one. */
export const declaredParameters = (): { readonly declaration: Declaration; readonly values: Values } =>
  current ?? { declaration: {}, values: {} };

/** The values that the notebook runs with, as JSON can hold them; undefined outside a notebook. */
export const currentParameters = (): unknown => asJson(current?.values);

/** JSON has no infinity; its name stands for it. */
const asJson = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value, (_, x) => (x === Number.POSITIVE_INFINITY ? "Infinity" : x)));

/** The parameters as rows of a table. */
function rows(declaration: Declaration, values: Values): Record<string, CellValue>[] {
  return Object.entries(declaration).map(([name, parameter]) => ({
    parameter: name,
    symbol: parameter.symbol ?? "",
    meaning: parameter.unit === undefined ? parameter.meaning : `${parameter.meaning}, in ${parameter.unit}`,
    "may be": ruleOf(parameter, values),
    here: text(values[name]),
    committed: text(parameter.committed),
  }));
}

/**
 * The values of a notebook's parameters, once each was seen to be allowed. The declaration (meaning, symbol, range, committed value) is
 * shown folded, and recorded in the output for `--set`, sliders and tests.
 * @param declaration by name: kind ("integer", "number", "length", "integers", "numbers", "lengths", "choice", "flag"), meaning, range or
 * choices, committed; a limit may name an earlier parameter: "d", "d-1", "2*d"
 * @param values one for each declared parameter; what a reader edits
 * @throws RangeError naming each parameter whose value is not allowed, the rule and the value; RangeError for a declaration that contradicts itself
 * @origin ours
 * @example
 * const declaration = { d: { kind: "integer", meaning: "dimension", range: [1, 300], committed: 10 } } as const;
 * cot.parameters(declaration, { d: 20 }).d; // => 20
 */
export function parameters<const D extends Declaration>(declaration: D, values: Readonly<Record<string, unknown>>): ParameterValues<D> {
  argumentsOf("parameters", values, "values");
  const check: Checks = new Checks("parameters");
  argumentsOf("parameters", declaration, "declaration");
  if (Object.keys(declaration).length === 0) check.fail("declaration", "of at least one parameter", declaration);
  checkDeclaration(check, declaration);
  const wrong = refusals(declaration, values);
  if (wrong.length > 0) throw new RangeError(wrong.map((line) => `${check.fn}: ${line}`).join("\n"));
  current = { declaration, values };
  beginFigureRun({ notebook: notebookName(), parameters: { ...values } });
  const differs = differingParameters();
  const count = Object.keys(declaration).length;
  const summary = differs.length === 0 ? `${count} parameters, as in the committed run` : `Not the committed run: ${differs.join(", ")}`;
  const table = tableHtml(rows(declaration, values));
  sendOutput({
    "application/vnd.cotlab.parameters+json": asJson({ declaration, values }),
    "text/html": `<details><summary>${summary}</summary>\n${table}\n</details>`,
    "text/plain": summary,
  });
  return values as ParameterValues<D>;
}

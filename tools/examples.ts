/** @file The examples of the docstrings as a program: CONTRIBUTING.md says how they are written. */
import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { inspect } from "node:util";
import ts from "@tslab/typescript-for-tslab";
import { root } from "./workspace.mjs";

/** An `@example` of a docstring. */
export interface Example {
  /** The file, from the repository's root. */
  readonly file: string;
  /** The line of its first statement. */
  readonly line: number;
  readonly lines: readonly string[];
}

/** Every `@example` of a file. */
export function examplesOf(file: string, text: string): Example[] {
  return [...text.matchAll(/^ *\/\*\*$[\s\S]*?^ *\*\/$/gm)].flatMap((comment) => {
    const first = text.slice(0, comment.index).split("\n").length;
    const lines = comment[0].split("\n").map((line) => line.replace(/^ *\*( |$)/, ""));
    return lines.flatMap((line, i) => {
      if (!line.startsWith("@example")) return [];
      const length = lines.slice(i + 1).findIndex((next) => /^@[a-z]|^ *\*\/$/.test(next));
      const own = line.slice("@example".length).trim();
      return [{ file, line: first + i + 1, lines: [...(own === "" ? [] : [own]), ...lines.slice(i + 1, i + 1 + length)] }];
    });
  });
}

/** Every `@example` of the library, or of one room. */
export function libraryExamples(room = ""): Example[] {
  return globSync(join("lib/src", room, "**/*.ts"), { cwd: root })
    .sort()
    .flatMap((file) => examplesOf(file, readFileSync(join(root, file), "utf8")));
}

const place = ({ file, line }: Example): string => `${file}:${line}`;

/** A first line that asks for no run, and says why: `// not run: needs a server`. */
const isRun = ({ lines }: Example): boolean => !lines[0]?.startsWith("// not run: ");

/** What an example must not be, in words. */
export function formFaults(example: Example): string[] {
  const { lines } = example;
  const code = lines.filter((line) => line.trim() !== "");
  const faults = [
    ...(code.length < 1 || code.length > 6 ? [`must have 1 to 6 lines, got ${code.length}`] : []),
    ...(lines.some((line) => /^\s*import\b|\brequire\(/.test(line)) ? ["must not import: cot and Matrix are there"] : []),
    ...(lines.some((line) => line.startsWith("```")) ? ["must be code without a fence"] : []),
  ];
  const promised = lines.filter((line) => line.includes("// =>")).length;
  if (promised !== expectations(lines.join("\n")).length) faults.push("must have `// =>` only after an expression or console.log");
  return faults.map((fault) => `${place(example)} the example ${fault}`);
}

interface Expectation {
  readonly expression: ts.Expression;
  readonly expected: string;
}

/** The statements of an example that end in `// => value`. */
function expectations(text: string): Expectation[] {
  const file = ts.createSourceFile("example.ts", text, ts.ScriptTarget.ES2022, true);
  return file.statements.flatMap((statement) => {
    if (!ts.isExpressionStatement(statement)) return [];
    const comments = ts.getTrailingCommentRanges(text, statement.end) ?? [];
    const said = comments.map(({ pos, end }) => /^\/\/ => (.*)$/.exec(text.slice(pos, end))?.[1]).find((value) => value !== undefined);
    return said === undefined ? [] : [{ expression: statement.expression, expected: said }];
  });
}

/** An example with each promised value handed to `shown`, on the same lines. */
function instrumented(text: string): string {
  let out = text;
  for (const { expression, expected } of expectations(text).reverse()) {
    const logged = ts.isCallExpression(expression) && expression.expression.getText() === "console.log";
    const inner = logged ? expression.arguments.map((argument) => argument.getText()).join(", ") : expression.getText();
    const call = `shown(${JSON.stringify(expected)}, ${inner})`;
    out = out.slice(0, expression.getStart()) + call + out.slice(expression.end);
  }
  return out;
}

/** The examples as one module of functions, and the place in the sources that each of its lines comes from. */
function moduleOf(examples: readonly Example[]): { text: string; origin: (line: number) => string } {
  const lines = [
    'import * as cot from "cotlab";',
    'import { Matrix } from "ml-matrix";',
    "declare const shown: (expected: string, ...values: unknown[]) => void;",
    "void [cot, Matrix];",
    "export const examples: (() => Promise<void>)[] = [];",
  ];
  const origins = new Map<number, string>();
  for (const example of examples) {
    lines.push("examples.push(async () => {");
    instrumented(example.lines.join("\n"))
      .split("\n")
      .forEach((line, i) => {
        lines.push(line);
        origins.set(lines.length - 1, `${example.file}:${example.line + i}`);
      });
    lines.push("});");
  }
  return { text: lines.join("\n"), origin: (line) => origins.get(line) ?? "between examples" };
}

/** Compiles the examples against the library's declarations; gives what the compiler objects to, and the program. */
export function compileExamples(examples: readonly Example[]): { faults: string[]; code: string } {
  const { text, origin } = moduleOf(examples);
  const name = join(root, "tests/tools/library.examples.ts");
  const options: ts.CompilerOptions = {
    strict: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    types: ["node"],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (file) => file === name || fileExists(file);
  host.getSourceFile = (file, ...rest) =>
    file === name ? ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true) : getSourceFile.call(host, file, ...rest);
  let code = "";
  host.writeFile = (_, content) => {
    code = content;
  };
  const program = ts.createProgram([name], options, host);
  const file = program.getSourceFile(name);
  const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
    ({ start = 0, messageText }) =>
      `${origin(file?.getLineAndCharacterOfPosition(start).line ?? 0)} ${ts.flattenDiagnosticMessageText(messageText, " ")}`,
  );
  program.emit(file);
  return { faults, code };
}

/** The examples' program without a look at its types. */
export function transpileExamples(examples: readonly Example[]): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, esModuleInterop: true };
  return ts.transpileModule(moduleOf(examples).text, { compilerOptions }).outputText;
}

/**
 * Runs the examples one after another in the present folder; gives what they threw and the values that are not as promised.
 * `library` takes the place of the package.
 */
export async function runExamples(examples: readonly Example[], code: string, library?: object): Promise<string[]> {
  const faults: string[] = [];
  let now = "";
  const shown = (expected: string, ...values: unknown[]): void => {
    const text = values.map((value) => (values.length > 1 && typeof value === "string" ? value : written(value))).join(" ");
    if (!agrees(text, expected)) faults.push(`${now} gives ${text}, not ${expected}`);
  };
  const module: { examples: (() => Promise<void>)[] } = { examples: [] };
  const packages = createRequire(join(root, "tests/tools/library.examples.ts"));
  const require = (name: string) => (name === "cotlab" && library !== undefined ? library : packages(name));
  new Function("require", "exports", "shown", code)(require, module, shown);
  for (const [i, example] of examples.entries()) {
    if (!isRun(example)) continue;
    now = place(example);
    try {
      await module.examples[i]();
    } catch (error) {
      faults.push(`${now} throws ${error}`);
    }
  }
  return faults;
}

/** A value as an example writes it: on one line, arrays of numbers and matrices as plain arrays. */
export function written(value: unknown): string {
  return inspect(plain(value), { depth: 8, breakLength: Number.POSITIVE_INFINITY, maxArrayLength: null });
}

function plain(value: unknown): unknown {
  if (value === null || typeof value !== "object") return value;
  if (ArrayBuffer.isView(value) && "length" in value) return Array.from(value as Float64Array);
  if ("to2DArray" in value && typeof value.to2DArray === "function") return value.to2DArray();
  if (Array.isArray(value)) return value.map(plain);
  if (Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]));
  return value;
}

const NUMBER = /^-?\d+(?:\.(\d+))?(?:e([-+]?\d+))?$/;
const tokens = (text: string): string[] =>
  text.replaceAll("'", '"').match(/-?\d+(?:\.\d+)?(?:e[-+]?\d+)?|\.\.\.|[\p{L}\p{N}_$]+|\S/gu) ?? [];

/** True when a text says what was promised: numbers to the digits that are shown, and up to "..." where that stands. */
export function agrees(text: string, expected: string): boolean {
  const promised = tokens(expected);
  const given = tokens(text);
  const end = promised.indexOf("...");
  if (end < 0 && promised.length !== given.length) return false;
  return promised.slice(0, end < 0 ? undefined : end).every((token, i) => {
    const number = NUMBER.exec(token);
    if (number === null || given[i] === undefined || !NUMBER.test(given[i])) return token === given[i];
    const [, decimals, exponent = "0"] = number;
    // A whole number is meant to be one.
    const half = decimals === undefined && number[2] === undefined ? 1e-9 : 0.5 * 10 ** (Number(exponent) - (decimals?.length ?? 0));
    return Math.abs(Number(given[i]) - Number(token)) <= half * (1 + 1e-9) + 1e-14 * Math.abs(Number(token));
  });
}

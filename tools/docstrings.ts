/** @file The docstrings of the library's public names, read with the kernel's own TypeScript; CONTRIBUTING.md says what they must hold. */
import { join, relative, sep } from "node:path";
import ts from "@tslab/typescript-for-tslab";
import { formulasOf } from "./formulas.ts";
import { root } from "./workspace.mjs";

const source = join(root, "lib/src");

/** A public name, and where it is declared. */
export interface PublicName {
  /** As one writes it after `cot.`: theory.oneStepError, core.Random.seed. */
  readonly name: string;
  /** The folder of lib/src that declares it. */
  readonly room: string;
  readonly file: string;
  readonly line: number;
  readonly node: ts.Declaration;
  readonly doc: ts.JSDoc | undefined;
  /** True for a method: the origin and the example are its class's. */
  readonly member: boolean;
}

/** A library's sources, as the compiler of the kernel reads them. */
export function libraryProgram(folder = source): ts.Program {
  return ts.createProgram([join(folder, "index.ts")], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: ["node"],
  });
}

/** Every public declaration, by file and line; a name that is exported twice is here once, by the first of its groups. */
export function publicNames(program: ts.Program, folder = source): PublicName[] {
  const checker = program.getTypeChecker();
  const found = new Map<ts.Node, PublicName>();
  const add = (node: ts.Declaration, name: string, member: boolean): void => {
    const file = node.getSourceFile();
    const path = relative(folder, file.fileName).split(sep).join("/");
    const doc = docOf(node);
    if (path.startsWith("..") || found.has(node) || (doc && isTagged(doc, "internal"))) return;
    const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
    found.set(node, { name, room: path.split("/")[0], file: `lib/src/${path}`, line, node, doc, member });
  };
  const visit = (module: ts.Symbol, prefix: string): void => {
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const name = prefix + exported.name;
      if (symbol.flags & ts.SymbolFlags.ValueModule) {
        visit(symbol, `${name}.`);
        continue;
      }
      for (const node of (symbol.declarations ?? []).filter(isSignature)) {
        add(node, name, false);
        if (ts.isClassDeclaration(node))
          for (const member of node.members)
            if ((ts.isMethodDeclaration(member) || ts.isGetAccessor(member)) && !isHidden(member))
              add(member, `${name}.${member.name.getText()}`, true);
      }
    }
  };
  const index = program.getSourceFile(join(folder, "index.ts"));
  const module = index && checker.getSymbolAtLocation(index);
  if (module === undefined) throw new Error("docstrings: lib/src/index.ts must export something");
  visit(module, "");
  return [...found.values()].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
}

/** False for the body behind overloads, which nobody sees. */
function isSignature(node: ts.Declaration): boolean {
  if (!ts.isFunctionDeclaration(node) || node.body === undefined) return true;
  return !node.parent
    .getChildren()
    .some((list) =>
      list
        .getChildren()
        .some((other) => other !== node && ts.isFunctionDeclaration(other) && !other.body && other.name?.text === node.name?.text),
    );
}

/** True for a member that is not for readers, or whose words stand in the class it comes from. */
function isHidden(member: ts.ClassElement): boolean {
  const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected | ts.ModifierFlags.Override;
  return (ts.getCombinedModifierFlags(member) & hidden) !== 0 || ts.isPrivateIdentifier(member.name ?? member);
}

/** The docstring of a declaration: the last before it. */
function docOf(node: ts.Node): ts.JSDoc | undefined {
  const statement = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return statement.getChildren().filter(ts.isJSDoc).at(-1);
}

/** The function that a name stands for: a declaration, a method, or a constant that is a function; otherwise undefined. */
export function functionOf(node: ts.Declaration): ts.SignatureDeclaration | undefined {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node)) return node;
  if (ts.isVariableDeclaration(node) && node.initializer && ts.isArrowFunction(node.initializer)) return node.initializer;
  return undefined;
}

/** The text in front of the tags, as it is written. */
export function description(doc: ts.JSDoc): string {
  return ts.getTextOfJSDocComment(doc.comment) ?? "";
}

/** The texts of a docstring's tags of one name. */
export function tags(doc: ts.JSDoc, name: string): string[] {
  return (doc.tags ?? []).filter((tag) => tag.tagName.text === name).map((tag) => ts.getTextOfJSDocComment(tag.comment)?.trim() ?? "");
}

const isTagged = (doc: ts.JSDoc, name: string): boolean => tags(doc, name).length > 0;

/** What a docstring lacks, in words. */
export function faults({ node, doc, member }: PublicName, checker: ts.TypeChecker): string[] {
  if (doc === undefined) return ["a docstring"];
  const text = description(doc);
  const formulaFaults = formulasOf(text.split("\n")).flatMap(({ unicode }) =>
    unicode === undefined ? ["a line in Unicode before the LaTeX"] : [],
  );
  const missing = [...sentenceFaults(text), ...formulaFaults];
  const signature = functionOf(node);
  if (signature) missing.push(...parameterFaults(signature, doc, checker));
  if (signature && /\bnew Checks\(|\bthrow new\b/.test(node.getText()) && !isTagged(doc, "throws")) missing.push("@throws");
  if (ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) missing.push(...fieldFaults(node));
  if ((signature || (ts.isClassDeclaration(node) && !isError(node))) && !member) {
    const origins = tags(doc, "origin");
    if (origins.length !== 1) missing.push("one @origin");
    else if (!/^(paper|ours|standard)\b/.test(origins[0])) missing.push("@origin that begins with paper, ours or standard");
    if (!isTagged(doc, "example")) missing.push("@example");
  }
  if (isTagged(doc, "see")) missing.push("@origin or {@link} in place of @see");
  return missing;
}

/** An error explains itself by its message: it needs no example. */
function isError(node: ts.ClassDeclaration): boolean {
  return (node.heritageClauses ?? []).some((clause) => clause.types.some((type) => type.expression.getText().endsWith("Error")));
}

function sentenceFaults(text: string): string[] {
  const sentence = /^[A-Z`"][\s\S]*?\.(?=\s|$)/.exec(text)?.[0] ?? "";
  return (sentence.match(/[A-Za-z]{2,}/g) ?? []).length >= 2 && !sentence.includes("$") ? [] : ["a first sentence in words"];
}

/** A parameter is described by its @param. For an object that is a line with the names of its fields, `name = default` where there is one. */
function parameterFaults(signature: ts.SignatureDeclaration, doc: ts.JSDoc, checker: ts.TypeChecker): string[] {
  const described = (doc.tags ?? []).flatMap((tag) => (ts.isJSDocParameterTag(tag) ? [tag] : []));
  return signature.parameters.flatMap((parameter, i) => {
    const name = ts.isIdentifier(parameter.name) ? parameter.name.text : "params";
    const tag = described.find((other) => other.name.getText() === name) ?? (ts.isIdentifier(parameter.name) ? undefined : described[i]);
    const words = ts.getTextOfJSDocComment(tag?.comment) ?? "";
    if (words === "") return [`@param ${name}`];
    const fields = ownFields(parameter, checker);
    if (fields.length === 0 || fields.length > MOST_FIELDS) return [];
    const absent = fields.filter((field) => !new RegExp(`(?<![\\w.])${field.name}${field.optional ? "( = |\\?)" : "(?!\\w)"}`).test(words));
    return absent.map((field) => `${field.optional ? `${field.name} = default (or ${field.name}?)` : field.name} in @param ${name}`);
  });
}

/** An object with more fields than these is described at its type alone. */
const MOST_FIELDS = 8;

/** The fields of a parameter whose type is an interface or a literal of the library's own. */
function ownFields(parameter: ts.ParameterDeclaration, checker: ts.TypeChecker): { name: string; optional: boolean }[] {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(parameter));
  const plain = type.isIntersection() ? type.types : [type];
  const isOwn = (part: ts.Type): boolean =>
    (part.symbol?.declarations ?? []).some(
      (node) =>
        (ts.isInterfaceDeclaration(node) || ts.isTypeLiteralNode(node)) && !node.getSourceFile().fileName.includes("/node_modules/"),
    );
  if (!plain.every(isOwn) || type.getCallSignatures().length > 0) return [];
  const properties = type.getProperties();
  if (properties.some((property) => property.flags & ts.SymbolFlags.Method)) return [];
  return properties.map((property) => ({ name: property.name, optional: (property.flags & ts.SymbolFlags.Optional) !== 0 }));
}

/** Fields without a docstring. */
function fieldFaults(node: ts.ClassDeclaration | ts.InterfaceDeclaration | ts.TypeAliasDeclaration): string[] {
  const holder = ts.isTypeAliasDeclaration(node) ? node.type : node;
  if (!ts.isClassDeclaration(holder) && !ts.isInterfaceDeclaration(holder) && !ts.isTypeLiteralNode(holder)) return [];
  return [...holder.members]
    .filter(
      (member) => ts.isPropertySignature(member) || ts.isMethodSignature(member) || (ts.isPropertyDeclaration(member) && !isHidden(member)),
    )
    .filter((member) => docOf(member) === undefined)
    .map((member) => `words for ${member.name?.getText()}`);
}

/**
 * @file What is cured in tslab 1.0.22's compiler of cells (`dist/converter.js`). Nothing in node_modules is changed; passages of the text
 * are replaced while the file is loaded.
 *
 * What every user of tslab would want is `tslab-1.0.22.patch`, in the form in which tslab's author could take it: a change of the
 * TypeScript source, compiled here. What only these notebooks need follows: positions for errors, and the names that a cell reads.
 */
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

/** The compiler that tslab was made with, near enough: it gives the lines of the package. */
function compiled(source) {
  const ts = require("@tslab/typescript-for-tslab");
  return ts.transpileModule(source, { compilerOptions: { target: ts.ScriptTarget.ES2017 } }).outputText;
}

/** Every hunk of a patch as the text it takes away and the text it puts there, compiled; how far they are indented does not matter. */
exports.hunksOf = (patch) =>
  patch
    .split(/^@@.*@@.*\n/m)
    .slice(1)
    .map((hunk) => {
      const side = (sign) => compiled(hunk.split("\n").filter((line) => line.startsWith(sign)).map((line) => line.slice(1)).join("\n"));
      return { before: side("-"), after: side("+") };
    });

/** Where a text stands in another one, which may indent it further; undefined if it does not. */
function standsIn(text, part) {
  const lines = part.trim().split("\n").map((line) => line.trim().replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(lines.join("\\n\\s*")).exec(text)?.[0];
}

const OURS = [
  // Where a statement of the cell stands in what runs: two maps, since it is compiled twice.
  { before: "        declaration: true,\n        newLine:", after: "        declaration: true,\n        sourceMap: true,\n        newLine:" },
  {
    before: `                if (fileName === dstDeclFilename) {
`,
    after: `                if (fileName === dstFilename + ".map") {
                    firstMap = data;
                    return;
                }
                if (fileName === dstDeclFilename) {
`,
  },
  { before: "        let lastExpressionVar;\n", after: "        let lastExpressionVar;\n        let firstMap;\n        const reads = new Map();\n" },
  {
    before: `            output: esModuleToCommonJSModule(output, transpileTarget),
            declOutput,
`,
    after: `            output: esModuleToCommonJSModule(output, transpileTarget, (map) => { secondMap = map; }),
            maps: [secondMap, firstMap],
            names: [...keys],
            reads,
            declOutput,
`,
  },
  {
    before: `        declOutput += remainingDecls(`,
    after: `        let secondMap;
        declOutput += remainingDecls(`,
  },
  {
    before: `function esModuleToCommonJSModule(js, target) {
    let out = ts.transpileModule(js, {
`,
    after: `function esModuleToCommonJSModule(js, target, takeMap) {
    let { outputText: out, sourceMapText } = ts.transpileModule(js, {
`,
  },
  {
    before: `            noImplicitUseStrict: true,
        },
    }).outputText;
    return out;
`,
    after: `            noImplicitUseStrict: true,
            sourceMap: takeMap !== undefined,
        },
    });
    if (takeMap) takeMap(sourceMapText);
    return out;
`,
  },
  // A cell's names are found by parsing it alone; tslab made the whole program twice for every cell, the first time for that.
  {
    before: `        updateContent(prevDecl, src);
        let declsFile = builder.getSourceFile(declFilename);
        let srcFile = builder.getSourceFile(srcFilename);
        const locals = srcFile.locals;
        const keys = new Set();
        if (locals) {
            locals.forEach((_, key) => {
                keys.add(key);
            });
        }
        if (keys.size > 0) {
            // Export all local variables.
            // TODO: Disallow "export" in the input.
            const suffix = "\\nexport {" + Array.from(keys).join(", ") + "}";
            updateContent(prevDecl, src + suffix);
            declsFile = builder.getSourceFile(declFilename);
            srcFile = builder.getSourceFile(srcFilename);
        }
`,
    after: `        const alone = ts.createSourceFile(srcFilename, srcPrefix + src, transpileTarget);
        ts.bindSourceFile(alone, builder.getCompilerOptions());
        const keys = new Set(alone.locals ? alone.locals.keys() : []);
        updateContent(prevDecl, keys.size > 0 ? src + "\\nexport {" + [...keys].join(", ") + "}" : src);
        const declsFile = builder.getSourceFile(declFilename);
        const srcFile = builder.getSourceFile(srcFilename);
`,
  },
  // What tslab asks of TypeScript's builder is only which modules a cell imports; the builder looked up every import of every file for it.
  { before: "        outDir,\n    }, sys, null, function (d) {", after: "        outDir,\n    }, sys, ts.createAbstractBuilder, function (d) {" },
  {
    before: `    return builder
        .getAllDependencies(sourceFile)
        .filter(`,
    after: `    const checker = builder.getProgram().getTypeChecker();
    const found = new Set();
    const visit = (file) => {
        if (file.isDeclarationFile || found.has(file.fileName)) return;
        found.add(file.fileName);
        for (const name of file.imports || [])
            for (const module of checker.getSymbolAtLocation(name)?.declarations || []) if (ts.isSourceFile(module)) visit(module);
    };
    visit(sourceFile);
    return [...found].filter(`,
  },
  // A file that changes between two cells (a build, an install) starts a timer of the compiler's own; tslab took a second one for a fault.
  {
    before: `        if (rebuildTimer) {
            throw new Error("Unexpected pending rebuildTimer");
        }
`,
    after: "",
  },
  {
    before: `        throw new Error("clearing unexpected tiemr");
`,
    after: "",
  },
  // It had a checker made as well, without which no node knows its parent; completion asks for parents first.
  {
    before: `        rebuildTimer.callback();
        if (builder === oldBuilder && changed) {`,
    after: `        rebuildTimer.callback();
        builder.getProgram().getTypeChecker();
        if (builder === oldBuilder && changed) {`,
  },
  // Which names of earlier cells it reads, and whether only functions do, which read them anew at every call.
  {
    before: `            }, undefined, undefined, getCustomTransformers(builder.getProgram().getTypeChecker(), declsFile, keys, (name) => {
                lastExpressionVar = name;
            }));
`,
    after: `            }, undefined, undefined, getCustomTransformers(builder.getProgram().getTypeChecker(), declsFile, keys, (name) => {
                lastExpressionVar = name;
            }, reads));
`,
  },
  {
    before: "function getCustomTransformers(checker, declsFile, locals, setLastExprName) {\n",
    after: "function getCustomTransformers(checker, declsFile, locals, setLastExprName, reads) {\n",
  },
  // A last expression is printed, unless a semicolon ends it: without that rule `list.push(1);` prints a length nobody asked for.
  {
    before: `                node = ts.visitEachChild(node, wrapPrevIdentifier, nullTransformationContext);
                for (let`,
    after: `                node = ts.visitEachChild(node, wrapPrevIdentifier, nullTransformationContext);
                const noteReads = (part, later) => {
                    if (ts.isPropertyAccessExpression(part) && part.pos < 0 && part.expression.escapedText === "exports")
                        reads.set(part.name.text, later && reads.get(part.name.text) !== false);
                    ts.forEachChild(part, (child) => noteReads(child, later || ts.isFunctionLike(part)));
                };
                noteReads(node, false);
                for (let`,
  },
  {
    before: `                    if (!ts.isExpressionStatement(stmt)) {
                        break;
                    }
`,
    after: `                    if (!ts.isExpressionStatement(stmt)) {
                        break;
                    }
                    const { end } = ts.getOriginalNode(stmt);
                    if (ts.getOriginalNode(node).text[end - 1] === ";") {
                        break;
                    }
`,
  },
];

/** A text with every passage replaced; the same text when one of them is missing, as in another version of tslab. */
exports.cure = (text) => {
  const patch = readFileSync(join(__dirname, "tslab-1.0.22.patch"), "utf8");
  let cured = text;
  for (const { before, after } of [...exports.hunksOf(patch), ...OURS]) {
    const found = standsIn(cured, before);
    if (found === undefined) return text;
    cured = cured.replace(found, () => after);
  }
  return cured;
};

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import ts from "@tslab/typescript-for-tslab";
import { root } from "../../tools/workspace.mjs";

test("the library's declarations are understood by the kernel's own TypeScript", () => {
  assert.equal(ts.version, "5.0.4");
  const entry = join(root, "lib/dist/index.d.ts");
  const program = ts.createProgram([entry], {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    esModuleInterop: true,
    types: ["node"],
  });
  const ours = program.getSourceFiles().filter((file) => file.fileName.includes("/lib/dist/"));
  assert.ok(ours.length > 20);
  const problems = ours.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]);
  assert.deepEqual(
    problems.map(({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`),
    [],
  );
});

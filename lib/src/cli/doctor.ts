/** @file `npx cotlab doctor`: what this workspace runs on. */
import { availableParallelism, totalmem } from "node:os";
import { linearAlgebra } from "../linalg/backend";
import { findBlas } from "../linalg/blas";
import { bfloat16Products } from "../linalg/oneDnn";
import { slowerProducts } from "../linalg/slowerProducts";
import { versions } from "../notebook/versions";
import type { Command } from "./command";

type Rows = readonly (readonly [name: string, value: string])[];

/** The versions that results depend on, with the back end of linear algebra. */
function software(): Rows {
  const { library, summary } = linearAlgebra();
  const found: Rows = library
    ? [
        ["  library", library.path],
        ["  which is", `${library.description}, ${findBlas()!.threads()} threads`],
      ]
    : [];
  return [...Object.entries(versions()), ...found, ["  used", summary]];
}

/** What the transformer can be trained with, and what is slower than it could be. */
function training(): Rows {
  const found = bfloat16Products();
  const [text, precision] = "missing" in found ? ([`none: ${found.missing}`, "float32"] as const) : ([found.path, "bfloat16"] as const);
  return [["bfloat16", text], ...slowerProducts({ precision }).map((reason) => ["  slower", reason] as const)];
}

/** The software, the machine's means, and what is wrong, if anything: a library that was asked for and cannot be used. */
function doctor(): number {
  const troubles = new Set<string>();
  const attempt = (name: string, rows: () => Rows): Rows => {
    try {
      return rows();
    } catch (error) {
      troubles.add(error instanceof Error ? error.message : String(error));
      return [[name, "none"]];
    }
  };
  const rows: Rows = [
    ...attempt("linear algebra", software),
    ...attempt("bfloat16", training),
    [
      "  to change it",
      "COTLAB_BLAS=/path/to/library, or COTLAB_BLAS=none, before the command; COTLAB_ONEDNN for bfloat16 (environment.md)",
    ],
    ["platform", `${process.platform} ${process.arch}`],
    ["threads", String(availableParallelism())],
    ["memory", `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
  ];
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(14)} ${value}\n`);
  for (const trouble of troubles) process.stderr.write(`${trouble}. Set it to another library or to none, or unset it\n`);
  return troubles.size === 0 ? 0 : 1;
}

export const command: Command = {
  usage:
    "usage: npx cotlab doctor\n\nSays which versions run here and which libraries do the linear algebra, and what is slower than it could be. COTLAB_BLAS=PATH chooses the library, COTLAB_BLAS=none turns BLAS off; COTLAB_ONEDNN does so for bfloat16 products.",
  run: doctor,
};

/** @file `npx cotlab doctor`: what this workspace runs on. */
import { availableParallelism, totalmem } from "node:os";
import { linearAlgebra } from "../linalg/backend";
import { findBlas } from "../linalg/blas";
import { versions } from "../notebook/versions";
import type { Command } from "./command";

type Rows = readonly (readonly [name: string, value: string])[];

/** The versions that results depend on, with the back end of linear algebra; the reason where the one that was asked for cannot be used. */
function software(): { readonly rows: Rows; readonly trouble?: string } {
  try {
    const { library, summary } = linearAlgebra();
    const found: Rows = library
      ? [
          ["  library", library.path],
          ["  which is", `${library.description}, ${findBlas()!.threads()} threads`],
        ]
      : [];
    return { rows: [...Object.entries(versions()), ...found, ["  used", summary]] };
  } catch (error) {
    return { rows: [["linear algebra", "none"]], trouble: error instanceof Error ? error.message : String(error) };
  }
}

/** The software, the machine's means, and what is wrong, if anything. */
function doctor(): number {
  const { rows, trouble } = software();
  const machine: Rows = [
    ["  to change it", "COTLAB_BLAS=/path/to/library, or COTLAB_BLAS=none, before the command (environment.md)"],
    ["platform", `${process.platform} ${process.arch}`],
    ["threads", String(availableParallelism())],
    ["memory", `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
  ];
  for (const [name, value] of [...rows, ...machine]) process.stdout.write(`${name.padEnd(14)} ${value}\n`);
  if (trouble === undefined) return 0;
  process.stderr.write(`${trouble}. Set it to another library or to none, or unset it\n`);
  return 1;
}

export const command: Command = {
  usage:
    "usage: npx cotlab doctor\n\nSays which versions run here and which library does the linear algebra. COTLAB_BLAS=PATH chooses the library, COTLAB_BLAS=none turns BLAS off.",
  run: doctor,
};

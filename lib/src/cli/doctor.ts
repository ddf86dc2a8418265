/** @file `npx cotlab doctor`: what this workspace runs on. */
import { availableParallelism, totalmem } from "node:os";
import { linearAlgebra } from "../linalg/backend";
import { versions } from "../notebook/versions";
import type { Command } from "./command";

/** The versions that results depend on, and the machine's means. */
function doctor(): number {
  const { library, summary } = linearAlgebra();
  const rows: readonly (readonly [string, string])[] = [
    ...Object.entries(versions()),
    ...(library
      ? ([
          ["  library", library.path],
          ["  which is", library.description],
        ] as const)
      : []),
    ["  used", summary],
    ["platform", `${process.platform} ${process.arch}`],
    ["threads", String(availableParallelism())],
    ["memory", `${(totalmem() / 2 ** 30).toFixed(1)} GiB`],
  ];
  for (const [name, value] of rows) process.stdout.write(`${name.padEnd(14)} ${value}\n`);
  return 0;
}

export const command: Command = { usage: "usage: npx cotlab doctor", run: doctor };

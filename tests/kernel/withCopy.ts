import { copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../tools/workspace.mjs";

/**
 * Runs `use` while a new copy stands in a file's place, and brings the file itself back: its time to the last digit, which no call can set, and by
 * which kernels know whether their memory is still true.
 */
export async function withCopy(file: string, use: () => Promise<unknown>): Promise<void> {
  const kept = join(root, ".cotlab", `kept-${process.pid}`);
  mkdirSync(join(root, ".cotlab"), { recursive: true });
  renameSync(file, kept);
  try {
    copyFileSync(kept, file);
    await use();
  } finally {
    renameSync(kept, file);
  }
}

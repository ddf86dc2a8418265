/** @file An append-only journal of JSON lines that survives a kill at any moment. */
import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { show } from "../core/check";
import { isObject } from "../core/isObject";

const END = "\n".charCodeAt(0);
const PACKED = ".gz";

/** A journal that is open for writing. */
export class Journal {
  readonly path: string;
  readonly #file: FileHandle;
  /** Lines that wait, and the write that will take them. */
  #waiting = "";
  #next: Promise<void> | undefined;
  #last: Promise<void> = Promise.resolve();

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  /**
   * Opens a journal for this process alone, making it when there is none.
   * A last line without its end, left by a kill in the middle of a write, is cut off.
   * @throws Error when a living process has it open
   */
  static async open(path: string): Promise<Journal> {
    if (path.endsWith(PACKED))
      throw new RangeError(`Journal: path must be of a journal that is not compressed, got ${show(path)}; unpack it first`);
    await mkdir(dirname(path), { recursive: true });
    await lock(path);
    try {
      const file = await open(path, "a+");
      await cutTornLine(file);
      return new Journal(path, file);
    } catch (error) {
      await rm(lockOf(path), { force: true });
      throw error;
    }
  }

  /** Appends a line; the promise resolves when it is on the disk. Lines that come while the disk is busy are written together. */
  append(entry: object): Promise<void> {
    this.#waiting += `${JSON.stringify(entry)}\n`;
    this.#next ??= this.#last.catch(() => undefined).then(() => this.#write());
    this.#last = this.#next;
    return this.#next;
  }

  async #write(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = "";
    this.#next = undefined;
    await this.#file.appendFile(lines);
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#last.catch(() => undefined);
    await this.#file.close();
    await rm(lockOf(this.path), { force: true });
  }
}

/**
 * Reads a journal's entries in order, one at a time, so that its size does not matter; one that is compressed is named .gz.
 * @param visit told every entry
 * @returns how many lines could not be read; a torn last line is one of them
 */
export async function readJournal(path: string, visit: (entry: Readonly<Record<string, unknown>>) => void): Promise<number> {
  let unreadable = 0;
  for await (const line of linesOf(path)) {
    if (line.length === 0) continue;
    const entry = parsed(line.toString("utf8"));
    if (entry === undefined) unreadable++;
    else visit(entry);
  }
  return unreadable;
}

/** The file's lines. Only the line feed ends one: node:readline ends them also at U+2028, which a model may write and JSON does not escape. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  const file = createReadStream(path);
  // What goes wrong in the file is thrown by the loop, since `pipeline` hands it on.
  const bytes = path.endsWith(PACKED) ? pipeline(file, createGunzip(), () => undefined) : file;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    let from = 0;
    for (let end = chunk.indexOf(END); end >= 0; end = chunk.indexOf(END, from)) {
      yield Buffer.concat([...rest, chunk.subarray(from, end)]);
      rest = [];
      from = end + 1;
    }
    rest.push(chunk.subarray(from));
  }
  yield Buffer.concat(rest);
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return isObject(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

async function cutTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const chunk = Buffer.alloc(2 ** 16);
  let end = size;
  while (end > 0) {
    const from = Math.max(0, end - chunk.length);
    const { bytesRead } = await file.read(chunk, 0, end - from, from);
    const at = chunk.subarray(0, bytesRead).lastIndexOf(END);
    if (at >= 0) {
      end = from + at + 1;
      break;
    }
    end = from;
  }
  if (end < size) await file.truncate(end);
}

const lockOf = (path: string): string => `${path}.lock`;

/** Two writers would ask for the same problems twice. A lock whose process is dead, as after a kill, is taken over. */
async function lock(path: string): Promise<void> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(lockOf(path), String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const owner = Number(await readFile(lockOf(path), "utf8").catch(() => ""));
    if (owner > 0 && isAlive(owner)) {
      throw new RangeError(
        `Journal: path must be open in no other process, got ${show(path)}, which process ${owner} writes. ` +
          `If that is no evaluation, delete ${show(lockOf(path))}`,
      );
    }
    await rm(lockOf(path), { force: true });
  }
  throw new RangeError(`Journal: path must be open in no other process, got ${show(path)}`);
}

function isAlive(process_: number): boolean {
  try {
    process.kill(process_, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

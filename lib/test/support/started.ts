/** @file A program that a test starts, and what it said when it has ended. */
import { type ChildProcess, spawn } from "node:child_process";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function started(program: string, args: readonly string[], cwd?: string): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(program, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  return { child, ended: new Promise((end) => child.on("close", (code) => end({ code, out, err }))) };
}

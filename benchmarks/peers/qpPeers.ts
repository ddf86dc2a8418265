/** @file Clarabel and OSQP, in a Python process beside this one. */
import { PythonPeer } from "./python.ts";

export type PeerName = "clarabel" | "osqp";

/** A program for the peers: H as rows or as a file of doubles, a constraint's missing side as null. */
export interface PeerProblem {
  readonly H: readonly (readonly number[])[] | { readonly file: string; readonly n: number };
  readonly c: readonly number[];
  readonly upper?: readonly (number | null)[];
  readonly rows?: readonly { readonly a: readonly number[]; readonly low: number | null; readonly high: number | null }[];
}

export interface PeerAnswer {
  readonly x: readonly number[];
  /** Set-up and solve. */
  readonly seconds: number;
  readonly iterations: number;
  readonly status: string;
}

/** The process; `close` ends it. */
export interface QpPeers {
  /** Version by solver; a solver that is not installed is missing. */
  readonly versions: Partial<Record<PeerName, string>>;
  load(problem: PeerProblem): Promise<void>;
  solve(solver: PeerName, tolerance: number): Promise<PeerAnswer>;
  close(): void;
}

/** Starts the process on one thread, as the solver here is; undefined, with the reason given to `skip`, when it cannot. */
export async function startPeers(skip: (reason: string) => void): Promise<QpPeers | undefined> {
  const peer = await PythonPeer.start("qp.py", [], 1);
  if (typeof peer === "string" || Object.keys(peer.versions).length === 0) {
    if (typeof peer !== "string") peer.close();
    skip(typeof peer === "string" ? peer : "clarabel and osqp not installed: set COTLAB_BENCH_PYTHON to a Python that has them");
    return undefined;
  }
  return {
    versions: peer.versions,
    async load(problem) {
      await peer.ask({ op: "load", ...problem });
    },
    solve: (solver, tolerance) => peer.ask<PeerAnswer>({ op: "solve", solver, tolerance }),
    close: () => peer.close(),
  };
}

/** @file A worker thread of `batchTeam`. */
import { workerData } from "node:worker_threads";
import { findLapack } from "./backend";
import { type BatchBoard, serve } from "./batchTeam";

const lapack = findLapack();
if (lapack) serve(lapack, workerData as BatchBoard);

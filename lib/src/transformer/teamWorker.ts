/** @file The loop of a worker thread of a training run. */
import { workerData } from "node:worker_threads";
import { waitWhile } from "../linalg/waitWhile";
import { LaneWork, RunLayout } from "./laneWork";
import { CONTROL_BYTES, Control, ERROR_TEXT, type WorkerStart } from "./team";
import type { TrainingProgram } from "./trainingProgram";

const { program: file, settings, memory, lane, lanes, backend } = workerData as WorkerStart;
const control = new Int32Array(memory.buffer, 0, CONTROL_BYTES / 4);

/** Leaves an error's text for the main thread; of several the last. */
function report(error: unknown): void {
  const text = new TextEncoder().encode(error instanceof Error ? error.message : String(error)).subarray(0, CONTROL_BYTES - ERROR_TEXT);
  new Uint8Array(memory.buffer, ERROR_TEXT, text.length).set(text);
  control[Control.errorLength] = text.length;
  Atomics.store(control, Control.failed, 1);
}

let work: LaneWork<unknown> | undefined;
let seen = 0;
for (;;) {
  if (work === undefined && Atomics.load(control, Control.failed) === 0) {
    try {
      const { program } = require(file) as { program: TrainingProgram<unknown> };
      work = new LaneWork(program, settings, new RunLayout(program, settings, lanes), memory, lane, lanes, backend);
    } catch (error) {
      report(error);
    }
  }
  waitWhile(control, Control.epoch, seen);
  seen++;
  try {
    work?.run(control[Control.command], control[Control.step]);
  } catch (error) {
    report(error);
  }
  if (Atomics.sub(control, Control.pending, 1) === 1) Atomics.notify(control, Control.pending);
}

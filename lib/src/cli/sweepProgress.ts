/** @file How far a sweep is, and how long it will take. */
import type { SweepProgress } from "../simulation/sweep/runSweep";
import { cellLabel, type SweepSpec } from "../simulation/sweep/sweepSpec";
import { duration } from "./duration";
import type { StatusLine } from "./statusLine";

/** Shows the progress of a sweep that begins now. */
export function sweepProgress(spec: SweepSpec, line: StatusLine): (progress: SweepProgress) => void {
  const began = performance.now();
  return ({ cells, finished, kept, cell, part }) => {
    const count = finished + (part === 1 ? 1 : 0);
    const done = finished - kept + part;
    const left = done > 0 ? ((performance.now() - began) / 1000 / done) * (cells - kept - done) : Number.NaN;
    line.show(`${count}/${cells} cells (${kept} kept), ${duration(left)} left; ${cellLabel(spec, cell)}`, count === cells);
  };
}

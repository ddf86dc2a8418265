/** @file How far a sweep is: one line that changes on a terminal, a line now and then in a log. */
import type { SweepProgress } from "../simulation/sweep/runSweep";
import { cellLabel, type SweepSpec } from "../simulation/sweep/sweepSpec";
import { duration } from "./duration";

/** Milliseconds between two lines. */
const INTERVAL = { terminal: 100, log: 10_000 };
const NARROWEST = 20;

/** Where the line goes: stderr, of which only this is used. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Tells the progress of a sweep; `end` closes a line that is open on a terminal. */
export class ProgressLine {
  private readonly began = performance.now();
  private shown = Number.NEGATIVE_INFINITY;
  private open = false;

  constructor(
    private readonly spec: SweepSpec,
    private readonly stream: ProgressStream = process.stderr,
  ) {}

  show({ cells, finished, kept, cell, part }: SweepProgress): void {
    const terminal = this.stream.isTTY === true;
    const now = performance.now();
    const count = finished + (part === 1 ? 1 : 0);
    if (count < cells && now - this.shown < (terminal ? INTERVAL.terminal : INTERVAL.log)) return;
    this.shown = now;
    const done = finished - kept + part;
    const left = done > 0 ? ((now - this.began) / 1000 / done) * (cells - kept - done) : Number.NaN;
    const line = `${count}/${cells} cells (${kept} kept), ${duration(left)} left; ${cellLabel(this.spec, cell)}`;
    // A line that is longer than the terminal is wide could not be written over.
    const width = Math.max(NARROWEST, this.stream.columns ?? 80) - 1;
    this.stream.write(terminal ? `\r\x1b[K${line.slice(0, width)}` : `${line}\n`);
    this.open = terminal;
  }

  end(): void {
    if (this.open) this.stream.write("\n");
    this.open = false;
  }
}

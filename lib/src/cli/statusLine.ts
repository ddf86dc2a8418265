/** @file How far a command is: one line that changes on a terminal, a line now and then in a log. */

/** Milliseconds between two lines. */
const INTERVAL = { terminal: 100, log: 10_000 };
const NARROWEST = 20;

/** Where the line goes: stderr, of which only this is used. */
export interface StatusStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows a line; `end` closes one that is open on a terminal. */
export class StatusLine {
  private shown = Number.NEGATIVE_INFINITY;
  private open = false;

  constructor(private readonly stream: StatusStream = process.stderr) {}

  /** @param now shows it however short the time since the one before */
  show(line: string, now = false): void {
    const terminal = this.stream.isTTY === true;
    const time = performance.now();
    if (!now && time - this.shown < (terminal ? INTERVAL.terminal : INTERVAL.log)) return;
    this.shown = time;
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

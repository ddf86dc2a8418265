/** @file A progress bar that updates in place, in a notebook and in a terminal. */
import { Checks } from "../core/check";
import { inKernel, sendLiveOutput } from "./kernel";

/** Called by long work with how much is done. */
export type OnProgress = (done: number, total: number) => void;

const WIDTH = 30;
/** Redraws are at least this far apart, in milliseconds; each one is a message to the page. */
const INTERVAL = 100;

function bar(label: string, done: number, total: number): string {
  const share = total > 0 ? Math.min(done / total, 1) : 1;
  const full = Math.round(share * WIDTH);
  return `${label} [${"#".repeat(full)}${".".repeat(WIDTH - full)}] ${done}/${total}`;
}

/**
 * A progress bar for work that reports through a callback. Its last state stays in the output, without times, so that a rerun
 * gives the same notebook. Outside a kernel it is drawn in a terminal only.
 * @param label what is being done
 * @returns called with how much is done, and how much there is
 * @throws TypeError or RangeError for arguments of another kind
 * @origin ours
 * @example
 * const onProgress = cot.progress("prompts");
 * onProgress(50, 100);
 */
export function progress(label: string): OnProgress {
  const check: Checks = new Checks("progress");
  check.text("label", label);
  let last = Number.NEGATIVE_INFINITY;
  const live = inKernel() ? sendLiveOutput({ "text/plain": bar(label, 0, 0) }) : null;
  return (done, total) => {
    check.nonNegative("done", done);
    check.nonNegative("total", total);
    // The clock only spaces the redraws; no result depends on it.
    const now = performance.now();
    if (done < total && now - last < INTERVAL) return;
    last = now;
    if (live) live.update({ "text/plain": bar(label, done, total) });
    else if (process.stderr.isTTY) process.stderr.write(`\r${bar(label, done, total)}${done >= total ? "\n" : ""}`);
  };
}

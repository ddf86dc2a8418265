/** @file Waiting for another thread to change a shared integer. */

/** Turns of waiting without sleeping; a few tens of microseconds. */
const SPINS = 20_000;

/**
 * Waits until an integer is no longer `value`, first spinning for a moment: what is waited for often comes at once, and a thread that
 * sleeps is not only woken late, but may be put on the core of the thread that woke it.
 *
 * A thread that is woken looks again: who has changed the integer may lose its core before it wakes the others, and one of them, which had
 * seen the change while it spun and now sleeps on the new value, is then woken for the old one.
 * @param patience milliseconds of sleep after which it gives up; default: never
 * @returns false when it gave up
 */
export function waitWhile(control: Int32Array, index: number, value: number, patience?: number): boolean {
  for (let i = 0; i < SPINS; i++) if (Atomics.load(control, index) !== value) return true;
  while (Atomics.load(control, index) === value) if (Atomics.wait(control, index, value, patience) === "timed-out") return false;
  return true;
}

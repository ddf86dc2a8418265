/** @file Step sizes of the training runs, and the pauses that keep a long run interruptible. */
import { Checks } from "../../core/check";
import type { Random } from "../../core/random";

/** A step size η_t > 0 for step t = 0, ..., steps - 1. */
export type StepSchedule = (t: number, steps: number) => number;

/**
 * A cosine decay of the step from the peak to nearly 0.
 * η_t = (η_0/2)(1 + cos(π t/T))
 * @param peak η_0 > 0
 * @throws RangeError outside the domain
 * @origin standard, Loshchilov and Hutter 2017
 * @example
 * cot.theory.cosineSchedule(0.1)(5, 10); // => 0.05
 */
export function cosineSchedule(peak: number): StepSchedule {
  const check: Checks = new Checks("cosineSchedule");
  check.positive("peak", peak);
  return (t, steps) => {
    check.positive("steps", steps);
    check.interval("t", t, 0, steps);
    return (peak / 2) * (1 + Math.cos((Math.PI * t) / steps));
  };
}

/** A constant step, or the schedule itself; every value it gives is checked when it is used. */
export function stepSchedule(check: Checks, step: number | StepSchedule): StepSchedule {
  if (typeof step === "function") {
    return (t, steps) => {
      const value = step(t, steps);
      check.positive(`step(${t}, ${steps})`, value);
      return value;
    };
  }
  check.positive("step", step);
  return () => step;
}

/** Reports how many of the total steps are done. */
export type Progress = (done: number, total: number) => void;

/** A run on freshly sampled prompts. */
export interface SampledRun {
  /** η: constant step, or a schedule; > 0. */
  readonly step: number | StepSchedule;
  /** T: steps; integer >= 1. */
  readonly steps: number;
  /** Fresh prompts in a step; integer >= 1. */
  readonly batch: number;
  /** The stream that the prompts are drawn from. */
  readonly random: Random;
  /** The state is recorded every so many steps; integer >= 1; default T/100, rounded up. */
  readonly every?: number;
  /** Called about every 50 ms with the steps done, and once at the end. */
  readonly onProgress?: Progress;
}

/** Milliseconds of work between two pauses. */
const PAUSE_EVERY = 50;

/** Hands the event loop a turn about every 50 ms. The clock decides when to pause, never what is computed. */
export class Pacer {
  private last = performance.now();

  constructor(
    private readonly total: number,
    private readonly onProgress?: Progress,
  ) {}

  /** True when a pause is due. */
  get due(): boolean {
    return performance.now() - this.last >= PAUSE_EVERY;
  }

  /** Reports progress and lets pending events run. */
  async pause(done: number): Promise<void> {
    this.onProgress?.(done, this.total);
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    this.last = performance.now();
  }
}

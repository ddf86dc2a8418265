/** @file The work that the threads of a simulation share, and how one thread does its part. */
import { Random } from "../core/random";
import { type Experiment, type PreparedExperiment, streamName, taskWidth } from "./experiment";
import { prepareExperiment } from "./experiments";

/** A simulation as sent to a thread. Everything in it is plain data or shared memory. */
export interface Job {
  readonly experiment: Experiment;
  readonly seed: number | string;
  readonly tasks: number;
  /** Tasks that a thread takes at a time. */
  readonly batch: number;
  /** Values, task by task, (tasks, width). */
  readonly values: SharedArrayBuffer;
  /** 1 where a task is done, (tasks,). */
  readonly finished: SharedArrayBuffer;
  /** Counters, see `Control`. */
  readonly control: SharedArrayBuffer;
}

/** Indices of the shared counters. */
export const Control = { nextTask: 0, done: 1, stop: 2, length: 3 } as const;

/** A thread's side of a job. Task i depends on the seed, the stream's name and i alone, so it does not matter who does it. */
export class JobRunner {
  /** The experiment, prepared in this thread. */
  readonly prepared: PreparedExperiment;
  private readonly job: Job;
  private readonly root: Random;
  private readonly stream: string;
  private readonly width: number;
  private readonly values: Float64Array;
  private readonly finished: Uint8Array;
  private readonly control: Int32Array;
  private readonly out: Float64Array;

  constructor(job: Job, prepared = prepareExperiment(job.experiment)) {
    this.prepared = prepared;
    this.job = job;
    this.root = Random.seed(job.seed);
    this.stream = streamName(job.experiment);
    this.width = taskWidth(prepared);
    this.values = new Float64Array(job.values);
    this.finished = new Uint8Array(job.finished);
    this.control = new Int32Array(job.control);
    this.out = new Float64Array(this.width);
  }

  /** The next tasks nobody has taken, or undefined when none are left or the job is stopped. */
  claim(): { from: number; to: number } | undefined {
    if (this.stopped()) return undefined;
    const from = Atomics.add(this.control, Control.nextTask, this.job.batch);
    return from < this.job.tasks ? { from, to: Math.min(from + this.job.batch, this.job.tasks) } : undefined;
  }

  /** Whether the job was cancelled or has failed in some thread. */
  stopped(): boolean {
    return Atomics.load(this.control, Control.stop) !== 0;
  }

  /** Does one task. */
  run(task: number): void {
    const { out, width, values } = this;
    this.prepared.run(this.root.stream(this.stream, task), out);
    const at = task * width;
    const points = this.prepared.curves.length * this.prepared.x.length;
    for (let i = 0; i < width; i++) {
      const value = out[i];
      if (i < points ? !(value >= 0) : !Number.isFinite(value)) {
        throw new RangeError(`simulate: an experiment's values must be >= 0, got ${value} in task ${task} of ${this.stream} (value ${i})`);
      }
      values[at + i] = value;
    }
    this.finished[task] = 1;
    Atomics.add(this.control, Control.done, 1);
  }

  /** Does tasks until none are left. */
  drain(): void {
    for (let range = this.claim(); range; range = this.claim()) {
      for (let task = range.from; task < range.to && !this.stopped(); task++) this.run(task);
    }
  }
}

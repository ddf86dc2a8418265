/** @file The work that the threads of a simulation share, and how one thread does its part. */
import { Random } from "../core/random";
import { drawWidth, type Experiment, type Sampler, streamName } from "./experiment";

/** A simulation as sent to a thread. Everything in it is plain data or shared memory. */
export interface Job {
  readonly experiment: Experiment;
  readonly seed: number | string;
  readonly draws: number;
  /** Draws that a thread takes at a time. */
  readonly batch: number;
  /** Values, draw by draw, (draws, width). */
  readonly values: ArrayBufferLike;
  /** 1 where a draw is done, (draws,). */
  readonly finished: ArrayBufferLike;
  /** Counters, see `Counter`. */
  readonly counters: ArrayBufferLike;
}

/** Indices of the counters, and how many there are. */
export const Counter = { next: 0, done: 1, stop: 2, length: 3 } as const;

/** A thread's side of a job. Draw i depends on the seed, the stream's name and i alone, so it does not matter who makes it. */
export class JobRunner {
  private readonly root: Random;
  private readonly stream: string;
  private readonly values: Float64Array;
  private readonly finished: Uint8Array;
  private readonly counters: Int32Array;
  private readonly out: Float64Array;

  /** @param sampler the job's experiment, prepared in this thread */
  constructor(
    private readonly job: Job,
    private readonly sampler: Sampler,
  ) {
    this.root = Random.seed(job.seed);
    this.stream = streamName(job.experiment);
    this.values = new Float64Array(job.values);
    this.finished = new Uint8Array(job.finished);
    this.counters = new Int32Array(job.counters);
    this.out = new Float64Array(drawWidth(sampler));
  }

  /** Draws once, as number i. */
  draw(i: number): void {
    const { out, sampler } = this;
    sampler.draw(this.root.stream(this.stream, i), out);
    const points = sampler.curves.length * sampler.x.length;
    const bad = out.findIndex((value, at) => (at < points ? !(value >= 0) : !Number.isFinite(value)));
    if (bad >= 0)
      throw new RangeError(`simulate: an experiment's values must be >= 0, got ${out[bad]} in draw ${i} of ${this.stream} (value ${bad})`);
    this.values.set(out, i * out.length);
    this.finished[i] = 1;
    Atomics.add(this.counters, Counter.done, 1);
  }

  /** The numbers of the draws that fall to this thread, until none are left or the job is stopped. */
  *indices(): Generator<number> {
    const { batch, draws } = this.job;
    for (let from = 0; from < draws && !this.stopped; ) {
      from = Atomics.add(this.counters, Counter.next, batch);
      const to = Math.min(from + batch, draws);
      for (let i = from; i < to && !this.stopped; i++) yield i;
    }
  }

  /** Draws until no draws are left. */
  drain(): void {
    for (const i of this.indices()) this.draw(i);
  }

  /** Makes every thread stop after the draw that it is at. */
  stop(): void {
    Atomics.store(this.counters, Counter.stop, 1);
  }

  /** Whether the job was cancelled or has failed in some thread. */
  get stopped(): boolean {
    return Atomics.load(this.counters, Counter.stop) !== 0;
  }

  /** How many draws are done, by all threads. */
  get done(): number {
    return Atomics.load(this.counters, Counter.done);
  }

  /** How many draws are done from the first one on without a gap. */
  get doneInOrder(): number {
    const gap = this.finished.indexOf(0);
    return gap < 0 ? this.job.draws : gap;
  }
}

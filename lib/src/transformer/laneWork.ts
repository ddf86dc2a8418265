/** @file What one thread of a training run does: its shards of a step, its parts of the optimiser. */
import type { ProductBackend } from "../linalg/backend";
import type { SharedMemory } from "../linalg/simdModule";
import { Arena, type ComputeContext, computeContext, contextScratch } from "./computeContext";
import { CONTROL_BYTES, CONTROL_FLOATS, Team } from "./team";
import type { Shard, TrainingProgram } from "./trainingProgram";

/** Commands to the threads. */
export const Command = { step: 1, reduce: 2, adam: 3 } as const;

/** Parts into which the flat array of parameters is cut for the optimiser; the norm is summed in their order. */
const PARTS = 16;

/** Numbers that the main thread sets before `Command.adam`, in this order in the control block. */
export const AdamNumbers = { gradientScale: 0, stepSize: 1, inverseRootCorrection: 2, beta1: 3, beta2: 4, epsilon: 5 } as const;

/** Addresses of everything in a run's memory; the same in every thread. */
export class RunLayout<Settings> {
  readonly floats: number;
  readonly weights: number;
  readonly first: number;
  readonly second: number;
  readonly gradients: number;
  readonly gradientBytes: number;
  readonly losses: number;
  readonly squares: number;
  readonly shards: readonly Shard[];
  readonly scratch: readonly number[];
  readonly bytes: number;

  constructor(program: TrainingProgram<Settings>, settings: Settings, lanes: number) {
    const arena = new Arena(CONTROL_BYTES);
    this.floats = program.parameters(settings).floats;
    [this.weights, this.first, this.second] = [arena.floats(this.floats), arena.floats(this.floats), arena.floats(this.floats)];
    const count = program.shards(settings);
    this.losses = arena.bytes(8 * count);
    this.squares = arena.bytes(8 * PARTS);
    this.gradientBytes = Math.ceil((4 * this.floats) / 64) * 64;
    this.gradients = arena.bytes(count * this.gradientBytes);
    this.shards = Array.from({ length: count }, (_, i) => program.shard(settings, i, arena));
    const { rows, depth } = program.largestProduct(settings);
    this.scratch = Array.from({ length: lanes }, () => contextScratch(arena, rows, depth));
    this.bytes = arena.end;
  }

  /** The bytes of part `i` of an array of the length of the parameters. */
  part(i: number): readonly [number, number] {
    const cut = (j: number): number => Math.floor((this.floats * j) / PARTS / 16) * 16;
    return [4 * cut(i), i + 1 === PARTS ? 4 * this.floats : 4 * cut(i + 1)];
  }
}

/** One thread's work on a run's memory. */
export class LaneWork<Settings> {
  private readonly context: ComputeContext;
  private readonly numbers: Float64Array;
  private readonly losses: Float64Array;
  private readonly vectors: readonly (readonly [number, number])[];

  constructor(
    program: TrainingProgram<Settings>,
    settings: Settings,
    readonly layout: RunLayout<Settings>,
    memory: SharedMemory,
    private readonly lane: number,
    private readonly lanes: number,
    backend: ProductBackend,
  ) {
    this.context = computeContext(memory, layout.scratch[lane], backend);
    this.numbers = new Float64Array(memory.buffer, 0, CONTROL_BYTES / 8).subarray(CONTROL_FLOATS);
    this.losses = new Float64Array(memory.buffer, layout.losses, layout.shards.length);
    this.vectors = program
      .parameters(settings)
      .list.filter(({ rows }) => rows === 1)
      .map(({ offset, columns }) => [offset, offset + columns]);
    Team.share(lane, lanes, layout.shards.length, (i) => {
      layout.shards[i].bind(this.context, layout.weights, layout.gradients + i * layout.gradientBytes);
    });
  }

  run(command: number, step: number): void {
    if (command === Command.step) this.step(step);
    else if (command === Command.reduce) Team.share(this.lane, this.lanes, PARTS, (i) => this.reduce(i));
    else Team.share(this.lane, this.lanes, PARTS, (i) => this.adam(i));
  }

  private step(step: number): void {
    const { layout } = this;
    Team.share(this.lane, this.lanes, layout.shards.length, (i) => {
      const base = (layout.gradients + i * layout.gradientBytes) / 4;
      for (const [from, to] of this.vectors) this.context.f32.fill(0, base + from, base + to);
      this.losses[i] = layout.shards[i].step(step);
    });
  }

  reduce(i: number): void {
    const { layout } = this;
    const [from, to] = layout.part(i);
    const g = layout.gradients;
    this.context.kernels.reduce(g + from, g + to, layout.shards.length, layout.gradientBytes, layout.squares + 8 * i);
  }

  adam(i: number): void {
    const { layout, numbers } = this;
    const [from, to] = layout.part(i);
    this.context.kernels.adam(
      to - from,
      layout.weights + from,
      layout.gradients + from,
      layout.first + from,
      layout.second + from,
      numbers[AdamNumbers.gradientScale],
      numbers[AdamNumbers.beta1],
      numbers[AdamNumbers.beta2],
      numbers[AdamNumbers.stepSize],
      numbers[AdamNumbers.inverseRootCorrection],
      numbers[AdamNumbers.epsilon],
    );
  }

  /** Parts of the optimiser's work. */
  static readonly parts = PARTS;
}

/**
 * @file Data-parallel training: a batch is cut into shards, each thread computes some of them, their gradients are summed in order, clipped
 * and given to Adam. The number of threads therefore changes no bit of a result, the number of shards only rounding.
 */
import type { Checks } from "../core/check";
import type { Random } from "../core/random";
import { defaultBackend, type WeightProducts } from "../linalg/backend";
import { availablePrecision } from "../linalg/oneDnn";
import type { SharedMemory } from "../linalg/simdModule";
import type { ParameterLayout } from "./parameters";
import { CONTROL_BYTES, type Order, type Share, serve, Team } from "./team";
import { type Place, Workspace } from "./workspace";

/** Adam's numbers, and the largest norm of the gradient. */
export interface OptimizerSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly clip: number;
}

/** How a trainer computes; none of it changes a result beyond the rounding of the chosen products. */
export interface TrainerOptions extends WeightProducts {
  /** Threads, this one included; more than there are shards are of no use; default 1. */
  readonly threads?: number;
}

/** @throws RangeError for a back end or a precision that is none */
export function checkProducts(check: Checks, { backend, precision }: WeightProducts): void {
  if (backend !== undefined) check.oneOf("backend", backend, ["blas", "simd"]);
  if (precision !== undefined) check.oneOf("precision", precision, ["float32", "bfloat16"]);
}

/** What a step reports. */
export interface StepResult {
  readonly loss: number;
  /** Norm of the gradient before clipping. */
  readonly gradientNorm: number;
}

/** Draws a shard's part of the batch of a step, leaves the gradient of its part of the loss in its place, and returns that part. */
export type Shard = (step: number) => number;

/** What is trained, independent of how: a model's parameters, and the loss on a shard of a batch. */
export interface TrainingProgram<Settings> {
  /** The file that exports this object as `program`: worker threads load it from there. */
  readonly module: string;
  /** Names, places and first values of the parameters. */
  readonly parameters: (settings: Settings) => ParameterLayout;
  /** Number of shards of a batch. */
  readonly shards: (settings: Settings) => number;
  /** What no matrix product of a shard exceeds in rows or in depth. */
  readonly largestProduct: (settings: Settings) => number;
  /** Prepares a shard: every thread prepares all of them, in the same order, and calls only its own. */
  readonly shard: (settings: Settings, index: number, place: Place) => Shard;
}

/** A training run, and which of its threads one is. */
interface Run<Settings> {
  readonly settings: Settings;
  readonly optimizer: OptimizerSettings;
  readonly products: Required<WeightProducts>;
  readonly lane: number;
  readonly lanes: number;
}

const Command = { step: 1, sum: 2, adam: 3 } as const;

/** Parts into which the flat array of parameters is cut for the optimiser; the norm is summed in their order. */
const PARTS = 16;
/** Below so many parameters one thread sums and updates them faster than several agree to. */
const ALONE = 400_000;

/** One thread of a training: what all of its threads share, and this one's part of the work. */
class Lane<Settings> {
  protected readonly workspace = new Workspace(CONTROL_BYTES);
  readonly layout: ParameterLayout;
  /** Flat arrays: parameters, Adam's moments, and the gradients of the first shard, which become those of the batch. */
  readonly parameters: Float32Array;
  readonly firstMoments: Float32Array;
  readonly secondMoments: Float32Array;
  readonly gradients: Float32Array;
  /** Each shard's part of the loss, and each part's sum of squares of the gradient. */
  private readonly losses: Float64Array;
  private readonly squares: Float64Array;
  private readonly shards: readonly Shard[];
  /** Numbers from one shard's gradients to the next one's. */
  private readonly stride: number;

  /** @param memory the memory of the thread that began the training; that thread sets it aside */
  constructor(
    program: TrainingProgram<Settings>,
    private readonly run: Run<Settings>,
    memory?: SharedMemory,
  ) {
    const { workspace } = this;
    const { settings, lane, lanes, products } = run;
    this.layout = program.parameters(settings);
    const { floats } = this.layout;
    const count = program.shards(settings);
    this.stride = Math.ceil(floats / 16) * 16;
    const [weights, first, second] = [workspace.floats(floats), workspace.floats(floats), workspace.floats(floats)];
    const gradients = workspace.floats(count * this.stride);
    const [losses, squares] = [workspace.bytes(8 * count), workspace.bytes(8 * PARTS)];
    this.shards = Array.from({ length: count }, (_, i) =>
      program.shard(settings, i, { workspace, weights, gradients: gradients + 4 * this.stride * i }),
    );
    const most = program.largestProduct(settings);
    const scratch = Array.from({ length: lanes }, () => workspace.productScratch(most, most));
    const { buffer } = workspace.open(scratch[lane], products, memory);
    const flat = (at: number): Float32Array => new Float32Array(buffer, at, floats);
    [this.parameters, this.firstMoments, this.secondMoments, this.gradients] = [flat(weights), flat(first), flat(second), flat(gradients)];
    this.losses = new Float64Array(buffer, losses, count);
    this.squares = new Float64Array(buffer, squares, PARTS);
  }

  /** This thread's share of an order. */
  readonly share: Share = (order) => {
    const { lane, lanes } = this.run;
    const count = order.command === Command.step ? this.shards.length : PARTS;
    for (let i = lane; i < count; i += lanes) this.piece(order, i);
  };

  /** Shard i of a step, or part i of the optimiser's work. */
  protected piece({ command, step, rate }: Order, i: number): void {
    if (command === Command.step) this.losses[i] = this.shards[i](step);
    else if (command === Command.sum) this.sum(i);
    else this.adam(i, step, rate);
  }

  /** Loss and gradient of the last step, of which all shards are summed. */
  protected result(): StepResult {
    let [loss, squares] = [0, 0];
    for (const part of this.losses) loss += part;
    for (const part of this.squares) squares += part;
    return { loss, gradientNorm: Math.sqrt(squares) };
  }

  /** Part i of the flat arrays: its first byte, and how many floats it has. */
  private part(i: number): readonly [offset: number, N: number] {
    const { floats } = this.layout;
    const cut = (j: number): number => (j === PARTS ? floats : Math.floor((floats * j) / PARTS / 16) * 16);
    return [4 * cut(i), cut(i + 1) - cut(i)];
  }

  private sum(i: number): void {
    const [offset, N] = this.part(i);
    const { stride, gradients, squares } = this;
    const [g, to] = [gradients.byteOffset + offset, squares.byteOffset + 8 * i];
    this.workspace.kernels.sumShards({ N, g, shards: this.shards.length, stride, squares: to });
  }

  private adam(i: number, step: number, rate: number): void {
    const [offset, N] = this.part(i);
    const [p, g, m, v] = [this.parameters, this.gradients, this.firstMoments, this.secondMoments].map((of) => of.byteOffset + offset);
    const { beta1, beta2, epsilon, clip } = this.run.optimizer;
    const scale = Math.min(1, clip / (this.result().gradientNorm + 1e-6));
    const [size, correction] = [rate / (1 - beta1 ** (step + 1)), 1 / Math.sqrt(1 - beta2 ** (step + 1))];
    this.workspace.kernels.adam({ N, p, g, m, v, scale, beta1, beta2, step: size, correction, epsilon });
  }
}

/** What a worker thread is started with. */
interface WorkerStart extends Run<unknown> {
  readonly module: string;
  readonly memory: SharedMemory;
}

/** A worker thread of a trainer. */
export function serveTrainer({ module, memory, ...run }: WorkerStart): never {
  return serve(memory, () => {
    const { program } = require(module) as { program: TrainingProgram<unknown> };
    return new Lane(program, run, memory).share;
  });
}

/** Trains the parameters of a program: the thread that gives the orders. */
export class Trainer<Settings> extends Lane<Settings> {
  /** What multiplies by the weights: what was asked for, or what stands in for it on this machine. */
  readonly products: Required<WeightProducts>;
  /** Steps taken. */
  step = 0;
  private readonly team: Team;

  /** @param random the stream that first values are drawn from */
  constructor(
    program: TrainingProgram<Settings>,
    settings: Settings,
    optimizer: OptimizerSettings,
    random: Random,
    { threads = 1, backend = defaultBackend(), precision = "float32" }: TrainerOptions = {},
  ) {
    const lanes = Math.max(1, Math.min(threads, program.shards(settings)));
    const products = { backend, precision: availablePrecision(precision) };
    const run = { settings, optimizer, products, lanes };
    super(program, { ...run, lane: 0 });
    this.products = products;
    this.layout.initialize(this.parameters, random);
    const { module } = program;
    const { memory } = this.workspace;
    const starts = Array.from({ length: lanes - 1 }, (_, i): WorkerStart => ({ ...run, lane: i + 1, module, memory }));
    this.team = new Team(memory, __filename, serveTrainer.name, starts, this.share);
  }

  /** Bytes of shared memory in use. */
  get bytes(): number {
    return this.workspace.memory.buffer.byteLength;
  }

  /** Loss and gradient of a step's batch, without changing a parameter. */
  evaluateGradient(step = this.step): StepResult {
    this.team.run({ command: Command.step, step, rate: 0 });
    this.together({ command: Command.sum, step, rate: 0 });
    return this.result();
  }

  /** One step with a learning rate. */
  train(learningRate: number): StepResult {
    const result = this.evaluateGradient();
    this.together({ command: Command.adam, step: this.step, rate: learningRate });
    this.step++;
    return result;
  }

  /** What a checkpoint holds besides the step. */
  get state(): Readonly<Record<"parameters" | "firstMoments" | "secondMoments", Float32Array>> {
    const { parameters, firstMoments, secondMoments } = this;
    return { parameters, firstMoments, secondMoments };
  }

  /** Goes on from a checkpoint. */
  restore(arrays: Readonly<Record<string, Float32Array>>, step: number): void {
    for (const [name, array] of Object.entries(this.state)) array.set(arrays[name]);
    this.step = step;
  }

  /** Ends the worker threads; the arrays stay readable. */
  close(): void {
    this.team.close();
  }

  /** Work on all parameters: by this thread, or shared. */
  private together(order: Order): void {
    if (this.layout.floats >= ALONE) this.team.run(order);
    else for (let i = 0; i < PARTS; i++) this.piece(order, i);
  }
}
